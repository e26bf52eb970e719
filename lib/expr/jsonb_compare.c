/*
 * jsonb_compare: the order of jsonb, and what contains what.
 */
#include "expr/jsonb.h"
#include "expr/text.h"

/* Numbers by their texts, which are numeric's own, and may have 131,072 digits
 * and more: the longer whole part is the greater, else the first digit that
 * differs decides, and zeros at the end do not count. */
static int
order_numbers(const struct ev_jsonb *a, const struct ev_jsonb *b)
{
	bool minus = *a->text.ptr == '-';
	size_t len = a->text.len < b->text.len ? a->text.len : b->text.len;
	struct ev_slice rest = a->text.len > len ? a->text : b->text;
	int is;

	if (minus != (*b->text.ptr == '-'))
		return minus ? -1 : 1;
	is = a->count != b->count ? (a->count < b->count ? -1 : 1)
				  : memcmp(a->text.ptr, b->text.ptr, len);
	for (size_t i = len; !is && i < rest.len; i++)
		if (rest.ptr[i] > '0')
			is = rest.ptr == a->text.ptr ? 1 : -1;
	return minus ? -is : is;
}

/* null, strings, numbers, booleans, arrays, objects. */
static int
rank(const struct ev_jsonb *json)
{
	static const int ranks[] = {[EV_NULL] = 0,
	    [EV_STRING] = 1,
	    [EV_NUMBER] = 2,
	    [EV_FALSE] = 3,
	    [EV_TRUE] = 3,
	    [EV_ARRAY] = 4,
	    [EV_OBJECT] = 5};

	return ranks[json->type];
}

static int
order(const struct ev_jsonb *a, const struct ev_jsonb *b)
{
	int is = rank(a) - rank(b);

	if (is)
		return is;
	if (a->type == EV_STRING)
		return ev_text_order(a->text, b->text);
	if (a->type == EV_NUMBER)
		return order_numbers(a, b);
	if (a->type < EV_ARRAY)
		return a->type - b->type;
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (uint32_t i = 0; i < a->count && !is; i++) {
		if (a->type == EV_ARRAY) {
			is = order(&a->item[i], &b->item[i]);
			continue;
		}
		is = ev_text_order(a->pair[i].key, b->pair[i].key);
		if (!is)
			is = order(&a->pair[i].value, &b->pair[i].value);
	}
	return is;
}

/* A scalar on its own is an array of one, but less than such an array. */
int
ev_jsonb_compare(const struct ev_jsonb *a, const struct ev_jsonb *b)
{
	if (a->type < EV_ARRAY && b->type == EV_ARRAY)
		return b->count ? -1 : 1;
	if (b->type < EV_ARRAY && a->type == EV_ARRAY)
		return a->count ? 1 : -1;
	return order(a, b);
}

/* ---- containment ---- */

#define STEPS 30000000 /* pairs of items and of members compared */

/* *steps counts them. */
static bool contains(unsigned *steps, const struct ev_jsonb *a,
    const struct ev_jsonb *b);

/* Does a value contain another of the same type? */
static bool
covers(unsigned *steps, const struct ev_jsonb *a, const struct ev_jsonb *b)
{
	return b->type < EV_ARRAY ? !order(a, b) : contains(steps, a, b);
}

static bool
has_item(unsigned *steps, const struct ev_jsonb *array,
    const struct ev_jsonb *item)
{
	for (uint32_t i = 0; i < array->count && *steps < STEPS; i++) {
		++*steps;
		if (array->item[i].type == item->type &&
		    covers(steps, &array->item[i], item))
			return true;
	}
	return false;
}

static bool
has_pair(unsigned *steps, const struct ev_jsonb *object,
    const struct ev_jsonb_pair *pair)
{
	const struct ev_jsonb *own = ev_jsonb_member(object, pair->key);

	++*steps;
	return own && own->type == pair->value.type &&
	    covers(steps, own, &pair->value);
}

static bool
contains(unsigned *steps, const struct ev_jsonb *a, const struct ev_jsonb *b)
{
	if (a->type < EV_ARRAY)
		return b->type < EV_ARRAY && !order(a, b);
	if (b->type < EV_ARRAY)
		return a->type == EV_ARRAY && has_item(steps, a, b);
	if (a->type != b->type || (a->type == EV_OBJECT && a->count < b->count))
		return false;
	for (uint32_t i = 0; i < b->count && *steps < STEPS; i++)
		if (a->type == EV_OBJECT ? !has_pair(steps, a, &b->pair[i])
					 : !has_item(steps, a, &b->item[i]))
			return false;
	return true;
}

bool
ev_jsonb_contains(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *a, const struct ev_jsonb *b, bool *is)
{
	unsigned steps = 0;

	*is = contains(&steps, a, b);
	return steps < STEPS ||
	    ev_run_fail(run, node, "needs more than %d comparisons of elements",
		STEPS);
}
