/*
 * array_cast: what becomes an array: a JSON array of a field, a text, an array
 * of another type. See array.h.
 */
#include "expr/array.h"

/* ---- of JSON ---- */

bool
ev_array_of_items(struct ev_run *run, const struct ev_node *node,
    struct ev_value json, enum ev_sql element, struct ev_val *out)
{
	struct ev_array *array = ev_array_make(run, node, ev_value_count(json));
	const char *at = NULL;
	struct ev_member member;

	if (!array)
		return false;
	for (size_t i = 0; ev_value_next(json, &at, &member); i++) {
		struct ev_val *item = &array->item[i];

		item->type = (uint8_t)element;
		if (element != EV_SQL_ANY) {
			item->text = ev_value_raw(member.value);
			continue;
		}
		item->json = member.value;
		item->type = member.value.type <= EV_NULL ? EV_SQL_NULL
							  : EV_SQL_JSON;
	}
	ev_array_out(out, array, element);
	return true;
}

bool
ev_array_of_names(struct ev_run *run, const struct ev_node *node,
    struct ev_value json, struct ev_val *out)
{
	struct ev_array *array = ev_array_make(run, node, ev_value_count(json));
	const char *at = NULL;
	struct ev_member member;

	if (!array)
		return false;
	for (size_t i = 0; ev_value_next(json, &at, &member); i++) {
		array->item[i].type = EV_SQL_JSON;
		array->item[i].json = member.key;
		if (!ev_val_settle(run, node, &array->item[i]))
			return false;
	}
	ev_array_out(out, array, EV_SQL_TEXT);
	return true;
}

static bool
uneven(struct ev_run *run, const struct ev_node *node)
{
	return ev_run_fail(run, node,
	    "is an array whose parts have not all the same dimensions");
}

/* The dimensions that the first elements show. */
static bool
measure(struct ev_run *run, const struct ev_node *node, struct ev_value json,
    struct ev_array *array)
{
	uint64_t size = 1, whole = json.len; /* an element has a byte */

	while (json.type == EV_ARRAY) {
		struct ev_member member;
		const char *at = NULL;
		struct ev_value first = {0};
		int32_t count = 0;

		if (array->dims == EV_ARRAY_DIMS)
			return ev_run_fail(run, node,
			    "number of array dimensions (%d) exceeds the "
			    "maximum allowed (%d)",
			    EV_ARRAY_DIMS + 1, EV_ARRAY_DIMS);
		for (; ev_value_next(json, &at, &member); count++)
			if (!count)
				first = member.value;
		array->lower[array->dims] = 1;
		array->length[array->dims++] = count;
		size *= (uint64_t)count;
		if (size > whole)
			return uneven(run, node);
		json = first;
	}
	array->count = (uint32_t)size;
	return true;
}

/* Reads one dimension and those in it; all must be as long as the first. */
static bool
fill(struct ev_run *run, const struct ev_node *node, struct ev_value json,
    const struct ev_array *array, unsigned dim, enum ev_sql element,
    struct ev_val **to)
{
	bool leaf = dim + 1 == array->dims;
	struct ev_member member;
	const char *at = NULL;
	int32_t count = 0;

	if (json.type != EV_ARRAY)
		return uneven(run, node);
	while (ev_value_next(json, &at, &member)) {
		struct ev_val *item = *to;

		if (count++ == array->length[dim] ||
		    (leaf && member.value.type == EV_ARRAY))
			return uneven(run, node);
		if (!leaf) {
			if (!fill(run, node, member.value, array, dim + 1,
				element, to))
				return false;
			continue;
		}
		++*to;
		item->json = member.value;
		item->type = EV_SQL_JSON;
		if (!ev_val_to(run, node, item, element) ||
		    !ev_run_has_room(run, node))
			return false;
	}
	return count == array->length[dim] || uneven(run, node);
}

/* Nested arrays are dimensions. */
static bool
read_json(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql element)
{
	struct ev_value json = val->json;
	struct ev_array shape = {0}, *array;
	struct ev_val *to;

	if (!measure(run, node, json, &shape) ||
	    !ev_array_room(run, node, shape.count))
		return false;
	array = ev_array_like(run, &shape);
	to = array->item;
	if (!fill(run, node, json, array, 0, element, &to))
		return false;
	if (!array->count)
		array->dims = 0;
	ev_array_out(val, array, element);
	return true;
}

/* ---- of arrays ---- */

static bool
convert(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql element)
{
	const struct ev_array *from = val->array;
	struct ev_array *array;

	if (element == EV_SQL_ANY) {
		ev_array_out(val, from, element);
		return true;
	}
	array = ev_array_like(run, from);
	for (uint32_t i = 0; i < from->count; i++) {
		array->item[i] = from->item[i];
		if (!ev_val_to(run, node, &array->item[i], element) ||
		    !ev_run_has_room(run, node))
			return false;
	}
	ev_array_out(val, array, element);
	return true;
}

bool
ev_array_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to)
{
	enum ev_sql element = ev_sql_element(to);

	if (val->type == to)
		return true;
	if (ev_sql_is_array(val->type))
		return convert(run, node, val, element);
	if (val->type == EV_SQL_JSON && val->json.type == EV_ARRAY) {
		if (element != EV_SQL_ANY)
			return read_json(run, node, val, element);
		return ev_array_of_items(run, node, val->json, element, val);
	}
	if (!ev_val_settle(run, node, val))
		return false;
	if (val->type == EV_SQL_TEXT)
		return ev_array_read(run, node, val->text,
		    element == EV_SQL_ANY ? EV_SQL_TEXT : element, val);
	return ev_run_fail(run, node, "cannot cast %s to %s",
	    ev_sql_val_name(val), ev_sql_name(to));
}

bool
ev_array_limit(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, const struct ev_sql_type *to)
{
	struct ev_array *array = ev_array_like(run, val->array);
	struct ev_sql_type element = *to;

	element.type = (uint8_t)ev_sql_element(to->type);
	for (uint32_t i = 0; i < array->count; i++) {
		array->item[i] = val->array->item[i];
		if (!ev_val_cast(run, node, &array->item[i], &element) ||
		    !ev_run_has_room(run, node))
			return false;
	}
	val->array = array;
	return true;
}
