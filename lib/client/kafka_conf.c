/* kafka_conf: places of Kafka, and settings as the library's configuration. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/nearest.h"
#include "client/kafka_impl.h"

/* --- places -------------------------------------------------------------- */

/* Who the brokers are, by what is nearest to the user. */
static const char *
find_brokers(const struct ev_kafka_settings *settings,
    const struct ev_kafka_list *list)
{
	const char *brokers = settings->brokers;

	if (!brokers)
		brokers = ev_kafka_list_get(list, "bootstrap.servers",
		    "metadata.broker.list");
	if (!brokers)
		brokers = getenv("EVKIT_BROKERS");
	return brokers && *brokers ? brokers : NULL;
}

static enum ev_status
read_place(const char *place, struct ev_kafka_place *out, struct ev_err *err)
{
	const char *at = place + strcspn(place, ":");
	const char *slash;
	size_t len;

	at += *at == ':';
	if (!strncmp(at, "//", 2)) {
		at += 2;
		slash = strchr(at, '/');
		if (!slash)
			slash = at + strlen(at);
		if (memchr(at, '@', (size_t)(slash - at)))
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "a user does not stand in the place, but in the "
			    "settings: -X sasl.username=USER -X "
			    "sasl.password=file:PATH");
		if (slash > at)
			out->brokers = ev_mem_strndup(at, (size_t)(slash - at));
		at = *slash ? slash + 1 : slash;
	}
	len = strlen(at);
	if (len && at[len - 1] == '/')
		len--;
	if (!len)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "'%s' names no topic: a place is kafka://BROKER/TOPIC",
		    place);
	out->topic = ev_mem_strndup(at, len);
	return EV_OK;
}

/* [PROTOCOL://]HOST[:PORT]; of another port the library would take what is left
 * of it in 16 bits. */
static bool
is_broker(struct ev_slice broker)
{
	const char *end = broker.ptr + broker.len;
	const char *colon = memrchr(broker.ptr, ':', broker.len);
	const char *at = colon + 1;
	unsigned port = 0;

	/* An address of IPv6 has colons of its own, as a protocol has one. */
	if (!colon || colon[1] == '/' || end[-1] == ']' ||
	    (colon > broker.ptr && colon[-1] == ':'))
		return true;
	for (; at < end && *at >= '0' && *at <= '9' && port <= UINT16_MAX; at++)
		port = port * 10 + (unsigned)(*at - '0');
	return at == end && port > 0 && port <= UINT16_MAX;
}

static enum ev_status
check_brokers(const char *brokers, struct ev_err *err)
{
	for (const char *at = brokers; *at;) {
		struct ev_slice one = {at, strcspn(at, ",")};

		at += one.len + (at[one.len] == ',');
		while (one.len && *one.ptr == ' ') {
			one.ptr++;
			one.len--;
		}
		while (one.len && one.ptr[one.len - 1] == ' ')
			one.len--;
		if (!is_broker(one))
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "'%.*s' is no broker: HOST:PORT is one, with a "
			    "port from 1 to 65535",
			    (int)one.len, one.ptr);
	}
	return EV_OK;
}

enum ev_status
ev_kafka_place(const char *place, const struct ev_kafka_settings *settings,
    struct ev_kafka_place *out, struct ev_err *err)
{
	struct ev_kafka_list list;
	const char *brokers;
	enum ev_status status = ev_kafka_list(settings, &list, err);

	*out = (struct ev_kafka_place){0};
	if (status == EV_OK)
		status = read_place(place, out, err);
	if (status == EV_OK && out->brokers && settings->brokers)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "brokers stand in the place and in -b: one of them is too "
		    "many");
	brokers = out->brokers ? out->brokers : find_brokers(settings, &list);
	if (status == EV_OK && !brokers)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "no broker is named: kafka://HOST:PORT/%s, -b HOST:PORT, "
		    "$EVKIT_BROKERS, or bootstrap.servers in a file (-F)",
		    out->topic);
	if (status == EV_OK)
		status = check_brokers(brokers, err);
	if (status == EV_OK) {
		out->absolute = ev_mem_printf("kafka://%s/%s", brokers,
		    out->topic);
		if (!out->brokers)
			out->brokers = ev_mem_strdup(brokers);
	}
	ev_kafka_list_release(&list);
	return status;
}

void
ev_kafka_place_release(struct ev_kafka_place *place)
{
	free(place->brokers);
	free(place->topic);
	free(place->absolute);
	*place = (struct ev_kafka_place){0};
}

/* --- settings ------------------------------------------------------------ */

static const char *
find_fixed(const char *const *fixed, const char *key)
{
	for (; fixed && *fixed; fixed += 2)
		if (!strcmp(*fixed, key))
			return fixed[1];
	return NULL;
}

