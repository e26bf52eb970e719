/*
 * kafka_trouble: why Kafka's client does not get on, in words for people. The
 * library returns "Local: Timed out" and the like; the reason (connection
 * refused, a certificate, a password) only goes to its log.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "client/kafka_impl.h"

#define SCRAM_MENDED 0x020601ff /* librdkafka pull request 4895 */

/* --- listening ----------------------------------------------------------- */

/* The part of a line of the log that says something:
 * "[thrd:b:9092/bootstrap]: b:9092/bootstrap: Connect to … failed: Connection
 * refused (after 0ms in state CONNECT, 1 identical error(s) suppressed)". */
static void
keep(struct ev_kafka_trouble *trouble, const char *text)
{
	const char *end, *mark;

	if (!strncmp(text, "[thrd:", 6) && (mark = strstr(text, "]: ")))
		text = mark + 3;
	end = strstr(text, " (after ");
	if (!end)
		end = text + strlen(text);
	pthread_mutex_lock(&trouble->lock);
	if ((size_t)(end - text) >= sizeof(trouble->text))
		end = text + sizeof(trouble->text) - 1;
	memcpy(trouble->text, text, (size_t)(end - text));
	trouble->text[end - text] = '\0';
	pthread_mutex_unlock(&trouble->lock);
}

static void
refused(struct ev_kafka_trouble *trouble, rd_kafka_resp_err_t code)
{
	pthread_mutex_lock(&trouble->lock);
	trouble->code = code;
	pthread_mutex_unlock(&trouble->lock);
}

/* What TLS says of a certificate or a version, by the broker (RFC 8446, 6.2).
 * With TLS 1.3 it comes after the handshake, which has succeeded for us, and
 * the library takes it for a connection that broke. */
static bool
is_turned_away(const char *text)
{
	const char *alert = strstr(text, "SSL alert number ");
	long number = alert ? strtol(alert + 17, NULL, 10) : 0;

	return number && number != 80 /* internal error */;
}

static void
listen_log(const rd_kafka_t *rk, int level, const char *facility,
    const char *text)
{
	struct ev_kafka_trouble *trouble = rd_kafka_opaque(rk);

	(void)facility;
	/* syslog's LOG_ERR; and one that is a warning, but tells the reason:
	 * "Disconnected … might be caused by incorrect security.protocol" */
	if (level > 3 && !strstr(text, "security.protocol"))
		return;
	keep(trouble, text);
	if (is_turned_away(text))
		refused(trouble, RD_KAFKA_RESP_ERR__SSL);
}

static void
listen_error(rd_kafka_t *rk, int code, const char *text, void *opaque)
{
	struct ev_kafka_trouble *trouble = opaque;

	(void)rk;
	(void)text;
	/* The others follow from these, and say less. */
	if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
	    code == RD_KAFKA_RESP_ERR__SSL)
		refused(trouble, code);
}

/* The beginning of a setting, enough to know it by. */
static const char *
conf_value(const rd_kafka_conf_t *conf, const char *key, char value[64])
{
	size_t size = 64;

	*value = '\0';
	return rd_kafka_conf_get(conf, key, value, &size) == RD_KAFKA_CONF_OK
	    ? value
	    : "";
}

void
ev_kafka_trouble_listen(struct ev_kafka_trouble *trouble, rd_kafka_conf_t *conf)
{
	char value[64];

	pthread_mutex_init(&trouble->lock, NULL);
	trouble->scram = !strncmp(conf_value(conf, "sasl.mechanisms", value),
	    "SCRAM", 5);
	rd_kafka_conf_set_opaque(conf, trouble);
	rd_kafka_conf_set_error_cb(conf, listen_error);
	/* Who asks for debugging gets the library's own log on stderr. */
	if (!*conf_value(conf, "debug", value))
		rd_kafka_conf_set_log_cb(conf, listen_log);
}

/* --- telling ------------------------------------------------------------- */

