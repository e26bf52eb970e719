/*
 * bind_compare: the binding of comparisons: =, BETWEEN, IN, IS DISTINCT FROM.
 * Where both types are known PostgreSQL's rules hold now; beside a field they
 * wait for its value, and a quoted literal stays what it is (struct
 * ev_quoted).
 */
#include "expr/bind.h"
#include "expr/eval.h"
#include "expr/lookup.h"

const char *
ev_bind_compare_name(enum ev_compare op)
{
	static const char *const names[] = {[EV_EQ] = "=",
	    [EV_NE] = "<>",
	    [EV_LT] = "<",
	    [EV_LE] = "<=",
	    [EV_GT] = ">",
	    [EV_GE] = ">="};

	return names[op];
}

/* Do values of these two types compare, as they are? */
static bool
comparable(enum ev_sql a, enum ev_sql b)
{
	if (a == EV_SQL_ANY)
		return !ev_sql_is_temporal(b);
	if (b == EV_SQL_ANY)
		return !ev_sql_is_temporal(a);
	if (ev_sql_is_array(a) && ev_sql_is_array(b))
		return a == b ||
		    ((ev_sql_element(a) == EV_SQL_ANY ||
			 ev_sql_element(b) == EV_SQL_ANY) &&
			comparable(ev_sql_element(a), ev_sql_element(b)));
	return a == b || (ev_sql_is_number(a) && ev_sql_is_number(b)) ||
	    (ev_sql_is_time(a) && ev_sql_is_time(b));
}

/* A type that compares with nothing, not even with itself. */
static bool
has_no_order(enum ev_sql type)
{
	return type == EV_SQL_JSONTEXT || type == EV_SQL_JSONPATH;
}

/* What to do where two types do not compare. */
static const char *
advice(enum ev_sql a, enum ev_sql b)
{
	if (a == EV_SQL_JSONTEXT || b == EV_SQL_JSONTEXT)
		return "json has no order, cast it to jsonb";
	if (a == EV_SQL_JSONPATH || b == EV_SQL_JSONPATH)
		return "a jsonpath has no order, cast it to text";
	if (a != EV_SQL_ANY && b != EV_SQL_ANY)
		return "cast one of them";
	if (a == EV_SQL_DATE || b == EV_SQL_DATE)
		return "cast the field, as in field::date";
	return a == EV_SQL_INTERVAL || b == EV_SQL_INTERVAL
	    ? "cast the field, as in field::interval"
	    : "cast the field, as in field::timestamptz";
}

bool
ev_bind_pair(struct ev_bind *bind, const struct ev_node *node, const char *op,
    struct ev_node **a, struct ev_node **b)
{
	enum ev_sql ta = (*a)->type, tb = (*b)->type;

	if (has_no_order(ta) || has_no_order(tb) ||
	    (ta != EV_SQL_UNKNOWN && tb != EV_SQL_UNKNOWN &&
		!comparable(ta, tb))) {
		ev_bind_fail(bind, node,
		    "there is no operator %s for %s and %s: %s", op,
		    ev_sql_name(ta), ev_sql_name(tb), advice(ta, tb));
		return false;
	}
	if (ta == EV_SQL_UNKNOWN && tb == EV_SQL_UNKNOWN) {
		*a = ev_bind_coerce(bind, *a, EV_SQL_TEXT);
		*b = ev_bind_coerce(bind, *b, EV_SQL_TEXT);
	} else if (ta == EV_SQL_UNKNOWN && tb != EV_SQL_ANY) {
		*a = ev_bind_coerce(bind, *a, tb);
	} else if (tb == EV_SQL_UNKNOWN && ta != EV_SQL_ANY) {
		*b = ev_bind_coerce(bind, *b, ta);
	}
	return *a && *b;
}

/* The fast ways for a field (or one with its sides exchanged by the caller)
 * beside a literal. */
