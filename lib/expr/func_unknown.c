/*
 * func_unknown: what is said of a function that there is not: the nearest
 * name, what other systems' functions are called here, and why there are no
 * aggregates.
 */
#include <strings.h>

#include "base/nearest.h"
#include "expr/func.h"

static const char *const aggregates[] = {"count", "sum", "avg", "min", "max",
    "array_agg", "string_agg", "json_agg", "jsonb_agg", "group_concat",
    "stddev", "variance", "row_number", "rank", "lag", "lead", "first_value",
    "last_value", NULL};

/* What those who come from elsewhere type, and what they mean. */
static const struct {
	const char *name, *here;
} elsewhere[] = {
    {"if", "CASE WHEN … THEN … ELSE … END"},
    {"iif", "CASE WHEN … THEN … ELSE … END"},
    {"nvl", "COALESCE"},
    {"safe_cast", "try_cast"},
    {"tryconvert", "try_cast"},
    {"getdate", "now()"},
    {"sysdate", "now()"},
    {"date_format", "to_char"},
    {"strftime", "to_char"},
    {"str_to_date", "to_date"},
    {"strptime", "to_timestamp"},
    {"charindex", "strpos"},
    {"regexp_extract", "regexp_substr"},
    {"dateadd", "+ INTERVAL '1 day'"},
    {"datediff", "date - date"},
};

/* What another system's function of this name is here; NULL: unknown. */
static const char *
from_elsewhere(const char *name)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (!strcasecmp(elsewhere[i].name, name))
			return elsewhere[i].here;
	return NULL;
}

bool
ev_func_is_aggregate(struct ev_slice name)
{
	for (const char *const *is = aggregates; *is; is++)
		if (strlen(*is) == name.len &&
		    !strncasecmp(*is, name.ptr, name.len))
			return true;
	return false;
}

const char *
ev_func_unknown(struct ev_slice name, struct ev_buf *buf)
{
	struct ev_buf word = {0};
	struct ev_nearest nearest;
	const struct ev_func *func;
	const char *here;

	ev_buf_slice(&word, name);
	nearest = ev_nearest_to(ev_buf_cstr(&word));
	here = from_elsewhere(ev_buf_cstr(&word));
	for (size_t i = 0; !here && (func = ev_func_at(i)); i++)
		ev_nearest_offer(&nearest, func->name);
	ev_buf_printf(buf, "there is no function %.60s", ev_buf_cstr(&word));
	if (here)
		ev_buf_printf(buf, ": here it is %s", here);
	else if (nearest.best)
		ev_buf_printf(buf, "; did you mean %s?", nearest.best);
	ev_buf_release(&word);
	return ev_buf_cstr(buf);
}
