/*
 * search: a regular expression looked for in a text, match after match, for
 * the functions whose names begin with regexp_.
 */
#ifndef EV_EXPR_SEARCH_H
#define EV_EXPR_SEARCH_H

#include "expr/text.h"

struct ev_search {
	struct ev_run *run;
	const struct ev_node *node;
	struct ev_pattern *regex;
	struct ev_slice text;
	size_t from; /* where the next match is looked for, bytes */
	bool all;    /* the option g */
	unsigned flags;
};

/* Begins a search in arg[0] for arg[1], with these options (NULL: none), for a
 * call with EV_FUNC_REGEX; g is for functions that take all matches. False: a
 * pattern or an option that is none. */
bool ev_search_begin(struct ev_search *search, struct ev_run *run,
    const struct ev_node *node, const struct ev_val *arg,
    const struct ev_val *options);
/* The next match, and the place behind it; an empty one is followed by a
 * search from the next character on. */
bool ev_search_next(struct ev_search *search, bool *found,
    struct ev_slice *match);

#endif
