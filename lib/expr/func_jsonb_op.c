/*
 * func_jsonb_op: the operators of jsonb. A field beside them is the JSON that
 * it holds.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"
#include "expr/result.h"

static bool
contains(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->type = EV_SQL_BOOL;
	return ev_jsonb_contains(run, node, arg[0].jsonb, arg[1].jsonb,
	    &out->truth);
}

static bool
contained(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->type = EV_SQL_BOOL;
	return ev_jsonb_contains(run, node, arg[1].jsonb, arg[0].jsonb,
	    &out->truth);
}

static bool
exists(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)node;
	return ev_result_truth(out,
	    ev_jsonb_exists(run, arg[0].jsonb, &arg[1], 1, true));
}

static bool
exists_any(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *keys = arg[1].array;

	(void)node;
	return ev_result_truth(out,
	    ev_jsonb_exists(run, arg[0].jsonb, keys->item, keys->count, false));
}

static bool
exists_all(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *keys = arg[1].array;

	(void)node;
	return ev_result_truth(out,
	    ev_jsonb_exists(run, arg[0].jsonb, keys->item, keys->count, true));
}

static bool
concat(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_jsonb made;

	return ev_jsonb_out(run,
	    ev_jsonb_concat(run, node, arg[0].jsonb, arg[1].jsonb, &made),
	    &made, out);
}

static bool
without_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_val *key = &arg[1];
	struct ev_jsonb made;
	size_t keys = 1;

	if (ev_sql_is_array(key->type)) {
		if (key->array->dims > 1)
			return ev_run_fail(run, node,
			    "wrong number of array subscripts");
		keys = key->array->count;
		key = key->array->item;
	}
	return ev_jsonb_out(run,
	    ev_jsonb_without(run, node, arg[0].jsonb, key, keys, &made), &made,
	    out);
}

static bool
without_item(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_jsonb made;

	return ev_jsonb_out(run,
	    ev_jsonb_without_item(run, node, arg[0].jsonb, arg[1].integer,
		&made),
	    &made, out);
}

static bool
without_path(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_jsonb made;

	return ev_jsonb_out(run,
	    ev_jsonb_edit(run, node, EV_JSONB_DELETE, arg[0].jsonb,
		arg[1].array, NULL, &made),
	    &made, out);
}

#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define J EV_SQL_JSONB
#define P (EV_SQL_ARRAY | EV_SQL_TEXT)
#define T EV_SQL_TEXT

const struct ev_func ev_func_jsonb_op[] = {
    {"@>", B, {J, J}, contains, "does the first hold all of the second?",
	"'{\"a\":[1,2],\"b\":3}'::jsonb @> '{\"a\":[2]}'", "true",
	EV_FUNC_KNOWN},
    {"<@", B, {J, J}, contained, "does the second hold all of the first?",
	"'[1]'::jsonb <@ '[2,1]'", "true", EV_FUNC_KNOWN},
    {"?", B, {J, T}, exists, "a member of that name, or a string in an array?",
	"'{\"a\":1}'::jsonb ? 'a'", "true", 0},
    {"?|", B, {J, P}, exists_any, "the same of one of a list at least",
	"'[\"a\",\"b\"]'::jsonb ?| '{b,c}'", "true", 0},
    {"?&", B, {J, P}, exists_all, "the same of all of a list",
	"'[\"a\",\"b\"]'::jsonb ?& '{b,c}'", "false", 0},
    {"||", J, {J, J}, concat,
	"two objects as one, the second winning; or arrays joined",
	"'{\"a\":1,\"b\":2}'::jsonb || '{\"b\":3}'", "{\"a\": 1, \"b\": 3}", 0},
    {"-", J, {J, T}, without_keys,
	"without a member, or without a string in an array",
	"'{\"a\":1,\"b\":2}'::jsonb - 'a'", "{\"b\": 2}", 0},
    {"-", J, {J, P}, without_keys, "the same of a list",
	"'[\"a\",\"b\",\"c\"]'::jsonb - ARRAY['a','b']", "[\"c\"]", 0},
    {"-", J, {J, I}, without_item,
	"without an element, counted from 0, from the end where negative",
	"'[1,2,3]'::jsonb - -1", "[1, 2]", 0},
    {"#-", J, {J, P}, without_path, "without what stands at the end of a path",
	"'{\"a\":[1,2]}'::jsonb #- '{a,0}'", "{\"a\": [2]}", 0},
    {.name = NULL},
};
