/*
 * parse_range: a level of precedence: IN, BETWEEN, LIKE, ILIKE and SIMILAR TO,
 * with NOT or without.
 */
#include "expr/parse.h"

static struct ev_node *
parse_in(struct ev_parse *parse, struct ev_node *left)
{
	struct ev_node_list list = {0};

	ev_parse_add(parse, &list, left);
	if (!ev_parse_want_op(parse, "(") || !ev_parse_list(parse, &list) ||
	    !ev_parse_close(parse))
		return NULL;
	return ev_parse_list_node(parse, EV_NODE_IN, left->from, &list);
}

static struct ev_node *
parse_between(struct ev_parse *parse, struct ev_node *left)
{
	struct ev_node *node, *low, *high;
	bool symmetric = ev_parse_word(parse, "symmetric");

	if (!symmetric)
		ev_parse_word(parse, "asymmetric");
	low = ev_parse_operand(parse);
	if (!low || !ev_parse_want_word(parse, "and"))
		return NULL;
	high = ev_parse_operand(parse);
	if (!high)
		return NULL;
	node = ev_parse_node(parse, EV_NODE_BETWEEN, left->from, 3);
	node->arg[0] = left;
	node->arg[1] = low;
	node->arg[2] = high;
	node->symmetric = symmetric;
	return ev_parse_done(parse, node);
}

static struct ev_node *
parse_like(struct ev_parse *parse, struct ev_node *left, char mode,
    bool negated)
{
	struct ev_node_list list = {0};
	struct ev_node *node;

	if (ev_parse_at_quantifier(parse))
		return ev_parse_quantified(parse, EV_NODE_LIKE, (uint8_t)mode,
		    negated, left);
	node = ev_parse_operand(parse);
	if (!node)
		return NULL;
	ev_parse_add(parse, &list, left);
	ev_parse_add(parse, &list, node);
	if (ev_parse_word(parse, "escape")) {
		node = ev_parse_operand(parse);
		if (!node)
			return NULL;
		ev_parse_add(parse, &list, node);
	}
	node = ev_parse_list_node(parse, EV_NODE_LIKE, left->from, &list);
	if (node) {
		node->op = (uint8_t)mode;
		node->negated = negated;
	}
	return node;
}

/* SUBSTRING has a SIMILAR without TO. */
static bool
at_similar(const struct ev_parse *parse)
{
	struct ev_parse ahead = *parse;

	return ev_parse_word(&ahead, "similar") &&
	    ev_parse_at_word(&ahead, "to");
}

/* x SIMILAR TO pattern [ESCAPE character], behind x. */
static struct ev_node *
parse_similar(struct ev_parse *parse, struct ev_node *left, bool negated)
{
	struct ev_node_list list = {0};
	struct ev_node *node;

	ev_parse_step(parse);
	ev_parse_step(parse);
	ev_parse_add(parse, &list, left);
	do {
		node = ev_parse_operand(parse);
		if (!node)
			return NULL;
		ev_parse_add(parse, &list, node);
	} while (list.count == 2 && ev_parse_word(parse, "escape"));
	node = ev_parse_call(parse, "SIMILAR TO", left->from, &list);
	return negated ? ev_parse_node1(parse, EV_NODE_NOT, left->from, node)
		       : node;
}

struct ev_node *
ev_parse_range(struct ev_parse *parse)
{
	struct ev_node *node = ev_parse_operand(parse);
	bool negated;

	if (!node)
		return NULL;
	negated = ev_parse_word(parse, "not");
	if (ev_parse_word(parse, "in"))
		node = parse_in(parse, node);
	else if (ev_parse_word(parse, "between"))
		node = parse_between(parse, node);
	else if (ev_parse_word(parse, "like"))
		return parse_like(parse, node, 0, negated);
	else if (ev_parse_word(parse, "ilike"))
		return parse_like(parse, node, 'i', negated);
	else if (at_similar(parse))
		return parse_similar(parse, node, negated);
	else if (negated)
		return ev_parse_expected(parse,
		    "IN, BETWEEN, LIKE, ILIKE or SIMILAR TO");
	if (node && negated)
		node->negated = true;
	return node;
}
