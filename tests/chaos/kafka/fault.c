/*
 * fault: how each fault of a storm is dealt, and undone.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../chance.h"
#include "../tree.h"
#include "base/clock.h"
#include "base/mem.h"
#include "storm_impl.h"

/* Long enough that what waits for it gives it up: brokers a silent one (3 s),
 * the coordinator a transaction. */
#define BROKER_FROZEN_MS 10000
#define COMMAND_FROZEN_MS (STORM_TRANSACTION_MS + 2500)
#define OTHER_MS 5000 /* two pipelines of one name fence one another */
#define OVERTAKE_MS 200
#define OVERTAKE_TRIES 40
#define DEPOSED_MS 1000  /* between two looks at what it does not know: */
#define UNKNOWN 500      /* so many events */
#define STALE_MS 8000    /* for which it then takes itself for the leader */
#define NOTHING_MS 40000 /* far longer than a start takes */
#define SECOND_MS 8000   /* for noticing that it is the second */

static long
draw(struct weather *weather, long below)
{
	return (long)(chance(&weather->chance) % (uint64_t)below);
}

static void
later(struct weather *weather, int ms,
    void (*what)(struct weather *weather, long arg), long arg)
{
	for (size_t i = 0; i < LATER; i++)
		if (!weather->later[i].due) {
			weather->later[i] =
			    (struct later){ev_clock_steady() + ms, what, arg};
			return;
		}
	abort();
}

/* --- commands ------------------------------------------------------------ */

static bool
kill_command(struct weather *weather, size_t i)
{
	job_signal(&weather->main.job, i, SIGKILL);
	return true;
}

static bool
source(struct weather *weather)
{
	return kill_command(weather, SOURCE);
}

static bool
filter(struct weather *weather)
{
	return kill_command(weather, FILTER);
}

static bool
sink(struct weather *weather)
{
	return kill_command(weather, SINK);
}

/* The one that was frozen, unless it has been killed since. */
static void
thaw(struct weather *weather, long pid)
{
	for (size_t i = 0; weather->main.running && i < weather->main.job.count;
	     i++)
		if (weather->main.job.proc[i].pid == pid)
			job_signal(&weather->main.job, i, SIGCONT);
}

static bool
freeze_command(struct weather *weather, size_t i)
{
	job_signal(&weather->main.job, i, SIGSTOP);
	later(weather, COMMAND_FROZEN_MS, thaw, weather->main.job.proc[i].pid);
	return true;
}

static bool
freeze_source(struct weather *weather)
{
	return freeze_command(weather, SOURCE);
}

static bool
freeze_sink(struct weather *weather)
{
	return freeze_command(weather, SINK);
}

/* --- pipelines ----------------------------------------------------------- */

static void
end_second(struct weather *weather, long arg)
{
	(void)arg;
	if (!weather->second.running)
		return;
	/* Where the first one ended in between, it is not the second. */
	if (weather->main.starts == weather->second_from)
		storm_wrong(weather, "a second run does not end with 76");
	loop_kill(&weather->second);
}

static bool
second(struct weather *weather)
{
	weather->second_from = weather->main.starts;
	weather->second.wanted = true;
	weather->second.again = 0;
	loop_tick(&weather->second);
	weather->second.wanted = false;
	later(weather, SECOND_MS, end_second, 0);
	return true;
}

static void
end_other(struct weather *weather, long arg)
{
	(void)arg;
	loop_kill(&weather->other);
}

static bool
other(struct weather *weather)
{
	weather->other.wanted = true;
	later(weather, OTHER_MS, end_other, 0);
	return true;
}

/* --- crash points -------------------------------------------------------- */

static bool
point_at(struct weather *weather, const char *where)
{
	job_signal_all(&weather->main.job, SIGKILL);
	loop_point(&weather->main, 0, where, false);
	weather->awaited = (struct awaited){.loop = &weather->main,
	    .start = weather->main.at};
	return true;
}

static bool
point(struct weather *weather)
{
	static const char *const points[] = {"evsink-kafka@kafka.begun",
	    "evsink-kafka@kafka.sent", "evsink-kafka@kafka.flushed",
	    "evsink-kafka@kafka.record", "evsink-kafka@kafka.committed",
	    "evsink-kafka@durable.renamed", "evsink-kafka@ledger.copied",
	    "evsource-kafka@source.marked", "evfilter@stage.sent"};
	const size_t count = sizeof(points) / sizeof(points[0]);
	char where[64];

	snprintf(where, sizeof(where), "%s:%ld",
	    points[draw(weather, (long)count)], 1 + draw(weather, 20));
	return point_at(weather, where);
}

