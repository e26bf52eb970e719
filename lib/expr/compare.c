/*
 * compare: two values of whatever types, as SQL compares them. Numbers of
 * integers and numerics exactly, with a double precision as doubles; text by
 * its bytes (locale C.UTF-8: by code points); times by the session's zone;
 * arrays element by element.
 *
 * Numbers of a field that have many digits, or an exponent, are compared as
 * they are written: 1e131071 would be 54 KB and some milliseconds, each time.
 */
#include "expr/array.h"
#include "expr/float8.h"
#include "expr/json.h"
#include "expr/text.h"
#include "expr/value.h"

/* Groups of types that compare with one another. */
enum family { NUMBERS, TEXTS, BOOLS, TIMES, INTERVALS, ARRAYS, JSONS, OTHERS };

static enum family
family_of(const struct ev_val *val)
{
	if (ev_sql_is_number(val->type))
		return NUMBERS;
	if (val->type == EV_SQL_TEXT || val->type == EV_SQL_BYTEA)
		return TEXTS;
	if (val->type == EV_SQL_BOOL)
		return BOOLS;
	if (val->type == EV_SQL_INTERVAL)
		return INTERVALS;
	if (ev_sql_is_array(val->type))
		return ARRAYS;
	if (val->type == EV_SQL_JSONB)
		return JSONS;
	if (val->type == EV_SQL_JSON && val->json.type == EV_NUMBER)
		return NUMBERS;
	return ev_sql_is_time(val->type) ? TIMES : OTHERS;
}

/* As ev_val_settle, but for numbers that are long. */
static bool
settle(struct ev_run *run, const struct ev_node *node, struct ev_val *val)
{
	struct ev_num num;

	if (val->type != EV_SQL_JSON || val->json.type != EV_NUMBER)
		return ev_val_settle(run, node, val);
	if (ev_num_from_short(ev_value_raw(val->json), &num)) {
		val->type = EV_SQL_NUMERIC;
		val->num = num;
	}
	return true;
}

