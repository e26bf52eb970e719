/*
 * jsonb_edit: new jsonb from old. What is not touched is shared.
 */
#include "expr/jsonb.h"

#include "base/utf8.h"
#include "expr/array.h"

/* ---- || ---- */

static bool
concat_objects(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *a, const struct ev_jsonb *b, struct ev_jsonb *out)
{
	size_t count = (size_t)a->count + b->count;
	struct ev_jsonb_pair *pair = ev_run_take(run, node,
	    (count + 1) * sizeof(*pair));

	if (!pair)
		return false;
	if (a->count)
		memcpy(pair, a->pair, a->count * sizeof(*pair));
	if (b->count)
		memcpy(pair + a->count, b->pair, b->count * sizeof(*pair));
	return ev_jsonb_object(run, node, pair, count, out);
}

/* Appends an array's items, or what is no array as one. */
static size_t
add_items(struct ev_jsonb *item, size_t count, const struct ev_jsonb *from)
{
	if (from->type != EV_ARRAY)
		item[count++] = *from;
	else if (from->count)
		memcpy(item + count, from->item, from->count * sizeof(*item));
	return from->type == EV_ARRAY ? count + from->count : count;
}

bool
ev_jsonb_concat(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *a, const struct ev_jsonb *b, struct ev_jsonb *out)
{
	struct ev_jsonb *item;
	size_t count;

	if (a->type == EV_OBJECT && b->type == EV_OBJECT)
		return concat_objects(run, node, a, b, out);
	item = ev_run_take(run, node,
	    ((size_t)a->count + b->count + 2) * sizeof(*item));
	if (!item)
		return false;
	count = add_items(item, 0, a);
	count = add_items(item, count, b);
	return ev_jsonb_array(run, node, item, count, out);
}

/* ---- - ---- */

bool
ev_jsonb_without(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *json, const struct ev_val *key, size_t keys,
    struct ev_jsonb *out)
{
	struct ev_jsonb_names names = ev_jsonb_names(run, key, keys);
	struct ev_jsonb_pair *pair;
	struct ev_jsonb *item;
	uint32_t kept = 0;

	if (json->type < EV_ARRAY)
		return ev_run_fail(run, node, "cannot delete from scalar");
	if (json->type == EV_OBJECT) {
		pair = ev_run_take(run, node,
		    ((size_t)json->count + 1) * sizeof(*pair));
		if (!pair)
			return false;
		for (uint32_t i = 0; i < json->count; i++)
			if (ev_jsonb_find_name(&names, json->pair[i].key) < 0)
				pair[kept++] = json->pair[i];
		return ev_jsonb_object(run, node, pair, kept, out);
	}
	item = ev_run_take(run, node,
	    ((size_t)json->count + 1) * sizeof(*item));
	if (!item)
		return false;
	for (uint32_t i = 0; i < json->count; i++)
		if (json->item[i].type != EV_STRING ||
		    ev_jsonb_find_name(&names, json->item[i].text) < 0)
			item[kept++] = json->item[i];
	return ev_jsonb_array(run, node, item, kept, out);
}

bool
ev_jsonb_without_item(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *json, int64_t index, struct ev_jsonb *out)
{
	struct ev_jsonb *item;
	uint32_t kept = 0;

	if (json->type < EV_ARRAY)
		return ev_run_fail(run, node, "cannot delete from scalar");
	if (json->type == EV_OBJECT)
		return ev_run_fail(run, node,
		    "cannot delete from object using integer index");
	if (index < 0)
		index += json->count;
	item = ev_run_take(run, node,
	    ((size_t)json->count + 1) * sizeof(*item));
	if (!item)
		return false;
	for (uint32_t i = 0; i < json->count; i++)
		if (i != index)
			item[kept++] = json->item[i];
	return ev_jsonb_array(run, node, item, kept, out);
}

bool
ev_jsonb_strip(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *json, struct ev_jsonb *out)
{
	struct ev_jsonb_pair *pair;
	struct ev_jsonb *item;
	uint32_t kept = 0;

	*out = *json;
	if (json->type == EV_ARRAY) {
		item = ev_run_take(run, node,
		    ((size_t)json->count + 1) * sizeof(*item));
		if (!item)
			return false;
		for (uint32_t i = 0; i < json->count; i++)
			if (!ev_jsonb_strip(run, node, &json->item[i],
				&item[i]))
				return false;
		return ev_jsonb_array(run, node, item, json->count, out);
	}
	if (json->type != EV_OBJECT)
		return true;
	pair = ev_run_take(run, node,
	    ((size_t)json->count + 1) * sizeof(*pair));
	if (!pair)
		return false;
	for (uint32_t i = 0; i < json->count; i++) {
		if (json->pair[i].value.type == EV_NULL)
			continue;
		pair[kept].key = json->pair[i].key;
		if (!ev_jsonb_strip(run, node, &json->pair[i].value,
			&pair[kept++].value))
			return false;
	}
	return ev_jsonb_object(run, node, pair, kept, out);
}

