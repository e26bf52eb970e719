/*
 * func: see func.h. The rules by which PostgreSQL picks a function by the
 * types of its arguments (manual 10.3): exact match; else those that implicit
 * casts reach; of them the most exact, then the most preferred types; then
 * quoted literals count as text.
 */
#include "expr/func.h"

#include "base/nearest.h"

#define CANDIDATES 16

static const struct ev_func *const tables[] = {ev_func_text, ev_func_math,
    ev_func_time, ev_func_pict};

const struct ev_func *
ev_func_at(size_t i)
{
	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++) {
		const struct ev_func *func = tables[t];

		for (; func->name; func++)
			if (i-- == 0)
				return func;
	}
	return NULL;
}

static unsigned
argc_of(const struct ev_func *func)
{
	unsigned n = 0;

	while (n < EV_FUNC_ARGS && func->arg[n] != EV_SQL_NULL)
		n++;
	return n;
}

enum ev_sql
ev_func_arg(const struct ev_func *func, unsigned i)
{
	unsigned argc = argc_of(func);

	return func->arg[i < argc ? i : argc - 1];
}

/* PostgreSQL's preferred types: of two casts the one that reaches them. */
static bool
preferred(enum ev_sql type)
{
	return type == EV_SQL_FLOAT8 || type == EV_SQL_STAMPTZ ||
	    type == EV_SQL_TEXT || type == EV_SQL_BOOL;
}

/* A field counts as exactly what its rule makes of it. */
static bool
exact(enum ev_sql type, enum ev_sql want)
{
	return type == want || want == EV_SQL_ANY ||
	    (type == EV_SQL_ANY &&
		(want == EV_SQL_NUMERIC || want == EV_SQL_TEXT ||
		    want == EV_SQL_BOOL));
}

static bool
reachable(const struct ev_func *func, const enum ev_sql *type, unsigned argc)
{
	unsigned want = argc_of(func);

	if ((func->flags & EV_FUNC_VARIADIC) ? argc < want : argc != want)
		return false;
	for (unsigned i = 0; i < argc; i++)
		if (!exact(type[i], ev_func_arg(func, i)) &&
		    !ev_sql_implicit(type[i], ev_func_arg(func, i)))
			return false;
	return true;
}

/* How good a candidate is: round 0 counts exact arguments, 1 preferred types
 * too, 2 text for quoted literals. */
static unsigned
score(const struct ev_func *func, const enum ev_sql *type, unsigned argc,
    int round)
{
	unsigned n = 0;

	for (unsigned i = 0; i < argc; i++) {
		enum ev_sql want = ev_func_arg(func, i);

		if (type[i] == EV_SQL_UNKNOWN)
			n += round == 2 ? want == EV_SQL_TEXT
					: round == 1 && preferred(want);
		else
			n += exact(type[i], want) ||
			    (round == 1 && preferred(want));
	}
	return n;
}

/* Keeps the candidates with the best score of a round. */
static size_t
keep_best(const struct ev_func **list, size_t count, const enum ev_sql *type,
    unsigned argc, int round)
{
	unsigned best = 0;
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned n = score(list[i], type, argc, round);

		if (n > best) {
			best = n;
			kept = 0;
		}
		if (n == best)
			list[kept++] = list[i];
	}
	return kept;
}

static const char *
say_unknown(struct ev_slice name, struct ev_buf *buf)
{
	struct ev_nearest nearest;
	const struct ev_func *func;
	struct ev_buf word = {0};

	ev_buf_slice(&word, name);
	nearest = ev_nearest_to(ev_buf_cstr(&word));
	for (size_t i = 0; (func = ev_func_at(i)); i++)
		ev_nearest_offer(&nearest, func->name);
	ev_buf_printf(buf, "there is no function %.60s", ev_buf_cstr(&word));
	if (nearest.best)
		ev_buf_printf(buf, "; did you mean %s?", nearest.best);
	ev_buf_release(&word);
	return ev_buf_cstr(buf);
}

static void
say_types(struct ev_buf *buf, const char *name, const enum ev_sql *type,
    unsigned argc)
{
	ev_buf_printf(buf, "%s(", name);
	for (unsigned i = 0; i < argc; i++)
		ev_buf_printf(buf, "%s%s", i ? ", " : "", ev_sql_name(type[i]));
	ev_buf_char(buf, ')');
}

/* The name is known, but not with these arguments: says with which. */
static const char *
say_wrong(struct ev_slice name, const enum ev_sql *type, unsigned argc,
    struct ev_buf *buf)
{
	const struct ev_func *func;
	bool field = false, first = true;
	const char *known = "";

	for (size_t i = 0; (func = ev_func_at(i)); i++)
		if (ev_slice_is(name, func->name))
			known = func->name;
	ev_buf_str(buf, "there is no ");
	say_types(buf, known, type, argc);
	ev_buf_str(buf, ", only ");
	for (size_t i = 0; (func = ev_func_at(i)); i++) {
		if (!ev_slice_is(name, func->name))
			continue;
		ev_buf_str(buf, first ? "" : ", ");
		first = false;
		say_types(buf, known, func->arg, argc_of(func));
		if ((func->flags & EV_FUNC_VARIADIC))
			buf->ptr[buf->len - 1] = ' ', ev_buf_str(buf, "…)");
	}
	for (unsigned i = 0; i < argc; i++)
		field |= type[i] == EV_SQL_ANY;
	if (field)
		ev_buf_str(buf,
		    "; cast the field, as in "
		    "field::timestamptz or field::integer");
	return ev_buf_cstr(buf);
}

const struct ev_func *
ev_func_find(struct ev_slice name, const enum ev_sql *type, unsigned argc,
    struct ev_buf *buf, const char **why)
{
	const struct ev_func *list[CANDIDATES], *func;
	bool known = false;
	size_t count = 0;

	buf->len = 0;
	for (size_t i = 0; (func = ev_func_at(i)); i++) {
		if (!ev_slice_is(name, func->name))
			continue;
		known = true;
		if (count < CANDIDATES && reachable(func, type, argc))
			list[count++] = func;
	}
	for (int round = 0; round < 3 && count > 1; round++)
		count = keep_best(list, count, type, argc, round);
	if (count == 1)
		return list[0];
	if (count > 1) {
		ev_buf_str(buf, "it is not clear which function is meant by ");
		say_types(buf, list[0]->name, type, argc);
		ev_buf_str(buf, ": cast an argument");
		*why = ev_buf_cstr(buf);
	} else {
		*why = known ? say_wrong(name, type, argc, buf)
			     : say_unknown(name, buf);
	}
	return NULL;
}
