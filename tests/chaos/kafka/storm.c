/*
 * storm: see storm.h. One thread looks in turn at all that goes on: it feeds
 * the input, reads the output, starts the pipeline again, deals the next fault
 * when the reader has come far enough, and brings back what is away.
 *
 * The feed is the pace. It is quick where a fault is far and slows down before
 * it, so that events flow whenever a fault is dealt and all faults find their
 * place among so many events.
 */
#include "storm.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tree.h"
#include "../chance.h"
#include "base/clock.h"
#include "base/mem.h"
#include "storm_impl.h"

#define TICK_MS 20
#define STUCK_MS 120000 /* without an event is no outage any more */
#define SETTLED_MS 4000 /* after which a start has surely begun */
#define STOP_MS 30000   /* for the end that the source was asked for */
#define WHOLE_MS 5000   /* until a request on its way is none any more */
#define RATE_MIN 150    /* events/s that are fed while all waits */
#define RATE_MAX 4000
#define BACKLOG 2000 /* events that nobody has seen yet */

static const char PIPELINE[] =
    "evsource kafka:%s --name %s --follow --mark-every 50ms | "
    "evfilter 'id IS NOT NULL' | "
    "evsink kafka:%s --name %s --key key";

bool
storm_wrong(struct weather *weather, const char *format, ...)
{
	struct storm_result *result = weather->result;
	va_list args;

	if (result->why[0])
		return false;
	va_start(args, format);
	vsnprintf(result->why, sizeof(result->why), format, args);
	va_end(args);
	return false;
}

