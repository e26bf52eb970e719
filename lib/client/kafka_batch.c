/*
 * kafka_batch: see kafka_batch.h.
 *
 * Of a million reviews of 160 bytes into 12 partitions evsink needs 1.0 CPU
 * seconds with keys, and needed 2.4 with a call of rd_kafka_produce for each;
 * without keys 0.8 and 1.0 (2.0.2). With keys that is the processor's cache:
 * what was acknowledged the library walks over three times, from a message to
 * the next of its partition, which then lay a dozen messages away.
 */
#include "client/kafka_batch.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "client/kafka_impl.h"

#define ITEMS 1536         /* messages, */
#define BYTES (256u << 10) /* and their bytes: half of a second cache */
#define RUN 64             /* messages of one call */
#define NONE UINT32_MAX    /* a length: there is no such part */
#define PARTITIONER "murmur2_random"
#define STICKY 10           /* ms that messages without a key stay with a */
#define STICKY_DEFAULT "10" /* partition, as it is the library's default */

/* Its bytes begin where those of the item before end: key, then value. */
struct item {
	size_t at;
	uint32_t key_len, len; /* or NONE */
	int32_t partition;     /* RD_KAFKA_PARTITION_UA: the library's choice */
	uint64_t number;
};

struct ev_kafka_batch {
	struct ev_buf bytes;
	struct item *item;
	uint16_t *order; /* of items, by partition */
	size_t count, done;
	bool chooses;
	int32_t partitions; /* of the topic, when it was asked last; 0: not
	                     * known */
	int32_t sticky;
	int64_t since;  /* ms of the steady clock, that it is this one */
	size_t *begins; /* of each partition's items, from UA on */
	size_t groups;  /* that begins has room for */
	rd_kafka_message_t run[RUN]; /* not on the stack: hardening zeroes it */
};

struct ev_kafka_batch *
ev_kafka_batch_new(void)
{
	struct ev_kafka_batch *batch = ev_mem_zalloc(1, sizeof(*batch));

	ev_buf_reserve(&batch->bytes, BYTES);
	batch->item = ev_mem_zalloc(ITEMS, sizeof(*batch->item));
	batch->order = ev_mem_zalloc(ITEMS, sizeof(*batch->order));
	batch->sticky = -1;
	return batch;
}

void
ev_kafka_batch_free(struct ev_kafka_batch *batch)
{
	if (!batch)
		return;
	ev_buf_release(&batch->bytes);
	free(batch->item);
	free(batch->order);
	free(batch->begins);
	free(batch);
}

/* --- partitions ---------------------------------------------------------- */

/* Whose message is handed over on this thread: the library calls the
 * partitioner for it, and so tells how many partitions there are. On a thread
 * of the library's own, for messages that came before it knew, there is
 * none. */
static _Thread_local struct ev_kafka_batch *asking;

static void
stick(struct ev_kafka_batch *batch, const rd_kafka_topic_t *topic)
{
	int64_t now = ev_clock_steady();

	if (batch->sticky >= 0 && batch->sticky < batch->partitions &&
	    now - batch->since < STICKY &&
	    rd_kafka_topic_partition_available(topic, batch->sticky))
		return;
	batch->sticky = rd_kafka_msg_partitioner_random(topic, NULL, 0,
	    batch->partitions, NULL, NULL);
	batch->since = now;
}

/* The library's partitioner. */
static int32_t
choose(const rd_kafka_topic_t *topic, const void *key, size_t len,
    int32_t count, void *topic_opaque, void *opaque)
{
	struct ev_kafka_batch *batch = asking;

	if (batch) {
		batch->partitions = count;
		stick(batch, topic);
		if (!key)
			return batch->sticky;
	}
	return rd_kafka_msg_partitioner_murmur2_random(topic, key, len, count,
	    topic_opaque, opaque);
}

