/*
 * stream: see stream.h. The clients here are librdkafka's own, without any of
 * what the commands are made of.
 */
#include "stream.h"

#include <librdkafka/rdkafka.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

#define KEYS 997      /* of events: many more than partitions */
#define PARTITIONS 64 /* at most */
#define FLUSH_MS 30000
#define FINISH_MS 60000 /* for reading a topic that stands still */
#define ASTRAY_MS 30000 /* for which an offset may seem not to be there */
#define AGAIN_MS 50     /* between two looks at whether it is */
#define TWICE 1000      /* each so many events one is sent twice */

/* After which a broker that hangs is given up: the library's own minute is
 * longer than one does here. */
#define SILENT_MS "10000"

/* --- events -------------------------------------------------------------- */

/* Every key again and again, in no order that a partition could have. */
static uint32_t
key_of(uint32_t id)
{
	return (id * 2654435761U >> 8) % KEYS;
}

static size_t
event_print(char *out, size_t size, uint32_t id, uint32_t number)
{
	return (size_t)snprintf(out, size,
	    "{\"id\":%u,\"key\":\"k%u\",\"number\":%u,"
	    "\"text\":\"what else is in an event, of which this is %u\"}",
	    id, key_of(id), number, id);
}

/* --- clients ------------------------------------------------------------- */

typedef void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *message,
    void *opaque);

static rd_kafka_t *
client(rd_kafka_type_t type, const char *const *settings,
    on_delivery *delivered, void *opaque)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *rk = NULL;
	bool right = true;
	char why[512];

	for (; right && settings[0]; settings += 2)
		right = rd_kafka_conf_set(conf, settings[0], settings[1], why,
			    sizeof(why)) == RD_KAFKA_CONF_OK;
	rd_kafka_conf_set_opaque(conf, opaque);
	if (delivered)
		rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	if (right)
		rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (rk)
		return rk;
	fprintf(stderr, "kafka: %s\n", why);
	exit(2);
}

/* --- out of a topic ------------------------------------------------------ */

struct met {
	uint32_t due; /* the number that comes next */
	int32_t partition;
	int64_t offset; /* of the one before it */
};

/* What was read of a partition. */
struct past {
	struct event {
		uint32_t id;
		int64_t offset;
	} * event;
	size_t count;
	size_t same; /* so many of them are what they should be */
};

struct reader {
	rd_kafka_t *rk;
	char *topic;
	enum reader_kind kind;
	int partitions;
	bool ended[PARTITIONS];     /* the last that was heard is its end */
	int64_t astray[PARTITIONS]; /* since when its offset is not there, by
	                             * ev_clock_steady; 0: it is */
	bool asked;                 /* for one of these, in this poll */
	uint32_t seen;              /* events, */
	uint32_t again;             /* and those that came once more */
	struct met met[KEYS];
	struct past past[PARTITIONS];
	char why[512];
};

struct reader *
reader_new(const char *brokers, const char *topic, int partitions,
    enum reader_kind kind)
{
	struct reader *reader = ev_mem_zalloc(1, sizeof(*reader));
	const char *const settings[] = {"bootstrap.servers", brokers,
	    "log_level", "0", "group.id", "looks-and-joins-nothing",
	    "enable.auto.commit", "false", "auto.offset.reset", "error",
	    "isolation.level",
	    kind == READ_ALL ? "read_uncommitted" : "read_committed",
	    "check.crcs", "true", "fetch.wait.max.ms", "50",
	    "enable.partition.eof", "true", "socket.timeout.ms", SILENT_MS,
	    NULL};
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new(partitions);

	for (int i = 0; i < partitions; i++)
		rd_kafka_topic_partition_list_add(list, topic, i)->offset = 0;
	reader->topic = ev_mem_strdup(topic);
	reader->partitions = partitions;
	reader->kind = kind;
	reader->rk = client(RD_KAFKA_CONSUMER, settings, NULL, reader);
	rd_kafka_poll_set_consumer(reader->rk);
	if (rd_kafka_assign(reader->rk, list) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		fprintf(stderr, "kafka: cannot assign %s\n", topic);
		exit(2);
	}
	rd_kafka_topic_partition_list_destroy(list);
	return reader;
}

