/*
 * array: see array.h. This file: making arrays, subscripts and slices, joining,
 * comparing.
 */
#include "expr/array.h"

#include <string.h>

#include "expr/jsonb.h"

#define JSONB_STEP 64 /* bytes of a jsonb that are compared in one step */

bool
ev_array_room(struct ev_run *run, const struct ev_node *node, uint64_t count)
{
	if (count > EV_ARRAY_MAX)
		return ev_run_fail(run, node,
		    "array size exceeds the maximum allowed (%d)",
		    EV_ARRAY_MAX);
	if (count * sizeof(struct ev_val) > EV_EXPR_TEXT_MAX)
		return ev_run_fail(run, node,
		    "the array would be larger than %u MiB",
		    EV_EXPR_TEXT_MAX >> 20);
	return ev_run_has_room(run, node);
}

bool
ev_array_bounds(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array)
{
	for (unsigned i = 0; i < array->dims; i++)
		if ((int64_t)array->lower[i] + array->length[i] > INT32_MAX)
			return ev_run_fail(run, node,
			    "array lower bound is too large: %d",
			    (int)array->lower[i]);
	return true;
}

struct ev_array *
ev_array_new(struct ev_run *run, size_t count)
{
	struct ev_array *array = ev_arena_zalloc(run->arena, sizeof(*array));

	array->count = (uint32_t)count;
	array->dims = count > 0;
	array->length[0] = (int32_t)count;
	array->lower[0] = 1;
	array->item = ev_arena_alloc(run->arena,
	    (count + 1) * sizeof(*array->item));
	return array;
}

struct ev_array *
ev_array_make(struct ev_run *run, const struct ev_node *node, uint64_t count)
{
	return ev_array_room(run, node, count) ? ev_array_new(run, count)
					       : NULL;
}

struct ev_array *
ev_array_like(struct ev_run *run, const struct ev_array *other)
{
	struct ev_array *array = ev_array_new(run, other->count);
	struct ev_val *item = array->item;

	*array = *other;
	array->item = item;
	return array;
}

void
ev_array_shorten(struct ev_array *array, uint32_t count)
{
	array->count = count;
	array->length[0] = (int32_t)count;
	array->dims = count > 0;
}

void
ev_array_out(struct ev_val *out, const struct ev_array *array,
    enum ev_sql element)
{
	out->type = (uint8_t)ev_sql_array_of(element);
	out->array = array;
}

/* ---- ARRAY[a, b] of arrays ---- */

static bool
same_shape(const struct ev_array *a, const struct ev_array *b, unsigned from_a,
    unsigned from_b)
{
	if (a->dims - from_a != b->dims - from_b)
		return false;
	for (unsigned i = 0; i + from_a < a->dims; i++)
		if (a->length[i + from_a] != b->length[i + from_b] ||
		    a->lower[i + from_a] != b->lower[i + from_b])
			return false;
	return true;
}

/* How many of the parts have elements; *first is one of them. */
static size_t
filled(const struct ev_val *part, size_t count, const struct ev_array **first)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (part[i].type != EV_SQL_NULL && part[i].array->count) {
			*first = part[i].array;
			n++;
		}
	return n;
}

bool
ev_array_stack(struct ev_run *run, const struct ev_node *node,
    struct ev_val *part, size_t count, struct ev_val *out)
{
	const struct ev_array *first = NULL;
	size_t n = filled(part, count, &first);
	struct ev_array *made;

	if (!n) {
		ev_array_out(out, ev_array_new(run, 0),
		    ev_sql_element(node->type));
		return true;
	}
	if (first->dims == EV_ARRAY_DIMS)
		return ev_run_fail(run, node,
		    "number of array dimensions (%d) exceeds the maximum "
		    "allowed (%d)",
		    EV_ARRAY_DIMS + 1, EV_ARRAY_DIMS);
	for (size_t i = 0; i < count; i++)
		if (n < count || !same_shape(first, part[i].array, 0, 0))
			return ev_run_fail(run, node,
			    "multidimensional arrays must have array "
			    "expressions with matching dimensions");
	if (!ev_array_room(run, node, (uint64_t)count * first->count))
		return false;
	made = ev_array_new(run, count * first->count);
	made->dims = first->dims + 1;
	made->length[0] = (int32_t)count;
	for (unsigned i = 0; i < first->dims; i++) {
		made->length[i + 1] = first->length[i];
		made->lower[i + 1] = first->lower[i];
	}
	for (size_t i = 0; i < count; i++)
		memcpy(made->item + i * first->count, part[i].array->item,
		    first->count * sizeof(*made->item));
	ev_array_out(out, made, ev_sql_element(node->type));
	return true;
}

