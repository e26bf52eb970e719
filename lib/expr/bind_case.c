/*
 * bind_case: the binding of CASE, COALESCE, NULLIF and GREATEST: the type that several
 * results have in common, and which branches are never taken.
 */
#include "expr/bind.h"
#include "expr/eval.h"

/* ---- a common type ---- */

bool
ev_bind_note(struct ev_bind *bind, struct ev_bind_common *common,
    const struct ev_node *node, enum ev_sql type)
{
	if (type == EV_SQL_UNKNOWN)
		return true;
	if (type == EV_SQL_ANY) {
		common->any = true;
	} else if (common->type == EV_SQL_UNKNOWN ||
	    ev_sql_implicit(common->type, type)) {
		common->type = type;
	} else if (!ev_sql_implicit(type, common->type)) {
		ev_bind_fail(bind, node,
		    "%s gives %s here and %s elsewhere: cast one of them",
		    common->what, ev_sql_name(type), ev_sql_name(common->type));
		return false;
	}
	if (common->any && common->type == EV_SQL_BYTEA) {
		ev_bind_fail(bind, node,
		    "%s gives a field and a hash: cast the hash, as in "
		    "sha256(name)::text",
		    common->what);
		return false;
	}
	if (!common->any || !ev_sql_is_temporal(common->type))
		return true;
	ev_bind_fail(bind, node,
	    "%s gives a field and %s: cast the field, as in field::%s",
	    common->what, ev_sql_name(common->type),
	    common->type == EV_SQL_INTERVAL ? "interval" : "timestamptz");
	return false;
}

/* Beside a field everything stays what it is, but whole numbers become
 * numeric, as the field's are; double precision wins over both. */
enum ev_sql
ev_bind_common_type(const struct ev_bind_common *common)
{
	if (common->type == EV_SQL_FLOAT8)
		return EV_SQL_FLOAT8;
	if (common->any && !ev_sql_is_json(common->type))
		return EV_SQL_ANY;
	return common->type == EV_SQL_UNKNOWN ? EV_SQL_TEXT : common->type;
}

struct ev_node *
ev_bind_make_common(struct ev_bind *bind, struct ev_node *node,
    const struct ev_bind_common *common)
{
	enum ev_sql type = ev_bind_common_type(common);

	if (type == EV_SQL_ANY && ev_sql_is_int(node->type))
		type = EV_SQL_NUMERIC;
	return ev_bind_coerce(bind, node, type);
}

/* ---- CASE ---- */

/* Is argument i a WHEN? The whens begin at first. */
static bool
is_when(const struct ev_node *node, unsigned first, unsigned i)
{
	return i >= first && (i - first) % 2 == 0 && i + 1 < node->argc;
}

/* CASE x WHEN y is CASE WHEN x = y, where x costs nothing to repeat. */
static void
expand(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *of = node->arg[0];

	for (unsigned i = 1; i + 1 < node->argc; i += 2) {
		struct ev_node *equal = ev_bind_make(bind, node->arg[i],
		    EV_NODE_COMPARE, 2);

		equal->op = EV_EQ;
		equal->arg[0] = of;
		equal->arg[1] = node->arg[i];
		node->arg[i] = equal;
	}
	node->kind = EV_NODE_CASE;
	node->arg++;
	node->argc--;
}

/* 1: always true, 0: never, -1: that depends. */
static int
known(const struct ev_node *when)
{
	if (!ev_bind_is_const(when) || when->stable)
		return -1;
	return when->value.type == EV_SQL_BOOL && when->value.truth;
}

/* CASE x WHEN NULL: nothing equals it. */
static bool
is_never(const struct ev_node *when)
{
	return ev_bind_is_const(when) && !when->stable &&
	    when->value.type == EV_SQL_NULL;
}

static struct ev_node *
bind_when(struct ev_bind *bind, struct ev_node *node, unsigned i)
{
	struct ev_node *of = node->arg[0];

	if (node->kind == EV_NODE_CASE)
		return ev_bind_truth(bind, node->arg[i], "WHEN");
	node->arg[i] = ev_bind(bind, node->arg[i]);
	if (!node->arg[i] || !ev_bind_pair(bind, node, "=", &of, &node->arg[i]))
		return NULL;
	return node->arg[i];
}

