/*
 * jsonpath_eval: a path asked of a value: what a chain begins with, and how it
 * goes on. As PostgreSQL's jsonpath_exec.c, rule by rule, also where they are
 * odd: what an error that is silent leaves behind can be seen. Accessors are in
 * jsonpath_step.c, predicates in jsonpath_test.c.
 */
#include "expr/jsonpath_eval.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"
#include "expr/json.h"

#define DEEPEST 5000 /* calls of one another: 512 KiB of stack */

/* ---- what all use ---- */

bool
ev_path_work(struct ev_path_eval *eval, uint64_t steps)
{
	eval->steps += steps;
	return eval->steps <= EV_JSONPATH_STEPS ||
	    ev_run_fail(eval->run, eval->node,
		"the jsonpath needs more than %d steps", EV_JSONPATH_STEPS);
}

/* Apart from what is silent, which needs no room for it. */
static __attribute__((noinline, format(printf, 2, 0))) void
fail(struct ev_path_eval *eval, const char *format, va_list args)
{
	char text[256];

	vsnprintf(text, sizeof(text), format, args);
	ev_run_fail(eval->run, eval->node, "%s", text);
}

enum ev_path_result
ev_path_raise(struct ev_path_eval *eval, const char *format, ...)
{
	va_list args;

	if (!eval->raises)
		return EV_PATH_ERROR;
	va_start(args, format);
	fail(eval, format, args);
	va_end(args);
	return EV_PATH_FAILED;
}

bool
ev_path_add(struct ev_path_eval *eval, struct ev_path_list *list,
    struct ev_path_item item)
{
	if (!list->count) {
		list->one = item;
		list->count = 1;
		return true;
	}
	if (list->count == 1) {
		list->more = &list->one;
		list->cap = 1;
	}
	list->more = ev_run_grow(eval->run, eval->node, list->more, list->count,
	    &list->cap, sizeof(item));
	if (!list->more)
		return false;
	list->more[list->count++] = item;
	return true;
}

static enum ev_path_result
find(struct ev_path_eval *eval, struct ev_path_item item,
    struct ev_path_list *found)
{
	return !found || ev_path_add(eval, found, item) ? EV_PATH_FOUND
							: EV_PATH_FAILED;
}

enum ev_path_result
ev_path_execute(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	return ev_path_step_into(eval, node, item, found, eval->lax);
}

enum ev_path_result
ev_path_next(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	if (node->next)
		return ev_path_execute(eval, node->next, item, found);
	return find(eval, item, found);
}

enum ev_path_result
ev_path_operand(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	struct ev_path_list list = {0};
	enum ev_path_result result;

	if (!eval->lax)
		return ev_path_execute(eval, node, item, found);
	result = ev_path_execute(eval, node, item, &list);
	for (size_t i = 0; i < list.count && !ev_path_is_error(result); i++) {
		item = ev_path_at(&list, i);
		if (ev_path_is(item, EV_ARRAY))
			result = ev_path_unwrap(eval, NULL, item, found, false);
		else
			result = find(eval, item, found);
	}
	return ev_path_is_error(result) ? result : EV_PATH_FOUND;
}

/* ---- what a chain begins with ---- */

static enum ev_path_result
step_root(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_list *found)
{
	const struct ev_jsonb *base = eval->base;
	int64_t number = eval->base_number;
	enum ev_path_result result;

	eval->base = eval->root.json;
	eval->base_number = 0;
	result = ev_path_next(eval, node, eval->root, found);
	eval->base = base;
	eval->base_number = number;
	return result;
}

static enum ev_path_result
step_variable(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_list *found)
{
	const struct ev_jsonb *vars = eval->call->vars, *base = eval->base;
	struct ev_slice name = node->value.text;
	int64_t number = eval->base_number;
	struct ev_path_item item = {
	    .json = vars ? ev_jsonb_member(vars, name) : NULL};
	enum ev_path_result result;

	if (!item.json) {
		ev_run_fail(eval->run, eval->node,
		    "could not find jsonpath variable \"%.*s\"",
		    (int)ev_utf8_cut(name.ptr, name.len, 100), name.ptr);
		return EV_PATH_FAILED;
	}
	eval->base = vars;
	eval->base_number = 1;
	result = ev_path_next(eval, node, item, found);
	eval->base = base;
	eval->base_number = number;
	return result;
}

static enum ev_path_result
step_integer(struct ev_path_eval *eval, const struct ev_path_node *node,
    int64_t number, struct ev_path_list *found)
{
	struct ev_path_item item;

	if (!node->next && !found)
		return EV_PATH_FOUND;
	item = ev_path_integer(eval, number);
	return item.json ? ev_path_next(eval, node, item, found)
			 : EV_PATH_FAILED;
}

static enum ev_path_result
step_predicate(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	static const struct ev_jsonb answers[] =
	    {[EV_PATH_FALSE] = {.type = EV_FALSE, .size = 5},
		[EV_PATH_TRUE] = {.type = EV_TRUE, .size = 4},
		[EV_PATH_UNKNOWN] = {.type = EV_NULL, .size = 4}};
	enum ev_path_truth truth = ev_path_test(eval, node, item);

	if (truth == EV_PATH_BROKEN)
		return EV_PATH_FAILED;
	return ev_path_next(eval, node,
	    (struct ev_path_item){.json = &answers[truth]}, found);
}

/* ---- methods ---- */

static enum ev_path_result
step_type(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	struct ev_jsonb *made = ev_run_take(eval->run, eval->node,
	    sizeof(*made));
	const char *name = item.json ? ev_json_type_name(item.json->type)
				     : ev_path_time_name(item.time);

	if (!made ||
	    !ev_jsonb_string(eval->run, eval->node, ev_slice_of(name), made))
		return EV_PATH_FAILED;
	return ev_path_next(eval, node, (struct ev_path_item){.json = made},
	    found);
}

