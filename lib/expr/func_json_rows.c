/*
 * func_json_rows: the names of an object's members as rows. They are made as an
 * array, which EV_FUNC_ROWS takes apart.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"

static bool
is_object(struct ev_run *run, const struct ev_node *node, enum ev_type type)
{
	return type == EV_OBJECT ||
	    ev_run_fail(run, node, "cannot call %s on %s", node->func->name,
		type == EV_ARRAY ? "an array" : "a scalar");
}

static bool
json_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value json = ev_json_value(arg);
	struct ev_member member;
	struct ev_array *array;
	const char *at = NULL;
	size_t count = 0;

	if (!is_object(run, node, json.type))
		return false;
	while (ev_value_next(json, &at, &member))
		count++;
	array = ev_array_new(run, count);
	at = NULL;
	for (uint32_t i = 0; ev_value_next(json, &at, &member); i++) {
		ev_json_part_out(member.key, &array->item[i]);
		if (!ev_json_unquote(run, node, &array->item[i]))
			return false;
	}
	ev_array_out(out, array, EV_SQL_TEXT);
	return true;
}

static bool
jsonb_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_jsonb *json = arg[0].jsonb;
	struct ev_array *array;

	if (!is_object(run, node, json->type))
		return false;
	array = ev_array_new(run, json->count);
	for (uint32_t i = 0; i < json->count; i++) {
		array->item[i].type = EV_SQL_TEXT;
		array->item[i].text = json->pair[i].key;
	}
	ev_array_out(out, array, EV_SQL_TEXT);
	return true;
}

#define J EV_SQL_JSONTEXT
#define B EV_SQL_JSONB
#define T EV_SQL_TEXT

const struct ev_func ev_func_json_rows[] = {
    {"json_object_keys", T, {J}, json_keys, "a row for each member's name",
	"json_object_keys('{\"b\":1,\"a\":2}'::json)", "\"b\" \"a\"",
	EV_FUNC_ROWS},
    {"jsonb_object_keys", T, {B}, jsonb_keys, "a row for each member's name",
	"jsonb_object_keys('{\"b\":1,\"a\":2}'::jsonb)", "\"a\" \"b\"",
	EV_FUNC_ROWS},
    {.name = NULL},
};
