/*
 * bind_any: the binding of x = ANY(array), x LIKE ALL(array) and their like.
 */
#include "expr/array.h"
#include "expr/bind.h"
#include "expr/eval.h"
#include "expr/lookup.h"

static const char *
word_of(const struct ev_node *node)
{
	return node->all ? "ALL" : "ANY";
}

/* The array, bound, which as a literal is of the type that stands beside it;
 * of a field, an array of what it holds. */
static struct ev_node *
bind_array(struct ev_bind *bind, const struct ev_node *node,
    struct ev_node *array, enum ev_sql beside)
{
	array = ev_bind(bind, array);
	if (!array)
		return NULL;
	if (array->type == EV_SQL_UNKNOWN || array->type == EV_SQL_ANY)
		return ev_bind_coerce(bind, array,
		    ev_sql_array_of(array->type == EV_SQL_ANY ? EV_SQL_ANY
			    : beside == EV_SQL_UNKNOWN        ? EV_SQL_TEXT
							      : beside));
	if (ev_sql_is_array(array->type))
		return array;
	return ev_bind_fail(bind, array,
	    "%s needs an array, and this is of type %s", word_of(node),
	    ev_sql_name(array->type));
}

/* A node that gives what *val is at the time. */
static struct ev_node *
make_cell(struct ev_bind *bind, const struct ev_node *like, enum ev_sql type,
    const struct ev_val *val)
{
	struct ev_node *cell = ev_bind_make(bind, like, EV_NODE_CELL, 0);

	cell->data = val;
	cell->type = (uint8_t)type;
	cell->eval = ev_eval_cell;
	cell->varies = true;
	return cell;
}

/* x OP ANY(array) for a comparison. */
static struct ev_node *
bind_compare(struct ev_bind *bind, struct ev_node *node, const char *op)
{
	struct ev_node *array = node->arg[1], *item;
	bool finds = node->op == (node->all ? EV_NE : EV_EQ);

	item = make_cell(bind, array, ev_sql_element(array->type), NULL);
	if (!ev_bind_pair(bind, node, op, &node->arg[0], &item))
		return NULL;
	if (finds && ev_bind_is_const(array) && !array->stable &&
	    array->value.type != EV_SQL_NULL &&
	    array->value.array->count >= EV_LOOKUP_LEAST)
		node->lookup = ev_lookup_new(bind->arena,
		    array->value.array->item, array->value.array->count);
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_any);
}

/* Patterns: of constant ones there is a test for each, made ready. */
static struct ev_node *
bind_tests(struct ev_bind *bind, struct ev_node *node,
    const struct ev_node *test)
{
	struct ev_node *left = node->arg[0], *array = node->arg[1];
	enum ev_sql type = ev_sql_element(array->type);
	struct ev_tests *tests = ev_arena_zalloc(bind->arena, sizeof(*tests));
	const struct ev_array *known = NULL;

	if (ev_bind_is_const(array) && array->value.type != EV_SQL_NULL)
		known = array->value.array;
	tests->fixed = known != NULL;
	tests->count = known ? known->count : 1;
	tests->test = ev_arena_alloc(bind->arena,
	    (tests->count + 1) * sizeof(*tests->test));
	for (uint32_t i = 0; i < tests->count; i++) {
		struct ev_node *one = ev_bind_make(bind, node, test->kind, 2);

		one->op = test->op;
		one->negated = test->negated;
		one->arg[0] = make_cell(bind, left, left->type, &tests->left);
		one->arg[1] = make_cell(bind, array, type, &tests->item);
		if (known) {
			one->arg[1] = ev_bind_make(bind, array, EV_NODE_CONST,
			    0);
			one->arg[1]->value = known->item[i];
			one->arg[1]->type = (uint8_t)type;
			one->arg[1]->eval = ev_eval_const;
		}
		tests->test[i] = ev_bind(bind, one);
		if (!tests->test[i])
			return NULL;
	}
	node->data = tests;
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_any_test);
}

struct ev_node *
ev_bind_any(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *test = node->arg[0], *left, *array;

	left = ev_bind(bind, test->arg[0]);
	array = left ? bind_array(bind, node, test->arg[1], left->type) : NULL;
	if (!array)
		return NULL;
	if (test->kind != EV_NODE_COMPARE && left->type == EV_SQL_UNKNOWN)
		left = ev_bind_coerce(bind, left, EV_SQL_TEXT);
	node->argc = 2;
	node->arg = test->arg;
	node->arg[0] = left;
	node->arg[1] = array;
	node->op = test->op;
	if (test->kind == EV_NODE_COMPARE)
		return bind_compare(bind, node, ev_bind_compare_name(test->op));
	return bind_tests(bind, node, test);
}