static enum ev_path_result
step_size(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	bool array = ev_path_is(item, EV_ARRAY);

	if (!array && !eval->lax)
		return eval->tolerant
		    ? EV_PATH_NONE
		    : ev_path_raise(eval,
			  "jsonpath item method .size() can only be applied to "
			  "an array");
	return step_integer(eval, node, array ? item.json->count : 1, found);
}

/* Those that an array hands on to its items. */
static enum ev_path_result
step_method(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, bool unwrap)
{
	if (unwrap && ev_path_is(item, EV_ARRAY))
		return ev_path_unwrap(eval, node, item, found, false);
	if (node->kind == EV_PATH_DATETIME)
		return ev_path_datetime(eval, node, item, found);
	if (node->kind == EV_PATH_KEYVALUE)
		return ev_path_keyvalue(eval, node, item, found);
	return ev_path_number_method(eval, node, item, found);
}

/* ---- all of them ---- */

static enum ev_path_result
step_value(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	switch (node->kind) {
	case EV_PATH_CONST:
		return ev_path_next(eval, node,
		    (struct ev_path_item){.json = &node->value}, found);
	case EV_PATH_VARIABLE:
		return step_variable(eval, node, found);
	case EV_PATH_ROOT:
		return step_root(eval, node, found);
	case EV_PATH_CURRENT:
		return ev_path_next(eval, node, eval->current, found);
	case EV_PATH_LAST:
		return step_integer(eval, node, eval->size - 1, found);
	case EV_PATH_TYPE:
		return step_type(eval, node, item, found);
	case EV_PATH_SIZE:
		return step_size(eval, node, item, found);
	case EV_PATH_PLUS:
	case EV_PATH_MINUS:
		return ev_path_sign(eval, node, item, found);
	case EV_PATH_ADD:
	case EV_PATH_SUB:
	case EV_PATH_MUL:
	case EV_PATH_DIV:
	case EV_PATH_MOD:
		return ev_path_arithmetic(eval, node, item, found);
	default:
		return step_predicate(eval, node, item, found);
	}
}

static enum ev_path_result
step(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, bool unwrap)
{
	switch (node->kind) {
	case EV_PATH_KEY:
	case EV_PATH_ANY_KEY:
	case EV_PATH_ANY_ITEM:
	case EV_PATH_ITEMS:
	case EV_PATH_ANY:
	case EV_PATH_FILTER:
		return ev_path_accessor(eval, node, item, found, unwrap);
	case EV_PATH_DOUBLE:
	case EV_PATH_CEILING:
	case EV_PATH_FLOOR:
	case EV_PATH_ABS:
	case EV_PATH_DATETIME:
	case EV_PATH_KEYVALUE:
		return step_method(eval, node, item, found, unwrap);
	default:
		return step_value(eval, node, item, found);
	}
}

bool
ev_path_enter(struct ev_path_eval *eval, uint64_t steps)
{
	if (!ev_path_work(eval, steps))
		return false;
	if (eval->depth < DEEPEST) {
		eval->depth++;
		return true;
	}
	return ev_run_fail(eval->run, eval->node,
	    "the jsonpath goes more than %d levels deep", DEEPEST);
}

enum ev_path_result
ev_path_step_into(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found, bool unwrap)
{
	enum ev_path_result result;

	if (!ev_path_enter(eval, 1))
		return EV_PATH_FAILED;
	result = step(eval, node, item, found, unwrap);
	eval->depth--;
	return result;
}

/* ---- questions ---- */

static bool
begin(struct ev_path_eval *eval, struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonpath_call *call)
{
	const struct ev_jsonb *vars = call->vars;

	*eval = (struct ev_path_eval){.run = run,
	    .node = node,
	    .call = call,
	    .lax = call->path->lax,
	    .raises = !call->silent,
	    .tolerant = call->path->lax,
	    .root = {.json = call->json},
	    .current = {.json = call->json},
	    .size = -1,
	    .numbers = vars ? 2 : 1};
	return !vars || vars->type == EV_OBJECT ||
	    ev_run_fail(run, node, "\"vars\" argument is not an object");
}

bool
ev_jsonpath_exists(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonpath_call *call, int *truth)
{
	struct ev_path_list found = {0};
	struct ev_path_eval eval;
	enum ev_path_result result;

	if (!begin(&eval, run, node, call))
		return false;
	/* strict: all is looked at, for there may be an error */
	result = ev_path_execute(&eval, call->path->root, eval.root,
	    eval.lax ? NULL : &found);
	if (result == EV_PATH_FAILED)
		return false;
	*truth = result == EV_PATH_ERROR ? -1
	    : eval.lax                   ? result == EV_PATH_FOUND
					 : found.count > 0;
	return true;
}

bool
ev_jsonpath_query(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonpath_call *call, const struct ev_jsonb **item,
    size_t *count)
{
	struct ev_path_list found = {0};
	struct ev_path_eval eval;
	struct ev_jsonb *made;

	if (!begin(&eval, run, node, call) ||
	    ev_path_execute(&eval, call->path->root, eval.root, &found) ==
		EV_PATH_FAILED)
		return false;
	made = ev_run_take(run, node, (found.count + 1) * sizeof(*made));
	if (!made)
		return false;
	for (size_t i = 0; i < found.count; i++) {
		struct ev_path_item one = ev_path_at(&found, i);

		if (one.json)
			made[i] = *one.json;
		else if (!ev_path_time_json(&eval, one.time, &made[i]))
			return false;
	}
	*item = made;
	*count = found.count;
	return true;
}
