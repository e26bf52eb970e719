/*
 * wait_opt: see wait_opt.h.
 */
#include "tool/wait_opt.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "tool/tool.h"

const struct ev_opt ev_wait_options[1] = {
    {"wait", 0, EV_OPT_TEXT, offsetof(struct ev_wait_opts, wait), "TIME",
	"how long to wait for a system that is away (1m)"},
};

enum ev_status
ev_wait_parse(const char *option, const char *text, int64_t *ms,
    struct ev_err *err)
{
	size_t digits = strspn(text, "0123456789");

	if (!strcmp(text, "forever")) {
		*ms = -1;
		return EV_OK;
	}
	/* A plain number is seconds, and may be 0. */
	if (digits && digits < 10 && !text[digits]) {
		*ms = strtoll(text, NULL, 10) * 1000;
		return EV_OK;
	}
	if (ev_clock_span(text, ms))
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "%s '%s' is no time: write 500ms, 10s, 5m, 1h or forever", option,
	    text);
}

int64_t
ev_wait_given(const struct ev_wait_opts *opts, int64_t usual)
{
	struct ev_err err;

	if (opts->wait &&
	    ev_wait_parse("--wait", opts->wait, &usual, &err) != EV_OK)
		ev_tool_fail(&err);
	return usual;
}