void
reader_free(struct reader *reader)
{
	rd_kafka_destroy_flags(reader->rk,
	    RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
	for (int i = 0; i < reader->partitions; i++)
		free(reader->past[i].event);
	free(reader->topic);
	free(reader);
}

/* What is wrong with an event, with the place where it was read. */
static bool __attribute__((format(printf, 3, 4))) wrong(struct reader *reader,
    const rd_kafka_message_t *message, const char *format, ...)
{
	char what[256];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(reader->why, sizeof(reader->why),
	    "%s[%d] at %lld, the %u. event of its reader: %s", reader->topic,
	    (int)message->partition, (long long)message->offset,
	    reader->seen + reader->again + 1, what);
	return false;
}

static bool
in_turn(struct reader *reader, const rd_kafka_message_t *message, uint32_t key,
    uint32_t number)
{
	struct met *met = &reader->met[key];
	char last[64] = "";

	if (met->due)
		snprintf(last, sizeof(last), " (%u is in [%d] at %lld)",
		    met->due - 1, (int)met->partition, (long long)met->offset);
	if (number > met->due)
		return wrong(reader, message,
		    "event %u of key k%u came, %u is missing%s", number, key,
		    met->due, last);
	if (met->due && met->partition != message->partition)
		return wrong(reader, message,
		    "event %u of key k%u is in another partition%s", number,
		    key, last);
	if (number < met->due) {
		reader->again++;
		return true;
	}
	*met = (struct met){number + 1, message->partition, message->offset};
	reader->seen++;
	return true;
}

static void
keep(struct reader *reader, const rd_kafka_message_t *message, uint32_t id)
{
	struct past *past = &reader->past[message->partition];

	/* A power of two is full. */
	if (!(past->count & (past->count - 1)))
		past->event = ev_mem_realloc(past->event,
		    (past->count ? 2 * past->count : 1) * sizeof(*past->event));
	past->event[past->count++] = (struct event){id, message->offset};
}

static bool
look(struct reader *reader, const rd_kafka_message_t *message)
{
	char text[256], name[16];
	unsigned id, number;
	int named;

	if (!message->payload || message->len >= sizeof(text))
		return wrong(reader, message, "it is not of ours");
	memcpy(text, message->payload, message->len);
	text[message->len] = '\0';
	if (sscanf(text, "{\"id\":%u,\"key\":\"k%*u\",\"number\":%u,", &id,
		&number) != 2 ||
	    event_print(text, sizeof(text), id, number) != message->len ||
	    memcmp(text, message->payload, message->len) != 0)
		return wrong(reader, message, "its bytes are not ours: %.*s",
		    (int)message->len, (const char *)message->payload);
	named = snprintf(name, sizeof(name), "k%u", key_of(id));
	if (message->key_len != (size_t)named ||
	    memcmp(message->key, name, message->key_len) != 0)
		return wrong(reader, message, "key '%.*s', not %s",
		    (int)message->key_len, (const char *)message->key, name);
	keep(reader, message, id);
	return in_turn(reader, message, key_of(id), number);
}

/* Begins again there: rd_kafka_seek_partitions refuses a partition whose offset
 * was not there. */
static bool
begin_again(struct reader *reader, const rd_kafka_message_t *message)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new(1);
	rd_kafka_error_t *error;

	rd_kafka_topic_partition_list_add(list, reader->topic,
	    message->partition)
	    ->offset = message->offset;
	error = rd_kafka_incremental_unassign(reader->rk, list);
	if (!error)
		error = rd_kafka_incremental_assign(reader->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	if (!error)
		return true;
	wrong(reader, message, "%s", rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
	return false;
}

/* A broker that was frozen takes itself for the leader until it hears of the
 * other one, and a client that asks it meanwhile believes it: it has not what
 * was read from the other one, and soon will. What was lost stays away, or is
 * seen to be another event. */
static bool
ask_again(struct reader *reader, const rd_kafka_message_t *message)
{
	int64_t now = ev_clock_steady(),
		*since = &reader->astray[message->partition];

	if (!*since)
		*since = now;
	if (now - *since >= ASTRAY_MS)
		return wrong(reader, message, "not there for %d s: %s",
		    ASTRAY_MS / 1000, rd_kafka_message_errstr(message));
	usleep(AGAIN_MS * 1000);
	reader->asked = true;
	return begin_again(reader, message);
}

static bool
take(struct reader *reader, const rd_kafka_message_t *message)
{
	switch (message->err) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		reader->astray[message->partition] = 0;
		reader->ended[message->partition] = false;
		if (reader->kind == READ_COMMITTED)
			return look(reader, message);
		reader->seen++;
		return true;
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		reader->astray[message->partition] = 0;
		reader->ended[message->partition] = true;
		return true;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		return ask_again(reader, message);
	case RD_KAFKA_RESP_ERR__BAD_MSG:
		return wrong(reader, message, "%s",
		    rd_kafka_message_errstr(message));
	default: /* brokers are away: that is what is tried */
		return true;
	}
}

bool
reader_poll(struct reader *reader, int ms, const char **why)
{
	*why = reader->why;
	reader->asked = false;
	/* Who is asked again answers at once, and others must go on meanwhile:
	 * the brokers that have what is sought are still to be started. */
	for (unsigned i = 0; i < 1000 && !reader->asked; i++) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(reader->rk,
		    i ? 0 : ms);
		bool right;

		if (!message)
			break;
		right = take(reader, message);
		rd_kafka_message_destroy(message);
		if (!right)
			return false;
	}
	return true;
}

