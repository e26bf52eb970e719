/*
 * evsink-kafka: writes events to a topic of Kafka. What evsink becomes for
 * kafka://BROKERS/TOPIC.
 *
 * The work is in tool/kafkasink.c and client/kafka_*.c; here is what the
 * options ask for.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "tool/kafkakeeper.h"
#include "tool/kafkasink.h"
#include "tool/message_opt.h"
#include "tool/sink.h"
#include "tool/tool.h"
#include "tool/wait_opt.h"

static const struct ev_opt_usage usage = {
    .name = "evsink-kafka",
    .args = "[OPTION…] kafka://BROKER,…/TOPIC",
    .summary = "writes the events of its standard input to a topic",
    .example = "evsource reviews.csv | evsink --key userid "
	       "kafka://localhost:9092/reviews",
};

struct sink {
	struct ev_sink_settings set;
	struct ev_stage_settings run;
	struct ev_message_opts message;
	struct ev_wait_opts wait;
	struct ev_kafkasink_settings how;
	struct ev_kafkasink sink;
	struct ev_stage stage;
};

/* --- what to do ---------------------------------------------------------- */

/* One field's path; without an option, none. */
static void
parse_field(const char *option, const char *at, struct ev_names_path *path)
{
	struct ev_err err;
	char end;

	if (at && ev_names_next(option, &at, "", &end, path, &err) != EV_OK)
		ev_tool_fail(&err);
}

/* A key of several fields is an object, and a member stands in it once. */
static void
check_once(const struct ev_names_path *key, const struct ev_names_path *next)
{
	struct ev_slice name = ev_names_last(next);

	for (; key < next; key++)
		if (ev_slice_equal(ev_names_last(key), name))
			ev_tool_die(EV_EXIT_USAGE, "--key names '%s' twice%s",
			    name.ptr,
			    key->depth > 1 || next->depth > 1
				? " (of a path the last name counts)"
				: "");
}

static void
parse_key(struct sink *sink)
{
	struct ev_kafka_rules *rules = &sink->how.rules;
	const char *at = sink->message.key;
	struct ev_err err;
	char end = ',';

	while (at && end == ',') {
		if (rules->keys == EV_KAFKA_KEY_MAX)
			ev_tool_die(EV_EXIT_USAGE, "--key: more than %d fields",
			    EV_KAFKA_KEY_MAX);
		if (ev_names_next("key", &at, ",", &end,
			&rules->key[rules->keys], &err) != EV_OK)
			ev_tool_fail(&err);
		check_once(rules->key, &rules->key[rules->keys++]);
	}
	rules->key_json = sink->message.key_format == EV_MESSAGE_KEY_JSON;
	if (rules->key_json && !rules->keys)
		ev_tool_die(EV_EXIT_USAGE,
		    "--key-format json: of which fields? (--key FIELD)");
}

/* --header NAME=FIELD; NAME alone is the field's own. */
static void
parse_headers(struct sink *sink)
{
	const struct ev_opt_list *list = &sink->message.header;
	struct ev_kafka_rules *rules = &sink->how.rules;

	rules->header = ev_mem_zalloc(list->count + 1, sizeof(*rules->header));
	for (size_t i = 0; i < list->count; i++) {
		struct ev_kafka_header *header = &rules->header[i];
		size_t len = strcspn(list->item[i], "=");
		const char *field = list->item[i] + len;

		header->name = ev_mem_strndup(list->item[i], len);
		parse_field("header", *field ? field + 1 : header->name,
		    &header->field);
	}
	rules->header_count = list->count;
	parse_field("headers", sink->message.headers, &rules->headers);
}

/* An increment must not leave anything out. */
static void
check_name(const struct sink *sink)
{
	if (!sink->how.ledger.name && sink->how.ledger.adopt)
		ev_tool_die(EV_EXIT_USAGE,
		    "--adopt is for a named pipeline (--name)");
	if (sink->how.ledger.name && sink->set.limit != UINT64_MAX)
		ev_tool_die(EV_EXIT_USAGE,
		    "--limit: under a name it belongs to evsource, since what "
		    "is left out here would be lost");
}

static int
parse_count(const char *item, const char *value)
{
	size_t digits = strspn(value, "0123456789");
	long count = strtol(value, NULL, 10);

	if (!digits || digits > 6 || value[digits] || !count)
		ev_tool_die(EV_EXIT_USAGE, "-X %s: a number from 1 is wanted",
		    item);
	return (int)count;
}

