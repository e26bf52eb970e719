/*
 * trail: what a reader has seen of a marked stream, and whether it hangs
 * together: begin first and once, marks of that run, numbered 1, 2, 3 …, each
 * with as many lines before it as it says, and as many side lines among them,
 * nothing behind the seal, and no end without one (rules R2, R5, R6 of
 * evmarks(7)).
 *
 * A stream whose first line is no begin is plain: unnamed, all of it data. That
 * one has lost its begin shows where another control line comes.
 */
#ifndef EV_EVENT_TRAIL_H
#define EV_EVENT_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "event/control.h"

struct ev_trail {
	enum ev_trail_state {
		EV_TRAIL_START, /* no line yet */
		EV_TRAIL_PLAIN,
		EV_TRAIL_BEGUN,
		EV_TRAIL_ENDED, /* after the seal */
	} state;
	char run[EV_RUN_LEN + 1];
	uint64_t seq;   /* of the last mark, 0 before the first */
	uint64_t lines; /* data and side lines up to the last mark */
	uint64_t sides; /* side lines since then */
};

/* {0} is a trail at its start. `lines` counts all data and side lines of the
 * stream before the control line (a side line does not count itself).
 * EV_OK; EV_FATAL: the stream is broken, err has why and exit 75, or 64 where
 * its first line was no begin, which starting it again will not mend. A fail
 * line is none of the trail's business. */
enum ev_status ev_trail_control(struct ev_trail *trail,
    const struct ev_control *control, uint64_t lines, struct ev_err *err);

/* The stream's first data line was seen. */
static inline void
ev_trail_data(struct ev_trail *trail)
{
	if (trail->state == EV_TRAIL_START)
		trail->state = EV_TRAIL_PLAIN;
}

/* At the end of the file. EV_OK: the stream was plain, or empty, or sealed;
 * EV_FATAL: exit 75, it broke off (R2), or lines came after the seal. */
enum ev_status ev_trail_end(const struct ev_trail *trail, uint64_t lines,
    struct ev_err *err);

static inline bool
ev_trail_marked(const struct ev_trail *trail)
{
	return trail->state >= EV_TRAIL_BEGUN;
}

#endif