static ev_eval
pick(const struct ev_node *node)
{
	const struct ev_node *a = node->arg[0], *b = node->arg[1];

	if (a->kind != EV_NODE_FIELD || !ev_bind_is_const(b))
		return ev_eval_compare;
	if (b->value.type == EV_SQL_INT2 || b->value.type == EV_SQL_INT4 ||
	    b->value.type == EV_SQL_INT8)
		return ev_eval_field_int;
	if (b->value.type == EV_SQL_UNKNOWN &&
	    (node->op == EV_EQ || node->op == EV_NE))
		return ev_eval_field_text;
	return ev_eval_compare;
}

/* 'name' = 'Ann': what two texts of the expression say is the same for every
 * event, and likely to be meant of a field. */
static bool
is_text(const struct ev_node *node)
{
	return node->type == EV_SQL_UNKNOWN && !node->param &&
	    node->value.type == EV_SQL_UNKNOWN;
}

struct ev_node *
ev_bind_compare(struct ev_bind *bind, struct ev_node *node)
{
	static const uint8_t mirror[] = {[EV_EQ] = EV_EQ,
	    [EV_NE] = EV_NE,
	    [EV_LT] = EV_GT,
	    [EV_LE] = EV_GE,
	    [EV_GT] = EV_LT,
	    [EV_GE] = EV_LE};

	struct ev_node *made;
	bool texts;

	if (!ev_bind_args(bind, node))
		return NULL;
	texts = is_text(node->arg[0]) && is_text(node->arg[1]);
	if (!ev_bind_pair(bind, node, ev_bind_compare_name(node->op),
		&node->arg[0], &node->arg[1]))
		return NULL;
	node->stable = ev_sql_is_time(node->arg[0]->type) &&
	    ev_sql_stable_cast(node->arg[0]->type, node->arg[1]->type);
	if (ev_bind_is_const(node->arg[0]) &&
	    node->arg[1]->kind == EV_NODE_FIELD) {
		struct ev_node *literal = node->arg[0];

		node->arg[0] = node->arg[1];
		node->arg[1] = literal;
		node->op = mirror[node->op];
	}
	made = ev_bind_done(bind, node, EV_SQL_BOOL, pick(node));
	if (made && texts && ev_bind_is_const(made))
		made->hint = "a name stands without quotes, or in double ones";
	return made;
}

static struct ev_node *
make_compare(struct ev_bind *bind, const struct ev_node *like,
    enum ev_compare op, struct ev_node *a, struct ev_node *b)
{
	struct ev_node *node = ev_bind_make(bind, like, EV_NODE_COMPARE, 2);

	node->op = (uint8_t)op;
	node->arg[0] = a;
	node->arg[1] = b;
	return node;
}

/* low <= x AND x <= high, as a node not yet bound. */
static struct ev_node *
make_range(struct ev_bind *bind, const struct ev_node *like, struct ev_node *x,
    struct ev_node *low, struct ev_node *high)
{
	struct ev_node *node = ev_bind_make(bind, like, EV_NODE_AND, 2);

	node->arg[0] = make_compare(bind, like, EV_GE, x, low);
	node->arg[1] = make_compare(bind, like, EV_LE, x, high);
	return node;
}

/* A node that gives what `of` is, evaluated once. */
static struct ev_node *
make_once(struct ev_bind *bind, struct ev_node *of, struct ev_once *once)
{
	struct ev_node *cell = ev_bind_make(bind, of, EV_NODE_CELL, 0);

	once->of = of;
	cell->data = once;
	cell->type = of->type;
	cell->stable = of->stable;
	cell->varies = of->varies;
	cell->clock = of->clock;
	cell->eval = ev_eval_once;
	return cell;
}

/* Puts a cell in place of what is compared more than once and is more than a
 * field: BETWEEN in BETWEEN would be evaluated 2^n times. The node that holds
 * them, to which the test is still to be added; NULL: there are none. */
static struct ev_node *
hold_args(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_onces *onces = ev_arena_zalloc(bind->arena, sizeof(*onces));
	struct ev_node *held = ev_bind_make(bind, node, EV_NODE_BETWEEN, 4);

	for (unsigned i = 0; i < (node->symmetric ? 3u : 1u); i++) {
		struct ev_node *arg = node->arg[i];

		if (ev_bind_is_const(arg) || arg->kind == EV_NODE_FIELD)
			continue;
		held->arg[onces->count] = arg;
		node->arg[i] = make_once(bind, arg,
		    &onces->once[onces->count++]);
	}
	held->argc = onces->count + 1;
	held->data = onces;
	return onces->count ? held : NULL;
}

