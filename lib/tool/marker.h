/*
 * marker: what makes a source's stream a marked one: the name, where to go on
 * from, begin, the marks and the seal (evmarks(7)). It ends the process
 * on failure, as the stage does.
 *
 *	ev_marker_open(&marker, &settings, stage, follow);     lock, copy, begin
 *	from = marker.from;                              the positions
 *	while (… an event …) {
 *		… goes out through the stage …
 *		if (ev_marker_due(&marker)) {
 *			ev_marker_set(&marker, input, position);
 *			ev_marker_mark(&marker);
 *		}
 *	}
 *	ev_marker_set(…);
 *	ev_marker_seal(&marker, EV_SEAL_RUN);
 *
 * Without a name all of it does nothing, and not one byte is written.
 */
#ifndef EV_TOOL_MARKER_H
#define EV_TOOL_MARKER_H

#include <stdbool.h>
#include <stdint.h>

#include "event/control.h"
#include "event/vector.h"
#include "state/pipeline.h"
#include "state/shard.h"
#include "tool/opt.h"
#include "tool/stage.h"

struct ev_marker_settings {
	const char *name;                   /* NULL: unnamed */
	struct ev_opt_list input;           /* --input */
	const char *mark_every, *mark_when; /* N|TIME|SIZE; a field */
	const char *from;                   /* --from */
	int changed;                        /* enum ev_marker_changed */
	bool final, quiet_busy;
	uint64_t restarts;     /* 0: the default, 20 */
	struct ev_shard shard; /* of the name, which partitions are read */
	bool marks;            /* marks without a name: for a table that is
	                    * followed by one of our own commands. The first
	                    * goes out where the source first waits: it has
	                    * caught up */
};

enum ev_marker_changed {
	EV_CHANGED_STOP, /* 70, the default */
	EV_CHANGED_READ, /* what changed is new: read it from its beginning */
	EV_CHANGED_SKIP, /* what changed is not read */
};

/* --name, --input, --mark-every, --mark-when, --from, --changed, --final,
 * --quiet-busy, --restarts, and --marks, which --help does not show. */
extern const struct ev_opt ev_marker_options[10];

struct ev_marker {
	const struct ev_marker_settings *settings; /* lent */
	struct ev_stage *stage;                    /* lent */
	bool on;                                   /* the stream is marked */
	struct ev_pipeline pipeline;
	char run[EV_RUN_LEN + 1];
	char *base;             /* the id that begin went out with */
	struct ev_vector *from; /* the positions of the record's copy */
	struct ev_vector *pos;  /* those of what has been emitted */
	struct ev_vector *told; /* those that begin and the marks have told */
	bool moved;             /* pos is no longer what was told */
	bool behind; /* marks without a name: the source has not yet read all
	              * that was there, and there is no mark before it has */
	bool asked;  /* a mark is due whether there is news or not */
	char *wm;    /* of the next mark, or NULL */
	uint64_t seq;
	uint64_t every_events, every_bytes; /* UINT64_MAX: not by them */
	uint64_t due_out;    /* stage->out at which a mark is due */
	int64_t every_ms;    /* -1: not by time */
	int64_t last_mark;   /* ms, monotonic */
	uint64_t last_bytes; /* of the stream, then */
};

/* Takes the name's lock, waits where earlier runs failed, reads the copy of
 * the record, writes begin and flushes it. With `follow` the default is a mark
 * a second, each 10,000 events or 64 MiB, and a number of events or a size of
 * --mark-every does not change the second; else only the seal. Settings and
 * stage are lent. */
void ev_marker_open(struct ev_marker *marker,
    const struct ev_marker_settings *settings, struct ev_stage *stage,
    bool follow);

/* There is no record yet, so --from counts. */
bool ev_marker_first(const struct ev_marker *marker);

/* The name under which --input has a place's positions kept: as it was given,
 * or, where only that is known to the record, the absolute form of it (so that
 * a place that was moved may be named as it was on the command line). The
 * caller frees it. */
char *ev_marker_input(const struct ev_marker *marker, const char *given);

/* A mark is due, as events and bytes go; looked at after every event. */
static inline bool
ev_marker_due(const struct ev_marker *marker)
{
	return marker->stage->out >= marker->due_out;
}

/* The same as time goes, and by bytes: for where a source has read a block or
 * is about to wait. Sets the time for ev_marker_due, too: a source that cannot
 * make a mark right here makes one after its next event. */
bool ev_marker_due_now(struct ev_marker *marker);
/* How long a source may wait before a mark is due, in ms; -1: for ever. */
int ev_marker_wait(struct ev_marker *marker);

/* The position of what went out so far, of one input or part (see vector.h);
 * NULL takes it away. */
void ev_marker_set(struct ev_marker *marker, const char *key,
    const char *position);
/* Sends a mark, if any event went out or any position changed since the last
 * one (without events it is a heartbeat), and flushes. */
void ev_marker_mark(struct ev_marker *marker);
/* The last mark, whether or not anything changed: nothing may go out after
 * it. */
void ev_marker_seal(struct ev_marker *marker, enum ev_control_seal seal);

#endif