/* The whens and results from arg[first] on; what is never reached is lazy. */
static bool
bind_branches(struct ev_bind *bind, struct ev_node *node, unsigned first)
{
	unsigned lazy = bind->lazy, i = first;
	bool done = false; /* a when before was always true */
	int is = -1;       /* the last when */

	for (; i < node->argc; i++) {
		bool when = is_when(node, first, i);
		bool last = !when && i + 1 == node->argc &&
		    (i - first) % 2 == 0;

		if (when || last)
			is = -1;
		bind->lazy = lazy + (done || is == 0);
		node->arg[i] = when ? bind_when(bind, node, i)
				    : ev_bind(bind, node->arg[i]);
		if (!node->arg[i])
			break;
		if (when && node->kind == EV_NODE_CASE)
			is = known(node->arg[i]);
		else if (when)
			is = is_never(node->arg[i]) ? 0 : -1;
		else if (is == 1)
			done = true;
	}
	bind->lazy = lazy;
	return i == node->argc;
}

/* Leaves out the branches that are never taken; NULL: none but one result is
 * left, in *only (NULL there: it is NULL). */
static struct ev_node *
simplify(struct ev_node *node, struct ev_node **only)
{
	unsigned kept = 0, i = 0;

	for (; i + 1 < node->argc; i += 2) {
		int is = known(node->arg[i]);

		if (is == 0)
			continue;
		if (is == 1) {
			i++;
			break;
		}
		node->arg[kept++] = node->arg[i];
		node->arg[kept++] = node->arg[i + 1];
	}
	*only = i < node->argc ? node->arg[i] : NULL;
	if (!kept)
		return NULL;
	if (*only)
		node->arg[kept++] = *only;
	node->argc = kept;
	return node;
}

/* Leaves out the whens of CASE x that are NULL, which nothing equals. Returns
 * the arguments left but for the else. */
static unsigned
drop_nulls(struct ev_node *node)
{
	unsigned kept = 1, i = 1;

	for (; i + 1 < node->argc; i += 2) {
		if (is_never(node->arg[i]))
			continue;
		node->arg[kept++] = node->arg[i];
		node->arg[kept++] = node->arg[i + 1];
	}
	if (i < node->argc)
		node->arg[kept] = node->arg[i];
	node->argc = kept + (i < node->argc);
	return kept;
}

static struct ev_node *
make_null(struct ev_bind *bind, const struct ev_node *like, enum ev_sql type)
{
	struct ev_node *node = ev_bind_make(bind, like, EV_NODE_CONST, 0);

	node->value.type = EV_SQL_NULL;
	return ev_bind_done(bind, node, type, ev_eval_const);
}

/* Binds what CASE x begins with; a literal there is text. */
static bool
bind_of(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *of = ev_bind(bind, node->arg[0]);

	if (of && of->type == EV_SQL_UNKNOWN)
		of = ev_bind_coerce(bind, of, EV_SQL_TEXT);
	node->arg[0] = of;
	if (of && (ev_bind_is_const(of) || of->kind == EV_NODE_FIELD))
		expand(bind, node);
	return of != NULL;
}

struct ev_node *
ev_bind_case(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_bind_common common = {.what = "CASE", .type = EV_SQL_UNKNOWN};
	struct ev_node *only;
	unsigned first;

	if (node->kind == EV_NODE_CASE_OF && !bind_of(bind, node))
		return NULL;
	first = node->kind == EV_NODE_CASE_OF;
	if (!bind_branches(bind, node, first))
		return NULL;
	for (unsigned i = first; i < node->argc; i++)
		if (!is_when(node, first, i) &&
		    !ev_bind_note(bind, &common, node->arg[i],
			node->arg[i]->type))
			return NULL;
	for (unsigned i = first; i < node->argc; i++)
		if (!is_when(node, first, i) &&
		    !(node->arg[i] = ev_bind_make_common(bind, node->arg[i],
			  &common)))
			return NULL;
	if (node->kind == EV_NODE_CASE_OF && drop_nulls(node) > 1)
		return ev_bind_done(bind, node, ev_bind_common_type(&common),
		    ev_eval_case_of);
	if (node->kind == EV_NODE_CASE_OF) {
		/* nothing is compared with x: it is not evaluated */
		node->arg++;
		node->argc--;
	}
	if (simplify(node, &only))
		return ev_bind_done(bind, node, ev_bind_common_type(&common),
		    ev_eval_case);
	return only ? only
		    : make_null(bind, node, ev_bind_common_type(&common));
}

