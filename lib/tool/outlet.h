/*
 * outlet: a second place for events, beside the command's own output: what
 * --reject and --else name. An evsink of our own writes it.
 *
 * A failure of ours is announced to that evsink, so that what stood at the
 * place stays; a failure of its own is ours, with its exit status.
 */
#ifndef EV_TOOL_OUTLET_H
#define EV_TOOL_OUTLET_H

#include <stdint.h>

#include "base/err.h"
#include "event/writer.h"
#include "tool/child.h"
#include "tool/encode.h"

struct ev_outlet {
	const char *place;
	const char *what; /* it does there: "keep rejects in" */
	struct ev_child sink;
	struct ev_writer *writer; /* NULL: not open */
};

/* The format that the evsink will choose for a place by its name; ndjson also
 * where that is not a file, or nothing can be written there. */
enum ev_encode_format ev_outlet_format(const char *place);

/* Starts the evsink, with `option` if that is not NULL. place and what are
 * lent; max_event is the longest event that may come. */
enum ev_status ev_outlet_open(struct ev_outlet *outlet, const char *what,
    const char *place, uint64_t max_event, const char *option,
    struct ev_err *err);

/* As the writer's functions; nothing is done where the outlet is not open.
 * EV_FATAL: our own signal, or the evsink has ended too early, with its
 * status in err->exit. */
enum ev_status ev_outlet_pass(struct ev_outlet *outlet,
    const struct ev_line *line, struct ev_err *err);
struct ev_buf *ev_outlet_begin(struct ev_outlet *outlet);
enum ev_status ev_outlet_end(struct ev_outlet *outlet, struct ev_err *err);
enum ev_status ev_outlet_settle(struct ev_outlet *outlet, struct ev_err *err);
enum ev_status ev_outlet_flush(struct ev_outlet *outlet, struct ev_err *err);

/* Ends the evsink and waits for it: what it wrote is in place then. */
enum ev_status ev_outlet_close(struct ev_outlet *outlet, struct ev_err *err);

#endif
