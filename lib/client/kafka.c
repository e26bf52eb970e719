/* kafka: a client of librdkafka: made, waited for, asked for metadata. */
#include "client/kafka.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "client/kafka_impl.h"

#define TOKENS_MENDED 0x020200ff
#define SLICE 200 /* ms between two looks at whether a signal came */

bool
ev_kafka_at_least(int version)
{
	return rd_kafka_version() >= version;
}

/* --- made and closed ----------------------------------------------------- */

static char *
conf_value(const rd_kafka_conf_t *conf, const char *key)
{
	size_t size = 0;
	char *value;

	if (rd_kafka_conf_get(conf, key, NULL, &size) != RD_KAFKA_CONF_OK)
		return ev_mem_strdup("");
	value = ev_mem_zalloc(1, size + 1);
	rd_kafka_conf_get(conf, key, value, &size);
	return value;
}

bool
ev_kafka_conf_is(const rd_kafka_conf_t *conf, const char *key,
    const char *wanted)
{
	char *value = conf_value(conf, key);
	bool is = !strcmp(value, wanted);

	free(value);
	return is;
}

/* Tokens that the library makes itself it renews by a null pointer before
 * version 2.2.0, after four fifths of their life. So they get a long one: the
 * longest that it can count in milliseconds is 24 days. */
static enum ev_status
prepare_tokens(rd_kafka_conf_t *conf, struct ev_err *err)
{
	char *config = conf_value(conf, "sasl.oauthbearer.config");
	char *longer = ev_mem_printf("%s%slifeSeconds=2000000", config,
	    *config ? " " : "");
	enum ev_status status = EV_OK;

	if (strstr(config, "lifeSeconds="))
		status = ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "sasl.oauthbearer.config: librdkafka %s crashes when it "
		    "renews such a token, and 2.2.0 does not: without "
		    "lifeSeconds it lives for 23 days",
		    rd_kafka_version_str());
	else
		rd_kafka_conf_set(conf, "sasl.oauthbearer.config", longer, NULL,
		    0);
	free(config);
	free(longer);
	return status;
}

/* Tokens are renewed on a thread of the library's: ours may have to wait for a
 * pipe longer than they live. */
static void
renew_tokens(rd_kafka_t *rk)
{
	rd_kafka_error_t *error = rd_kafka_sasl_background_callbacks_enable(rk);

	if (error) /* what prepare_tokens has prepared for is not renewed */
		rd_kafka_error_destroy(error);
}

enum ev_status
ev_kafka_open(struct ev_kafka *kafka, rd_kafka_type_t type,
    rd_kafka_conf_t *conf, struct ev_err *err)
{
	bool tokens = ev_kafka_conf_is(conf, "sasl.mechanisms", "OAUTHBEARER");
	char why[512];

	*kafka = (struct ev_kafka){.wake = {-1, -1}};
	if (tokens && !ev_kafka_at_least(TOKENS_MENDED) &&
	    ev_kafka_conf_is(conf, "enable.sasl.oauthbearer.unsecure.jwt",
		"true") &&
	    prepare_tokens(conf, err) != EV_OK) {
		rd_kafka_conf_destroy(conf);
		return EV_FATAL;
	}
	if (tokens)
		rd_kafka_conf_enable_sasl_queue(conf, 1);
	kafka->trouble = ev_mem_zalloc(1, sizeof(*kafka->trouble));
	kafka->brokers = conf_value(conf, "bootstrap.servers");
	ev_kafka_trouble_listen(kafka->trouble, conf);
	kafka->rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (kafka->rk) {
		if (tokens)
			renew_tokens(kafka->rk);
		return EV_OK;
	}
	rd_kafka_conf_destroy(conf);
	ev_kafka_close(kafka);
	return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
	    "the settings of Kafka's client: %s", why);
}

/* What the library's threads may still use. */
struct leaving {
	rd_kafka_t *rk;
	struct ev_kafka_trouble *trouble;
	int wake[2];
};

static void *
leave(void *arg)
{
	struct leaving *leaving = arg;

	if (leaving->rk)
		rd_kafka_destroy_flags(leaving->rk,
		    RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	for (int i = 0; i < 2; i++)
		if (leaving->wake[i] >= 0)
			close(leaving->wake[i]);
	if (leaving->trouble)
		pthread_mutex_destroy(&leaving->trouble->lock);
	free(leaving->trouble);
	free(leaving);
	return NULL;
}

/* Starts leave with all signals blocked, which are for the caller's thread. */
static bool
leave_behind(struct leaving *leaving)
{
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t all, was;
	bool started;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &was);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	started = !pthread_create(&thread, &attr, leave, leaving);
	pthread_attr_destroy(&attr);
	pthread_sigmask(SIG_SETMASK, &was, NULL);
	return started;
}

/* Nobody waits for the end of the library's threads: in 2.0.2 one that talks to
 * a broker which was killed may never come to it, and evsource with it. */
