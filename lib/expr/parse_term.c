/*
 * parse_term: what stands between the operators: literals, parameters, fields,
 * calls, CASE, parentheses.
 */
#include "expr/func.h"
#include "expr/parse.h"

static struct ev_node *
parse_constant(struct ev_parse *parse, enum ev_sql type, bool truth)
{
	struct ev_node *node;

	ev_parse_step(parse);
	node = ev_parse_node(parse, EV_NODE_CONST, parse->now[-1].at, 0);
	node->value.type = (uint8_t)type;
	node->value.truth = truth;
	return node;
}

/* type 'text' is CAST('text' AS type). */
static struct ev_node *
parse_typed_literal(struct ev_parse *parse)
{
	size_t at = parse->now->at;
	struct ev_sql_type type;
	struct ev_node *node;

	if (!ev_parse_type(parse, &type))
		return NULL;
	node = ev_parse_term(parse);
	if (!node)
		return NULL;
	if (type.type == EV_SQL_INTERVAL && !type.limited &&
	    !ev_parse_fields(parse, &type))
		return NULL;
	node = ev_parse_node1(parse, EV_NODE_CAST, at, node);
	if (node)
		node->sql = type;
	return node;
}

/* [value] WHEN x THEN y … [ELSE z] END, behind CASE. */
static struct ev_node *
parse_case(struct ev_parse *parse)
{
	size_t at = parse->now[-1].at;
	enum ev_node_kind kind = EV_NODE_CASE;
	struct ev_node_list list = {0};

	if (!ev_parse_at_word(parse, "when")) {
		kind = EV_NODE_CASE_OF;
		ev_parse_add(parse, &list, ev_parse_expr(parse));
		if (!list.item[0])
			return NULL;
	}
	if (!ev_parse_at_word(parse, "when"))
		return ev_parse_expected(parse, "WHEN");
	while (ev_parse_word(parse, "when")) {
		struct ev_node *when = ev_parse_expr(parse), *then;

		if (!when || !ev_parse_want_word(parse, "then"))
			return NULL;
		then = ev_parse_expr(parse);
		if (!then)
			return NULL;
		ev_parse_add(parse, &list, when);
		ev_parse_add(parse, &list, then);
	}
	if (ev_parse_word(parse, "else")) {
		struct ev_node *other = ev_parse_expr(parse);

		if (!other)
			return NULL;
		ev_parse_add(parse, &list, other);
	}
	if (!ev_parse_word(parse, "end"))
		return ev_parse_expected(parse, "WHEN, ELSE or END");
	return ev_parse_list_node(parse, kind, at, &list);
}

struct ev_node *
ev_parse_call(struct ev_parse *parse, const char *name, size_t at,
    const struct ev_node_list *list)
{
	struct ev_node *node = ev_parse_list_node(parse, EV_NODE_CALL, at,
	    list);

	if (node)
		node->name = ev_slice_of(name);
	return node;
}

