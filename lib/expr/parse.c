/*
 * parse: see parse.h. This file has the operators, a function a level of
 * precedence, the loosest first: OR, AND, NOT, IS, comparison, BETWEEN IN
 * LIKE (parse_range.c), other operators, + -, * / %, ^, AT TIME ZONE, unary
 * minus, and what stands behind a term: [ ] . ::
 */
#include "expr/parse.h"

/* ---- behind a term ---- */

/* .name, ->name: one key more of a field's path, or a member of anything. */
static struct ev_node *
parse_member(struct ev_parse *parse, struct ev_node *of)
{
	struct ev_slice name, *path;
	struct ev_node *key;

	if (!ev_parse_name(parse, &name, "a name"))
		return NULL;
	if (of->kind != EV_NODE_FIELD) {
		key = ev_parse_text_node(parse, name, parse->last);
		return ev_parse_node2(parse, EV_NODE_MEMBER, of, key);
	}
	path = ev_arena_alloc(parse->arena, (of->path_len + 1) * sizeof(*path));
	memcpy(path, of->path, of->path_len * sizeof(*path));
	path[of->path_len++] = name;
	of->path = path;
	of->at = of->from;
	if (of->path_len > EV_EXPR_DEPTH)
		of->depth = EV_EXPR_DEPTH + 1;
	return ev_parse_done(parse, of);
}

static struct ev_node *
parse_cast(struct ev_parse *parse, struct ev_node *of)
{
	struct ev_sql_type type;
	struct ev_node *node;

	if (!ev_parse_type(parse, &type))
		return NULL;
	node = ev_parse_node1(parse, EV_NODE_CAST, of->from, of);
	if (node)
		node->sql = type;
	return node;
}

static bool
is_call(const struct ev_token *name)
{
	return name->kind != EV_TOKEN_END && name[1].kind == EV_TOKEN_OP &&
	    ev_slice_is(name[1].text, "(");
}

/* -> and a name behind it binds as tight as a dot. What is called is no name of
 * a member. */
static bool
at_arrow_name(const struct ev_parse *parse)
{
	const struct ev_token *next = parse->now + 1;

	return ev_parse_at_op(parse, "->") && !is_call(next) &&
	    (next->kind == EV_TOKEN_QUOTED ||
		(next->kind == EV_TOKEN_NAME && !ev_parse_reserved(next)));
}

static struct ev_node *
parse_postfix(struct ev_parse *parse)
{
	struct ev_node *node = ev_parse_term(parse);

	while (node) {
		if (at_arrow_name(parse) || ev_parse_at_op(parse, ".")) {
			ev_parse_step(parse);
			node = parse_member(parse, node);
		} else if (ev_parse_op(parse, "::")) {
			node = parse_cast(parse, node);
		} else if (ev_parse_op(parse, "[")) {
			node = ev_parse_subscript(parse, node);
		} else {
			break;
		}
	}
	return node;
}

/* ---- the levels ---- */

static struct ev_node *parse_not(struct ev_parse *parse);

static struct ev_node *parse_plus(struct ev_parse *parse);

/* An operator that is a function of the table: op(a), op(a, b). */
static struct ev_node *
make_call(struct ev_parse *parse, const char *op, size_t at, struct ev_node *a,
    struct ev_node *b)
{
	struct ev_node_list list = {0};

	ev_parse_add(parse, &list, a);
	if (b)
		ev_parse_add(parse, &list, b);
	return ev_parse_call(parse, op, at, &list);
}

/* Operators in front of what they are of; they bind as loosely as those that
 * PostgreSQL gives no level of their own: @ -5 + 3 is 2. */
static const char *
at_prefix(const struct ev_parse *parse)
{
	static const char *const ops[] = {"~", "@", "|/", "||/"};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (ev_parse_at_op(parse, ops[i]))
			return ops[i];
	return NULL;
}

