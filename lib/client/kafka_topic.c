/*
 * kafka_topic: see kafka_topic.h.
 */
#include "client/kafka_topic.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"

#define SLICE 100     /* ms between two looks at whether a signal came */
#define REQUEST 10000 /* ms for one answer */

/* --- asking -------------------------------------------------------------- */

/* The answer to a request whose result goes to queue; NULL: a signal. The
 * library gives one in any case, when the request's time is over. */
static rd_kafka_event_t *
answer(rd_kafka_queue_t *queue, struct ev_err *err)
{
	rd_kafka_event_t *event;

	while (!(event = rd_kafka_queue_poll(queue, SLICE)))
		if (ev_io_wait(-1, 0, err) == EV_FATAL)
			return NULL;
	return event;
}

static rd_kafka_AdminOptions_t *
options(struct ev_kafka *kafka, rd_kafka_admin_op_t op)
{
	rd_kafka_AdminOptions_t *made = rd_kafka_AdminOptions_new(kafka->rk,
	    op);
	char why[256];

	rd_kafka_AdminOptions_set_request_timeout(made, REQUEST, why,
	    sizeof(why));
	return made;
}

/* --- limits -------------------------------------------------------------- */

static int64_t
number(const char *text)
{
	return text ? strtoll(text, NULL, 10) : 0;
}

static void
take_setting(struct ev_kafka_limits *limits, const char *key, const char *value)
{
	if (!value)
		return;
	if (!strcmp(key, "max.message.bytes"))
		limits->size = number(value);
	else if (!strcmp(key, "cleanup.policy"))
		limits->compacted = strstr(value, "compact") != NULL;
	else if (!strcmp(key, "message.timestamp.before.max.ms"))
		limits->before = number(value);
	else if (!strcmp(key, "message.timestamp.after.max.ms"))
		limits->after = number(value);
	else if (!strcmp(key, "transaction.max.timeout.ms"))
		limits->transaction = number(value);
}

/* The brokers put their own time, whatever the message's is. */
static void
forget_times(struct ev_kafka_limits *limits)
{
	limits->before = limits->after = INT64_MAX;
}

static void
take_settings(struct ev_kafka_limits *limits,
    const rd_kafka_ConfigResource_t *resource)
{
	size_t count;
	const rd_kafka_ConfigEntry_t **entry =
	    rd_kafka_ConfigResource_configs(resource, &count);
	bool stamped = false;

	if (rd_kafka_ConfigResource_error(resource))
		return;
	for (size_t i = 0; i < count; i++) {
		const char *key = rd_kafka_ConfigEntry_name(entry[i]);
		const char *value = rd_kafka_ConfigEntry_value(entry[i]);

		if (!strcmp(key, "message.timestamp.type") && value)
			stamped = !strcmp(value, "LogAppendTime");
		/* A broker has settings of these names for its topics. */
		else if (rd_kafka_ConfigResource_type(resource) ==
			RD_KAFKA_RESOURCE_TOPIC ||
		    !strcmp(key, "transaction.max.timeout.ms"))
			take_setting(limits, key, value);
	}
	if (stamped)
		forget_times(limits);
}

/* Asks for the settings of one resource: a request with a broker in it goes to
 * that broker. */
static enum ev_status
ask_settings(struct ev_kafka *kafka, rd_kafka_ResourceType_t type,
    const char *name, struct ev_kafka_limits *limits, struct ev_err *err)
{
	rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(type,
	    name);
	rd_kafka_AdminOptions_t *how = options(kafka,
	    RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS);
	rd_kafka_queue_t *queue = rd_kafka_queue_new(kafka->rk);
	const rd_kafka_ConfigResource_t **found;
	rd_kafka_event_t *event;
	size_t count = 0;

	rd_kafka_DescribeConfigs(kafka->rk, &resource, 1, how, queue);
	event = answer(queue, err);
	if (event && !rd_kafka_event_error(event)) {
		found = rd_kafka_DescribeConfigs_result_resources(
		    rd_kafka_event_DescribeConfigs_result(event), &count);
		for (size_t i = 0; i < count; i++)
			take_settings(limits, found[i]);
	}
	if (event)
		rd_kafka_event_destroy(event);
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(how);
	rd_kafka_ConfigResource_destroy(resource);
	return event ? EV_OK : EV_FATAL;
}

enum ev_status
ev_kafka_limits(struct ev_kafka *kafka, const char *topic, int64_t wait,
    struct ev_kafka_limits *limits, struct ev_err *err)
{
	const struct rd_kafka_metadata *metadata;
	char broker[16];

	*limits = (struct ev_kafka_limits){.broker = -1};
	forget_times(limits);
	if (ev_kafka_metadata(kafka, topic, wait, &metadata, err) != EV_OK)
		return EV_FATAL;
	limits->partitions = metadata->topics[0].partition_cnt;
	if (metadata->broker_cnt)
		limits->broker = metadata->brokers[0].id;
	rd_kafka_metadata_destroy(metadata);
	if (ask_settings(kafka, RD_KAFKA_RESOURCE_TOPIC, topic, limits, err) !=
	    EV_OK)
		return EV_FATAL;
	snprintf(broker, sizeof(broker), "%d", limits->broker);
	return limits->broker < 0
	    ? EV_OK
	    : ask_settings(kafka, RD_KAFKA_RESOURCE_BROKER, broker, limits,
		  err);
}