/* name(x, y …); names of functions may be written in any case. */
static struct ev_node *
parse_call(struct ev_parse *parse)
{
	const struct ev_token *name = parse->now;
	struct ev_slice lower = ev_arena_slice(parse->arena, name->text);
	struct ev_node_list list = {0};
	char *c = (char *)(uintptr_t)lower.ptr;
	const char *here;

	for (; *c && name->kind == EV_TOKEN_NAME; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c |= 32;
	if (ev_func_is_aggregate(name->text)) {
		here = ev_func_elsewhere(name->text);
		ev_lex_point(parse->source, name->at, parse->err,
		    "there is no function %.*s: an expression sees one event, "
		    "and no others%s%s",
		    (int)name->text.len, name->text.ptr,
		    here ? "; of several values: " : "", here ? here : "");
		return NULL;
	}
	ev_parse_step(parse);
	ev_parse_step(parse);
	if (!ev_parse_op(parse, ")") &&
	    (!ev_parse_list(parse, &list) || !ev_parse_close(parse)))
		return NULL;
	return ev_parse_call(parse, lower.ptr, name->at, &list);
}

static struct ev_node *
parse_field(struct ev_parse *parse)
{
	struct ev_node *node;
	struct ev_slice name;

	if (!ev_parse_name(parse, &name, "an expression"))
		return NULL;
	node = ev_parse_node(parse, EV_NODE_FIELD, parse->now[-1].at, 0);
	node->path = ev_arena_alloc(parse->arena, sizeof(*node->path));
	node->path[0] = name;
	node->path_len = 1;
	return node;
}

/* Functions that SQL calls without parentheses. */
static struct ev_node *
parse_bare_call(struct ev_parse *parse)
{
	static const char *const names[] = {"current_timestamp", "current_date",
	    "localtimestamp"};
	static const struct ev_node_list none;
	size_t at = parse->now->at;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (ev_parse_word(parse, names[i]))
			return ev_parse_call(parse, names[i], at, &none);
	return parse_field(parse);
}

static struct ev_node *
parse_word(struct ev_parse *parse)
{
	const struct ev_token *next = parse->now + 1;
	bool special = false;
	struct ev_node *node;

	if (ev_parse_at_word(parse, "null"))
		return parse_constant(parse, EV_SQL_NULL, false);
	if (ev_parse_at_word(parse, "true"))
		return parse_constant(parse, EV_SQL_BOOL, true);
	if (ev_parse_at_word(parse, "false"))
		return parse_constant(parse, EV_SQL_BOOL, false);
	if (ev_parse_word(parse, "case"))
		return parse_case(parse);
	if (ev_parse_at_word(parse, "array")) {
		ev_parse_step(parse);
		return ev_parse_array(parse, parse->now[-1].at);
	}
	if (ev_parse_at_typed_literal(parse))
		return parse_typed_literal(parse);
	if (next->kind == EV_TOKEN_OP && ev_slice_is(next->text, "(")) {
		node = ev_parse_special(parse, &special);
		if (special)
			return node;
		if (!ev_parse_reserved(parse->now))
			return parse_call(parse);
	}
	return parse_bare_call(parse);
}

static struct ev_node *
parse_literal(struct ev_parse *parse, enum ev_node_kind kind)
{
	struct ev_node *node;

	ev_parse_step(parse);
	node = ev_parse_text_node(parse, parse->now[-1].text,
	    parse->now[-1].at);
	node->kind = (uint8_t)kind;
	return node;
}

/* A parameter's value, as the literal that it is. A number's sign is not part
 * of it, as in the text of an expression. */
static struct ev_node *
make_param(struct ev_parse *parse, const struct ev_param *param)
{
	struct ev_slice text = param->text;
	struct ev_node *node;
	bool minus;

	if (param->kind == EV_PARAM_NULL)
		return parse_constant(parse, EV_SQL_NULL, false);
	if (param->kind == EV_PARAM_TRUE || param->kind == EV_PARAM_FALSE)
		return parse_constant(parse, EV_SQL_BOOL,
		    param->kind == EV_PARAM_TRUE);
	if (param->kind == EV_PARAM_TEXT) {
		node = parse_literal(parse, EV_NODE_CONST);
		node->value.text = text;
		node->param = true;
		return node;
	}
	minus = *text.ptr == '-';
	node = parse_literal(parse, EV_NODE_NUMBER);
	node->value.text = (struct ev_slice){text.ptr + minus,
	    text.len - minus};
	node->negated = minus;
	return node;
}

static struct ev_node *
parse_param(struct ev_parse *parse)
{
	static const struct ev_params none;
	const struct ev_params *params = parse->params ? parse->params : &none;
	struct ev_param *param = ev_params_find(params, parse->now->text);
	struct ev_buf why = {0};

	if (param) {
		param->used = true;
		return make_param(parse, param);
	}
	ev_params_unknown(params, parse->now->text, &why);
	ev_lex_point(parse->source, parse->now->at, parse->err, "%s",
	    ev_buf_cstr(&why));
	ev_buf_release(&why);
	return NULL;
}

/* An expression of a pair, and what stands behind it. */
static bool
add_of_pair(struct ev_parse *parse, struct ev_node_list *list,
    const char *behind)
{
	struct ev_node *node = ev_parse_expr(parse);

	if (!node || !ev_parse_want_op(parse, behind))
		return false;
	ev_parse_add(parse, list, node);
	return true;
}

/* (from, to) OVERLAPS (from, to), behind the first from. */
static struct ev_node *
parse_overlaps(struct ev_parse *parse, size_t at, struct ev_node *from)
{
	struct ev_parse comma = *parse;
	struct ev_node_list list = {0};

	ev_parse_add(parse, &list, from);
	ev_parse_step(parse);
	if (!add_of_pair(parse, &list, ")"))
		return NULL;
	if (!ev_parse_word(parse, "overlaps")) {
		*parse = comma;
		return ev_parse_expected(parse, ")");
	}
	if (!ev_parse_want_op(parse, "(") || !add_of_pair(parse, &list, ",") ||
	    !add_of_pair(parse, &list, ")"))
		return NULL;
	return ev_parse_call(parse, "overlaps", at, &list);
}

struct ev_node *
ev_parse_term(struct ev_parse *parse)
{
	struct ev_node *node;
	size_t at;

	switch (parse->now->kind) {
	case EV_TOKEN_NUMBER:
		return parse_literal(parse, EV_NODE_NUMBER);
	case EV_TOKEN_TEXT:
		return parse_literal(parse, EV_NODE_CONST);
	case EV_TOKEN_PARAM:
		return parse_param(parse);
	case EV_TOKEN_NAME:
		return parse_word(parse);
	case EV_TOKEN_QUOTED:
		if (parse->now[1].kind == EV_TOKEN_OP &&
		    ev_slice_is(parse->now[1].text, "("))
			return parse_call(parse);
		return parse_field(parse);
	default:
		break;
	}
	at = parse->now->at;
	if (!ev_parse_op(parse, "("))
		return ev_parse_expected(parse, "an expression");
	node = ev_parse_expr(parse);
	if (node && ev_parse_at_op(parse, ","))
		return parse_overlaps(parse, at, node);
	if (!node || !ev_parse_want_op(parse, ")"))
		return NULL;
	if (node->kind == EV_NODE_ELEMENT)
		node->enclosed = true;
	node->from = (uint32_t)at;
	return node;
}
