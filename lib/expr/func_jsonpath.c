/*
 * func_jsonpath: the functions and operators that ask jsonb by a path.
 *
 * Those that end with _tz compare times by the session's zone; a time of day
 * has the offset of today. The operators are always silent, and have no
 * variables.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"
#include "expr/jsonpath.h"
#include "expr/result.h"

static struct ev_jsonpath_call
call_of(const struct ev_node *node, const struct ev_val *arg)
{
	static const struct ev_jsonb none = {.type = EV_OBJECT, .size = 2};
	bool infix = *node->func->name == '@';

	return (struct ev_jsonpath_call){.path = arg[1].jsonpath,
	    .json = arg[0].jsonb,
	    .vars = infix        ? NULL
		: node->argc > 2 ? arg[2].jsonb
				 : &none,
	    .silent = infix || (node->argc > 3 && arg[3].truth),
	    .zones = node->func->flags & EV_FUNC_NOW};
}

static bool
exists(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_jsonpath_call call = call_of(node, arg);
	int truth;

	if (!ev_jsonpath_exists(run, node, &call, &truth))
		return false;
	return truth < 0 || ev_result_truth(out, truth);
}

static bool
match(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_jsonpath_call call = call_of(node, arg);
	const struct ev_jsonb *item;
	size_t count;

	if (!ev_jsonpath_query(run, node, &call, &item, &count))
		return false;
	if (count == 1 && (item->type == EV_TRUE || item->type == EV_FALSE))
		return ev_result_truth(out, item->type == EV_TRUE);
	return call.silent || (count == 1 && item->type == EV_NULL) ||
	    ev_run_fail(run, node, "single boolean result is expected");
}

static bool
query(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_jsonpath_call call = call_of(node, arg);
	const struct ev_jsonb *item;
	struct ev_array *array;
	size_t count;

	if (!ev_jsonpath_query(run, node, &call, &item, &count) ||
	    !ev_array_room(run, node, count))
		return false;
	array = ev_array_new(run, count);
	for (size_t i = 0; i < count; i++) {
		array->item[i].type = EV_SQL_JSONB;
		array->item[i].jsonb = &item[i];
	}
	ev_array_out(out, array, EV_SQL_JSONB);
	return true;
}

static bool
query_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_jsonpath_call call = call_of(node, arg);
	const struct ev_jsonb *item;
	struct ev_jsonb made;
	size_t count;

	return ev_jsonpath_query(run, node, &call, &item, &count) &&
	    ev_jsonb_out(run, ev_jsonb_array(run, node, item, count, &made),
		&made, out);
}

static bool
query_first(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_jsonpath_call call = call_of(node, arg);
	const struct ev_jsonb *item;
	size_t count;

	if (!ev_jsonpath_query(run, node, &call, &item, &count))
		return false;
	if (count) {
		out->type = EV_SQL_JSONB;
		out->jsonb = item;
	}
	return true;
}

#define B EV_SQL_BOOL
#define J EV_SQL_JSONB
#define P EV_SQL_JSONPATH
#define F EV_FUNC_PATH
#define FR (EV_FUNC_PATH | EV_FUNC_ROWS)
#define Z (EV_FUNC_PATH | EV_FUNC_STABLE | EV_FUNC_NOW)
#define ZR (EV_FUNC_PATH | EV_FUNC_STABLE | EV_FUNC_NOW | EV_FUNC_ROWS)

/* The rows of one function: alone, with variables, and silent or not. */
#define EXISTS(name, flags) \
	{name, B, {J, P}, exists, "does the path find something?", \
	    name "('{\"a\":[1,5]}'::jsonb, '$.a[*] ? (@ > 3)')", "true", \
	    flags}, \
	    {name, B, {J, P, J}, exists, "the same with variables", \
		name "('[1,5]'::jsonb, '$[*] ? (@ > $min)', '{\"min\":7}')", \
		"false", flags}, \
	{ \
		name, B, {J, P, J, B}, exists, \
		    "the same; true: what is wrong is passed over", \
		    name "('[1]'::jsonb, 'strict $.a', '{}', true)", "null", \
		    flags \
	}

