/*
 * eval: see eval.h. Fields, logic, conditions, casts and calls; arithmetic is
 * in arith.c, patterns in match.c.
 */
#include "expr/eval.h"

#include "expr/func.h"
#include "expr/json.h"
#include "expr/lookup.h"
#include "expr/result.h"

bool
ev_eval_const(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	(void)run;
	*out = node->value;
	return true;
}

/* ---- what an event holds ---- */

bool
ev_eval_field(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	out->json = run->fields[node->slot];
	out->type = out->json.type <= EV_NULL ? EV_SQL_NULL : EV_SQL_JSON;
	return true;
}

static void
json_out(struct ev_val *out, struct ev_value value)
{
	out->json = value;
	out->type = value.type <= EV_NULL ? EV_SQL_NULL : EV_SQL_JSON;
}

bool
ev_eval_member(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val of, key;

	if (!ev_node_eval(run, node->arg[0], &of) ||
	    !ev_node_eval(run, node->arg[1], &key))
		return false;
	out->type = EV_SQL_NULL;
	if (of.type != EV_SQL_JSON || key.type == EV_SQL_NULL)
		return true;
	if (key.type == EV_SQL_TEXT)
		json_out(out, ev_value_member(of.json, key.text));
	else
		json_out(out, ev_value_item(of.json, key.integer));
	return true;
}

bool
ev_eval_member_text(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	return ev_eval_member(run, node, out) &&
	    ev_val_to(run, node, out, EV_SQL_TEXT);
}

bool
ev_eval_element(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val of, index;

	if (!ev_node_eval(run, node->arg[0], &of) ||
	    !ev_node_eval(run, node->arg[1], &index))
		return false;
	out->type = EV_SQL_NULL;
	if (of.type == EV_SQL_JSON && index.type != EV_SQL_NULL)
		json_out(out, ev_value_element(of.json, index.integer));
	return true;
}

/* ---- comparison ---- */

bool
ev_eval_compare(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val a, b;
	int truth;

	if (!ev_node_eval(run, node->arg[0], &a) ||
	    !ev_node_eval(run, node->arg[1], &b) ||
	    !ev_val_compare(run, node, node->op, a, b, &truth))
		return false;
	return ev_result_truth(out, truth);
}

bool
ev_eval_field_int(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	/* by operator: bit 0 less, 1 equal, 2 greater */
	static const uint8_t yes[] = {[EV_EQ] = 2,
	    [EV_NE] = 5,
	    [EV_LT] = 1,
	    [EV_LE] = 3,
	    [EV_GT] = 4,
	    [EV_GE] = 6};
	const struct ev_value *value = &run->fields[node->arg[0]->slot];
	int64_t want = node->arg[1]->value.integer, is;

	if (value->type != EV_NUMBER ||
	    !ev_val_small(ev_value_raw(*value), &is))
		return ev_eval_compare(run, node, out);
	out->type = EV_SQL_BOOL;
	out->truth = yes[node->op] >> ((is > want) - (is < want) + 1) & 1;
	return true;
}

bool
ev_eval_field_text(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	const struct ev_value *value = &run->fields[node->arg[0]->slot];
	struct ev_slice want = node->arg[1]->value.quoted->text;

	if (value->type != EV_STRING || value->escaped)
		return ev_eval_compare(run, node, out);
	out->type = EV_SQL_BOOL;
	out->truth = ev_slice_equal(ev_value_inner(*value), want) ==
	    (node->op == EV_EQ);
	return true;
}

bool
ev_eval_distinct(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val a, b;
	int truth;

	if (!ev_node_eval(run, node->arg[0], &a) ||
	    !ev_node_eval(run, node->arg[1], &b))
		return false;
	if (ev_val_is_null(&a) || ev_val_is_null(&b))
		truth = ev_val_is_null(&a) != ev_val_is_null(&b);
	else if (!ev_val_compare(run, node, EV_NE, a, b, &truth))
		return false;
	return ev_result_truth(out, truth != node->negated);
}

