/*
 * lookup: see lookup.h. Open addressing, at most half full.
 */
#include "expr/lookup.h"

#include "base/map.h"

struct ev_lookup {
	const struct ev_slice *text; /* or NULL: integers */
	const int64_t *integer;
	uint32_t *slot; /* the number of an item, from 1; 0: free */
	uint32_t mask;
	bool null; /* NULL is an item */
};

static bool
is_text(const struct ev_val *val)
{
	return val->type == EV_SQL_TEXT || val->type == EV_SQL_UNKNOWN;
}

static struct ev_slice
text_of(const struct ev_val *val)
{
	return val->type == EV_SQL_TEXT ? val->text : val->quoted->text;
}

static uint32_t *
find_text(const struct ev_lookup *lookup, struct ev_slice text)
{
	uint64_t at = ev_map_hash(text.ptr, text.len);

	for (;; at++) {
		uint32_t *slot = &lookup->slot[at & lookup->mask];

		if (!*slot || ev_slice_equal(lookup->text[*slot - 1], text))
			return slot;
	}
}

static uint32_t *
find_integer(const struct ev_lookup *lookup, int64_t integer)
{
	uint64_t at = ev_map_hash(&integer, sizeof(integer));

	for (;; at++) {
		uint32_t *slot = &lookup->slot[at & lookup->mask];

		if (!*slot || lookup->integer[*slot - 1] == integer)
			return slot;
	}
}

const struct ev_lookup *
ev_lookup_new(struct ev_arena *arena, const struct ev_val *item, size_t count)
{
	struct ev_lookup *lookup = ev_arena_zalloc(arena, sizeof(*lookup));
	struct ev_slice *text = ev_arena_alloc(arena, count * sizeof(*text));
	int64_t *integer = ev_arena_alloc(arena, count * sizeof(*integer));
	size_t texts = 0, integers = 0, size = 16;

	while (size < 2 * count)
		size *= 2;
	for (size_t i = 0; i < count; i++) {
		if (item[i].type == EV_SQL_NULL)
			lookup->null = true;
		else if (is_text(&item[i]))
			text[texts++] = text_of(&item[i]);
		else if (ev_sql_is_int(item[i].type))
			integer[integers++] = item[i].integer;
		else
			return NULL;
	}
	if (texts && integers)
		return NULL;
	lookup->slot = ev_arena_zalloc(arena, size * sizeof(*lookup->slot));
	lookup->mask = (uint32_t)size - 1;
	lookup->text = texts ? text : NULL;
	lookup->integer = integer;
	for (size_t i = 0; i < texts; i++)
		*find_text(lookup, text[i]) = (uint32_t)i + 1;
	for (size_t i = 0; i < integers; i++)
		*find_integer(lookup, integer[i]) = (uint32_t)i + 1;
	return lookup;
}

/* A whole number, if it is one; false for all else. */
static bool
whole(const struct ev_val *val, int64_t *out)
{
	if (ev_sql_is_int(val->type)) {
		*out = val->integer;
		return true;
	}
	if (val->type == EV_SQL_NUMERIC && val->num.kind == EV_NUM_SMALL &&
	    !val->num.scale) {
		*out = val->num.coef;
		return true;
	}
	return val->type == EV_SQL_JSON && val->json.type == EV_NUMBER &&
	    ev_val_small(ev_value_raw(val->json), out);
}

static bool
plain(const struct ev_val *val, struct ev_slice *out)
{
	if (val->type == EV_SQL_TEXT) {
		*out = val->text;
		return true;
	}
	if (val->type != EV_SQL_JSON || val->json.type != EV_STRING ||
	    val->json.escaped)
		return false;
	*out = ev_value_inner(val->json);
	return true;
}

int
ev_lookup_find(const struct ev_lookup *lookup, const struct ev_val *val)
{
	struct ev_slice text;
	uint32_t *slot;
	int64_t integer;

	if (ev_val_is_null(val))
		return -1;
	if (lookup->text && plain(val, &text))
		slot = find_text(lookup, text);
	else if (!lookup->text && whole(val, &integer))
		slot = find_integer(lookup, integer);
	else
		return 2;
	return *slot ? 1 : lookup->null ? -1 : 0;
}
