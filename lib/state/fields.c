/*
 * fields: see fields.h.
 */
#include "state/fields.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "event/build.h"

/* What becomes of the member at a position. */
struct column {
	char *name; /* in the row, as JSON with quotes; NULL: not yet known */
	size_t len;
	struct ev_slice as; /* in events, as JSON; ptr NULL: not wanted */
};

struct ev_fields {
	struct ev_table *table;
	const char *prefix;
	struct ev_map *only, *except; /* only: NULL where nothing was named;
	                               * else 1 for a name that was seen */
	struct ev_map *names;         /* in events */
	struct column *column;
	size_t columns;
	struct ev_buf scratch;
	/* what is wanted of the last row and those that are like it */
	uint64_t changes; /* of the scan */
	size_t members;   /* of the row */
	size_t *wanted;   /* their positions */
	size_t count;
	uint32_t shape;
	struct ev_slice *value; /* what ev_fields_of returns */
};

struct ev_fields *
ev_fields_new(struct ev_table *table, const char *prefix)
{
	struct ev_fields *fields = ev_mem_zalloc(1, sizeof(*fields));

	fields->table = table;
	fields->prefix = prefix;
	fields->members = SIZE_MAX; /* like no row */
	fields->except = ev_map_new();
	fields->names = ev_map_new();
	return fields;
}

void
ev_fields_only(struct ev_fields *fields, struct ev_slice name)
{
	if (!fields->only)
		fields->only = ev_map_new();
	ev_map_put(fields->only, name, NULL);
}

void
ev_fields_except(struct ev_fields *fields, struct ev_slice name)
{
	ev_map_put(fields->except, name, NULL);
}

static bool
is_wanted(struct ev_fields *fields, struct ev_slice name)
{
	uintptr_t *seen;

	if (!fields->only)
		return !ev_map_get(fields->except, name);
	seen = ev_map_get(fields->only, name);
	if (seen)
		*seen = 1;
	return seen != NULL;
}

/* The name in events, as JSON; ptr NULL if the field is not wanted. */
static struct ev_slice
output_name(struct ev_fields *fields, struct ev_value key)
{
	struct ev_buf text = {0}, json = {0};
	struct ev_slice name;

	fields->scratch.len = 0;
	if (ev_value_text(key, &fields->scratch, &name, NULL) != EV_OK)
		return (struct ev_slice){0};
	if (!is_wanted(fields, name))
		return (struct ev_slice){0};
	ev_buf_str(&text, fields->prefix);
	ev_buf_slice(&text, name);
	ev_map_put(fields->names, ev_buf_as_slice(&text), NULL);
	ev_build_text(&json, ev_buf_as_slice(&text));
	ev_buf_release(&text);
	return ev_buf_as_slice(&json);
}

static void
reserve(struct ev_fields *fields, size_t columns)
{
	if (columns <= fields->columns)
		return;
	fields->column = ev_mem_realloc(fields->column,
	    columns * sizeof(*fields->column));
	fields->wanted = ev_mem_realloc(fields->wanted,
	    columns * sizeof(*fields->wanted));
	fields->value = ev_mem_realloc(fields->value,
	    columns * sizeof(*fields->value));
	memset(fields->column + fields->columns, 0,
	    (columns - fields->columns) * sizeof(*fields->column));
	fields->columns = columns;
}

static void
learn(struct ev_fields *fields, struct column *column, struct ev_value key)
{
	free(column->name);
	free((char *)(uintptr_t)column->as.ptr);
	column->name = ev_mem_strndup(key.ptr, key.len);
	column->len = key.len;
	column->as = output_name(fields, key);
}

/* The row is not like the last one. */
static void
renew(struct ev_fields *fields, const struct ev_member *member, size_t members)
{
	/* Names go where values will. */
	struct ev_slice *name;

	reserve(fields, members);
	name = fields->value;
	fields->members = members;
	fields->count = 0;
	for (size_t i = 0; i < members; i++) {
		struct column *column = &fields->column[i];
		struct ev_value key = member[i].key;

		if (!column->name || column->len != key.len ||
		    memcmp(column->name, key.ptr, key.len) != 0)
			learn(fields, column, key);
		if (!column->as.ptr)
			continue;
		fields->wanted[fields->count] = i;
		name[fields->count++] = column->as;
	}
	fields->shape = ev_table_shape(fields->table, name, fields->count);
}

const struct ev_slice *
ev_fields_of(struct ev_fields *fields, const struct ev_scan *scan,
    uint32_t *shape)
{
	size_t members;
	const struct ev_member *member = ev_scan_members(scan, &members);

	if (members != fields->members ||
	    ev_scan_changes(scan) != fields->changes)
		renew(fields, member, members);
	fields->changes = ev_scan_changes(scan);
	for (size_t i = 0; i < fields->count; i++)
		fields->value[i] = ev_value_raw(
		    member[fields->wanted[i]].value);
	*shape = fields->shape;
	return fields->value;
}

size_t
ev_fields_count(const struct ev_fields *fields)
{
	return ev_map_count(fields->names);
}

struct ev_slice
ev_fields_name(const struct ev_fields *fields, size_t i)
{
	return ev_map_key(fields->names, i);
}

struct ev_slice
ev_fields_unseen(const struct ev_fields *fields)
{
	size_t count = fields->only ? ev_map_count(fields->only) : 0;

	for (size_t i = 0; i < count; i++) {
		struct ev_slice name = ev_map_key(fields->only, i);

		if (!*ev_map_get(fields->only, name))
			return name;
	}
	return (struct ev_slice){NULL, 0};
}
