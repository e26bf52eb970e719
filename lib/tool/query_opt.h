/*
 * query_opt: the options that commands with expressions share: what stands for
 * $name, the session's time zone, and what now() is.
 *
 *	ev_query_opt_apply(&settings, query)      before anything is compiled
 *	… compile …
 *	ev_query_opt_check(query)                 is every --arg used?
 *
 * Mistakes end the process with 64.
 */
#ifndef EV_TOOL_QUERY_OPT_H
#define EV_TOOL_QUERY_OPT_H

#include "expr/query.h"
#include "tool/opt.h"

struct ev_query_settings {
	struct ev_opt_list arg;  /* NAME=VALUE */
	struct ev_opt_list args; /* files of them */
	const char *zone, *now;
};

/* --arg, --args, --tz, --now. */
extern const struct ev_opt ev_query_options[4];

void ev_query_opt_apply(const struct ev_query_settings *settings,
    struct ev_query *query);
void ev_query_opt_check(const struct ev_query *query);

/* The text of a file that an option names, at most 2 MiB. The caller's to
 * release. */
struct ev_buf ev_query_opt_read(const char *path);

#endif