/* -X: how a topic is made is ours to know, the rest goes to the library. */
static void
parse_extra(struct sink *sink)
{
	const struct ev_opt_list *list = &sink->set.set;
	struct ev_kafka_topic *topic = &sink->how.topic;
	static const char *const known[] = {"partitions", "replication", NULL};
	const char **own = ev_mem_zalloc(2 * list->count + 1, sizeof(*own));
	const char **rest = ev_mem_zalloc(list->count + 1, sizeof(*rest));
	size_t owns = 0, rests = 0;
	const char *first = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const char *item = list->item[i];
		const char *equals = strchr(item, '=');

		if (equals && !strncmp(item, "partitions=", 11)) {
			topic->partitions = parse_count(item, item + 11);
		} else if (equals && !strncmp(item, "replication=", 12)) {
			topic->replication = parse_count(item, item + 12);
		} else if (equals && !strncmp(item, "create.", 7)) {
			own[owns++] = ev_mem_strndup(item + 7,
			    (size_t)(equals - item - 7));
			own[owns++] = equals + 1;
		} else {
			rest[rests++] = item;
			continue;
		}
		first = item;
	}
	if (first && !sink->message.create)
		ev_tool_die(EV_EXIT_USAGE,
		    "-X %s is for a topic that --create "
		    "makes",
		    first);
	topic->setting = own;
	sink->how.client.extra = rest;
	sink->how.client.extra_count = rests;
	sink->how.client.own = known;
}

static void
parse_place(struct sink *sink, const char *place)
{
	struct ev_kafkasink_settings *how = &sink->how;
	struct ev_err err;

	how->client.brokers = sink->message.brokers;
	how->client.files = sink->message.file.item;
	how->client.file_count = sink->message.file.count;
	if (ev_kafka_place(place, &how->client, &how->place, &err) != EV_OK)
		ev_tool_fail(&err);
	if (strpbrk(how->place.topic, ",/^"))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s': a sink writes to one topic, and this is no name of "
		    "one",
		    how->place.topic);
	if (!strcmp(how->place.topic, EV_KAFKA_POSITIONS))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' is where named pipelines keep their positions",
		    how->place.topic);
	how->topic.name = how->place.topic;
}

static void
parse(struct sink *sink, int argc, char **argv)
{
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(ev_message_options, &sink->message),
	    EV_OPT_TABLE(ev_wait_options, &sink->wait),
	    EV_OPT_TABLE(ev_sink_options, &sink->set),
	    EV_OPT_TABLE(ev_ledger_options, &sink->how.ledger),
	    EV_OPT_TABLE(ev_bad_options, &sink->run.bad),
	    EV_OPT_TABLE(ev_stage_options, &sink->run),
	    {NULL, NULL, 0},
	};
	int rest = ev_tool_options(&usage, tables, argc, argv);

	if (rest == argc)
		ev_tool_die(EV_EXIT_USAGE, "no place to write to");
	if (rest + 1 < argc)
		ev_tool_die(EV_EXIT_USAGE, "one place only: '%s' is too many",
		    argv[rest + 1]);
	if (sink->set.format && strcmp(sink->set.format, "ndjson"))
		ev_tool_die(EV_EXIT_USAGE,
		    "--format: a message's value is the event as it is");
	if (sink->set.write != EV_SINK_DEFAULT &&
	    sink->set.write != EV_SINK_APPEND)
		ev_tool_die(EV_EXIT_USAGE,
		    "--write: a topic can only be appended to (of a compacted "
		    "one readers see the last message of each key)");
	sink->how.topic.partitions = sink->how.topic.replication = -1;
	parse_extra(sink);
	parse_place(sink, argv[rest]);
	parse_key(sink);
	parse_headers(sink);
	parse_field("partition", sink->message.partition,
	    &sink->how.rules.partition);
	parse_field("time", sink->message.time, &sink->how.rules.time);
	sink->how.rules.meta = sink->set.meta;
	sink->how.create = sink->message.create;
	sink->how.limit = sink->set.limit;
	sink->how.progress = sink->set.progress;
	sink->how.max_event = sink->run.max_event;
	sink->how.wait = ev_wait_given(&sink->wait, EV_KAFKA_WAIT);
	check_name(sink);
}

/* --- --explain ----------------------------------------------------------- */

/* What the library goes by. */
static const char *
setting(const struct sink *sink, const char *key, char value[64])
{
	size_t size = 64;

	*value = '\0';
	(void)rd_kafka_conf_get(rd_kafka_conf(sink->sink.sender.kafka.rk), key,
	    value, &size);
	return value;
}

static void
explain_partition(const struct sink *sink)
{
	const struct ev_kafka_rules *rules = &sink->how.rules;
	const char *by;
	char value[64];

	by = setting(sink, "partitioner", value);
	if (rules->partition.depth)
		printf("partition: the number in %s\n",
		    sink->message.partition);
	else if (rules->meta && !rules->keys)
		printf("partition: that of the metadata, else by the key\n");
	else if (!rules->keys)
		printf("partition: any\n");
	else if (!strncmp(by, "murmur2", 7))
		printf("partition: by the key, as Java's clients (murmur2)\n");
	else
		printf("partition: as partitioner=%s has it, which is not as "
		       "Java's clients\n",
		    by);
}

static void
explain_headers(const struct sink *sink)
{
	const struct ev_opt_list *list = &sink->message.header;
	const char *before = "headers: ";

	if (sink->how.rules.meta) {
		printf("%sthose of '%s'", before, sink->how.rules.meta);
		before = ", ";
	}
	if (sink->message.headers) {
		printf("%seach member of %s", before, sink->message.headers);
		before = ", ";
	}
	for (size_t i = 0; i < list->count; i++) {
		printf("%s%s", before, list->item[i]);
		before = ", ";
	}
	if (*before == ',')
		printf("\n");
}

