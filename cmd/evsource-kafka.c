/*
 * evsource-kafka: reads topics of Kafka as events. What evsource becomes for
 * kafka://BROKER/TOPIC.
 *
 * No consumer group: each partition is read from an offset on that is known
 * here, and under a name how far it came travels in the marks.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "client/kafka.h"
#include "client/kafka_read.h"
#include "tool/kafkaemit.h"
#include "tool/kafkareport.h"
#include "tool/kafkaseeker.h"
#include "tool/seeker.h"
#include "tool/source.h"
#include "tool/tool.h"
#include "tool/topic_opt.h"
#include "tool/wait_opt.h"

#define REFRESH "5000" /* ms between two looks for new partitions */
#define SERVE 1000     /* ms between two callbacks in a read without a pause */

static const struct ev_opt_usage usage = {
    .name = "evsource-kafka",
    .args = "[OPTION…] kafka://BROKER/TOPIC",
    .summary = "reads topics of Kafka as events",
    .example = "evsource kafka://b:9092/reviews | evfilter 'rating < 3'",
};

struct source {
	struct ev_source_settings settings;
	struct ev_topic_opts topic;
	struct ev_wait_opts wait;
	struct ev_kafka_settings client;
	struct ev_kafka_place place;
	struct ev_kafka_reader_settings how;
	struct ev_kafka kafka;
	struct ev_kafka_reader *reader;
	struct ev_kafka_when from, until;
	struct ev_kafkaemit emit;
	struct ev_kafkareport report;
	int64_t refresh, looked; /* ms, of looking for partitions */
	int64_t heard;           /* ms, when something came last, */
	int64_t served;          /* and when callbacks were served */
	struct ev_err err;
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
	static const char *const own[] = {EV_DECODE_EXTRA, "report.group",
	    NULL};
	struct ev_source_settings *settings = &source->settings;
	struct ev_opt_table tables[EV_SOURCE_TABLES + 2];
	struct ev_err err;
	int rest;

	tables[0] = (struct ev_opt_table)EV_OPT_TABLE(ev_topic_options,
	    &source->topic);
	tables[1] = (struct ev_opt_table)EV_OPT_TABLE(ev_wait_options,
	    &source->wait);
	ev_source_tables(settings, tables + 2);
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
		.wait = ev_wait_given(&source->wait,
		    settings->follow ? -1 : EV_KAFKA_WAIT),
		.arg = source,
		.say = say};
	parse_shard(source);
	ev_kafkaemit_init(&source->emit, settings, source->topic.key);
	parse_bounds(source);
}

/* --- reading ------------------------------------------------------------- */

static _Noreturn void
fail(const struct source *source)
{
	char *advice;

	if (source->emit.marker.on && ev_kafka_reader_lost(source->reader)) {
		advice = ev_kafkapos_advice(&source->emit.marker);
		ev_tool_die(EV_EXIT_DISAGREE, "%s%s", source->err.text, advice);
	}
	ev_tool_fail(&source->err);
}

/* Which partitions there are, and where they begin. A bounded run asks once: it
 * reads what was there at the start. */
static void
look(struct source *source)
{
	bool again = source->emit.pos.begun && !source->settings.follow;
	enum ev_status status = again
	    ? ev_kafka_reader_ping(source->reader, &source->err)
	    : ev_kafka_reader_look(source->reader, &source->err);

	source->looked = ev_clock_steady();
	if (status == EV_AGAIN || (ev_io_signal() && source->emit.marker.on))
		return;
	if (status != EV_OK)
		fail(source);
	if (again)
		return;
	if (!source->emit.pos.begun && *source->place.topic == '^' &&
	    !ev_kafka_reader_count(source->reader))
		ev_tool_say("no topic matches '%s'%s", source->place.topic,
		    source->settings.follow ? " yet" : "");
	status = ev_kafkapos_place(&source->emit.pos, &source->err);
	if (status != EV_OK && ev_io_signal() && source->emit.marker.on)
		return;
	if (status != EV_OK ||
	    ev_kafka_reader_start(source->reader, &source->err) != EV_OK)
		ev_tool_fail(&source->err);
}

/* How long to wait: until a mark is due, or it is time to look for partitions
 * or at what was in doubt. While what was there at the start has not been read
 * there is no first mark for who waits for it. */
static int
nap(struct source *source)
{
	int64_t left = source->looked + source->refresh - ev_clock_steady();
	bool behind = source->emit.marker.behind &&
	    ev_kafka_reader_pending(source->reader);
	int due = behind ? -1 : ev_marker_wait(&source->emit.marker);
	int again = ev_kafka_reader_nap(source->reader);

	if (left < 0)
		left = 0;
	if (due >= 0 && due < left)
		left = due;
	return again >= 0 && again < left ? again : (int)left;
}

/* Partitions that have no leader do not answer, though brokers do. */
static void
check_silence(struct source *source)
{
	int64_t silent = ev_clock_steady() - source->heard;

	if (source->settings.follow || source->how.wait < 0 ||
	    silent <= source->how.wait)
		return;
	ev_kafka_error(&source->kafka, RD_KAFKA_RESP_ERR__TIMED_OUT,
	    "read to the end", &source->err);
	ev_tool_fail(&source->err);
}

