/*
 * jsonpath_accessor: the reading of what a value begins with, and of what
 * stands behind it: .key, [1, 2 to last], .**{1 to 2}, ?(…), .size().
 */
#include "expr/jsonpath_parse.h"

/* ---- what a value begins with ---- */

/* What a value begins with, apart from parentheses; NULL with *ok: nothing
 * does. The token is stepped over by the caller. */
static struct ev_path_node *
make_leaf(struct ev_path_parser *p, bool *known)
{
	struct ev_slice text = p->lex.now.text;

	switch (p->lex.now.kind) {
	case EV_PATH_STRING:
		return ev_path_make_text(p, EV_PATH_CONST, text);
	case EV_PATH_NAME:
		return ev_path_make_text(p, EV_PATH_VARIABLE, text);
	case EV_PATH_DECIMAL:
	case EV_PATH_INTEGER:
		return ev_path_make_number(p, text);
	case EV_PATH_WORD_NULL:
		return ev_path_make_word(p, EV_NULL);
	case EV_PATH_WORD_TRUE:
		return ev_path_make_word(p, EV_TRUE);
	case EV_PATH_WORD_FALSE:
		return ev_path_make_word(p, EV_FALSE);
	case '$':
		return ev_path_make(p, EV_PATH_ROOT);
	case '@':
		return ev_path_make(p, EV_PATH_CURRENT);
	case EV_PATH_WORD_LAST:
		return ev_path_make(p, EV_PATH_LAST);
	default:
		*known = false;
		return NULL;
	}
}

struct ev_path_node *
ev_path_parse_leaf(struct ev_path_parser *p)
{
	bool known = true;
	struct ev_path_node *node;

	if (ev_path_at_token(p, '@') && !p->filters) {
		ev_path_wrong(&p->lex, p->lex.now.at, "@ outside of a filter");
		return NULL;
	}
	if (ev_path_at_token(p, EV_PATH_WORD_LAST) && !p->lists) {
		ev_path_wrong(&p->lex, p->lex.now.at,
		    "last outside of array subscripts");
		return NULL;
	}
	node = make_leaf(p, &known);
	if (!known)
		return ev_path_unexpected(&p->lex);
	return node && ev_path_step(&p->lex) ? node : NULL;
}

/* ---- accessors ---- */

static bool
parse_level(struct ev_path_parser *p, uint32_t *level)
{
	struct ev_slice text = p->lex.now.text;
	uint64_t number = 0;

	*level = EV_PATH_LEAVES;
	if (ev_path_at_token(p, EV_PATH_WORD_LAST))
		return ev_path_step(&p->lex);
	if (!ev_path_at_token(p, EV_PATH_INTEGER)) {
		ev_path_unexpected(&p->lex);
		return false;
	}
	for (size_t i = 0; i < text.len && number <= INT32_MAX; i++)
		number = number * 10 + (uint64_t)(text.ptr[i] - '0');
	if (number > INT32_MAX)
		return ev_path_wrong(&p->lex, p->lex.now.at,
		    "a level is out of integer's range");
	*level = (uint32_t)number;
	return ev_path_step(&p->lex);
}

/* Behind .**: {level}, {level to level}. */
static struct ev_path_node *
parse_levels(struct ev_path_parser *p)
{
	struct ev_path_node *node = ev_path_make(p, EV_PATH_ANY);
	bool ok = true;

	if (!node || !ev_path_step(&p->lex))
		return NULL;
	node->level.last = EV_PATH_LEAVES;
	if (!ev_path_take(p, '{', &ok))
		return node;
	if (!ok || !parse_level(p, &node->level.first))
		return NULL;
	node->level.last = node->level.first;
	if (ev_path_take(p, EV_PATH_WORD_TO, &ok) &&
	    (!ok || !parse_level(p, &node->level.last)))
		return NULL;
	return ev_path_want(p, '}') ? node : NULL;
}

/* The method of a keyword; EV_PATH_KEY: it is none. */
static enum ev_path_kind
method_of(int kind)
{
	switch (kind) {
	case EV_PATH_WORD_ABS:
		return EV_PATH_ABS;
	case EV_PATH_WORD_CEILING:
		return EV_PATH_CEILING;
	case EV_PATH_WORD_DATETIME:
		return EV_PATH_DATETIME;
	case EV_PATH_WORD_DOUBLE:
		return EV_PATH_DOUBLE;
	case EV_PATH_WORD_FLOOR:
		return EV_PATH_FLOOR;
	case EV_PATH_WORD_KEYVALUE:
		return EV_PATH_KEYVALUE;
	case EV_PATH_WORD_SIZE:
		return EV_PATH_SIZE;
	case EV_PATH_WORD_TYPE:
		return EV_PATH_TYPE;
	default:
		return EV_PATH_KEY;
	}
}

