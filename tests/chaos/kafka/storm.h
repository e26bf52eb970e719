/*
 * storm: a pipeline from a topic to a topic that goes on while brokers and
 * commands are killed, frozen and doubled, and what a reader of the second
 * topic sees of it meanwhile.
 *
 * Faults are a list of these words:
 *
 *	source filter sink     kill -9 of a command
 *	leader                 kill -9 of a broker that leads a partition of the
 *	                       output
 *	input                  … that leads a partition of the input
 *	coordinator            … that coordinates the transactions
 *	positions              … that leads the partition which has the record
 *	freeze                 a broker is stopped, for longer than its session
 *	freeze-source, freeze-sink
 *	                       a command is, for longer than a transaction may
 *	                       last
 *	second                 another run of the pipeline with the same state
 *	                       folder
 *	other                  another one with a folder of its own, as on another
 *	                       machine
 *	point                  all are killed, and the next start dies at a crash
 *	                       point
 *	stop                   … is stopped at one, in a transaction, for longer
 *	                       than that may last
 *	zombie                 … and meanwhile another machine goes on
 *	race                   another machine has read the record when the sink
 *	                       here, which was stopped, goes on
 *	all                    kill -9 of all commands and a broker, while
 *	                       another broker is stopped
 *	blackout               kill -9 of all brokers at once
 *	deposed                a broker is frozen until others lead, and goes on
 *	                       alone: it takes itself for the leader
 *	feeder                 the test's own producer gives up, as librdkafka's
 *	                       may when a broker was killed
 *	PROGRAM@POINT:N        as point, there
 */
#ifndef CHAOS_KAFKA_STORM_H
#define CHAOS_KAFKA_STORM_H

#include <stdbool.h>
#include <stdint.h>

#include "cluster.h"

#define STORM_PARTITIONS 12
/* What the brokers let a transaction last: the sinks take it. */
#define STORM_TRANSACTION_MS 6000

struct storm {
	struct cluster *cluster; /* lent */
	const char *root;        /* a folder for what it leaves */
	const char *name;        /* of the pipeline, and of its topics */
	uint32_t events;
	const char *const *fault; /* their list */
	size_t faults;
	const char *mutant; /* NULL: none */
	uint64_t seed;
};

struct storm_result {
	char why[1024];   /* empty: all went well */
	char where[4096]; /* a file with what the commands said */
	size_t dealt;     /* faults */
	unsigned starts, with_75, with_137;
	uint32_t seen;    /* events */
	uint32_t again;   /* that came once more, as they went in */
	uint32_t aborted; /* events that were written and that nobody saw */
	unsigned seconds;
};

/* Random faults, every kind at least once where `count` lets it; `long_run`
 * has more of those that take no time. The array is the caller's to free, its
 * words are static. */
const char **storm_faults(size_t count, bool long_run, uint64_t seed);

/* Runs it. False, with result->why. Says on standard output, as comments of
 * TAP, which fault came when. */
bool storm_run(const struct storm *storm, struct storm_result *result);

#endif
