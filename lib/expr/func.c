/*
 * func: see func.h. The rules by which PostgreSQL picks a function by the
 * types of its arguments (manual 10.3): exact match; else those that implicit
 * casts reach; of them the most exact, then the most preferred types; then
 * quoted literals count as what the candidates agree on.
 */
#include "expr/func.h"

#define CANDIDATES 16

static const struct {
	const char *group;
	const struct ev_func *table;
} tables[] = {
    {"text", ev_func_text},
    {"text", ev_func_shape},
    {"text", ev_func_code},
    {"text", ev_func_format},
    {"text", ev_func_unicode},
    {"regular expressions", ev_func_regex},
    {"types", ev_func_type},
    {"numbers", ev_func_math},
    {"numbers", ev_func_num},
    {"numbers", ev_func_real},
    {"numbers", ev_func_bit},
    {"dates and times", ev_func_time},
    {"dates and times", ev_func_make},
    {"dates and times", ev_func_interval},
    {"format pictures", ev_func_pict},
    {"arrays", ev_func_array},
    {"arrays", ev_func_split},
    {"rows", ev_func_rows},
    {"JSON", ev_func_json},
    {"JSON", ev_func_json_rows},
    {"JSON", ev_func_jsonb},
    {"JSON", ev_func_jsonb_op},
    {"JSON paths", ev_func_jsonpath},
    {"KSQL", ev_func_ksql},
    {"KSQL", ev_func_ksql_time},
    {"KSQL", ev_func_ksql_json},
    {"KSQL", ev_func_ksql_split},
    {"KSQL", ev_func_ksql_array},
};

/* The table of the i-th row of all, and the row's index in it. */
static size_t
table_of(size_t i, size_t *row)
{
	size_t t = 0;

	for (*row = i; t < sizeof(tables) / sizeof(tables[0]); t++) {
		const struct ev_func *func = tables[t].table;

		for (; func->name; func++)
			if ((*row)-- == 0) {
				*row = (size_t)(func - tables[t].table);
				return t;
			}
	}
	return t;
}

const struct ev_func *
ev_func_at(size_t i)
{
	size_t row, t = table_of(i, &row);

	return t < sizeof(tables) / sizeof(tables[0]) ? &tables[t].table[row]
						      : NULL;
}

const char *
ev_func_group(size_t i)
{
	size_t row;

	return tables[table_of(i, &row)].group;
}

unsigned
ev_func_argc(const struct ev_func *func)
{
	unsigned n = 0;

	while (n < EV_FUNC_ARGS && func->arg[n] != EV_SQL_NULL)
		n++;
	return n;
}

enum ev_sql
ev_func_arg(const struct ev_func *func, unsigned i)
{
	unsigned argc = ev_func_argc(func);

	return func->arg[i < argc ? i : argc - 1];
}

/* PostgreSQL's preferred types: of two casts the one that reaches them. */
static bool
preferred(enum ev_sql type)
{
	return type == EV_SQL_FLOAT8 || type == EV_SQL_STAMPTZ ||
	    type == EV_SQL_INTERVAL || type == EV_SQL_TEXT ||
	    type == EV_SQL_BOOL;
}

/* Is it an array, or an element, where the row takes them of any type? A
 * field may hold either. */
static bool
polymorphic(enum ev_sql type, enum ev_sql want)
{
	return ev_sql_element(want) == EV_SQL_ELEMENT &&
	    (type == EV_SQL_ANY ||
		ev_sql_is_array(type) == ev_sql_is_array(want));
}

/* A field counts as exactly what its rule makes of it. */
static bool
exact(enum ev_sql type, enum ev_sql want)
{
	if (polymorphic(type, want))
		return true;
	return type == want || want == EV_SQL_ANY ||
	    (type == EV_SQL_ANY &&
		(want == EV_SQL_NUMERIC || want == EV_SQL_TEXT ||
		    want == EV_SQL_BOOL || want == EV_SQL_JSONTEXT));
}

/* Is one of the arguments more than a quoted literal? */
static bool
has_type(const enum ev_sql *type, unsigned argc)
{
	for (unsigned i = 0; i < argc; i++)
		if (type[i] != EV_SQL_UNKNOWN)
			return true;
	return false;
}

static bool
has_array(const enum ev_sql *type, unsigned argc)
{
	for (unsigned i = 0; i < argc; i++)
		if (ev_sql_is_array(type[i]))
			return true;
	return false;
}

static bool
reachable(const struct ev_func *func, const enum ev_sql *type, unsigned argc)
{
	unsigned want = ev_func_argc(func);

	if ((func->flags & EV_FUNC_VARIADIC) ? argc < want : argc != want)
		return false;
	if ((func->flags & EV_FUNC_ARRAY) && !has_array(type, argc))
		return false;
	if ((func->flags & EV_FUNC_TYPED) && type[argc - 1] == EV_SQL_ANY)
		return false;
	if ((func->flags & EV_FUNC_KNOWN) && !has_type(type, argc))
		return false;
	for (unsigned i = 0; i < argc; i++)
		if (!exact(type[i], ev_func_arg(func, i)) &&
		    !ev_sql_implicit(type[i], ev_func_arg(func, i)))
			return false;
	return true;
}

