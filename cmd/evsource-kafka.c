/*
 * evsource-kafka: reads topics of Kafka as events. What evsource becomes for
 * kafka://BROKER/TOPIC.
 *
 * No consumer group: each partition is read from an offset on that is known
 * here, and under a name how far it came travels in the marks.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/names.h"
#include "client/kafka.h"
#include "client/kafka_read.h"
#include "client/kafka_value.h"
#include "event/scan.h"
#include "tool/kafkapos.h"
#include "tool/marker.h"
#include "tool/progress.h"
#include "tool/seeker.h"
#include "tool/source.h"
#include "tool/stage.h"
#include "tool/tool.h"
#include "tool/topic_opt.h"

#define LOOK_EVERY 256   /* messages between two looks at the clock */
#define REFRESH "5000"   /* ms between two looks for new partitions */
#define LONGEST_NAP 5000 /* ms */

static const struct ev_opt_usage usage = {
    .name = "evsource-kafka",
    .args = "[OPTION…] kafka://BROKER/TOPIC",
    .summary = "reads topics of Kafka as events",
    .example = "evsource kafka://b:9092/reviews | evfilter 'rating < 3'",
};

struct source {
	struct ev_source_settings settings;
	struct ev_topic_opts topic;
	struct ev_kafka_settings client;
	struct ev_kafka_place place;
	struct ev_kafka_reader_settings how;
	struct ev_kafka kafka;
	struct ev_kafka_reader *reader;
	struct ev_kafka_when from, until;
	struct ev_stage stage;
	struct ev_marker marker;
	struct ev_kafkapos pos;
	struct ev_progress progress;
	struct ev_scan *scan;
	struct ev_kafka_value value;
	struct ev_slice text_field; /* --format text; else ptr is NULL */
	struct ev_slice when;       /* --mark-when; ptr NULL: none */
	unsigned when_slot;
	struct ev_buf when_is; /* its value in the last event */
	bool when_known;
	int64_t refresh, looked; /* ms, of looking for partitions */
	uint64_t bytes;
	struct ev_err err; /* not on the stack of what runs for each event */
};

/* --- what to do ---------------------------------------------------------- */

static void
parse_shard(struct source *source)
{
	const char *text = source->topic.shard;
	struct ev_err err;

	if (text &&
	    ev_shard_parse("--shard", ev_slice_of(text), &source->how.shard,
		&err) != EV_OK)
		ev_tool_fail(&err);
	source->settings.marker.shard = source->how.shard;
}

static void
parse_key(struct source *source)
{
	const char *at = source->topic.key ? source->topic.key : "key";
	struct ev_kafka_value *value = &source->value;
	struct ev_err err;
	char end = ',';

	for (; end == ','; value->keys++) {
		if (value->keys == EV_KAFKA_KEYS)
			ev_tool_die(EV_EXIT_USAGE,
			    "--key has more than %d fields", EV_KAFKA_KEYS);
		if (ev_names_field("key", &at, ",", &end,
			&value->key[value->keys], &err) != EV_OK)
			ev_tool_fail(&err);
	}
}

static void
parse_format(struct source *source)
{
	const char *field = ev_source_extra(&source->settings, "field");

	switch ((enum ev_source_format)source->settings.format) {
	case EV_SOURCE_NDJSON:
	case EV_SOURCE_JSON:
	case EV_SOURCE_UNKNOWN:
		return;
	case EV_SOURCE_TEXT:
		source->text_field = ev_slice_of(field ? field : "message");
		return;
	default:
		ev_tool_die(EV_EXIT_USAGE, "--format: not of a topic");
	}
}

/* A time of -X; `ms` keeps its value where it is not given. */
static void
parse_time(const struct source *source, const char *key, int64_t *ms)
{
	const char *text = ev_source_extra(&source->settings, key);

	if (!text || ev_clock_span(text, ms))
		return;
	if (!strcmp(text, "forever"))
		*ms = -1;
	else
		ev_tool_die(EV_EXIT_USAGE,
		    "-X %s '%s' is no time: write 500ms, 10s, 5m, 1h or "
		    "forever",
		    key, text);
}

