/*
 * func: prints the rows of the functions' tables for the oracle, a line each:
 * name, the types of the arguments, how often it is computed (PostgreSQL's
 * provolatile) and whether it is called for NULL.
 */
#include "expr/func.h"

#include <stdio.h>

#include "expr/type.h"

static void
print_row(const struct ev_func *func)
{
	unsigned argc = ev_func_argc(func);

	printf("%s\t", func->name);
	for (unsigned i = 0; i < argc; i++)
		printf("%s%s", i ? ", " : "",
		    func->arg[i] == EV_SQL_ANY ? "any"
					       : ev_sql_name(func->arg[i]));
	printf("\t%c\t%c\n",
	    func->flags & EV_FUNC_TICKS                            ? 'v'
		: func->flags & (EV_FUNC_STABLE | EV_FUNC_BY_TEXT) ? 's'
								   : 'i',
	    func->flags & EV_FUNC_NULLS ? 'f' : 't');
}

int
main(void)
{
	const struct ev_func *func;

	for (size_t i = 0; (func = ev_func_at(i)); i++)
		print_row(func);
	return 0;
}
