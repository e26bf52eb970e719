/*
 * func_json_rows: the elements of a JSON array and the names of an object's
 * members as rows. They are made as an array, which EV_FUNC_ROWS takes apart.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"

/* ---- elements ---- */

#define EXTRACT "extract elements from"

static bool
json_elements(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value json = ev_json_value(arg);

	return ev_json_want(run, node, json.type, EV_ARRAY, EXTRACT) &&
	    ev_array_of_items(run, node, json, EV_SQL_JSONTEXT, out);
}

static bool
jsonb_elements(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_jsonb *json = arg[0].jsonb;
	struct ev_array *array;

	if (!ev_json_want(run, node, json->type, EV_ARRAY, EXTRACT))
		return false;
	array = ev_array_make(run, node, json->count);
	if (!array)
		return false;
	for (uint32_t i = 0; i < json->count; i++) {
		array->item[i].type = EV_SQL_JSONB;
		array->item[i].jsonb = &json->item[i];
	}
	ev_array_out(out, array, EV_SQL_JSONB);
	return true;
}

/* The elements as ->> gives them. */
static bool
unquote(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	const struct ev_array *array = out->array;

	for (uint32_t i = 0; i < array->count; i++)
		if (!ev_json_unquote(run, node, &array->item[i]))
			return false;
	ev_array_out(out, array, EV_SQL_TEXT);
	return true;
}

static bool
json_elements_text(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return json_elements(run, node, arg, out) && unquote(run, node, out);
}

static bool
jsonb_elements_text(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return jsonb_elements(run, node, arg, out) && unquote(run, node, out);
}

/* ---- names ---- */

static bool
json_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value json = ev_json_value(arg);

	return ev_json_want(run, node, json.type, EV_OBJECT,
		   "call json_object_keys on") &&
	    ev_array_of_names(run, node, json, out);
}

static bool
jsonb_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_jsonb *json = arg[0].jsonb;
	struct ev_array *array;

	if (!ev_json_want(run, node, json->type, EV_OBJECT,
		"call jsonb_object_keys on"))
		return false;
	array = ev_array_make(run, node, json->count);
	if (!array)
		return false;
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
#define ROWS EV_FUNC_ROWS

const struct ev_func ev_func_json_rows[] = {
    {"json_array_elements", J, {J}, json_elements, "a row for each element",
	"json_array_elements('[1, \"a\"]'::json)", "1 \"a\"", ROWS},
    {"json_array_elements_text", T, {J}, json_elements_text,
	"the same as texts", "json_array_elements_text('[1, \"a\"]'::json)",
	"\"1\" \"a\"", ROWS},
    {"jsonb_array_elements", B, {B}, jsonb_elements, "a row for each element",
	"jsonb_array_elements('[1, {\"a\":2}]'::jsonb)", "1 {\"a\": 2}", ROWS},
    {"jsonb_array_elements_text", T, {B}, jsonb_elements_text,
	"the same as texts", "jsonb_array_elements_text('[1, null]'::jsonb)",
	"\"1\" null", ROWS},
    {"json_object_keys", T, {J}, json_keys, "a row for each member's name",
	"json_object_keys('{\"b\":1,\"a\":2}'::json)", "\"b\" \"a\"", ROWS},
    {"jsonb_object_keys", T, {B}, jsonb_keys, "a row for each member's name",
	"jsonb_object_keys('{\"b\":1,\"a\":2}'::jsonb)", "\"a\" \"b\"", ROWS},
    {.name = NULL},
};
