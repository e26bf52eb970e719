/*
 * parse_call: the calls that SQL writes with words between their arguments.
 * They become plain calls: TRIM(LEADING 'x' FROM y) is ltrim(y, 'x').
 */
#include "expr/parse.h"

/* x AS type) */
static struct ev_node *
parse_cast_as(struct ev_parse *parse, enum ev_node_kind kind, size_t at)
{
	struct ev_node *node = ev_parse_expr(parse);
	struct ev_sql_type type;

	if (!node || !ev_parse_want_word(parse, "as") ||
	    !ev_parse_type(parse, &type) || !ev_parse_want_op(parse, ")"))
		return NULL;
	node = ev_parse_node1(parse, kind, at, node);
	if (node)
		node->sql = type;
	return node;
}

static struct ev_node *
parse_cast(struct ev_parse *parse, size_t at)
{
	return parse_cast_as(parse, EV_NODE_CAST, at);
}

static struct ev_node *
parse_try_cast(struct ev_parse *parse, size_t at)
{
	return parse_cast_as(parse, EV_NODE_TRY_CAST, at);
}

/* EXTRACT(year FROM x): the name of the part is a word or a text. */
static struct ev_node *
parse_extract(struct ev_parse *parse, size_t at)
{
	const struct ev_token *now = parse->now;
	struct ev_node_list list = {0};

	if (now->kind != EV_TOKEN_NAME && now->kind != EV_TOKEN_TEXT &&
	    now->kind != EV_TOKEN_QUOTED)
		return ev_parse_expected(parse,
		    "what to extract (year, month, epoch …)");
	ev_parse_step(parse);
	ev_parse_add(parse, &list,
	    ev_parse_text_node(parse, now->text, now->at));
	if (!ev_parse_want_word(parse, "from") ||
	    !ev_parse_list(parse, &list) || !ev_parse_close(parse))
		return NULL;
	return ev_parse_call(parse, "extract", at, &list);
}

/* POSITION(x IN y) is strpos(y, x). */
static struct ev_node *
parse_position(struct ev_parse *parse, size_t at)
{
	struct ev_node *part = ev_parse_operand(parse), *whole;
	struct ev_node_list list = {0};

	if (!part || !ev_parse_want_word(parse, "in"))
		return NULL;
	whole = ev_parse_operand(parse);
	if (!whole || !ev_parse_want_op(parse, ")"))
		return NULL;
	ev_parse_add(parse, &list, whole);
	ev_parse_add(parse, &list, part);
	return ev_parse_call(parse, "strpos", at, &list);
}

/* SUBSTRING(x SIMILAR pattern ESCAPE character), behind x. */
static struct ev_node *
parse_similar(struct ev_parse *parse, size_t at, struct ev_node_list *list)
{
	struct ev_node *pattern = ev_parse_expr(parse), *escape;

	if (!pattern || !ev_parse_want_word(parse, "escape"))
		return NULL;
	escape = ev_parse_expr(parse);
	if (!escape || !ev_parse_want_op(parse, ")"))
		return NULL;
	ev_parse_add(parse, list, pattern);
	ev_parse_add(parse, list, escape);
	return ev_parse_call(parse, "substring", at, list);
}

/* SUBSTRING(x FROM a FOR b), in either order, or with commas. */
static struct ev_node *
parse_substring(struct ev_parse *parse, size_t at)
{
	struct ev_node *from = NULL, *count = NULL;
	struct ev_node_list list = {0};

	if (!ev_parse_list(parse, &list))
		return NULL;
	if (list.count == 1 && ev_parse_word(parse, "similar"))
		return parse_similar(parse, at, &list);
	while (list.count == 1 || from || count) {
		struct ev_node **where = !from && ev_parse_word(parse, "from")
		    ? &from
		    : !count && ev_parse_word(parse, "for") ? &count
							    : NULL;

		if (!where)
			break;
		*where = ev_parse_expr(parse);
		if (!*where)
			return NULL;
	}
	if (count && !from) {
		from = ev_parse_node(parse, EV_NODE_NUMBER, count->at, 0);
		from->value.text = EV_SLICE("1");
	}
	if (from)
		ev_parse_add(parse, &list, from);
	if (count)
		ev_parse_add(parse, &list, count);
	if (!ev_parse_want_op(parse, ")"))
		return NULL;
	return ev_parse_call(parse, "substring", at, &list);
}

