/*
 * parse_elsewhere: what those who come from other languages write where SQL
 * has something else, and what is said of it in place of "expected …, found
 * …". The table is asked only where the grammar cannot go on, so that nothing
 * that PostgreSQL takes is refused by it. What its scanner refuses already is
 * in lex.c, names of functions in func_unknown.c.
 */
#include "expr/parse.h"

#define SPAN "an interval is written INTERVAL '1 day'"

/* A row's tokens are words, operators, or one of these. */
#define NAME "<name>" /* no keyword */
#define NUMBER "<number>"
#define UNIT "<unit>"             /* of an interval: day, days … */
#define COMPARISON "<comparison>" /* = <> < … */
#define VALUE "<value>"           /* the end of one */
#define NONE "<none>"             /* what stands before one, or nothing */
#define FIRST "<first>"           /* nothing */

/* here is the token that has no place; NULL is any. `since` stands before it,
 * in the same parentheses and the same condition; an operator there is what
 * the caret points at. Behind "write" stands what SQL has for `here`. */
static const struct {
	const char *since, *before, *here, *behind, *say;
} rows[] = {
    /* C, JavaScript */
    {"&&", NULL, COMPARISON, NULL, "&& is of arrays: write AND"},
    {"||", NULL, COMPARISON, NULL, "|| joins texts: write OR"},
    {"?", NULL, ":", NULL,
	"? is of jsonb: write CASE WHEN a THEN b ELSE c END for a ? b : c"},
    {COMPARISON, NULL, COMPARISON, NULL,
	"a comparison cannot follow another one: write AND between two, or "
	"put one in parentheses"},
    {NULL, VALUE, "=>", NULL, "write >="},
    {NULL, "[", "]", NULL,
	"an element is written tags[1], and one of all = ANY(tags)"},
    {NULL, NAME, "(", NULL,
	"a function stands before what it is of, as lower(name)"},
    /* jq */
    {NULL, NONE, ".", NULL,
	"a path is written user.club or tags[1], without a dot before it"},
    {NULL, NONE, "select", "(",
	"the condition stands alone, without select( )"},
    {NULL, VALUE, ":", NAME, "a path is written user.club"},
    /* parameters of other systems */
    {NULL, NONE, ":", NAME, "a parameter is written $limit"},
    {NULL, NONE, "?", NULL, "a parameter is written $limit"},
    {NULL, NONE, "%", NULL, "a parameter is written $limit"},
    /* MySQL's intervals */
    {NULL, "interval", NUMBER, NULL, SPAN},
    {NULL, NUMBER, UNIT, NULL, SPAN},
    /* words for operators */
    {NULL, "in", NAME, NULL,
	"IN has a list in parentheses; in an array: 'x' = ANY(tags); in a "
	"text: strpos(name, 'x') > 0"},
    {NULL, "in", "[", NULL, "IN has a list in parentheses, as in (1, 2)"},
    {NULL, NONE, "[", NULL,
	"an array is written ARRAY['new', 'vip'], the list of IN (1, 2)"},
    {NULL, NONE, "any", NULL,
	"ANY has an array in parentheses, and an "
	"operator before it, as in 'vip' = ANY(tags)"},
    {NULL, NONE, "/", NULL,
	"a regular expression is a text behind ~, as in name ~ '^A'"},
    {"between", NULL, ",", NULL,
	"the bounds of BETWEEN have AND between them, as BETWEEN 1 AND 5"},
    {NULL, NUMBER, ",", NUMBER,
	"a number has a point, as 1.10, and nothing between its thousands"},
    {NULL, NONE, "isnull", "(", "write email IS NULL"},
    {NULL, NONE, "notnull", "(", "write email IS NOT NULL"},
    {NULL, "isnull", "(", NULL,
	"ISNULL stands behind what it is of, as IS NULL does"},
    {NULL, "notnull", "(", NULL,
	"NOTNULL stands behind what it is of, as IS NOT NULL does"},
    {NULL, VALUE, "contains", NULL,
	"write strpos(name, 'x') > 0, or of an array 'x' = ANY(tags)"},
    {NULL, VALUE, "includes", NULL,
	"write strpos(name, 'x') > 0, or of an array 'x' = ANY(tags)"},
    {NULL, VALUE, "startswith", NULL, "write starts_with(name, 'A')"},
    {NULL, VALUE, "starts", NULL, "write starts_with(name, 'A')"},
    {NULL, VALUE, "endswith", NULL, "write LIKE '%n'"},
    {NULL, VALUE, "ends", NULL, "write LIKE '%n'"},
    {NULL, VALUE, "matches", NULL, "write ~"},
    {NULL, VALUE, "regexp", NULL, "write ~"},
    {NULL, VALUE, "rlike", NULL, "write ~"},
    {NULL, "not", "regexp", NULL, "write name !~ '^A'"},
    {NULL, "not", "rlike", NULL, "write name !~ '^A'"},
    {NULL, VALUE, "xor", NULL, "write <>, with parentheses around both"},
    {NULL, VALUE, "mod", NULL, "write %"},
    {NULL, VALUE, "div", NULL, "write div(a, b)"},
    {NULL, VALUE, "eq", NULL, "write ="},
    {NULL, VALUE, "ne", NULL, "write <>"},
    {NULL, VALUE, "lt", NULL, "write <"},
    {NULL, VALUE, "le", NULL, "write <="},
    {NULL, VALUE, "gt", NULL, "write >"},
    {NULL, VALUE, "ge", NULL, "write >="},
    {NULL, "is", "none", NULL, "write NULL"},
    {NULL, "is", "empty", NULL, "write IS NULL, or of a text = ''"},
    {NULL, "not", "none", NULL, "write NULL"},
    {NULL, "is", "defined", NULL, "write IS NOT NULL"},
    {NULL, "not", "defined", NULL, "write IS NULL"},
    {NULL, VALUE, "exists", NULL, "write IS NOT NULL"},
    {NULL, "not", "exists", NULL, "write IS NULL"},
    {NULL, "not", "empty", NULL, "write IS NOT NULL, or of a text <> ''"},
    /* the rest of a query */
    {NULL, FIRST, "where", NULL, "the condition stands alone, without WHERE"},
    {NULL, VALUE, "where", NULL,
	"there is no WHERE here: a condition stands alone, as does a list"},
    {NULL, NONE, "distinct", NULL,
	"there is no DISTINCT: an expression sees one event"},
    {NULL, "top", NUMBER, NULL, "there is no TOP: write --limit N"},
    {NULL, ".", "*", NULL, "members are named one by one, as user.club"},
    {NULL, "*", "-", NAME, "write * EXCLUDE (a, b)"},
    {NULL, NAME, ".", NULL, "a name with a dot stands in double quotes"},
    {NULL, VALUE, "from", NULL,
	"there is no FROM: the events are what is read"},
    {NULL, VALUE, "group", NULL,
	"there is no GROUP BY: an expression sees one event"},
    {NULL, VALUE, "having", NULL,
	"there is no HAVING: an expression sees one event"},
    {NULL, VALUE, "order", NULL,
	"there is no ORDER BY: events stay in their order"},
    {NULL, VALUE, "limit", NULL, "there is no LIMIT: write --limit N"},
    {NULL, VALUE, "join", NULL, "there is no JOIN: evjoin(1) does that"},
};

