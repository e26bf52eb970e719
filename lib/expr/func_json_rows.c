/*
 * func_json_rows: the functions of json and jsonb that give rows. A row's
 * values are made as an array, which EV_FUNC_ROWS takes apart.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"

/* An array of so many elements or keys that it has, not yet set. */
static struct ev_array *
make_array(struct ev_run *run, struct ev_value json)
{
	struct ev_member member;
	const char *at = NULL;
	size_t count = 0;

	while (ev_value_next(json, &at, &member))
		count++;
	return ev_array_new(run, count);
}

static bool
wrong_kind(struct ev_run *run, const struct ev_node *node, enum ev_type type)
{
	return ev_run_fail(run, node, "cannot call %s on %s", node->func->name,
	    type == EV_OBJECT      ? "an object"
		: type == EV_ARRAY ? "an array"
				   : "a scalar");
}

/* The elements of a json, as json or as text. */
static bool
elements(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, bool text, struct ev_val *out)
{
	struct ev_value json = ev_json_value(arg);
	struct ev_array *array = make_array(run, json);
	struct ev_member member;
	const char *at = NULL;

	if (json.type != EV_ARRAY)
		return wrong_kind(run, node, json.type);
	for (uint32_t i = 0; ev_value_next(json, &at, &member); i++) {
		ev_json_part_out(member.value, &array->item[i]);
		if (text && !ev_json_unquote(run, node, &array->item[i]))
			return false;
	}
	ev_array_out(out, array, text ? EV_SQL_TEXT : EV_SQL_JSONTEXT);
	return true;
}

static bool
json_elements(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return elements(run, node, arg, false, out);
}

static bool
json_texts(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return elements(run, node, arg, true, out);
}

static bool
json_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value json = ev_json_value(arg);
	struct ev_array *array = make_array(run, json);
	struct ev_member member;
	const char *at = NULL;

	if (json.type != EV_OBJECT)
		return wrong_kind(run, node, json.type);
	for (uint32_t i = 0; ev_value_next(json, &at, &member); i++) {
		ev_json_part_out(member.key, &array->item[i]);
		if (!ev_json_unquote(run, node, &array->item[i]))
			return false;
	}
	ev_array_out(out, array, EV_SQL_TEXT);
	return true;
}

/* The same of jsonb. */
static bool
items(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    bool text, struct ev_val *out)
{
	const struct ev_jsonb *json = arg[0].jsonb;
	struct ev_array *array;

	if (json->type != EV_ARRAY)
		return wrong_kind(run, node, json->type);
	array = ev_array_new(run, json->count);
	for (uint32_t i = 0; i < json->count; i++) {
		array->item[i].type = EV_SQL_JSONB;
		array->item[i].jsonb = &json->item[i];
		if (text && !ev_json_unquote(run, node, &array->item[i]))
			return false;
	}
	ev_array_out(out, array, text ? EV_SQL_TEXT : EV_SQL_JSONB);
	return true;
}

static bool
jsonb_elements(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return items(run, node, arg, false, out);
}

static bool
jsonb_texts(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return items(run, node, arg, true, out);
}

static bool
jsonb_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_jsonb *json = arg[0].jsonb;
	struct ev_array *array;

	if (json->type != EV_OBJECT)
		return wrong_kind(run, node, json->type);
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
    {"json_array_elements", J, {J}, json_elements, "a row for each element",
	"json_array_elements('[1, {\"a\": 2}]'::json)", "1 {\"a\": 2}",
	EV_FUNC_ROWS},
    {"json_array_elements_text", T, {J}, json_texts, "the same as text",
	"json_array_elements_text('[\"x\", 2]'::json)", "\"x\" \"2\"",
	EV_FUNC_ROWS},
    {"json_object_keys", T, {J}, json_keys, "a row for each member's name",
	"json_object_keys('{\"b\":1,\"a\":2}'::json)", "\"b\" \"a\"",
	EV_FUNC_ROWS},
    {"jsonb_array_elements", B, {B}, jsonb_elements, "a row for each element",
	"jsonb_array_elements('[1,{\"a\":2}]'::jsonb)", "1 {\"a\": 2}",
	EV_FUNC_ROWS},
    {"jsonb_array_elements_text", T, {B}, jsonb_texts, "the same as text",
	"jsonb_array_elements_text('[\"x\",2]'::jsonb)", "\"x\" \"2\"",
	EV_FUNC_ROWS},
    {"jsonb_object_keys", T, {B}, jsonb_keys, "a row for each member's name",
	"jsonb_object_keys('{\"b\":1,\"a\":2}'::jsonb)", "\"a\" \"b\"",
	EV_FUNC_ROWS},
    {.name = NULL},
};