bool
ev_eval_in(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	struct ev_val left, right;
	int found = 0;

	if (!ev_node_eval(run, node->arg[0], &left))
		return false;
	if (node->lookup) {
		found = ev_lookup_find(node->lookup, &left);
		if (found < 2)
			return ev_result_truth(out,
			    found < 0 ? -1 : found != node->negated);
		found = 0;
	}
	ev_val_decode(run, &left);
	for (unsigned i = 1; i <= node->first; i++)
		if (!ev_node_eval(run, node->arg[i], &right))
			return false;
	for (unsigned i = 1; i < node->argc && found <= 0; i++) {
		int truth;

		if (!ev_node_eval(run, node->arg[i], &right) ||
		    !ev_val_compare(run, node, EV_EQ, left, right, &truth))
			return false;
		if (truth)
			found = truth;
	}
	return ev_result_truth(out, found < 0 ? -1 : found != node->negated);
}

/* ---- logic ---- */

/* AND and OR: the first argument that decides ends it. */
static bool
chain(struct ev_run *run, const struct ev_node *node, struct ev_val *out,
    bool decides)
{
	bool unknown = false;

	for (unsigned i = 0; i < node->argc; i++) {
		if (!ev_node_eval(run, node->arg[i], out))
			return false;
		if (out->type == EV_SQL_NULL)
			unknown = true;
		else if (out->truth == decides)
			return true;
	}
	return ev_result_truth(out, unknown ? -1 : !decides);
}

bool
ev_eval_and(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	return chain(run, node, out, false);
}

bool
ev_eval_or(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	return chain(run, node, out, true);
}

bool
ev_eval_not(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	if (!ev_node_eval(run, node->arg[0], out))
		return false;
	return ev_result_truth(out,
	    out->type == EV_SQL_NULL ? -1 : !out->truth);
}

bool
ev_eval_is_truth(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val val;
	bool is;

	if (!ev_node_eval(run, node->arg[0], &val))
		return false;
	if (val.type == EV_SQL_NULL)
		is = node->op == 'u';
	else
		is = node->op == (val.truth ? 't' : 'f');
	return ev_result_truth(out, is != node->negated);
}

bool
ev_eval_is_null(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val val;

	return ev_node_eval(run, node->arg[0], &val) &&
	    ev_result_truth(out, ev_val_is_null(&val) != node->negated);
}

/* ---- conditions ---- */

/* whens and thens from arg[first] on, and the else behind them. With `of` a
 * when is what of must equal. */
static bool
choose(struct ev_run *run, const struct ev_node *node, unsigned first,
    const struct ev_val *of, struct ev_val *out)
{
	unsigned i = first;

	for (; i + 1 < node->argc; i += 2) {
		struct ev_val when;
		int truth;

		if (!ev_node_eval(run, node->arg[i], &when))
			return false;
		truth = !of && when.type != EV_SQL_NULL && when.truth;
		if (of && !ev_val_compare(run, node, EV_EQ, *of, when, &truth))
			return false;
		if (truth > 0)
			return ev_node_eval(run, node->arg[i + 1], out);
	}
	if (i < node->argc)
		return ev_node_eval(run, node->arg[i], out);
	out->type = EV_SQL_NULL;
	return true;
}

bool
ev_eval_case(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	return choose(run, node, 0, NULL, out);
}

bool
ev_eval_case_of(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val of;

	if (!ev_node_eval(run, node->arg[0], &of))
		return false;
	ev_val_decode(run, &of);
	return choose(run, node, 1, &of, out);
}

bool
ev_eval_coalesce(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	for (unsigned i = 0; i < node->argc; i++) {
		if (!ev_node_eval(run, node->arg[i], out))
			return false;
		if (!ev_val_is_null(out))
			break;
	}
	return true;
}

bool
ev_eval_nullif(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val b;
	int truth;

	if (!ev_node_eval(run, node->arg[0], out) ||
	    !ev_node_eval(run, node->arg[1], &b) ||
	    !ev_val_compare(run, node, EV_EQ, *out, b, &truth))
		return false;
	if (truth > 0)
		out->type = EV_SQL_NULL;
	return true;
}

bool
ev_eval_extreme(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val val;

	out->type = EV_SQL_NULL;
	for (unsigned i = 0; i < node->argc; i++) {
		bool beats;

		if (!ev_node_eval(run, node->arg[i], &val) ||
		    !ev_val_beats(run, node, node->op, &val, out, &beats))
			return false;
		if (beats)
			*out = val;
	}
	return true;
}

/* ---- casts and calls ---- */

