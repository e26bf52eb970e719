/*
 * jsonpath_keyvalue: .keyvalue(), which makes {"id", "key", "value"} of each
 * member. An id tells objects of one path apart: it is 10^10 times the number
 * of what the object lies in ($ is 0, the variables 1, what .keyvalue() made
 * from 2 on) and the byte at which it begins there, as PostgreSQL stores jsonb:
 *
 *	container   4 bytes, 4 for each item, key and value; keys; values
 *	string      its bytes
 *	number      a multiple of 4; 4 bytes, 2 (or 4), 2 for each 4 digits
 *	container   a multiple of 4
 *
 * Source: PostgreSQL 15, src/include/utils/jsonb.h, jsonb_util.c, numeric.c.
 */
#include <stdlib.h>

#include "expr/jsonpath_eval.h"

#define BASE_IDS INT64_C(10000000000)

struct place {
	const struct ev_jsonb *object;
	uint64_t at;
};

/* Where the objects in a value begin, sorted by address. */
struct ev_path_places {
	const struct ev_jsonb *base;
	struct place *place;
	size_t count, cap;
	struct ev_path_eval *eval;
};

static uint64_t
aligned(uint64_t at)
{
	return (at + 3) & ~UINT64_C(3);
}

/* The bytes of a numeric: its digits in fours, without zeros at either end. */
static uint64_t
number_size(const struct ev_jsonb *json)
{
	struct ev_slice text = json->text;
	bool minus = *text.ptr == '-';
	int64_t whole = (int64_t)json->count - minus, digit = 0;
	int64_t first = INT64_MAX, last = INT64_MIN, scale, place;

	for (const char *at = text.ptr + minus; at < text.ptr + text.len;
	     at++) {
		if (*at == '.')
			continue;
		/* the power of 10000 that the digit belongs to, from above */
		place = digit - whole;
		place = place >= 0 ? place / 4 : -((-place + 3) / 4);
		digit++;
		if (*at == '0')
			continue;
		first = first == INT64_MAX ? place : first;
		last = place;
	}
	scale = digit - whole;
	if (first == INT64_MAX)
		return 4 + (scale <= 63 ? 2 : 4);
	/* a short header has room for scales to 63, weights from -64 to 63 */
	return 4 + (scale <= 63 && first >= -64 && first <= 63 ? 2 : 4) +
	    2 * (uint64_t)(last - first + 1);
}

static bool
note(struct ev_path_places *places, const struct ev_jsonb *object, uint64_t at)
{
	struct ev_path_eval *eval = places->eval;

	places->place = ev_run_grow(eval->run, eval->node, places->place,
	    places->count, &places->cap, sizeof(*places->place));
	if (!places->place)
		return false;
	places->place[places->count++] = (struct place){object, at};
	return true;
}

/* Lays a value out, from *at on; *at becomes the byte behind it. */
static bool
lay_out(struct ev_path_places *places, const struct ev_jsonb *json,
    uint64_t *at)
{
	bool object = json->type == EV_OBJECT;

	if (json->type == EV_STRING)
		*at += json->text.len;
	else if (json->type == EV_NUMBER)
		*at = aligned(*at) + number_size(json);
	if (json->type < EV_ARRAY)
		return true;
	*at = aligned(*at);
	if (!ev_path_work(places->eval, 1 + json->count) ||
	    (object && !note(places, json, *at)))
		return false;
	*at += 4 + (object ? 8 : 4) * (uint64_t)json->count;
	for (uint32_t i = 0; object && i < json->count; i++)
		*at += json->pair[i].key.len;
	for (uint32_t i = 0; i < json->count; i++)
		if (!lay_out(places,
			object ? &json->pair[i].value : &json->item[i], at))
			return false;
	return true;
}

static int
compare_places(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const struct place *)a)->object;
	uintptr_t y = (uintptr_t)((const struct place *)b)->object;

	return (x > y) - (x < y);
}

/* The byte of the base at which an object begins; 0 for one that is not in it,
 * where PostgreSQL's is by chance. */
static bool
find_place(struct ev_path_eval *eval, const struct ev_jsonb *object,
    uint64_t *at)
{
	struct place wanted = {object, 0}, *found;
	struct ev_path_places *places = eval->places;

	*at = 0;
	if (object == eval->base || !eval->base)
		return true;
	if (!places || places->base != eval->base) {
		uint64_t end = 0;

		places = ev_run_take(eval->run, eval->node, sizeof(*places));
		if (!places)
			return false;
		*places = (struct ev_path_places){.base = eval->base,
		    .eval = eval};
		if (!lay_out(places, eval->base, &end))
			return false;
		qsort(places->place, places->count, sizeof(*places->place),
		    compare_places);
		eval->places = places;
	}
	found = places->count ? bsearch(&wanted, places->place, places->count,
				    sizeof(*places->place), compare_places)
			      : NULL;
	if (found)
		*at = found->at;
	return true;
}

/* {"id", "key", "value"} of a member. */
static bool
make_pair(struct ev_path_eval *eval, const struct ev_jsonb_pair *pair,
    const struct ev_jsonb *id, struct ev_jsonb *out)
{
	struct ev_run *run = eval->run;
	struct ev_jsonb_pair *made = ev_run_take(run, eval->node,
	    3 * sizeof(*made));

	if (!made)
		return false;
	made[0] = (struct ev_jsonb_pair){EV_SLICE("id"), *id};
	made[1].key = EV_SLICE("key");
	made[2] = (struct ev_jsonb_pair){EV_SLICE("value"), pair->value};
	return ev_jsonb_string(run, eval->node, pair->key, &made[1].value) &&
	    ev_jsonb_object(run, eval->node, made, 3, out);
}

/* The pair of one member goes on, being what is counted in from here. */
static enum ev_path_result
next_pair(struct ev_path_eval *eval, const struct ev_path_node *node,
    const struct ev_jsonb_pair *pair, const struct ev_jsonb *id,
    struct ev_path_list *found)
{
	const struct ev_jsonb *base = eval->base;
	int64_t number = eval->base_number;
	struct ev_jsonb *made = ev_run_take(eval->run, eval->node,
	    sizeof(*made));
	enum ev_path_result result;

	if (!made || !make_pair(eval, pair, id, made))
		return EV_PATH_FAILED;
	eval->base = made;
	eval->base_number = eval->numbers++;
	result = ev_path_next(eval, node, (struct ev_path_item){.json = made},
	    found);
	eval->base = base;
	eval->base_number = number;
	return result;
}

enum ev_path_result
ev_path_keyvalue(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	enum ev_path_result result = EV_PATH_NONE;
	struct ev_path_item id;
	uint64_t at;

	if (!ev_path_is(item, EV_OBJECT))
		return ev_path_raise(eval,
		    "jsonpath item method .keyvalue() can only be applied to "
		    "an object");
	if (!item.json->count)
		return EV_PATH_NONE;
	if (!node->next && !found)
		return EV_PATH_FOUND;
	if (!find_place(eval, item.json, &at))
		return EV_PATH_FAILED;
	id = ev_path_integer(eval, (int64_t)at + eval->base_number * BASE_IDS);
	for (uint32_t i = 0; i < item.json->count && id.json; i++) {
		result = next_pair(eval, node, &item.json->pair[i], id.json,
		    found);
		if (ev_path_is_error(result) ||
		    (result == EV_PATH_FOUND && !found))
			break;
	}
	return id.json ? result : EV_PATH_FAILED;
}
