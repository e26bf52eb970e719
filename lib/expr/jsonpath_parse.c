/*
 * jsonpath_parse: a path into its tree, by recursive descent, with the levels
 * of PostgreSQL's jsonpath_gram.y:
 *
 *	||  &&  !  comparison  + -  * / %  sign  accessors
 *
 * A predicate is no value: it stands in parentheses where an accessor follows,
 * and nowhere in arithmetic.
 */
#include "expr/jsonpath_parse.h"
#include "expr/text.h"

/* ---- values ---- */

/* In parentheses; as a predicate only where no accessor follows. */
static struct ev_path_node *
parse_primary(struct ev_path_parser *p)
{
	struct ev_path_node *node;
	bool ok = true;

	if (ev_path_take(p, '(', &ok)) {
		node = ok ? ev_path_parse_any(p) : NULL;
		if (!node || !ev_path_want(p, ')'))
			return NULL;
	} else {
		node = ev_path_parse_leaf(p);
	}
	return ev_path_parse_accessors(p, node);
}

static struct ev_path_node *
parse_sign(struct ev_path_parser *p)
{
	bool minus = ev_path_at_token(p, '-'), ok = true;
	struct ev_path_node *node;

	if (!ev_path_take(p, '-', &ok) && !ev_path_take(p, '+', &ok))
		return parse_primary(p);
	if (!ok)
		return NULL;
	if (++p->depth > EV_JSONPATH_DEPTH)
		return ev_path_too_deep(p);
	node = ev_path_value_only(p, parse_sign(p));
	p->depth--;
	if (!node)
		return NULL;
	if (node->kind == EV_PATH_CONST && node->value.type == EV_NUMBER &&
	    !node->next)
		return minus ? ev_path_turn(p, node) : node;
	return ev_path_make_of(p, minus ? EV_PATH_MINUS : EV_PATH_PLUS, node,
	    NULL);
}

/* The operator of a level that the present token is; EV_PATH_CONST: none. */
static enum ev_path_kind
arithmetic(const struct ev_path_parser *p, bool times)
{
	switch (p->lex.now.kind) {
	case '+':
		return times ? EV_PATH_CONST : EV_PATH_ADD;
	case '-':
		return times ? EV_PATH_CONST : EV_PATH_SUB;
	case '*':
		return times ? EV_PATH_MUL : EV_PATH_CONST;
	case '/':
		return times ? EV_PATH_DIV : EV_PATH_CONST;
	case '%':
		return times ? EV_PATH_MOD : EV_PATH_CONST;
	default:
		return EV_PATH_CONST;
	}
}

static struct ev_path_node *
parse_arithmetic(struct ev_path_parser *p, bool times)
{
	struct ev_path_node *left, *right;
	enum ev_path_kind kind;

	left = times ? parse_sign(p) : parse_arithmetic(p, true);
	while (left && (kind = arithmetic(p, times)) != EV_PATH_CONST) {
		if (!ev_path_value_only(p, left) || !ev_path_step(&p->lex))
			return NULL;
		right = times ? parse_sign(p) : parse_arithmetic(p, true);
		right = ev_path_value_only(p, right);
		left = right ? ev_path_make_of(p, kind, left, right) : NULL;
	}
	return left;
}

struct ev_path_node *
ev_path_parse_value(struct ev_path_parser *p)
{
	return parse_arithmetic(p, false);
}

/* ---- predicates ---- */

/* The letters behind flag. */
static bool
read_flags(struct ev_path_parser *p, struct ev_path_node *node)
{
	static const char letters[] = "ismxq";
	struct ev_slice text = p->lex.now.text;

	for (size_t i = 0; i < text.len; i++) {
		const char *letter = strchr(letters, text.ptr[i]);

		if (!letter)
			return ev_path_wrong(&p->lex, p->lex.now.at,
			    "unknown flag of like_regex");
		node->flags |= (uint8_t)(1u << (letter - letters));
	}
	if (node->flags & EV_PATH_SPACED && !(node->flags & EV_PATH_LITERAL))
		return ev_path_wrong(&p->lex, p->lex.now.at,
		    "flag x of like_regex is not implemented");
	return true;
}

