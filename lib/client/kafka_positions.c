/*
 * kafka_positions: see kafka_positions.h.
 */
#include "client/kafka_positions.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"
#include "state/pipeline.h"

#define PARTITIONS 50 /* so that a transaction that hangs blocks few */
#define SLICE 100     /* ms between two looks at whether a signal came */
#define SLOW 5000     /* ms until a wait is told */

/* Compaction leaves the newest segment alone, so it must not be large: it is
 * read at every start. A record of many inputs is long. */
static const char *const settings[] = {"cleanup.policy", "compact",
    "segment.bytes", "8388608", "min.cleanable.dirty.ratio", "0.1",
    "max.message.bytes", "16777216", NULL};

/* --- opening ------------------------------------------------------------- */

static enum ev_status
count_partitions(struct ev_kafka_sender *sender, int32_t *count,
    struct ev_err *err)
{
	const struct rd_kafka_metadata *metadata;

	if (ev_kafka_metadata(&sender->kafka, EV_KAFKA_POSITIONS,
		sender->how->wait, &metadata, err) != EV_OK)
		return EV_FATAL;
	*count = metadata->topics[0].partition_cnt;
	rd_kafka_metadata_destroy(metadata);
	return EV_OK;
}

static enum ev_status
find(struct ev_kafka_sender *sender, bool make, int32_t *count,
    struct ev_err *err)
{
	static const struct ev_kafka_topic topic = {
	    .name = EV_KAFKA_POSITIONS,
	    .partitions = PARTITIONS,
	    .replication = -1,
	    .setting = settings,
	};

	if (count_partitions(sender, count, err) == EV_OK)
		return EV_OK;
	/* It is not there, or the brokers do not tell. */
	if (err->exit != EV_EXIT_DISAGREE)
		return EV_FATAL;
	if (!make)
		return EV_END;
	if (ev_kafka_create(&sender->kafka, &topic, sender->how->wait, err) !=
	    EV_OK)
		return EV_FATAL;
	return count_partitions(sender, count, err);
}

enum ev_status
ev_kafka_positions_open(struct ev_kafka_positions *positions,
    struct ev_kafka_sender *sender, const char *name, bool make,
    struct ev_err *err)
{
	enum ev_status status;

	*positions = (struct ev_kafka_positions){.sender = sender,
	    .name = name};
	status = find(sender, make, &positions->partitions, err);
	if (status != EV_OK)
		return status;
	positions->topic = rd_kafka_topic_new(sender->kafka.rk,
	    EV_KAFKA_POSITIONS, NULL);
	return EV_OK;
}

void
ev_kafka_positions_close(struct ev_kafka_positions *positions)
{
	if (positions->topic)
		rd_kafka_topic_destroy(positions->topic);
	positions->topic = NULL;
	free(positions->claim);
	positions->claim = NULL;
}

/* --- writing ------------------------------------------------------------- */

static int32_t
partition_of(const struct ev_kafka_positions *positions, const char *name)
{
	return ev_kafka_partition(ev_slice_of(name), positions->partitions);
}

static enum ev_status
put(struct ev_kafka_positions *positions, const char *key,
    struct ev_slice value, struct ev_err *err)
{
	struct ev_kafka_message message = {
	    .key = ev_slice_of(key),
	    .value = value,
	    .partition = partition_of(positions, positions->name),
	};

	return ev_kafka_send_to(positions->sender, positions->topic, &message,
	    err);
}

enum ev_status
ev_kafka_positions_write(struct ev_kafka_positions *positions,
    struct ev_slice record, struct ev_err *err)
{
	return put(positions, positions->name, record, err);
}

enum ev_status
ev_kafka_positions_claim(struct ev_kafka_positions *positions,
    struct ev_err *err)
{
	char once[EV_RUN_LEN + 1];

	if (ev_mutant("kafka.claim"))
		return EV_OK;
	ev_pipeline_run(once);
	free(positions->claim);
	/* No name has a blank in it. */
	positions->claim = ev_mem_printf("%s %s", positions->name, once);
	if (ev_kafka_begin(positions->sender, err) != EV_OK ||
	    put(positions, positions->claim, (struct ev_slice){NULL, 0}, err) !=
		EV_OK)
		return EV_FATAL;
	return ev_kafka_commit(positions->sender, err);
}

/* --- reading ------------------------------------------------------------- */

/* What was committed to one partition, from its beginning to its end. */
struct past {
	const struct ev_kafka_sender *sender;
	struct ev_kafka kafka;
	const char *topic;
	int32_t partition;
	const char *claim; /* the key at which it ends; NULL: none */
	int64_t low, end;
	int64_t since, moved;
	bool told;
};

static enum ev_status
open_client(struct past *past, struct ev_err *err)
{
	static const char *const fixed[] = {"isolation.level", "read_committed",
	    "enable.partition.eof", "true", "enable.auto.commit", "false",
	    "enable.auto.offset.store", "false", "auto.offset.reset",
	    "earliest", "group.id", "evkit", "fetch.wait.max.ms", "100",
	    "queued.min.messages", "1000", NULL};
	const struct ev_kafka_sender_settings *how = past->sender->how;
	rd_kafka_conf_t *conf;

	if (ev_kafka_conf(how->client, how->place, NULL, fixed, &conf, err) !=
		EV_OK ||
	    ev_kafka_open(&past->kafka, RD_KAFKA_CONSUMER, conf, err) != EV_OK)
		return EV_FATAL;
	rd_kafka_poll_set_consumer(past->kafka.rk);
	return EV_OK;
}