struct ev_node *
ev_bind_between(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *range, *other, *held;

	if (!ev_bind_args(bind, node))
		return NULL;
	held = hold_args(bind, node);
	range = make_range(bind, node, node->arg[0], node->arg[1],
	    node->arg[2]);
	if (node->symmetric) {
		other = range;
		range = ev_bind_make(bind, node, EV_NODE_OR, 2);
		range->arg[0] = other;
		range->arg[1] = make_range(bind, node, node->arg[0],
		    node->arg[2], node->arg[1]);
	}
	if (node->negated) {
		other = range;
		range = ev_bind_make(bind, node, EV_NODE_NOT, 1);
		range->arg[0] = other;
	}
	range = ev_bind(bind, range);
	if (!range || !held || ev_bind_is_const(range))
		return range;
	held->arg[held->argc - 1] = range;
	return ev_bind_done(bind, held, EV_SQL_BOOL, ev_eval_between);
}

/* The type that quoted literals of an IN get: the widest of the numbers, the
 * widest of the times; ANY where a field is among them. */
static enum ev_sql
common(const struct ev_node *node)
{
	enum ev_sql type = EV_SQL_UNKNOWN;

	for (unsigned i = 0; i < node->argc; i++) {
		enum ev_sql is = node->arg[i]->type;

		if (is == EV_SQL_ANY)
			return is;
		if (type == EV_SQL_UNKNOWN || ev_sql_implicit(type, is))
			type = is == EV_SQL_UNKNOWN ? type : is;
	}
	return type;
}

/* PostgreSQL compares with the items without a field first, if they are two or
 * more: they are an array. Returns how many they are, else 0. */
static unsigned
array_first(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node **rest = ev_arena_alloc(bind->arena,
	    node->argc * sizeof(*rest));
	unsigned array = 1, others = 0;

	for (unsigned i = 1; i < node->argc; i++)
		others += node->arg[i]->varies;
	if (node->argc - 1 - others < 2)
		return 0;
	others = 0;
	for (unsigned i = 1; i < node->argc; i++)
		if (node->arg[i]->varies)
			rest[others++] = node->arg[i];
		else
			node->arg[array++] = node->arg[i];
	if (others)
		memcpy(node->arg + array, rest, others * sizeof(*rest));
	return array - 1;
}

static bool
is_const(const struct ev_node *node)
{
	return ev_bind_is_const(node) && !node->stable;
}

/* Does a constant equal another one among the items? PostgreSQL does not look
 * into an array with an item that depends on the session. */
static bool
finds(struct ev_bind *bind, const struct ev_node *node, unsigned array)
{
	int truth = 0;

	for (unsigned i = 1; i <= array; i++)
		if (!is_const(node->arg[i]))
			return false;
	bind->run.err = &bind->why;
	for (unsigned i = 1; i < node->argc && truth <= 0; i++)
		if (is_const(node->arg[i]) &&
		    !ev_val_compare(&bind->run, node, EV_EQ,
			node->arg[0]->value, node->arg[i]->value, &truth))
			truth = 0;
	return truth > 0;
}

/* Is each item NULL, whatever the event? */
static bool
only_nulls(const struct ev_node *node)
{
	for (unsigned i = 1; i < node->argc; i++)
		if (!is_const(node->arg[i]) ||
		    node->arg[i]->value.type != EV_SQL_NULL)
			return false;
	return true;
}

/* What constants alone decide: NULL IN …, 1 IN (x, 1). NULL: nothing, and
 * node has only what must be asked for each event. */