static int
truth_of(enum ev_compare op, int order)
{
	switch (op) {
	case EV_EQ:
		return order == 0;
	case EV_NE:
		return order != 0;
	case EV_LT:
		return order < 0;
	case EV_LE:
		return order <= 0;
	case EV_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* A number's text, or a text; false where that would be long to make. */
static bool
text_of(struct ev_run *run, const struct ev_val *val, struct ev_slice *text)
{
	if (val->type == EV_SQL_JSON)
		*text = ev_value_raw(val->json);
	else if (val->type == EV_SQL_TEXT)
		*text = val->text;
	else if (val->type == EV_SQL_FLOAT8 ||
	    (val->type == EV_SQL_NUMERIC && val->num.kind != EV_NUM_SMALL))
		return false;
	else {
		ev_val_print(run->time, val, ev_run_begin(run));
		*text = ev_buf_as_slice(run->buf);
	}
	return true;
}

/* Numbers, or one and a text, by their texts; at most one is printed. */
static bool
order_texts(struct ev_run *run, const struct ev_val *a, const struct ev_val *b,
    int *order)
{
	struct ev_slice x, y;

	return text_of(run, a, &x) && text_of(run, b, &y) &&
	    ev_num_cmp_text(x, y, order);
}

static bool
order_numbers(struct ev_run *run, const struct ev_node *node, struct ev_val *a,
    struct ev_val *b, int *order)
{
	if (a->type == EV_SQL_JSON || b->type == EV_SQL_JSON) {
		if (order_texts(run, a, b, order))
			return true;
		if ((b->type != EV_SQL_FLOAT8 &&
			!ev_val_settle(run, node, a)) ||
		    (a->type != EV_SQL_FLOAT8 && !ev_val_settle(run, node, b)))
			return false;
	}
	if (a->type == EV_SQL_FLOAT8 || b->type == EV_SQL_FLOAT8) {
		if (!ev_val_to(run, node, a, EV_SQL_FLOAT8) ||
		    !ev_val_to(run, node, b, EV_SQL_FLOAT8))
			return false;
		*order = ev_float8_cmp(a->real, b->real);
	} else if (a->type == EV_SQL_NUMERIC && b->type == EV_SQL_NUMERIC) {
		*order = ev_num_cmp(a->num, b->num);
	} else if (a->type == EV_SQL_NUMERIC) {
		*order = ev_num_cmp_int(a->num, b->integer);
	} else if (b->type == EV_SQL_NUMERIC) {
		*order = -ev_num_cmp_int(b->num, a->integer);
	} else {
		*order = (a->integer > b->integer) - (a->integer < b->integer);
	}
	return true;
}

/* A number and a text: the text becomes a number of the same kind. False in
 * *is where it is none. */
static bool
read_number(struct ev_run *run, const struct ev_val *number,
    struct ev_val *text, struct ev_err *err)
{
	struct ev_slice from = text->text;

	if (number->type == EV_SQL_FLOAT8) {
		text->type = EV_SQL_FLOAT8;
		return ev_float8_from_text(from, &text->real, err) == EV_OK;
	}
	text->type = EV_SQL_NUMERIC;
	return ev_num_from_text(from, run->pool, &text->num, err) == EV_OK;
}

/* Is it a number as written, or a text that may be one of many digits? */
static bool
is_long(const struct ev_val *val)
{
	struct ev_slice text = val->text;

	if (val->type != EV_SQL_TEXT)
		return val->type == EV_SQL_JSON;
	return text.len &&
	    (memchr(text.ptr, 'e', text.len) ||
		memchr(text.ptr, 'E', text.len));
}

static bool
compare_mixed(struct ev_run *run, const struct ev_node *node,
    enum ev_compare op, struct ev_val *a, struct ev_val *b, int *truth)
{
	bool equality = op == EV_EQ || op == EV_NE;
	struct ev_slice text;
	int order;

	if (is_long(a) || is_long(b)) {
		if (order_texts(run, a, b, &order)) {
			*truth = truth_of(op, order);
			return true;
		}
		if (!ev_val_settle(run, node, a) ||
		    !ev_val_settle(run, node, b))
			return false;
	}
	text = family_of(a) == TEXTS ? a->text : b->text;
	run->pool->full = false;
	if (!read_number(run, family_of(a) == TEXTS ? b : a,
		family_of(a) == TEXTS ? a : b, equality ? NULL : run->err)) {
		if (!equality)
			return ev_val_no_number(run, node, text);
		/* it may be one, but there is no room for its digits */
		if (run->pool->full)
			return ev_run_fail(run, node,
			    "the numbers would have more than %u digits "
			    "together",
			    EV_NUM_POOL_MAX);
		*truth = op == EV_NE;
		return true;
	}
	if (!order_numbers(run, node, a, b, &order))
		return false;
	*truth = truth_of(op, order);
	return true;
}

/* jsonb and what a field holds. */
static bool
compare_json(struct ev_run *run, const struct ev_node *node, enum ev_compare op,
    const struct ev_val *a, const struct ev_val *b, int *truth)
{
	struct ev_jsonb x, y;

	if (!ev_json_tree(run, node, a, &x) || !ev_json_tree(run, node, b, &y))
		return false;
	*truth = truth_of(op, ev_jsonb_compare(&x, &y));
	return true;
}

/* Turns b's quoted literal into a value of the kind that a has. */
static bool
read_quoted(struct ev_run *run, const struct ev_node *node, struct ev_val *a,
    struct ev_val *b)
{
	const struct ev_quoted *quoted = b->quoted;
	struct ev_val own = *a;

	if (!settle(run, node, a))
		return false;
	b->type = EV_SQL_TEXT;
	b->text = quoted->text;
	if (family_of(a) == NUMBERS && quoted->number) {
		b->type = EV_SQL_NUMERIC;
		b->num = quoted->num;
	} else if (family_of(a) == NUMBERS) {
		*a = own;
		return ev_val_to(run, node, a, EV_SQL_TEXT);
	} else if (a->type == EV_SQL_BOOL) {
		return ev_val_to(run, node, b, EV_SQL_BOOL);
	} else if (a->type == EV_SQL_JSONB) {
		return ev_val_to(run, node, b, EV_SQL_JSONB);
	}
	return true;
}

/* Two arrays, or one and a field that holds one. */
static bool
compare_arrays(struct ev_run *run, const struct ev_node *node,
    enum ev_compare op, struct ev_val *a, struct ev_val *b, int *truth)
{
	enum ev_sql any = ev_sql_array_of(EV_SQL_ANY);
	bool equal;
	int order;

	if ((a->type == EV_SQL_JSON && !ev_array_cast(run, node, a, any)) ||
	    (b->type == EV_SQL_JSON && !ev_array_cast(run, node, b, any)))
		return false;
	if (op == EV_EQ || op == EV_NE) {
		if (!ev_array_equal(run, node, a->array, b->array, &equal))
			return false;
		*truth = equal == (op == EV_EQ);
		return true;
	}
	if (!ev_array_order(run, node, a->array, b->array, &order))
		return false;
	*truth = truth_of(op, order);
	return true;
}

/* An array or an object? */
static bool
is_nested(const struct ev_val *val)
{
	return ev_val_is_array(val) ||
	    (val->type == EV_SQL_JSON && val->json.type == EV_OBJECT);
}

/* What may be written where two values do not compare. */
static const char *
advice(const struct ev_val *a, const struct ev_val *b)
{
	if (a->type == EV_SQL_BOOL || b->type == EV_SQL_BOOL)
		return " (a boolean is a condition alone, or = true)";
	if (!is_nested(a) && !is_nested(b))
		return "";
	if (is_nested(a) && is_nested(b))
		return " (cast both to jsonb)";
	return ev_val_is_array(a) || ev_val_is_array(b)
	    ? " (with one of its elements: 'vip' = ANY(tags))"
	    : "";
}

static bool
compare(struct ev_run *run, const struct ev_node *node, enum ev_compare op,
    struct ev_val a, struct ev_val b, int *truth)
{
	enum family fa, fb;
	int order = 0;

	*truth = -1;
	if (ev_val_is_null(&a) || ev_val_is_null(&b))
		return true;
	if (b.type == EV_SQL_UNKNOWN) {
		if (!read_quoted(run, node, &a, &b))
			return false;
	} else if (a.type == EV_SQL_UNKNOWN) {
		if (!read_quoted(run, node, &b, &a))
			return false;
	} else if (!settle(run, node, &a) || !settle(run, node, &b)) {
		return false;
	}
	fa = family_of(&a);
	fb = family_of(&b);
	if ((fa == NUMBERS && fb == TEXTS) || (fa == TEXTS && fb == NUMBERS))
		return compare_mixed(run, node, op, &a, &b, truth);
	if ((fa == ARRAYS || fb == ARRAYS) && ev_val_is_array(&a) &&
	    ev_val_is_array(&b))
		return compare_arrays(run, node, op, &a, &b, truth);
	if (fa == JSONS || fb == JSONS)
		return compare_json(run, node, op, &a, &b, truth);
	if (fa != fb || fa == OTHERS)
		return ev_run_fail(run, node, "cannot compare %s with %s%s",
		    ev_sql_val_name(&a), ev_sql_val_name(&b), advice(&a, &b));
	if (fa == NUMBERS) {
		if (!order_numbers(run, node, &a, &b, &order))
			return false;
	} else if (fa == TEXTS) {
		order = ev_text_order(a.text, b.text);
	} else if (fa == BOOLS) {
		order = a.truth - b.truth;
	} else if (fa == INTERVALS) {
		order = ev_interval_compare(a.interval, b.interval);
	} else {
		order = ev_time_compare(run->time, ev_val_time_kind(a.type),
		    a.integer, ev_val_time_kind(b.type), b.integer);
	}
	*truth = truth_of(op, order);
	return true;
}

bool
ev_val_compare(struct ev_run *run, const struct ev_node *node,
    enum ev_compare op, struct ev_val a, struct ev_val b, int *truth)
{
	struct ev_arena_mark mark = ev_arena_mark(run->arena);
	struct ev_num_pool_mark numbers = ev_num_pool_mark(run->pool);
	bool ok = compare(run, node, op, a, b, truth);

	if (run->arena->ptr != mark.ptr)
		ev_arena_rewind(run->arena, mark);
	if (run->pool->used != numbers.used)
		ev_num_pool_rewind(run->pool, numbers);
	return ok;
}

bool
ev_val_beats(struct ev_run *run, const struct ev_node *node, enum ev_compare op,
    const struct ev_val *val, const struct ev_val *best, bool *is)
{
	int truth = !ev_val_is_null(val);

	if (truth && !ev_val_is_null(best) &&
	    !ev_val_compare(run, node, op, *val, *best, &truth))
		return false;
	*is = truth > 0;
	return true;
}