bool
ev_eval_cast(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	return ev_node_eval(run, node->arg[0], out) &&
	    ev_val_cast(run, node, out, &node->sql) &&
	    ev_run_has_room(run, node);
}

bool
ev_eval_try_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_err *err = run->err;

	if (!ev_node_eval(run, node->arg[0], out))
		return false;
	/* a string that cannot be read is no mistake of the cast */
	if (out->type == EV_SQL_JSON && out->json.type == EV_STRING &&
	    !ev_val_settle(run, node, out))
		return false;
	run->err = NULL;
	if (!ev_val_cast(run, node, out, &node->sql)) {
		out->type = EV_SQL_NULL;
		run->failed = NULL;
	}
	run->err = err;
	return true;
}

static bool
is_boolean(const struct ev_val *val)
{
	return val->type == EV_SQL_BOOL ||
	    (val->type == EV_SQL_JSON &&
		(val->json.type == EV_TRUE || val->json.type == EV_FALSE));
}

/* What a field holds could not be taken as what node wants: false. Apart from
 * what goes well, which needs no room on the stack. */
static __attribute__((noinline)) bool
no_number(struct ev_run *run, const struct ev_node *node)
{
	struct ev_val val;

	if (!ev_sql_is_number(node->type) ||
	    !ev_node_eval(run, node->arg[0], &val) ||
	    !ev_val_settle(run, node, &val) || val.type != EV_SQL_TEXT)
		return false;
	return ev_val_no_number(run, node, val.text);
}

bool
ev_eval_coerce(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	if (!ev_node_eval(run, node->arg[0], out))
		return false;
	if (ev_sql_is_json(node->type))
		return ev_json_field(run, node, out, node->type);
	if (ev_sql_is_array(node->type)) {
		if (!ev_val_is_array(out) && !ev_val_is_null(out))
			return ev_run_fail(run, node,
			    "is %s where an array is needed%s",
			    ev_sql_val_name(out),
			    node->overlaps ? " (&& is of arrays: write AND)"
					   : "");
	} else if (node->type == EV_SQL_BOOL) {
		if (!is_boolean(out) && !ev_val_is_null(out))
			return ev_run_fail(run, node,
			    "is %s where a boolean is needed",
			    ev_sql_val_name(out));
	} else if (is_boolean(out)) {
		/* || takes it, other text does not */
		if (node->type != EV_SQL_TEXT || !node->booleans)
			return ev_run_fail(run, node,
			    "is a boolean where "
			    "%s is needed",
			    node->type == EV_SQL_TEXT ? "text" : "a number");
	} else if (node->type == EV_SQL_TEXT &&
	    (ev_val_is_array(out) ||
		(out->type == EV_SQL_JSON && out->json.type == EV_OBJECT))) {
		return ev_run_fail(run, node, "is %s where text is needed",
		    ev_sql_val_name(out));
	}
	return ev_val_to(run, node, out, node->type) || no_number(run, node);
}

#define FEW 8 /* arguments, without the arena */

bool
ev_eval_call(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	struct ev_val few[FEW], *arg = few;
	bool null = false;

	if (node->argc > FEW)
		arg = ev_arena_alloc(run->arena, node->argc * sizeof(*arg));
	/* all of them, also behind a NULL: one may fail */
	for (unsigned i = 0; i < node->argc; i++) {
		if (!ev_node_eval(run, node->arg[i], &arg[i]))
			return false;
		null |= arg[i].type == EV_SQL_NULL;
	}
	out->type = EV_SQL_NULL;
	if (null && !(node->func->flags & EV_FUNC_NULLS))
		return true;
	return node->func->call(run, node, arg, out) &&
	    ev_run_has_room(run, node);
}

bool
ev_eval_held(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	struct ev_held *held = node->held;
	struct ev_arena *arena = run->arena;
	struct ev_num_pool *pool = run->pool;

	if (held->moment != run->moment) {
		held->moment = run->moment;
		run->arena = run->held_arena;
		run->pool = run->held_pool;
		held->fails = !ev_node_eval(run, node->arg[0], &held->value);
		run->arena = arena;
		run->pool = pool;
		if (held->fails)
			return false;
	}
	if (held->fails)
		return ev_node_eval(run, node->arg[0], out);
	*out = held->value;
	return true;
}
