/*
 * bind: see bind.h. This file: constants, fields, and what all of the binder
 * uses.
 */
#include "expr/bind.h"

#include <stdarg.h>

#include "base/utf8.h"
#include "expr/eval.h"
#include "expr/func.h"
#include "expr/lex.h"

void *
ev_bind_fail(struct ev_bind *bind, const struct ev_node *node,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ev_lex_vpoint(bind->source, node->at, bind->err, format, args);
	va_end(args);
	return NULL;
}

struct ev_node *
ev_bind_make(struct ev_bind *bind, const struct ev_node *like,
    enum ev_node_kind kind, unsigned argc)
{
	struct ev_node *node = ev_arena_zalloc(bind->arena, sizeof(*node));

	node->kind = (uint8_t)kind;
	node->at = like->at;
	node->end = like->end;
	node->argc = argc;
	if (argc)
		node->arg = ev_arena_zalloc(bind->arena,
		    argc * sizeof(*node->arg));
	return node;
}

static struct ev_node *
make_const(struct ev_bind *bind, const struct ev_node *like,
    const struct ev_val *value, enum ev_sql type)
{
	struct ev_node *node = ev_bind_make(bind, like, EV_NODE_CONST, 0);

	node->value = *value;
	node->type = (uint8_t)type;
	node->eval = ev_eval_const;
	return node;
}

/* Evaluates a node once and for all. One that fails is a mistake now, as in
 * PostgreSQL's planner, unless it is never reached or depends on the
 * session. */
static struct ev_node *
fold(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *made;
	struct ev_val value;

	bind->run.err = &bind->why;
	bind->run.failed = NULL;
	if (ev_node_eval(&bind->run, node, &value)) {
		made = make_const(bind, node, &value, node->type);
		made->stable = node->stable;
		made->varies = node->varies;
		return made;
	}
	node->fails = !node->stable;
	return bind->lazy || node->stable
	    ? node
	    : ev_bind_fail(bind, bind->run.failed, "%s", bind->why.text);
}

bool
ev_bind_reached(struct ev_bind *bind, struct ev_node *node)
{
	if (bind->lazy)
		return true;
	if (node->fails)
		return fold(bind, node) != NULL;
	for (unsigned i = 0; i < node->argc; i++)
		if (!ev_bind_reached(bind, node->arg[i]))
			return false;
	return true;
}

/* Is it NULL whenever its i-th argument is? */
static bool
is_strict(const struct ev_node *node, unsigned i)
{
	switch (node->kind) {
	case EV_NODE_MEMBER:
	case EV_NODE_MEMBER_TEXT:
	case EV_NODE_NEGATE:
	case EV_NODE_ARITH:
	case EV_NODE_CONCAT:
	case EV_NODE_COMPARE:
	case EV_NODE_NOT:
	case EV_NODE_LIKE:
	case EV_NODE_REGEX:
	case EV_NODE_CAST:
	case EV_NODE_TRY_CAST:
		return true;
	case EV_NODE_ELEMENT: /* PostgreSQL evaluates what it is of */
		return node->arg[0]->type == EV_SQL_ANY;
	case EV_NODE_CALL:
		return !(node->func->flags & EV_FUNC_NULLS) ||
		    (!i && node->func->flags & EV_FUNC_FIRST);
	default:
		return false;
	}
}

/* What depends on nothing but now() is computed once for each: a node around
 * it keeps the value. Those around its parts are of no more use. */
static struct ev_node *
hold(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *held = ev_bind_make(bind, node, EV_NODE_HELD, 1);

	for (unsigned i = 0; i < node->argc; i++)
		if (node->arg[i]->kind == EV_NODE_HELD)
			node->arg[i] = node->arg[i]->arg[0];
	held->arg[0] = node;
	held->type = node->type;
	held->stable = node->stable;
	held->clock = node->clock;
	held->eval = ev_eval_held;
	held->held = ev_arena_zalloc(bind->arena, sizeof(*held->held));
	return held;
}

