/*
 * bind_op: the binding of arithmetic, ||, LIKE, ~, casts, and of what goes
 * into objects.
 */
#include "base/mem.h"
#include "base/utf8.h"
#include "expr/bind.h"
#include "expr/eval.h"
#include "expr/func.h"
#include "expr/json.h"
#include "expr/pict.h"
#include "expr/pict_java.h"
#include "expr/text.h"

/* A field beside a time is likely to be one. */
static void *
no_operator(struct ev_bind *bind, const struct ev_node *node, const char *op,
    const struct ev_node *a, const struct ev_node *b)
{
	bool field = (a->type == EV_SQL_ANY && ev_sql_is_temporal(b->type)) ||
	    (b->type == EV_SQL_ANY && ev_sql_is_temporal(a->type));

	return ev_bind_fail(bind, node,
	    "there is no operator %s for %s and %s: cast %s", op,
	    ev_sql_name(a->type), ev_sql_name(b->type),
	    field ? "the field, as in field::timestamptz" : "one of them");
}

/* An operator that is a function of the table. */
static struct ev_node *
bind_call(struct ev_bind *bind, struct ev_node *node, const char *op)
{
	node->kind = EV_NODE_CALL;
	node->name = ev_slice_of(op);
	return ev_bind(bind, node);
}

/* ---- arithmetic ---- */

/* One side is a date, a time or an interval. */
static struct ev_node *
bind_temporal(struct ev_bind *bind, struct ev_node *node)
{
	static const char *const names[] = {"+", "-", "*", "/", "%"};
	enum ev_sql type[2] = {node->arg[0]->type, node->arg[1]->type};
	const char *why;
	size_t i = 0;

	while (*names[i] != node->op)
		i++;
	if (!ev_func_find(ev_slice_of(names[i]), type, 2, &bind->words, &why))
		return no_operator(bind, node, names[i], node->arg[0],
		    node->arg[1]);
	return bind_call(bind, node, names[i]);
}

struct ev_node *
ev_bind_ends(struct ev_bind *bind, struct ev_node *node)
{
	for (unsigned i = 1; i < node->argc; i++) {
		struct ev_node *end;

		if (node->arg[i]->type != EV_SQL_INTERVAL)
			continue;
		end = ev_bind_make(bind, node->arg[i], EV_NODE_ARITH, 2);
		end->op = '+';
		end->arg[0] = node->arg[i - 1];
		end->arg[1] = node->arg[i];
		node->arg[i] = ev_bind(bind, end);
		if (!node->arg[i])
			return NULL;
	}
	return ev_bind(bind, node);
}

/* The type in which two operands meet; EV_SQL_NULL: in none. */
static enum ev_sql
meet(enum ev_sql a, enum ev_sql b)
{
	if (a == EV_SQL_UNKNOWN)
		a = b;
	if (b == EV_SQL_UNKNOWN)
		b = a;
	if (a == EV_SQL_ANY)
		a = EV_SQL_NUMERIC;
	if (b == EV_SQL_ANY)
		b = EV_SQL_NUMERIC;
	if (!ev_sql_is_number(a) || !ev_sql_is_number(b))
		return EV_SQL_NULL;
	return a > b ? a : b;
}

struct ev_node *
ev_bind_arith(struct ev_bind *bind, struct ev_node *node)
{
	char op[2] = {(char)node->op, '\0'};
	enum ev_sql type;

	if (!ev_bind_args(bind, node))
		return NULL;
	if (ev_sql_is_temporal(node->arg[0]->type) ||
	    ev_sql_is_temporal(node->arg[1]->type))
		return bind_temporal(bind, node);
	if (node->op == '-' && node->arg[0]->type == EV_SQL_JSONB)
		return bind_call(bind, node, "-");
	if (node->arg[0]->type == EV_SQL_UNKNOWN &&
	    node->arg[1]->type == EV_SQL_UNKNOWN)
		return ev_bind_fail(bind, node,
		    "neither side of %s has a "
		    "type: cast one of them",
		    op);
	type = meet(node->arg[0]->type, node->arg[1]->type);
	if (type == EV_SQL_NULL || (type == EV_SQL_FLOAT8 && *op == '%'))
		return no_operator(bind, node, op, node->arg[0], node->arg[1]);
	for (int i = 0; i < 2; i++) {
		struct ev_node *arg = ev_bind_coerce(bind, node->arg[i], type);

		if (!arg && *op == '+')
			return ev_bind_fail(bind, node->arg[i],
			    "%s (texts are joined with ||)", bind->why.text);
		if (!arg)
			return NULL;
		node->arg[i] = arg;
	}
	return ev_bind_done(bind, node, type,
	    type == EV_SQL_FLOAT8        ? ev_eval_real_arith
		: type == EV_SQL_NUMERIC ? ev_eval_num_arith
					 : ev_eval_int_arith);
}