/* Does a value end with this token? */
static bool
ends_value(const struct ev_token *token)
{
	static const char *const words[] = {"null", "true", "false", "end"};

	if (token->kind == EV_TOKEN_OP)
		return ev_slice_is(token->text, ")") ||
		    ev_slice_is(token->text, "]") ||
		    ev_slice_is(token->text, "*");
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (ev_parse_is_word(token, words[i]))
			return true;
	return token->kind != EV_TOKEN_NAME || !ev_parse_reserved(token);
}

static bool
is_unit(const struct ev_token *token)
{
	static const char *const units[] = {"second", "seconds", "minute",
	    "minutes", "hour", "hours", "day", "days", "week", "weeks", "month",
	    "months", "year", "years"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (ev_parse_is_word(token, units[i]))
			return true;
	return false;
}

/* Is the token what a row wants? NULL: there is no token. */
static bool
fits(const struct ev_token *token, const char *want)
{
	if (!want)
		return true;
	if (!token)
		return !strcmp(want, NONE) || !strcmp(want, FIRST);
	if (!strcmp(want, NAME))
		return token->kind == EV_TOKEN_NAME &&
		    !ev_parse_reserved(token);
	if (!strcmp(want, NUMBER))
		return token->kind == EV_TOKEN_NUMBER;
	if (!strcmp(want, UNIT))
		return is_unit(token);
	if (!strcmp(want, COMPARISON))
		return ev_parse_is_comparison(token);
	if (!strcmp(want, VALUE) || !strcmp(want, NONE))
		return ends_value(token) == !strcmp(want, VALUE);
	return token->kind == EV_TOKEN_OP ? ev_slice_is(token->text, want)
					  : ev_parse_is_word(token, want);
}

/* Is it the beginning of the condition that what follows is part of? */
static bool
begins(const struct ev_token *token)
{
	static const char *const words[] = {"and", "or", "not", "when", "then",
	    "else", "where"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (ev_parse_is_word(token, words[i]))
			return true;
	return token->kind == EV_TOKEN_OP && ev_slice_is(token->text, ",");
}

/* The last token before the current one that is `want`, not in parentheses or
 * brackets of its own; NULL: there is none. */
static const struct ev_token *
find_since(const struct ev_parse *parse, const char *want)
{
	const struct ev_token *token = parse->now;
	unsigned depth = 0;

	while (token > parse->first) {
		token--;
		if (fits(token, ")") || fits(token, "]"))
			depth++;
		else if ((fits(token, "(") || fits(token, "[")) && !depth--)
			return NULL;
		if (!depth && begins(token))
			return NULL;
		if (!depth && fits(token, want))
			return token;
	}
	return NULL;
}

bool
ev_parse_from_elsewhere(struct ev_parse *parse)
{
	const struct ev_token *now = parse->now, *place;
	const struct ev_token *before = now > parse->first ? now - 1 : NULL;
	size_t i = 0;

	if (now->kind == EV_TOKEN_END)
		return false;
	for (; i < sizeof(rows) / sizeof(rows[0]); i++) {
		place = rows[i].since ? find_since(parse, rows[i].since) : now;
		if (place && fits(before, rows[i].before) &&
		    fits(now, rows[i].here) && fits(now + 1, rows[i].behind))
			break;
	}
	if (i == sizeof(rows) / sizeof(rows[0]))
		return false;
	if (ev_parse_is_comparison(place))
		place = now;
	if (strncmp(rows[i].say, "write ", 6) != 0)
		ev_lex_point(parse->source, place->at, parse->err, "%s",
		    rows[i].say);
	else
		ev_lex_point(parse->source, place->at, parse->err,
		    "there is no %.*s here: %s", (int)place->text.len,
		    place->text.ptr, rows[i].say);
	return true;
}
