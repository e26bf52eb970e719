/*
 * json_args: what the functions of json and those of jsonb do with their
 * arguments in the same way.
 */
#include "expr/array.h"
#include "expr/json.h"

const char *
ev_json_type_name(enum ev_type type)
{
	static const char *const name[] = {[EV_NULL] = "null",
	    [EV_FALSE] = "boolean",
	    [EV_TRUE] = "boolean",
	    [EV_NUMBER] = "number",
	    [EV_STRING] = "string",
	    [EV_ARRAY] = "array",
	    [EV_OBJECT] = "object"};

	return name[type];
}

bool
ev_json_want(struct ev_run *run, const struct ev_node *node, enum ev_type type,
    enum ev_type want, const char *what)
{
	return type == want ||
	    ev_run_fail(run, node, "cannot %s %s", what,
		type == EV_OBJECT      ? "an object"
		    : type == EV_ARRAY ? "an array"
				       : "a scalar");
}

void
ev_json_extract(const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	*out = arg[0];
	ev_json_follow(out, arg + 1, node->argc - 1);
}

/* ---- json_build_object ---- */

/* A key that is no text: its text, times as JSON has them. */
static struct ev_slice
print_key(struct ev_run *run, const struct ev_val *val)
{
	struct ev_buf *buf = ev_run_begin(run);

	if (ev_sql_is_time(val->type)) {
		ev_buf_reserve(buf, EV_TIME_TEXT_MAX);
		buf->len = ev_time_json(run->time, ev_val_time_kind(val->type),
		    val->integer, buf->ptr);
	} else {
		ev_val_print(run->time, val, buf);
	}
	return ev_arena_slice(run->arena, ev_buf_as_slice(buf));
}

static bool
key_of(struct ev_run *run, const struct ev_node *node, struct ev_val val,
    struct ev_slice *key)
{
	/* a field's number has its own text; a string is a text now */
	if (val.type == EV_SQL_JSON && val.json.type == EV_STRING &&
	    !ev_val_settle(run, node, &val))
		return false;
	if (ev_sql_is_json(val.type) || ev_sql_is_array(val.type) ||
	    (val.type == EV_SQL_JSON && val.json.type >= EV_ARRAY))
		return ev_run_fail(run, node,
		    "key value must be scalar, not array, composite, or json");
	*key = val.type == EV_SQL_TEXT ? val.text : print_key(run, &val);
	return true;
}

bool
ev_json_keys(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_slice *key)
{
	if (node->argc % 2)
		return ev_run_fail(run, node,
		    "argument list must have even number of elements");
	for (unsigned i = 0; i < node->argc; i += 2) {
		if (ev_val_is_null(&arg[i]))
			return ev_run_fail(run, node,
			    "argument %u cannot be null: it is a key", i + 1);
		if (!key_of(run, node, arg[i], &key[i / 2]))
			return false;
	}
	return true;
}

/* ---- json_object ---- */

static bool
wrong_shape(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array)
{
	if (array->dims > 2 || (array->dims == 2 && node->argc > 1))
		return !ev_run_fail(run, node,
		    "wrong number of array subscripts");
	if (node->argc > 1)
		return false;
	if (array->dims == 2 && array->length[1] != 2)
		return !ev_run_fail(run, node, "array must have two columns");
	return array->count % 2 &&
	    !ev_run_fail(run, node, "array must have even number of elements");
}

bool
ev_json_pairs(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, const struct ev_val **key,
    const struct ev_val **value, size_t *count, size_t *step)
{
	const struct ev_array *keys = arg[0].array, *values = keys;

	*step = node->argc == 1 ? 2 : 1;
	if (node->argc == 2)
		values = arg[1].array;
	if (wrong_shape(run, node, keys) || wrong_shape(run, node, values))
		return false;
	if (keys->count != values->count)
		return ev_run_fail(run, node, "mismatched array dimensions");
	*key = keys->item;
	*value = values->item + (node->argc == 1 && values->count);
	*count = keys->count;
	for (size_t i = 0; i < *count; i += *step)
		if ((*key)[i].type == EV_SQL_NULL)
			return ev_run_fail(run, node,
			    "null value not allowed for object key");
	return true;
}
