/*
 * keeper: how evpos looks at and changes the record that a sink keeps in its
 * own store, while evpos itself knows no system. It starts the sink's
 * connector and asks it:
 *
 *	evsink-SCHEME --record=get --name=NAME PLACE
 *	evsink-SCHEME --record=put --name=NAME PLACE    ID, newline, the record
 *	evsink-SCHEME --record=drop --name=NAME PLACE   ID, newline
 *	evsink-SCHEME --record=accept --name=NAME PLACE   ID, newline
 *
 * get prints one JSON object (struct ev_keeper_state). The others read standard
 * input. They take the sink's lock (exit 76 while a sink runs) and act only if
 * the record there has that ID (exit 70), "-" for whatever there is; put makes
 * the first record where the ID is "+" and there is none. drop takes away what
 * no record speaks of, and then the record; accept makes what is there now what
 * was committed.
 *
 * A connector fills in the functions and calls ev_keeper_serve before it does
 * anything else.
 */
#ifndef EV_TOOL_KEEPER_H
#define EV_TOOL_KEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/* What a store says of its record. Texts are owned. */
struct ev_keeper_state {
	char *record;  /* as JSON; NULL: there is none */
	char *where;   /* in which file, table …, for people */
	char *held;    /* who holds the sink's lock; NULL: nobody known */
	char *wrong;   /* why what is there is not what was committed; NULL:
	                * it is, as far as is known */
	bool gone;     /* nothing is there at all */
	bool log;      /* others read what is written here, by positions */
	bool in_state; /* the record is the one in the state folder */
	uint64_t tail; /* bytes there of which no record speaks, */
	bool strange;  /* and which no run of ours has written */
};

enum ev_keeper_verb {
	EV_KEEPER_NONE,
	EV_KEEPER_GET,
	EV_KEEPER_PUT,
	EV_KEEPER_DROP,
	EV_KEEPER_ACCEPT,
};

struct ev_keeper {
	enum ev_keeper_verb verb;
	const char *name, *place; /* the pipeline, and where it writes */
	void *store;              /* for the functions */
	/* Holds off every sink until the process ends. EV_FATAL: exit 76. */
	enum ev_status (*lock)(struct ev_keeper *keeper, struct ev_err *err);
	/* Fills in what differs from {0}. */
	enum ev_status (*get)(struct ev_keeper *keeper,
	    struct ev_keeper_state *state, struct ev_err *err);
	/* Replaces the record that get found, durably. */
	enum ev_status (*put)(struct ev_keeper *keeper, struct ev_slice record,
	    struct ev_err *err);
	enum ev_status (*drop)(struct ev_keeper *keeper, struct ev_err *err);
	/* NULL: what is there cannot be other than what was committed. */
	enum ev_status (*accept)(struct ev_keeper *keeper, struct ev_err *err);
};

/* True where evpos asks: verb, name and place are set. The first thing that a
 * sink looks at behind ev_tool_start. */
bool ev_keeper_asked(int argc, char **argv, struct ev_keeper *keeper);
/* Does what was asked, and ends the process. */
_Noreturn void ev_keeper_serve(struct ev_keeper *keeper);

/* The same asked by evpos. EV_FATAL: the connector's exit status; it has said
 * why, and the text is empty; or there is no connector, 78. The state is the
 * caller's to release, also after a failure. */
enum ev_status ev_keeper_get(const char *name, const char *place,
    struct ev_keeper_state *state, struct ev_err *err);
enum ev_status ev_keeper_put(const char *name, const char *place,
    const char *was, struct ev_slice record, struct ev_err *err);
enum ev_status ev_keeper_drop(const char *name, const char *place,
    const char *was, struct ev_err *err);
enum ev_status ev_keeper_accept(const char *name, const char *place,
    const char *was, struct ev_err *err);
void ev_keeper_release(struct ev_keeper_state *state);

#endif