/* The library's callbacks, in a read that has no idle moment. */
static void
serve(struct source *source)
{
	if (source->heard - source->served < SERVE)
		return;
	source->served = source->heard;
	rd_kafka_poll(source->kafka.rk, 0);
}

/* Nothing has come: waits for it. */
static void
idle(struct source *source)
{
	int wait = nap(source);

	ev_stage_flush(&source->emit.stage);
	if (ev_kafka_wait(&source->kafka, wait, &source->err) == EV_FATAL)
		ev_tool_fail(&source->err);
	rd_kafka_poll(source->kafka.rk, 0);
	if (ev_marker_due_now(&source->emit.marker))
		ev_kafkaemit_mark(&source->emit);
	ev_kafkareport_tell(&source->report);
	if (source->looked + source->refresh <= ev_clock_steady())
		look(source);
	check_silence(source);
}

/* False where all is read that is to be read. */
static bool
goes_on(const struct source *source)
{
	return !ev_kafkaemit_full(&source->emit) && !ev_io_signal() &&
	    (source->settings.follow ||
		ev_kafka_reader_pending(source->reader));
}

static void
read_all(struct source *source)
{
	enum ev_status status;

	source->heard = ev_clock_steady();
	while (goes_on(source)) {
		status = ev_kafka_reader_read(source->reader, &source->err);
		if (status == EV_FATAL)
			fail(source);
		if (status == EV_AGAIN) {
			idle(source);
			continue;
		}
		source->heard = ev_clock_steady();
		serve(source);
		ev_kafkareport_tell(&source->report);
		ev_marker_due_now(&source->emit.marker);
	}
}

/* --- beginning and ending ------------------------------------------------ */

/* -X report.group. */
static void
open_report(struct source *source)
{
	char *group;

	if (ev_kafka_own(&source->client, "report.group", &group,
		&source->err) != EV_OK)
		ev_tool_fail(&source->err);
	if (!group)
		return;
	if (!source->settings.marker.name)
		ev_tool_die(EV_EXIT_USAGE,
		    "-X report.group tells how far a pipeline is: it wants "
		    "--name");
	ev_kafkareport_open(&source->report, &source->kafka,
	    &source->emit.marker, group);
	free(group);
}

/* The library takes memory for each answer of a broker and its messages, and
 * gives it back in another thread. What was given back once is kept, in one
 * heap for all threads: 5 % of the CPU, which the kernel took for new pages.
 * Before the library has begun a thread, whose heap would be its own. */
static void
keep_memory(void)
{
#ifdef __GLIBC__
	mallopt(M_ARENA_MAX, 1);
	mallopt(M_MMAP_THRESHOLD, 32 << 20);
	mallopt(M_TRIM_THRESHOLD, 256 << 20);
	mallopt(M_TOP_PAD, 4 << 20);
#endif
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
	keep_memory();
	if (ev_kafka_open(&source->kafka, RD_KAFKA_CONSUMER, conf,
		&source->err) != EV_OK)
		ev_tool_fail(&source->err);
}

static void
open_source(struct source *source)
{
	connect_brokers(source);
	source->how.take = ev_kafkaemit_take;
	source->how.arg = &source->emit;
	if (ev_kafka_reader_new(&source->reader, &source->kafka, &source->how,
		&source->err) != EV_OK)
		ev_tool_fail(&source->err);
	ev_kafkaemit_open(&source->emit, source->place.absolute);
	/* What has been read must be there, and "end" is of something. */
	source->how.await = source->settings.follow &&
	    ev_marker_first(&source->emit.marker) &&
	    source->from.kind == EV_KAFKA_START;
	source->emit.pos = (struct ev_kafkapos){.kafka = &source->kafka,
	    .reader = source->reader,
	    .marker = &source->emit.marker,
	    .how = &source->how,
	    .from = &source->from,
	    .until = source->topic.until ? &source->until : NULL};
	open_report(source);
}

/* A signal is the end of a named run, and the failure of another. */
static void
end(struct source *source)
{
	struct ev_err err = {.exit = 128 + ev_io_signal()};

	if (ev_io_signal() && !source->emit.marker.on)
		ev_tool_fail(&err);
	ev_kafkaemit_seal(&source->emit);
	ev_kafkaemit_done(&source->emit);
	ev_kafkareport_close(&source->report);
	ev_kafka_reader_free(source->reader);
	ev_kafka_close(&source->kafka);
}

int
main(int argc, char **argv)
{
	static struct source source = {.settings = EV_SOURCE_DEFAULTS};

	ev_tool_start("evsource-kafka", true);
	ev_seeker_answer(argc, argv, ev_kafkaseeker_look);
	parse(&source, argc, argv);
	open_source(&source);
	look(&source);
	read_all(&source);
	end(&source);
	ev_tool_done(EV_EXIT_OK);
}
