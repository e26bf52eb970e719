/*
 * jsonpath_test: the predicates of a path, which are true, false or unknown.
 * What they compare are lists: one pair that satisfies is enough, unless in
 * strict mode another one is an error. What is made on the way is let go of:
 * a filter is asked of as many items as there are.
 */
#include "expr/jsonpath_eval.h"
#include "expr/text.h"

/* One item of each side; b is {0} for like_regex. */
typedef enum ev_path_truth (*compare)(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item a,
    struct ev_path_item b);

static enum ev_path_truth
truth_of(bool is)
{
	return is ? EV_PATH_TRUE : EV_PATH_FALSE;
}

/* ---- comparisons ---- */

static enum ev_path_truth
satisfies(enum ev_path_kind kind, int order)
{
	switch (kind) {
	case EV_PATH_EQ:
		return truth_of(order == 0);
	case EV_PATH_NE:
		return truth_of(order != 0);
	case EV_PATH_LT:
		return truth_of(order < 0);
	case EV_PATH_LE:
		return truth_of(order <= 0);
	case EV_PATH_GT:
		return truth_of(order > 0);
	default:
		return truth_of(order >= 0);
	}
}

/* What compares with one another; a container with nothing. */
enum family { NULLS, BOOLS, NUMBERS, TEXTS, TIMES, CONTAINERS };

static enum family
family_of(struct ev_path_item item)
{
	static const enum family families[] = {[EV_NULL] = NULLS,
	    [EV_FALSE] = BOOLS,
	    [EV_TRUE] = BOOLS,
	    [EV_NUMBER] = NUMBERS,
	    [EV_STRING] = TEXTS,
	    [EV_ARRAY] = CONTAINERS,
	    [EV_OBJECT] = CONTAINERS};

	return item.json ? families[item.json->type] : TIMES;
}

static enum ev_path_truth
compare_items(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item a, struct ev_path_item b)
{
	enum family family = family_of(a), other = family_of(b);
	enum ev_path_truth truth;
	int order;

	if (family != other && (family == NULLS || other == NULLS))
		return truth_of(node->kind == EV_PATH_NE);
	if (family != other || family == CONTAINERS)
		return EV_PATH_UNKNOWN;
	if (family != TIMES) {
		if (!ev_path_work(eval, (a.json->size + b.json->size) / 64))
			return EV_PATH_BROKEN;
		return satisfies(node->kind, ev_jsonb_compare(a.json, b.json));
	}
	truth = ev_path_time_compare(eval, a.time, b.time, &order);
	return truth == EV_PATH_TRUE ? satisfies(node->kind, order) : truth;
}

static enum ev_path_truth
starts_with(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item whole, struct ev_path_item begin)
{
	struct ev_slice text, head;

	(void)eval;
	(void)node;
	if (!ev_path_is(whole, EV_STRING) || !ev_path_is(begin, EV_STRING))
		return EV_PATH_UNKNOWN;
	text = whole.json->text;
	head = begin.json->text;
	if (text.len > head.len)
		text.len = head.len;
	return truth_of(ev_slice_equal(text, head));
}

/* The expression is of the call, which keeps it for the next event. */
static enum ev_path_truth
like_regex(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item text, struct ev_path_item none)
{
	struct ev_pattern *regex = eval->node->regexes[node->regex];
	struct ev_run *run = eval->run;
	bool matches;

	(void)none;
	if (!ev_path_is(text, EV_STRING))
		return EV_PATH_UNKNOWN;
	if (!ev_path_work(eval, 20 + text.json->size / 8))
		return EV_PATH_BROKEN;
	if (ev_pattern_set(regex, node->value.text, ev_path_regex_flags(node),
		run->err) != EV_OK ||
	    ev_pattern_match(regex, text.json->text, &matches, run->err) !=
		EV_OK) {
		ev_run_failed(run, eval->node);
		return EV_PATH_BROKEN;
	}
	return truth_of(matches);
}

/* ---- lists ---- */