static struct ev_node *
parse_prefix(struct ev_parse *parse, const char *op)
{
	size_t at = parse->now->at;
	struct ev_node *node;

	ev_parse_step(parse);
	if (++parse->depth > EV_EXPR_DEPTH)
		return ev_parse_too_deep(parse, at);
	node = parse_plus(parse);
	parse->depth--;
	return node ? make_call(parse, op, at, node, NULL) : NULL;
}

/* A minus in front of a number belongs to it: -9223372036854775808 is a
 * bigint. */
static struct ev_node *
parse_unary(struct ev_parse *parse)
{
	size_t at = parse->now->at;
	bool minus = ev_parse_at_op(parse, "-");
	struct ev_node *node;

	if (ev_parse_at_word(parse, "not"))
		return parse_not(parse);
	if (at_prefix(parse))
		return parse_prefix(parse, at_prefix(parse));
	if (!minus && !ev_parse_at_op(parse, "+"))
		return parse_postfix(parse);
	ev_parse_step(parse);
	if (++parse->depth > EV_EXPR_DEPTH)
		return ev_parse_too_deep(parse, at);
	node = parse_unary(parse);
	parse->depth--;
	if (!node || !minus || node->kind != EV_NODE_NUMBER)
		return ev_parse_node1(parse,
		    minus ? EV_NODE_NEGATE : EV_NODE_PLUS, at, node);
	node->at = node->from = (uint32_t)at;
	node->end = (uint32_t)parse->last;
	node->negated = !node->negated;
	return node;
}

/* x AT TIME ZONE zone is timezone(zone, x). */
static struct ev_node *
parse_at(struct ev_parse *parse)
{
	struct ev_node *node = parse_unary(parse);

	while (node && ev_parse_at_word(parse, "at")) {
		struct ev_node_list list = {0};
		struct ev_node *zone;

		ev_parse_step(parse);
		if (!ev_parse_want_word(parse, "time") ||
		    !ev_parse_want_word(parse, "zone"))
			return NULL;
		zone = parse_unary(parse);
		if (!zone)
			return NULL;
		ev_parse_add(parse, &list, zone);
		ev_parse_add(parse, &list, node);
		node = ev_parse_call(parse, "timezone", node->from, &list);
	}
	return node;
}

/* Left-associative operators of one character. */
static struct ev_node *
parse_arith(struct ev_parse *parse, const char *ops,
    struct ev_node *(*tighter)(struct ev_parse *))
{
	struct ev_node *node = tighter(parse);

	while (node && parse->now->kind == EV_TOKEN_OP &&
	    parse->now->text.len == 1 && strchr(ops, *parse->now->text.ptr)) {
		uint8_t op = (uint8_t)*parse->now->text.ptr;

		ev_parse_step(parse);
		node = ev_parse_node2(parse, EV_NODE_ARITH, node,
		    tighter(parse));
		if (node)
			node->op = op;
	}
	return node;
}

static struct ev_node *
parse_power(struct ev_parse *parse)
{
	struct ev_node *node = parse_at(parse), *exponent;

	while (node && ev_parse_op(parse, "^")) {
		exponent = parse_at(parse);
		if (!exponent)
			return NULL;
		node = make_call(parse, "^", node->from, node, exponent);
	}
	return node;
}

static struct ev_node *
parse_times(struct ev_parse *parse)
{
	return parse_arith(parse, "*/%", parse_power);
}

static struct ev_node *
parse_plus(struct ev_parse *parse)
{
	return parse_arith(parse, "+-", parse_times);
}

/* Operators between two that are functions of the table. */
static const char *
at_infix(const struct ev_parse *parse)
{
	static const char *const ops[] = {"&", "|", "#", "<<", ">>", "^@", "@>",
	    "<@", "&&", "?", "?|", "?&", "#>", "#>>", "#-", "@?", "@@"};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (ev_parse_at_op(parse, ops[i]))
			return ops[i];
	return NULL;
}

