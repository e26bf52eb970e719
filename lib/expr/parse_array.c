/*
 * parse_array: what stands in brackets, and ANY and ALL.
 */
#include "expr/parse.h"

struct ev_node *
ev_parse_array(struct ev_parse *parse, size_t at)
{
	struct ev_node_list list = {0};
	struct ev_node *node;

	if (!ev_parse_want_op(parse, "["))
		return NULL;
	if (++parse->depth > EV_EXPR_DEPTH / 4)
		return ev_parse_expected(parse, "fewer brackets");
	while (!ev_parse_at_op(parse, "]")) {
		if (list.count && !ev_parse_op(parse, ","))
			return ev_parse_expected(parse, "a comma or ]");
		node = ev_parse_at_op(parse, "[")
		    ? ev_parse_array(parse, parse->now->at)
		    : ev_parse_expr(parse);
		if (!node)
			return NULL;
		ev_parse_add(parse, &list, node);
	}
	ev_parse_step(parse);
	parse->depth--;
	return ev_parse_list_node(parse, EV_NODE_ARRAY, at, &list);
}

struct ev_node *
ev_parse_subscript(struct ev_parse *parse, struct ev_node *of)
{
	struct ev_node_list list = {0};
	uint8_t op = 0;
	struct ev_node *node;

	ev_parse_add(parse, &list, of);
	if (!ev_parse_at_op(parse, ":")) {
		node = ev_parse_expr(parse);
		if (!node)
			return NULL;
		ev_parse_add(parse, &list, node);
		op = EV_CUT_FROM;
	}
	if (!ev_parse_op(parse, ":")) {
		op = 0;
	} else {
		op |= EV_CUT;
		if (!ev_parse_at_op(parse, "]")) {
			node = ev_parse_expr(parse);
			if (!node)
				return NULL;
			ev_parse_add(parse, &list, node);
			op |= EV_CUT_TO;
		}
	}
	if (!ev_parse_want_op(parse, "]"))
		return NULL;
	node = ev_parse_list_node(parse, EV_NODE_ELEMENT, of->from, &list);
	if (node)
		node->op = op;
	return node;
}

bool
ev_parse_at_quantifier(const struct ev_parse *parse)
{
	const struct ev_token *next = parse->now + 1;

	return (ev_parse_at_word(parse, "any") ||
		   ev_parse_at_word(parse, "some") ||
		   ev_parse_at_word(parse, "all")) &&
	    next->kind == EV_TOKEN_OP && ev_slice_is(next->text, "(");
}

struct ev_node *
ev_parse_quantified(struct ev_parse *parse, enum ev_node_kind kind, uint8_t op,
    bool negated, struct ev_node *left)
{
	bool all = ev_parse_at_word(parse, "all");
	struct ev_node *array, *node;

	ev_parse_step(parse);
	ev_parse_step(parse);
	array = ev_parse_expr(parse);
	if (!array || !ev_parse_want_op(parse, ")"))
		return NULL;
	node = ev_parse_node2(parse, kind, left, array);
	if (!node)
		return NULL;
	node->op = op;
	node->negated = negated;
	node = ev_parse_node1(parse, EV_NODE_ANY, left->from, node);
	if (node)
		node->all = all;
	return node;
}
