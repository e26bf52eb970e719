/*
 * outlet: a second place for events, beside the command's own output: what
 * --reject and --else name.
 *
 * In a plain stream an evsink of our own writes it. A failure of ours is
 * announced to that evsink, so that what stood at the place stays; a failure
 * of its own is ours, with its exit status. In a marked stream only the sink
 * writes (rule R7 of evmarks(7)), so the events travel within it, as
 * side lines. Which it is, is known when the stream's first line is: until
 * then an outlet is ready and no more.
 *
 *	ev_outlet_open(…);
 *	ev_outlet_start(…);  or  ev_outlet_within(…);
 *	… events …
 *	ev_outlet_close(…);
 */
#ifndef EV_TOOL_OUTLET_H
#define EV_TOOL_OUTLET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "event/writer.h"
#include "tool/child.h"
#include "tool/encode.h"

/* Takes an event that is to travel within the stream, to the place `to`. */
typedef void (
    *ev_outlet_side)(void *arg, struct ev_slice to, struct ev_slice event);

struct ev_outlet {
	const char *place;
	const char *what; /* it does there: "keep rejects in" */
	uint64_t max_event;
	const char *option; /* of the evsink, or NULL */
	bool late;          /* start it at the first event only: CSV has its
	                     * columns from that. Set by the caller after
	                     * ev_outlet_open */
	enum ev_outlet_state {
		EV_OUTLET_NONE, /* not open, or closed again */
		EV_OUTLET_READY,
		EV_OUTLET_STARTED,
		EV_OUTLET_WITHIN,
	} state;
	struct ev_child sink;
	struct ev_writer *writer; /* to the evsink */
	ev_outlet_side side;      /* within the stream */
	void *side_arg;
	char *to;            /* the place as begin announces it */
	struct ev_buf event; /* that is being built */
};

/* The format that the evsink will choose for a place by its name; ndjson also
 * where that is not a file, or nothing can be written there. */
enum ev_encode_format ev_outlet_format(const char *place);

/* Makes it ready. place, what and option (of the evsink, or NULL) are lent;
 * max_event is the longest event that may come. */
void ev_outlet_open(struct ev_outlet *outlet, const char *what,
    const char *place, uint64_t max_event, const char *option);

/* The place belongs to a named pipeline: it has a sidecar. */
bool ev_outlet_is_owned(const struct ev_outlet *outlet);

/* The stream is plain: starts the evsink of an outlet that is ready, unless it
 * is late. EV_FATAL: as ev_child_start. */
enum ev_status ev_outlet_start(struct ev_outlet *outlet, struct ev_err *err);

/* The stream is a marked one: events of an outlet that is ready go to `side`
 * from now on. EV_FATAL: exit 73, the place has no folder. */
enum ev_status ev_outlet_within(struct ev_outlet *outlet, ev_outlet_side side,
    void *arg, struct ev_err *err);

/* As the writer's functions; nothing is done where the outlet is not open. An
 * event that comes while it is only ready finds a plain stream. EV_FATAL: our
 * own signal, or the evsink has ended too early, with its status in
 * err->exit. */
enum ev_status ev_outlet_pass(struct ev_outlet *outlet,
    const struct ev_line *line, struct ev_err *err);
struct ev_buf *ev_outlet_begin(struct ev_outlet *outlet);
enum ev_status ev_outlet_end(struct ev_outlet *outlet, struct ev_err *err);
enum ev_status ev_outlet_settle(struct ev_outlet *outlet, struct ev_err *err);
enum ev_status ev_outlet_flush(struct ev_outlet *outlet, struct ev_err *err);

/* Ends the evsink and waits for it: what it wrote is in place then. One that
 * was never started is, so that the place is there, if empty. */
enum ev_status ev_outlet_close(struct ev_outlet *outlet, struct ev_err *err);

#endif
