/*
 * func_json: the functions of json, which keep the text that they are given.
 */
#include "event/build.h"
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"
#include "expr/result.h"

/* ---- building ---- */

static bool
to_json(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_val_is_null(arg) ||
	    (ev_json_put(run, node, arg, ev_run_begin(run)) &&
		ev_json_text_out(run, node, out));
}

static bool
array_to_json(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	bool lines = node->argc > 1 && arg[1].truth;

	return ev_json_put_array(run, node, arg[0].array, lines,
		   ev_run_begin(run)) &&
	    ev_json_text_out(run, node, out);
}

static bool
build_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);

	ev_buf_char(buf, '[');
	for (unsigned i = 0; i < node->argc; i++) {
		if (i)
			ev_buf_str(buf, ", ");
		if (!ev_json_put(run, node, &arg[i], buf))
			return false;
	}
	ev_buf_char(buf, ']');
	return ev_json_text_out(run, node, out);
}

static bool
build_object(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice *key = ev_arena_alloc(run->arena,
	    (node->argc + 1) * sizeof(*key));
	struct ev_buf *buf;

	if (!ev_json_keys(run, node, arg, key))
		return false;
	buf = ev_run_begin(run);
	ev_buf_char(buf, '{');
	for (unsigned i = 0; i < node->argc; i += 2) {
		if (i)
			ev_buf_str(buf, ", ");
		ev_build_text(buf, key[i / 2]);
		ev_buf_str(buf, " : ");
		if (!ev_json_put(run, node, &arg[i + 1], buf))
			return false;
	}
	ev_buf_char(buf, '}');
	return ev_json_text_out(run, node, out);
}

/* A list of texts with their values, NULL as null. */
static bool
object_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_val *key, *value;
	struct ev_buf *buf = ev_run_begin(run);
	size_t count, step;

	if (!ev_json_pairs(run, node, arg, &key, &value, &count, &step))
		return false;
	ev_buf_char(buf, '{');
	for (size_t i = 0; i < count; i += step) {
		if (i)
			ev_buf_str(buf, ", ");
		ev_build_text(buf, key[i].text);
		ev_buf_str(buf, " : ");
		if (value[i].type != EV_SQL_NULL)
			ev_build_text(buf, value[i].text);
		else
			ev_build_null(buf);
	}
	ev_buf_char(buf, '}');
	return ev_json_text_out(run, node, out);
}

/* ---- looking ---- */

static bool
type_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return ev_result_text(out,
	    ev_slice_of(ev_json_type_name(ev_json_value(arg).type)));
}

static bool
array_length(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value array = ev_json_value(arg);

	return ev_json_want(run, node, array.type, EV_ARRAY,
		   "get array length of") &&
	    ev_result_int(out, ev_value_count(array));
}

static bool
extract_path(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	ev_json_extract(node, arg, out);
	return true;
}

static bool
extract_path_text(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	ev_json_extract(node, arg, out);
	return out->type == EV_SQL_NULL || ev_json_unquote(run, node, out);
}

static bool
path(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)run;
	(void)node;
	*out = arg[0];
	ev_json_follow(out, arg[1].array->item, arg[1].array->count);
	return true;
}

static bool
path_text(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return path(run, node, arg, out) &&
	    (out->type == EV_SQL_NULL || ev_json_unquote(run, node, out));
}

/* ---- json_strip_nulls ---- */

struct strip {
	struct ev_run *run;
	const struct ev_node *node;
	const char *at;
	struct ev_buf *out; /* run->buf */
};

/* Steps to the next value or closing bracket. */
static char
next_token(struct strip *strip)
{
	strip->at += strspn(strip->at, " \t\r\n,:");
	return *strip->at;
}

static bool
strip_string(struct strip *strip, struct ev_value string)
{
	size_t len = strip->out->len;
	struct ev_slice text;

	if (ev_value_text(string, strip->out, &text, strip->run->err) != EV_OK)
		return ev_run_failed(strip->run, strip->node);
	if (string.escaped)
		text = ev_arena_slice(strip->run->arena, text);
	strip->out->len = len;
	ev_build_text(strip->out, text);
	return true;
}

static bool strip_value(struct strip *strip);

static bool
strip_members(struct strip *strip)
{
	bool first = true;

	while (next_token(strip) != '}') {
		struct ev_value key = ev_value_head(strip->at);

		strip->at += key.len;
		if (next_token(strip) == 'n') {
			strip->at += 4;
			continue;
		}
		if (!first)
			ev_buf_char(strip->out, ',');
		first = false;
		if (!strip_string(strip, key))
			return false;
		ev_buf_char(strip->out, ':');
		if (!strip_value(strip))
			return false;
	}
	return true;
}

static bool
strip_items(struct strip *strip)
{
	for (bool first = true; next_token(strip) != ']'; first = false) {
		if (!first)
			ev_buf_char(strip->out, ',');
		if (!strip_value(strip))
			return false;
	}
	return true;
}

static bool
strip_value(struct strip *strip)
{
	struct ev_value value = ev_value_head(strip->at);

	strip->at = value.ptr + value.len;
	if (value.type == EV_STRING)
		return strip_string(strip, value);
	ev_buf_slice(strip->out, ev_value_raw(value));
	if (value.type < EV_ARRAY)
		return true;
	if (!(value.type == EV_OBJECT ? strip_members(strip)
				      : strip_items(strip)))
		return false;
	ev_buf_char(strip->out, *strip->at++);
	return true;
}