/* OVERLAY(x PLACING y FROM a [FOR b]), or with commas. */
static struct ev_node *
parse_overlay(struct ev_parse *parse, size_t at)
{
	static const char *const words[] = {"placing", "from", "for"};
	struct ev_node_list list = {0};

	if (!ev_parse_list(parse, &list))
		return NULL;
	for (int i = 0; i < 3 && list.count == (unsigned)i + 1; i++) {
		struct ev_node *node;

		if (i == 2 && !ev_parse_at_word(parse, words[i]))
			break;
		if (!ev_parse_want_word(parse, words[i]))
			return NULL;
		node = ev_parse_expr(parse);
		if (!node)
			return NULL;
		ev_parse_add(parse, &list, node);
	}
	if (!ev_parse_want_op(parse, ")"))
		return NULL;
	return ev_parse_call(parse, "overlay", at, &list);
}

/* TRIM([BOTH|LEADING|TRAILING] [characters] FROM x), TRIM(x [, characters]) */
static struct ev_node *
parse_trim(struct ev_parse *parse, size_t at)
{
	const char *name = ev_parse_word(parse, "leading") ? "ltrim"
	    : ev_parse_word(parse, "trailing")             ? "rtrim"
							   : "btrim";
	struct ev_node_list list = {0};
	struct ev_node *characters = NULL;

	if (*name == 'b')
		ev_parse_word(parse, "both");
	if (!ev_parse_at_word(parse, "from")) {
		characters = ev_parse_expr(parse);
		if (!characters)
			return NULL;
	}
	if (ev_parse_word(parse, "from")) {
		if (!ev_parse_list(parse, &list))
			return NULL;
		if (characters)
			ev_parse_add(parse, &list, characters);
	} else {
		ev_parse_add(parse, &list, characters);
		if (ev_parse_op(parse, ",") && !ev_parse_list(parse, &list))
			return NULL;
	}
	if (!ev_parse_want_op(parse, ")"))
		return NULL;
	return ev_parse_call(parse, name, at, &list);
}

static struct ev_node *
parse_coalesce(struct ev_parse *parse, size_t at)
{
	struct ev_node_list list = {0};

	if (!ev_parse_list(parse, &list) || !ev_parse_close(parse))
		return NULL;
	return ev_parse_list_node(parse, EV_NODE_COALESCE, at, &list);
}

static struct ev_node *
parse_extreme(struct ev_parse *parse, size_t at, enum ev_compare op)
{
	struct ev_node_list list = {0};
	struct ev_node *node;

	if (!ev_parse_list(parse, &list) || !ev_parse_close(parse))
		return NULL;
	node = ev_parse_list_node(parse, EV_NODE_EXTREME, at, &list);
	if (node)
		node->op = (uint8_t)op;
	return node;
}

static struct ev_node *
parse_greatest(struct ev_parse *parse, size_t at)
{
	return parse_extreme(parse, at, EV_GT);
}

static struct ev_node *
parse_least(struct ev_parse *parse, size_t at)
{
	return parse_extreme(parse, at, EV_LT);
}

static struct ev_node *
parse_nullif(struct ev_parse *parse, size_t at)
{
	struct ev_node *a = ev_parse_expr(parse), *b;
	struct ev_node *node;

	if (!a || !ev_parse_want_op(parse, ","))
		return NULL;
	b = ev_parse_expr(parse);
	if (!b || !ev_parse_want_op(parse, ")"))
		return NULL;
	node = ev_parse_node2(parse, EV_NODE_NULLIF, a, b);
	if (node)
		node->at = node->from = (uint32_t)at;
	return node;
}

