/*
 * func_ksql_json: ksqlDB's functions of JSON, which it has as text. Here they
 * take json, jsonb, and a field that holds an object or an array as well. A
 * text that is no JSON gives NULL, as there.
 */
#include "base/utf8.h"
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"

/* The JSON that an argument is; EV_MISSING for NULL and what is none. */
static bool
take_json(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_value *out)
{
	struct ev_val val = *arg;
	struct ev_slice json;

	*out = (struct ev_value){.type = EV_MISSING};
	if (val.type == EV_SQL_JSON && val.json.type != EV_STRING) {
		*out = val.json;
		return true;
	}
	if (!ev_val_settle(run, node, &val))
		return false;
	if (val.type == EV_SQL_TEXT) {
		if (!ev_json_check(run, val.text, &json))
			*out = ev_value_of(json);
		return true;
	}
	if (!ev_json_field(run, node, &val, EV_SQL_JSONTEXT))
		return false;
	if (val.type != EV_SQL_NULL)
		*out = ev_json_value(&val);
	return true;
}

/* ---- extractjsonfield ---- */

static bool
bad_path(struct ev_run *run, const struct ev_node *node, struct ev_slice path)
{
	return ev_run_fail(run, node,
	    "\"%.*s\" is no path of JSON: it must be like $.a.b[0]['c d']",
	    (int)ev_utf8_cut(path.ptr, path.len, 100), path.ptr);
}

static bool
is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '_' || c == '$' || c == ':' ||
	    c == '-' || (unsigned char)c >= 0x80;
}

/* .name */
static bool
read_name(const char **at, const char *end, struct ev_slice *name)
{
	name->ptr = ++*at;
	while (*at < end && is_plain(**at))
		++*at;
	name->len = (size_t)(*at - name->ptr);
	return name->len > 0;
}

/* [0], ['name'], ["name"]: *quoted says which. */
static bool
read_bracket(const char **at, const char *end, struct ev_slice *name,
    bool *quoted)
{
	const char *from = *at + 1, *close;
	char quote = from < end ? *from : '\0';

	*quoted = quote == '\'' || quote == '"';
	from += *quoted;
	close = from < end
	    ? memchr(from, *quoted ? quote : ']', (size_t)(end - from))
	    : NULL;
	if (!close)
		return false;
	*name = (struct ev_slice){from, (size_t)(close - from)};
	close += *quoted;
	*at = close + 1;
	return close < end && *close == ']';
}

static struct ev_value
step_into(struct ev_value of, struct ev_slice name, bool member)
{
	static const struct ev_value none;
	int64_t index;

	if (member)
		return ev_value_member(of, name);
	return ev_jsonb_index(name, &index) && index >= 0
	    ? ev_value_item(of, index)
	    : none;
}

static bool
extract(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice path = arg[1].text;
	const char *at = path.ptr, *end = at + path.len;
	struct ev_value json;

	if (!path.len || *at++ != '$')
		return bad_path(run, node, path);
	if (!take_json(run, node, &arg[0], &json))
		return false;
	while (at < end) {
		struct ev_slice name;
		bool member = *at == '.';

		if (member
			? !read_name(&at, end, &name)
			: *at != '[' || !read_bracket(&at, end, &name, &member))
			return bad_path(run, node, path);
		json = step_into(json, name, member);
	}
	ev_json_part_out(json, out);
	return out->type == EV_SQL_NULL || ev_json_unquote(run, node, out);
}

/* ---- the others ---- */

static bool
is_json(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value json;

	out->type = EV_SQL_BOOL;
	if (!take_json(run, node, arg, &json))
		return false;
	out->truth = json.type != EV_MISSING;
	return true;
}

static bool
keys(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_value json;

	if (!take_json(run, node, arg, &json))
		return false;
	out->type = EV_SQL_NULL;
	return json.type != EV_OBJECT ||
	    ev_array_of_names(run, node, json, out);
}

static bool
items(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_value json;

	if (!take_json(run, node, arg, &json))
		return false;
	out->type = EV_SQL_NULL;
	return json.type != EV_ARRAY ||
	    ev_array_of_items(run, node, json, EV_SQL_TEXT, out);
}

static bool
concat(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_jsonb made, next;

	for (unsigned i = 0; i < node->argc; i++) {
		struct ev_value json;

		if (!take_json(run, node, &arg[i], &json))
			return false;
		out->type = EV_SQL_NULL;
		if (json.type == EV_MISSING)
			return true;
		if (!ev_jsonb_read(run, node, ev_value_raw(json), &next))
			return false;
		if (!i)
			made = next;
		else if (!ev_jsonb_concat(run, node, &made, &next, &made))
			return false;
	}
	ev_jsonb_print(&made, ev_run_begin(run));
	ev_run_text(run, out);
	return true;
}

static bool
to_string(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	if (!ev_json_put(run, node, arg, ev_run_begin(run)))
		return false;
	ev_run_text(run, out);
	return true;
}

#define A EV_SQL_ANY
#define B EV_SQL_BOOL
#define L (EV_SQL_ARRAY | EV_SQL_TEXT)
#define T EV_SQL_TEXT

const struct ev_func ev_func_ksql_json[] = {
    {"extractjsonfield", T, {A, T}, extract,
	"as text what a path of JSON leads to",
	"extractjsonfield('{\"a\":{\"b\":[5,7]}}', '$.a.b[1]')", "\"7\"", 0},
    {"is_json_string", B, {A}, is_json, "is the text JSON?",
	"is_json_string('[1, 2')", "false", EV_FUNC_NULLS},
    {"json_keys", L, {A}, keys, "the names of an object's members",
	"json_keys('{\"b\":1,\"a\":{\"c\":2}}')", "[\"b\",\"a\"]", 0},
    {"json_items", L, {A}, items, "the elements of an array, as texts of JSON",
	"json_items('[1,{\"a\":2}]')", "[\"1\",\"{\\\"a\\\":2}\"]", 0},
    {"json_concat", T, {A}, concat, "objects or arrays as one, as || of jsonb",
	"json_concat('{\"a\":1}', '{\"b\":2}')",
	"\"{\\\"a\\\": 1, \\\"b\\\": 2}\"", EV_FUNC_VARIADIC},
    {"to_json_string", T, {A}, to_string, "to_json as a text",
	"to_json_string('a\"b')", "\"\\\"a\\\\\\\"b\\\"\"",
	EV_FUNC_NULLS | EV_FUNC_STABLE},
    {.name = NULL},
};