void
ev_kafka_batch_conf(struct ev_kafka_batch *batch, rd_kafka_conf_t *conf)
{
	rd_kafka_topic_conf_t *topic = rd_kafka_conf_get_default_topic_conf(
	    conf);

	batch->chooses = topic &&
	    ev_kafka_conf_is(conf, "partitioner", PARTITIONER) &&
	    ev_kafka_conf_is(conf, "sticky.partitioning.linger.ms",
		STICKY_DEFAULT);
	if (!batch->chooses)
		return;
	/* Otherwise it asks only for those with a key. */
	rd_kafka_conf_set(conf, "sticky.partitioning.linger.ms", "0", NULL, 0);
	rd_kafka_topic_conf_set_partitioner_cb(topic, choose);
}

static int32_t
partition_of(const struct ev_kafka_batch *batch, const struct item *item)
{
	if (item->partition != RD_KAFKA_PARTITION_UA || !batch->partitions)
		return item->partition;
	return item->key_len == NONE
	    ? batch->sticky
	    : ev_kafka_partition((struct ev_slice){batch->bytes.ptr + item->at,
				     item->key_len},
		  batch->partitions);
}

/* Puts what is not done yet into the order of partitions, and within one into
 * that in which it came. */
static void
sort(struct ev_kafka_batch *batch)
{
	size_t groups = 2, at = batch->done;

	for (size_t i = batch->done; i < batch->count; i++) {
		struct item *item = &batch->item[i];

		item->partition = partition_of(batch, item);
		if ((size_t)(item->partition + 2) > groups)
			groups = (size_t)(item->partition + 2);
	}
	if (groups > batch->groups) {
		batch->begins = ev_mem_realloc(batch->begins,
		    groups * sizeof(*batch->begins));
		batch->groups = groups;
	}
	memset(batch->begins, 0, groups * sizeof(*batch->begins));
	for (size_t i = batch->done; i < batch->count; i++)
		batch->begins[batch->item[i].partition + 1]++;
	for (size_t i = 0; i < groups; i++) {
		size_t count = batch->begins[i];

		batch->begins[i] = at;
		at += count;
	}
	for (size_t i = batch->done; i < batch->count; i++)
		batch->order[batch->begins[batch->item[i].partition + 1]++] =
		    (uint16_t)i;
}

/* --- adding -------------------------------------------------------------- */

/* Copies one of a message's two parts; its length, or NONE. */
static uint32_t
add_part(struct ev_kafka_batch *batch, struct ev_slice part)
{
	if (!part.ptr)
		return NONE;
	ev_buf_slice(&batch->bytes, part);
	return (uint32_t)part.len;
}

bool
ev_kafka_batch_add(struct ev_kafka_batch *batch,
    const struct ev_kafka_message *message)
{
	struct item *item = &batch->item[batch->count];
	size_t room = BYTES - batch->bytes.len;

	assert(!batch->done);
	if (batch->count == ITEMS || message->headers ||
	    message->time != EV_KAFKA_NOW || message->key.len > room ||
	    message->value.len > room - message->key.len)
		return false;
	item->at = batch->bytes.len;
	item->key_len = add_part(batch, message->key);
	item->len = add_part(batch, message->value);
	item->partition = message->partition;
	item->number = message->number;
	batch->count++;
	return true;
}

size_t
ev_kafka_batch_count(const struct ev_kafka_batch *batch)
{
	return batch->count - batch->done;
}

/* --- producing ----------------------------------------------------------- */

static void
put(const struct ev_kafka_batch *batch, const struct item *item,
    rd_kafka_message_t *message)
{
	char *at = batch->bytes.ptr + item->at;

	message->key = item->key_len == NONE ? NULL : at;
	message->key_len = message->key ? item->key_len : 0;
	message->payload = item->len == NONE ? NULL : at + message->key_len;
	message->len = message->payload ? item->len : 0;
	message->_private = (void *)(uintptr_t)item->number;
}