/* Names that the library takes and does not list: those that Java has. */
static const char *const aliases[] = {"bootstrap.servers", "acks", "retries",
    "linger.ms", "compression.type", "sasl.mechanism", "delivery.timeout.ms",
    "max.in.flight.requests.per.connection"};

static int
exit_of(const struct ev_kafka_setting *one)
{
	return one->typed ? EV_EXIT_USAGE : EV_EXIT_CONFIG;
}

static enum ev_status
refuse_unknown(rd_kafka_conf_t *conf, const struct ev_kafka_setting *one,
    const char *const *own, struct ev_err *err)
{
	struct ev_nearest nearest = ev_nearest_to(one->key);
	size_t count;
	const char **dump = rd_kafka_conf_dump(conf, &count);

	for (size_t i = 0; i + 1 < count; i += 2)
		ev_nearest_offer(&nearest, dump[i]);
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		ev_nearest_offer(&nearest, aliases[i]);
	for (; one->typed && own && *own; own++)
		ev_nearest_offer(&nearest, *own);
	ev_err_set(err, EV_FATAL, exit_of(one),
	    "%s: unknown setting '%s'%s%s%s", one->where, one->key,
	    nearest.best ? ": did you mean '" : "",
	    nearest.best ? nearest.best : "", nearest.best ? "'?" : "");
	rd_kafka_conf_dump_free(dump, count);
	return EV_FATAL;
}

/* A file that the library would not find; it does not say which that is. */
static bool
is_missing(const struct ev_kafka_setting *one)
{
	static const char *const files[] = {"ssl.ca.location",
	    "ssl.certificate.location", "ssl.key.location",
	    "ssl.keystore.location", "ssl.crl.location"};

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (!strcmp(one->key, files[i]))
			return *one->value && strcmp(one->value, "probe") &&
			    access(one->value, R_OK);
	return false;
}

/* A file is shared with other programs, and may say for them what is not for
 * it to say here. */
static enum ev_status
set(rd_kafka_conf_t *conf, const struct ev_kafka_setting *one,
    const char *const *fixed, const char *const *own, struct ev_err *err)
{
	char why[512];
	const char *is = find_fixed(fixed, one->key);
	rd_kafka_conf_res_t result;

	if (is && one->typed && !*is)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "-X %s: it is not to be set here", one->key);
	if (is && one->typed && strcmp(is, one->value))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "-X %s: it is always '%s' here", one->key, is);
	if (is)
		return EV_OK;
	if (is_missing(one))
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "%s: %s: cannot read '%s': %s", one->where, one->key,
		    one->value, ev_err_errno(errno));
	result = rd_kafka_conf_set(conf, one->key, one->value, why,
	    sizeof(why));
	if (result == RD_KAFKA_CONF_UNKNOWN)
		return refuse_unknown(conf, one, own, err);
	why[strcspn(why, "\n")] = '\0';
	return result == RD_KAFKA_CONF_OK
	    ? EV_OK
	    : ev_err_set(err, EV_FATAL, exit_of(one), "%s: %s: %s", one->where,
		  one->key, why);
}

/* What is ours to say, and which the library takes for sure. */
static void
set_own(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char why[512];

	/* A property that this version does not have yet is left out. */
	(void)rd_kafka_conf_set(conf, key, value, why, sizeof(why));
}

/* Weaker than anything that the user says. A broker that comes back is seen
 * soon: the library's own longest pause is 10 s. */
static void
set_defaults(rd_kafka_conf_t *conf)
{
	set_own(conf, "client.id", "evkit");
	set_own(conf, "socket.keepalive.enable", "true");
	set_own(conf, "reconnect.backoff.max.ms", "2000");
	set_own(conf, "allow.auto.create.topics", "false");
}

enum ev_status
ev_kafka_conf(const struct ev_kafka_settings *settings,
    const struct ev_kafka_place *place, const char *const *defaults,
    const char *const *fixed, rd_kafka_conf_t **out, struct ev_err *err)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	struct ev_kafka_list list;
	enum ev_status status = ev_kafka_list(settings, &list, err);

	set_defaults(conf);
	for (; defaults && *defaults; defaults += 2)
		set_own(conf, defaults[0], defaults[1]);
	for (size_t i = 0; status == EV_OK && i < list.count; i++)
		status = set(conf, &list.item[i], fixed, settings->own, err);
	set_own(conf, "bootstrap.servers", place->brokers);
	for (; fixed && *fixed; fixed += 2)
		if (*fixed[1])
			set_own(conf, fixed[0], fixed[1]);
	ev_kafka_list_release(&list);
	if (status == EV_OK)
		*out = conf;
	else
		rd_kafka_conf_destroy(conf);
	return status;
}
