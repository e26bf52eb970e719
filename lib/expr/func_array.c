/*
 * func_array: PostgreSQL's functions and operators of arrays (its manual,
 * 9.19), but for those that make texts of them: func_split.c.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/result.h"

static bool
array_out(struct ev_val *out, const struct ev_array *array,
    const struct ev_node *node)
{
	ev_array_out(out, array, ev_sql_element(node->type));
	return true;
}

/* ---- how large it is ---- */

/* Has the array the dimension? -1: it has not; else which, from 0. */
static int
dimension(const struct ev_val *arg)
{
	int64_t dim = arg[1].integer;

	return dim < 1 || dim > arg[0].array->dims ? -1 : (int)dim - 1;
}

static bool
array_length(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int dim = dimension(arg);

	(void)run;
	(void)node;
	return dim < 0 || ev_result_int(out, arg[0].array->length[dim]);
}

static bool
array_lower(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int dim = dimension(arg);

	(void)run;
	(void)node;
	return dim < 0 || ev_result_int(out, arg[0].array->lower[dim]);
}

static bool
array_upper(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	int dim = dimension(arg);

	(void)run;
	(void)node;
	return dim < 0 ||
	    ev_result_int(out,
		(int64_t)array->lower[dim] + array->length[dim] - 1);
}

static bool
array_ndims(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return !arg[0].array->dims || ev_result_int(out, arg[0].array->dims);
}

static bool
cardinality(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return ev_result_int(out, arg[0].array->count);
}

static bool
array_dims(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	struct ev_buf *buf = ev_run_begin(run);

	(void)node;
	if (!array->dims)
		return true;
	for (unsigned i = 0; i < array->dims; i++)
		ev_buf_printf(buf, "[%d:%d]", (int)array->lower[i],
		    (int)array->lower[i] + (array->length[i] - 1));
	ev_run_text(run, out);
	return true;
}

/* ---- longer and shorter ---- */

/* The element at the front of the list or at its end; the list may be NULL. */
static bool
push(struct ev_run *run, const struct ev_node *node, const struct ev_val *list,
    const struct ev_val *element, bool front, struct ev_val *out)
{
	const struct ev_array *array = list->type == EV_SQL_NULL ? NULL
								 : list->array;

	return ev_array_push(run, node, array, element, front, &array) &&
	    array_out(out, array, node);
}

static bool
array_append(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return push(run, node, &arg[0], &arg[1], false, out);
}

static bool
array_prepend(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return push(run, node, &arg[1], &arg[0], true, out);
}

static bool
array_cat(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_array_concat(run, node, &arg[0], &arg[1], out);
}

static bool
trim_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	int64_t length = array->dims ? array->length[0] : 0;
	int64_t from = INT64_MIN, to;

	if (arg[1].integer < 0 || arg[1].integer > length)
		return ev_run_fail(run, node,
		    "number of elements to trim must be between 0 and %lld",
		    (long long)length);
	to = array->lower[0] + length - arg[1].integer - 1;
	return array_out(out, ev_array_cut(run, array, &from, &to, 1), node);
}

/* ---- elements ---- */

static bool
check_flat(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, const char *what)
{
	return array->dims < 2 ||
	    ev_run_fail(run, node,
		"%s multidimensional arrays is not supported", what);
}

static bool
array_position(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	struct ev_val element = arg[1];
	int64_t from = 0;
	bool same;

	if (arg[0].type == EV_SQL_NULL)
		return true;
	if (!check_flat(run, node, array, "searching for elements in"))
		return false;
	if (!array->dims)
		return true;
	if (node->argc > 2 && arg[2].type == EV_SQL_NULL)
		return ev_run_fail(run, node,
		    "initial position must not be null");
	if (node->argc > 2 && arg[2].integer > array->lower[0])
		from = arg[2].integer - array->lower[0];
	ev_val_decode(run, &element);
	for (int64_t i = from; i < array->count; i++) {
		if (i > from && ev_array_repeats(array->item, (uint32_t)i))
			continue;
		if (!ev_array_same(run, node, &array->item[i], &element, &same))
			return false;
		if (same)
			return ev_result_int(out, array->lower[0] + i);
	}
	return true;
}

static bool
array_positions(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	struct ev_val element = arg[1];
	struct ev_array *made;
	uint32_t count = 0;
	bool same = false;

	if (arg[0].type == EV_SQL_NULL)
		return true;
	if (!check_flat(run, node, array, "searching for elements in"))
		return false;
	made = ev_array_new(run, array->count);
	ev_val_decode(run, &element);
	for (uint32_t i = 0; i < array->count; i++) {
		if (!ev_array_repeats(array->item, i) &&
		    !ev_array_same(run, node, &array->item[i], &element, &same))
			return false;
		if (same)
			ev_result_int(&made->item[count++],
			    (int64_t)array->lower[0] + i);
	}
	ev_array_shorten(made, count);
	return array_out(out, made, node);
}

