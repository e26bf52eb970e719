/*
 * jsonpath_step: the accessors of a path: members, items, .** and filters.
 */
#include "base/utf8.h"
#include "expr/jsonpath_eval.h"

/* ---- the values in a container ---- */

/* Of .*, [*] and .**: the chain that begins with node (NULL: there is none) is
 * evaluated of each value of some levels. */
struct walk {
	const struct ev_path_node *node;
	struct ev_path_list *found;
	uint32_t first, last;
	bool tolerant, unwrap;
};

static enum ev_path_result
visit(struct ev_path_eval *eval, const struct walk *walk,
    struct ev_path_item item)
{
	bool tolerant = eval->tolerant;
	enum ev_path_result result;

	eval->tolerant |= walk->tolerant;
	result = ev_path_step_into(eval, walk->node, item, walk->found,
	    walk->unwrap);
	eval->tolerant = tolerant;
	return result;
}

/* Is a value of this level asked for? Of {last}, all that hold no others. */
static bool
is_wanted(const struct walk *walk, const struct ev_jsonb *json, uint32_t level)
{
	return level >= walk->first ||
	    (walk->first == EV_PATH_LEAVES && walk->last == EV_PATH_LEAVES &&
		json->type < EV_ARRAY);
}

static enum ev_path_result walk_into(struct ev_path_eval *eval,
    const struct walk *walk, const struct ev_jsonb *json, uint32_t level);

/* One value, and those in it; *done: no more need to be looked at. */
static enum ev_path_result
walk_value(struct ev_path_eval *eval, const struct walk *walk,
    const struct ev_jsonb *json, uint32_t level, enum ev_path_result result,
    bool *done)
{
	*done = true;
	if (is_wanted(walk, json, level)) {
		struct ev_path_item item = {.json = json};

		if (walk->node)
			result = visit(eval, walk, item);
		else if (!walk->found)
			return EV_PATH_FOUND;
		else if (!ev_path_add(eval, walk->found, item))
			return EV_PATH_FAILED;
		if (ev_path_is_error(result) ||
		    (result == EV_PATH_FOUND && !walk->found))
			return result;
	}
	if (level < walk->last && json->type >= EV_ARRAY) {
		result = walk_into(eval, walk, json, level + 1);
		if (ev_path_is_error(result) ||
		    (result == EV_PATH_FOUND && !walk->found))
			return result;
	}
	*done = false;
	return result;
}

static enum ev_path_result
walk_into(struct ev_path_eval *eval, const struct walk *walk,
    const struct ev_jsonb *json, uint32_t level)
{
	enum ev_path_result result = EV_PATH_NONE;
	bool done = level > walk->last;

	if (!ev_path_enter(eval, 1 + json->count))
		return EV_PATH_FAILED;
	for (uint32_t i = 0; i < json->count && !done; i++)
		result = walk_value(eval, walk,
		    json->type == EV_OBJECT ? &json->pair[i].value
					    : &json->item[i],
		    level, result, &done);
	eval->depth--;
	return result;
}

enum ev_path_result
ev_path_unwrap(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item array, struct ev_path_list *found, bool unwrap)
{
	struct walk walk = {node, found, 1, 1, false, unwrap};

	return walk_into(eval, &walk, array.json, 1);
}

/* ---- accessors ---- */

static enum ev_path_result
step_key(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, bool unwrap)
{
	struct ev_slice key = node->value.text;
	const struct ev_jsonb *member;

	if (unwrap && ev_path_is(item, EV_ARRAY))
		return ev_path_unwrap(eval, node, item, found, false);
	if (!ev_path_is(item, EV_OBJECT))
		return eval->tolerant
		    ? EV_PATH_NONE
		    : ev_path_raise(eval,
			  "jsonpath member accessor can only be applied to an "
			  "object");
	member = ev_jsonb_member(item.json, key);
	if (member)
		return ev_path_next(eval, node,
		    (struct ev_path_item){.json = member}, found);
	return eval->tolerant
	    ? EV_PATH_NONE
	    : ev_path_raise(eval, "JSON object does not contain key \"%.*s\"",
		  (int)ev_utf8_cut(key.ptr, key.len, 100), key.ptr);
}

static enum ev_path_result
step_any_key(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, bool unwrap)
{
	struct walk walk = {node->next, found, 1, 1, false, eval->lax};

	if (unwrap && ev_path_is(item, EV_ARRAY))
		return ev_path_unwrap(eval, node, item, found, false);
	if (ev_path_is(item, EV_OBJECT))
		return walk_into(eval, &walk, item.json, 1);
	return eval->tolerant
	    ? EV_PATH_NONE
	    : ev_path_raise(eval,
		  "jsonpath wildcard member accessor can only be applied to an "
		  "object");
}