static struct ev_node *
zero(struct ev_parse *parse, size_t at)
{
	struct ev_node *node = ev_parse_node(parse, EV_NODE_NUMBER, at, 0);

	node->value.text = EV_SLICE("0");
	return node;
}

#define NAMED_MOST 7

/* What a function calls its arguments. */
struct names {
	const char *function;
	unsigned count;
	const char *name[NAMED_MOST];
	const char *all; /* of them, for a message */
};

/* Which argument comes: the next one, or that whose name stands before => (or
 * :=); NAMED_MOST, and a message, where there is none. Behind a name all have
 * names. */
static unsigned
named_part(struct ev_parse *parse, const struct names *names, unsigned next,
    bool *named)
{
	struct ev_parse ahead = *parse;
	unsigned i = 0;

	ev_parse_step(&ahead);
	if (!ev_parse_at_op(&ahead, "=>") && !ev_parse_at_op(&ahead, ":=")) {
		if (!*named && next < names->count)
			return next;
		ev_parse_expected(parse, *named ? "a name and =>" : ")");
		return NAMED_MOST;
	}
	*named = true;
	while (i < names->count && !ev_parse_at_word(parse, names->name[i]))
		i++;
	if (i == names->count) {
		ev_parse_expected(parse, names->all);
		return NAMED_MOST;
	}
	*parse = ahead;
	ev_parse_step(parse);
	return i;
}

/* The arguments of such a function, by place or by name, up to the
 * parenthesis; NULL: left out. */
static bool
parse_named(struct ev_parse *parse, const struct names *names,
    struct ev_node *part[NAMED_MOST])
{
	bool named = false, more = !ev_parse_at_op(parse, ")");

	for (unsigned i, next = 0; more; more = ev_parse_op(parse, ",")) {
		i = named_part(parse, names, next++, &named);
		if (i == NAMED_MOST)
			return false;
		if (part[i]) {
			ev_lex_point(parse->source, parse->now->at, parse->err,
			    "%s has this argument twice", names->function);
			return false;
		}
		part[i] = ev_parse_expr(parse);
		if (!part[i])
			return false;
	}
	return ev_parse_close(parse);
}

/* make_interval(years, months, weeks, days, hours, mins, secs), by place or by
 * name; those left out are 0. */
static struct ev_node *
parse_make_interval(struct ev_parse *parse, size_t at)
{
	static const struct names names = {"make_interval", NAMED_MOST,
	    {"years", "months", "weeks", "days", "hours", "mins", "secs"},
	    "years, months, weeks, days, hours, mins or secs"};
	struct ev_node *part[NAMED_MOST] = {0};
	struct ev_node_list list = {0};

	if (!parse_named(parse, &names, part))
		return NULL;
	for (unsigned i = 0; i < NAMED_MOST; i++)
		ev_parse_add(parse, &list, part[i] ? part[i] : zero(parse, at));
	return ev_parse_call(parse, "make_interval", at, &list);
}

/* jsonb_path_…(target, path, vars, silent): vars may be left out where silent
 * is not. */
static struct ev_node *
parse_path(struct ev_parse *parse, const char *function, size_t at)
{
	struct names names = {function, 4, {"target", "path", "vars", "silent"},
	    "target, path, vars or silent"};
	struct ev_node *part[NAMED_MOST] = {0};
	struct ev_node_list list = {0};

	if (!parse_named(parse, &names, part))
		return NULL;
	if (part[3] && !part[2])
		part[2] = ev_parse_text_node(parse, EV_SLICE("{}"), at);
	for (unsigned i = 0; i < 4; i++) {
		if (!part[i] && i < 2 && (part[2] || part[1])) {
			ev_lex_point(parse->source, at, parse->err,
			    "%s needs its argument %s", function,
			    names.name[i]);
			return NULL;
		}
		if (part[i])
			ev_parse_add(parse, &list, part[i]);
	}
	return ev_parse_call(parse, function, at, &list);
}