/* Is it a regular expression? One is made, to see. */
static bool
check_regex(struct ev_path_parser *p, const struct ev_path_node *node)
{
	struct ev_pattern *regex = ev_pattern_new();
	enum ev_status status = ev_pattern_set(regex, node->value.text,
	    ev_path_regex_flags(node), p->lex.run->err);

	ev_pattern_free(regex);
	return status == EV_OK || ev_run_failed(p->lex.run, p->lex.node);
}

/* Behind like_regex. */
static struct ev_path_node *
parse_regex(struct ev_path_parser *p, struct ev_path_node *left)
{
	struct ev_path_node *node;
	bool ok = true;

	if (!ev_path_at_token(p, EV_PATH_STRING))
		return ev_path_unexpected(&p->lex);
	node = ev_path_make_text(p, EV_PATH_LIKE_REGEX, p->lex.now.text);
	if (!node || !ev_path_holds(p, node, 1, left) || !ev_path_step(&p->lex))
		return NULL;
	node->left = left;
	node->regex = (uint16_t)(p->regexes++ % EV_JSONPATH_REGEXES);
	if (ev_path_take(p, EV_PATH_WORD_FLAG, &ok)) {
		if (!ok || !ev_path_at_token(p, EV_PATH_STRING))
			return ok ? ev_path_unexpected(&p->lex) : NULL;
		if (!read_flags(p, node) || !ev_path_step(&p->lex))
			return NULL;
	}
	return check_regex(p, node) ? node : NULL;
}

/* Behind starts. */
static struct ev_path_node *
parse_starts(struct ev_path_parser *p, struct ev_path_node *left)
{
	struct ev_path_node *right;

	if (!ev_path_want(p, EV_PATH_WORD_WITH))
		return NULL;
	if (!ev_path_at_token(p, EV_PATH_STRING) &&
	    !ev_path_at_token(p, EV_PATH_NAME))
		return ev_path_unexpected(&p->lex);
	right = ev_path_parse_leaf(p);
	return right ? ev_path_make_of(p, EV_PATH_STARTS_WITH, left, right)
		     : NULL;
}

/* The comparison that the present token is; EV_PATH_CONST: none. */
static enum ev_path_kind
comparison(const struct ev_path_parser *p)
{
	switch (p->lex.now.kind) {
	case EV_PATH_2EQUALS:
		return EV_PATH_EQ;
	case EV_PATH_UNEQUAL:
		return EV_PATH_NE;
	case '<':
		return EV_PATH_LT;
	case EV_PATH_AT_MOST:
		return EV_PATH_LE;
	case '>':
		return EV_PATH_GT;
	case EV_PATH_AT_LEAST:
		return EV_PATH_GE;
	default:
		return EV_PATH_CONST;
	}
}

/* What may stand behind a value. */
static struct ev_path_node *
parse_compared(struct ev_path_parser *p, struct ev_path_node *left)
{
	enum ev_path_kind kind = comparison(p);
	struct ev_path_node *right;
	bool ok = true;

	if (ev_path_take(p, EV_PATH_WORD_STARTS, &ok))
		return ok ? parse_starts(p, left) : NULL;
	if (ev_path_take(p, EV_PATH_WORD_LIKE_REGEX, &ok))
		return ok ? parse_regex(p, left) : NULL;
	if (kind == EV_PATH_CONST)
		return left;
	right = ev_path_step(&p->lex)
	    ? ev_path_value_only(p, ev_path_parse_value(p))
	    : NULL;
	return right ? ev_path_make_of(p, kind, left, right) : NULL;
}

/* Behind exists. */
static struct ev_path_node *
parse_exists(struct ev_path_parser *p)
{
	struct ev_path_node *of;

	if (!ev_path_want(p, '('))
		return NULL;
	of = ev_path_value_only(p, ev_path_parse_any(p));
	return of && ev_path_want(p, ')')
	    ? ev_path_make_of(p, EV_PATH_EXISTS, of, NULL)
	    : NULL;
}

