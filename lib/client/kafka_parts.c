/*
 * kafka_parts: which partitions a reader reads, and what offsets they have.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "client/kafka_read_impl.h"

#define SLICE 1000 /* ms, of one attempt */
#define QUERY 5000 /* ms, of one about offsets */
#define GRACE \
	15000 /* ms until a partition that was listed and is not known
	       * any more is believed to be gone */

/* --- which are meant ----------------------------------------------------- */

/* A partition of a topic that is ours to read. */
static bool
is_wanted(const struct ev_kafka_reader *reader, int32_t id)
{
	bool in = !reader->ranges;

	for (size_t i = 0; i < reader->ranges && !in; i++)
		in = id >= reader->range[i].first &&
		    id <= reader->range[i].last;
	return in && ev_shard_owns(reader->set->shard, (unsigned)id);
}

/* Topics that Kafka and pipelines keep their own things in, which a pattern
 * does not mean unless it begins as they do. */
static bool
is_internal(const char *name, const char *pattern)
{
	return (!strncmp(name, "__", 2) && strncmp(pattern, "^__", 3)) ||
	    (!strcmp(name, "ev_positions") && strncmp(pattern, "^ev_", 4));
}

/* --- asking --------------------------------------------------------------- */

/* How long an attempt may take. */
static int
slice(const struct ev_kafka_reader *reader)
{
	int64_t wait = reader->set->wait;

	return wait >= 0 && wait < SLICE ? (int)wait : SLICE;
}

static enum ev_status
ask(struct ev_kafka_reader *reader, const char *topic,
    const struct rd_kafka_metadata **metadata, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	while (status == EV_OK) {
		if (ev_kafka_metadata(reader->kafka, topic, slice(reader),
			metadata, err) == EV_OK) {
			ev_kafka_reader_answered(reader);
			return EV_OK;
		}
		status = err->exit == EV_EXIT_UNAVAILABLE
		    ? ev_kafka_reader_wait(reader, err)
		    : EV_FATAL;
	}
	return status;
}

/* --- partitions ---------------------------------------------------------- */

static struct ev_kafka_topic *
topic_of(struct ev_kafka_reader *reader, const char *name, size_t order)
{
	struct ev_kafka_topic *topic;

	for (size_t i = 0; i < reader->topics; i++)
		if (!strcmp(reader->topic[i]->name, name))
			return reader->topic[i];
	topic = ev_mem_zalloc(1, sizeof(*topic));
	topic->name = ev_mem_strdup(name);
	topic->order = order;
	reader->topic = ev_mem_realloc(reader->topic,
	    (reader->topics + 1) * sizeof(struct ev_kafka_topic *));
	reader->topic[reader->topics++] = topic;
	return topic;
}

static struct ev_kafka_part *
known_part(const struct ev_kafka_reader *reader,
    const struct ev_kafka_topic *topic, int32_t id)
{
	for (size_t i = 0; i < reader->parts; i++)
		if (reader->part[i]->topic == topic &&
		    reader->part[i]->id == id)
			return reader->part[i];
	return NULL;
}

static void
add_parts(struct ev_kafka_reader *reader, const rd_kafka_metadata_topic_t *got,
    size_t order)
{
	struct ev_kafka_topic *topic = topic_of(reader, got->topic, order);

	for (int i = 0; i < got->partition_cnt; i++) {
		int32_t id = got->partitions[i].id;
		struct ev_kafka_part *part;

		if (!is_wanted(reader, id))
			continue;
		part = known_part(reader, topic, id);
		/* A topic that was deleted and is there again is a new one. */
		if (part && part->gone)
			*part = (struct ev_kafka_part){.topic = topic,
			    .id = id};
		if (part)
			continue;
		part = ev_mem_zalloc(1, sizeof(*part));
		part->topic = topic;
		part->id = id;
		reader->part = ev_mem_realloc(reader->part,
		    (reader->parts + 1) * sizeof(struct ev_kafka_part *));
		reader->part[reader->parts++] = part;
	}
}