/* array_remove, or array_replace with arg[2]. */
static bool
array_replace(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	const struct ev_val *with = node->argc > 2 ? &arg[2] : NULL;
	struct ev_val element = arg[1];
	struct ev_array *made;
	uint32_t count = 0;
	bool same = false;

	if (arg[0].type == EV_SQL_NULL)
		return true;
	if (!with && !check_flat(run, node, array, "removing elements from"))
		return false;
	made = ev_array_like(run, array);
	ev_val_decode(run, &element);
	for (uint32_t i = 0; i < array->count; i++) {
		if (!ev_array_repeats(array->item, i) &&
		    !ev_array_same(run, node, &array->item[i], &element, &same))
			return false;
		if (!same)
			made->item[count++] = array->item[i];
		else if (with)
			made->item[count++] = *with;
	}
	if (!with)
		ev_array_shorten(made, count);
	return array_out(out, made, node);
}

/* Is each (all), or one, of part's elements in the array? */
static bool
contains(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, const struct ev_array *part, bool all,
    struct ev_val *out)
{
	bool found = all;

	/* NULL is in no array */
	if (!ev_array_pairs(run, node, array, part))
		return false;
	array = ev_array_decoded(run, node, array);
	part = array ? ev_array_decoded(run, node, part) : NULL;
	if (!part)
		return false;
	for (uint32_t i = 0; i < part->count && found == all; i++) {
		const struct ev_val *item = &part->item[i];

		found = false;
		if (!ev_val_is_null(item) &&
		    !ev_array_among(run, node, item, array->item, array->count,
			&found))
			return false;
	}
	out->type = EV_SQL_BOOL;
	out->truth = found;
	return true;
}

static bool
array_contains(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return contains(run, node, arg[0].array, arg[1].array, true, out);
}

static bool
array_contained(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return contains(run, node, arg[1].array, arg[0].array, true, out);
}

static bool
array_overlaps(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return contains(run, node, arg[0].array, arg[1].array, false, out);
}

bool
ev_func_unnest(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	*out = arg[0];
	return true;
}

/* ---- array_fill ---- */

/* An argument that must be a list of integers without NULLs. */
static bool
check_list(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg)
{
	if (arg->type == EV_SQL_NULL)
		return ev_run_fail(run, node,
		    "dimension array or low bound array cannot be null");
	if (arg->array->dims > 1)
		return ev_run_fail(run, node,
		    "wrong number of array subscripts");
	for (uint32_t i = 0; i < arg->array->count; i++)
		if (arg->array->item[i].type == EV_SQL_NULL)
			return ev_run_fail(run, node,
			    "dimension values cannot be null");
	return true;
}

/* The size of an array of these dimensions. */
static bool
measure(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *length, uint64_t *size)
{
	*size = length->count > 0;
	if (length->count > EV_ARRAY_DIMS)
		return ev_run_fail(run, node,
		    "number of array dimensions (%u) exceeds the maximum "
		    "allowed (%d)",
		    length->count, EV_ARRAY_DIMS);
	for (uint32_t i = 0; i < length->count; i++) {
		int64_t n = length->item[i].integer;

		*size *= (uint64_t)n;
		if (n < 0 || *size > EV_ARRAY_MAX)
			return ev_run_fail(run, node,
			    "array size exceeds the maximum allowed (%d)",
			    EV_ARRAY_MAX);
	}
	return ev_array_room(run, node, *size);
}

static bool
array_fill(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *length = arg[1].array, *lower = NULL;
	struct ev_array *made;
	uint64_t size;

	if (!check_list(run, node, &arg[1]) ||
	    (node->argc > 2 && !check_list(run, node, &arg[2])))
		return false;
	if (node->argc > 2)
		lower = arg[2].array;
	if (lower && lower->count != length->count)
		return ev_run_fail(run, node,
		    "wrong number of array subscripts");
	if (!measure(run, node, length, &size))
		return false;
	made = ev_array_new(run, size);
	made->dims = size ? length->count : 0;
	for (unsigned i = 0; i < made->dims; i++) {
		made->length[i] = (int32_t)length->item[i].integer;
		made->lower[i] = lower ? (int32_t)lower->item[i].integer : 1;
	}
	if (!ev_array_bounds(run, node, made))
		return false;
	for (uint64_t i = 0; i < size; i++)
		made->item[i] = arg[0];
	return array_out(out, made, node);
}

/* ---- width_bucket ---- */

