/*
 * jsonpath_number: the numbers of a path: arithmetic, subscripts, and the
 * methods of numbers. They are numeric's, and so are their digits.
 */
#include "expr/float8.h"
#include "expr/jsonpath_eval.h"

#define LONG 256 /* more digits are as many steps of work */

static bool
read_number(struct ev_path_eval *eval, struct ev_path_item item,
    struct ev_num *number)
{
	struct ev_run *run = eval->run;

	return (item.json->size <= LONG ||
		   ev_path_work(eval, item.json->size)) &&
	    (ev_num_from_text(item.json->text, run->pool, number, run->err) ==
		    EV_OK ||
		ev_run_failed(run, eval->node));
}

/* The json is NULL where there is no room for it. */
static struct ev_path_item
item_of(struct ev_path_eval *eval, struct ev_num number)
{
	struct ev_run *run = eval->run;
	struct ev_jsonb *made = ev_run_take(run, eval->node, sizeof(*made));
	struct ev_buf *buf = ev_run_begin(run);
	struct ev_path_item none = {0};

	if (!made)
		return none;
	ev_num_text(number, buf);
	if (!ev_jsonb_number(run, eval->node,
		ev_arena_slice(run->arena, ev_buf_as_slice(buf)), made))
		return none;
	return (struct ev_path_item){.json = made};
}

struct ev_path_item
ev_path_integer(struct ev_path_eval *eval, int64_t number)
{
	return item_of(eval, ev_num_from_int(number, eval->run->pool));
}

static enum ev_path_result
next_number(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_num number, struct ev_path_list *found)
{
	struct ev_path_item item;

	if (!node->next && !found)
		return EV_PATH_FOUND;
	item = item_of(eval, number);
	return item.json ? ev_path_next(eval, node, item, found)
			 : EV_PATH_FAILED;
}

bool
ev_path_subscript(struct ev_path_eval *eval, struct ev_path_item item,
    int64_t *number, enum ev_path_result *result)
{
	struct ev_num num;

	*result = EV_PATH_FAILED;
	if (!read_number(eval, item, &num))
		return false;
	if (ev_num_trunc(num, 0, eval->run->pool, &num, NULL) == EV_OK &&
	    ev_num_to_int(num, number, NULL) == EV_OK &&
	    *number == (int32_t)*number)
		return true;
	*result = ev_path_raise(eval,
	    "jsonpath array subscript is out of integer range");
	return false;
}

/* ---- operators ---- */

/* The one number that an operand is; false: an error, in *result. */
static bool
one_number(struct ev_path_eval *eval, const struct ev_path_node *node,
    const struct ev_path_list *list, const char *side, struct ev_num *number,
    enum ev_path_result *result)
{
	if (list->count != 1 || !ev_path_is(list->one, EV_NUMBER)) {
		*result = ev_path_raise(eval,
		    "%s operand of jsonpath operator %s is not a single "
		    "numeric value",
		    side, ev_path_name(node->kind));
		return false;
	}
	*result = EV_PATH_FAILED;
	return read_number(eval, list->one, number);
}

static enum ev_status
compute(struct ev_path_eval *eval, enum ev_path_kind kind, struct ev_num *a,
    struct ev_num b)
{
	struct ev_num_pool *pool = eval->run->pool;
	struct ev_err *err = eval->raises ? eval->run->err : NULL;

	switch (kind) {
	case EV_PATH_ADD:
		return ev_num_add(*a, b, pool, a, err);
	case EV_PATH_SUB:
		return ev_num_sub(*a, b, pool, a, err);
	case EV_PATH_MUL:
		return ev_num_mul(*a, b, pool, a, err);
	case EV_PATH_DIV:
		return ev_num_div(*a, b, pool, a, err);
	default:
		return ev_num_mod(*a, b, pool, a, err);
	}
}