static bool
is_absent(struct ev_kafka_reader *reader, const char *name)
{
	rd_kafka_topic_t *handle = rd_kafka_topic_new(reader->kafka->rk, name,
	    NULL);
	const struct rd_kafka_metadata *metadata;
	bool absent = false;

	if (!rd_kafka_metadata(reader->kafka->rk, 0, handle, &metadata,
		slice(reader))) {
		absent = metadata->topic_cnt == 1 &&
		    metadata->topics[0].err ==
			RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
		rd_kafka_metadata_destroy(metadata);
	}
	rd_kafka_topic_destroy(handle);
	return absent;
}

/* Who will make a topic may not have begun. Brokers that do not answer are
 * left to who asks next. */
static enum ev_status
await_topic(struct ev_kafka_reader *reader, const char *name,
    struct ev_err *err)
{
	char text[sizeof(err->text)];

	for (bool told = false; is_absent(reader, name); told = true) {
		snprintf(text, sizeof(text),
		    "topic '%s' is not there yet: waiting for it", name);
		if (!told)
			reader->set->say(text);
		if (ev_kafka_reader_pause(err) != EV_OK)
			return EV_FATAL;
	}
	return EV_OK;
}

static enum ev_status
look_at_names(struct ev_kafka_reader *reader, struct ev_err *err)
{
	const struct rd_kafka_metadata *metadata;

	for (size_t i = 0; i < reader->names; i++) {
		const char *name = reader->name[i];
		enum ev_status status = EV_OK;

		if (reader->set->await && !reader->begun)
			status = await_topic(reader, name, err);
		if (status == EV_OK)
			status = ask(reader, name, &metadata, err);
		if (status != EV_OK)
			return status;
		add_parts(reader, &metadata->topics[0], i);
		rd_kafka_metadata_destroy(metadata);
	}
	return EV_OK;
}

static bool
is_listed(const struct rd_kafka_metadata *metadata, const char *name)
{
	for (int i = 0; i < metadata->topic_cnt; i++)
		if (!strcmp(metadata->topics[i].topic, name))
			return true;
	return false;
}

/* The library itself learns late, or not at all, that a topic was deleted. */
static void
drop_deleted(struct ev_kafka_reader *reader,
    const struct rd_kafka_metadata *metadata)
{
	for (size_t i = 0; i < reader->parts; i++) {
		struct ev_kafka_part *part = reader->part[i];

		if (part->started && !part->gone &&
		    !is_listed(metadata, part->topic->name))
			ev_kafka_reader_drop(reader, part);
	}
}

static enum ev_status
look_at_all(struct ev_kafka_reader *reader, struct ev_err *err)
{
	const struct rd_kafka_metadata *metadata;
	enum ev_status status = ask(reader, NULL, NULL, err);
	rd_kafka_resp_err_t code;

	while (status == EV_OK &&
	    (code = rd_kafka_metadata(reader->kafka->rk, 1, NULL, &metadata,
		 slice(reader)))) {
		ev_kafka_error(reader->kafka, code, "list the topics", err);
		status = err->exit == EV_EXIT_UNAVAILABLE
		    ? ev_kafka_reader_wait(reader, err)
		    : EV_FATAL;
	}
	if (status != EV_OK)
		return status;
	for (int i = 0; i < metadata->topic_cnt; i++) {
		const rd_kafka_metadata_topic_t *got = &metadata->topics[i];

		if (!got->err &&
		    !is_internal(got->topic, reader->set->topics) &&
		    !regexec(&reader->pattern, got->topic, 0, NULL, 0))
			add_parts(reader, got, 0);
	}
	drop_deleted(reader, metadata);
	rd_kafka_metadata_destroy(metadata);
	return EV_OK;
}

/* What --partitions names must be there. */
static enum ev_status
check_ranges(const struct ev_kafka_reader *reader, struct ev_err *err)
{
	for (size_t i = 0; i < reader->ranges; i++)
		for (int32_t id = reader->range[i].first;; id++) {
			bool there = !is_wanted(reader, id);

			for (size_t k = 0; k < reader->parts && !there; k++)
				there = reader->part[k]->id == id;
			if (!there)
				return ev_err_set(err, EV_FATAL,
				    EV_EXIT_DISAGREE,
				    "'%s' has no partition %" PRId32,
				    reader->set->topics, id);
			if (id == reader->range[i].last)
				break;
		}
	return EV_OK;
}

