/*
 * kafkaseeker: see kafkaseeker.h.
 */
#include "tool/kafkaseeker.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "client/kafka_read.h"
#include "tool/tool.h"

#define WAIT 10000 /* ms for brokers that do not answer */

/* The client of the position before, whose brokers are mostly the same. */
static struct ev_kafka client;
static char *client_of;

static void
say(const char *text)
{
	ev_tool_say("%s", text);
}

static enum ev_status
reach(const struct ev_kafka_place *place, struct ev_err *err)
{
	static const struct ev_kafka_settings none;
	static const char *const fixed[] = {"isolation.level", "read_committed",
	    "group.id", "evkit", NULL};
	rd_kafka_conf_t *conf;

	if (client_of && !strcmp(client_of, place->brokers))
		return EV_OK;
	if (client_of)
		ev_kafka_close(&client);
	free(client_of);
	client_of = NULL;
	if (ev_kafka_conf(&none, place, NULL, fixed, &conf, err) != EV_OK ||
	    ev_kafka_open(&client, RD_KAFKA_CONSUMER, conf, err) != EV_OK)
		return EV_FATAL;
	client_of = ev_mem_strdup(place->brokers);
	return EV_OK;
}

static void
tell_lag(const struct ev_kafka_part *part, int64_t next,
    struct ev_seeker_input *input)
{
	input->offset = (uint64_t)next;
	if (next > part->high) {
		input->note = ev_mem_printf("the topic ends at offset %" PRId64
					    ": it was made anew, or has lost "
					    "its tail",
		    part->high);
		return;
	}
	if (next < part->low)
		input->note = ev_mem_printf("offsets before %" PRId64
					    " were deleted before they were "
					    "read",
		    part->low);
	input->behind = (uint64_t)(part->high -
	    (next < part->low ? part->low : next));
	input->unit = ev_mem_strdup("offsets");
}

/* The position at `when`, for evpos rewind. */
static enum ev_status
seek(struct ev_kafka_reader *reader, const struct ev_kafka_offset *was,
    const char *to, struct ev_seeker_input *input, struct ev_err *err)
{
	struct ev_kafka_offset at = {.epoch = -1,
	    .last = -1,
	    .time = -1,
	    .brokers = was->brokers,
	    .topic = was->topic};
	struct ev_kafka_when when;
	struct ev_buf text = {0};

	if (ev_kafka_when("--to", to, &when, err) != EV_OK ||
	    ev_kafka_reader_find(reader, &when, err) != EV_OK)
		return EV_FATAL;
	at.next = ev_kafka_reader_part(reader, 0)->found;
	ev_kafka_offset_build(&at, &text);
	input->position = ev_mem_strdup(ev_buf_cstr(&text));
	input->at = ev_mem_printf("offset %" PRId64, at.next);
	input->offset = (uint64_t)at.next;
	ev_buf_release(&text);
	return EV_OK;
}

static enum ev_status
look_at(const struct ev_kafka_offset *was, const struct ev_kafka_place *place,
    const char *to, struct ev_seeker_input *input, struct ev_err *err)
{
	const char *part = strrchr(input->key, '#');
	const struct ev_kafka_reader_settings how = {.topics = place->topic,
	    .partitions = part ? part + 1 : "",
	    .wait = WAIT,
	    .say = say};
	struct ev_kafka_reader *reader = NULL;
	enum ev_status status;

	if (reach(place, err) != EV_OK)
		return EV_FATAL;
	status = ev_kafka_reader_new(&reader, &client, &how, err);
	if (status == EV_OK)
		status = ev_kafka_reader_look(reader, err);
	if (status == EV_OK && to)
		status = seek(reader, was, to, input, err);
	else if (status == EV_OK)
		tell_lag(ev_kafka_reader_part(reader, 0), was->next, input);
	ev_kafka_reader_free(reader);
	return status;
}

enum ev_status
ev_kafkaseeker_look(struct ev_slice position, const char *to,
    struct ev_seeker_input *input, struct ev_err *err)
{
	struct ev_kafka_offset was;
	struct ev_kafka_place place;
	enum ev_status status;

	if (ev_kafka_offset_parse(position, &was, err) != EV_OK)
		return EV_FATAL;
	if (!to)
		input->at = ev_mem_printf("offset %" PRId64, was.next);
	place = (struct ev_kafka_place){ev_mem_text(was.brokers),
	    ev_mem_text(was.topic), NULL};
	status = look_at(&was, &place, to, input, err);
	ev_kafka_place_release(&place);
	return status;
}