void
ev_kafka_close(struct ev_kafka *kafka)
{
	struct leaving *leaving = ev_mem_alloc(sizeof(*leaving));

	*leaving = (struct leaving){.rk = kafka->rk,
	    .trouble = kafka->trouble,
	    .wake = {-1, -1}};
	if (kafka->trouble) /* else it was never opened */
		memcpy(leaving->wake, kafka->wake, sizeof(leaving->wake));
	free(kafka->brokers);
	free(kafka->cluster);
	*kafka = (struct ev_kafka){.wake = {-1, -1}};
	if (!leaving->rk || !leave_behind(leaving))
		leave(leaving);
}

/* --- waiting ------------------------------------------------------------- */

enum ev_status
ev_kafka_watch(struct ev_kafka *kafka, rd_kafka_queue_t *queue,
    struct ev_err *err)
{
	if (kafka->wake[0] < 0 &&
	    pipe2(kafka->wake, O_NONBLOCK | O_CLOEXEC) < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_OS,
		    "cannot make a pipe: %m");
	rd_kafka_queue_io_event_enable(queue, kafka->wake[1], "", 1);
	return EV_OK;
}

enum ev_status
ev_kafka_wait(struct ev_kafka *kafka, int timeout, struct ev_err *err)
{
	enum ev_status status = ev_io_wait(kafka->wake[0], timeout, err);
	char told[64];

	if (status == EV_OK)
		while (read(kafka->wake[0], told, sizeof(told)) > 0)
			;
	return status;
}

/* --- metadata ------------------------------------------------------------ */

/* What another try will not change: the brokers answered, and said no. */
static bool
is_refused(const struct ev_kafka *kafka)
{
	rd_kafka_resp_err_t code;

	pthread_mutex_lock(&kafka->trouble->lock);
	code = kafka->trouble->code;
	pthread_mutex_unlock(&kafka->trouble->lock);
	return code != RD_KAFKA_RESP_ERR_NO_ERROR;
}

static void
let_in(const struct ev_kafka *kafka)
{
	pthread_mutex_lock(&kafka->trouble->lock);
	kafka->trouble->code = RD_KAFKA_RESP_ERR_NO_ERROR;
	pthread_mutex_unlock(&kafka->trouble->lock);
}

/* One attempt of at most `timeout` ms. */
static rd_kafka_resp_err_t
ask(struct ev_kafka *kafka, const char *topic, int timeout,
    const struct rd_kafka_metadata **metadata)
{
	rd_kafka_topic_t *handle = NULL;
	rd_kafka_resp_err_t code;

	if (topic)
		handle = rd_kafka_topic_new(kafka->rk, topic, NULL);
	code = rd_kafka_metadata(kafka->rk, 0, handle, metadata, timeout);
	if (handle)
		rd_kafka_topic_destroy(handle);
	if (!code)
		let_in(kafka);
	if (!code && !kafka->cluster) {
		char *id = rd_kafka_clusterid(kafka->rk, timeout);

		kafka->cluster = ev_mem_strdup(id ? id : "");
		if (id)
			rd_kafka_mem_free(kafka->rk, id);
	}
	return code;
}

/* Each question may go to another broker, and one that has not heard of a topic
 * yet says that there is none, whatever the others said before. */
static bool
is_late(const struct ev_kafka *kafka, const char *topic,
    const struct rd_kafka_metadata *got)
{
	if (!topic || !kafka->made || strcmp(topic, kafka->made) != 0)
		return false;
	return !got->topic_cnt ||
	    got->topics[0].err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
	    got->topics[0].err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

static enum ev_status
take_metadata(struct ev_kafka *kafka, const char *topic,
    const struct rd_kafka_metadata *got,
    const struct rd_kafka_metadata **metadata, struct ev_err *err)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
	char *what;

	if (topic)
		code = got->topic_cnt ? got->topics[0].err
				      : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	if (metadata && !code)
		*metadata = got;
	else
		rd_kafka_metadata_destroy(got);
	if (!code)
		return EV_OK;
	what = ev_mem_printf("use topic '%s'", topic);
	ev_kafka_error(kafka, code, what, err);
	free(what);
	return EV_FATAL;
}

enum ev_status
ev_kafka_metadata(struct ev_kafka *kafka, const char *topic, int64_t wait,
    const struct rd_kafka_metadata **metadata, struct ev_err *err)
{
	int64_t until = wait < 0 ? INT64_MAX : ev_clock_steady() + wait;
	const struct rd_kafka_metadata *got;
	rd_kafka_resp_err_t code;

	for (;;) {
		bool over = ev_clock_steady() >= until;

		code = ask(kafka, topic, SLICE, &got);
		if (!code && (over || !is_late(kafka, topic, got)))
			return take_metadata(kafka, topic, got, metadata, err);
		if (!code)
			rd_kafka_metadata_destroy(got);
		/* serves the callback of errors, and sees a signal */
		rd_kafka_poll(kafka->rk, 0);
		if (ev_io_wait(-1, code ? 0 : SLICE, err) == EV_FATAL)
			return EV_FATAL;
		if (code && (is_refused(kafka) || over))
			return ev_kafka_error(kafka, code, "reach the brokers",
			    err);
	}
}