enum ev_path_result
ev_path_arithmetic(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	struct ev_path_list left = {0}, right = {0};
	enum ev_path_result result;
	struct ev_num a, b;

	result = ev_path_operand(eval, node->left, item, &left);
	if (!ev_path_is_error(result))
		result = ev_path_operand(eval, node->right, item, &right);
	if (ev_path_is_error(result) ||
	    !one_number(eval, node, &left, "left", &a, &result) ||
	    !one_number(eval, node, &right, "right", &b, &result))
		return result;
	if (compute(eval, node->kind, &a, b) == EV_OK)
		return next_number(eval, node, a, found);
	if (!eval->raises)
		return EV_PATH_ERROR;
	ev_run_failed(eval->run, eval->node);
	return EV_PATH_FAILED;
}

/* One item behind a sign. */
static enum ev_path_result
sign_item(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	bool number = ev_path_is(item, EV_NUMBER);
	struct ev_num num;

	if (!found && !node->next)
		return number ? EV_PATH_FOUND : EV_PATH_NONE;
	if (!number)
		return ev_path_raise(eval,
		    "operand of unary jsonpath operator %s is not a numeric "
		    "value",
		    ev_path_name(node->kind));
	if (node->kind == EV_PATH_PLUS)
		return ev_path_next(eval, node, item, found);
	if (!read_number(eval, item, &num))
		return EV_PATH_FAILED;
	return next_number(eval, node, ev_num_neg(num, eval->run->pool), found);
}

enum ev_path_result
ev_path_sign(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	struct ev_path_list list = {0};
	enum ev_path_result result, answer = EV_PATH_NONE;

	result = ev_path_operand(eval, node->left, item, &list);
	if (ev_path_is_error(result))
		return result;
	for (size_t i = 0; i < list.count; i++) {
		result = sign_item(eval, node, ev_path_at(&list, i), found);
		if (ev_path_is_error(result) ||
		    (result == EV_PATH_FOUND && !found))
			return result;
		if (result == EV_PATH_FOUND)
			answer = EV_PATH_FOUND;
	}
	return answer;
}

/* ---- methods ---- */

/* A number stays as it is, if double precision has one near it; a text becomes
 * one of 15 digits. */
static enum ev_path_result
to_double(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	bool number = ev_path_is(item, EV_NUMBER);
	double real;

	if (!number && !ev_path_is(item, EV_STRING))
		return ev_path_raise(eval,
		    "jsonpath item method .double() can only be applied to a "
		    "string or numeric value");
	if (ev_float8_from_text(item.json->text, &real, NULL) != EV_OK ||
	    real - real != 0)
		return number
		    ? ev_path_raise(eval,
			  "numeric argument of jsonpath item method .double() "
			  "is out of range for type double precision")
		    : ev_path_raise(eval,
			  "string argument of jsonpath item method .double() "
			  "is not a valid representation of a double precision "
			  "number");
	if (number)
		return ev_path_next(eval, node, item, found);
	return next_number(eval, node,
	    ev_num_from_double(real, eval->run->pool), found);
}

enum ev_path_result
ev_path_number_method(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found)
{
	struct ev_num_pool *pool = eval->run->pool;
	struct ev_num number;
	enum ev_status status = EV_OK;

	if (node->kind == EV_PATH_DOUBLE)
		return to_double(eval, node, item, found);
	if (!ev_path_is(item, EV_NUMBER))
		return ev_path_raise(eval,
		    "jsonpath item method .%s() can only be applied to a "
		    "numeric value",
		    ev_path_name(node->kind));
	if (!read_number(eval, item, &number))
		return EV_PATH_FAILED;
	if (node->kind == EV_PATH_ABS)
		number = ev_num_abs(number, pool);
	else if (node->kind == EV_PATH_FLOOR)
		status = ev_num_floor(number, pool, &number, eval->run->err);
	else
		status = ev_num_ceil(number, pool, &number, eval->run->err);
	if (status == EV_OK)
		return next_number(eval, node, number, found);
	ev_run_failed(eval->run, eval->node);
	return EV_PATH_FAILED;
}