/* Does a candidate take exactly these types? Then it is meant (10.3, step 2):
 * of quote_literal(text) and quote_literal(any), a text means the first, a field
 * the second. */
static bool
identical(const struct ev_func *func, const enum ev_sql *type, unsigned argc)
{
	for (unsigned i = 0; i < argc; i++)
		if (type[i] != ev_func_arg(func, i))
			return false;
	return true;
}

/* How good a candidate is: round 0 counts exact arguments, 1 preferred types
 * too; quoted literals do not count. */
static unsigned
score(const struct ev_func *func, const enum ev_sql *type, unsigned argc,
    int round)
{
	unsigned n = 0;

	for (unsigned i = 0; i < argc; i++) {
		enum ev_sql want = ev_func_arg(func, i);

		n += type[i] != EV_SQL_UNKNOWN &&
		    (exact(type[i], want) || (round == 1 && preferred(want)));
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

/* Types of a kind, as PostgreSQL's catalog sorts them. */
enum category { NUMBERS, TEXTS, BOOLS, TIMES, SPANS, ARRAYS, OTHERS };

static enum category
category_of(enum ev_sql type)
{
	if (ev_sql_is_array(type))
		return ARRAYS;
	if (ev_sql_is_number(type))
		return NUMBERS;
	if (ev_sql_is_time(type))
		return TIMES;
	return type == EV_SQL_TEXT    ? TEXTS
	    : type == EV_SQL_BOOL     ? BOOLS
	    : type == EV_SQL_INTERVAL ? SPANS
				      : OTHERS;
}

/* The category that a quoted literal at i has for all candidates, or text if it
 * has that for one; false if they do not agree. *best: a preferred type of it
 * is among theirs. */
static bool
agree(const struct ev_func **list, size_t count, unsigned i,
    enum category *category, bool *best)
{
	bool same = true;

	*category = category_of(ev_func_arg(list[0], i));
	for (size_t n = 0; n < count; n++) {
		enum category is = category_of(ev_func_arg(list[n], i));

		same &= is == *category;
		if (is == TEXTS)
			*category = TEXTS;
	}
	*best = false;
	for (size_t n = 0; n < count; n++) {
		enum ev_sql want = ev_func_arg(list[n], i);

		*best |= category_of(want) == *category && preferred(want);
	}
	return same || *category == TEXTS;
}

/* Keeps the candidates that take quoted literals as the category that all
 * agree on; all, if they do not. */
static size_t
keep_agreed(const struct ev_func **list, size_t count, const enum ev_sql *type,
    unsigned argc)
{
	const struct ev_func *kept[CANDIDATES];
	size_t n = count;

	memcpy(kept, list, count * sizeof(*list));
	for (unsigned i = 0; i < argc; i++) {
		enum category category;
		size_t left = 0;
		bool best;

		if (type[i] != EV_SQL_UNKNOWN)
			continue;
		if (!agree(list, count, i, &category, &best))
			return count;
		for (size_t k = 0; k < n; k++) {
			enum ev_sql want = ev_func_arg(kept[k], i);

			if (category_of(want) == category &&
			    (!best || preferred(want)))
				kept[left++] = kept[k];
		}
		n = left;
	}
	if (!n)
		return count;
	memcpy(list, kept, n * sizeof(*list));
	return n;
}

/* The one candidate that is left if quoted literals are of the type that all
 * other arguments have; NULL: there is none, or more than one. */
static const struct ev_func *
one_of_same(const struct ev_func **list, size_t count, const enum ev_sql *type,
    unsigned argc)
{
	const struct ev_func *found = NULL;
	enum ev_sql known = EV_SQL_UNKNOWN, same[EV_FUNC_ARGS];
	unsigned found_count = 0;

	if (argc > EV_FUNC_ARGS)
		return NULL;
	for (unsigned i = 0; i < argc; i++) {
		if (type[i] == EV_SQL_UNKNOWN)
			continue;
		if (known != EV_SQL_UNKNOWN && type[i] != known)
			return NULL;
		known = type[i];
	}
	if (known == EV_SQL_UNKNOWN)
		return NULL;
	for (unsigned i = 0; i < argc; i++)
		same[i] = known;
	for (size_t i = 0; i < count; i++)
		if (reachable(list[i], same, argc)) {
			found = list[i];
			found_count++;
		}
	return found_count == 1 ? found : NULL;
}

/* x OP 'literal': a literal is of the other side's type, if the operator has
 * that (10.2, step 2a). */
static const struct ev_func *
operator_of_same(const struct ev_func **list, size_t count,
    const enum ev_sql *type, unsigned argc)
{
	bool first = argc == 2 && type[0] == EV_SQL_UNKNOWN;
	enum ev_sql same[2];

	if (argc != 2 || first == (type[1] == EV_SQL_UNKNOWN))
		return NULL;
	same[0] = same[1] = type[first];
	for (size_t i = 0; i < count; i++)
		if (identical(list[i], same, argc))
			return list[i];
	return NULL;
}

static bool
is_operator(const char *name)
{
	return name[0] < 'a' || name[0] > 'z';
}

void
ev_func_signature(const struct ev_func *func, const enum ev_sql *type,
    unsigned argc, struct ev_buf *out)
{
	bool call = func->name[0] >= 'a' && func->name[0] <= 'z' &&
	    !strchr(func->name, ' ');
	bool before = argc < 2; /* an operator stands before its argument */

	if (call || before)
		ev_buf_printf(out, "%s%s", func->name, call ? "(" : " ");
	for (unsigned i = 0; i < argc; i++) {
		if (i && !call)
			ev_buf_printf(out, " %s ",
			    i == 1 ? func->name : "ESCAPE");
		else if (i)
			ev_buf_str(out, ", ");
		ev_buf_str(out,
		    type[i] == EV_SQL_ANY && type == func->arg
			? "any"
			: ev_sql_name(type[i]));
	}
	if (func->flags & EV_FUNC_VARIADIC && type == func->arg)
		ev_buf_str(out, " …");
	if (call)
		ev_buf_char(out, ')');
}

/* Is one type a better cast of a field than another one? A moment rather than a
 * time without its zone, the usual integer rather than the least. */
static bool
better(enum ev_sql type, enum ev_sql than)
{
	return than == EV_SQL_NULL || type == EV_SQL_STAMPTZ ||
	    (type == EV_SQL_INT4 && than == EV_SQL_INT2);
}

/* What a function of as many arguments takes where a field stands that it
 * cannot be taken for: what to cast it to. EV_SQL_NULL: no cast would help. */
static enum ev_sql
wanted(struct ev_slice name, const enum ev_sql *type, unsigned argc)
{
	enum ev_sql want = EV_SQL_NULL;
	const struct ev_func *func;

	for (size_t i = 0; (func = ev_func_at(i)); i++) {
		if (!ev_slice_is(name, func->name) ||
		    ev_func_argc(func) != argc)
			continue;
		for (unsigned j = 0; j < argc; j++)
			if (type[j] == EV_SQL_ANY &&
			    (!exact(type[j], func->arg[j]) ||
				func->flags & EV_FUNC_TYPED) &&
			    better(func->arg[j], want))
				want = func->arg[j];
	}
	return want;
}

static bool
has_bytea(const enum ev_sql *type, unsigned argc)
{
	for (unsigned i = 0; i < argc; i++)
		if (type[i] == EV_SQL_BYTEA)
			return true;
	return false;
}

/* The name is known, but not with these arguments: says with which. */
static const char *
say_wrong(struct ev_slice name, const enum ev_sql *type, unsigned argc,
    struct ev_buf *buf)
{
	const struct ev_func *func, *known = NULL;
	const char *here = ev_func_elsewhere(name);
	bool first = true;
	enum ev_sql want;

	for (size_t i = 0; (func = ev_func_at(i)); i++)
		if (ev_slice_is(name, func->name))
			known = func;
	ev_buf_str(buf, "there is no ");
	ev_func_signature(known, type, argc, buf);
	ev_buf_str(buf, ", only ");
	for (size_t i = 0; (func = ev_func_at(i)); i++) {
		if (!ev_slice_is(name, func->name))
			continue;
		ev_buf_str(buf, first ? "" : ", ");
		first = false;
		ev_func_signature(func, func->arg, ev_func_argc(func), buf);
	}
	if (here)
		ev_buf_printf(buf, "; or write %s", here);
	want = wanted(name, type, argc);
	if (!here && has_bytea(type, argc))
		ev_buf_str(buf, "; cast the hash, as in sha256(name)::text");
	else if (!here && want != EV_SQL_NULL)
		ev_buf_printf(buf, "; cast the field, as in field::%s",
		    want == EV_SQL_STAMPTZ ? "timestamptz" : ev_sql_name(want));
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
	for (size_t i = 0; i < count; i++)
		if (identical(list[i], type, argc))
			return list[i];
	func = count && is_operator(list[0]->name)
	    ? operator_of_same(list, count, type, argc)
	    : NULL;
	if (func)
		return func;
	for (int round = 0; round < 2 && count > 1; round++)
		count = keep_best(list, count, type, argc, round);
	if (count > 1)
		count = keep_agreed(list, count, type, argc);
	if (count == 1)
		return list[0];
	func = count ? one_of_same(list, count, type, argc) : NULL;
	if (func)
		return func;
	if (count > 1) {
		ev_buf_str(buf, "it is not clear which function is meant by ");
		ev_func_signature(list[0], type, argc, buf);
		ev_buf_str(buf, ": cast an argument");
		*why = ev_buf_cstr(buf);
	} else {
		*why = known ? say_wrong(name, type, argc, buf)
			     : ev_func_unknown(name, buf);
	}
	return NULL;
}
