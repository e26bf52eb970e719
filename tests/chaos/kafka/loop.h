/*
 * loop: a pipeline that is started again as evkit(7) says: while its status is
 * 75 or that of a kill, a second later.
 */
#ifndef CHAOS_KAFKA_LOOP_H
#define CHAOS_KAFKA_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "../job.h"

struct loop {
	char *text;    /* of the pipeline; owned */
	char *folder;  /* where it stands, with its state folder; owned */
	char *errors;  /* what its commands said; owned */
	char *state;   /* EVKIT_STATE=…; owned */
	char *mutant;  /* EV_MUTANT=…, or NULL; owned */
	char *point;   /* EV_POINT=…, or NULL; owned */
	unsigned at;   /* of which start that is */
	bool stops;    /* there, instead of dying */
	bool wanted;   /* is to run */
	bool asked;    /* to stop */
	bool running;  /* `job` is it */
	int64_t again; /* when it may start, ev_clock_steady() */
	int64_t since; /* when it was started */
	unsigned starts;
	unsigned ended[256]; /* so often with this status */
	int last;            /* the last status */
	struct job job;
};

/* In a new folder root/name. */
void loop_init(struct loop *loop, const char *root, const char *name,
    const char *text);
/* Kills what runs. */
void loop_release(struct loop *loop);

/* Starts it where it is wanted and does not run. False where it has ended with
 * a status after which the loop does not go on, unless it was asked to. */
bool loop_tick(struct loop *loop);
/* Ends all of it with SIGKILL, and does not start it again. */
void loop_kill(struct loop *loop);
/* The start after so many others dies at a crash point, or stops. */
void loop_point(struct loop *loop, unsigned others, const char *where,
    bool stops);
/* A command of it that can be hurt: it runs. */
bool loop_alive(const struct loop *loop, size_t i);
/* It is stopped. */
bool loop_stopped(const struct loop *loop, size_t i);

#endif