/* ---- at a path ---- */

struct edit {
	struct ev_run *run;
	const struct ev_node *node;
	enum ev_jsonb_edit edit;
	const struct ev_array *path;
	const struct ev_jsonb *value;
};

static bool edit_value(struct edit *edit, size_t level,
    const struct ev_jsonb *json, struct ev_jsonb *out);

static bool
edit_object(struct edit *edit, size_t level, const struct ev_jsonb *json,
    struct ev_jsonb *out)
{
	struct ev_slice key = edit->path->item[level].text;
	bool last = level + 1 == edit->path->count, found = false;
	struct ev_jsonb_pair *pair = ev_run_take(edit->run, edit->node,
	    ((size_t)json->count + 1) * sizeof(*pair));
	uint32_t kept = 0;

	if (!pair)
		return false;
	for (uint32_t i = 0; i < json->count; i++) {
		pair[kept] = json->pair[i];
		if (found || !ev_slice_equal(json->pair[i].key, key)) {
			kept++;
			continue;
		}
		found = true;
		if (last && edit->edit >= EV_JSONB_BEFORE)
			return ev_run_fail(edit->run, edit->node,
			    "cannot replace existing key: jsonb_set does that");
		if (last && edit->edit == EV_JSONB_DELETE)
			continue;
		if (last)
			pair[kept].value = *edit->value;
		else if (!edit_value(edit, level + 1, &json->pair[i].value,
			     &pair[kept].value))
			return false;
		kept++;
	}
	if (!found && last && edit->edit >= EV_JSONB_CREATE)
		pair[kept++] = (struct ev_jsonb_pair){key, *edit->value};
	return ev_jsonb_object(edit->run, edit->node, pair, kept, out);
}

/* The item at the end of the path, and what is put beside or instead of it. */
static uint32_t
edit_item(const struct edit *edit, const struct ev_jsonb *old,
    struct ev_jsonb *item, uint32_t kept)
{
	if (edit->edit == EV_JSONB_BEFORE || edit->edit == EV_JSONB_CREATE ||
	    edit->edit == EV_JSONB_REPLACE)
		item[kept++] = *edit->value;
	if (edit->edit >= EV_JSONB_BEFORE)
		item[kept++] = *old;
	if (edit->edit == EV_JSONB_AFTER)
		item[kept++] = *edit->value;
	return kept;
}

static bool
edit_array(struct edit *edit, size_t level, const struct ev_jsonb *json,
    struct ev_jsonb *out)
{
	struct ev_slice step = edit->path->item[level].text;
	bool last = level + 1 == edit->path->count;
	bool put = last && edit->edit >= EV_JSONB_CREATE;
	struct ev_jsonb *item = ev_run_take(edit->run, edit->node,
	    ((size_t)json->count + 1) * sizeof(*item));
	uint32_t kept = 0;
	int64_t index;

	if (!item)
		return false;
	if (!ev_jsonb_index(step, &index))
		return ev_run_fail(edit->run, edit->node,
		    "path element at position %zu is not an integer: \"%.*s\"",
		    level + 1, (int)ev_utf8_cut(step.ptr, step.len, 100),
		    step.ptr);
	if (index < 0)
		index += json->count;
	if (put && index < 0)
		item[kept++] = *edit->value;
	for (uint32_t i = 0; i < json->count; i++) {
		if (i != index)
			item[kept++] = json->item[i];
		else if (last)
			kept = edit_item(edit, &json->item[i], item, kept);
		else if (!edit_value(edit, level + 1, &json->item[i],
			     &item[kept++]))
			return false;
	}
	if (put && index >= json->count)
		item[kept++] = *edit->value;
	return ev_jsonb_array(edit->run, edit->node, item, kept, out);
}

static bool
edit_value(struct edit *edit, size_t level, const struct ev_jsonb *json,
    struct ev_jsonb *out)
{
	*out = *json;
	if (edit->path->item[level].type == EV_SQL_NULL)
		return ev_run_fail(edit->run, edit->node,
		    "path element at position %zu is null", level + 1);
	if (json->type == EV_OBJECT)
		return edit_object(edit, level, json, out);
	if (json->type == EV_ARRAY)
		return edit_array(edit, level, json, out);
	return true;
}

bool
ev_jsonb_edit(struct ev_run *run, const struct ev_node *node,
    enum ev_jsonb_edit what, const struct ev_jsonb *json,
    const struct ev_array *path, const struct ev_jsonb *value,
    struct ev_jsonb *out)
{
	struct edit edit = {run, node, what, path, value};

	*out = *json;
	if (path->dims > 1)
		return ev_run_fail(run, node,
		    "wrong number of array subscripts");
	if (json->type < EV_ARRAY)
		return ev_run_fail(run, node, "cannot %s path in scalar",
		    what == EV_JSONB_DELETE ? "delete" : "set");
	if (!path->count || (!json->count && what < EV_JSONB_CREATE))
		return true;
	return edit_value(&edit, 0, json, out);
}