struct ev_node *
ev_bind_done(struct ev_bind *bind, struct ev_node *node, enum ev_sql type,
    ev_eval eval)
{
	static const struct ev_val null = {.type = EV_SQL_NULL};
	bool field = node->kind == EV_NODE_FIELD, constant = !field;
	bool nothing = false; /* NULL, whatever the other arguments are */
	const char *hint = NULL;
	struct ev_node *made;

	node->type = (uint8_t)type;
	node->eval = eval;
	node->varies = field;
	for (unsigned i = 0; i < node->argc; i++) {
		const struct ev_node *arg = node->arg[i];

		node->stable |= arg->stable;
		node->varies |= arg->varies;
		if (arg->clock > node->clock)
			node->clock = arg->clock;
		constant &= ev_bind_is_const(arg);
		if (!ev_bind_is_const(arg) || arg->stable ||
		    arg->value.type != EV_SQL_NULL || !is_strict(node, i))
			continue;
		nothing = true;
		hint = arg->hint;
	}
	if (nothing) {
		made = make_const(bind, node, &null, type);
		made->hint = hint;
		made->varies = node->varies; /* IN asks for the text's sake */
		return made;
	}
	if (node->clock == EV_CLOCK_NOW && !node->varies)
		return hold(bind, node);
	return constant && !node->clock ? fold(bind, node) : node;
}

bool
ev_bind_args(struct ev_bind *bind, struct ev_node *node)
{
	for (unsigned i = 0; i < node->argc; i++) {
		node->arg[i] = ev_bind(bind, node->arg[i]);
		if (!node->arg[i])
			return false;
	}
	return true;
}

/* ---- implicit casts ---- */

/* What a literal is likely to be that cannot be read as this type. */
static const char *
meant(struct ev_bind *bind, const struct ev_node *node, struct ev_slice text,
    enum ev_sql type)
{
	struct ev_val span = {.type = EV_SQL_TEXT, .text = text};
	struct ev_err why = bind->why;
	bool is_span;

	if (ev_sql_is_json(type))
		return " (a text as JSON is written '\"vip\"')";
	if (!ev_sql_is_time(type))
		return "";
	is_span = ev_val_to(&bind->run, node, &span, EV_SQL_INTERVAL);
	bind->why = why;
	return is_span ? " (an interval is written INTERVAL '1 day')" : "";
}

/* A quoted literal as what it is needed for. */
static struct ev_node *
coerce_literal(struct ev_bind *bind, struct ev_node *node, enum ev_sql type)
{
	struct ev_val value = node->value;
	struct ev_slice text = {"", 0};

	if (value.type == EV_SQL_UNKNOWN) {
		text = value.quoted->text;
		value.type = EV_SQL_TEXT;
		value.text = text;
	}
	bind->run.err = &bind->why;
	bind->run.failed = NULL;
	if (!ev_val_to(&bind->run, node, &value, type)) {
		const char *hint = meant(bind, node, text, type);

		return ev_bind_fail(bind, node, "%s%s", bind->why.text, hint);
	}
	return make_const(bind, node, &value, type);
}

struct ev_node *
ev_bind_coerce(struct ev_bind *bind, struct ev_node *node, enum ev_sql type)
{
	struct ev_node *cast;

	if (node->type == EV_SQL_UNKNOWN)
		return coerce_literal(bind, node,
		    ev_sql_element(type) == EV_SQL_ANY
			? EV_SQL_TEXT | (type & EV_SQL_ARRAY)
			: type);
	if (node->type == type || type == EV_SQL_ANY ||
	    (type == ev_sql_array_of(EV_SQL_ANY) &&
		ev_sql_is_array(node->type)))
		return node;
	if (!ev_sql_implicit(node->type, type))
		return NULL;
	cast = ev_bind_make(bind, node, EV_NODE_CAST, 1);
	cast->arg[0] = node;
	cast->sql.type = (uint8_t)type;
	cast->stable = ev_sql_stable_cast(node->type, type);
	return ev_bind_done(bind, cast, type,
	    node->type == EV_SQL_ANY ? ev_eval_coerce : ev_eval_cast);
}

/* ---- leaves ---- */

static size_t
digits(struct ev_slice text, size_t at)
{
	while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
		at++;
	return at;
}

/* The grammar of a JSON number (RFC 8259, section 6). */
static bool
is_json_number(struct ev_slice text)
{
	size_t at = text.len && *text.ptr == '-', begin = at;

	at = digits(text, at);
	if (at == begin || (text.ptr[begin] == '0' && at > begin + 1))
		return false;
	if (at < text.len && text.ptr[at] == '.') {
		begin = at + 1;
		at = digits(text, begin);
		if (at == begin)
			return false;
	}
	if (at < text.len && (text.ptr[at] | 32) == 'e') {
		at++;
		at += at < text.len &&
		    (text.ptr[at] == '+' || text.ptr[at] == '-');
		begin = at;
		at = digits(text, begin);
		if (at == begin)
			return false;
	}
	return at == text.len;
}