/* The name of a normal form, or NULL. */
static const char *
take_form(struct ev_parse *parse)
{
	static const char *const forms[] = {"NFC", "NFD", "NFKC", "NFKD"};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (ev_parse_word(parse, forms[i]))
			return forms[i];
	return NULL;
}

/* NORMALIZE(x [, form]): the form is a word. */
static struct ev_node *
parse_normalize(struct ev_parse *parse, size_t at)
{
	struct ev_node *node = ev_parse_expr(parse);
	struct ev_node_list list = {0};
	const char *form;

	if (!node)
		return NULL;
	ev_parse_add(parse, &list, node);
	if (ev_parse_op(parse, ",")) {
		size_t word = parse->now->at;

		form = take_form(parse);
		if (!form)
			return ev_parse_expected(parse,
			    "NFC, NFD, NFKC or NFKD");
		ev_parse_add(parse, &list,
		    ev_parse_text_node(parse, ev_slice_of(form), word));
	}
	if (!ev_parse_want_op(parse, ")"))
		return NULL;
	return ev_parse_call(parse, "normalize", at, &list);
}

bool
ev_parse_at_normalized(const struct ev_parse *parse)
{
	struct ev_parse ahead = *parse;

	take_form(&ahead);
	return ev_parse_at_word(&ahead, "normalized");
}

struct ev_node *
ev_parse_normalized(struct ev_parse *parse, struct ev_node *left, bool negated)
{
	struct ev_node_list list = {0};
	size_t word = parse->now->at;
	const char *form = take_form(parse);
	struct ev_node *node;

	ev_parse_step(parse);
	ev_parse_add(parse, &list, left);
	if (form)
		ev_parse_add(parse, &list,
		    ev_parse_text_node(parse, ev_slice_of(form), word));
	node = ev_parse_call(parse, "is_normalized", left->from, &list);
	return negated ? ev_parse_node1(parse, EV_NODE_NOT, left->from, node)
		       : node;
}

struct ev_node *
ev_parse_special(struct ev_parse *parse, bool *special)
{
	static const struct {
		const char *name;
		struct ev_node *(*parse)(struct ev_parse *, size_t);
	} calls[] = {
	    {"cast", parse_cast},
	    {"coalesce", parse_coalesce},
	    {"extract", parse_extract},
	    {"greatest", parse_greatest},
	    {"ifnull", parse_coalesce}, /* ksqlDB's name */
	    {"least", parse_least},
	    {"make_interval", parse_make_interval},
	    {"normalize", parse_normalize},
	    {"nullif", parse_nullif},
	    {"overlay", parse_overlay},
	    {"position", parse_position},
	    {"substring", parse_substring},
	    {"trim", parse_trim},
	    {"try_cast", parse_try_cast},
	};
	static const char *const paths[] = {"jsonb_path_exists",
	    "jsonb_path_match", "jsonb_path_query", "jsonb_path_query_array",
	    "jsonb_path_query_first", "jsonb_path_exists_tz",
	    "jsonb_path_match_tz", "jsonb_path_query_tz",
	    "jsonb_path_query_array_tz", "jsonb_path_query_first_tz"};
	size_t at = parse->now->at;

	*special = true;
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		if (!ev_parse_at_word(parse, paths[i]))
			continue;
		ev_parse_step(parse);
		ev_parse_step(parse);
		return parse_path(parse, paths[i], at);
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		if (!ev_parse_at_word(parse, calls[i].name))
			continue;
		ev_parse_step(parse);
		ev_parse_step(parse);
		return calls[i].parse(parse, at);
	}
	*special = false;
	return NULL;
}
