/*
 * columns: fields under columns, see columns.h.
 *
 * Events of one stream mostly have the same fields in the same order, so a
 * member is first compared with the key that is expected next, bytes against
 * bytes, and only then looked up by name.
 */
#include "format/columns.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/names.h"
#include "base/shell.h"
#include "event/build.h"

/* A top-level field. Columns a.x and a.y have one source, a. */
struct source {
	struct ev_slice key; /* as JSON, quotes included; owned */
	bool ignored;
};

struct column {
	char *name; /* as in the header */
	size_t len;
	size_t source;
	struct ev_slice *inner; /* the keys below the source's; owned */
	size_t depth;           /* how many */
};

#define NONE ((size_t)-1)

struct ev_columns {
	struct source *source;
	size_t sources;
	struct column *column;
	size_t count;
	bool straight;          /* column i is source i, for every i */
	struct ev_map *by_key;  /* name of a field: index of its source + 1 */
	struct ev_map *by_name; /* name of a column */
	struct ev_value *found; /* by source */
	size_t *place;          /* the sources of the last event's members */
	size_t places, place_cap;
	uint64_t changes;        /* of the scan, then */
	struct ev_value *values; /* by column, unless straight */
	struct ev_buf scratch, why;
};

struct ev_columns *
ev_columns_new(void)
{
	struct ev_columns *columns = ev_mem_zalloc(1, sizeof(*columns));

	columns->by_key = ev_map_new();
	columns->by_name = ev_map_new();
	columns->straight = true;
	columns->places = NONE;
	return columns;
}

static void
free_inner(struct ev_slice *inner, size_t depth)
{
	for (size_t i = 0; i < depth; i++)
		free((char *)inner[i].ptr);
	free(inner);
}

void
ev_columns_free(struct ev_columns *columns)
{
	if (!columns)
		return;
	for (size_t i = 0; i < columns->sources; i++)
		free((char *)columns->source[i].key.ptr);
	for (size_t i = 0; i < columns->count; i++) {
		free(columns->column[i].name);
		free_inner(columns->column[i].inner, columns->column[i].depth);
	}
	free(columns->source);
	free(columns->column);
	free(columns->found);
	free(columns->place);
	free(columns->values);
	ev_map_free(columns->by_key);
	ev_map_free(columns->by_name);
	ev_buf_release(&columns->scratch);
	ev_buf_release(&columns->why);
	free(columns);
}

static bool
power_of_two(size_t n)
{
	return (n & (n - 1)) == 0;
}

static size_t
source_of(struct ev_columns *columns, struct ev_slice name)
{
	uintptr_t *slot = ev_map_put(columns->by_key, name, NULL);
	size_t n = columns->sources;
	struct ev_buf key = {0};

	if (*slot)
		return *slot - 1;
	if (power_of_two(n)) {
		columns->source = ev_mem_realloc(columns->source,
		    (n ? 2 * n : 1) * sizeof(columns->source[0]));
		columns->found = ev_mem_realloc(columns->found,
		    (n ? 2 * n : 1) * sizeof(columns->found[0]));
	}
	ev_build_text(&key, name);
	columns->source[n] = (struct source){ev_buf_as_slice(&key), false};
	columns->sources = n + 1;
	columns->places = NONE;
	*slot = n + 1;
	return n;
}

/* False if there is a column of this name. Takes inner. */
static bool
add_column(struct ev_columns *columns, struct ev_slice name, size_t source,
    struct ev_slice *inner, size_t depth)
{
	size_t n = columns->count;
	bool added;

	ev_map_put(columns->by_name, name, &added);
	if (!added) {
		free_inner(inner, depth);
		return false;
	}
	if (power_of_two(n)) {
		columns->column = ev_mem_realloc(columns->column,
		    (n ? 2 * n : 1) * sizeof(columns->column[0]));
		columns->values = ev_mem_realloc(columns->values,
		    (n ? 2 * n : 1) * sizeof(columns->values[0]));
	}
	columns->column[n] = (struct column){ev_mem_text(name), name.len,
	    source, inner, depth};
	columns->count = n + 1;
	columns->straight = columns->straight && source == n && !depth;
	return true;
}

enum ev_status
ev_columns_add(struct ev_columns *columns, struct ev_slice name,
    struct ev_err *err)
{
	if (!add_column(columns, name, source_of(columns, name), NULL, 0))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "column '%.*s' stands there twice", (int)name.len,
		    name.ptr);
	return EV_OK;
}

