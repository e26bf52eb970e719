/*
 * type: see type.h.
 */
#include "expr/type.h"

#define NAME(type, word) [type] = (word), [EV_SQL_ARRAY | (type)] = word "[]"

const char *
ev_sql_name(enum ev_sql type)
{
	static const char *const name[] = {
	    NAME(EV_SQL_NULL, "unknown"),
	    NAME(EV_SQL_UNKNOWN, "quoted text"),
	    NAME(EV_SQL_ANY, "field"),
	    NAME(EV_SQL_BOOL, "boolean"),
	    NAME(EV_SQL_INT2, "smallint"),
	    NAME(EV_SQL_INT4, "integer"),
	    NAME(EV_SQL_INT8, "bigint"),
	    NAME(EV_SQL_NUMERIC, "numeric"),
	    NAME(EV_SQL_FLOAT8, "double precision"),
	    NAME(EV_SQL_TEXT, "text"),
	    NAME(EV_SQL_DATE, "date"),
	    NAME(EV_SQL_STAMP, "timestamp without time zone"),
	    NAME(EV_SQL_STAMPTZ, "timestamp with time zone"),
	    NAME(EV_SQL_INTERVAL, "interval"),
	    NAME(EV_SQL_JSON, "json"),
	    NAME(EV_SQL_JSONTEXT, "json"),
	    NAME(EV_SQL_JSONB, "jsonb"),
	    NAME(EV_SQL_BYTEA, "bytea"),
	    NAME(EV_SQL_JSONPATH, "jsonpath"),
	    [EV_SQL_ELEMENT] = "any",
	    [EV_SQL_ARRAY | EV_SQL_ELEMENT] = "anyarray",
	};

	return name[type];
}

bool
ev_sql_implicit(enum ev_sql from, enum ev_sql to)
{
	if (from == to || from == EV_SQL_UNKNOWN)
		return true;
	if (ev_sql_is_array(from) && ev_sql_is_array(to))
		return ev_sql_implicit(ev_sql_element(from),
		    ev_sql_element(to));
	if (ev_sql_is_number(from) && ev_sql_is_number(to))
		return from < to;
	if (ev_sql_is_time(from) && ev_sql_is_time(to))
		return from < to;
	/* a field's number is numeric, its string text, its true boolean */
	return from == EV_SQL_ANY &&
	    (to == EV_SQL_BOOL || to == EV_SQL_TEXT || to == EV_SQL_NUMERIC ||
		to == EV_SQL_FLOAT8 || ev_sql_is_json(to) ||
		to == EV_SQL_JSONPATH || ev_sql_is_array(to));
}

bool
ev_sql_stable_cast(enum ev_sql from, enum ev_sql to)
{
	from = ev_sql_element(from);
	to = ev_sql_element(to);
	if (from == EV_SQL_INTERVAL || to == EV_SQL_INTERVAL)
		return from == EV_SQL_TEXT || to == EV_SQL_TEXT;
	if (!ev_sql_is_time(from))
		return from == EV_SQL_TEXT && ev_sql_is_time(to);
	return to == EV_SQL_TEXT ||
	    (from == EV_SQL_STAMPTZ) != (to == EV_SQL_STAMPTZ);
}

const char *
ev_sql_json_name(struct ev_value value)
{
	switch (value.type) {
	case EV_FALSE:
	case EV_TRUE:
		return "a boolean";
	case EV_NUMBER:
		return "a number";
	case EV_STRING:
		return "a string";
	case EV_ARRAY:
		return "an array";
	case EV_OBJECT:
		return "an object";
	default:
		return "null";
	}
}

const char *
ev_sql_val_name(const struct ev_val *val)
{
	return val->type == EV_SQL_JSON ? ev_sql_json_name(val->json)
					: ev_sql_name(val->type);
}