#define MATCH(name, flags) \
	{name, B, {J, P}, match, \
	    "the boolean that the path's predicate gives", \
	    name "('{\"a\":[1,5]}'::jsonb, '$.a[*] > 3')", "true", flags}, \
	    {name, B, {J, P, J}, match, "the same with variables", \
		name "('[1,5]'::jsonb, '$[*] > $min', '{\"min\":7}')", \
		"false", flags}, \
	{ \
		name, B, {J, P, J, B}, match, \
		    "the same; true: what is wrong is passed over", \
		    name "('[1]'::jsonb, '$[0]', '{}', true)", "null", flags \
	}

#define QUERY(name, flags) \
	{name, J, {J, P}, query, "a row for each item that the path finds", \
	    name "('{\"a\":[1,5,\"x\"]}'::jsonb, '$.a[*] ? (@ > 0)')", "1 5", \
	    flags}, \
	    {name, J, {J, P, J}, query, "the same with variables", \
		name "('[1,5]'::jsonb, '$[*] ? (@ > $min)', '{\"min\":3}')", \
		"5", flags}, \
	{ \
		name, J, {J, P, J, B}, query, \
		    "the same; true: what is wrong is passed over", \
		    name "('[1,\"x\"]'::jsonb, '-$[*]', '{}', true)", "-1", \
		    flags \
	}

#define ARRAY(name, flags) \
	{name, J, {J, P}, query_array, "an array of all that the path finds", \
	    name "('{\"a\":[1,5]}'::jsonb, '$.a[*].type()')", \
	    "[\"number\", \"number\"]", flags}, \
	    {name, J, {J, P, J}, query_array, "the same with variables", \
		name "('[1,5]'::jsonb, '$[*] ? (@ > $min)', '{\"min\":3}')", \
		"[5]", flags}, \
	{ \
		name, J, {J, P, J, B}, query_array, \
		    "the same; true: what is wrong is passed over", \
		    name "('[1,\"x\"]'::jsonb, '-$[*]', '{}', true)", "[-1]", \
		    flags \
	}

#define FIRST(name, flags) \
	{name, J, {J, P}, query_first, "the first item that the path finds", \
	    name "('{\"a\":[1,5]}'::jsonb, '$.a[last]')", "5", flags}, \
	    {name, J, {J, P, J}, query_first, "the same with variables", \
		name "('[1,5]'::jsonb, '$[*] ? (@ > $min)', '{\"min\":3}')", \
		"5", flags}, \
	{ \
		name, J, {J, P, J, B}, query_first, \
		    "the same; true: what is wrong is passed over", \
		    name "('[\"x\"]'::jsonb, '-$[*]', '{}', true)", "null", \
		    flags \
	}

const struct ev_func ev_func_jsonpath[] = {
    {"@?", B, {J, P}, exists, "does the path find something?",
	"'{\"a\":[1,5]}'::jsonb @? '$.a[*] ? (@ > 3)'", "true", F},
    {"@@", B, {J, P}, match, "the boolean that the path's predicate gives",
	"'{\"a\":[1,5]}'::jsonb @@ '$.a[*] > 3'", "true", F},
    EXISTS("jsonb_path_exists", F),
    MATCH("jsonb_path_match", F),
    QUERY("jsonb_path_query", FR),
    ARRAY("jsonb_path_query_array", F),
    FIRST("jsonb_path_query_first", F),
    EXISTS("jsonb_path_exists_tz", Z),
    MATCH("jsonb_path_match_tz", Z),
    QUERY("jsonb_path_query_tz", ZR),
    ARRAY("jsonb_path_query_array_tz", Z),
    FIRST("jsonb_path_query_first_tz", Z),
    {.name = NULL},
};
