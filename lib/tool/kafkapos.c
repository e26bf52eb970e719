/*
 * kafkapos: see kafkapos.h.
 */
#include "tool/kafkapos.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/point.h"
#include "tool/tool.h"

/* --- keys ---------------------------------------------------------------- */

/* What a topic's positions are kept under. */
static char *
input_of(const struct ev_kafkapos *pos, const struct ev_kafka_topic *topic)
{
	const struct ev_opt_list *names = &pos->marker->settings->input;

	if (names->count)
		return ev_mem_strdup(names->item[topic->order]);
	return ev_mem_printf("kafka:%s/%s", pos->kafka->cluster, topic->name);
}

static char *
key_of(const struct ev_kafkapos *pos, const struct ev_kafka_part *part)
{
	char *input = input_of(pos, part->topic);
	char *key = ev_mem_printf("%s#%" PRId32, input, part->id);

	free(input);
	return key;
}

/* Each topic has its --input, or none has. */
static void
check_inputs(const struct ev_kafkapos *pos)
{
	size_t count = pos->marker->settings->input.count, topics = 1;

	if (!count)
		return;
	if (*pos->how->topics == '^')
		ev_tool_die(EV_EXIT_USAGE,
		    "--input: a pattern's topics have their own names");
	for (const char *at = pos->how->topics; *at; at++)
		topics += *at == ',';
	if (count != topics)
		ev_tool_die(EV_EXIT_USAGE,
		    "--input is given %zu times, and there are %zu topics",
		    count, topics);
}

char *
ev_kafkapos_advice(const struct ev_marker *marker)
{
	const char *name = marker->pipeline.name;

	return name ? ev_mem_printf(": evpos rewind %s --to start --yes reads "
				    "what is there, --to end what will come",
			  name)
		    : ev_mem_strdup("");
}

/* --- where to begin ------------------------------------------------------ */

/* The record has positions of this input. */
static bool
is_input(const struct ev_vector *from, const char *input)
{
	size_t len = strlen(input);
	struct ev_slice key, value;

	for (size_t i = 0; i < ev_vector_count(from); i++) {
		ev_vector_at(from, i, &key, &value);
		if (key.len > len + 1 && !memcmp(key.ptr, input, len) &&
		    key.ptr[len] == '#')
			return true;
	}
	return false;
}

static bool
is_any_input(const struct ev_kafkapos *pos)
{
	bool is = false;

	for (size_t i = 0; i < ev_kafka_reader_count(pos->reader) && !is; i++) {
		char *input = input_of(pos,
		    ev_kafka_reader_part(pos->reader, i)->topic);

		is = is_input(pos->marker->from, input);
		free(input);
	}
	return is;
}

/* The first input of the record; the caller's to free, NULL: it has none. */
static char *
first_input(const struct ev_vector *from)
{
	struct ev_slice key, value;
	const char *part;

	if (!ev_vector_count(from))
		return NULL;
	ev_vector_at(from, 0, &key, &value);
	part = memrchr(key.ptr, '#', key.len);
	return ev_mem_strndup(key.ptr,
	    part ? (size_t)(part - key.ptr) : key.len);
}

/* Nothing of the record is about what is read now. */
static void
check_known(struct ev_kafkapos *pos)
{
	struct ev_marker *marker = pos->marker;
	char *other = marker->on ? first_input(marker->from) : NULL, *mine;
	struct ev_slice key, value;

	/* A shard may have no partition at all. */
	if (!other || !ev_kafka_reader_count(pos->reader) ||
	    is_any_input(pos)) {
		free(other);
		return;
	}
	mine = input_of(pos, ev_kafka_reader_part(pos->reader, 0)->topic);
	if (marker->settings->changed == EV_CHANGED_STOP)
		ev_tool_die(EV_EXIT_DISAGREE,
		    "the pipeline has read '%s' so far, and not '%s': --input "
		    "'%s' if that is the same topic, --changed read or skip if "
		    "it is a new one",
		    other, mine, other);
	for (size_t i = 0; i < ev_vector_count(marker->from); i++) {
		char *gone;

		ev_vector_at(marker->from, i, &key, &value);
		gone = ev_mem_text(key);
		ev_marker_set(marker, gone, NULL);
		free(gone);
	}
	free(other);
	free(mine);
}

/* The partition, or its position, is not what it was: what --changed says. */
static void
disagree(const struct ev_kafkapos *pos, struct ev_kafka_part *part,
    struct ev_kafka_offset *at)
{
	int changed = pos->marker->settings->changed;
	bool lost = at->next < part->low;
	char *why = lost
	    ? ev_mem_printf("%s [%" PRId32 "]: offsets %" PRId64 " to %" PRId64
			    " were deleted before they were read",
		  part->topic->name, part->id, at->next, part->low - 1)
	    : ev_mem_printf("%s [%" PRId32 "] was read up to offset %" PRId64
			    " and ends at %" PRId64
			    ": the topic was made anew, or has lost its tail",
		  part->topic->name, part->id, at->next, part->high);
	char *advice = ev_kafkapos_advice(pos->marker);