size_t
ev_kafka_reader_count(const struct ev_kafka_reader *reader)
{
	return reader->parts;
}

struct ev_kafka_part *
ev_kafka_reader_part(struct ev_kafka_reader *reader, size_t i)
{
	return reader->part[i];
}

/* --- offsets ------------------------------------------------------------- */

/* What another try may change. */
static bool
is_passing(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR__TRANSPORT:
	case RD_KAFKA_RESP_ERR__TIMED_OUT:
	case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
	case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
	case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
	case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
	case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
	case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
	case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
	case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
	case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
		return true;
	default:
		return false;
	}
}

/* Partitions that were listed just now may not be known for a while to brokers
 * that all died and come back, and to the library, which has heard one of
 * them. */
static bool
is_unknown(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
	    code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
	    code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

/* The list of those that are not started, each with this offset (or time). */
static rd_kafka_topic_partition_list_t *
list_of(const struct ev_kafka_reader *reader, int64_t offset)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)reader->parts);

	for (size_t i = 0; i < reader->parts; i++) {
		struct ev_kafka_part *part = reader->part[i];

		if (part->started || part->gone)
			continue;
		rd_kafka_topic_partition_list_add(list, part->topic->name,
		    part->id)
		    ->offset = offset;
	}
	return list;
}

static rd_kafka_resp_err_t
worst_of(const rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_resp_err_t worst = RD_KAFKA_RESP_ERR_NO_ERROR;

	for (int i = 0; i < list->cnt; i++)
		if (list->elems[i].err &&
		    (!worst || !is_passing(list->elems[i].err)))
			worst = list->elems[i].err;
	return worst;
}

/* Asks the leaders, all partitions at a time, for the offset of a time (ms; or
 * one of the two that the protocol has for the first and the end, -2 and -1,
 * which the library passes on). Where nothing is as late, it is -1. *list is
 * the caller's to destroy. */
static enum ev_status
query(struct ev_kafka_reader *reader, int64_t time,
    rd_kafka_topic_partition_list_t **list, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	int64_t begin = ev_clock_steady();

	while (status == EV_OK) {
		rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
		bool passing;

		*list = list_of(reader, time);
		if ((*list)->cnt)
			code = rd_kafka_offsets_for_times(reader->kafka->rk,
			    *list, QUERY);
		if (!code)
			code = worst_of(*list);
		if (!code)
			return EV_OK;
		rd_kafka_topic_partition_list_destroy(*list);
		rd_kafka_poll(reader->kafka->rk, 0);
		ev_kafka_error(reader->kafka, code, "ask for offsets", err);
		if (!is_unknown(code))
			begin = ev_clock_steady();
		passing = is_passing(code) ||
		    (is_unknown(code) && ev_clock_steady() - begin < GRACE);
		if (is_passing(code))
			err->exit = EV_EXIT_UNAVAILABLE;
		status = passing ? ev_kafka_reader_wait(reader, err) : EV_FATAL;
	}
	return status;
}

void
ev_kafka_reader_wake(struct ev_kafka_reader *reader)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)reader->parts);

	for (size_t i = 0; i < reader->parts; i++) {
		const struct ev_kafka_part *part = reader->part[i];

		if (part->started && !part->reached && !part->gone)
			rd_kafka_topic_partition_list_add(list,
			    part->topic->name, part->id)
			    ->offset = RD_KAFKA_OFFSET_END;
	}
	if (list->cnt)
		rd_kafka_offsets_for_times(reader->kafka->rk, list, 1);
	rd_kafka_topic_partition_list_destroy(list);
}

