/*
 * bind_logic: the binding of AND, OR, NOT, CASE, COALESCE, NULLIF: what
 * decides at binding that a branch is never taken, and the type that several
 * results have in common.
 */
#include "expr/bind.h"
#include "expr/eval.h"

/* ---- AND, OR, NOT ---- */

struct ev_node *
ev_bind_chain(struct ev_bind *bind, struct ev_node *node)
{
	bool decides = node->kind == EV_NODE_OR;
	unsigned lazy = bind->lazy;
	bool ok = true;

	for (unsigned i = 0; i < node->argc && ok; i++) {
		struct ev_node *arg = ev_bind_truth(bind, node->arg[i],
		    decides ? "OR" : "AND");

		ok = arg != NULL;
		if (!ok)
			break;
		node->arg[i] = arg;
		if (ev_bind_is_const(arg) && !arg->stable &&
		    arg->value.type == EV_SQL_BOOL &&
		    arg->value.truth == decides)
			bind->lazy = lazy + 1;
	}
	bind->lazy = lazy;
	if (!ok)
		return NULL;
	return ev_bind_done(bind, node, EV_SQL_BOOL,
	    decides ? ev_eval_or : ev_eval_and);
}

struct ev_node *
ev_bind_not(struct ev_bind *bind, struct ev_node *node)
{
	node->arg[0] = ev_bind_truth(bind, node->arg[0], "NOT");
	if (!node->arg[0])
		return NULL;
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_not);
}

/* ---- a common type ---- */

/* What several results have in common. */
struct common {
	enum ev_sql type;   /* UNKNOWN: nothing but literals */
	enum ev_sql number; /* the widest number among them, or NULL */
	bool any;           /* a field is among them */
};

static bool
note_type(struct ev_bind *bind, struct common *common,
    const struct ev_node *node, const char *what)
{
	enum ev_sql type = node->type;

	if (type == EV_SQL_UNKNOWN)
		return true;
	if (type == EV_SQL_ANY) {
		common->any = true;
	} else if (common->type == EV_SQL_UNKNOWN ||
	    ev_sql_implicit(common->type, type)) {
		common->type = type;
	} else if (!ev_sql_implicit(type, common->type) && !common->any) {
		ev_bind_fail(bind, node,
		    "%s gives %s here and %s elsewhere: "
		    "cast one of them",
		    what, ev_sql_name(type), ev_sql_name(common->type));
		return false;
	}
	if (ev_sql_is_number(type) && type > common->number)
		common->number = type;
	if (common->any && ev_sql_is_time(common->type)) {
		ev_bind_fail(bind, node,
		    "%s gives a field and %s: cast the "
		    "field, as in field::timestamptz",
		    what, ev_sql_name(common->type));
		return false;
	}
	return true;
}

/* A result beside a field: literals are text, and numbers what the widest of
 * them is (a field's number is numeric). */
static struct ev_node *
beside_field(struct ev_bind *bind, struct ev_node *node,
    const struct common *common)
{
	enum ev_sql number = common->number == EV_SQL_FLOAT8 ? EV_SQL_FLOAT8
							     : EV_SQL_NUMERIC;
	struct ev_node *cast;

	if (ev_sql_is_number(node->type))
		return ev_bind_coerce(bind, node, number);
	if (node->type != EV_SQL_ANY || number != EV_SQL_FLOAT8)
		return ev_bind_coerce(bind, node, EV_SQL_ANY);
	cast = ev_bind_make(bind, node, EV_NODE_CAST, 1);
	cast->arg[0] = node;
	cast->sql.type = EV_SQL_FLOAT8;
	return ev_bind_done(bind, cast, EV_SQL_ANY, ev_eval_number_as);
}

/* Gives result i of a node its place in the common type. */
static bool
make_common(struct ev_bind *bind, struct ev_node *node, unsigned i,
    const struct common *common)
{
	if (common->any)
		node->arg[i] = beside_field(bind, node->arg[i], common);
	else
		node->arg[i] = ev_bind_coerce(bind, node->arg[i],
		    common->type == EV_SQL_UNKNOWN ? EV_SQL_TEXT
						   : common->type);
	return node->arg[i] != NULL;
}

static enum ev_sql
type_of(const struct common *common)
{
	return common->any                   ? EV_SQL_ANY
	    : common->type == EV_SQL_UNKNOWN ? EV_SQL_TEXT
					     : common->type;
}

/* ---- CASE, COALESCE, NULLIF ---- */

