/*
 * inlet: the events of places, read by an evsource of our own: the table of a
 * join, what stands behind a condition, what is compared. The counterpart of
 * outlet.h.
 *
 *	ev_inlet_open(&inlet, name, place, count, &settings, &err);
 *	… a stage on &inlet.input.in …
 *	ev_inlet_close(&inlet, &err);
 *
 * What evsource has to say about a failure comes as the failure line, which
 * the stage obeys. A table whose reader was killed is not a short table: that
 * is what ev_inlet_close is for.
 */
#ifndef EV_TOOL_INLET_H
#define EV_TOOL_INLET_H

#include "event/input.h"
#include "tool/child.h"
#include "tool/stage.h"

struct ev_inlet {
	const char *place; /* the first */
	struct ev_child source;
	struct ev_input_fd input;
};

/* Starts an evsource of `count` places (at least 1), which gets our standard
 * input if one of them is that. --max-event and --on-error skip go to it too.
 * `name` is for messages about its events. Both are lent until close.
 * EV_FATAL: as ev_child_start. */
enum ev_status ev_inlet_open(struct ev_inlet *inlet, const char *name,
    const char *const *place, size_t count,
    const struct ev_stage_settings *settings, struct ev_err *err);

/* The same of one place that goes on as it grows (--follow), as a stream with
 * marks that has no name: its first mark says that all is read that was there.
 * Ended by ev_inlet_stop. */
enum ev_status ev_inlet_follow(struct ev_inlet *inlet, const char *place,
    const struct ev_stage_settings *settings, struct ev_err *err);

/* At the end of the events. EV_FATAL: evsource failed, with its status (74
 * where a signal killed it). */
enum ev_status ev_inlet_close(struct ev_inlet *inlet, struct ev_err *err);

/* Ends evsource where no more of its events are wanted. */
void ev_inlet_stop(struct ev_inlet *inlet);

#endif
