/*
 * trial: one way of hurting a pipeline, as a text that repeats it:
 *
 *	point SHAPE PROGRAM@POINT:N [PROGRAM@POINT:N]
 *		a process dies at the N-th passing of a crash point; with two,
 *		one of the next start dies again
 *	kill SHAPE SEED
 *		up to four times one process, one that it has started, all of a
 *		pipeline or all of all are killed, somewhere
 *	zombie SHAPE PROCESS SEED
 *		a process stops somewhere, the rest is killed, the pipeline
 *		starts again, the process goes on
 *	stale SHAPE PROGRAM@POINT:N
 *		a process stops at a point; the pipeline starts again; the
 *		process goes on
 *	halt SHAPE PROGRAM@POINT:N
 *		a process stops at a point, the others go on as far as they
 *		can, all are killed
 *	cut SHAPE WHERE PERCENT SEED
 *		the power is cut behind so many operations, or behind
 *		PROGRAM@POINT:N, or behind the whole run (end), and PERCENT of
 *		what was not synced is forgotten
 *	cuts SHAPE WHERE PERCENT SEED
 *		the same forty times, of which each forgets something else
 *	recut SHAPE WHERE PERCENT SEED
 *		and cut again while the next run recovers
 *	killcut SHAPE PROGRAM@POINT:N WHERE PERCENT SEED [PROGRAM@POINT:N]
 *		a process dies at a point; the power is cut in the next run:
 *		behind so many operations, or at its end (end); a process of
 *		the first run after that dies at another point
 *	stranger SHAPE FILE [WHERE PERCENT SEED]
 *		somebody else appends to a file between two runs: what he wrote
 *		is kept aside, also where the power is cut in the second
 *	fault SHAPE PROGRAM CALL N ERRNO
 *		the N-th call of a kind fails in a program (tests/fault/nth.c)
 *	refuse SHAPE
 *		the pipeline has something in it that loses or mangles: it
 *		must end with 75 or more, and commit nothing of it
 *
 * Then it is started until it is done, and must show what the run shows that
 * nobody hurt.
 */
#ifndef CHAOS_TRIAL_H
#define CHAOS_TRIAL_H

#include <stdbool.h>

#include "world.h"

/* What trials need of their shape; made once, before workers are forked. */
struct known {
	bool have, fails;
	struct ev_buf good;   /* what the uninterrupted run shows */
	unsigned ms;          /* that it took */
	struct disk_log *log; /* its operations, for power cuts, or NULL */
	struct point {
		char name[64];  /* PROGRAM@POINT */
		unsigned times; /* at most, by one process */
	} * point;
	size_t points;
};

/* Runs the shape uninterrupted, unless that was done. False, with world->why,
 * where already that fails. */
bool trial_know(struct world *world, const struct shape *shape,
    struct known **known);
/* The same, with its points; and those that only a start after a crash
 * passes, *again. */
bool trial_points(struct world *world, const struct shape *shape,
    struct known **known);
/* The points of a start that follows on a crash at `first`: as known->point;
 * the caller's to free. */
bool trial_points_after(struct world *world, const struct shape *shape,
    const char *first, struct point **point, size_t *points);
/* Runs it under the power library, whose log is kept, and checks that playing
 * that gives what there is. */
bool trial_record(struct world *world, const struct shape *shape,
    struct known **known);
/* Operations of the recorded run. */
size_t trial_ops(const struct known *known);

/* A rule that is taken away in all that follows, NULL: none. */
void trial_mutant(const char *name);

/* Runs a trial. False, with world->why, where the pipeline is hurt. */
bool trial_run(struct world *world, const char *text);

/* Kills and stops and cuts dealt by this process since it was last asked. */
unsigned trial_blows(void);

#endif
