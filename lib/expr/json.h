/*
 * json: the types json and jsonb among the others: casts, to_json, and steps
 * into them.
 *
 * json (EV_SQL_JSONTEXT) is its text, blanks and all; jsonb (EV_SQL_JSONB) is
 * a tree (expr/jsonb.h). What a field holds is neither until one of them is
 * asked for: cast to them a field's string is read as JSON, as PostgreSQL
 * reads a text; a function or an operator takes it as the JSON string that it
 * is.
 *
 * Where a function fails it has called ev_run_fail for node and returns false.
 */
#ifndef EV_EXPR_JSON_H
#define EV_EXPR_JSON_H

#include "expr/jsonb.h"
#include "expr/value.h"

/* x::json, x::jsonb; not for NULL. */
bool ev_json_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to);
/* Why a text is no JSON, in a few words; NULL: it is, and *json is the same in
 * one line. */
const char *ev_json_check(struct ev_run *run, struct ev_slice text,
    struct ev_slice *json);
/* A field's value as json or jsonb, as it is; NULL to NULL. */
bool ev_json_field(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to);
/* jsonb as boolean or a number: val becomes boolean or numeric. */
bool ev_json_scalar(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to);

/* Appends to_json(val); NULL is null. */
bool ev_json_put(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *val, struct ev_buf *out);
/* The same of an array; lines: each element of its first dimension has a line
 * of its own. */
bool ev_json_put_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, bool lines, struct ev_buf *out);
/* to_jsonb(val); NULL is null. */
bool ev_json_tree(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *val, struct ev_jsonb *out);

/* A result of json that was put together in run->buf, and one of jsonb. */
bool ev_json_text_out(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
void ev_json_tree_out(struct ev_run *run, const struct ev_jsonb *json,
    struct ev_val *out);
/* The value that a json's text is. */
static inline struct ev_value
ev_json_value(const struct ev_val *val)
{
	return ev_value_of(val->text);
}
/* The result of what made it, and returned `made`. */
static inline bool
ev_jsonb_out(struct ev_run *run, bool made, const struct ev_jsonb *json,
    struct ev_val *out)
{
	if (made)
		ev_json_tree_out(run, json, out);
	return made;
}
/* Fails where a JSON text is nested so deep that it can be no member of an
 * event. */
bool ev_json_check_depth(struct ev_run *run, const struct ev_node *node,
    struct ev_slice json);
/* A part of a json; NULL where it is EV_MISSING. */
void ev_json_part_out(struct ev_value part, struct ev_val *out);
/* json or jsonb as ->> gives it: a string's text, NULL for null. */
bool ev_json_unquote(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val);

/* What stands at the end of a path of texts: of json or jsonb, in place. NULL:
 * nothing does. */
void ev_json_follow(struct ev_val *val, const struct ev_val *step,
    size_t steps);

/* ---- what functions of json and of jsonb share ---- */

/* "object", "array" … */
const char *ev_json_type_name(enum ev_type type);
/* Is JSON of this type the array or the object that is wanted? Else it fails:
 * "cannot extract elements from an object", where what is "extract elements
 * from". */
bool ev_json_want(struct ev_run *run, const struct ev_node *node,
    enum ev_type type, enum ev_type want, const char *what);
/* arg[1] … are the steps of a path into arg[0]; any may be NULL. */
void ev_json_extract(const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out);
/* The keys among the arguments of json_build_object, every second one. */
bool ev_json_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_slice *key);
/* The arguments of json_object: every step-th of count keys and values, which
 * are texts or NULL. */
bool ev_json_pairs(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, const struct ev_val **key,
    const struct ev_val **value, size_t *count, size_t *step);

/* Nodes whose arg[0] is json or jsonb: -> and ->> with text or an integer; a
 * subscript of jsonb. */
bool ev_eval_json_member(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_json_member_text(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_json_subscript(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

#endif
