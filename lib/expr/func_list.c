/*
 * func_list: the functions as a person reads them.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "expr/func.h"

/* What the parser knows by itself. */
static const struct ev_func special[] = {
    {.name = "coalesce(any …)",
	.help = "the first argument that is not NULL",
	.example = "coalesce(NULL, 2)",
	.answer = "2"},
    {.name = "nullif(any, any)",
	.help = "NULL where both are equal, else the first",
	.example = "nullif(2, 2)",
	.answer = "null"},
    {.name = "greatest(any …)",
	.help = "the greatest that is not NULL",
	.example = "greatest(1, NULL, 3)",
	.answer = "3"},
    {.name = "least(any …)",
	.help = "the least that is not NULL",
	.example = "least(1, NULL, 3)",
	.answer = "1"},
};

static bool
wanted(const char *pattern, const struct ev_func *func)
{
	if (!pattern)
		return true;
	/* *, | and ^ are operators, and a pattern may be one */
	if (isalpha((unsigned char)func->name[0]) && strpbrk(pattern, "*?"))
		return fnmatch(pattern, func->name, FNM_CASEFOLD) == 0;
	return strcasestr(func->name, pattern) ||
	    strcasestr(func->help, pattern);
}

static void
add_title(struct ev_buf *out, const char **last, const char *title)
{
	if (*last && !strcmp(*last, title))
		return;
	ev_buf_printf(out, "%s# %s\n", *last ? "\n" : "", title);
	*last = title;
}

static void
add_rest(struct ev_buf *out, const struct ev_func *func)
{
	ev_buf_printf(out, "        %s\n        %s ⇒ %s\n", func->help,
	    func->example, func->answer);
}

bool
ev_func_list(const char *pattern, struct ev_buf *out)
{
	const struct ev_func *func;
	const char *title = NULL;

	for (size_t i = 0; i < sizeof(special) / sizeof(special[0]); i++) {
		if (!wanted(pattern, &special[i]))
			continue;
		add_title(out, &title, "conditions");
		ev_buf_printf(out, "%s\n", special[i].name);
		add_rest(out, &special[i]);
	}
	for (size_t i = 0; (func = ev_func_at(i)); i++) {
		if (!wanted(pattern, func))
			continue;
		add_title(out, &title, ev_func_group(i));
		ev_func_signature(func, func->arg, ev_func_argc(func), out);
		ev_buf_printf(out, " → %s%s\n",
		    func->flags & EV_FUNC_ROWS ? "rows of " : "",
		    ev_sql_name(func->result));
		add_rest(out, func);
	}
	return title != NULL;
}