static struct ev_node *
parse_infix(struct ev_parse *parse, const char *op, struct ev_node *left)
{
	struct ev_node *right;

	ev_parse_step(parse);
	right = parse_plus(parse);
	return right ? make_call(parse, op, left->from, left, right) : NULL;
}

/* An operator that is a node of its own kind. */
struct own_op {
	const char *op;
	enum ev_node_kind kind;
	bool negated;
	char mode;
};

static const struct own_op *
at_own_op(struct ev_parse *parse)
{
	static const struct own_op ops[] = {
	    {"||", EV_NODE_CONCAT, false, 0},
	    {"~", EV_NODE_REGEX, false, 0},
	    {"~*", EV_NODE_REGEX, false, 'i'},
	    {"!~", EV_NODE_REGEX, true, 0},
	    {"!~*", EV_NODE_REGEX, true, 'i'},
	    {"->", EV_NODE_MEMBER, false, 0},
	    {"->>", EV_NODE_MEMBER_TEXT, false, 0},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (ev_parse_at_op(parse, ops[i].op))
			return &ops[i];
	return NULL;
}

static struct ev_node *
parse_own_op(struct ev_parse *parse, const struct own_op *op,
    struct ev_node *left)
{
	bool name = at_arrow_name(parse);
	struct ev_node *node;

	ev_parse_step(parse);
	if (name)
		return parse_member(parse, left);
	if (op->kind == EV_NODE_REGEX && ev_parse_at_quantifier(parse))
		return ev_parse_quantified(parse, EV_NODE_REGEX,
		    (uint8_t)op->mode, op->negated, left);
	node = ev_parse_node2(parse, op->kind, left, parse_plus(parse));
	if (node) {
		node->negated = op->negated;
		node->op = (uint8_t)op->mode;
	}
	return node;
}

/* The operators that PostgreSQL gives no level of their own. */
struct ev_node *
ev_parse_operand(struct ev_parse *parse)
{
	struct ev_node *node = parse_plus(parse);

	while (node) {
		const char *call = at_infix(parse);
		const struct own_op *op = call ? NULL : at_own_op(parse);

		if (call)
			node = parse_infix(parse, call, node);
		else if (op)
			node = parse_own_op(parse, op, node);
		else
			break;
	}
	return node;
}

static const struct {
	const char *op;
	enum ev_compare compare;
} comparisons[] = {{"=", EV_EQ}, {"<>", EV_NE}, {"!=", EV_NE}, {"<", EV_LT},
    {"<=", EV_LE}, {">", EV_GT}, {">=", EV_GE}};

#define COMPARISONS (sizeof(comparisons) / sizeof(comparisons[0]))

bool
ev_parse_is_comparison(const struct ev_token *token)
{
	for (size_t i = 0; i < COMPARISONS; i++)
		if (token->kind == EV_TOKEN_OP &&
		    ev_slice_is(token->text, comparisons[i].op))
			return true;
	return false;
}

/* left OP right; left itself where no comparison follows. */
static struct ev_node *
compare_with(struct ev_parse *parse, struct ev_node *left)
{
	for (size_t i = 0; i < COMPARISONS; i++) {
		struct ev_node *node;

		if (!ev_parse_op(parse, comparisons[i].op))
			continue;
		if (ev_parse_at_quantifier(parse)) {
			node = ev_parse_quantified(parse, EV_NODE_COMPARE,
			    (uint8_t)comparisons[i].compare, false, left);
			return node ? compare_with(parse, node) : NULL;
		}
		node = ev_parse_node2(parse, EV_NODE_COMPARE, left,
		    ev_parse_range(parse));
		if (node)
			node->op = (uint8_t)comparisons[i].compare;
		return node;
	}
	return left;
}

static struct ev_node *
parse_compare(struct ev_parse *parse)
{
	struct ev_node *node = ev_parse_range(parse);

	return node ? compare_with(parse, node) : NULL;
}

/* Behind IS [NOT]. */
static struct ev_node *
parse_is_what(struct ev_parse *parse, struct ev_node *left)
{
	char truth = ev_parse_word(parse, "true") ? 't'
	    : ev_parse_word(parse, "false")       ? 'f'
	    : ev_parse_word(parse, "unknown")     ? 'u'
						  : 0;
	struct ev_node *node;

	if (truth) {
		node = ev_parse_node1(parse, EV_NODE_IS_TRUTH, left->from,
		    left);
		if (node)
			node->op = (uint8_t)truth;
		return node;
	}
	if (ev_parse_word(parse, "null"))
		return ev_parse_node1(parse, EV_NODE_IS_NULL, left->from, left);
	if (!ev_parse_word(parse, "distinct"))
		return ev_parse_expected(parse,
		    "NULL, TRUE, FALSE, UNKNOWN, NORMALIZED or DISTINCT FROM");
	if (!ev_parse_want_word(parse, "from"))
		return NULL;
	return ev_parse_node2(parse, EV_NODE_DISTINCT, left,
	    parse_compare(parse));
}

/* Any number of IS may follow one another, and a comparison follow them:
 * x IS NULL IS TRUE, x IS NULL = y. */
static struct ev_node *
parse_is(struct ev_parse *parse)
{
	struct ev_node *node = parse_compare(parse);

	while (node) {
		bool negated = ev_parse_at_word(parse, "notnull");

		if (ev_parse_word(parse, "isnull") ||
		    ev_parse_word(parse, "notnull")) {
			node = ev_parse_node1(parse, EV_NODE_IS_NULL,
			    node->from, node);
		} else if (ev_parse_word(parse, "is")) {
			negated = ev_parse_word(parse, "not");
			if (ev_parse_at_normalized(parse)) {
				node = ev_parse_normalized(parse, node,
				    negated);
				negated = false;
			} else {
				node = parse_is_what(parse, node);
			}
		} else {
			break;
		}
		if (!node)
			return NULL;
		node->negated = negated;
		node = compare_with(parse, node);
	}
	return node;
}

static struct ev_node *
parse_not(struct ev_parse *parse)
{
	size_t at = parse->now->at;
	struct ev_node *node;

	if (!ev_parse_word(parse, "not"))
		return parse_is(parse);
	if (++parse->depth > EV_EXPR_DEPTH)
		return ev_parse_too_deep(parse, at);
	node = parse_not(parse);
	parse->depth--;
	return ev_parse_node1(parse, EV_NODE_NOT, at, node);
}

/* AND and OR take any number of arguments, so that a long chain of them is no
 * deep tree. */
static struct ev_node *
parse_chain(struct ev_parse *parse, const char *word, enum ev_node_kind kind,
    struct ev_node *(*tighter)(struct ev_parse *))
{
	struct ev_node *first = tighter(parse), *node = first;
	struct ev_node_list list = {0};

	if (!first || !ev_parse_at_word(parse, word))
		return first;
	ev_parse_add(parse, &list, first);
	while (ev_parse_word(parse, word)) {
		node = tighter(parse);
		if (!node)
			return NULL;
		ev_parse_add(parse, &list, node);
	}
	return ev_parse_list_node(parse, kind, first->from, &list);
}

static struct ev_node *
parse_and(struct ev_parse *parse)
{
	return parse_chain(parse, "and", EV_NODE_AND, parse_not);
}

struct ev_node *
ev_parse_expr(struct ev_parse *parse)
{
	struct ev_node *node;

	/* the whole is one, too */
	if (++parse->depth > EV_EXPR_DEPTH / 4 + 1) {
		ev_lex_point(parse->source, parse->now->at, parse->err,
		    "the expression is nested too deeply: more than %d "
		    "parentheses",
		    EV_EXPR_DEPTH / 4);
		return NULL;
	}
	node = parse_chain(parse, "or", EV_NODE_OR, parse_and);
	parse->depth--;
	return node;
}