/* As what a literal is read beside a number: '02134' in the expression is no
 * number, since a field that has that is a text; $month from the command line,
 * where all is text, is one if PostgreSQL would read it, as 08. */
static bool
literal_number(struct ev_bind *bind, const struct ev_node *node,
    struct ev_num *num)
{
	struct ev_slice text = node->value.text;
	enum ev_status status = EV_BAD;

	if (node->param)
		status = ev_num_from_text(text, bind->run.pool, num, NULL);
	else if (is_json_number(text))
		status = ev_num_from_json(text, bind->run.pool, num, NULL);
	return status == EV_OK;
}

/* A literal's meaning beside fields: see struct ev_quoted. */
static struct ev_node *
bind_literal(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_quoted *quoted;
	struct ev_slice text = node->value.text;

	node->eval = ev_eval_const;
	node->type = node->value.type;
	if (node->value.type == EV_SQL_NULL)
		node->type = EV_SQL_UNKNOWN;
	if (node->value.type != EV_SQL_UNKNOWN)
		return node;
	if (ev_utf8_check(text.ptr, text.len) != text.len)
		return ev_bind_fail(bind, node, "the text is not UTF-8");
	quoted = ev_arena_zalloc(bind->arena, sizeof(*quoted));
	quoted->text = text;
	quoted->truth = (int8_t)ev_val_truth(text);
	quoted->number = literal_number(bind, node, &quoted->num);
	node->value.quoted = quoted;
	return node;
}

/* Digits are the smallest integer that holds them, with a point or an
 * exponent they are numeric. */
static struct ev_node *
bind_number(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_slice text = node->value.text;
	bool minus = node->negated;
	struct ev_val value = {.type = EV_SQL_NUMERIC};
	int64_t whole;

	if (ev_num_from_text(text, bind->run.pool, &value.num, &bind->why) !=
	    EV_OK)
		return ev_bind_fail(bind, node, "%s", bind->why.text);
	if (minus)
		value.num = ev_num_neg(value.num, bind->run.pool);
	if (!memchr(text.ptr, '.', text.len) &&
	    !memchr(text.ptr, 'e', text.len) &&
	    !memchr(text.ptr, 'E', text.len) &&
	    ev_num_to_int(value.num, &whole, NULL) == EV_OK) {
		value.type = whole == (int32_t)whole ? EV_SQL_INT4
						     : EV_SQL_INT8;
		value.integer = whole;
	}
	return make_const(bind, node, &value, value.type);
}

static void
note_field(struct ev_bind *bind, const struct ev_node *node)
{
	for (size_t i = 0; i < bind->fields; i++)
		if (bind->field[i]->slot == node->slot)
			return;
	if (bind->fields == bind->fields_cap) {
		const struct ev_node **more;

		bind->fields_cap = bind->fields_cap ? bind->fields_cap * 2 : 8;
		more = ev_arena_alloc(bind->arena,
		    bind->fields_cap * sizeof(*more));
		if (bind->fields)
			memcpy(more, bind->field, bind->fields * sizeof(*more));
		bind->field = more;
	}
	bind->field[bind->fields++] = node;
}

static struct ev_node *
bind_field(struct ev_bind *bind, struct ev_node *node)
{
	for (uint32_t i = 0; i < node->path_len; i++)
		if (ev_utf8_check(node->path[i].ptr, node->path[i].len) !=
		    node->path[i].len)
			return ev_bind_fail(bind, node,
			    "the name is not UTF-8");
	node->slot = ev_scan_want(bind->scan, node->path, node->path_len);
	note_field(bind, node);
	return ev_bind_done(bind, node, EV_SQL_ANY, ev_eval_field);
}

/* ---- conditions ---- */

static struct ev_node *
bind_is_null(struct ev_bind *bind, struct ev_node *node)
{
	if (!ev_bind_args(bind, node))
		return NULL;
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_is_null);
}