static bool
all_ended(const struct reader *reader)
{
	for (int i = 0; i < reader->partitions; i++)
		if (!reader->ended[i])
			return false;
	return true;
}

bool
reader_finish(struct reader *reader, const char **why)
{
	int64_t end = ev_clock_steady() + FINISH_MS;

	while (!all_ended(reader)) {
		if (!reader_poll(reader, 50, why))
			return false;
		if (ev_clock_steady() < end)
			continue;
		snprintf(reader->why, sizeof(reader->why),
		    "%s is not read to its end in a minute", reader->topic);
		return false;
	}
	return true;
}

static bool
differ(struct reader *out, const struct reader *in, int partition, size_t i)
{
	const struct past *is = &out->past[partition],
			  *due = &in->past[partition];
	char has[64] = "nothing", wants[64] = "nothing";

	if (i < is->count)
		snprintf(has, sizeof(has), "event %u (key k%u, at %lld)",
		    is->event[i].id, key_of(is->event[i].id),
		    (long long)is->event[i].offset);
	if (i < due->count)
		snprintf(wants, sizeof(wants), "event %u (key k%u, at %lld)",
		    due->event[i].id, key_of(due->event[i].id),
		    (long long)due->event[i].offset);
	snprintf(out->why, sizeof(out->why),
	    "the %zu. event: %s[%d] has %s, %s[%d] has %s", i + 1, out->topic,
	    partition, has, in->topic, partition, wants);
	return false;
}

bool
reader_same(struct reader *out, const struct reader *in, bool whole,
    const char **why)
{
	*why = out->why;
	for (int p = 0; p < out->partitions; p++) {
		struct past *is = &out->past[p];
		const struct past *due = &in->past[p];

		for (; is->same < is->count && is->same < due->count;
		     is->same++)
			if (is->event[is->same].id != due->event[is->same].id)
				return differ(out, in, p, is->same);
		if (whole && is->count != due->count)
			return differ(out, in, p, is->same);
	}
	return true;
}

uint32_t
reader_seen(const struct reader *reader)
{
	return reader->seen;
}

uint32_t
reader_again(const struct reader *reader)
{
	return reader->again;
}

/* --- into a topic -------------------------------------------------------- */

struct feeder {
	rd_kafka_t *rk;
	char *brokers, *topic;
	int partitions;
	uint32_t sent;
	uint32_t next[KEYS];
	bool lost;     /* the producer has given up for ever */
	char why[256]; /* an event was refused */
};

static void
delivered(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	struct feeder *feeder = opaque;

	if (!message->err || feeder->why[0])
		return;
	if (rd_kafka_fatal_error(rk, NULL, 0))
		feeder->lost = true;
	else
		snprintf(feeder->why, sizeof(feeder->why),
		    "the test itself could not send an event: %s",
		    rd_kafka_err2str(message->err));
}

