/*
 * world: a folder in which a shape runs, is hurt, and runs again until it is
 * done; and what it says then, against the run that nobody hurt.
 */
#ifndef CHAOS_WORLD_H
#define CHAOS_WORLD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "chance.h"
#include "job.h"
#include "shape.h"

/* After so many starts that ended with 75 or a kill it is no outage. */
#define WORLD_STARTS 60

struct world {
	const struct shape *shape;
	char *root;   /* all that a worker has; owned */
	char *folder; /* where the pipelines run; owned */
	char *errors; /* what they said, outside of the folder; owned */
	char *env[JOB_ENV];
	unsigned given; /* events of the input that are there */
	unsigned starts;
	struct job job[SHAPE_JOBS];
	bool running[SHAPE_JOBS];
	bool done[SHAPE_JOBS];
	bool busy;     /* a pipeline may end with 76 */
	bool was_busy; /* and one did */
	bool told;     /* a pipeline may end with any of our statuses */
	char why[512]; /* why a trial failed */
};

/* root is an empty folder of the caller's. */
void world_init(struct world *world, const char *root);
void world_release(struct world *world);

/* An empty, furnished folder for the shape, with the whole input or none. */
void world_clear(struct world *world, const struct shape *shape, bool whole);
/* More of the input: up to event `to`. */
void world_give(struct world *world, unsigned to);

/* What the processes that are started from now on find in their environment
 * ("NAME=VALUE", copied); NULL: nothing more. */
void world_env(struct world *world, const char *setting);

/* Starts pipeline i, unless it reads what is not there yet. */
void world_start(struct world *world, size_t i);

/* Runs every pipeline to its end, once, one after another; a pipeline that
 * follows is asked to end when all of its output is there. The shape is
 * `done` where all ended with 0. False, with why: a status that is none of 0,
 * 75 and a kill's, a crash, a run that hangs. */
bool world_run(struct world *world);
/* Starts the second of two pipelines alone, and judges its end: after a blow a
 * reader may come back before its writer. */
bool world_run_second(struct world *world);
/* Runs until done. */
bool world_finish(struct world *world);
bool world_done(const struct world *world);

/* What the shape shows now. */
void world_show(const struct world *world, struct ev_buf *out);
/* Compares it with the uninterrupted run's. */
bool world_right(struct world *world, struct ev_slice good);

/* Judges the end of a pipeline that ran: false, with why, as world_run. */
bool world_ended(struct world *world, size_t i);
/* Ends what runs, and what was left running. */
void world_stop(struct world *world);

/* world->why, printf; returns false. */
bool world_wrong(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
