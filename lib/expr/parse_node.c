/*
 * parse_node: what all of the parser stands on: the tokens of a text, and the
 * making of nodes.
 */
#include "expr/parse.h"

#include <ctype.h>
#include <strings.h>

#include "base/utf8.h"

/* ---- tokens ---- */

/* Words that must stand in double quotes to be a name. PostgreSQL reserves
 * more (user, order, group, table …); those are names here, because events
 * are full of them. */
static const char *const reserved[] = {"all", "and", "any", "array", "as",
    "asymmetric", "both", "case", "cast", "distinct", "else", "end", "false",
    "from", "ilike", "in", "is", "isnull", "leading", "like", "not", "notnull",
    "null", "or", "select", "similar", "symmetric", "then", "trailing", "true",
    "when", "where", NULL};

bool
ev_parse_is_word(const struct ev_token *token, const char *word)
{
	return token->kind == EV_TOKEN_NAME &&
	    token->text.len == strlen(word) &&
	    !strncasecmp(token->text.ptr, word, token->text.len);
}

bool
ev_parse_reserved(const struct ev_token *token)
{
	for (const char *const *word = reserved; *word; word++)
		if (ev_parse_is_word(token, *word))
			return true;
	return false;
}

void
ev_parse_step(struct ev_parse *parse)
{
	if (parse->now->kind == EV_TOKEN_END)
		return;
	parse->last = parse->now->end;
	parse->now++;
}

bool
ev_parse_at_word(const struct ev_parse *parse, const char *word)
{
	return ev_parse_is_word(parse->now, word);
}

bool
ev_parse_at_op(const struct ev_parse *parse, const char *op)
{
	return parse->now->kind == EV_TOKEN_OP &&
	    ev_slice_is(parse->now->text, op);
}

bool
ev_parse_word(struct ev_parse *parse, const char *word)
{
	if (!ev_parse_at_word(parse, word))
		return false;
	ev_parse_step(parse);
	return true;
}

bool
ev_parse_op(struct ev_parse *parse, const char *op)
{
	if (!ev_parse_at_op(parse, op))
		return false;
	ev_parse_step(parse);
	return true;
}

/* Where the end is, for a caret: behind the last word, not on the empty line
 * that a file ends with. */
static size_t
end_of(const struct ev_parse *parse)
{
	size_t end = parse->now->at;

	return memchr(parse->source.ptr + parse->last, '\n', end - parse->last)
	    ? parse->last
	    : end;
}

/* What else may help, where `what` was expected. */
static const char *
advice(const struct ev_token *now, const char *what)
{
	bool name = strstr(what, "name") != NULL;

	if (now->kind == EV_TOKEN_NAME && ev_parse_reserved(now) &&
	    (name || !strcmp(what, "an expression")))
		return " (a keyword; as a name it needs double quotes)";
	if (now->kind == EV_TOKEN_TEXT && name)
		return " (a name may stand in double quotes, not in single "
		       "ones)";
	return "";
}

void *
ev_parse_expected(struct ev_parse *parse, const char *what)
{
	const struct ev_token *now = parse->now;
	size_t len = now->end - now->at;

	if (ev_parse_from_elsewhere(parse))
		return NULL;
	if (now->kind == EV_TOKEN_END)
		ev_lex_point(parse->source, end_of(parse), parse->err,
		    "expected %s, found the end", what);
	else
		ev_lex_point(parse->source, now->at, parse->err,
		    "expected %s, found %.*s%s", what,
		    (int)ev_utf8_cut(parse->source.ptr + now->at, len, 60),
		    parse->source.ptr + now->at, advice(now, what));
	return NULL;
}

bool
ev_parse_want_word(struct ev_parse *parse, const char *word)
{
	char upper[16];
	size_t n = 0;

	if (ev_parse_word(parse, word))
		return true;
	for (; word[n] && n + 1 < sizeof(upper); n++)
		upper[n] = (char)toupper((unsigned char)word[n]);
	upper[n] = '\0';
	return ev_parse_expected(parse, upper);
}

bool
ev_parse_want_op(struct ev_parse *parse, const char *op)
{
	return ev_parse_op(parse, op) ||
	    ev_parse_expected(parse, *op == ',' ? "a comma" : op);
}

bool
ev_parse_close(struct ev_parse *parse)
{
	return ev_parse_op(parse, ")") ||
	    ev_parse_expected(parse, "a comma or )");
}

bool
ev_parse_name(struct ev_parse *parse, struct ev_slice *name, const char *what)
{
	if (parse->now->kind != EV_TOKEN_QUOTED &&
	    (parse->now->kind != EV_TOKEN_NAME ||
		ev_parse_reserved(parse->now)))
		return ev_parse_expected(parse, what);
	*name = parse->now->text;
	ev_parse_step(parse);
	return true;
}