static void
connect_feeder(struct feeder *feeder)
{
	const char *const settings[] = {"bootstrap.servers", feeder->brokers,
	    "log_level", "0", "enable.idempotence", "true", "linger.ms", "5",
	    "message.timeout.ms", "300000", "partitioner", "murmur2_random",
	    "socket.timeout.ms", SILENT_MS, NULL};

	feeder->rk = client(RD_KAFKA_PRODUCER, settings, delivered, feeder);
}

static void
disconnect_feeder(struct feeder *feeder)
{
	rd_kafka_purge(feeder->rk,
	    RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(feeder->rk, 1000);
	rd_kafka_destroy(feeder->rk);
}

struct feeder *
feeder_new(const char *brokers, const char *topic, int partitions)
{
	struct feeder *feeder = ev_mem_zalloc(1, sizeof(*feeder));

	feeder->brokers = ev_mem_strdup(brokers);
	feeder->topic = ev_mem_strdup(topic);
	feeder->partitions = partitions;
	connect_feeder(feeder);
	return feeder;
}

void
feeder_free(struct feeder *feeder)
{
	disconnect_feeder(feeder);
	free(feeder->brokers);
	free(feeder->topic);
	free(feeder);
}

static bool
hand_over(struct feeder *feeder, uint32_t id, uint32_t number)
{
	char value[160], name[16];
	size_t len = event_print(value, sizeof(value), id, number);
	int named = snprintf(name, sizeof(name), "k%u", key_of(id));

	return rd_kafka_producev(feeder->rk, RD_KAFKA_V_TOPIC(feeder->topic),
		   RD_KAFKA_V_KEY(name, (size_t)named),
		   RD_KAFKA_V_VALUE(value, len),
		   RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
		   RD_KAFKA_V_END) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

bool
feeder_send(struct feeder *feeder, uint32_t count, const char **why)
{
	for (; count > 0 && !feeder->lost; count--, feeder->sent++) {
		uint32_t key = key_of(feeder->sent);

		if (!hand_over(feeder, feeder->sent, feeder->next[key]))
			break;
		if (feeder->sent % TWICE == 0)
			hand_over(feeder, feeder->sent, feeder->next[key]);
		feeder->next[key]++;
	}
	rd_kafka_poll(feeder->rk, 0);
	*why = feeder->why;
	return !feeder->why[0];
}

bool
feeder_lost(const struct feeder *feeder)
{
	return feeder->lost;
}

void
feeder_lose(struct feeder *feeder)
{
	rd_kafka_test_fatal_error(feeder->rk,
	    RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, "asked for");
	feeder->lost = true;
}

bool
feeder_mend(struct feeder *feeder, const char **why)
{
	struct reader *reader = reader_new(feeder->brokers, feeder->topic,
	    feeder->partitions, READ_COMMITTED);
	uint32_t next[KEYS] = {0};
	bool fine;

	disconnect_feeder(feeder);
	feeder->lost = false;
	feeder->why[0] = '\0'; /* what was purged */
	connect_feeder(feeder);
	fine = reader_finish(reader, why);
	if (!fine)
		snprintf(feeder->why, sizeof(feeder->why), "%s", *why);
	for (uint32_t id = 0; fine && id < feeder->sent; id++) {
		uint32_t key = key_of(id), number = next[key]++;

		while (number >= reader->met[key].due &&
		    !hand_over(feeder, id, number))
			rd_kafka_poll(feeder->rk, 10);
	}
	reader_free(reader);
	*why = feeder->why;
	return fine;
}

bool
feeder_waits(const struct feeder *feeder)
{
	return rd_kafka_outq_len(feeder->rk) > 0;
}

bool
feeder_flush(struct feeder *feeder)
{
	return rd_kafka_flush(feeder->rk, FLUSH_MS) ==
	    RD_KAFKA_RESP_ERR_NO_ERROR;
}

uint32_t
feeder_sent(const struct feeder *feeder)
{
	return feeder->sent;
}