static enum ev_status
check_time(const struct ev_kafka_limits *limits, const char *topic,
    int64_t time, struct ev_err *err)
{
	int64_t now;
	bool early;

	if (limits->before == INT64_MAX && limits->after == INT64_MAX)
		return EV_OK;
	now = ev_clock_now();
	early = time < now && now - time > limits->before;
	if (!early && (time <= now || time - now <= limits->after))
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "its time lies more than %" PRId64
	    " s %s the present, which topic '%s' does not take "
	    "(message.timestamp.%s.max.ms)",
	    (early ? limits->before : limits->after) / 1000,
	    early ? "before" : "after", topic, early ? "before" : "after");
}

enum ev_status
ev_kafka_limits_check(const struct ev_kafka_limits *limits, const char *topic,
    bool plain, const struct ev_kafka_message *message, struct ev_err *err)
{
	size_t size = ev_kafka_message_size(message);

	if (plain && limits->size && size > (uint64_t)limits->size)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "%zu bytes are too many for topic '%s', which takes "
		    "%" PRId64 " (max.message.bytes)",
		    size, topic, limits->size);
	if (message->partition >= limits->partitions)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "there is no partition %" PRId32 ": topic '%s' has %" PRId32
		    " (without --partition, and with --key, the key decides)",
		    message->partition, topic, limits->partitions);
	if (limits->compacted && !message->key.ptr)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "it has no key, and topic '%s' is compacted by it", topic);
	return message->time == EV_KAFKA_NOW
	    ? EV_OK
	    : check_time(limits, topic, message->time, err);
}

/* --- making one ---------------------------------------------------------- */

static bool
has_leaders(const struct rd_kafka_metadata *metadata)
{
	const struct rd_kafka_metadata_topic *topic = metadata->topics;

	for (int i = 0; i < topic->partition_cnt; i++)
		if (topic->partitions[i].leader < 0)
			return false;
	return topic->partition_cnt > 0;
}

/* A partition that was just made has no leader at first. */
static enum ev_status
wait_for(struct ev_kafka *kafka, const char *topic, int64_t wait,
    struct ev_err *err)
{
	int64_t until = wait < 0 ? INT64_MAX : ev_clock_steady() + wait;
	const struct rd_kafka_metadata *metadata;

	for (;;) {
		bool ready;

		if (ev_kafka_metadata(kafka, topic, wait, &metadata, err) !=
		    EV_OK)
			return EV_FATAL;
		ready = has_leaders(metadata);
		rd_kafka_metadata_destroy(metadata);
		if (ready)
			return EV_OK;
		if (ev_clock_steady() >= until)
			return ev_err_set(err, EV_FATAL, EV_EXIT_UNAVAILABLE,
			    "topic '%s' has no leader", topic);
		if (ev_io_wait(-1, SLICE, err) == EV_FATAL)
			return EV_FATAL;
	}
}

/* A CreateTopics result's own error is of one topic, with the broker's words. */
static enum ev_status
created(struct ev_kafka *kafka, const char *name, rd_kafka_event_t *event,
    struct ev_err *err)
{
	rd_kafka_resp_err_t code = rd_kafka_event_error(event);
	const char *words = rd_kafka_event_error_string(event);
	const rd_kafka_topic_result_t **result;
	enum ev_status status;
	char *what;
	size_t count = 0;

	if (!code) {
		result = rd_kafka_CreateTopics_result_topics(
		    rd_kafka_event_CreateTopics_result(event), &count);
		code = count ? rd_kafka_topic_result_error(result[0])
			     : RD_KAFKA_RESP_ERR_UNKNOWN;
		words = count ? rd_kafka_topic_result_error_string(result[0])
			      : NULL;
	}
	if (!code || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS)
		return EV_OK;
	what = ev_mem_printf("make topic '%s'", name);
	status = ev_kafka_error(kafka, code, what, err);
	free(what);
	if (words && err->exit == EV_EXIT_DISAGREE)
		ev_err_set(err, EV_FATAL, err->exit,
		    "cannot make topic '%s': %s", name, words);
	return status;
}

/* NULL, with err: a number or setting that cannot be meant. */
static rd_kafka_NewTopic_t *
describe(const struct ev_kafka_topic *topic, struct ev_err *err)
{
	char why[256];
	rd_kafka_NewTopic_t *new = rd_kafka_NewTopic_new(topic->name,
	    topic->partitions, topic->replication, why, sizeof(why));

	if (!new) {
		ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "cannot make topic '%s': %s", topic->name, why);
		return NULL;
	}
	for (const char *const *at = topic->setting; at && *at; at += 2)
		rd_kafka_NewTopic_set_config(new, at[0], at[1]);
	return new;
}

enum ev_status
ev_kafka_create(struct ev_kafka *kafka, const struct ev_kafka_topic *topic,
    int64_t wait, struct ev_err *err)
{
	rd_kafka_NewTopic_t *new = describe(topic, err);
	rd_kafka_AdminOptions_t *how;
	rd_kafka_queue_t *queue;
	rd_kafka_event_t *event;
	enum ev_status status = EV_FATAL;

	if (!new)
		return EV_FATAL;
	how = options(kafka, RD_KAFKA_ADMIN_OP_CREATETOPICS);
	queue = rd_kafka_queue_new(kafka->rk);
	rd_kafka_CreateTopics(kafka->rk, &new, 1, how, queue);
	event = answer(queue, err);
	if (event) {
		status = created(kafka, topic->name, event, err);
		rd_kafka_event_destroy(event);
	}
	rd_kafka_queue_destroy(queue);
	rd_kafka_AdminOptions_destroy(how);
	rd_kafka_NewTopic_destroy(new);
	if (status != EV_OK)
		return status;
	kafka->made = topic->name;
	ev_point("kafka.made");
	return wait_for(kafka, topic->name, wait, err);
}