static void
await(struct weather *weather, struct loop *loop, unsigned others,
    const char *where, void (*then)(struct weather *weather, long pid))
{
	loop_point(loop, others, where, true);
	weather->awaited = (struct awaited){loop, loop->at, then};
}

/* Somewhere in a transaction that is neither the first nor the last one. */
static bool
await_main(struct weather *weather,
    void (*then)(struct weather *weather, long pid))
{
	static const char *const points[] = {"begun", "sent", "flushed",
	    "record"};
	char where[64];

	snprintf(where, sizeof(where), "evsink-kafka@kafka.%s:%ld",
	    points[draw(weather, 4)], 2 + draw(weather, 8));
	job_signal_all(&weather->main.job, SIGKILL);
	await(weather, &weather->main, 0, where, then);
	return true;
}

static void
thaw_later(struct weather *weather, long pid)
{
	later(weather, COMMAND_FROZEN_MS, thaw, pid);
}

static bool
stop(struct weather *weather)
{
	return await_main(weather, thaw_later);
}

static void
go_on_elsewhere(struct weather *weather, long pid)
{
	weather->other.wanted = true;
	later(weather, COMMAND_FROZEN_MS, thaw, pid);
	later(weather, COMMAND_FROZEN_MS + OTHER_MS / 2, end_other, 0);
}

static bool
zombie(struct weather *weather)
{
	return await_main(weather, go_on_elsewhere);
}

/* The copy of the record that the sink here writes after each commit. */
static void
read_copy(const struct weather *weather, struct ev_buf *out)
{
	char *path = ev_mem_printf("%s/state/%s/record", weather->main.folder,
	    weather->storm->name);

	file_read(path, out);
	free(path);
}

static bool
has_committed(const struct weather *weather)
{
	const struct ev_buf *was = &weather->overtaken;
	struct ev_buf is = {0};
	bool same;

	read_copy(weather, &is);
	same = is.len == was->len && !memcmp(is.ptr, was->ptr, is.len);
	ev_buf_release(&is);
	return !same;
}

static void
thaw_other(struct weather *weather, long tries)
{
	/* As soon as the one here has committed, if it can. */
	if (tries && !has_committed(weather)) {
		later(weather, OVERTAKE_MS, thaw_other, tries - 1);
		return;
	}
	storm_say(weather, "and goes on");
	if (loop_alive(&weather->other, SINK))
		job_signal(&weather->other.job, SINK, SIGCONT);
}

static void
overtake(struct weather *weather, long pid)
{
	(void)pid;
	storm_say(weather, "the other machine has read the record");
	job_signal(&weather->main.job, SINK, SIGCONT);
	ev_buf_release(&weather->overtaken);
	weather->overtaken = (struct ev_buf){0};
	read_copy(weather, &weather->overtaken);
	later(weather, OVERTAKE_MS, thaw_other, OVERTAKE_TRIES);
}

/* It has to learn the record first, which is a start. */
static void
read_elsewhere(struct weather *weather, long pid)
{
	weather->other.wanted = true;
	await(weather, &weather->other, 1, "evsink-kafka@kafka.read:1",
	    overtake);
	later(weather, 3 * COMMAND_FROZEN_MS, thaw, pid);
	later(weather, 3 * COMMAND_FROZEN_MS + OTHER_MS, end_other, 0);
}

/* Not in a transaction: the other one would wait for its end. */
static bool
race(struct weather *weather)
{
	job_signal_all(&weather->main.job, SIGKILL);
	await(weather, &weather->main, 0, "evsink-kafka@ledger.copied:3",
	    read_elsewhere);
	return true;
}

/* --- brokers ------------------------------------------------------------- */

/* Some come back before others have taken over, some long after. */
static bool
kill_broker(struct weather *weather, int broker)
{
	struct cluster *cluster = weather->cluster;

	if (!broker ||
	    !cluster_kill(cluster, broker, 500 + (int)draw(weather, 6000)))
		return storm_wrong(weather, "%s", cluster->why);
	return true;
}