static bool
width_bucket(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[1].array;
	uint32_t left = 0, right = array->count;
	int truth;

	if (array->dims > 1)
		return ev_run_fail(run, node,
		    "thresholds must be one-dimensional array");
	for (uint32_t i = 0; i < array->count; i++)
		if (ev_val_is_null(&array->item[i]))
			return ev_run_fail(run, node,
			    "thresholds array must not contain NULLs");
	while (left < right) {
		uint32_t mid = (left + right) / 2;

		if (!ev_val_compare(run, node, EV_LT, arg[0], array->item[mid],
			&truth))
			return false;
		if (truth > 0)
			right = mid;
		else
			left = mid + 1;
	}
	return ev_result_int(out, left);
}

#define E EV_SQL_ELEMENT
#define A (EV_SQL_ARRAY | EV_SQL_ELEMENT)
#define IA (EV_SQL_ARRAY | EV_SQL_INT4)
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define T EV_SQL_TEXT
#define N EV_FUNC_NULLS
#define S EV_FUNC_SAME

const struct ev_func ev_func_array[] = {
    {"array_append", A, {A, E}, array_append, "the element behind the last",
	"array_append(ARRAY[1, 2], 3)", "[1,2,3]", N},
    {"array_prepend", A, {E, A}, array_prepend, "the element before the first",
	"array_prepend(0, ARRAY[1, 2])", "[0,1,2]", N},
    {"array_cat", A, {A, A}, array_cat, "both arrays as one",
	"array_cat(ARRAY[1], ARRAY[2, 3])", "[1,2,3]", N},
    {"array_length", I, {A, I}, array_length,
	"how long a dimension is; NULL if there is none",
	"array_length(ARRAY['a', 'b'], 1)", "2", S},
    {"array_lower", I, {A, I}, array_lower, "a dimension's first subscript",
	"array_lower('[0:1]={a,b}'::text[], 1)", "0", S},
    {"array_upper", I, {A, I}, array_upper, "a dimension's last subscript",
	"array_upper(ARRAY['a', 'b'], 1)", "2", S},
    {"array_ndims", I, {A}, array_ndims, "how many dimensions it has",
	"array_ndims(ARRAY[[1, 2], [3, 4]])", "2", S},
    {"array_dims", T, {A}, array_dims, "the dimensions as text",
	"array_dims(ARRAY[[1, 2, 3], [4, 5, 6]])", "\"[1:2][1:3]\"", S},
    {"cardinality", I, {A}, cardinality, "how many elements it has",
	"cardinality(ARRAY[[1, 2], [3, 4]])", "4", S},
    {"array_position", I, {A, E}, array_position,
	"the subscript of the first such element",
	"array_position(ARRAY['a', 'b', 'c'], 'b')", "2", N},
    {"array_position", I, {A, E, I}, array_position,
	"the same from a subscript on", "array_position(ARRAY[1, 2, 1], 1, 2)",
	"3", N},
    {"array_positions", IA, {A, E}, array_positions,
	"the subscripts of all such elements",
	"array_positions(ARRAY[1, 2, 1], 1)", "[1,3]", N},
    {"array_remove", A, {A, E}, array_replace, "without these elements",
	"array_remove(ARRAY[1, 2, 3, 2], 2)", "[1,3]", N},
    {"array_replace", A, {A, E, E}, array_replace,
	"these elements replaced by the last argument",
	"array_replace(ARRAY[1, 2, 5], 5, 3)", "[1,2,3]", N},
    {"array_fill", A, {E, IA}, array_fill,
	"an array of the element with these dimensions",
	"array_fill(7, ARRAY[2, 3])", "[[7,7,7],[7,7,7]]", N | S},
    {"array_fill", A, {E, IA, IA}, array_fill,
	"the same, with the first subscripts",
	"array_dims(array_fill(7, ARRAY[3], ARRAY[2]))", "\"[2:4]\"", N | S},
    {"trim_array", A, {A, I}, trim_array, "without its last n elements",
	"trim_array(ARRAY[1, 2, 3, 4], 2)", "[1,2]", S},
    {"width_bucket", I, {E, A}, width_bucket,
	"which of sorted thresholds it has reached; 0: none",
	"width_bucket(5, ARRAY[1, 3, 7])", "2", 0},
    {"unnest", E, {A}, ev_func_unnest, "a row for each element",
	"unnest(ARRAY['a', 'b'])", "\"a\" \"b\"", S | EV_FUNC_ROWS},
    {"@>", B, {A, A}, array_contains, "has it all elements of the other?",
	"ARRAY[1, 4, 3] @> ARRAY[3, 1, 3]", "true", S | EV_FUNC_ARRAY},
    {"<@", B, {A, A}, array_contained, "has the other all its elements?",
	"ARRAY[2, 2] <@ ARRAY[1, 2]", "true", S | EV_FUNC_ARRAY},
    {"&&", B, {A, A}, array_overlaps, "have they an element in common?",
	"ARRAY[1, 4] && ARRAY[2, 1]", "true", S},
    {.name = NULL},
};