struct ev_node *
ev_bind_sign(struct ev_bind *bind, struct ev_node *node)
{
	enum ev_sql type;

	if (!ev_bind_args(bind, node))
		return NULL;
	type = node->arg[0]->type;
	if (type == EV_SQL_INTERVAL && node->kind == EV_NODE_NEGATE)
		return bind_call(bind, node, "-");
	if (type == EV_SQL_ANY)
		type = EV_SQL_NUMERIC;
	if (!ev_sql_is_number(type))
		return ev_bind_fail(bind, node,
		    "there is no operator %c for "
		    "%s",
		    node->kind == EV_NODE_PLUS ? '+' : '-', ev_sql_name(type));
	node->arg[0] = ev_bind_coerce(bind, node->arg[0], type);
	if (!node->arg[0] || node->kind == EV_NODE_PLUS)
		return node->arg[0];
	return ev_bind_done(bind, node, type, ev_eval_negate);
}

/* ---- text ---- */

/* An argument as text, for ||: anything has a text. */
static struct ev_node *
any_text(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *cast;

	if (node->type == EV_SQL_UNKNOWN || node->type == EV_SQL_TEXT)
		return ev_bind_coerce(bind, node, EV_SQL_TEXT);
	cast = ev_bind_make(bind, node, EV_NODE_CAST, 1);
	cast->arg[0] = node;
	cast->booleans = true;
	cast->sql.type = EV_SQL_TEXT;
	cast->stable = ev_sql_stable_cast(node->type, EV_SQL_TEXT);
	return ev_bind_done(bind, cast, EV_SQL_TEXT,
	    node->type == EV_SQL_ANY ? ev_eval_coerce : ev_eval_cast);
}

/* jsonb || jsonb, where one of the two is jsonb and the other may be. */
static bool
is_json_concat(enum ev_sql a, enum ev_sql b)
{
	enum ev_sql other = a == EV_SQL_JSONB ? b : a;

	return (a == EV_SQL_JSONB || b == EV_SQL_JSONB) &&
	    (other == EV_SQL_JSONB || other == EV_SQL_UNKNOWN ||
		other == EV_SQL_ANY);
}

/* bytea || bytea, which a quoted literal would be: the bytes would be joined,
 * not the texts. */
static bool
is_bytea_concat(enum ev_sql a, enum ev_sql b)
{
	enum ev_sql other = a == EV_SQL_BYTEA ? b : a;

	return (a == EV_SQL_BYTEA || b == EV_SQL_BYTEA) &&
	    (other == EV_SQL_BYTEA || other == EV_SQL_UNKNOWN);
}

struct ev_node *
ev_bind_concat(struct ev_bind *bind, struct ev_node *node)
{
	bool text = false;

	if (!ev_bind_args(bind, node))
		return NULL;
	if (ev_sql_is_array(node->arg[0]->type) ||
	    ev_sql_is_array(node->arg[1]->type))
		return ev_bind_array_concat(bind, node);
	if (is_json_concat(node->arg[0]->type, node->arg[1]->type))
		return bind_call(bind, node, "||");
	for (int i = 0; i < 2; i++)
		text |= node->arg[i]->type == EV_SQL_UNKNOWN ||
		    node->arg[i]->type == EV_SQL_TEXT ||
		    node->arg[i]->type == EV_SQL_ANY;
	if (!text || is_bytea_concat(node->arg[0]->type, node->arg[1]->type))
		return no_operator(bind, node, "||", node->arg[0],
		    node->arg[1]);
	for (int i = 0; i < 2; i++) {
		node->arg[i] = any_text(bind, node->arg[i]);
		if (!node->arg[i])
			return NULL;
	}
	return ev_bind_done(bind, node, EV_SQL_TEXT, ev_eval_concat);
}