/* Which exit status an error deserves. */
static int
exit_of(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
	case RD_KAFKA_RESP_ERR__RESOLVE:
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
	case RD_KAFKA_RESP_ERR__MSG_TIMED_OUT:
	case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE:
		return EV_EXIT_UNAVAILABLE;
	case RD_KAFKA_RESP_ERR__AUTHENTICATION:
	case RD_KAFKA_RESP_ERR__SSL:
	case RD_KAFKA_RESP_ERR__INVALID_ARG:
	case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
	case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
	case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
	case RD_KAFKA_RESP_ERR_ILLEGAL_SASL_STATE:
		return EV_EXIT_CONFIG;
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
	case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
	case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
	case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
	case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
		return EV_EXIT_DISAGREE;
	default:
		return EV_EXIT_AGAIN;
	}
}

/* True where the log tells more than the code. */
static bool
log_knows(rd_kafka_resp_err_t code)
{
	int exit = exit_of(code);

	return exit == EV_EXIT_UNAVAILABLE ||
	    code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
	    code == RD_KAFKA_RESP_ERR__SSL;
}

/* "Broker: Unknown topic or partition" as our messages want it. */
static char *
words_of(const char *text)
{
	char *words;

	if (!strncmp(text, "Broker: ", 8))
		text += 8;
	else if (!strncmp(text, "Local: ", 7))
		text += 7;
	words = ev_mem_strdup(text);
	if (isupper((unsigned char)words[0]) &&
	    !isupper((unsigned char)words[1]))
		words[0] = (char)tolower((unsigned char)words[0]);
	return words;
}

/* What to do about it, where that is known; the caller's to free. */
static char *
hint_of(const struct ev_kafka_trouble *trouble, rd_kafka_resp_err_t code)
{
	if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION && trouble->scram &&
	    !ev_kafka_at_least(SCRAM_MENDED))
		return ev_mem_printf(" (librdkafka %s cannot do SCRAM with "
				     "Kafka 4, whatever the password: 2.6.1 "
				     "can)",
		    rd_kafka_version_str());
	if (code == RD_KAFKA_RESP_ERR__SSL && is_turned_away(trouble->text))
		return ev_mem_strdup(" (the broker does not take our "
				     "certificate, or wants one: "
				     "ssl.certificate.location, "
				     "ssl.key.location)");
	return NULL;
}

static enum ev_status
tell(struct ev_kafka *kafka, rd_kafka_resp_err_t code, const char *text,
    const char *what, struct ev_err *err)
{
	struct ev_kafka_trouble *trouble = kafka->trouble;
	char *words, *hint;

	pthread_mutex_lock(&trouble->lock);
	if (log_knows(code) && trouble->code)
		code = trouble->code;
	words = words_of(
	    log_knows(code) && *trouble->text ? trouble->text : text);
	hint = hint_of(trouble, code);
	pthread_mutex_unlock(&trouble->lock);
	ev_err_set(err, EV_FATAL, exit_of(code), "cannot %s: %s%s", what, words,
	    hint ? hint : "");
	free(words);
	free(hint);
	return EV_FATAL;
}

enum ev_status
ev_kafka_error(struct ev_kafka *kafka, rd_kafka_resp_err_t code,
    const char *what, struct ev_err *err)
{
	return tell(kafka, code, rd_kafka_err2str(code), what, err);
}

enum ev_status
ev_kafka_error_object(struct ev_kafka *kafka, rd_kafka_error_t *error,
    const char *what, struct ev_err *err)
{
	enum ev_status status = tell(kafka, rd_kafka_error_code(error),
	    rd_kafka_error_string(error), what, err);

	rd_kafka_error_destroy(error);
	return status;
}

rd_kafka_resp_err_t
ev_kafka_transaction_failure(struct ev_kafka *kafka)
{
	/* Within a transaction none is begun, and the answer is why it failed,
	 * or that this is no time for it. */
	rd_kafka_error_t *error = rd_kafka_begin_transaction(kafka->rk);
	rd_kafka_resp_err_t code = rd_kafka_error_code(error);

	if (error)
		rd_kafka_error_destroy(error);
	return code == RD_KAFKA_RESP_ERR__STATE ? RD_KAFKA_RESP_ERR_NO_ERROR
						: code;
}
