/*
 * jsonb_names: a list of names, beside the members of an object or the strings
 * of an array. The names are sorted, as either may be long: 200,000 names
 * beside 200,000 strings took 140 s when each was looked for by itself.
 */
#include "expr/jsonb.h"

#include <stdlib.h>

static int
compare_names(const void *a, const void *b)
{
	return ev_jsonb_compare_keys(*(const struct ev_slice *)a,
	    *(const struct ev_slice *)b);
}

struct ev_jsonb_names
ev_jsonb_names(struct ev_run *run, const struct ev_val *key, size_t keys)
{
	struct ev_slice *text = ev_arena_alloc(run->arena,
	    (keys + 1) * sizeof(*text));
	size_t count = 0, kept = 0;

	for (size_t i = 0; i < keys; i++)
		if (key[i].type != EV_SQL_NULL)
			text[count++] = key[i].text;
	qsort(text, count, sizeof(*text), compare_names);
	for (size_t i = 0; i < count; i++)
		if (!kept || !ev_slice_equal(text[kept - 1], text[i]))
			text[kept++] = text[i];
	return (struct ev_jsonb_names){text, kept};
}

ptrdiff_t
ev_jsonb_find_name(const struct ev_jsonb_names *names, struct ev_slice text)
{
	const struct ev_slice *found = bsearch(&text, names->text, names->count,
	    sizeof(text), compare_names);

	return found ? found - names->text : -1;
}

/* Of a scalar on its own as of an array of one. */
static bool
in_array(struct ev_run *run, const struct ev_jsonb *json,
    const struct ev_jsonb_names *names, bool all)
{
	const struct ev_jsonb *item = json->type == EV_ARRAY ? json->item
							     : json;
	uint32_t count = json->type == EV_ARRAY ? json->count : 1;
	bool *seen = ev_arena_zalloc(run->arena, names->count);
	size_t left = all ? names->count : 1;

	for (uint32_t i = 0; i < count && left; i++) {
		ptrdiff_t at = item[i].type == EV_STRING
		    ? ev_jsonb_find_name(names, item[i].text)
		    : -1;

		if (at >= 0 && !seen[at]) {
			seen[at] = true;
			left--;
		}
	}
	return !left;
}

bool
ev_jsonb_exists(struct ev_run *run, const struct ev_jsonb *json,
    const struct ev_val *key, size_t keys, bool all)
{
	struct ev_jsonb_names names = ev_jsonb_names(run, key, keys);

	if (json->type != EV_OBJECT)
		return in_array(run, json, &names, all);
	for (size_t i = 0; i < names.count; i++)
		if ((ev_jsonb_member(json, names.text[i]) != NULL) != all)
			return !all;
	return all;
}
