/*
 * value: what can be done with a value while an event is judged: decode what
 * a field holds, cast it, compare it, write it as text and as JSON.
 *
 * Where a function fails it has called ev_run_fail for node and returns false.
 */
#ifndef EV_EXPR_VALUE_H
#define EV_EXPR_VALUE_H

#include "expr/node.h"

/* A field's value as SQL has it: a string is text, a number numeric, true
 * boolean, null and what is missing NULL. Arrays and objects stay
 * EV_SQL_JSON. Fails for strings that no text can be (\u0000). */
bool ev_val_settle(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val);

/* A field's string that has escapes as the text it is, where that is a text:
 * for what is compared more than once, which would decode it each time. */
void ev_val_decode(struct ev_run *run, struct ev_val *val);

/* True if val is NULL, also as a field's value. */
static inline bool
ev_val_is_null(const struct ev_val *val)
{
	return val->type == EV_SQL_NULL ||
	    (val->type == EV_SQL_JSON &&
		(val->json.type == EV_MISSING || val->json.type == EV_NULL));
}

/* True if val is an array, also a JSON array that a field holds. */
static inline bool
ev_val_is_array(const struct ev_val *val)
{
	return ev_sql_is_array(val->type) ||
	    (val->type == EV_SQL_JSON && val->json.type == EV_ARRAY);
}

/* Casts as CAST does, NULL to NULL. The value may be of any type; numbers of
 * a field give text as they are written in the event. */
bool ev_val_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, const struct ev_sql_type *to);
/* The same to a type without precision or length. */
bool ev_val_to(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to);

/* A text was no number where one is needed, as the error says: it says more
 * where the text is a date or time. Returns false. */
bool ev_val_no_number(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text);

/* Text as boolean: 'true', 'f', 'yes', 'off', '1' …; -1 if it is none. */
int ev_val_truth(struct ev_slice text);

/* a OP b: *truth is 0, 1, or -1 for NULL. Where a number meets text, the text
 * is read as a number; where it is none, = is false, <> true, and the others
 * fail. What is made on the way is let go of. */
bool ev_val_compare(struct ev_run *run, const struct ev_node *node,
    enum ev_compare op, struct ev_val a, struct ev_val b, int *truth);

/* *is: val is not NULL, and best is or val OP best: whether it is the greatest
 * (EV_GT) or the least (EV_LT) so far. */
bool ev_val_beats(struct ev_run *run, const struct ev_node *node,
    enum ev_compare op, const struct ev_val *val, const struct ev_val *best,
    bool *is);

/* A small whole JSON number (at most 18 digits, neither point nor exponent):
 * false if it is another one. */
static inline bool
ev_val_small(struct ev_slice json, int64_t *out)
{
	const char *s = json.ptr;
	size_t n = json.len;
	bool minus = n && *s == '-';
	int64_t number = 0;

	if (n == 1) { /* ratings, flags, small counts */
		*out = *s - '0';
		return true;
	}
	s += minus;
	n -= minus;
	if (n - 1 >= 18)
		return false;
	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned char)s[i] - (unsigned)'0';

		if (d > 9)
			return false;
		number = number * 10 + d;
	}
	*out = minus ? -number : number;
	return true;
}

/* Appends the value as PostgreSQL prints it; not for NULL. */
void ev_val_print(const struct ev_time_env *time, const struct ev_val *val,
    struct ev_buf *out);
/* Appends the value as JSON: numbers as they are (NaN and the infinities as
 * strings), times as PostgreSQL's text, arrays as arrays, what a field held
 * byte for byte. */
void ev_val_json(const struct ev_time_env *time, const struct ev_val *val,
    struct ev_buf *out);

/* What extract gives, as a value. */
bool ev_val_number(struct ev_run *run, const struct ev_node *node,
    const struct ev_time_number *number, struct ev_val *out);

/* What a function of times gave: *out, whose value it wrote, or why it did not
 * (run->err). */
static inline bool
ev_val_time_out(struct ev_run *run, const struct ev_node *node,
    enum ev_status status, enum ev_sql type, struct ev_val *out)
{
	out->type = (uint8_t)type;
	return status == EV_OK || ev_run_failed(run, node);
}

/* The kind of expr/time.h of a type of time, and back. */
enum ev_time_kind ev_val_time_kind(enum ev_sql type);
enum ev_sql ev_val_time_type(enum ev_time_kind kind);

#endif
