/*
 * query: what a command asks of each event: a condition, a select list, or
 * both. Compiled once, from text; then every event is tested and projected as
 * slices of the line (evexpr(7)).
 *
 *	ev_query_condition(query, text, &err)    and / or
 *	ev_query_select(query, text, &err)
 *	…
 *	for every line that the scan has scanned:
 *		ev_query_test(query, &truth, &err)
 *		ev_query_project(query, deleted, out, &changed, &err)
 *
 * The scan is lent, must be the one that scans the lines, and is asked for
 * the fields while the query is compiled. Nothing is allocated per event
 * unless texts or large numbers are made; that memory is used again for the
 * next one.
 */
#ifndef EV_EXPR_QUERY_H
#define EV_EXPR_QUERY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/scan.h"

struct ev_query;

struct ev_query *ev_query_new(struct ev_scan *scan);
void ev_query_free(struct ev_query *query);

/* The session's time zone (UTC without it), an IANA name; EV_BAD: there is
 * none of that name. Before anything is compiled. */
enum ev_status ev_query_zone(struct ev_query *query, const char *name,
    struct ev_err *err);
/* What now() gives from now on: microseconds since 1970 UTC; without it, the
 * time of ev_query_new. Not while an event is judged. What is made of it is
 * computed anew. Nothing, once the time is fixed. */
void ev_query_now(struct ev_query *query, int64_t microseconds);
/* The same for ever, and what the clock says is the same too: a time as text,
 * in the session's zone. Before anything is compiled. EV_BAD: it is none. */
enum ev_status ev_query_fix_now(struct ev_query *query, struct ev_slice text,
    struct ev_err *err);

/* Gives $name its value in what is compiled later: a literal of no type as
 * yet, or the literal of a JSON value (expr/param.h). With `must` it is a
 * mistake if nothing uses it. Copied. EV_BAD: the name is none. */
enum ev_status ev_query_arg(struct ev_query *query, struct ev_slice name,
    struct ev_slice text, bool must, struct ev_err *err);
enum ev_status ev_query_arg_json(struct ev_query *query, struct ev_slice name,
    struct ev_value value, struct ev_err *err);
/* A parameter that must be used and is not, by what is compiled so far; ptr
 * NULL if there is none. */
struct ev_slice ev_query_unused(const struct ev_query *query);

/* Compile a condition, a select list ("a, upper(b) AS c", "* EXCLUDE (a)"), a
 * list of fields to leave out ("a, b"), a program ("SELECT list WHERE
 * condition", or a condition alone). EV_BAD: a mistake in the text, err has the
 * message, the place and a caret. text is copied. */
enum ev_status ev_query_condition(struct ev_query *query, struct ev_slice text,
    struct ev_err *err);
enum ev_status ev_query_select(struct ev_query *query, struct ev_slice text,
    struct ev_err *err);
enum ev_status ev_query_drop(struct ev_query *query, struct ev_slice text,
    struct ev_err *err);
enum ev_status ev_query_program(struct ev_query *query, struct ev_slice text,
    struct ev_err *err);

bool ev_query_has_condition(const struct ev_query *query);
bool ev_query_has_list(const struct ev_query *query);
/* Does the condition read this top-level key? */
bool ev_query_names(const struct ev_query *query, struct ev_slice key);

/* Does it ask for the present time (now(), current_date, 'today'), so that
 * another run may find something else in the same events? Not where that is
 * fixed, unless to 'today' or its like. Of what is compiled so far; words such
 * as 'now' in events are not counted. */
bool ev_query_asks_time(const struct ev_query *query);

/* Appends what is done with each event, as lines for people: fields, condition
 * and list as trees with their types (evfilter(1), --explain). */
void ev_query_explain(const struct ev_query *query, struct ev_buf *out);

/* Is the condition true (1), false (0) or NULL (-1) for the scan's last line?
 * EV_BAD: it cannot be judged, err says which part of the expression fails on
 * what. */
enum ev_status ev_query_test(struct ev_query *query, int *truth,
    struct ev_err *err);

/* ---- for people (hint.c) ---- */

/* Can the condition never be this, whatever the event, because a part of it is
 * always NULL? Then err says which, with a caret. */
bool ev_query_never(const struct ev_query *query, bool truth,
    struct ev_err *err);

/* Notes which of the fields that the condition reads the scan's last line has,
 * if only as null. */
void ev_query_look(struct ev_query *query);
/* Is there a field that the condition reads and none of the lines looked at
 * has, which is likely to be mistyped? Appends its name in quotes, and what
 * may have been meant. */
bool ev_query_unseen(const struct ev_query *query, struct ev_buf *out);

/* Appends the event that the list makes of the scan's last line. *changed is
 * false, and nothing is appended, where that would be the line as it is. Of a
 * deleted row only what the row carries is written, and the mark of deletion.
 * EV_BAD as above; out is then as it was. */
enum ev_status ev_query_project(struct ev_query *query, bool deleted,
    struct ev_buf *out, bool *changed, struct ev_err *err);

/* Does the list make several events of one (unnest)? Then ev_query_rows is
 * what is called in place of ev_query_project: it appends them all, each with
 * a newline; none where there are no rows. Of a deleted row that lacks what the
 * rows are made of there is one. */
bool ev_query_makes_rows(const struct ev_query *query);
enum ev_status ev_query_rows(struct ev_query *query, bool deleted,
    struct ev_buf *out, struct ev_err *err);

/* The member of the scan's last line that says whether it is a deleted row
 * (ev_value_deletes). Lent; its contents change with each line. Called when all
 * is compiled. */
const struct ev_value *ev_query_delete_mark(struct ev_query *query);

#endif