/* All arguments text, as LIKE and ~ want it. */
static bool
text_args(struct ev_bind *bind, struct ev_node *node, const char *op)
{
	if (!ev_bind_args(bind, node))
		return false;
	for (unsigned i = 0; i < node->argc; i++) {
		enum ev_sql type = node->arg[i]->type;

		if (type != EV_SQL_TEXT && type != EV_SQL_UNKNOWN &&
		    type != EV_SQL_ANY) {
			no_operator(bind, node, op, node->arg[0], node->arg[1]);
			return false;
		}
		node->arg[i] = ev_bind_coerce(bind, node->arg[i], EV_SQL_TEXT);
		if (!node->arg[i])
			return false;
	}
	return true;
}

/* A pattern that is known now is made ready now. */
static bool
ready_pattern(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_slice pattern = node->arg[1]->value.text;
	struct ev_slice escape = EV_SLICE("\\");
	bool fold = node->op == 'i';

	if (node->argc > 2) {
		escape = node->arg[2]->value.text;
		if (ev_utf8_count(escape.ptr, escape.len) > 1)
			return false;
	}
	bind->run.err = NULL;
	if (fold)
		pattern = ev_text_case(&bind->run, pattern, false);
	node->data = ev_like_new(bind->arena, pattern, escape, fold);
	return true;
}

struct ev_node *
ev_bind_like(struct ev_bind *bind, struct ev_node *node)
{
	bool ready = true;

	if (!text_args(bind, node, node->op == 'i' ? "ILIKE" : "LIKE"))
		return NULL;
	for (unsigned i = 1; i < node->argc; i++)
		ready &= ev_bind_is_const(node->arg[i]) &&
		    node->arg[i]->value.type == EV_SQL_TEXT;
	ready = ready && ready_pattern(bind, node);
	return ev_bind_done(bind, node, EV_SQL_BOOL,
	    ready ? ev_eval_like : ev_eval_like_each);
}

struct ev_pattern *
ev_bind_pattern(struct ev_bind *bind)
{
	struct ev_pattern *regex = ev_pattern_new();

	bind->regex = ev_mem_realloc(bind->regex,
	    (bind->regexes + 1) * sizeof(*bind->regex));
	bind->regex[bind->regexes++] = regex;
	return regex;
}

bool
ev_bind_picture(struct ev_bind *bind, struct ev_node *node)
{
	const struct ev_node *text = node->arg[1];

	node->picture = ev_java_picture_new(bind->arena);
	if (bind->lazy || !ev_bind_is_const(text) || text->stable ||
	    text->value.type != EV_SQL_TEXT ||
	    ev_java_picture_set(node->picture, text->value.text, &bind->why) ==
		EV_OK)
		return true;
	return ev_bind_fail(bind, text, "%s", bind->why.text);
}

void
ev_bind_pict(struct ev_bind *bind, struct ev_node *node)
{
	const struct ev_node *text = node->arg[1];
	struct ev_pict *pict;

	if (!ev_bind_is_const(text) || text->value.type != EV_SQL_TEXT)
		return;
	pict = ev_arena_alloc(bind->arena, sizeof(*pict));
	*pict = ev_pict_cut(bind->arena, text->value.text,
	    node->func->result == EV_SQL_NUMERIC ||
		ev_sql_is_number(node->func->arg[0]));
	node->pict = pict;
}

struct ev_node *
ev_bind_regex(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_pattern *regex;
	struct ev_err why;

	if (!text_args(bind, node, "~"))
		return NULL;
	regex = ev_bind_pattern(bind);
	node->data = regex;
	if (ev_bind_is_const(node->arg[1]) &&
	    node->arg[1]->value.type == EV_SQL_TEXT &&
	    ev_pattern_set(regex, node->arg[1]->value.text,
		node->op == 'i' ? EV_PATTERN_FOLD : 0, &why) != EV_OK)
		return ev_bind_fail(bind, node->arg[1], "%s", why.text);
	return ev_bind_done(bind, node, EV_SQL_BOOL, ev_eval_regex);
}

/* ---- casts ---- */

