/*
 * wait_opt: --wait, how long a connector waits for its system: for brokers
 * that are away, for another's lock. evsource and evsink know it so that they
 * find the place among the arguments.
 */
#ifndef EV_TOOL_WAIT_OPT_H
#define EV_TOOL_WAIT_OPT_H

#include <stdint.h>

#include "tool/opt.h"

struct ev_wait_opts {
	const char *wait; /* NULL: not given */
};

/* --wait. */
extern const struct ev_opt ev_wait_options[1];

/* What it says in ms, -1: for ever; where it was not given, `usual`. Ends the
 * process with 64 where it is no time. */
int64_t ev_wait_given(const struct ev_wait_opts *opts, int64_t usual);

/* "10s", "250ms", "2m", "1h", "3" (seconds) as ms; "forever" is -1.
 * EV_FATAL: usage; `option` is for the message. */
enum ev_status ev_wait_parse(const char *option, const char *text, int64_t *ms,
    struct ev_err *err);

#endif
