/*
 * eval_array: evaluates what makes arrays and looks into them: see eval.h.
 */
#include "expr/array.h"
#include "expr/eval.h"

static bool
eval_parts(struct ev_run *run, const struct ev_node *node, struct ev_val *part)
{
	for (unsigned i = 0; i < node->argc; i++)
		if (!ev_node_eval(run, node->arg[i], &part[i]))
			return false;
	return true;
}

bool
ev_eval_array(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_array *array = ev_array_new(run, node->argc);

	if (!eval_parts(run, node, array->item) || !ev_run_has_room(run, node))
		return false;
	ev_array_out(out, array, ev_sql_element(node->type));
	return true;
}

bool
ev_eval_array_stack(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val *part = ev_arena_alloc(run->arena,
	    node->argc * sizeof(*part));

	return eval_parts(run, node, part) &&
	    ev_array_stack(run, node, part, node->argc, out);
}

/* Evaluates the bounds of all subscripts; *null: one of them is. */
static bool
eval_bounds(struct ev_run *run, const struct ev_node *node, int64_t *from,
    int64_t *to, bool *null)
{
	const struct ev_subscripts *subscripts = node->data;
	struct ev_node **arg = node->arg + 1;
	struct ev_val val;

	for (unsigned i = 0; i < subscripts->count; i++) {
		uint8_t op = subscripts->op[i];

		/* beside slices a single subscript is an upper bound */
		from[i] = op ? INT64_MIN : 1;
		to[i] = INT64_MAX;
		if (op & EV_CUT_FROM) {
			if (!ev_node_eval(run, *arg++, &val))
				return false;
			*null |= val.type == EV_SQL_NULL;
			from[i] = *null ? 0 : val.integer;
		}
		if (!op || op & EV_CUT_TO) {
			if (!ev_node_eval(run, *arg++, &val))
				return false;
			*null |= val.type == EV_SQL_NULL;
			to[i] = *null ? 0 : val.integer;
		}
	}
	return true;
}

bool
ev_eval_subscript(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	const struct ev_subscripts *subscripts = node->data;
	int64_t from[EV_ARRAY_DIMS], to[EV_ARRAY_DIMS];
	const struct ev_val *item;
	struct ev_val array;
	bool null = false;

	if (!ev_node_eval(run, node->arg[0], &array) ||
	    !eval_bounds(run, node, from, to, &null))
		return false;
	out->type = EV_SQL_NULL;
	if (array.type == EV_SQL_NULL || null)
		return true;
	if (subscripts->cut) {
		ev_array_out(out,
		    ev_array_cut(run, array.array, from, to, subscripts->count),
		    ev_sql_element(node->type));
		return ev_run_has_room(run, node);
	}
	item = ev_array_at(array.array, to, subscripts->count);
	if (item)
		*out = *item;
	return true;
}

bool
ev_eval_row(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	const struct ev_rows *rows = node->data;

	out->type = EV_SQL_NULL;
	if (rows->array && run->row < rows->array->count)
		*out = rows->array->item[run->row];
	return true;
}

bool
ev_eval_array_concat(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val val[2];
	const struct ev_array *array;
	bool is[2];

	for (int i = 0; i < 2; i++) {
		if (!ev_node_eval(run, node->arg[i], &val[i]))
			return false;
		/* a field may hold one */
		is[i] = ev_sql_is_array(node->arg[i]->type) ||
		    ev_val_is_array(&val[i]);
		if (is[i] && !ev_val_to(run, node, &val[i], node->type))
			return false;
	}
	if (!ev_run_has_room(run, node))
		return false;
	if (is[0] && is[1])
		return ev_array_concat(run, node, &val[0], &val[1], out);
	array = val[is[1]].type == EV_SQL_NULL ? NULL : val[is[1]].array;
	if (!ev_array_push(run, node, array, &val[is[0]], is[1], &array))
		return false;
	ev_array_out(out, array, ev_sql_element(node->type));
	return true;
}