	if (changed == EV_CHANGED_STOP)
		ev_tool_die(EV_EXIT_DISAGREE, "%s%s", why, advice);
	*at = (struct ev_kafka_offset){.epoch = -1, .last = -1, .time = -1};
	at->next = changed == EV_CHANGED_READ ? part->low : part->high;
	ev_tool_say("%s: it is read from offset %" PRId64, why, at->next);
	free(why);
	free(advice);
}

/* True with the record's position of a partition, where it has one. */
static bool
is_known(const struct ev_kafkapos *pos, const struct ev_kafka_part *part,
    struct ev_kafka_offset *at)
{
	struct ev_slice known = {NULL, 0};
	struct ev_err err;
	char *key;

	*at = (struct ev_kafka_offset){.epoch = -1, .last = -1, .time = -1};
	if (!pos->marker->on || pos->begun)
		return false;
	key = key_of(pos, part);
	known = ev_vector_get(pos->marker->from, ev_slice_of(key));
	free(key);
	if (known.ptr && ev_kafka_offset_parse(known, at, &err) != EV_OK)
		ev_tool_fail(&err);
	return known.ptr;
}

/* Leaders that have what was read. */
static enum ev_status
await_known(const struct ev_kafkapos *pos, struct ev_err *err)
{
	struct ev_kafka_offset at;

	for (size_t i = 0; i < ev_kafka_reader_count(pos->reader); i++) {
		struct ev_kafka_part *part = ev_kafka_reader_part(pos->reader,
		    i);

		if (is_known(pos, part, &at))
			part->at.next = at.next;
	}
	return ev_kafka_reader_await(pos->reader, err);
}

static void
place_part(const struct ev_kafkapos *pos, struct ev_kafka_part *part)
{
	const struct ev_marker *marker = pos->marker;
	struct ev_kafka_offset at;

	if (is_known(pos, part, &at)) {
		if (at.next < part->low || at.next > part->high)
			disagree(pos, part, &at);
	} else if (!pos->begun && ev_marker_first(marker)) {
		at.next = part->found;
	} else {
		at.next = ev_mutant("kafka.new") ? part->high : part->low;
		if (!pos->begun &&
		    marker->settings->changed == EV_CHANGED_SKIP &&
		    !is_any_input(pos))
			at.next = part->high;
		if (pos->begun || ev_vector_count(marker->from))
			ev_tool_say("%s [%" PRId32 "] is new: it is read from "
				    "offset %" PRId64,
			    part->topic->name, part->id, at.next);
	}
	at.brokers = ev_slice_of(pos->kafka->brokers);
	at.topic = ev_slice_of(part->topic->name);
	ev_kafka_part_place(part, &at);
	part->goal = part->high;
	part->moved = true;
}

enum ev_status
ev_kafkapos_place(struct ev_kafkapos *pos, struct ev_err *err)
{
	struct ev_kafka_part *part;

	if (!pos->begun) {
		check_inputs(pos);
		check_known(pos);
		if (await_known(pos, err) != EV_OK ||
		    (ev_marker_first(pos->marker) &&
			ev_kafka_reader_find(pos->reader, pos->from, err) !=
			    EV_OK))
			return EV_FATAL;
	}
	for (size_t i = 0; i < ev_kafka_reader_count(pos->reader); i++) {
		part = ev_kafka_reader_part(pos->reader, i);
		if (!part->placed)
			place_part(pos, part);
	}
	if (pos->until) {
		if (ev_kafka_reader_find(pos->reader, pos->until, err) != EV_OK)
			return EV_FATAL;
		for (size_t i = 0; i < ev_kafka_reader_count(pos->reader);
		     i++) {
			part = ev_kafka_reader_part(pos->reader, i);
			part->goal = part->found;
		}
	}
	pos->begun = true;
	return EV_OK;
}

/* --- how far it came ----------------------------------------------------- */

void
ev_kafkapos_tell(struct ev_kafkapos *pos)
{
	struct ev_buf text = {0};

	for (size_t i = 0; i < ev_kafka_reader_count(pos->reader); i++) {
		struct ev_kafka_part *part = ev_kafka_reader_part(pos->reader,
		    i);
		char *key;

		if (!part->moved || !part->placed)
			continue;
		part->moved = false;
		key = key_of(pos,
		    ev_mutant("kafka.mixed")
			? ev_kafka_reader_part(pos->reader, 0)
			: part);
		text.len = 0;
		ev_kafka_offset_build(&part->at, &text);
		ev_marker_set(pos->marker, key,
		    part->gone ? NULL : ev_buf_cstr(&text));
		free(key);
	}
	ev_buf_release(&text);
}