/* ---- subscripts ---- */

const struct ev_val *
ev_array_at(const struct ev_array *array, const int64_t *at, unsigned count)
{
	size_t place = 0;

	if (count != array->dims || !count)
		return NULL;
	for (unsigned i = 0; i < count; i++) {
		int64_t offset = at[i] - array->lower[i];

		if (offset < 0 || offset >= array->length[i])
			return NULL;
		place = place * (size_t)array->length[i] + (size_t)offset;
	}
	return &array->item[place];
}

/* Copies the part of one dimension, and of those in it, that is asked for:
 * from is its first place in array, first and made->length say what part. */
static struct ev_val *
copy_part(const struct ev_array *array, const struct ev_array *made,
    const int32_t *first, unsigned dim, size_t from, struct ev_val *to)
{
	for (int32_t i = 0; i < made->length[dim]; i++) {
		size_t at = from * (size_t)array->length[dim] +
		    (size_t)(first[dim] + i);

		if (dim + 1 < array->dims)
			to = copy_part(array, made, first, dim + 1, at, to);
		else
			*to++ = array->item[at];
	}
	return to;
}

struct ev_array *
ev_array_cut(struct ev_run *run, const struct ev_array *array,
    const int64_t *from, const int64_t *to, unsigned count)
{
	int32_t first[EV_ARRAY_DIMS] = {0};
	struct ev_array *made;
	size_t size = 1;

	if (count > array->dims)
		return ev_array_new(run, 0);
	made = ev_array_like(run, array);
	for (unsigned i = 0; i < array->dims; i++) {
		int64_t lower = array->lower[i];
		int64_t upper = lower + array->length[i] - 1;

		made->lower[i] = 1;
		if (i < count && from[i] > lower)
			first[i] = from[i] > upper ? array->length[i]
						   : (int32_t)(from[i] - lower);
		if (i < count && to[i] < upper)
			upper = to[i];
		if (lower + first[i] > upper)
			return ev_array_new(run, 0);
		made->length[i] = (int32_t)(upper - lower - first[i] + 1);
		size *= (size_t)made->length[i];
	}
	made->count = (uint32_t)size;
	if (size)
		copy_part(array, made, first, 0, 0, made->item);
	return made;
}

/* ---- joining ---- */

bool
ev_array_join(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b,
    const struct ev_array **out)
{
	bool over = a->dims > b->dims, under = a->dims < b->dims;
	struct ev_array *made;

	if (!a->dims || !b->dims) {
		*out = a->dims ? a : b;
		return true;
	}
	if (!ev_array_room(run, node, (uint64_t)a->count + b->count))
		return false;
	if (!(over          ? same_shape(a, b, 1, 0)
		    : under ? same_shape(a, b, 0, 1)
			    : same_shape(a, b, 1, 1)))
		return ev_run_fail(run, node,
		    "cannot concatenate incompatible arrays");
	made = ev_array_new(run, (size_t)a->count + b->count);
	made->dims = over ? a->dims : b->dims;
	memcpy(made->length, over ? a->length : b->length,
	    sizeof(made->length));
	memcpy(made->lower, under ? b->lower : a->lower, sizeof(made->lower));
	made->length[0] = (over || !under ? a->length[0] : 1) +
	    (under || !over ? b->length[0] : 1);
	if (!ev_array_bounds(run, node, made))
		return false;
	memcpy(made->item, a->item, a->count * sizeof(*made->item));
	memcpy(made->item + a->count, b->item, b->count * sizeof(*made->item));
	*out = made;
	return true;
}

bool
ev_array_concat(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *a, const struct ev_val *b, struct ev_val *out)
{
	const struct ev_array *array;

	if (a->type == EV_SQL_NULL || b->type == EV_SQL_NULL) {
		*out = a->type == EV_SQL_NULL ? *b : *a;
		return true;
	}
	if (!ev_array_join(run, node, a->array, b->array, &array))
		return false;
	ev_array_out(out, array, ev_sql_element(node->type));
	return true;
}

bool
ev_array_push(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, const struct ev_val *element, bool front,
    const struct ev_array **out)
{
	uint32_t count = array ? array->count : 0;
	struct ev_array *made;

	if (array && array->dims > 1)
		return ev_run_fail(run, node,
		    "argument must be empty or one-dimensional array");
	if (!ev_array_room(run, node, (uint64_t)count + 1))
		return false;
	made = ev_array_new(run, (size_t)count + 1);
	if (count) {
		made->lower[0] = array->lower[0];
		memcpy(made->item + front, array->item,
		    count * sizeof(*made->item));
	}
	if (front && made->lower[0] == INT32_MIN)
		return ev_run_fail(run, node, "integer out of range");
	if (!front && !ev_array_bounds(run, node, made))
		return false;
	made->item[front ? 0 : count] = *element;
	*out = made;
	return true;
}