static void
parse_bounds(struct source *source)
{
	const char *from = source->settings.marker.from;
	const char *until = source->topic.until;
	struct ev_err err;

	if (ev_kafka_when("--from", from ? from : "start", &source->from,
		&err) != EV_OK ||
	    (until &&
		ev_kafka_when("--until", until, &source->until, &err) != EV_OK))
		ev_tool_fail(&err);
	if (until && source->settings.follow)
		ev_tool_die(EV_EXIT_USAGE,
		    "--until: with --follow there is no end");
}

static void
say(const char *text)
{
	ev_tool_say("%s", text);
}

static void
parse(struct source *source, int argc, char **argv)
{
	static const char *const own[] = {"wait", "field", "report.group",
	    NULL};
	struct ev_source_settings *settings = &source->settings;
	struct ev_opt_table tables[EV_SOURCE_TABLES + 1];
	struct ev_err err;
	int rest;

	tables[0] = (struct ev_opt_table)EV_OPT_TABLE(ev_topic_options,
	    &source->topic);
	ev_source_tables(settings, tables + 1);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (rest + 1 != argc)
		ev_tool_die(EV_EXIT_USAGE, "one place: kafka://BROKER/TOPIC");
	source->client = (struct ev_kafka_settings){source->topic.brokers,
	    source->topic.file.item, source->topic.file.count,
	    settings->extra.item, settings->extra.count, own};
	if (ev_kafka_place(argv[rest], &source->client, &source->place, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	source->how =
	    (struct ev_kafka_reader_settings){.topics = source->place.topic,
		.partitions = source->topic.partitions,
		.follow = settings->follow,
		.wait = settings->follow ? -1 : EV_KAFKA_WAIT,
		.arg = source,
		.say = say};
	parse_time(source, "wait", &source->how.wait);
	parse_shard(source);
	parse_key(source);
	parse_format(source);
	parse_bounds(source);
}

/* --- events -------------------------------------------------------------- */

/* A mark behind what went out so far. */
static void
mark(struct source *source)
{
	ev_kafkapos_tell(&source->pos);
	ev_marker_mark(&source->marker);
}

/* True where the value of --mark-when is another than in the event before. */
static bool
turns(struct source *source)
{
	struct ev_value value = ev_scan_fields(source->scan)[source->when_slot];
	struct ev_slice is = ev_value_raw(value);
	struct ev_buf *was = &source->when_is;
	bool first = !source->when_known;

	if (value.type == EV_MISSING || value.type == EV_NULL)
		is = EV_SLICE("null");
	source->when_known = true;
	if (ev_slice_equal(is, ev_buf_as_slice(was)))
		return false;
	was->len = 0;
	ev_buf_slice(was, is);
	return !first;
}

/* A mark goes out in front of the event that stands in out behind start. */
static void
mark_around(struct source *source, struct ev_buf *out, size_t start)
{
	struct ev_buf event = {0};

	ev_buf_append(&event, out->ptr + start, out->len - start);
	out->len = start;
	mark(source);
	ev_buf_slice(ev_stage_begin(&source->stage), ev_buf_as_slice(&event));
	ev_buf_release(&event);
}

static void
reject(struct source *source, const rd_kafka_message_t *message,
    const char *why)
{
	struct ev_slice value = {message->payload ? message->payload : "",
	    message->len};
	char *where = ev_mem_printf("%s [%" PRId32 "] at offset %" PRId64,
	    rd_kafka_topic_name(message->rkt), message->partition,
	    message->offset);

	if (ev_bad_event(source->stage.bad, where, why, value, value.len,
		&source->err) != EV_OK)
		ev_tool_fail(&source->err);
	free(where);
}

static void
look_around(struct source *source)
{
	ev_marker_due_now(&source->marker);
	ev_progress_draw(&source->progress, source->bytes, source->stage.out);
}

/* A message of a partition, in its turn. */
static void
take(void *arg, struct ev_kafka_part *part, const rd_kafka_message_t *message)
{
	struct source *source = arg;
	struct ev_stage *stage = &source->stage;
	const char *why;
	struct ev_buf *out;
	size_t start;
	enum ev_status status;

	(void)part;
	if (ev_marker_due(&source->marker))
		mark(source);
	stage->in++;
	source->bytes += message->len;
	out = ev_stage_begin(stage);
	start = out->len;
	status = source->text_field.ptr
	    ? ev_kafka_value_text(&source->value, source->text_field, message,
		  out, &why)
	    : ev_kafka_value_event(&source->value, message, out, &why);
	if (status == EV_OK) {
		if (source->when.ptr && turns(source))
			mark_around(source, out, start);
		ev_stage_end(stage);
	} else {
		reject(source, message, why);
	}
	if (stage->in % LOOK_EVERY == 0)
		look_around(source);
	if (stage->out >= source->settings.limit || ev_io_signal())
		ev_kafka_reader_stop(source->reader);
}

/* --- reading ------------------------------------------------------------- */

static _Noreturn void
fail(const struct source *source)
{
	char *advice;

	if (source->err.exit == EV_EXIT_DISAGREE && source->marker.on) {
		advice = ev_kafkapos_advice(&source->marker);
		ev_tool_die(EV_EXIT_DISAGREE, "%s%s", source->err.text, advice);
	}
	ev_tool_fail(&source->err);
}

/* Which partitions there are, and where they begin. */
static void
look(struct source *source)
{
	if (ev_kafka_reader_look(source->reader, &source->err) != EV_OK)
		ev_tool_fail(&source->err);
	ev_kafkapos_place(&source->pos);
	if (ev_kafka_reader_start(source->reader, &source->err) != EV_OK)
		ev_tool_fail(&source->err);
	source->looked = ev_clock_steady();
}

/* How long to wait: until a mark is due, or it is time to look for partitions.
 * While what was there at the start has not been read there is no first mark
 * for who waits for it. */
static int
nap(struct source *source)
{
	int64_t left = source->looked + source->refresh - ev_clock_steady();
	bool behind = source->marker.behind &&
	    ev_kafka_reader_pending(source->reader);
	int due = behind ? -1 : ev_marker_wait(&source->marker);

	if (left < 0)
		left = 0;
	return due >= 0 && due < left ? due : (int)left;
}

/* Nothing has come: waits for it. */
static void
idle(struct source *source)
{
	int wait = nap(source);

	ev_stage_flush(&source->stage);
	if (ev_kafka_wait(&source->kafka, wait, &source->err) == EV_FATAL)
		ev_tool_fail(&source->err);
	rd_kafka_poll(source->kafka.rk, 0);
	if (ev_marker_due_now(&source->marker))
		mark(source);
	if (source->looked + source->refresh <= ev_clock_steady())
		look(source);
}

/* False where all is read that is to be read. */
static bool
goes_on(const struct source *source)
{
	return source->stage.out < source->settings.limit && !ev_io_signal() &&
	    (source->settings.follow ||
		ev_kafka_reader_pending(source->reader));
}

static void
read_all(struct source *source)
{
	enum ev_status status;

	while (goes_on(source)) {
		status = ev_kafka_reader_read(source->reader, &source->err);
		if (status == EV_FATAL)
			fail(source);
		if (status == EV_AGAIN)
			idle(source);
		else
			ev_marker_due_now(&source->marker);
	}
}

/* --- beginning and ending ------------------------------------------------ */

static void
open_stage(struct source *source)
{
	struct ev_source_settings *settings = &source->settings;
	const char *when = settings->marker.mark_when;

	source->scan = ev_scan_new();
	source->value.scan = source->scan;
	source->value.max_event = settings->stage.max_event;
	if (settings->meta)
		source->value.meta = ev_slice_of(settings->meta);
	if (settings->meta && !strcmp(settings->meta, "~ev"))
		ev_tool_die(EV_EXIT_USAGE,
		    "--meta cannot be '~ev', which marks a control line");
	ev_kafka_value_init(&source->value);
	if (when && settings->marker.name) {
		source->when = ev_slice_of(when);
		source->when_slot = ev_scan_want_key(source->scan,
		    source->when);
	}
	ev_stage_open(&source->stage, &settings->stage, NULL, NULL,
	    ev_tool_stdout());
	source->stage.role = EV_STAGE_SOURCE;
	source->stage.place = source->place.absolute;
}

/* A client of the library, whose partitions nobody else deals out. */
static void
connect_brokers(struct source *source)
{
	bool named = source->settings.marker.name != NULL;
	/* At the end of a partition a broker answers a bounded reader at once;
	 * a follower's question waits there for what comes. */
	const char *const defaults[] = {"group.id", "evkit",
	    "fetch.wait.max.ms", source->settings.follow ? "500" : "10",
	    "queued.max.messages.kbytes", "16384", "fetch.queue.backoff.ms",
	    "10", "topic.metadata.refresh.interval.ms", REFRESH, NULL};
	const char *const fixed[] = {"enable.auto.commit", "false",
	    "enable.auto.offset.store", "false", "auto.offset.reset", "error",
	    "enable.partition.eof", "true", named ? "isolation.level" : NULL,
	    "read_committed", NULL};
	rd_kafka_conf_t *conf;
	char refresh[32];
	size_t size = sizeof(refresh);

	if (ev_kafka_conf(&source->client, &source->place, defaults, fixed,
		&conf, &source->err) != EV_OK)
		ev_tool_fail(&source->err);
	if (!rd_kafka_conf_get(conf, "topic.metadata.refresh.interval.ms",
		refresh, &size))
		source->refresh = strtol(refresh, NULL, 10);
	if (source->refresh <= 0)
		source->refresh = INT32_MAX;
	if (ev_kafka_open(&source->kafka, RD_KAFKA_CONSUMER, conf,
		&source->err) != EV_OK)
		ev_tool_fail(&source->err);
}

static void
open_source(struct source *source)
{
	open_stage(source);
	connect_brokers(source);
	source->how.take = take;
	if (ev_kafka_reader_new(&source->reader, &source->kafka, &source->how,
		&source->err) != EV_OK)
		ev_tool_fail(&source->err);
	ev_marker_open(&source->marker, &source->settings.marker,
	    &source->stage, source->settings.follow);
	source->pos = (struct ev_kafkapos){.kafka = &source->kafka,
	    .reader = source->reader,
	    .marker = &source->marker,
	    .how = &source->how,
	    .from = &source->from,
	    .until = source->topic.until ? &source->until : NULL};
	ev_progress_open(&source->progress, source->settings.progress);
}

/* A signal is the end of a named run, and the failure of another. */
static void
end(struct source *source)
{
	struct ev_err err = {.exit = 128 + ev_io_signal()};

	ev_progress_close(&source->progress, source->bytes, source->stage.out);
	if (ev_io_signal() && !source->marker.on)
		ev_tool_fail(&err);
	ev_kafkapos_tell(&source->pos);
	ev_marker_seal(&source->marker,
	    ev_io_signal() ? EV_SEAL_STOP : EV_SEAL_RUN);
	ev_stage_done(&source->stage);
	ev_kafka_value_release(&source->value);
	ev_kafka_reader_free(source->reader);
	ev_kafka_close(&source->kafka);
}

int
main(int argc, char **argv)
{
	static struct source source = {.settings = EV_SOURCE_DEFAULTS};

	ev_tool_start("evsource-kafka", true);
	ev_seeker_answer(argc, argv, NULL);
	parse(&source, argc, argv);
	open_source(&source);
	look(&source);
	read_all(&source);
	end(&source);
	ev_tool_done(EV_EXIT_OK);
}