void
storm_say(struct weather *weather, const char *format, ...)
{
	int64_t ms = ev_clock_steady() - weather->begin;
	va_list args;

	printf("# %5.1f s, %6u events of %u: ", (double)ms / 1000,
	    reader_seen(weather->reader), feeder_sent(weather->feeder));
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

/* --- the flow ------------------------------------------------------------ */

/* Events from one fault to the next. */
static uint32_t
step(const struct weather *weather)
{
	return weather->storm->events / (uint32_t)(weather->storm->faults + 2);
}

/* What the producer of before had on its way has come or is gone when all
 * brokers have been there for a while. */
static bool
mend(struct weather *weather)
{
	int64_t now = ev_clock_steady();
	const char *why;

	weather->fed = now;
	if (!cluster_whole(weather->cluster))
		weather->whole = now;
	if (now - weather->whole < WHOLE_MS)
		return true;
	storm_say(weather, "librdkafka's producer has given up, another one");
	return feeder_mend(weather->feeder, &why) ||
	    storm_wrong(weather, "the input: %s", why);
}

static bool
feed(struct weather *weather)
{
	const struct storm *storm = weather->storm;
	uint32_t sent = feeder_sent(weather->feeder), count;
	bool last = weather->result->dealt == storm->faults;
	uint32_t to = last
	    ? storm->events
	    : step(weather) * (uint32_t)(weather->result->dealt + 2);
	double rate = RATE_MIN + (to > sent ? (to - sent) : 0) * 0.5;
	int64_t now = ev_clock_steady();
	const char *why;

	if (feeder_lost(weather->feeder))
		return mend(weather);
	weather->whole = now;
	/* There must be events as long as a fault goes on, and after it. */
	weather->dark &= !cluster_whole(weather->cluster);
	if (weather->dark || sent - reader_seen(weather->reader) > BACKLOG)
		rate = 0;
	else if (!fault_over(weather))
		rate = RATE_MIN;
	else if (last || rate > RATE_MAX)
		rate = RATE_MAX;
	weather->credit += rate * (double)(now - weather->fed) / 1000;
	weather->fed = now;
	count = (uint32_t)weather->credit;
	weather->credit -= count;
	if (count > storm->events - sent)
		count = storm->events - sent;
	return feeder_send(weather->feeder, count, &why) ||
	    storm_wrong(weather, "%s", why);
}

static bool
look(struct weather *weather)
{
	uint32_t before = reader_seen(weather->reader);
	int64_t now;
	const char *why;

	if (!reader_poll(weather->reader, TICK_MS, &why) ||
	    !reader_poll(weather->given, 0, &why) ||
	    !reader_same(weather->reader, weather->given, false, &why))
		return storm_wrong(weather, "%s", why);
	now = ev_clock_steady();
	if (reader_seen(weather->reader) != before)
		weather->progress = now;
	return now - weather->progress < STUCK_MS ||
	    storm_wrong(weather, "nothing has come for %d s", STUCK_MS / 1000);
}

/* --- the pipelines ------------------------------------------------------- */

static bool
pipelines(struct weather *weather)
{
	struct loop *run[] = {&weather->main, &weather->other};
	struct loop *second = &weather->second;

	for (size_t i = 0; i < 2; i++) {
		/* Busy is right while a second one has come before it. */
		if (loop_tick(run[i]) ||
		    (i == 0 && second->running && run[i]->last == 76))
			continue;
		return storm_wrong(weather, "a pipeline ended with %d",
		    run[i]->last);
	}
	if (!second->running || loop_tick(second) || second->last == 76)
		return true;
	return storm_wrong(weather, "a second run ended with %d", second->last);
}

/* --- the faults ---------------------------------------------------------- */

static bool
deal(struct weather *weather)
{
	const struct storm *storm = weather->storm;
	size_t next = weather->result->dealt;
	int64_t now = ev_clock_steady();

	if (next == storm->faults ||
	    reader_seen(weather->reader) < step(weather) * (next + 1))
		return true;
	/* Not always right behind the end of a transaction. */
	if (!weather->strike)
		weather->strike = now +
		    (int64_t)(chance(&weather->chance) % 400);
	if (now < weather->strike || !fault_ready(weather, storm->fault[next]))
		return true;
	weather->strike = 0;
	storm_say(weather, "%s", storm->fault[next]);
	weather->result->dealt++;
	return fault_deal(weather, storm->fault[next]);
}

/* --- the run ------------------------------------------------------------- */

static bool
tick(struct weather *weather)
{
	if (!cluster_tick(weather->cluster))
		return storm_wrong(weather, "%s", weather->cluster->why);
	fault_tick(weather);
	return !weather->result->why[0] && pipelines(weather) &&
	    feed(weather) && look(weather) && deal(weather);
}

static bool
done(const struct weather *weather)
{
	return reader_seen(weather->given) == weather->storm->events &&
	    reader_seen(weather->reader) == weather->storm->events &&
	    reader_again(weather->reader) == reader_again(weather->given) &&
	    !feeder_waits(weather->feeder) &&
	    weather->result->dealt == weather->storm->faults &&
	    fault_over(weather) && cluster_whole(weather->cluster) &&
	    loop_alive(&weather->main, SOURCE) &&
	    ev_clock_steady() - weather->main.since > SETTLED_MS;
}

/* Asked to stop, it commits what there is and ends with 0; with 75, where it
 * did not know yet that another one has come; with 143, where it had not begun
 * again. */
static bool
stop(struct weather *weather)
{
	struct loop *loop = &weather->main;
	int64_t end = ev_clock_steady() + STOP_MS;

	loop->wanted = false;
	loop->asked = true;
	job_signal(&loop->job, SOURCE, SIGTERM);
	while (loop->running) {
		if (!tick(weather))
			return false;
		if (ev_clock_steady() > end)
			return storm_wrong(weather,
			    "asked to stop, it goes on");
	}
	return true;
}

/* What else can be seen when all is over: the whole of it again, by one who
 * reads to the end. The caller's to free. */
static struct reader *
whole_of(struct weather *weather, const char *topic, enum reader_kind kind)
{
	struct reader *reader = reader_new(weather->cluster->brokers, topic,
	    STORM_PARTITIONS, kind);
	const char *why;

	if (!reader_finish(reader, &why))
		storm_wrong(weather, "at the end: %s", why);
	return reader;
}

static bool
review(struct weather *weather)
{
	struct storm_result *result = weather->result;
	struct reader *in = whole_of(weather, weather->in, READ_COMMITTED),
		      *out = whole_of(weather, weather->out, READ_COMMITTED),
		      *all = whole_of(weather, weather->out, READ_ALL);
	const char *why;

	if (!reader_same(out, in, true, &why))
		storm_wrong(weather, "at the end: %s", why);
	if (reader_seen(in) != weather->storm->events)
		storm_wrong(weather, "%u events were sent, and %u are there",
		    weather->storm->events, reader_seen(in));
	result->again = reader_again(in);
	result->aborted = reader_seen(all) - reader_seen(out) -
	    reader_again(out);
	reader_free(in);
	reader_free(out);
	reader_free(all);
	return !result->why[0];
}

static bool
run(struct weather *weather)
{
	struct loop *loop = &weather->main;

	for (unsigned i = 0; i < 3; i++) {
		loop->wanted = true;
		loop->asked = false;
		while (!done(weather))
			if (!tick(weather))
				return false;
		if (!stop(weather))
			return false;
		if (loop->last == 0)
			return review(weather);
	}
	return storm_wrong(weather, "asked to stop, it ends with %d",
	    loop->last);
}

/* --- begin and end ------------------------------------------------------- */

static void
init_loops(struct weather *weather)
{
	const struct storm *storm = weather->storm;
	char *text = ev_mem_printf(PIPELINE, weather->in, storm->name,
	    weather->out, storm->name);
	char *root = ev_mem_printf("%s/%s", storm->root, storm->name);

	tree_make(root);
	loop_init(&weather->main, root, "main", text);
	loop_init(&weather->other, root, "other", text);
	loop_init(&weather->second, root, "second", text);
	free(weather->second.state);
	weather->second.state = ev_mem_strdup(weather->main.state);
	if (storm->mutant) {
		weather->main.mutant = ev_mem_printf("EV_MUTANT=%s",
		    storm->mutant);
		weather->other.mutant = ev_mem_strdup(weather->main.mutant);
		weather->second.mutant = ev_mem_strdup(weather->main.mutant);
	}
	snprintf(weather->result->where, sizeof(weather->result->where), "%s",
	    weather->main.errors);
	free(text);
	free(root);
}

static void
tell(const struct weather *weather)
{
	struct storm_result *result = weather->result;

	result->starts = weather->main.starts + weather->other.starts +
	    weather->second.starts;
	result->with_75 = weather->main.ended[75] + weather->other.ended[75];
	result->with_137 = weather->main.ended[137] + weather->other.ended[137];
	result->seen = reader_seen(weather->reader);
	result->seconds = (unsigned)((ev_clock_steady() - weather->begin) /
	    1000);
}

bool
storm_run(const struct storm *storm, struct storm_result *result)
{
	struct weather weather = {.storm = storm,
	    .result = result,
	    .cluster = storm->cluster,
	    .chance = storm->seed,
	    .positions = -1,
	    .in = ev_mem_printf("%s.in", storm->name),
	    .out = ev_mem_printf("%s.out", storm->name)};

	*result = (struct storm_result){0};
	init_loops(&weather);
	if (cluster_topic(storm->cluster, weather.in, STORM_PARTITIONS) &&
	    cluster_topic(storm->cluster, weather.out, STORM_PARTITIONS)) {
		weather.feeder = feeder_new(storm->cluster->brokers, weather.in,
		    STORM_PARTITIONS);
		weather.reader = reader_new(storm->cluster->brokers,
		    weather.out, STORM_PARTITIONS, READ_COMMITTED);
		weather.given = reader_new(storm->cluster->brokers, weather.in,
		    STORM_PARTITIONS, READ_COMMITTED);
		weather.begin = weather.fed = weather.progress =
		    ev_clock_steady();
		run(&weather);
		tell(&weather);
		feeder_free(weather.feeder);
		reader_free(weather.reader);
		reader_free(weather.given);
	} else {
		storm_wrong(&weather, "%s", storm->cluster->why);
	}
	loop_release(&weather.main);
	loop_release(&weather.other);
	loop_release(&weather.second);
	ev_buf_release(&weather.overtaken);
	free(weather.in);
	free(weather.out);
	return !result->why[0];
}