static struct ev_node *
decide_in(struct ev_bind *bind, struct ev_node *node)
{
	unsigned array = array_first(bind, node);
	const struct ev_node *left = node->arg[0];
	struct ev_node *made;

	/* an array that is not constant is made before it is looked into */
	node->first = 0;
	for (unsigned i = 1; i <= array; i++)
		if (!ev_bind_is_const(node->arg[i]))
			node->first = array;
	made = ev_bind_make(bind, node, EV_NODE_CONST, 0);
	made->value.type = EV_SQL_NULL;
	if (!array && only_nulls(node))
		return ev_bind_done(bind, made, EV_SQL_BOOL, ev_eval_const);
	if (!is_const(left))
		return NULL;
	if (left->value.type == EV_SQL_NULL) {
		/* the array is still evaluated, and may fail */
		if (node->first) {
			node->argc = array + 1;
			return NULL;
		}
		/* nor is it known before the array is */
		for (unsigned i = 1; i <= array; i++)
			made->stable |= node->arg[i]->stable;
	} else if (finds(bind, node, array)) {
		made->value.type = EV_SQL_BOOL;
		made->value.truth = !node->negated;
	} else {
		return NULL;
	}
	return ev_bind_done(bind, made, EV_SQL_BOOL, ev_eval_const);
}

/* A table of the items, if they are constants and many. */
static const struct ev_lookup *
make_lookup(struct ev_bind *bind, const struct ev_node *node)
{
	size_t count = node->argc - 1;
	struct ev_val *item;

	if (count < EV_LOOKUP_LEAST)
		return NULL;
	item = ev_arena_alloc(bind->arena, count * sizeof(*item));
	for (size_t i = 0; i < count; i++) {
		if (!is_const(node->arg[i + 1]))
			return NULL;
		item[i] = node->arg[i + 1]->value;
	}
	return ev_lookup_new(bind->arena, item, count);
}

/* Does a field stand in it, as it was written? */
static bool
has_field(const struct ev_node *node)
{
	if (node->kind == EV_NODE_FIELD)
		return true;
	for (unsigned i = 0; i < node->argc; i++)
		if (has_field(node->arg[i]))
			return true;
	return false;
}

/* PostgreSQL sorts the items out before its planner leaves out what is never
 * reached: what had a field in it still varies. */
static bool
bind_items(struct ev_bind *bind, struct ev_node *node, bool *varies)
{
	for (unsigned i = 0; i < node->argc; i++)
		varies[i] = has_field(node->arg[i]);
	return ev_bind_args(bind, node);
}

struct ev_node *
ev_bind_in(struct ev_bind *bind, struct ev_node *node)
{
	bool *varies = ev_arena_alloc(bind->arena, node->argc);
	struct ev_node *decided;
	enum ev_sql type;

	if (!bind_items(bind, node, varies))
		return NULL;
	type = common(node);
	for (unsigned i = 0; i < node->argc && type != EV_SQL_ANY; i++) {
		if (node->arg[i]->type == EV_SQL_UNKNOWN)
			node->arg[i] = ev_bind_coerce(bind, node->arg[i],
			    type == EV_SQL_UNKNOWN ? EV_SQL_TEXT : type);
		if (!node->arg[i])
			return NULL;
	}
	for (unsigned i = 1; i < node->argc; i++) {
		struct ev_node *left = node->arg[0];

		if (!ev_bind_pair(bind, node, "=", &left, &node->arg[i]))
			return NULL;
		node->arg[i]->varies |= varies[i];
	}
	decided = decide_in(bind, node);
	if (decided)
		return decided;
	node->lookup = make_lookup(bind, node);
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_in);
}

/* NULL itself, of no type: every type has an IS NULL, also one that has no
 * =. */
static bool
is_bare_null(const struct ev_node *node)
{
	return node->type == EV_SQL_UNKNOWN && node->value.type == EV_SQL_NULL;
}

struct ev_node *
ev_bind_distinct(struct ev_bind *bind, struct ev_node *node)
{
	if (!ev_bind_args(bind, node))
		return NULL;
	for (int i = 0; i < 2; i++)
		if (is_bare_null(node->arg[i])) {
			node->arg[0] = node->arg[1 - i];
			node->argc = 1;
			node->kind = EV_NODE_IS_NULL;
			node->negated = !node->negated;
			return ev_bind(bind, node);
		}
	if (!ev_bind_pair(bind, node, "=", &node->arg[0], &node->arg[1]))
		return NULL;
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_distinct);
}
