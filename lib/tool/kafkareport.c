/*
 * kafkareport: see kafkareport.h.
 */
#include "tool/kafkareport.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "client/kafka_offset.h"
#include "state/pipeline.h"
#include "state/record.h"
#include "tool/tool.h"

#define EVERY 1000 /* ms between two looks at the copy */
#define LAST 10000 /* ms for the last commit and its answer */
#define PAUSE 20   /* ms between two looks for them */

void
ev_kafkareport_open(struct ev_kafkareport *report, struct ev_kafka *kafka,
    struct ev_marker *marker, const char *group)
{
	*report = (struct ev_kafkareport){.kafka = kafka,
	    .marker = marker,
	    .group = ev_mem_strdup(group),
	    .queue = rd_kafka_queue_new(kafka->rk)};
}

/* What a record says of Kafka's offsets. */
static rd_kafka_topic_partition_list_t *
offsets_of(const struct ev_record *record)
{
	size_t count = ev_vector_count(record->pos);
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)count);
	struct ev_slice key, value;

	for (size_t i = 0; i < count; i++) {
		struct ev_kafka_offset at;
		const char *part;
		char *topic, *id;

		ev_vector_at(record->pos, i, &key, &value);
		part = memrchr(key.ptr, '#', key.len);
		if (!part || ev_kafka_offset_parse(value, &at, NULL) != EV_OK)
			continue;
		topic = ev_mem_text(at.topic);
		id = ev_mem_strndup(part + 1,
		    key.len - (size_t)(part + 1 - key.ptr));
		rd_kafka_topic_partition_list_add(list, topic,
		    (int32_t)strtol(id, NULL, 10))
		    ->offset = at.next;
		free(topic);
		free(id);
	}
	return list;
}

static void
send_offsets(struct ev_kafkareport *report,
    const rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_AlterConsumerGroupOffsets_t *request =
	    rd_kafka_AlterConsumerGroupOffsets_new(report->group, list);

	rd_kafka_AlterConsumerGroupOffsets(report->kafka->rk, &request, 1, NULL,
	    report->queue);
	rd_kafka_AlterConsumerGroupOffsets_destroy(request);
	report->asked++;
}

/* The copy, if it is another than was told. */
static void
tell_copy(struct ev_kafkareport *report)
{
	const struct ev_pipeline *pipeline = &report->marker->pipeline;
	rd_kafka_topic_partition_list_t *list;
	struct ev_buf text = {0};
	struct ev_record record;

	ev_record_init(&record, pipeline->name, "");
	if (ev_pipeline_read(pipeline, &text, NULL) == EV_OK &&
	    ev_record_parse(&record, ev_buf_as_slice(&text), NULL) == EV_OK &&
	    (!report->told || strcmp(report->told, record.id) != 0)) {
		list = offsets_of(&record);
		if (list->cnt)
			send_offsets(report, list);
		rd_kafka_topic_partition_list_destroy(list);
		free(report->told);
		report->told = ev_mem_strdup(record.id);
	}
	ev_record_release(&record);
	ev_buf_release(&text);
}

static void
say_failure(struct ev_kafkareport *report, const char *why)
{
	if (!report->said)
		ev_tool_say("the offsets of group '%s' cannot be told: %s",
		    report->group, why);
	report->said = true;
}

/* What the answer has of each partition. */
static void
take_groups(struct ev_kafkareport *report, rd_kafka_event_t *event)
{
	const rd_kafka_topic_partition_list_t *list;
	const rd_kafka_group_result_t **groups;
	const rd_kafka_error_t *error;
	size_t count;

	groups = rd_kafka_AlterConsumerGroupOffsets_result_groups(
	    rd_kafka_event_AlterConsumerGroupOffsets_result(event), &count);
	for (size_t i = 0; i < count; i++) {
		error = rd_kafka_group_result_error(groups[i]);
		list = rd_kafka_group_result_partitions(groups[i]);
		if (error)
			say_failure(report, rd_kafka_error_string(error));
		for (int k = 0; list && k < list->cnt; k++)
			if (list->elems[k].err)
				say_failure(report,
				    rd_kafka_err2str(list->elems[k].err));
	}
}

/* Waits for the first of them, `timeout` ms at most. */
static void
take_answers(struct ev_kafkareport *report, int timeout)
{
	rd_kafka_event_t *event;

	while ((event = rd_kafka_queue_poll(report->queue, timeout))) {
		timeout = 0;
		if (rd_kafka_event_type(event) ==
		    RD_KAFKA_EVENT_ALTERCONSUMERGROUPOFFSETS_RESULT) {
			report->asked--;
			if (rd_kafka_event_error(event))
				say_failure(report,
				    rd_kafka_event_error_string(event));
			else
				take_groups(report, event);
		}
		rd_kafka_event_destroy(event);
	}
}

void
ev_kafkareport_tell(struct ev_kafkareport *report)
{
	int64_t now;

	if (!report->kafka)
		return;
	now = ev_clock_steady();
	if (now - report->looked < EVERY)
		return;
	report->looked = now;
	take_answers(report, 0);
	tell_copy(report);
}

/* The sink has committed the seal, and Kafka was told. */
static bool
is_over(struct ev_kafkareport *report, const char *seal)
{
	tell_copy(report);
	take_answers(report, 0);
	return !report->asked && report->told && !strcmp(report->told, seal);
}

void
ev_kafkareport_close(struct ev_kafkareport *report)
{
	const struct ev_marker *marker = report->marker;
	int64_t until = ev_clock_steady() + LAST;
	char *seal;

	if (!report->kafka)
		return;
	seal = ev_mem_printf("%s/%" PRIu64, marker->run, marker->seq);
	while (!is_over(report, seal) && ev_clock_steady() < until)
		if (ev_io_wait(-1, PAUSE, NULL) == EV_FATAL) {
			/* Nobody reads us any more: who committed has done. */
			tell_copy(report);
			break;
		}
	while (report->asked && ev_clock_steady() < until)
		take_answers(report, PAUSE);
	free(seal);
	rd_kafka_queue_destroy(report->queue);
	free(report->group);
	free(report->told);
	report->kafka = NULL;
}