/* Has SQL a cast between these types, when it is asked for? */
static bool
castable(enum ev_sql from, enum ev_sql to)
{
	if (from == to || from == EV_SQL_UNKNOWN || from == EV_SQL_ANY ||
	    from == EV_SQL_TEXT || to == EV_SQL_TEXT)
		return true;
	if (ev_sql_is_array(from) || ev_sql_is_array(to))
		return ev_sql_is_array(from) && ev_sql_is_array(to) &&
		    castable(ev_sql_element(from), ev_sql_element(to));
	if (from == EV_SQL_INTERVAL || to == EV_SQL_INTERVAL ||
	    from == EV_SQL_BYTEA)
		return false;
	if (ev_sql_is_json(from) || ev_sql_is_json(to))
		return (ev_sql_is_json(from) && ev_sql_is_json(to)) ||
		    (from == EV_SQL_JSONB &&
			(to == EV_SQL_BOOL || ev_sql_is_number(to)));
	if (from == EV_SQL_JSONPATH || to == EV_SQL_JSONPATH)
		return false;
	if (from == EV_SQL_BOOL || to == EV_SQL_BOOL)
		return from == EV_SQL_INT4 || to == EV_SQL_INT4;
	return ev_sql_is_number(from) == ev_sql_is_number(to);
}

struct ev_node *
ev_bind_cast(struct ev_bind *bind, struct ev_node *node)
{
	unsigned lazy = bind->lazy;

	if (node->arg[0]->kind == EV_NODE_ARRAY && !node->arg[0]->eval &&
	    ev_sql_is_array(node->sql.type))
		return ev_bind_array_as(bind, node->arg[0], &node->sql);
	if (!ev_bind_args(bind, node))
		return NULL;
	if (!castable(node->arg[0]->type, node->sql.type))
		return ev_bind_fail(bind, node, "cannot cast %s to %s",
		    ev_sql_name(node->arg[0]->type),
		    ev_sql_name(node->sql.type));
	node->stable = ev_sql_stable_cast(node->arg[0]->type, node->sql.type);
	/* a literal is read at once, wherever it stands */
	if (node->arg[0]->type == EV_SQL_UNKNOWN)
		bind->lazy = 0;
	node = ev_bind_done(bind, node, node->sql.type,
	    node->kind == EV_NODE_TRY_CAST ? ev_eval_try_cast : ev_eval_cast);
	bind->lazy = lazy;
	return node;
}

/* ---- objects ---- */

/* A field's member by a literal name is a field. */
static struct ev_node *
longer_path(struct ev_bind *bind, const struct ev_node *node)
{
	const struct ev_node *of = node->arg[0];
	struct ev_node *field = ev_bind_make(bind, node, EV_NODE_FIELD, 0);
	struct ev_slice *path = ev_arena_alloc(bind->arena,
	    (of->path_len + 1) * sizeof(*path));

	memcpy(path, of->path, of->path_len * sizeof(*path));
	path[of->path_len] = node->arg[1]->value.quoted->text;
	field->path = path;
	field->path_len = of->path_len + 1;
	return ev_bind(bind, field);
}

struct ev_node *
ev_bind_member(struct ev_bind *bind, struct ev_node *node)
{
	const char *op = node->kind == EV_NODE_MEMBER ? "->" : "->>";
	struct ev_node *key;
	bool json;

	if (!ev_bind_args(bind, node))
		return NULL;
	json = ev_sql_is_json(node->arg[0]->type);
	if (node->arg[0]->type != EV_SQL_ANY && !json)
		return no_operator(bind, node, op, node->arg[0], node->arg[1]);
	key = node->arg[1];
	if (node->kind == EV_NODE_MEMBER && key->type == EV_SQL_UNKNOWN &&
	    key->value.type != EV_SQL_NULL &&
	    node->arg[0]->kind == EV_NODE_FIELD)
		return longer_path(bind, node);
	if (key->type != EV_SQL_INT4 && key->type != EV_SQL_INT2)
		key = ev_bind_coerce(bind, key, EV_SQL_TEXT);
	if (!key)
		return ev_bind_fail(bind, node->arg[1],
		    "behind %s stands a name, a text or an integer, and this "
		    "is of type %s",
		    op, ev_sql_name(node->arg[1]->type));
	node->arg[1] = key;
	if (json)
		return node->kind == EV_NODE_MEMBER
		    ? ev_bind_done(bind, node, node->arg[0]->type,
			  ev_eval_json_member)
		    : ev_bind_done(bind, node, EV_SQL_TEXT,
			  ev_eval_json_member_text);
	if (node->kind == EV_NODE_MEMBER)
		return ev_bind_done(bind, node, EV_SQL_ANY, ev_eval_member);
	return ev_bind_done(bind, node, EV_SQL_TEXT, ev_eval_member_text);
}