void
ev_columns_ignore(struct ev_columns *columns, struct ev_slice name)
{
	size_t source = source_of(columns, name);

	columns->source[source].ignored = true;
}

enum ev_status
ev_columns_learn(struct ev_columns *columns, const struct ev_member *members,
    size_t count, struct ev_err *err)
{
	struct ev_slice name;
	size_t source;

	for (size_t i = 0; i < count; i++) {
		columns->scratch.len = 0;
		if (ev_value_text(members[i].key, &columns->scratch, &name,
			err) != EV_OK)
			return EV_BAD;
	}
	for (size_t i = 0; i < count; i++) {
		columns->scratch.len = 0;
		ev_value_text(members[i].key, &columns->scratch, &name, err);
		source = source_of(columns, name);
		/* A key that stands there twice is one column. */
		if (!columns->source[source].ignored)
			add_column(columns, name, source, NULL, 0);
	}
	if (!columns->count)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "no fields to make columns of: name them with --columns");
	return EV_OK;
}

/* --- lists --------------------------------------------------------------- */

/* Makes a column of a path, and takes its keys; the column's name in the
 * header has dots between them. False: it is there. */
static bool
add_path(struct ev_columns *columns, const struct ev_names_path *path)
{
	size_t source = source_of(columns, path->key[0]);
	size_t depth = path->depth - 1;
	struct ev_slice *inner = NULL;
	struct ev_buf name = {0};
	bool added;

	for (unsigned i = 0; i < path->depth; i++) {
		if (i)
			ev_buf_char(&name, '.');
		ev_buf_slice(&name, path->key[i]);
	}
	free((char *)path->key[0].ptr);
	if (depth) {
		inner = ev_mem_alloc(depth * sizeof(*inner));
		memcpy(inner, path->key + 1, depth * sizeof(*inner));
	}
	added = add_column(columns, ev_buf_as_slice(&name), source, inner,
	    depth);
	ev_buf_release(&name);
	return added;
}

enum ev_status
ev_columns_parse(struct ev_columns *columns, const char *list,
    struct ev_err *err)
{
	const char *at = list;
	char end = ',';

	while (end == ',') {
		const char *begin = at;
		struct ev_names_path path;

		if (ev_names_next("columns", &at, ",", &end, &path, err) !=
		    EV_OK)
			return EV_FATAL;
		if (!add_path(columns, &path))
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "--columns: '%.*s' stands there twice",
			    (int)(at - begin - (end != '\0')), begin);
	}
	return EV_OK;
}

/* The plain names of sources are the keys of by_key, put in their order. */
static struct ev_slice
source_name(const struct ev_columns *columns, size_t source)
{
	return ev_map_key(columns->by_key, source);
}

void
ev_columns_list(const struct ev_columns *columns, struct ev_buf *out)
{
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->column[i];

		if (i)
			ev_buf_char(out, ',');
		ev_names_quote(source_name(columns, column->source), out);
		for (size_t k = 0; k < column->depth; k++) {
			ev_buf_char(out, '.');
			ev_names_quote(column->inner[k], out);
		}
	}
}

size_t
ev_columns_count(const struct ev_columns *columns)
{
	return columns->count;
}

struct ev_slice
ev_columns_name(const struct ev_columns *columns, size_t i)
{
	return (
	    struct ev_slice){columns->column[i].name, columns->column[i].len};
}

/* --- events -------------------------------------------------------------- */

/* The name of a member; of one whose name is no text, the JSON of it. */
static struct ev_slice
member_name(struct ev_columns *columns, struct ev_value key)
{
	struct ev_slice name;
	struct ev_err err;

	columns->scratch.len = 0;
	if (ev_value_text(key, &columns->scratch, &name, &err) != EV_OK)
		name = ev_value_inner(key);
	return name;
}

/* The source of a member, or -1. */
static size_t
find_source(struct ev_columns *columns, struct ev_value key)
{
	uintptr_t *slot = ev_map_get(columns->by_key,
	    member_name(columns, key));

	return slot ? *slot - 1 : NONE;
}

