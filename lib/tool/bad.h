/*
 * bad: what happens to bad input (evkit(7), WHAT IS BAD). The default is to stop
 * with exit 65; --on-error skip counts and goes on; --reject PLACE keeps each
 * as an event of its own, at the place of an outlet, and goes on.
 */
#ifndef EV_TOOL_BAD_H
#define EV_TOOL_BAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "tool/opt.h"
#include "tool/outlet.h"

enum ev_bad_policy { EV_BAD_STOP, EV_BAD_SKIP, EV_BAD_REJECT };

struct ev_bad_settings {
	int on_error;       /* enum ev_bad_policy, stop or skip */
	const char *reject; /* a place, or NULL */
};

/* --on-error and --reject. */
extern const struct ev_opt ev_bad_options[2];

struct ev_bad;

/* Makes ready what --reject names. */
struct ev_bad *ev_bad_new(const struct ev_bad_settings *settings,
    uint64_t max_event);

/* The outlet of --reject, NULL if there is none: whoever knows what stream it
 * is starts it (outlet.h). Lent. */
struct ev_outlet *ev_bad_outlet(struct ev_bad *bad);

/* One bad piece of input. `where` is the place and line ("reviews.csv:17"),
 * `why` the reason; length is how many bytes it had, which is more than
 * input.len where only its beginning is at hand. EV_OK: counted or kept, go
 * on; EV_FATAL: err has "where: why" and exit 65, or why it could not be
 * kept. */
enum ev_status ev_bad_event(struct ev_bad *bad, const char *where,
    const char *why, struct ev_slice input, size_t length, struct ev_err *err);

uint64_t ev_bad_count(const struct ev_bad *bad);
/* True if the first bad input ends the command. */
bool ev_bad_stops(const struct ev_bad *bad);

/* True if bad input is kept, false if it is only counted. */
bool ev_bad_rejects(const struct ev_bad *bad);

/* Hands on what was kept so far: for a command that has to wait. */
enum ev_status ev_bad_flush(struct ev_bad *bad, struct ev_err *err);

/* Closes the outlet of --reject: EV_FATAL if that failed. */
enum ev_status ev_bad_close(struct ev_bad *bad, struct ev_err *err);

#endif
