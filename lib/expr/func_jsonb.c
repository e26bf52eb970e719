/*
 * func_jsonb: the functions of jsonb, which know JSON by its meaning.
 */
#include "expr/func.h"
#include "expr/json.h"
#include "expr/result.h"
#include "expr/text.h"

/* ---- building ---- */

static bool
to_jsonb(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_jsonb made;

	if (ev_val_is_null(arg))
		return true;
	return ev_jsonb_out(run, ev_json_tree(run, node, arg, &made), &made,
	    out);
}

static bool
build_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_jsonb made,
	    *item = ev_arena_alloc(run->arena,
		(node->argc + 1) * sizeof(*item));

	for (unsigned i = 0; i < node->argc; i++)
		if (!ev_json_tree(run, node, &arg[i], &item[i]))
			return false;
	return ev_jsonb_out(run,
	    ev_jsonb_array(run, node, item, node->argc, &made), &made, out);
}

static bool
build_object(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	size_t count = node->argc / 2;
	struct ev_slice *key = ev_arena_alloc(run->arena,
	    (count + 1) * sizeof(*key));
	struct ev_jsonb_pair *pair = ev_arena_alloc(run->arena,
	    (count + 1) * sizeof(*pair));
	struct ev_jsonb made;

	if (!ev_json_keys(run, node, arg, key))
		return false;
	for (size_t i = 0; i < count; i++) {
		pair[i].key = key[i];
		if (!ev_json_tree(run, node, &arg[2 * i + 1], &pair[i].value))
			return false;
	}
	return ev_jsonb_out(run, ev_jsonb_object(run, node, pair, count, &made),
	    &made, out);
}

static bool
object_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_val *key, *value;
	struct ev_jsonb_pair *pair;
	struct ev_jsonb made;
	size_t count, step, pairs = 0;

	if (!ev_json_pairs(run, node, arg, &key, &value, &count, &step))
		return false;
	pair = ev_arena_alloc(run->arena, (count + 1) * sizeof(*pair));
	for (size_t i = 0; i < count; i += step, pairs++) {
		pair[pairs] = (struct ev_jsonb_pair){key[i].text,
		    {.type = EV_NULL, .size = 4}};
		if (value[i].type != EV_SQL_NULL &&
		    !ev_jsonb_string(run, node, value[i].text,
			&pair[pairs].value))
			return false;
	}
	return ev_jsonb_out(run, ev_jsonb_object(run, node, pair, pairs, &made),
	    &made, out);
}

/* ---- looking ---- */

static bool
type_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return ev_result_text(out,
	    ev_slice_of(ev_json_type_name(arg[0].jsonb->type)));
}

static bool
array_length(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_json_want(run, node, arg[0].jsonb->type, EV_ARRAY,
		   "get array length of") &&
	    ev_result_int(out, arg[0].jsonb->count);
}

static bool
pretty(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	ev_jsonb_pretty(arg[0].jsonb, 0, ev_run_begin(run));
	return ev_text_out(run, node, out);
}

/* ---- editing ---- */

static bool
strip_nulls(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_jsonb made;

	return ev_jsonb_out(run, ev_jsonb_strip(run, node, arg[0].jsonb, &made),
	    &made, out);
}

static bool
edit(struct ev_run *run, const struct ev_node *node, enum ev_jsonb_edit what,
    const struct ev_val *arg, const struct ev_jsonb *value, struct ev_val *out)
{
	struct ev_jsonb made;

	return ev_jsonb_out(run,
	    ev_jsonb_edit(run, node, what, arg[0].jsonb, arg[1].array, value,
		&made),
	    &made, out);
}

static bool
set(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	bool create = node->argc < 4 || arg[3].truth;

	return edit(run, node, create ? EV_JSONB_CREATE : EV_JSONB_REPLACE, arg,
	    arg[2].jsonb, out);
}

static bool
insert(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	bool after = node->argc > 3 && arg[3].truth;

	return edit(run, node, after ? EV_JSONB_AFTER : EV_JSONB_BEFORE, arg,
	    arg[2].jsonb, out);
}

/* What jsonb_set_lax does where the new value is NULL: its fifth argument. */
static bool
set_null(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_slice how, struct ev_val *out)
{
	static const struct ev_jsonb null = {.type = EV_NULL, .size = 4};
	bool create = node->argc < 4 || arg[3].truth;

	if (ev_slice_is(how, "use_json_null"))
		return edit(run, node,
		    create ? EV_JSONB_CREATE : EV_JSONB_REPLACE, arg, &null,
		    out);
	if (ev_slice_is(how, "delete_key"))
		return edit(run, node, EV_JSONB_DELETE, arg, NULL, out);
	if (ev_slice_is(how, "raise_exception"))
		return ev_run_fail(run, node, "JSON value must not be null");
	*out = arg[0];
	return ev_slice_is(how, "return_target") ||
	    ev_run_fail(run, node,
		"null_value_treatment must be \"delete_key\", "
		"\"return_target\", \"use_json_null\", or \"raise_exception\"");
}