static enum ev_path_result
step_any_item(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	if (ev_path_is(item, EV_ARRAY))
		return ev_path_unwrap(eval, node->next, item, found, eval->lax);
	if (eval->lax)
		return ev_path_next(eval, node, item, found);
	return eval->tolerant
	    ? EV_PATH_NONE
	    : ev_path_raise(eval,
		  "jsonpath wildcard array accessor can only be applied to an "
		  "array");
}

/* A subscript's number; false: an error, in *result. */
static bool
subscript(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, int64_t *number, enum ev_path_result *result)
{
	struct ev_path_list list = {0};

	*result = ev_path_execute(eval, node, item, &list);
	if (ev_path_is_error(*result))
		return false;
	if (list.count == 1 && ev_path_is(list.one, EV_NUMBER))
		return ev_path_subscript(eval, list.one, number, result);
	*result = ev_path_raise(eval,
	    "jsonpath array subscript is not a single numeric value");
	return false;
}

/* The items of one range; what is no array is one of itself. */
static enum ev_path_result
step_range(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, int64_t from,
    int64_t to)
{
	bool array = ev_path_is(item, EV_ARRAY);
	enum ev_path_result result = EV_PATH_NONE;

	for (; from <= to; from++) {
		struct ev_path_item one = item;

		if (!ev_path_work(eval, 1))
			return EV_PATH_FAILED;
		if (array)
			one.json = &item.json->item[from];
		result = ev_path_next(eval, node, one, found);
		if (ev_path_is_error(result) ||
		    (result == EV_PATH_FOUND && !found))
			break;
	}
	return result;
}

static enum ev_path_result
step_items(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	int64_t size = eval->size, own, from, to;
	enum ev_path_result result = EV_PATH_NONE;

	if (!ev_path_is(item, EV_ARRAY) && !eval->lax)
		return eval->tolerant
		    ? EV_PATH_NONE
		    : ev_path_raise(eval,
			  "jsonpath array accessor can only be applied to an "
			  "array");
	own = ev_path_is(item, EV_ARRAY) ? item.json->count : 1;
	eval->size = own;
	for (size_t i = 0; i < node->items.count; i++) {
		const struct ev_path_range *range = &node->items.range[i];

		if (!subscript(eval, range->from, item, &from, &result))
			break;
		to = from;
		if (range->to &&
		    !subscript(eval, range->to, item, &to, &result))
			break;
		/* the `last` around it stays that of this array, as there */
		if (!eval->tolerant && (from < 0 || from > to || to >= own))
			return ev_path_raise(eval,
			    "jsonpath array subscript is out of bounds");
		from = from < 0 ? 0 : from;
		to = to >= own ? own - 1 : to;
		if (from <= to && !node->next && !found)
			return EV_PATH_FOUND; /* the same */
		result = step_range(eval, node, item, found, from, to);
		if (ev_path_is_error(result) ||
		    (result == EV_PATH_FOUND && !found))
			break;
	}
	eval->size = size;
	return result;
}

static enum ev_path_result
step_any(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	struct walk walk = {node->next, found, node->level.first,
	    node->level.last, true, eval->lax};
	enum ev_path_result result = EV_PATH_NONE;

	if (!walk.first) {
		bool tolerant = eval->tolerant;

		eval->tolerant = true;
		result = ev_path_next(eval, node, item, found);
		eval->tolerant = tolerant;
		if (result == EV_PATH_FAILED ||
		    (result == EV_PATH_FOUND && !found))
			return result;
	}
	/* an error before is forgotten, as there */
	if (item.json && item.json->type >= EV_ARRAY)
		result = walk_into(eval, &walk, item.json, 1);
	return result;
}

static enum ev_path_result
step_filter(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, bool unwrap)
{
	struct ev_path_item current = eval->current;
	enum ev_path_truth truth;

	if (unwrap && ev_path_is(item, EV_ARRAY))
		return ev_path_unwrap(eval, node, item, found, false);
	eval->current = item;
	truth = ev_path_test(eval, node->left, item);
	eval->current = current;
	if (truth == EV_PATH_BROKEN)
		return EV_PATH_FAILED;
	return truth == EV_PATH_TRUE ? ev_path_next(eval, node, item, found)
				     : EV_PATH_NONE;
}

enum ev_path_result
ev_path_accessor(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, bool unwrap)
{
	switch (node->kind) {
	case EV_PATH_KEY:
		return step_key(eval, node, item, found, unwrap);
	case EV_PATH_ANY_KEY:
		return step_any_key(eval, node, item, found, unwrap);
	case EV_PATH_ANY_ITEM:
		return step_any_item(eval, node, item, found);
	case EV_PATH_ITEMS:
		return step_items(eval, node, item, found);
	case EV_PATH_ANY:
		return step_any(eval, node, item, found);
	default:
		return step_filter(eval, node, item, found, unwrap);
	}
}