static bool
strip_nulls(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value value = ev_json_value(arg);
	struct strip strip = {run, node, value.ptr, ev_run_begin(run)};

	if (value.type < EV_STRING) {
		ev_json_part_out(value, out);
		return true;
	}
	if (!(value.type == EV_STRING ? strip_string(&strip, value)
				      : strip_value(&strip)))
		return false;
	return ev_json_text_out(run, node, out);
}

#define A EV_SQL_ANY
#define B EV_SQL_JSONB
#define E (EV_SQL_ARRAY | EV_SQL_ELEMENT)
#define I EV_SQL_INT4
#define J EV_SQL_JSONTEXT
#define P (EV_SQL_ARRAY | EV_SQL_TEXT)
#define T EV_SQL_TEXT

const struct ev_func ev_func_json[] = {
    {"to_json", J, {A}, to_json, "the value as JSON", "to_json(1.50)", "1.50",
	EV_FUNC_STABLE | EV_FUNC_KNOWN},
    {"array_to_json", J, {E}, array_to_json, "the array as JSON",
	"array_to_json(ARRAY[[1, 2], [3, 4]])", "[[1,2],[3,4]]",
	EV_FUNC_STABLE | EV_FUNC_SAME},
    {"array_to_json", J, {E, EV_SQL_BOOL}, array_to_json,
	"the same; true: as text each element has a line of its own",
	"array_to_json(ARRAY[1, 2], true)::text", "\"[1,\\n 2]\"",
	EV_FUNC_STABLE | EV_FUNC_SAME},
    {"json_build_object", J, {0}, build_object, "an empty object",
	"json_build_object()", "{}", EV_FUNC_NULLS | EV_FUNC_STABLE},
    {"json_build_object", J, {A}, build_object,
	"an object of keys and values in turn",
	"json_build_object('id', 7, 'name', NULL)",
	"{\"id\" : 7, \"name\" : null}",
	EV_FUNC_NULLS | EV_FUNC_VARIADIC | EV_FUNC_STABLE},
    {"json_build_array", J, {0}, build_array, "an empty array",
	"json_build_array()", "[]", EV_FUNC_NULLS | EV_FUNC_STABLE},
    {"json_build_array", J, {A}, build_array, "an array of the arguments",
	"json_build_array(1, 'a', NULL)", "[1, \"a\", null]",
	EV_FUNC_NULLS | EV_FUNC_VARIADIC | EV_FUNC_STABLE},
    {"json_object", J, {P}, object_of,
	"an object of a list of keys and texts in turn",
	"json_object('{a,1,b,NULL}')", "{\"a\" : \"1\", \"b\" : null}", 0},
    {"json_object", J, {P, P}, object_of,
	"an object of a list of keys and a list of texts",
	"json_object('{a,b}', '{1,x}')", "{\"a\" : \"1\", \"b\" : \"x\"}", 0},
    {"json_typeof", T, {J}, type_of,
	"object, array, string, number, boolean or null",
	"json_typeof('[1]'::json)", "\"array\"", 0},
    {"json_array_length", I, {J}, array_length, "the number of elements",
	"json_array_length('[1,[2,3]]'::json)", "2", 0},
    {"json_extract_path", J, {J, T}, extract_path,
	"what stands at the end of a path, as #>",
	"json_extract_path('{\"a\":[1,2]}'::json, 'a', '1')", "2",
	EV_FUNC_NULLS | EV_FUNC_FIRST | EV_FUNC_VARIADIC},
    {"json_extract_path_text", T, {J, T}, extract_path_text,
	"the same as text, as #>>",
	"json_extract_path_text('{\"a\":\"x\"}'::json, 'a')", "\"x\"",
	EV_FUNC_NULLS | EV_FUNC_FIRST | EV_FUNC_VARIADIC},
    {"jsonb_extract_path", B, {B, T}, extract_path, "the same of jsonb",
	"jsonb_extract_path('{\"a\":[1,2]}'::jsonb, 'a', '1')", "2",
	EV_FUNC_NULLS | EV_FUNC_FIRST | EV_FUNC_VARIADIC},
    {"jsonb_extract_path_text", T, {B, T}, extract_path_text,
	"the same as text",
	"jsonb_extract_path_text('{\"a\":\"x\"}'::jsonb, 'a')", "\"x\"",
	EV_FUNC_NULLS | EV_FUNC_FIRST | EV_FUNC_VARIADIC},
    {"json_strip_nulls", J, {J}, strip_nulls,
	"without the members that are null",
	"json_strip_nulls('{\"a\": 1, \"b\": null}'::json)", "{\"a\":1}", 0},
    {"#>", J, {J, P}, path, "what stands at the end of a path",
	"'{\"a\":[1,{\"b\":2}]}'::json #> '{a,1}'", "{\"b\":2}", 0},
    {"#>>", T, {J, P}, path_text, "the same as text",
	"'{\"a\":[1,\"x\"]}'::json #>> '{a,-1}'", "\"x\"", 0},
    {"#>", B, {B, P}, path, "the same of jsonb",
	"'{\"a\":[1,{\"b\":2}]}'::jsonb #> '{a,1}'", "{\"b\": 2}", 0},
    {"#>>", T, {B, P}, path_text, "the same as text",
	"'{\"a\":[1,\"x\"]}'::jsonb #>> '{a,-1}'", "\"x\"", 0},
    {.name = NULL},
};