static bool
set_lax(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice how = EV_SLICE("use_json_null");

	if (arg[0].type == EV_SQL_NULL || arg[1].type == EV_SQL_NULL ||
	    (node->argc > 3 && arg[3].type == EV_SQL_NULL))
		return true;
	if (node->argc > 4)
		how = arg[4].type == EV_SQL_NULL ? EV_SLICE("") : arg[4].text;
	/* the word is looked at only then, but must be one */
	if (arg[2].type == EV_SQL_NULL ||
	    (node->argc > 4 && arg[4].type == EV_SQL_NULL))
		return set_null(run, node, arg, how, out);
	return set(run, node, arg, out);
}

#define A EV_SQL_ANY
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define J EV_SQL_JSONB
#define P (EV_SQL_ARRAY | EV_SQL_TEXT)
#define T EV_SQL_TEXT

const struct ev_func ev_func_jsonb[] = {
    {"to_jsonb", J, {A}, to_jsonb, "the value as jsonb", "to_jsonb(1.50)",
	"1.50", EV_FUNC_STABLE | EV_FUNC_KNOWN},
    {"jsonb_build_object", J, {0}, build_object, "an empty object",
	"jsonb_build_object()", "{}", EV_FUNC_NULLS | EV_FUNC_STABLE},
    {"jsonb_build_object", J, {A}, build_object,
	"an object of keys and values in turn",
	"jsonb_build_object('name', NULL, 'id', 7)",
	"{\"id\": 7, \"name\": null}",
	EV_FUNC_NULLS | EV_FUNC_VARIADIC | EV_FUNC_STABLE},
    {"jsonb_build_array", J, {0}, build_array, "an empty array",
	"jsonb_build_array()", "[]", EV_FUNC_NULLS | EV_FUNC_STABLE},
    {"jsonb_build_array", J, {A}, build_array, "an array of the arguments",
	"jsonb_build_array(1, 'a', NULL)", "[1, \"a\", null]",
	EV_FUNC_NULLS | EV_FUNC_VARIADIC | EV_FUNC_STABLE},
    {"jsonb_object", J, {P}, object_of,
	"an object of a list of keys and texts in turn",
	"jsonb_object('{b,1,a,NULL}')", "{\"a\": null, \"b\": \"1\"}", 0},
    {"jsonb_object", J, {P, P}, object_of,
	"an object of a list of keys and a list of texts",
	"jsonb_object('{a,b}', '{1,x}')", "{\"a\": \"1\", \"b\": \"x\"}", 0},
    {"jsonb_typeof", T, {J}, type_of,
	"object, array, string, number, boolean or null",
	"jsonb_typeof('1.5'::jsonb)", "\"number\"", 0},
    {"jsonb_array_length", I, {J}, array_length, "the number of elements",
	"jsonb_array_length('[1,[2,3]]'::jsonb)", "2", 0},
    {"jsonb_pretty", T, {J}, pretty, "the text in lines, indented",
	"jsonb_pretty('[1]'::jsonb)", "\"[\\n    1\\n]\"", 0},
    {"jsonb_strip_nulls", J, {J}, strip_nulls,
	"without the members that are null",
	"jsonb_strip_nulls('{\"a\":1,\"b\":null}'::jsonb)", "{\"a\": 1}", 0},
    {"jsonb_set", J, {J, P, J}, set, "another value at the end of a path",
	"jsonb_set('{\"a\":[1,2]}'::jsonb, '{a,0}', '\"x\"')",
	"{\"a\": [\"x\", 2]}", 0},
    {"jsonb_set", J, {J, P, J, B}, set,
	"the same; false: only where there is one",
	"jsonb_set('{\"a\":1}'::jsonb, '{b}', '2', false)", "{\"a\": 1}", 0},
    {"jsonb_set_lax", J, {J, P, J}, set_lax,
	"the same; NULL as the value is null",
	"jsonb_set_lax('{\"a\":1}'::jsonb, '{a}', NULL)", "{\"a\": null}",
	EV_FUNC_NULLS},
    {"jsonb_set_lax", J, {J, P, J, B}, set_lax,
	"the same; false: only where there is one",
	"jsonb_set_lax('{\"a\":1}'::jsonb, '{b}', NULL, false)", "{\"a\": 1}",
	EV_FUNC_NULLS},
    {"jsonb_set_lax", J, {J, P, J, B, T}, set_lax,
	"NULL: delete_key, return_target, use_json_null or raise_exception",
	"jsonb_set_lax('{\"a\":1}'::jsonb, '{a}', NULL, true, 'delete_key')",
	"{}", EV_FUNC_NULLS},
    {"jsonb_insert", J, {J, P, J}, insert,
	"a new member, or an element before the one of a path",
	"jsonb_insert('[1,2]'::jsonb, '{1}', '\"x\"')", "[1, \"x\", 2]", 0},
    {"jsonb_insert", J, {J, P, J, B}, insert, "the same; true: behind it",
	"jsonb_insert('[1,2]'::jsonb, '{1}', '\"x\"', true)", "[1, 2, \"x\"]",
	0},
    {.name = NULL},
};