/* Hands over messages of one partition. */
static rd_kafka_resp_err_t
produce_run(struct ev_kafka_batch *batch, rd_kafka_topic_t *topic, size_t most)
{
	const uint16_t *order = batch->order + batch->done;
	size_t left = batch->count - batch->done, count = 0;
	int32_t partition = batch->item[*order].partition;

	for (; count < left && count < most; count++) {
		const struct item *item = &batch->item[order[count]];

		if (item->partition != partition)
			break;
		put(batch, item, &batch->run[count]);
	}
	rd_kafka_produce_batch(topic, partition, RD_KAFKA_MSG_F_COPY,
	    batch->run, (int)count);
	/* It takes none behind one for which there was no room. */
	for (size_t i = 0; i < count; i++) {
		if (batch->run[i].err)
			return batch->run[i].err;
		batch->done++;
	}
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* The first message, by which we learn about the partitions, and the order of
 * the others. */
static rd_kafka_resp_err_t
produce_first(struct ev_kafka_batch *batch, rd_kafka_topic_t *topic)
{
	rd_kafka_resp_err_t code;

	batch->order[0] = 0;
	batch->partitions = 0;
	asking = batch->chooses ? batch : NULL;
	code = produce_run(batch, topic, 1);
	asking = NULL;
	if (!code)
		sort(batch);
	return code;
}

rd_kafka_resp_err_t
ev_kafka_batch_produce(struct ev_kafka_batch *batch, rd_kafka_topic_t *topic)
{
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (batch->count && !batch->done)
		code = produce_first(batch, topic);
	while (!code && batch->done < batch->count)
		code = produce_run(batch, topic, RUN);
	if (code)
		return code;
	batch->count = batch->done = batch->bytes.len = 0;
	return RD_KAFKA_RESP_ERR_NO_ERROR;
}

/* --- one at a time ------------------------------------------------------- */

/* rd_kafka_produce is the quicker one, and knows no headers and no time. */
static rd_kafka_resp_err_t
produce_plain(rd_kafka_topic_t *topic, const struct ev_kafka_message *message)
{
	/* Not const there, and not changed. */
	void *value = (void *)(uintptr_t)message->value.ptr;

	return rd_kafka_produce(topic, message->partition, RD_KAFKA_MSG_F_COPY,
		   value, message->value.len, message->key.ptr,
		   message->key.len, (void *)(uintptr_t)message->number) == 0
	    ? RD_KAFKA_RESP_ERR_NO_ERROR
	    : rd_kafka_last_error();
}

static rd_kafka_resp_err_t
produce_full(rd_kafka_t *rk, rd_kafka_topic_t *topic,
    struct ev_kafka_message *message)
{
	rd_kafka_headers_t *headers = message->headers;
	rd_kafka_vu_t vu[8] = {
	    {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = topic},
	    {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = message->partition},
	    {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
	    {.vtype = RD_KAFKA_VTYPE_VALUE,
		.u.mem = {(void *)(uintptr_t)message->value.ptr,
		    message->value.len}},
	    {.vtype = RD_KAFKA_VTYPE_KEY,
		.u.mem = {(void *)(uintptr_t)message->key.ptr,
		    message->key.len}},
	    {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = message->time},
	    {.vtype = RD_KAFKA_VTYPE_OPAQUE,
		.u.ptr = (void *)(uintptr_t)message->number},
	    {.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
	};
	rd_kafka_error_t *error = rd_kafka_produceva(rk, vu, headers ? 8 : 7);
	rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;

	if (error) {
		code = rd_kafka_error_code(error);
		rd_kafka_error_destroy(error);
	} else {
		message->headers = NULL;
	}
	return code;
}

rd_kafka_resp_err_t
ev_kafka_produce(struct ev_kafka_batch *batch, rd_kafka_t *rk,
    rd_kafka_topic_t *topic, struct ev_kafka_message *message)
{
	rd_kafka_resp_err_t code;

	asking = batch->chooses ? batch : NULL;
	code = message->headers || message->time != EV_KAFKA_NOW
	    ? produce_full(rk, topic, message)
	    : produce_plain(topic, message);
	asking = NULL;
	return code;
}
