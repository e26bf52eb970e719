/*
 * eval_any: evaluates what stands for several comparisons of the same values:
 * x = ANY(array) and its like, and BETWEEN. As of OR, a true answer decides
 * ANY; as of AND, a false one decides ALL; else NULL if one is NULL.
 */
#include "expr/array.h"
#include "expr/eval.h"
#include "expr/lookup.h"
#include "expr/result.h"

bool
ev_eval_cell(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	(void)run;
	*out = *(const struct ev_val *)node->data;
	return true;
}

bool
ev_eval_once(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	struct ev_once *once = (struct ev_once *)(uintptr_t)node->data;

	if (!once->known && !ev_node_eval(run, once->of, &once->value))
		return false;
	once->known = true;
	*out = once->value;
	return true;
}

bool
ev_eval_between(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_onces *onces = (struct ev_onces *)(uintptr_t)node->data;

	for (unsigned i = 0; i < onces->count; i++)
		onces->once[i].known = false;
	return ev_node_eval(run, node->arg[node->argc - 1], out);
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
	bool all = node->all;
	struct ev_val left, right;
	int truth, found = all;

	if (!ev_node_eval(run, node->arg[0], &left) ||
	    !ev_node_eval(run, node->arg[1], &right))
		return false;
	if (right.type == EV_SQL_NULL)
		return ev_result_truth(out, -1);
	truth = node->lookup ? ev_lookup_find(node->lookup, &left) : 2;
	if (truth != 2)
		return ev_result_truth(out, truth < 0 ? -1 : truth != all);
	ev_val_decode(run, &left); /* once, not beside each element */
	for (uint32_t i = 0; i < right.array->count; i++) {
		if (ev_array_repeats(right.array->item, i))
			continue;
		if (!ev_val_compare(run, node, node->op, left,
			right.array->item[i], &truth))
			return false;
		if (take(all, truth, &found))
			break;
	}
	return ev_result_truth(out, found);
}

bool
ev_eval_any_test(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_tests *tests = (struct ev_tests *)(uintptr_t)node->data;
	bool all = node->all;
	struct ev_val array, truth;
	struct ev_arena_mark mark;
	int found = all;

	if (!ev_node_eval(run, node->arg[0], &tests->left) ||
	    !ev_node_eval(run, node->arg[1], &array))
		return false;
	if (array.type == EV_SQL_NULL)
		return ev_result_truth(out, -1);
	ev_val_decode(run, &tests->left);
	mark = ev_arena_mark(run->arena);
	for (uint32_t i = 0; i < array.array->count; i++) {
		if (!tests->fixed && ev_array_repeats(array.array->item, i))
			continue;
		tests->item = array.array->item[i];
		if (!ev_node_eval(run, tests->test[tests->fixed ? i : 0],
			&truth))
			return false;
		if (take(all, truth.type == EV_SQL_NULL ? -1 : truth.truth,
			&found))
			break;
		ev_arena_rewind(run->arena, mark);
	}
	return ev_result_truth(out, found);
}