static enum ev_status
fail(struct past *past, rd_kafka_resp_err_t code, struct ev_err *err)
{
	char *what = ev_mem_printf("read topic '%s'", past->topic);

	ev_kafka_error(&past->kafka, code, what, err);
	free(what);
	if (err->exit == EV_EXIT_UNAVAILABLE)
		err->exit = EV_EXIT_AGAIN;
	return EV_FATAL;
}

/* True while it is worth going on. */
static bool
patient(struct past *past, rd_kafka_resp_err_t code, struct ev_err *err)
{
	int64_t wait = past->sender->how->wait;

	if (ev_io_wait(-1, 0, err) == EV_FATAL)
		return false;
	if (wait < 0 || ev_clock_steady() - past->moved < wait)
		return true;
	fail(past, code, err);
	return false;
}

/* The partition's end, asked of its leader: one that has just become that
 * answers only when it knows how far its predecessor's followers were (KIP-207).
 * What a fetch says of the end it may say too early. */
static enum ev_status
find_end(struct past *past, struct ev_err *err)
{
	rd_kafka_resp_err_t code;

	while ((
	    code = rd_kafka_query_watermark_offsets(past->kafka.rk, past->topic,
		past->partition, &past->low, &past->end, SLICE * 10))) {
		if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
			return fail(past, code, err);
		if (!patient(past, code, err))
			return EV_FATAL;
	}
	return EV_OK;
}

static enum ev_status
open_past(struct past *past, const struct ev_kafka_sender *sender,
    const char *topic, int32_t partition, struct ev_err *err)
{
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;

	past->sender = sender;
	past->topic = topic;
	past->partition = partition;
	past->since = past->moved = ev_clock_steady();
	if (!past->kafka.rk && open_client(past, err) != EV_OK)
		return EV_FATAL;
	if (find_end(past, err) != EV_OK)
		return EV_FATAL;
	list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, topic, partition)->offset =
	    past->low;
	code = rd_kafka_assign(past->kafka.rk, list);
	rd_kafka_topic_partition_list_destroy(list);
	return code ? fail(past, code, err) : EV_OK;
}

/* At the end of what can be read: that may be where a transaction of another
 * begins, which is open. How far the partition goes beyond it a fetch has
 * said. */
static bool
at_end(struct past *past, int64_t offset)
{
	int64_t low, high;

	if (past->claim)
		return false;
	if (rd_kafka_get_watermark_offsets(past->kafka.rk, past->topic,
		past->partition, &low, &high) == RD_KAFKA_RESP_ERR_NO_ERROR &&
	    high > past->end)
		past->end = high;
	return offset >= past->end;
}

static void
tell(struct past *past)
{
	char *what;

	if (past->told || !past->sender->how->slow ||
	    ev_clock_steady() - past->since < SLOW)
		return;
	past->told = true;
	what = ev_mem_printf("partition %d of topic '%s', in which another's "
			     "transaction is open, or whose leader does not "
			     "answer or does not lead any more",
	    past->partition, past->topic);
	past->sender->how->slow(what);
	free(what);
}

/* The next message, the caller's to destroy. EV_END: that was all. */
static enum ev_status
next(struct past *past, rd_kafka_message_t **message, struct ev_err *err)
{
	rd_kafka_resp_err_t code;

	for (;;) {
		*message = rd_kafka_consumer_poll(past->kafka.rk, SLICE);
		code = *message ? (*message)->err
				: RD_KAFKA_RESP_ERR__TIMED_OUT;
		if (!code) {
			past->moved = ev_clock_steady();
			return EV_OK;
		}
		if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF &&
		    at_end(past, (*message)->offset)) {
			rd_kafka_message_destroy(*message);
			return EV_END;
		}
		if (*message)
			rd_kafka_message_destroy(*message);
		if (code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED)
			return fail(past, code, err);
		tell(past);
		if (!patient(past, RD_KAFKA_RESP_ERR__TIMED_OUT, err))
			return EV_FATAL;
	}
}

enum ev_status
ev_kafka_positions_read(struct ev_kafka_positions *positions, const char *name,
    struct ev_buf *out, struct ev_err *err)
{
	bool ours = !strcmp(name, positions->name);
	struct past past = {.claim = ours ? positions->claim : NULL};
	rd_kafka_message_t *message;
	bool found = false;
	enum ev_status status = open_past(&past, positions->sender,
	    EV_KAFKA_POSITIONS, partition_of(positions, name), err);

	while (
	    status == EV_OK && (status = next(&past, &message, err)) == EV_OK) {
		struct ev_slice key = {message->key, message->key_len};

		if (ev_slice_is(key, name)) {
			out->len = 0;
			found = message->payload != NULL;
			ev_buf_append(out, message->payload, message->len);
		}
		/* Behind it nobody can have written of this name. */
		if (past.claim && ev_slice_is(key, past.claim))
			status = EV_END;
		rd_kafka_message_destroy(message);
	}
	ev_kafka_close(&past.kafka);
	if (status != EV_END)
		return status;
	return found ? EV_OK : EV_END;
}

enum ev_status
ev_kafka_topic_empty(struct ev_kafka_sender *sender, bool *empty,
    struct ev_err *err)
{
	struct past past = {0};
	rd_kafka_message_t *message;
	enum ev_status status = EV_OK;

	*empty = true;
	for (int32_t i = 0;
	     *empty && status == EV_OK && i < sender->limits.partitions; i++) {
		status = open_past(&past, sender, sender->how->place->topic, i,
		    err);
		if (status == EV_OK && past.low < past.end)
			status = next(&past, &message, err);
		else
			continue;
		if (status == EV_OK) {
			*empty = false;
			rd_kafka_message_destroy(message);
		}
		if (status == EV_END)
			status = EV_OK;
	}
	ev_kafka_close(&past.kafka);
	return status;
}