/* A constant that CASE's when is: 1 true, 0 false or NULL, -1 not known. */
static int
known(const struct ev_node *when)
{
	if (!ev_bind_is_const(when) || when->stable)
		return -1;
	return when->value.type == EV_SQL_BOOL && when->value.truth;
}

/* The whens and thens from arg[first] on; after a when that is never, or
 * always, true the rest is lazy. */
static bool
bind_branches(struct ev_bind *bind, struct ev_node *node, unsigned first)
{
	bool of = node->kind == EV_NODE_CASE_OF;
	unsigned lazy = bind->lazy, i = first;
	bool done = false;

	for (; i < node->argc; i++) {
		bool when = (i - first) % 2 == 0 && i + 1 < node->argc;
		int is = -1;

		if (!when || of)
			node->arg[i] = ev_bind(bind, node->arg[i]);
		else
			node->arg[i] = ev_bind_truth(bind, node->arg[i],
			    "WHEN");
		if (!node->arg[i])
			break;
		if (when && !of)
			is = known(node->arg[i]);
		if (is == 0 || done)
			bind->lazy = lazy + 1;
		else if (!when)
			bind->lazy = lazy;
		if (!when && i > first && (i - first) % 2 == 1 && !of &&
		    known(node->arg[i - 1]) == 1) {
			done = true;
			bind->lazy = lazy + 1;
		}
	}
	bind->lazy = lazy;
	return i == node->argc;
}

struct ev_node *
ev_bind_case(struct ev_bind *bind, struct ev_node *node)
{
	bool of = node->kind == EV_NODE_CASE_OF;
	struct common common = {.type = EV_SQL_UNKNOWN};
	unsigned first = of;

	if (of && !(node->arg[0] = ev_bind(bind, node->arg[0])))
		return NULL;
	if (!bind_branches(bind, node, first))
		return NULL;
	for (unsigned i = first; i < node->argc; i++) {
		bool when = (i - first) % 2 == 0 && i + 1 < node->argc;
		struct ev_node *left = node->arg[0];

		if (!when && !note_type(bind, &common, node->arg[i], "CASE"))
			return NULL;
		if (when && of &&
		    !ev_bind_pair(bind, node, "=", &left, &node->arg[i]))
			return NULL;
		if (when && of && left != node->arg[0])
			node->arg[0] = left;
	}
	for (unsigned i = first; i < node->argc; i++)
		if (!((i - first) % 2 == 0 && i + 1 < node->argc) &&
		    !make_common(bind, node, i, &common))
			return NULL;
	return ev_bind_done(bind, node, type_of(&common),
	    of ? ev_eval_case_of : ev_eval_case);
}

struct ev_node *
ev_bind_coalesce(struct ev_bind *bind, struct ev_node *node)
{
	struct common common = {.type = EV_SQL_UNKNOWN};
	unsigned lazy = bind->lazy;
	bool ok = true;

	for (unsigned i = 0; i < node->argc && ok; i++) {
		node->arg[i] = ev_bind(bind, node->arg[i]);
		ok = node->arg[i] &&
		    note_type(bind, &common, node->arg[i], "COALESCE");
		if (ok && ev_bind_is_const(node->arg[i]) &&
		    !node->arg[i]->stable &&
		    node->arg[i]->value.type != EV_SQL_NULL)
			bind->lazy = lazy + 1;
	}
	bind->lazy = lazy;
	if (!ok)
		return NULL;
	for (unsigned i = 0; i < node->argc; i++)
		if (!make_common(bind, node, i, &common))
			return NULL;
	return ev_bind_done(bind, node, type_of(&common), ev_eval_coalesce);
}

struct ev_node *
ev_bind_nullif(struct ev_bind *bind, struct ev_node *node)
{
	if (!ev_bind_args(bind, node) ||
	    !ev_bind_pair(bind, node, "=", &node->arg[0], &node->arg[1]))
		return NULL;
	if (node->arg[0]->type == EV_SQL_UNKNOWN)
		node->arg[0] = ev_bind_coerce(bind, node->arg[0], EV_SQL_TEXT);
	if (!node->arg[0])
		return NULL;
	/* nothing equals NULL */
	for (int i = 0; i < 2; i++)
		if (ev_bind_is_const(node->arg[i]) && !node->arg[i]->stable &&
		    node->arg[i]->value.type == EV_SQL_NULL)
			return node->arg[0];
	return ev_bind_done(bind, node, node->arg[0]->type, ev_eval_nullif);
}