static void
explain_message(const struct sink *sink)
{
	const struct ev_kafka_rules *rules = &sink->how.rules;

	if (rules->keys)
		printf("key: %s, %s\n", sink->message.key,
		    rules->keys > 1 || rules->key_json
			? "as a JSON object of these fields"
			: "its text");
	else if (rules->meta)
		printf("key: that of '%s'\n", rules->meta);
	else
		printf("key: none\n");
	explain_partition(sink);
	if (rules->time.depth)
		printf("time: %s, else the present\n", sink->message.time);
	else if (rules->meta)
		printf("time: that of the metadata, else the present\n");
	explain_headers(sink);
}

static void
explain_topic(struct sink *sink)
{
	const struct ev_kafka_limits *limits = &sink->sink.sender.limits;

	printf("there now: a topic of %" PRId32 " partition%s%s\n",
	    limits->partitions, limits->partitions == 1 ? "" : "s",
	    limits->compacted ? ", compacted" : "");
	if (limits->size)
		printf("largest message: %" PRId64 " bytes\n", limits->size);
	printf("compression: %s\n",
	    sink->sink.sender.plain ? "none (-X compression.type=zstd)"
				    : "as the settings say");
}

static void
explain_no_topic(const struct sink *sink)
{
	const struct ev_kafka_topic *topic = &sink->how.topic;

	printf("there now: nothing%s",
	    sink->how.create ? "; it would be made" : " (--create)");
	if (topic->partitions > 0)
		printf(", partitions=%d", topic->partitions);
	if (topic->replication > 0)
		printf(", replication=%d", topic->replication);
	for (const char *const *pair = topic->setting; *pair; pair += 2)
		printf(", %s=%s", pair[0], pair[1]);
	printf("\n");
}

static void
explain_record(struct sink *sink)
{
	const char *name = sink->how.ledger.name;
	struct ev_kafka_positions positions;
	struct ev_buf text = {0};
	struct ev_err err;
	enum ev_status status = ev_kafka_positions_open(&positions,
	    &sink->sink.sender, name, false, &err);

	if (status == EV_OK) {
		status = ev_kafka_positions_read(&positions, name, &text, &err);
		ev_kafka_positions_close(&positions);
	}
	if (status == EV_FATAL)
		ev_tool_fail(&err);
	printf("record in: topic " EV_KAFKA_POSITIONS " of the same cluster\n");
	ev_ledger_explain(ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

static void
explain_guarantee(struct sink *sink)
{
	char acks[64];

	if (sink->how.ledger.name) {
		printf("class: A, exactly once: after any failure, also a "
		       "kill -9 or a power cut, the next start goes on behind "
		       "the last commit; readers need isolation.level="
		       "read_committed, the default of most\n"
		       "commit: each mark of the source: its events and the "
		       "record in one transaction\n");
		explain_record(sink);
		return;
	}
	if (strcmp(setting(sink, "acks", acks), "-1"))
		printf("guarantee: none: with acks=%s an event is lost with "
		       "the broker that has it, and nobody is told\n",
		    acks);
	else
		printf("guarantee: at least once: every event is acknowledged "
		       "by all replicas in sync, or the run fails; what a "
		       "failed run has sent stays\n");
	printf("record: none: without --name each run is one of its own\n");
}

static _Noreturn void
explain(struct sink *sink)
{
	struct ev_kafka_sender_settings how = {.client = &sink->how.client,
	    .place = &sink->how.place,
	    .wait = sink->how.wait,
	    .slow = ev_kafkasink_slow};
	struct ev_err err;
	bool there = ev_kafka_sender_open(&sink->sink.sender, &how, NULL,
			 &err) == EV_OK;

	if (!there && err.exit != EV_EXIT_DISAGREE)
		ev_tool_fail(&err);
	printf("place: %s\n", sink->how.place.absolute);
	if (there)
		explain_topic(sink);
	else
		explain_no_topic(sink);
	printf("would be: append: every event is a message\n");
	explain_message(sink);
	explain_guarantee(sink);
	if (fflush(stdout))
		ev_tool_die(EV_EXIT_IO, "cannot write the explanation");
	ev_tool_done(EV_EXIT_OK);
}

/* ------------------------------------------------------------------------- */

int
main(int argc, char **argv)
{
	static struct sink sink = {.set = EV_SINK_DEFAULTS,
	    .run = EV_STAGE_DEFAULTS};
	struct ev_kafkasink_input input;

	ev_tool_start("evsink-kafka", false);
	ev_kafkakeeper(argc, argv);
	parse(&sink, argc, argv);
	if (sink.set.explain)
		explain(&sink);
	ev_kafkasink_input(&input, STDIN_FILENO, &sink.sink);
	ev_stage_open(&sink.stage, &sink.run, &input.fd.in, ev_scan_new(),
	    NULL);
	ev_kafkasink_open(&sink.sink, &sink.how, &sink.stage);
	ev_kafkasink_run(&sink.sink, &input.fd.in);
	ev_tool_done(EV_EXIT_OK);
}