static struct ev_node *
bind_is_truth(struct ev_bind *bind, struct ev_node *node)
{
	node->arg[0] = ev_bind_truth(bind, node->arg[0], "IS");
	if (!node->arg[0])
		return NULL;
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_is_truth);
}

struct ev_node *
ev_bind(struct ev_bind *bind, struct ev_node *node)
{
	static struct ev_node *(*const binders[])(struct ev_bind *,
	    struct ev_node *) = {
	    [EV_NODE_CONST] = bind_literal,
	    [EV_NODE_NUMBER] = bind_number,
	    [EV_NODE_FIELD] = bind_field,
	    [EV_NODE_MEMBER] = ev_bind_member,
	    [EV_NODE_MEMBER_TEXT] = ev_bind_member,
	    [EV_NODE_ELEMENT] = ev_bind_element,
	    [EV_NODE_NEGATE] = ev_bind_sign,
	    [EV_NODE_PLUS] = ev_bind_sign,
	    [EV_NODE_ARITH] = ev_bind_arith,
	    [EV_NODE_CONCAT] = ev_bind_concat,
	    [EV_NODE_COMPARE] = ev_bind_compare,
	    [EV_NODE_AND] = ev_bind_chain,
	    [EV_NODE_OR] = ev_bind_chain,
	    [EV_NODE_NOT] = ev_bind_not,
	    [EV_NODE_IS_NULL] = bind_is_null,
	    [EV_NODE_IS_TRUTH] = bind_is_truth,
	    [EV_NODE_DISTINCT] = ev_bind_distinct,
	    [EV_NODE_IN] = ev_bind_in,
	    [EV_NODE_BETWEEN] = ev_bind_between,
	    [EV_NODE_LIKE] = ev_bind_like,
	    [EV_NODE_REGEX] = ev_bind_regex,
	    [EV_NODE_CASE] = ev_bind_case,
	    [EV_NODE_CASE_OF] = ev_bind_case,
	    [EV_NODE_COALESCE] = ev_bind_coalesce,
	    [EV_NODE_NULLIF] = ev_bind_nullif,
	    [EV_NODE_EXTREME] = ev_bind_extreme,
	    [EV_NODE_CAST] = ev_bind_cast,
	    [EV_NODE_CALL] = ev_bind_call,
	    [EV_NODE_TRY_CAST] = ev_bind_cast,
	    [EV_NODE_ARRAY] = ev_bind_array,
	    [EV_NODE_ANY] = ev_bind_any,
	};

	const struct ev_rows *before = bind->rows;
	enum ev_node_kind kind = node->kind;

	if (node->eval)
		return node;
	node = binders[kind](bind, node);
	if (kind == EV_NODE_CASE || kind == EV_NODE_CASE_OF)
		return ev_bind_no_rows(bind, node, "CASE", before);
	if (kind == EV_NODE_COALESCE)
		return ev_bind_no_rows(bind, node, "COALESCE", before);
	return node;
}

/* name = 'Ann' OR 'Bob' */
static const char *
one_of(const char *what, const struct ev_node *node)
{
	return ev_bind_is_const(node) && !strcmp(what, "OR")
	    ? " (to be one of several: name IN ('Ann', 'Bob'))"
	    : "";
}

struct ev_node *
ev_bind_truth(struct ev_bind *bind, struct ev_node *node, const char *what)
{
	struct ev_node *bound = ev_bind(bind, node), *truth;

	if (!bound)
		return NULL;
	if (bound->type != EV_SQL_UNKNOWN && bound->type != EV_SQL_BOOL &&
	    bound->type != EV_SQL_ANY)
		return ev_bind_fail(bind, bound,
		    "%s needs a boolean here, and this is of type %s%s", what,
		    ev_sql_name(bound->type),
		    bound->kind == EV_NODE_CONCAT
			? " (|| joins texts: write OR)"
			: one_of(what, bound));
	truth = ev_bind_coerce(bind, bound, EV_SQL_BOOL);
	if (!truth && bound->type == EV_SQL_UNKNOWN)
		return ev_bind_fail(bind, bound, "%s%s", bind->why.text,
		    one_of(what, bound));
	return truth;
}

struct ev_node *
ev_bind_result(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *bound = ev_bind(bind, node);

	return bound ? ev_bind_coerce(bind, bound, EV_SQL_ANY) : NULL;
}
