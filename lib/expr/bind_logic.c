/*
 * bind_logic: the binding of AND, OR and NOT. What is constant in them is done
 * here, as PostgreSQL's planner does it: a false in an AND is the result, even
 * behind something that would fail.
 */
#include "expr/bind.h"
#include "expr/eval.h"

/* ---- AND, OR, NOT ---- */

static struct ev_node *
make_truth(struct ev_bind *bind, const struct ev_node *like, bool truth)
{
	struct ev_node *node = ev_bind_make(bind, like, EV_NODE_CONST, 0);

	node->value.type = EV_SQL_BOOL;
	node->value.truth = truth;
	node = ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_const);
	node->hint = ev_bind_is_const(like) ? like->hint : NULL;
	return node;
}

/* What a constant condition is: 1 true, 0 false, -1 NULL; 2: not known. */
static int
known(const struct ev_node *node)
{
	if (!ev_bind_is_const(node) || node->stable)
		return 2;
	return node->value.type == EV_SQL_NULL ? -1 : node->value.truth;
}

/* What decides is the result, whatever stands before it; what does not count
 * is left out. */
static struct ev_node *
simplify_chain(struct ev_bind *bind, struct ev_node *node, bool decides)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < node->argc; i++) {
		int is = known(node->arg[i]);

		if (is == (int)decides)
			return make_truth(bind, node->arg[i], decides);
		if (is != (int)!decides)
			node->arg[kept++] = node->arg[i];
	}
	node->argc = kept;
	if (kept == 0)
		return make_truth(bind, node, !decides);
	if (kept == 1)
		return node->arg[0];
	return ev_bind_done(bind, node, EV_SQL_BOOL,
	    decides ? ev_eval_or : ev_eval_and);
}

struct ev_node *
ev_bind_chain(struct ev_bind *bind, struct ev_node *node)
{
	bool decides = node->kind == EV_NODE_OR;
	unsigned lazy = bind->lazy, i = 0;

	for (; i < node->argc; i++) {
		struct ev_node *arg = ev_bind_truth(bind, node->arg[i],
		    decides ? "OR" : "AND");

		if (!arg)
			break;
		node->arg[i] = arg;
		if (known(arg) == (int)decides)
			bind->lazy = lazy + 1;
	}
	bind->lazy = lazy;
	return i < node->argc ? NULL : simplify_chain(bind, node, decides);
}

struct ev_node *
ev_bind_not(struct ev_bind *bind, struct ev_node *node)
{
	node->arg[0] = ev_bind_truth(bind, node->arg[0], "NOT");
	if (!node->arg[0])
		return NULL;
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_not);
}
