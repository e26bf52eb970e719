/*
 * func_unknown: what is said of a function that there is not: the nearest
 * name, what other systems' functions are called here, and why there are no
 * aggregates.
 */
#include <strings.h>

#include "base/nearest.h"
#include "base/utf8.h"
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
    {"nvl2", "CASE WHEN x IS NOT NULL THEN … ELSE … END"},
    {"exists", "email IS NOT NULL"},
    {"has", "email IS NOT NULL"},
    {"is_present", "email IS NOT NULL"},
    {"isempty", "COALESCE(email, '') = ''"},
    {"is_empty", "COALESCE(email, '') = ''"},
    {"is_null", "email IS NULL"},
    {"safe_cast", "try_cast"},
    {"tryconvert", "try_cast"},
    {"convert", "CAST(x AS type)"},
    {"isnumeric", "try_cast(x AS numeric) IS NOT NULL"},
    {"tostring", "x::text"},
    {"str", "x::text"},
    {"string", "x::text"},
    {"tonumber", "x::numeric"},
    {"to_number", "x::numeric"},
    {"typeof", "pg_typeof"},
    {"parseint", "x::integer"},
    {"int", "x::integer"},
    {"parsefloat", "x::float8"},
    {"float", "x::float8"},
    /* texts */
    {"tolower", "lower"},
    {"ascii_downcase", "lower"},
    {"toupper", "upper"},
    {"ascii_upcase", "upper"},
    {"strlen", "length"},
    {"charindex", "strpos"},
    {"indexof", "strpos"},
    {"index", "strpos"},
    {"locate", "strpos(name, 'x'), the text first"},
    {"contains", "strpos(name, 'x') > 0"},
    {"includes", "strpos(name, 'x') > 0"},
    {"startswith", "starts_with"},
    {"endswith", "name LIKE '%n'"},
    {"mid", "substring"},
    {"substring_index", "split_part"},
    {"sprintf", "format"},
    {"test", "name ~ '^A'"},
    {"match", "name ~ '^A'"},
    {"regexp", "name ~ '^A'"},
    {"regexp_extract", "regexp_substr"},
    {"sub", "regexp_replace"},
    {"gsub", "regexp_replace(name, 'x', 'y', 'g')"},
    {"json_extract", "user.club, or user->'club'"},
    {"json_value", "user.club, or user->>'club'"},
    {"truncate", "trunc"},
    /* times */
    {"getdate", "now()"},
    {"sysdate", "now()"},
    {"curdate", "current_date"},
    {"today", "current_date"},
    {"date", "ts::date"},
    {"datetime", "ts::timestamptz"},
    {"year", "extract(year FROM ts::timestamptz)"},
    {"month", "extract(month FROM ts::timestamptz)"},
    {"day", "extract(day FROM ts::timestamptz)"},
    {"dayofmonth", "extract(day FROM ts::timestamptz)"},
    {"dayofweek", "extract(dow FROM ts::timestamptz)"},
    {"weekday", "extract(isodow FROM ts::timestamptz)"},
    {"hour", "extract(hour FROM ts::timestamptz)"},
    {"minute", "extract(minute FROM ts::timestamptz)"},
    {"second", "extract(second FROM ts::timestamptz)"},
    {"unix_time", "extract(epoch FROM ts::timestamptz)"},
    {"date_format", "to_char"},
    {"strftime", "to_char"},
    {"str_to_date", "to_date"},
    {"strptime", "to_timestamp"},
    {"from_iso8601_timestamp", "ts::timestamptz"},
    {"dateadd", "+ INTERVAL '1 day'"},
    {"date_add", "+ INTERVAL '1 day'"},
    {"date_sub", "- INTERVAL '1 day'"},
    {"datediff", "date - date"},
    {"timestampdiff", "extract(epoch FROM a - b)"},
    /* aggregates, of several values of one event */
    {"count", "cardinality(tags)"},
    {"min", "LEAST"},
    {"max", "GREATEST"},
    {"array_agg", "ARRAY[a, b]"},
    {"string_agg", "concat_ws"},
    {"group_concat", "concat_ws"},
    /* what there is, with other arguments */
    {"&&", "a AND b"},
    {"?", "CASE WHEN a THEN b ELSE c END"},
    {"to_date", "ts::date"},
    {"to_timestamp", "ts::timestamptz"},
};

static bool
is(const char *word, struct ev_slice name)
{
	return strlen(word) == name.len &&
	    !strncasecmp(word, name.ptr, name.len);
}

const char *
ev_func_elsewhere(struct ev_slice name)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (is(elsewhere[i].name, name))
			return elsewhere[i].here;
	return NULL;
}

bool
ev_func_is_aggregate(struct ev_slice name)
{
	for (const char *const *word = aggregates; *word; word++)
		if (is(*word, name))
			return true;
	return false;
}

const char *
ev_func_unknown(struct ev_slice name, struct ev_buf *buf)
{
	const char *here = ev_func_elsewhere(name);
	struct ev_buf word = {0};
	struct ev_nearest nearest;
	const struct ev_func *func;

	ev_buf_slice(&word, name);
	nearest = ev_nearest_to(ev_buf_cstr(&word));
	for (size_t i = 0; !here && (func = ev_func_at(i)); i++)
		ev_nearest_offer(&nearest, func->name);
	ev_buf_printf(buf, "there is no function %.*s",
	    (int)ev_utf8_cut(name.ptr, name.len, 60), name.ptr);
	if (here)
		ev_buf_printf(buf, ": here it is %s", here);
	else if (nearest.best)
		ev_buf_printf(buf, "; did you mean %s?", nearest.best);
	ev_buf_release(&word);
	return ev_buf_cstr(buf);
}
