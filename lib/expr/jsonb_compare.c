/*
 * jsonb_compare: the order of jsonb, and what contains what.
 */
#include "expr/jsonb.h"
#include "expr/text.h"
#include "expr/value.h"

static int
order_numbers(struct ev_run *run, struct ev_slice a, struct ev_slice b)
{
	struct ev_num x, y;
	int64_t m, n;

	if (ev_slice_equal(a, b))
		return 0;
	if (ev_val_small(a, &m) && ev_val_small(b, &n))
		return (m > n) - (m < n);
	/* they are numeric's own texts: nothing can fail */
	ev_num_from_text(a, run->pool, &x, NULL);
	ev_num_from_text(b, run->pool, &y, NULL);
	return ev_num_cmp(x, y);
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
order(struct ev_run *run, const struct ev_jsonb *a, const struct ev_jsonb *b)
{
	int is = rank(a) - rank(b);

	if (is)
		return is;
	if (a->type == EV_STRING)
		return ev_text_order(a->text, b->text);
	if (a->type == EV_NUMBER)
		return order_numbers(run, a->text, b->text);
	if (a->type < EV_ARRAY)
		return a->type - b->type;
	if (a->count != b->count)
		return a->count < b->count ? -1 : 1;
	for (uint32_t i = 0; i < a->count && !is; i++) {
		if (a->type == EV_ARRAY) {
			is = order(run, &a->item[i], &b->item[i]);
			continue;
		}
		is = ev_text_order(a->pair[i].key, b->pair[i].key);
		if (!is)
			is = order(run, &a->pair[i].value, &b->pair[i].value);
	}
	return is;
}

/* A scalar on its own is an array of one, but less than such an array. */
int
ev_jsonb_compare(struct ev_run *run, const struct ev_jsonb *a,
    const struct ev_jsonb *b)
{
	if (a->type < EV_ARRAY && b->type == EV_ARRAY)
		return b->count ? -1 : 1;
	if (b->type < EV_ARRAY && a->type == EV_ARRAY)
		return a->count ? 1 : -1;
	return order(run, a, b);
}

/* ---- containment ---- */

#define STEPS 30000000 /* pairs of items that are compared: a second or two */

struct search {
	struct ev_run *run;
	unsigned steps;
};

static bool contains(struct search *search, const struct ev_jsonb *a,
    const struct ev_jsonb *b);

/* Does a value contain another of the same type? */
static bool
covers(struct search *search, const struct ev_jsonb *a,
    const struct ev_jsonb *b)
{
	return b->type < EV_ARRAY ? !order(search->run, a, b)
				  : contains(search, a, b);
}

static bool
has_item(struct search *search, const struct ev_jsonb *array,
    const struct ev_jsonb *item)
{
	for (uint32_t i = 0; i < array->count && search->steps < STEPS; i++) {
		search->steps++;
		if (array->item[i].type == item->type &&
		    covers(search, &array->item[i], item))
			return true;
	}
	return false;
}

static bool
has_pair(struct search *search, const struct ev_jsonb *object,
    const struct ev_jsonb_pair *pair)
{
	const struct ev_jsonb *own = ev_jsonb_member(object, pair->key);

	return own && own->type == pair->value.type &&
	    covers(search, own, &pair->value);
}

static bool
contains(struct search *search, const struct ev_jsonb *a,
    const struct ev_jsonb *b)
{
	if (a->type < EV_ARRAY)
		return b->type < EV_ARRAY && !order(search->run, a, b);
	if (b->type < EV_ARRAY)
		return a->type == EV_ARRAY && has_item(search, a, b);
	if (a->type != b->type || (a->type == EV_OBJECT && a->count < b->count))
		return false;
	for (uint32_t i = 0; i < b->count; i++)
		if (a->type == EV_OBJECT ? !has_pair(search, a, &b->pair[i])
					 : !has_item(search, a, &b->item[i]))
			return false;
	return true;
}

bool
ev_jsonb_contains(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *a, const struct ev_jsonb *b, bool *is)
{
	struct search search = {run, 0};

	*is = contains(&search, a, b);
	return search.steps < STEPS ||
	    ev_run_fail(run, node, "needs more than %d comparisons of elements",
		STEPS);
}

bool
ev_jsonb_exists(const struct ev_jsonb *a, struct ev_slice key)
{
	if (a->type == EV_OBJECT)
		return ev_jsonb_member(a, key) != NULL;
	if (a->type == EV_STRING)
		return ev_slice_equal(a->text, key);
	for (uint32_t i = 0; a->type == EV_ARRAY && i < a->count; i++)
		if (a->item[i].type == EV_STRING &&
		    ev_slice_equal(a->item[i].text, key))
			return true;
	return false;
}