static bool
leader(struct weather *weather)
{
	return kill_broker(weather,
	    cluster_leader(weather->cluster, weather->out,
		(int)draw(weather, STORM_PARTITIONS)));
}

static bool
input(struct weather *weather)
{
	return kill_broker(weather,
	    cluster_leader(weather->cluster, weather->in,
		(int)draw(weather, STORM_PARTITIONS)));
}

static int
coordinator_of(struct weather *weather)
{
	char id[128];

	snprintf(id, sizeof(id), "ev.%s.0", weather->storm->name);
	return cluster_coordinator(weather->cluster, id);
}

static bool
coordinator(struct weather *weather)
{
	return kill_broker(weather, coordinator_of(weather));
}

static bool
positions(struct weather *weather)
{
	struct cluster *cluster = weather->cluster;

	if (weather->positions < 0)
		weather->positions = cluster_filled(cluster, "ev_positions");
	if (weather->positions < 0)
		return storm_wrong(weather, "ev_positions is empty");
	return kill_broker(weather,
	    cluster_leader(cluster, "ev_positions", weather->positions));
}

static bool
freeze_broker(struct weather *weather, int broker)
{
	if (!cluster_freeze(weather->cluster, broker, BROKER_FROZEN_MS))
		return storm_wrong(weather, "%s", weather->cluster->why);
	return true;
}

static bool
freeze(struct weather *weather)
{
	return freeze_broker(weather, 1 + (int)draw(weather, CLUSTER_BROKERS));
}

static bool
all(struct weather *weather)
{
	int broker = coordinator_of(weather);

	job_signal_all(&weather->main.job, SIGKILL);
	return kill_broker(weather, broker) &&
	    freeze_broker(weather, broker % CLUSTER_BROKERS + 1);
}

/* All of them: 0. */
static bool
kill_brokers_but(struct weather *weather, int one, int ms)
{
	weather->dark = true;
	for (int i = 1; i <= CLUSTER_BROKERS; i++)
		if (i != one && !cluster_kill(weather->cluster, i, ms))
			return storm_wrong(weather, "%s",
			    weather->cluster->why);
	return true;
}

/* The library's idempotent producer may give up for ever when a broker that
 * was killed does not know it any more: ours has nothing on its way then. */
static bool
blackout(struct weather *weather)
{
	if (!feeder_flush(weather->feeder))
		return storm_wrong(weather,
		    "the test's own events are not acknowledged");
	return kill_brokers_but(weather, 0, 1000);
}

static void
depose(struct weather *weather, long broker)
{
	if (!cluster_is_frozen(weather->cluster, (int)broker)) {
		storm_say(weather, "and was back too soon");
		return;
	}
	if (reader_seen(weather->reader) < weather->unknown) {
		later(weather, DEPOSED_MS, depose, broker);
		return;
	}
	storm_say(weather, "and goes on alone");
	if (kill_brokers_but(weather, (int)broker, STALE_MS))
		cluster_continue(weather->cluster, (int)broker);
}

/* Others lead instead of a frozen broker, and have events that it does not
 * know; it goes on when they are gone, and nobody tells it. */
static bool
deposed(struct weather *weather)
{
	int broker = cluster_leader(weather->cluster, weather->out,
	    (int)draw(weather, STORM_PARTITIONS));

	weather->unknown = reader_seen(weather->reader) + UNKNOWN;
	later(weather, DEPOSED_MS, depose, broker);
	if (!broker || !cluster_freeze(weather->cluster, broker, NOTHING_MS))
		return storm_wrong(weather, "%s", weather->cluster->why);
	return true;
}

static bool
feeder(struct weather *weather)
{
	feeder_lose(weather->feeder);
	return true;
}

/* --- all of them --------------------------------------------------------- */

enum wants {
	COMMAND = 1, /* a command that runs */
	CLUSTER = 2, /* all brokers, in sync */
	ALONE = 4,   /* nothing else that goes on */
};