/* Every item of the one with every item of the other. */
static enum ev_path_truth
test_pairs(struct ev_path_eval *eval, const struct ev_path_node *node,
    const struct ev_path_list *left, const struct ev_path_list *right,
    compare test)
{
	enum ev_path_truth answer = EV_PATH_FALSE;

	for (size_t i = 0; i < left->count; i++) {
		for (size_t j = 0; j < right->count; j++) {
			enum ev_path_truth truth;

			if (!ev_path_work(eval, 1))
				return EV_PATH_BROKEN;
			truth = test(eval, node, ev_path_at(left, i),
			    ev_path_at(right, j));
			if (truth == EV_PATH_BROKEN)
				return truth;
			/* lax ends with what is true, strict with an error */
			if (truth ==
			    (eval->lax ? EV_PATH_TRUE : EV_PATH_UNKNOWN))
				return truth;
			if (truth != EV_PATH_FALSE)
				answer = truth;
		}
	}
	return answer;
}

/* An operand, whose errors are silent; false: *truth is the answer. */
static bool
operand(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, bool unwrap, struct ev_path_list *list,
    enum ev_path_truth *truth)
{
	bool raises = eval->raises;
	enum ev_path_result result;

	eval->raises = false;
	result = unwrap ? ev_path_operand(eval, node, item, list)
			: ev_path_execute(eval, node, item, list);
	eval->raises = raises;
	*truth = result == EV_PATH_FAILED ? EV_PATH_BROKEN
	    : result == EV_PATH_ERROR     ? EV_PATH_UNKNOWN
					  : truth_of(result == EV_PATH_FOUND);
	return !ev_path_is_error(result);
}

static enum ev_path_truth
test_lists(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item)
{
	static const struct ev_path_list once = {.count = 1};
	struct ev_path_list left = {0}, right = {0};
	bool regex = node->kind == EV_PATH_LIKE_REGEX;
	bool starts = node->kind == EV_PATH_STARTS_WITH;
	enum ev_path_truth truth;

	if (!operand(eval, node->left, item, true, &left, &truth))
		return truth;
	if (regex)
		return test_pairs(eval, node, &left, &once, like_regex);
	if (!operand(eval, node->right, item, !starts, &right, &truth))
		return truth;
	return test_pairs(eval, node, &left, &right,
	    starts ? starts_with : compare_items);
}

static enum ev_path_truth
test_exists(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item)
{
	struct ev_path_list list = {0};
	enum ev_path_truth truth;

	if (operand(eval, node->left, item, false, eval->lax ? NULL : &list,
		&truth) &&
	    !eval->lax)
		return truth_of(list.count > 0);
	return truth;
}

/* ---- logic ---- */

static enum ev_path_truth
test_logic(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item)
{
	enum ev_path_truth decides = node->kind == EV_PATH_AND ? EV_PATH_FALSE
							       : EV_PATH_TRUE;
	enum ev_path_truth left = ev_path_test(eval, node->left, item), right;

	if (left == decides || left == EV_PATH_BROKEN)
		return left;
	right = ev_path_test(eval, node->right, item);
	return right == EV_PATH_TRUE || right == EV_PATH_FALSE
	    ? (right == decides ? right : left)
	    : right;
}

static enum ev_path_truth
test(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item)
{
	enum ev_path_truth truth;

	switch (node->kind) {
	case EV_PATH_AND:
	case EV_PATH_OR:
		return test_logic(eval, node, item);
	case EV_PATH_NOT:
		truth = ev_path_test(eval, node->left, item);
		return truth <= EV_PATH_TRUE ? truth_of(truth == EV_PATH_FALSE)
					     : truth;
	case EV_PATH_IS_UNKNOWN:
		truth = ev_path_test(eval, node->left, item);
		return truth == EV_PATH_BROKEN
		    ? truth
		    : truth_of(truth == EV_PATH_UNKNOWN);
	case EV_PATH_EXISTS:
		return test_exists(eval, node, item);
	default:
		return test_lists(eval, node, item);
	}
}

enum ev_path_truth
ev_path_test(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item)
{
	struct ev_path_places *places = eval->places;
	struct ev_run *run = eval->run;
	struct ev_num_pool_mark numbers = ev_num_pool_mark(run->pool);
	struct ev_arena_mark mark = ev_arena_mark(run->arena);
	enum ev_path_truth truth = test(eval, node, item);

	ev_arena_rewind(run->arena, mark);
	ev_num_pool_rewind(run->pool, numbers);
	eval->places = places;
	return truth;
}