/* ---- COALESCE, NULLIF ---- */

static bool
is_null(const struct ev_node *node)
{
	return ev_bind_is_const(node) && !node->stable &&
	    node->value.type == EV_SQL_NULL;
}

/* What stands behind a constant may not be reached. */
static bool
bind_results(struct ev_bind *bind, struct ev_node *node)
{
	unsigned lazy = bind->lazy, i = 0;

	for (; i < node->argc; i++) {
		node->arg[i] = ev_bind(bind, node->arg[i]);
		if (!node->arg[i])
			break;
		if (ev_bind_is_const(node->arg[i]) && !node->arg[i]->stable &&
		    !is_null(node->arg[i]))
			bind->lazy = lazy + 1;
	}
	bind->lazy = lazy;
	return i == node->argc;
}

struct ev_node *
ev_bind_coalesce(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_bind_common common = {.what = "COALESCE",
	    .type = EV_SQL_UNKNOWN};
	bool decided = false; /* what stands behind is never asked */
	unsigned kept = 0;

	if (!bind_results(bind, node))
		return NULL;
	for (unsigned i = 0; i < node->argc; i++)
		if (!ev_bind_note(bind, &common, node->arg[i],
			node->arg[i]->type))
			return NULL;
	for (unsigned i = 0; i < node->argc; i++) {
		struct ev_node *arg = ev_bind_make_common(bind, node->arg[i],
		    &common);

		if (!arg)
			return NULL;
		if (decided || is_null(arg))
			continue;
		/* the constant before it became one of the session */
		if (!ev_bind_reached(bind, arg))
			return NULL;
		node->arg[kept++] = arg;
		decided = ev_bind_is_const(arg) && !arg->stable;
	}
	node->argc = kept;
	if (!kept)
		return make_null(bind, node, ev_bind_common_type(&common));
	if (kept == 1)
		return node->arg[0];
	return ev_bind_done(bind, node, ev_bind_common_type(&common),
	    ev_eval_coalesce);
}

struct ev_node *
ev_bind_extreme(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_bind_common common = {.type = EV_SQL_UNKNOWN};

	common.what = node->op == EV_GT ? "GREATEST" : "LEAST";
	if (!ev_bind_args(bind, node))
		return NULL;
	for (unsigned i = 0; i < node->argc; i++)
		if (!ev_bind_note(bind, &common, node->arg[i],
			node->arg[i]->type))
			return NULL;
	if (common.type == EV_SQL_JSONTEXT)
		return ev_bind_fail(bind, node,
		    "%s needs an order, which json has not: cast to jsonb",
		    common.what);
	if (common.type == EV_SQL_JSONPATH)
		return ev_bind_fail(bind, node,
		    "%s needs an order, which jsonpath has not: cast to text",
		    common.what);
	for (unsigned i = 0; i < node->argc; i++) {
		node->arg[i] = ev_bind_make_common(bind, node->arg[i], &common);
		if (!node->arg[i])
			return NULL;
	}
	return ev_bind_done(bind, node, ev_bind_common_type(&common),
	    ev_eval_extreme);
}

/* A is what = makes of it: there is none of an integer and a numeric, or of
 * either and a double. */
static struct ev_node *
left_of_equal(struct ev_bind *bind, struct ev_node *a, const struct ev_node *b)
{
	enum ev_sql type = b->type;

	if ((type == EV_SQL_NUMERIC || type == EV_SQL_FLOAT8) &&
	    ev_sql_is_number(a->type) && a->type < type)
		return ev_bind_coerce(bind, a, type);
	return a;
}

struct ev_node *
ev_bind_nullif(struct ev_bind *bind, struct ev_node *node)
{
	if (!ev_bind_args(bind, node) ||
	    !ev_bind_pair(bind, node, "=", &node->arg[0], &node->arg[1]))
		return NULL;
	node->arg[0] = node->arg[0]->type == EV_SQL_UNKNOWN
	    ? ev_bind_coerce(bind, node->arg[0], EV_SQL_TEXT)
	    : left_of_equal(bind, node->arg[0], node->arg[1]);
	if (!node->arg[0])
		return NULL;
	/* nothing equals NULL */
	if (is_null(node->arg[0]) || is_null(node->arg[1]))
		return node->arg[0];
	return ev_bind_done(bind, node, node->arg[0]->type, ev_eval_nullif);
}