static const struct kind {
	const char *name;
	bool (*deal)(struct weather *weather);
	enum wants wants;
	size_t command;
	unsigned often; /* in a deck, and in that of a long run */
	unsigned often_long;
} kinds[] = {
    {"source", source, COMMAND, SOURCE, 1, 10},
    {"filter", filter, COMMAND, FILTER, 1, 10},
    {"sink", sink, COMMAND, SINK, 3, 14},
    {"leader", leader, CLUSTER, 0, 2, 2},
    {"input", input, CLUSTER, 0, 1, 1},
    {"coordinator", coordinator, CLUSTER, 0, 2, 2},
    {"positions", positions, CLUSTER, 0, 1, 1},
    {"freeze", freeze, CLUSTER, 0, 1, 1},
    {"freeze-source", freeze_source, COMMAND | ALONE, SOURCE, 1, 1},
    {"freeze-sink", freeze_sink, COMMAND | ALONE, SINK, 1, 1},
    {"second", second, COMMAND, SOURCE, 1, 2},
    {"other", other, COMMAND | ALONE, SINK, 1, 2},
    {"point", point, COMMAND | ALONE, SINK, 3, 8},
    {"stop", stop, COMMAND | ALONE, SINK, 1, 2},
    {"zombie", zombie, COMMAND | ALONE, SINK, 1, 2},
    {"race", race, COMMAND | ALONE, SINK, 1, 2},
    {"all", all, COMMAND | CLUSTER | ALONE, SINK, 1, 1},
    {"blackout", blackout, CLUSTER | ALONE, 0, 1, 1},
    {"deposed", deposed, CLUSTER | ALONE, 0, 1, 1},
    {"feeder", feeder, CLUSTER, 0, 0, 1},
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static const struct kind a_point = {"", NULL, COMMAND | ALONE, SINK, 0, 0};

static const struct kind *
kind_of(const char *name)
{
	if (strchr(name, '@'))
		return &a_point;
	for (size_t i = 0; i < KINDS; i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

bool
fault_known(const char *name)
{
	return kind_of(name) != NULL;
}

bool
fault_ready(const struct weather *weather, const char *name)
{
	const struct kind *kind = kind_of(name);

	if ((kind->wants & COMMAND) &&
	    !loop_alive(&weather->main, kind->command))
		return false;
	if ((kind->wants & CLUSTER) && !cluster_whole(weather->cluster))
		return false;
	return !(kind->wants & ALONE) || fault_over(weather);
}

bool
fault_deal(struct weather *weather, const char *name)
{
	const struct kind *kind = kind_of(name);

	return kind == &a_point ? point_at(weather, name) : kind->deal(weather);
}

/* It has stopped; or it has died there, or will not come there: that start of
 * it has passed, or there is nothing left to do. */
static void
look_at_awaited(struct weather *weather)
{
	struct awaited awaited = weather->awaited;

	if (!awaited.loop)
		return;
	if (awaited.loop->starts > awaited.start || !awaited.loop->wanted ||
	    ev_clock_steady() - weather->progress > NOTHING_MS) {
		weather->awaited.loop = NULL;
	} else if (awaited.loop->starts == awaited.start && awaited.then &&
	    loop_stopped(awaited.loop, SINK)) {
		weather->awaited.loop = NULL;
		awaited.then(weather, awaited.loop->job.proc[SINK].pid);
	}
}

void
fault_tick(struct weather *weather)
{
	look_at_awaited(weather);
	for (size_t i = 0; i < LATER; i++) {
		struct later what = weather->later[i];

		if (!what.due || ev_clock_steady() < what.due)
			continue;
		weather->later[i].due = 0;
		what.what(weather, what.arg);
	}
}

bool
fault_over(const struct weather *weather)
{
	for (size_t i = 0; i < LATER; i++)
		if (weather->later[i].due)
			return false;
	return !weather->awaited.loop;
}

/* --- decks --------------------------------------------------------------- */

const char **
storm_faults(size_t count, bool long_run, uint64_t seed)
{
	const char **deck = ev_mem_alloc(256 * sizeof(*deck));
	const char **list = ev_mem_alloc((count + 1) * sizeof(*list));
	size_t cards = 0;

	for (size_t i = 0; i < KINDS; i++) {
		unsigned often = long_run ? kinds[i].often_long
					  : kinds[i].often;

		for (unsigned k = 0; k < often; k++)
			deck[cards++] = kinds[i].name;
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = i % cards;
		size_t with = at + chance(&seed) % (cards - at);

		list[i] = deck[with];
		deck[with] = deck[at];
		deck[at] = list[i];
	}
	free(deck);
	return list;
}