/* ---- comparing ---- */

const struct ev_array *
ev_array_decoded(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array)
{
	struct ev_array *made = NULL;

	for (uint32_t i = 0; i < array->count; i++) {
		const struct ev_val *item = &array->item[i];

		if (item->type != EV_SQL_JSON || !item->json.escaped)
			continue;
		if (!made) {
			made = ev_array_like(run, array);
			memcpy(made->item, array->item,
			    array->count * sizeof(*made->item));
		}
		if (ev_array_repeats(array->item, i)) {
			made->item[i] = made->item[i - 1];
			continue;
		}
		ev_val_decode(run, &made->item[i]);
		if (!ev_run_has_room(run, node))
			return NULL;
	}
	return made ? made : array;
}

/* What comparing all elements once takes: as many steps, and of a jsonb, which
 * may differ in its last member alone, one for each of its parts. */
static uint64_t
weight(const struct ev_array *array)
{
	uint64_t sum = array->count;

	for (uint32_t i = 0; i < array->count; i++)
		if (array->item[i].type == EV_SQL_JSONB)
			sum += array->item[i].jsonb->size / JSONB_STEP;
	return sum;
}

bool
ev_array_pairs(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b)
{
	uint64_t all_a = weight(a) * b->count, all_b = weight(b) * a->count;

	/* a pair takes as much as the smaller of the two */
	return (all_a < all_b ? all_a : all_b) <= EV_ARRAY_PAIRS ||
	    ev_run_fail(run, node,
		"more than %d pairs of elements would be compared",
		EV_ARRAY_PAIRS);
}

bool
ev_array_same(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *a, const struct ev_val *b, bool *same)
{
	int truth;

	if (ev_val_is_null(a) || ev_val_is_null(b)) {
		*same = ev_val_is_null(a) && ev_val_is_null(b);
		return true;
	}
	if (!ev_val_compare(run, node, EV_EQ, *a, *b, &truth))
		return false;
	*same = truth > 0;
	return true;
}

bool
ev_array_among(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *element, const struct ev_val *item, uint32_t count,
    bool *found)
{
	*found = false;
	for (uint32_t i = 0; i < count && !*found; i++)
		if (!ev_array_repeats(item, i) &&
		    !ev_array_same(run, node, &item[i], element, found))
			return false;
	return true;
}

static bool
both_repeat(const struct ev_array *a, const struct ev_array *b, uint32_t i)
{
	return ev_array_repeats(a->item, i) && ev_array_repeats(b->item, i);
}

bool
ev_array_equal(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b, bool *equal)
{
	*equal = same_shape(a, b, 0, 0);
	for (uint32_t i = 0; *equal && i < a->count; i++)
		if (!both_repeat(a, b, i) &&
		    !ev_array_same(run, node, &a->item[i], &b->item[i], equal))
			return false;
	return true;
}

static int
order_int(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* Arrays with the same elements: fewer dimensions first, then shorter ones,
 * then those that begin earlier. */
static int
order_shape(const struct ev_array *a, const struct ev_array *b)
{
	int order = order_int(a->count, b->count);

	if (!order)
		order = order_int(a->dims, b->dims);
	for (unsigned i = 0; i < a->dims && !order; i++)
		order = order_int(a->length[i], b->length[i]);
	for (unsigned i = 0; i < a->dims && !order; i++)
		order = order_int(a->lower[i], b->lower[i]);
	return order;
}

bool
ev_array_order(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b, int *order)
{
	uint32_t count = a->count < b->count ? a->count : b->count;

	for (uint32_t i = 0; i < count; i++) {
		const struct ev_val *x = &a->item[i], *y = &b->item[i];
		bool same;
		int less = 0;

		if (both_repeat(a, b, i))
			continue;
		if (!ev_array_same(run, node, x, y, &same))
			return false;
		if (same)
			continue;
		if (ev_val_is_null(y))
			less = 1;
		else if (!ev_val_is_null(x) &&
		    !ev_val_compare(run, node, EV_LT, *x, *y, &less))
			return false;
		*order = less ? -1 : 1;
		return true;
	}
	*order = order_shape(a, b);
	return true;
}