static enum ev_status
ask_offset(struct ev_kafka_reader *reader, const struct ev_kafka_part *part,
    int64_t which, int64_t *offset, struct ev_err *err)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *one =
	    rd_kafka_topic_partition_list_add(list, part->topic->name,
		part->id);
	rd_kafka_resp_err_t code;

	one->offset = which;
	code = rd_kafka_offsets_for_times(reader->kafka->rk, list, SLICE);
	if (!code)
		code = one->err;
	if (!code)
		*offset = one->offset;
	rd_kafka_topic_partition_list_destroy(list);
	if (!code)
		return EV_OK;
	ev_kafka_error(reader->kafka, code, "ask for offsets", err);
	return is_passing(code) || is_unknown(code) ? EV_AGAIN : EV_FATAL;
}

enum ev_status
ev_kafka_reader_end(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    struct ev_err *err)
{
	enum ev_status status = ask_offset(reader, part,
	    RD_KAFKA_OFFSET_BEGINNING, &part->low, err);

	return status == EV_OK
	    ? ask_offset(reader, part, RD_KAFKA_OFFSET_END, &part->high, err)
	    : status;
}

/* Hands the offsets of a list out, in the order in which list_of put them. */
static void
hand_out(struct ev_kafka_reader *reader, rd_kafka_topic_partition_list_t *list,
    void (*take)(struct ev_kafka_part *part, int64_t offset))
{
	for (size_t i = 0; i < reader->parts; i++) {
		struct ev_kafka_part *part = reader->part[i];
		const rd_kafka_topic_partition_t *one;

		if (part->started || part->gone)
			continue;
		one = rd_kafka_topic_partition_list_find(list,
		    part->topic->name, part->id);
		if (one)
			take(part, one->offset);
	}
	rd_kafka_topic_partition_list_destroy(list);
}

static void
take_low(struct ev_kafka_part *part, int64_t offset)
{
	part->low = offset;
}

static void
take_high(struct ev_kafka_part *part, int64_t offset)
{
	part->high = offset < part->low ? part->low : offset;
}

static void
take_found(struct ev_kafka_part *part, int64_t offset)
{
	if (offset < 0 || offset > part->high)
		offset = part->high;
	part->found = offset < part->low ? part->low : offset;
}

enum ev_status
ev_kafka_reader_ends(struct ev_kafka_reader *reader, struct ev_err *err)
{
	rd_kafka_topic_partition_list_t *list;
	enum ev_status status = query(reader, RD_KAFKA_OFFSET_BEGINNING, &list,
	    err);

	if (status != EV_OK)
		return status;
	hand_out(reader, list, take_low);
	status = query(reader, RD_KAFKA_OFFSET_END, &list, err);
	if (status != EV_OK)
		return status;
	hand_out(reader, list, take_high);
	ev_kafka_reader_answered(reader);
	return EV_OK;
}

enum ev_status
ev_kafka_reader_look(struct ev_kafka_reader *reader, struct ev_err *err)
{
	enum ev_status status = reader->matches ? look_at_all(reader, err)
						: look_at_names(reader, err);

	if (status == EV_OK)
		status = check_ranges(reader, err);
	return status == EV_OK ? ev_kafka_reader_ends(reader, err) : status;
}

enum ev_status
ev_kafka_reader_ping(struct ev_kafka_reader *reader, struct ev_err *err)
{
	return ask(reader, NULL, NULL, err);
}

enum ev_status
ev_kafka_reader_find(struct ev_kafka_reader *reader,
    const struct ev_kafka_when *when, struct ev_err *err)
{
	rd_kafka_topic_partition_list_t *list;

	if (when->kind == EV_KAFKA_TIME) {
		enum ev_status status = query(reader, when->value, &list, err);

		if (status != EV_OK)
			return status;
		hand_out(reader, list, take_found);
		return EV_OK;
	}
	for (size_t i = 0; i < reader->parts; i++) {
		struct ev_kafka_part *part = reader->part[i];

		if (!part->started)
			take_found(part,
			    when->kind == EV_KAFKA_START     ? part->low
				: when->kind == EV_KAFKA_END ? part->high
							     : when->value);
	}
	return EV_OK;
}

void
ev_kafka_part_place(struct ev_kafka_part *part,
    const struct ev_kafka_offset *offset)
{
	part->at = part->was = *offset;
	part->broker = -1;
	part->placed = true;
	part->asked = 0;
}
