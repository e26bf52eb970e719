/*
 * bind_call: the binding of calls: which row of the functions' tables is meant,
 * and its arguments cast to what it takes.
 */
#include "expr/bind.h"
#include "expr/eval.h"
#include "expr/func.h"
#include "expr/jsonpath.h"

/* A call that asks what time it is, which with --now is known for ever. */
static void
note_clock(struct ev_bind *bind, struct ev_node *node)
{
	const struct ev_time_env *time = bind->run.time;

	if (time->fixed)
		return;
	node->clock = node->func->flags & EV_FUNC_TICKS ? EV_CLOCK_TICKS
							: EV_CLOCK_NOW;
	if (time->asked)
		*time->asked = true;
}

/* The common type of all that a row takes of any one; *poly: there is such. */
static bool
find_element(struct ev_bind *bind, const struct ev_node *node,
    const struct ev_func *func, struct ev_bind_common *common, bool *poly)
{
	*poly = false;
	for (unsigned i = 0; i < node->argc; i++) {
		enum ev_sql type = ev_sql_element(node->arg[i]->type);
		bool same = type == common->type || type == EV_SQL_ANY ||
		    type == EV_SQL_UNKNOWN || common->type == EV_SQL_UNKNOWN;

		if (ev_sql_element(ev_func_arg(func, i)) != EV_SQL_ELEMENT)
			continue;
		*poly = true;
		if (func->flags & EV_FUNC_SAME && !same) {
			ev_bind_fail(bind, node,
			    "%s needs elements of one type, and there are %s "
			    "and %s: cast one of them",
			    func->name, ev_sql_name(common->type),
			    ev_sql_name(type));
			return false;
		}
		if (!ev_bind_note(bind, common, node->arg[i], type))
			return false;
	}
	if (!*poly || common->any || common->type != EV_SQL_UNKNOWN ||
	    !(func->flags & EV_FUNC_SAME))
		return true;
	ev_bind_fail(bind, node,
	    "%s needs a type: cast the literal, as in '{1,2}'::integer[]",
	    func->name);
	return false;
}

/* A type of a row, with the element's type put in. */
static enum ev_sql
concrete(enum ev_sql type, enum ev_sql element)
{
	if (ev_sql_element(type) != EV_SQL_ELEMENT)
		return type;
	return ev_sql_is_array(type) ? ev_sql_array_of(element) : element;
}

/* Casts the arguments to what the row takes; *result: what it gives. */
static bool
coerce_args(struct ev_bind *bind, struct ev_node *node,
    const struct ev_func *func, enum ev_sql *result)
{
	struct ev_bind_common common = {.what = func->name,
	    .type = EV_SQL_UNKNOWN};
	enum ev_sql element;
	bool poly;

	if (!find_element(bind, node, func, &common, &poly))
		return false;
	element = poly ? ev_bind_common_type(&common) : EV_SQL_NULL;
	*result = concrete(func->result, element);
	for (unsigned i = 0; i < node->argc; i++) {
		enum ev_sql want = ev_func_arg(func, i);

		if (func->flags & EV_FUNC_UNTYPED)
			continue;
		node->arg[i] = want == EV_SQL_ELEMENT
		    ? ev_bind_make_common(bind, node->arg[i], &common)
		    : ev_bind_coerce(bind, node->arg[i],
			  concrete(want, element));
		if (!node->arg[i])
			return false;
		node->arg[i]->overlaps = !strcmp(func->name, "&&");
	}
	return true;
}

/* Are a regular expression and its options, known now, what they must be? They
 * are tried on a text that nothing is wrong with. */
static bool
check_regex(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_val out, arg[EV_FUNC_ARGS] = {0};

	arg[0].type = EV_SQL_TEXT;
	arg[0].text = EV_SLICE("");
	for (unsigned i = 1; i < node->argc; i++) {
		arg[i] = node->arg[i]->value;
		if (!ev_bind_is_const(node->arg[i]) || node->arg[i]->stable ||
		    arg[i].type == EV_SQL_NULL)
			return true;
	}
	bind->run.err = &bind->why;
	bind->run.failed = NULL;
	if (bind->lazy || node->func->call(&bind->run, node, arg, &out))
		return true;
	return ev_bind_fail(bind, bind->run.failed, "%s", bind->why.text);
}

/* Those of a path's like_regex. */
static struct ev_pattern **
make_regexes(struct ev_bind *bind)
{
	struct ev_pattern **regexes = ev_arena_alloc(bind->arena,
	    EV_JSONPATH_REGEXES * sizeof(struct ev_pattern *));

	for (unsigned i = 0; i < EV_JSONPATH_REGEXES; i++)
		regexes[i] = ev_bind_pattern(bind);
	return regexes;
}

struct ev_node *
ev_bind_call(struct ev_bind *bind, struct ev_node *node)
{
	const struct ev_func *func;
	struct ev_node *made;
	const struct ev_rows *before = bind->rows;
	enum ev_sql *type, result;
	const char *why;

	if (!ev_bind_args(bind, node))
		return NULL;
	type = ev_arena_alloc(bind->arena, (node->argc + 1) * sizeof(*type));
	for (unsigned i = 0; i < node->argc; i++)
		type[i] = node->arg[i]->type;
	func = ev_func_find(node->name, type, node->argc, &bind->words, &why);
	if (!func)
		return ev_bind_fail(bind, node, "%s", why);
	if (!coerce_args(bind, node, func, &result))
		return NULL;
	if (func->flags & EV_FUNC_ENDS)
		return ev_bind_ends(bind, node);
	node->func = func;
	if (func->flags & EV_FUNC_REGEX) {
		node->regex = ev_bind_pattern(bind);
		if (!ev_bind_is_const(node->arg[0]) && !check_regex(bind, node))
			return NULL;
	}
	if (func->flags & EV_FUNC_PATH)
		node->regexes = make_regexes(bind);
	if (func->flags & EV_FUNC_PICTURE && !ev_bind_picture(bind, node))
		return NULL;
	if (func->flags & EV_FUNC_PICT)
		ev_bind_pict(bind, node);
	node->stable = func->flags & EV_FUNC_STABLE ||
	    (func->flags & EV_FUNC_BY_TEXT &&
		ev_sql_stable_cast(type[0], EV_SQL_TEXT));
	if (func->flags & (EV_FUNC_NOW | EV_FUNC_TICKS))
		note_clock(bind, node);
	made = ev_bind_done(bind, node, result, ev_eval_call);
	if (made && func->flags & EV_FUNC_ROWS)
		return ev_bind_rows(bind, made, func->name, before);
	return made;
}