/* Behind !: a predicate in parentheses, or exists. */
static struct ev_path_node *
parse_not(struct ev_path_parser *p)
{
	struct ev_path_node *of;
	bool ok = true;

	if (ev_path_take(p, EV_PATH_WORD_EXISTS, &ok)) {
		of = ok ? parse_exists(p) : NULL;
	} else {
		if (!ev_path_want(p, '('))
			return NULL;
		of = ev_path_predicate_only(p, ev_path_parse_any(p));
		if (!of || !ev_path_want(p, ')'))
			return NULL;
	}
	return of ? ev_path_make_of(p, EV_PATH_NOT, of, NULL) : NULL;
}

/* A value, or a predicate without && and ||. */
static struct ev_path_node *
parse_test(struct ev_path_parser *p)
{
	struct ev_path_node *node;
	bool ok = true;

	if (ev_path_take(p, '!', &ok))
		return ok ? parse_not(p) : NULL;
	if (ev_path_take(p, EV_PATH_WORD_EXISTS, &ok))
		return ok ? parse_exists(p) : NULL;
	node = ev_path_parse_value(p);
	if (!node || !ev_path_is_predicate(node))
		return node ? parse_compared(p, node) : NULL;
	if (!ev_path_take(p, EV_PATH_WORD_IS, &ok))
		return node;
	return ok && ev_path_want(p, EV_PATH_WORD_UNKNOWN)
	    ? ev_path_make_of(p, EV_PATH_IS_UNKNOWN, node, NULL)
	    : NULL;
}

static struct ev_path_node *
parse_logic(struct ev_path_parser *p, bool both)
{
	enum ev_path_kind kind = both ? EV_PATH_AND : EV_PATH_OR;
	int token = both ? EV_PATH_2ANDS : EV_PATH_2BARS;
	struct ev_path_node *left = both ? parse_test(p) : parse_logic(p, true);

	while (left && ev_path_at_token(p, token)) {
		struct ev_path_node *right;

		if (!ev_path_predicate_only(p, left) || !ev_path_step(&p->lex))
			return NULL;
		right = both ? parse_test(p) : parse_logic(p, true);
		right = ev_path_predicate_only(p, right);
		left = right ? ev_path_make_of(p, kind, left, right) : NULL;
	}
	return left;
}

/* A value or a predicate. */
struct ev_path_node *
ev_path_parse_any(struct ev_path_parser *p)
{
	struct ev_path_node *node;

	if (++p->depth > EV_JSONPATH_DEPTH)
		return ev_path_too_deep(p);
	node = parse_logic(p, false);
	p->depth--;
	return node;
}

bool
ev_jsonpath_read(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text, const struct ev_jsonpath **out)
{
	struct ev_path_parser p = {.lex = {.run = run, .node = node}};
	struct ev_jsonpath *path = ev_run_take(run, node, sizeof(*path));
	bool ok = true;

	if (!path)
		return false;
	p.lex.source = ev_arena_slice(run->arena, text);
	if (!ev_path_step(&p.lex))
		return false;
	path->lax = true;
	if (ev_path_at_token(&p, EV_PATH_WORD_STRICT) ||
	    ev_path_at_token(&p, EV_PATH_WORD_LAX)) {
		path->lax = ev_path_at_token(&p, EV_PATH_WORD_LAX);
		ok = ev_path_step(&p.lex);
	} else if (ev_path_at_token(&p, EV_PATH_END)) {
		return ev_run_fail(run, node, "invalid jsonpath: it is empty");
	}
	path->root = ok ? ev_path_parse_any(&p) : NULL;
	if (!path->root)
		return false;
	if (!ev_path_at_token(&p, EV_PATH_END)) {
		ev_path_unexpected(&p.lex);
		return false;
	}
	*out = path;
	return true;
}