/* ---- nodes ---- */

void *
ev_parse_too_deep(struct ev_parse *parse, size_t at)
{
	ev_lex_point(parse->source, at, parse->err,
	    "the expression is nested too deeply: more than %d levels",
	    EV_EXPR_DEPTH);
	return NULL;
}

struct ev_node *
ev_parse_done(struct ev_parse *parse, struct ev_node *node)
{
	for (unsigned i = 0; i < node->argc; i++)
		if (node->arg[i]->depth >= node->depth)
			node->depth = node->arg[i]->depth + 1;
	node->end = (uint32_t)parse->last;
	return node->depth <= EV_EXPR_DEPTH
	    ? node
	    : ev_parse_too_deep(parse, node->at);
}

struct ev_node *
ev_parse_node(struct ev_parse *parse, enum ev_node_kind kind, size_t at,
    unsigned argc)
{
	struct ev_node *node = ev_arena_zalloc(parse->arena, sizeof(*node));

	node->kind = (uint8_t)kind;
	node->at = (uint32_t)at;
	node->from = (uint32_t)at;
	node->end = (uint32_t)parse->last;
	node->argc = argc;
	if (argc)
		node->arg = ev_arena_zalloc(parse->arena,
		    argc * sizeof(*node->arg));
	return node;
}

struct ev_node *
ev_parse_node1(struct ev_parse *parse, enum ev_node_kind kind, size_t at,
    struct ev_node *a)
{
	struct ev_node *node;

	if (!a)
		return NULL;
	node = ev_parse_node(parse, kind, at, 1);
	node->arg[0] = a;
	return ev_parse_done(parse, node);
}

struct ev_node *
ev_parse_node2(struct ev_parse *parse, enum ev_node_kind kind,
    struct ev_node *a, struct ev_node *b)
{
	struct ev_node *node;

	if (!a || !b)
		return NULL;
	node = ev_parse_node(parse, kind, a->from, 2);
	node->arg[0] = a;
	node->arg[1] = b;
	return ev_parse_done(parse, node);
}

struct ev_node *
ev_parse_text_node(struct ev_parse *parse, struct ev_slice text, size_t at)
{
	struct ev_node *node = ev_parse_node(parse, EV_NODE_CONST, at, 0);

	node->value.type = EV_SQL_UNKNOWN;
	node->value.text = text;
	return node;
}

void
ev_parse_add(struct ev_parse *parse, struct ev_node_list *list,
    struct ev_node *node)
{
	if (list->count == list->cap) {
		struct ev_node **item;

		list->cap = list->cap ? list->cap * 2 : 4;
		item = ev_arena_alloc(parse->arena, list->cap * sizeof(*item));
		if (list->count)
			memcpy(item, list->item, list->count * sizeof(*item));
		list->item = item;
	}
	list->item[list->count++] = node;
}

bool
ev_parse_list(struct ev_parse *parse, struct ev_node_list *list)
{
	do {
		struct ev_node *node = ev_parse_expr(parse);

		if (!node)
			return false;
		ev_parse_add(parse, list, node);
	} while (ev_parse_op(parse, ","));
	return true;
}

struct ev_node *
ev_parse_list_node(struct ev_parse *parse, enum ev_node_kind kind, size_t at,
    const struct ev_node_list *list)
{
	struct ev_node *node = ev_parse_node(parse, kind, at, 0);

	node->arg = list->item;
	node->argc = list->count;
	return ev_parse_done(parse, node);
}

enum ev_status
ev_parse_start(struct ev_parse *parse, struct ev_slice source,
    struct ev_arena *arena, struct ev_err *err)
{
	struct ev_lex lex = {.source = source, .arena = arena};
	struct ev_token *token = NULL;
	size_t count = 0, cap = 0;
	enum ev_status status;

	*parse =
	    (struct ev_parse){.source = source, .arena = arena, .err = err};
	if (source.len > EV_EXPR_LENGTH)
		return ev_err_set(err, EV_BAD, EV_EXIT_USAGE,
		    "an expression of %zu bytes is too long: the limit is %u",
		    source.len, EV_EXPR_LENGTH);
	do {
		if (count == cap) {
			struct ev_token *more;

			cap = cap ? cap * 2 : 16;
			more = ev_arena_alloc(arena, cap * sizeof(*more));
			if (count)
				memcpy(more, token, count * sizeof(*more));
			token = more;
		}
		status = ev_lex_next(&lex, &token[count], err);
		if (status != EV_OK)
			return status;
	} while (token[count++].kind != EV_TOKEN_END);
	parse->first = parse->now = token;
	return EV_OK;
}