/* Behind a method's name and (. */
static struct ev_path_node *
parse_method(struct ev_path_parser *p, enum ev_path_kind kind)
{
	struct ev_path_node *argument = NULL;

	if (kind == EV_PATH_DATETIME && ev_path_at_token(p, EV_PATH_STRING)) {
		argument = ev_path_parse_leaf(p);
		if (!argument)
			return NULL;
	}
	return ev_path_want(p, ')') ? ev_path_make_of(p, kind, argument, NULL)
				    : NULL;
}

/* Behind a dot. */
static struct ev_path_node *
parse_member(struct ev_path_parser *p)
{
	struct ev_path_token name = p->lex.now;
	enum ev_path_kind method = method_of(name.kind);
	bool ok = true;

	if (ev_path_take(p, '*', &ok))
		return ok ? ev_path_make(p, EV_PATH_ANY_KEY) : NULL;
	if (ev_path_at_token(p, EV_PATH_2STARS))
		return parse_levels(p);
	if (name.kind != EV_PATH_IDENT && name.kind != EV_PATH_STRING &&
	    name.kind < EV_PATH_WORD_ABS)
		return ev_path_unexpected(&p->lex);
	if (!ev_path_step(&p->lex))
		return NULL;
	if (method != EV_PATH_KEY && ev_path_take(p, '(', &ok))
		return ok ? parse_method(p, method) : NULL;
	return ev_path_make_text(p, EV_PATH_KEY, name.text);
}

static bool
parse_range(struct ev_path_parser *p, struct ev_path_node *node,
    struct ev_path_range *range)
{
	bool ok = true;

	range->to = NULL;
	range->from = ev_path_value_only(p, ev_path_parse_value(p));
	if (!range->from || !ev_path_holds(p, node, 1, range->from))
		return false;
	if (!ev_path_take(p, EV_PATH_WORD_TO, &ok))
		return true;
	range->to = ok ? ev_path_value_only(p, ev_path_parse_value(p)) : NULL;
	return range->to && ev_path_holds(p, node, 1, range->to);
}

/* Behind a bracket. */
static struct ev_path_node *
parse_items(struct ev_path_parser *p)
{
	struct ev_path_range *range = NULL;
	struct ev_path_node *node;
	size_t count = 0, cap = 0;
	bool ok = true;

	if (ev_path_take(p, '*', &ok))
		return ok && ev_path_want(p, ']')
		    ? ev_path_make(p, EV_PATH_ANY_ITEM)
		    : NULL;
	if (++p->depth > EV_JSONPATH_DEPTH)
		return ev_path_too_deep(p);
	node = ev_path_make(p, EV_PATH_ITEMS);
	p->lists++;
	do {
		if (!node || !ok)
			return NULL;
		range = ev_run_grow(p->lex.run, p->lex.node, range, count, &cap,
		    sizeof(*range));
		if (!range || !parse_range(p, node, &range[count++]))
			return NULL;
	} while (ev_path_take(p, ',', &ok));
	p->lists--;
	p->depth--;
	node->items.range = range;
	node->items.count = count;
	return ev_path_want(p, ']') ? node : NULL;
}

/* Behind a question mark. */
static struct ev_path_node *
parse_filter(struct ev_path_parser *p)
{
	struct ev_path_node *test;

	if (!ev_path_want(p, '('))
		return NULL;
	p->filters++;
	test = ev_path_predicate_only(p, ev_path_parse_any(p));
	p->filters--;
	return test && ev_path_want(p, ')')
	    ? ev_path_make_of(p, EV_PATH_FILTER, test, NULL)
	    : NULL;
}

static bool
at_accessor(const struct ev_path_parser *p)
{
	return ev_path_at_token(p, '.') || ev_path_at_token(p, '[') ||
	    ev_path_at_token(p, '?');
}

/* The accessors behind a value. */
struct ev_path_node *
ev_path_parse_accessors(struct ev_path_parser *p, struct ev_path_node *head)
{
	while (head && at_accessor(p)) {
		int kind = p->lex.now.kind;
		struct ev_path_node *step = NULL;

		if (!ev_path_step(&p->lex))
			return NULL;
		step = kind == '.' ? parse_member(p)
		    : kind == '['  ? parse_items(p)
				   : parse_filter(p);
		head = step ? ev_path_chain(p, head, step) : NULL;
	}
	return head;
}
