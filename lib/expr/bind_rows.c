/*
 * bind_rows: functions that give rows, as unnest: in a select list they make
 * several events of one.
 */
#include "expr/bind.h"
#include "expr/eval.h"
#include "expr/func.h"

struct ev_node *
ev_bind_rows(struct ev_bind *bind, struct ev_node *node, const char *name,
    const struct ev_rows *before)
{
	struct ev_rows *rows;
	struct ev_node *made;

	if (!bind->takes_rows)
		return ev_bind_fail(bind, node,
		    "%s gives rows, and only a select list takes them", name);
	if (bind->rows != before)
		return ev_bind_fail(bind, node,
		    "%s gives rows, and stands around another that does", name);
	rows = ev_arena_zalloc(bind->arena, sizeof(*rows));
	made = ev_bind_make(bind, node, EV_NODE_ROWS, 1);
	made->arg[0] = node;
	made->data = rows;
	made->type = node->type;
	made->stable = node->stable;
	made->varies = true;
	made->eval = ev_eval_row;
	rows->of = node;
	rows->next = bind->rows;
	bind->rows = rows;
	return made;
}

struct ev_node *
ev_bind_no_rows(struct ev_bind *bind, struct ev_node *node, const char *in,
    const struct ev_rows *before)
{
	if (!node || bind->rows == before)
		return node;
	return ev_bind_fail(bind, node,
	    "what gives rows may not stand in %s: it would be asked for "
	    "some rows only",
	    in);
}

static void
mark_used(const struct ev_node *node)
{
	if (node->kind == EV_NODE_ROWS)
		((struct ev_rows *)(uintptr_t)node->data)->used = true;
	for (unsigned i = 0; i < node->argc; i++)
		mark_used(node->arg[i]);
}

struct ev_rows *
ev_bind_used_rows(struct ev_rows *rows, struct ev_rows *end,
    const struct ev_node *node)
{
	struct ev_rows **at = &rows;

	if (rows != end)
		mark_used(node);
	while (*at != end) {
		if ((*at)->used)
			at = &(*at)->next;
		else
			*at = (*at)->next;
	}
	return rows;
}
