/*
 * eval_any: evaluates x = ANY(array) and its like. As of OR, a true answer
 * decides ANY; as of AND, a false one decides ALL; else NULL if one is NULL.
 */
#include "expr/array.h"
#include "expr/eval.h"
#include "expr/lookup.h"

bool
ev_eval_cell(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	(void)run;
	*out = *(const struct ev_val *)node->data;
	return true;
}

static bool
truth_out(struct ev_val *out, int truth)
{
	out->type = truth < 0 ? EV_SQL_NULL : EV_SQL_BOOL;
	out->truth = truth > 0;
	return true;
}

/* Takes one more answer: true once it decides. */
static bool
take(bool all, int truth, int *found)
{
	if (truth < 0)
		*found = -1;
	else if (truth != all)
		*found = truth;
	return truth == !all;
}

bool
ev_eval_any(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	bool all = node->symmetric;
	struct ev_val left, right;
	int truth, found = all;

	if (!ev_node_eval(run, node->arg[0], &left) ||
	    !ev_node_eval(run, node->arg[1], &right))
		return false;
	if (right.type == EV_SQL_NULL)
		return truth_out(out, -1);
	truth = node->lookup ? ev_lookup_find(node->lookup, &left) : 2;
	if (truth != 2)
		return truth_out(out, truth < 0 ? -1 : truth != all);
	/* decoded once, not beside each element */
	if (right.array->count > 1 && !ev_val_settle(run, node, &left))
		return false;
	for (uint32_t i = 0; i < right.array->count; i++) {
		if (!ev_val_compare(run, node, node->op, left,
			right.array->item[i], &truth))
			return false;
		if (take(all, truth, &found))
			break;
	}
	return truth_out(out, found);
}

bool
ev_eval_any_test(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_tests *tests = (struct ev_tests *)(uintptr_t)node->data;
	bool all = node->symmetric;
	struct ev_val array, truth;
	int found = all;

	if (!ev_node_eval(run, node->arg[0], &tests->left) ||
	    !ev_node_eval(run, node->arg[1], &array))
		return false;
	if (array.type == EV_SQL_NULL)
		return truth_out(out, -1);
	for (uint32_t i = 0; i < array.array->count; i++) {
		tests->item = array.array->item[i];
		if (!ev_node_eval(run, tests->test[tests->fixed ? i : 0],
			&truth))
			return false;
		if (take(all, truth.type == EV_SQL_NULL ? -1 : truth.truth,
			&found))
			break;
	}
	return truth_out(out, found);
}