/* Says which members are no columns, and the list that has them too. */
static enum ev_status
explain(struct ev_columns *columns, const struct ev_member *members,
    size_t count)
{
	struct ev_buf *why = &columns->why, list = {0};
	size_t extra = 0;

	why->len = 0;
	ev_columns_list(columns, &list);
	for (size_t i = 0; i < count; i++) {
		struct ev_slice name;

		if (find_source(columns, members[i].key) != NONE)
			continue;
		name = member_name(columns, members[i].key);
		ev_buf_printf(why, "%s'%.*s'", extra++ ? ", " : "",
		    (int)name.len, name.ptr);
		if (list.len)
			ev_buf_char(&list, ',');
		ev_names_quote(name, &list);
	}
	ev_buf_str(why,
	    extra > 1 ? " are no columns: --columns "
		      : " is no column: --columns ");
	ev_shell_word(ev_buf_as_slice(&list), why);
	ev_buf_release(&list);
	return EV_BAD;
}

/* The values of columns that are not simply the sources. */
static const struct ev_value *
spread(struct ev_columns *columns)
{
	for (size_t i = 0; i < columns->count; i++) {
		const struct column *column = &columns->column[i];
		struct ev_value value = columns->found[column->source];

		for (size_t k = 0; k < column->depth; k++)
			value = ev_value_member(value, column->inner[k]);
		columns->values[i] = value;
	}
	return columns->values;
}

static inline bool
same_word(const char *a, const char *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x == y;
}

static inline bool
same_half(const char *a, const char *b)
{
	uint32_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x == y;
}

/* Keys are short, and a call of memcmp takes longer than this: words from the
 * front, and one that ends where the key ends. */
static inline bool
same_key(struct ev_value key, struct ev_slice known)
{
	size_t len = key.len, at;

	if (len != known.len)
		return false;
	if (len < 4)
		return !memcmp(key.ptr, known.ptr, len);
	if (len < 8)
		return same_half(key.ptr, known.ptr) &&
		    same_half(key.ptr + len - 4, known.ptr + len - 4);
	for (at = 0; at + 8 < len; at += 8)
		if (!same_word(key.ptr + at, known.ptr + at))
			return false;
	return same_word(key.ptr + len - 8, known.ptr + len - 8);
}

#define FEW 16 /* sources; more are found faster by their hash */

/* The source of a member that does not stand where the last event had it, or
 * -1. One compare after the other is a third of the hash's time. */
static size_t
search_source(struct ev_columns *columns, struct ev_value key)
{
	for (size_t i = 0; columns->sources <= FEW && i < columns->sources; i++)
		if (same_key(key, columns->source[i].key))
			return i;
	return find_source(columns, key);
}

/* Finds the source of every member. */
static enum ev_status
find_places(struct ev_columns *columns, const struct ev_member *members,
    size_t count)
{
	const struct source *source = columns->source;
	size_t at = 0;

	columns->places = NONE;
	if (columns->place_cap < count) {
		columns->place_cap = 2 * count;
		columns->place = ev_mem_realloc(columns->place,
		    columns->place_cap * sizeof(*columns->place));
	}
	for (size_t i = 0; i < count; i++, at++) {
		struct ev_value key = members[i].key;

		if (at >= columns->sources || !same_key(key, source[at].key))
			at = search_source(columns, key);
		if (at == NONE)
			return explain(columns, members, count);
		columns->place[i] = at;
	}
	columns->places = count;
	if (columns->sources)
		memset(columns->found, 0,
		    columns->sources * sizeof(*columns->found));
	return EV_OK;
}

/* Lines of one stream mostly have the keys of the line before, and the scan
 * knows: a tenth of what CSV takes to write. */
enum ev_status
ev_columns_match(struct ev_columns *columns, const struct ev_scan *scan,
    const struct ev_value **values)
{
	size_t count;
	const struct ev_member *members = ev_scan_members(scan, &count);
	uint64_t changes = ev_scan_changes(scan);

	if ((count != columns->places || changes != columns->changes) &&
	    find_places(columns, members, count) != EV_OK)
		return EV_BAD;
	columns->changes = changes;
	for (size_t i = 0; i < count; i++)
		columns->found[columns->place[i]] = members[i].value;
	*values = columns->straight ? columns->found : spread(columns);
	return EV_OK;
}

const char *
ev_columns_reason(const struct ev_columns *columns)
{
	return ev_buf_cstr((struct ev_buf *)&columns->why);
}
