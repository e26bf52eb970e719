/*
 * compare: two values of whatever types, as SQL compares them. Numbers of
 * integers and numerics exactly, with a double precision as doubles; text by
 * its bytes (locale C.UTF-8: by code points); times by the session's zone;
 * arrays element by element.
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
	if (val->type == EV_SQL_TEXT)
		return TEXTS;
	if (val->type == EV_SQL_BOOL)
		return BOOLS;
	if (val->type == EV_SQL_INTERVAL)
		return INTERVALS;
	if (ev_sql_is_array(val->type))
		return ARRAYS;
	if (val->type == EV_SQL_JSONB)
		return JSONS;
	return ev_sql_is_time(val->type) ? TIMES : OTHERS;
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

static bool
order_numbers(struct ev_run *run, const struct ev_node *node, struct ev_val *a,
    struct ev_val *b, int *order)
{
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

static bool
compare_mixed(struct ev_run *run, const struct ev_node *node,
    enum ev_compare op, struct ev_val *a, struct ev_val *b, int *truth)
{
	bool equality = op == EV_EQ || op == EV_NE;
	int order;

	if (!read_number(run, family_of(a) == TEXTS ? b : a,
		family_of(a) == TEXTS ? a : b, equality ? NULL : run->err)) {
		if (!equality)
			return ev_run_failed(run, node);
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
	*truth = truth_of(op, ev_jsonb_compare(run, &x, &y));
	return true;
}

static const char *
name_of(const struct ev_val *val)
{
	return val->type == EV_SQL_JSON ? ev_sql_json_name(val->json)
					: ev_sql_name(val->type);
}

/* Turns b's quoted literal into a value of the kind that a has. */
static bool
read_quoted(struct ev_run *run, const struct ev_node *node, struct ev_val *a,
    struct ev_val *b)
{
	const struct ev_quoted *quoted = b->quoted;
	struct ev_val own = *a;

	if (!ev_val_settle(run, node, a))
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

bool
ev_val_compare(struct ev_run *run, const struct ev_node *node,
    enum ev_compare op, struct ev_val a, struct ev_val b, int *truth)
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
	} else if (!ev_val_settle(run, node, &a) ||
	    !ev_val_settle(run, node, &b)) {
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
		return ev_run_fail(run, node, "cannot compare %s with %s",
		    name_of(&a), name_of(&b));
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
