/*
 * func_type: pg_typeof. An expression has its type before there are events;
 * only that of a field comes with its value.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/result.h"

/* What a field holds, or COALESCE and CASE with a field in them give. */
static enum ev_sql
type_of_value(const struct ev_val *val)
{
	if (val->type != EV_SQL_JSON)
		return val->type;
	switch (val->json.type) {
	case EV_MISSING:
	case EV_NULL:
		return EV_SQL_NULL;
	case EV_FALSE:
	case EV_TRUE:
		return EV_SQL_BOOL;
	case EV_NUMBER:
		return EV_SQL_NUMERIC;
	case EV_STRING:
		return EV_SQL_TEXT;
	default:
		return EV_SQL_JSONTEXT;
	}
}

/* The type that all elements have; json where there are several, and text, as
 * of ARRAY[NULL], where there is none. */
static enum ev_sql
type_of_items(const struct ev_array *array)
{
	enum ev_sql type = EV_SQL_NULL;

	for (uint32_t i = 0; i < array->count; i++) {
		enum ev_sql is = type_of_value(&array->item[i]);

		if (is == EV_SQL_NULL || is == type)
			continue;
		if (type != EV_SQL_NULL)
			return EV_SQL_JSONTEXT;
		type = is;
	}
	return type == EV_SQL_NULL ? EV_SQL_TEXT : type;
}

static bool
type_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	enum ev_sql type = node->arg[0]->type;

	(void)run;
	if (type == EV_SQL_UNKNOWN)
		type = EV_SQL_NULL;
	else if (type == EV_SQL_ANY)
		type = type_of_value(&arg[0]);
	else if (type == ev_sql_array_of(EV_SQL_ANY))
		type = arg[0].type == EV_SQL_NULL
		    ? ev_sql_array_of(EV_SQL_TEXT)
		    : ev_sql_array_of(type_of_items(arg[0].array));
	return ev_result_text(out, ev_slice_of(ev_sql_name(type)));
}

const struct ev_func ev_func_type[] = {
    {"pg_typeof", EV_SQL_TEXT, {EV_SQL_ANY}, type_of,
	"the name of the value's type", "pg_typeof(1.5 + 1)", "\"numeric\"",
	EV_FUNC_NULLS | EV_FUNC_STABLE | EV_FUNC_UNTYPED},
    {.name = NULL},
};
