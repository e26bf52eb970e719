/*
 * table: see table.h.
 *
 * Rows lie one behind the other in one mapping that mremap(2) makes longer
 * without copying, so that growth costs no second copy of a large table. The
 * index has eight bytes a slot: a part of the key's hash and where the last
 * row of the key lies, in units of four bytes: the last, because its next is the
 * first, and so adding a row takes as long for the millionth of a key.
 *
 * What is removed leaves its bytes behind, until they are half of all: then the
 * rows that are left are copied, which costs an upsert no more than its own
 * copy does.
 */
#include "state/table.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/map.h"
#include "base/mem.h"

#define UNIT 4u /* rows begin at multiples of it */
#define FIRST_MAP (1u << 20)
#define LEAST_DEAD (1u << 20) /* bytes that are worth a copy */
#define NONE 0u               /* no row; the first one lies at unit 1 */

struct ev_row {
	uint32_t next; /* of the same key; of the last one, the first */
	uint32_t shape : 31, last : 1;
	uint32_t key_len;
	char key[]; /* then for each value its length and its bytes */
};

struct slot {
	uint32_t hash;
	uint32_t row; /* the key's last; NONE: free; GONE: was removed */
};
#define GONE UINT32_MAX

struct shape {
	uint32_t fields;
	struct ev_slice *prefix; /* `"name":`, from the second on with a comma
	                          * before it */
};

struct ev_table {
	char *map;
	size_t len, cap;
	struct slot *slot;
	size_t mask, used; /* slots not free, also those that are GONE */
	size_t gone;       /* of them */
	size_t rows;
	size_t dead;             /* bytes of removed rows */
	struct ev_map *shape_of; /* the names, joined, to a shape's number */
	struct shape *shape;
	struct ev_buf names; /* scratch */
	uint32_t last;       /* the shape of the row added last */
};

struct ev_table *
ev_table_new(void)
{
	struct ev_table *table = ev_mem_zalloc(1, sizeof(*table));

	table->cap = FIRST_MAP;
	table->map = mmap(NULL, table->cap, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (table->map == MAP_FAILED)
		ev_mem_fail(table->cap);
	table->len = UNIT;
	table->mask = 1023;
	table->slot = ev_mem_zalloc(table->mask + 1, sizeof(*table->slot));
	table->shape_of = ev_map_new();
	return table;
}

static void
free_shape(struct shape *shape)
{
	for (uint32_t i = 0; i < shape->fields; i++)
		free((char *)(uintptr_t)shape->prefix[i].ptr);
	free(shape->prefix);
}

void
ev_table_free(struct ev_table *table)
{
	if (!table)
		return;
	for (size_t i = 0; i < ev_map_count(table->shape_of); i++)
		free_shape(&table->shape[i]);
	free(table->shape);
	ev_map_free(table->shape_of);
	ev_buf_release(&table->names);
	free(table->slot);
	munmap(table->map, table->cap);
	free(table);
}

static struct ev_row *
row_at(const struct ev_table *table, uint32_t unit)
{
	return (struct ev_row *)(void *)(table->map + (size_t)unit * UNIT);
}

static uint32_t
shape_of(struct ev_table *table, const struct ev_table_field *fields,
    size_t count)
{
	struct shape *shape;
	uintptr_t *number;
	bool added;

	table->names.len = 0;
	for (size_t i = 0; i < count; i++)
		ev_buf_slice(&table->names, fields[i].name);
	number = ev_map_put(table->shape_of, ev_buf_as_slice(&table->names),
	    &added);
	if (!added)
		return (uint32_t)*number;
	*number = ev_map_count(table->shape_of) - 1;
	table->shape = ev_mem_realloc(table->shape,
	    ev_map_count(table->shape_of) * sizeof(*table->shape));
	shape = &table->shape[*number];
	shape->fields = (uint32_t)count;
	shape->prefix = ev_mem_zalloc(count, sizeof(*shape->prefix));
	for (size_t i = 0; i < count; i++) {
		char *text = ev_mem_printf("%s%.*s:", i ? "," : "",
		    (int)fields[i].name.len, fields[i].name.ptr);

		shape->prefix[i] = ev_slice_of(text);
	}
	return (uint32_t)*number;
}

/* Whether the shape of the last row serves, without a look into the map. */
static bool
same_shape(const struct ev_table *table, const struct ev_table_field *fields,
    size_t count)
{
	const struct shape *shape;

	if (!table->rows)
		return false;
	shape = &table->shape[table->last];
	if (shape->fields != count)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct ev_slice prefix = shape->prefix[i];

		if (prefix.len != fields[i].name.len + 1 + (i > 0) ||
		    memcmp(prefix.ptr + (i > 0), fields[i].name.ptr,
			fields[i].name.len) != 0)
			return false;
	}
	return true;
}

/* Lengths take seven bits a byte, the lowest first; the high bit says that
 * more follow (LEB128). */
static char *
put_length(char *at, size_t length)
{
	for (; length >= 0x80; length >>= 7)
		*at++ = (char)(length | 0x80);
	*at++ = (char)length;
	return at;
}

static const char *
get_length(const char *at, size_t *length)
{
	unsigned shift = 0;

	*length = 0;
	for (;; shift += 7) {
		unsigned char c = (unsigned char)*at++;

		*length |= (size_t)(c & 0x7F) << shift;
		if (c < 0x80)
			return at;
	}
}

static void
reserve(struct ev_table *table, size_t more)
{
	size_t cap = table->cap;
	char *map;

	while (cap - table->len < more)
		cap *= 2;
	if (cap == table->cap)
		return;
	map = mremap(table->map, table->cap, cap, MREMAP_MAYMOVE);
	if (map == MAP_FAILED)
		ev_mem_fail(cap);
	table->map = map;
	table->cap = cap;
}

/* Writes a row at the end; returns its unit, or NONE if none can address it. */
static uint32_t
write_row(struct ev_table *table, struct ev_slice key,
    const struct ev_table_field *fields, size_t count)
{
	size_t most = sizeof(struct ev_row) + key.len + UNIT;
	struct ev_row *row;
	uint32_t unit = (uint32_t)(table->len / UNIT);
	char *at;

	for (size_t i = 0; i < count; i++)
		most += 10 + fields[i].value.len;
	if (table->len + most >= (size_t)GONE * UNIT)
		return NONE;
	reserve(table, most);
	row = row_at(table, unit);
	row->next = unit;
	row->shape = table->last & INT32_MAX;
	row->last = true;
	row->key_len = (uint32_t)key.len;
	if (key.len)
		memcpy(row->key, key.ptr, key.len);
	at = row->key + key.len;
	for (size_t i = 0; i < count; i++) {
		at = put_length(at, fields[i].value.len);
		memcpy(at, fields[i].value.ptr, fields[i].value.len);
		at += fields[i].value.len;
	}
	table->len = ((size_t)(at - table->map) + UNIT - 1) / UNIT * UNIT;
	return unit;
}

/* The slot of a key, or the free one where it would be put. */
static struct slot *
find_slot(const struct ev_table *table, struct ev_slice key, uint64_t hash)
{
	size_t at = hash & table->mask;

	for (;; at = (at + 1) & table->mask) {
		struct slot *slot = &table->slot[at];
		const struct ev_row *row;

		if (slot->row == NONE)
			return slot;
		if (slot->row == GONE || slot->hash != (uint32_t)(hash >> 32))
			continue;
		row = row_at(table, slot->row);
		if (ev_slice_equal(key,
			(struct ev_slice){row->key, row->key_len}))
			return slot;
	}
}

static uint64_t
row_hash(const struct ev_row *row)
{
	return ev_map_hash(row->key, row->key_len);
}

/* Makes it twice as long, unless half of it is GONE. */
static void
grow_index(struct ev_table *table)
{
	struct slot *old = table->slot;
	size_t slots = table->mask + 1;

	if (table->gone * 2 < table->used)
		table->mask = table->mask * 2 + 1;
	table->gone = 0;
	table->slot = ev_mem_zalloc(table->mask + 1, sizeof(*table->slot));
	table->used = 0;
	for (size_t i = 0; i < slots; i++) {
		const struct ev_row *row;
		uint64_t hash;

		if (old[i].row == NONE || old[i].row == GONE)
			continue;
		row = row_at(table, old[i].row);
		hash = row_hash(row);
		*find_slot(table, (struct ev_slice){row->key, row->key_len},
		    hash) = (struct slot){(uint32_t)(hash >> 32), old[i].row};
		table->used++;
	}
	free(old);
}

/* From its beginning to the next one's. */
static size_t
row_size(const struct ev_table *table, const struct ev_row *row)
{
	const char *at = row->key + row->key_len;

	for (uint32_t i = 0; i < table->shape[row->shape].fields; i++) {
		size_t len;

		at = get_length(at, &len);
		at += len;
	}
	return ((size_t)(at - (const char *)row) + UNIT - 1) / UNIT * UNIT;
}

/* Copies the rows of a key, whose last one is at unit `last`, behind what the
 * new mapping has; returns the last one's unit there. */
static uint32_t
copy_rows(const struct ev_table *table, uint32_t last, char *map, size_t *len)
{
	const struct ev_row *row = row_at(table, row_at(table, last)->next);
	uint32_t first = (uint32_t)(*len / UNIT), unit = first;

	for (; row; row = ev_table_next(table, row)) {
		size_t size = row_size(table, row);
		struct ev_row *copy = (struct ev_row *)(void *)(map + *len);

		unit = (uint32_t)(*len / UNIT);
		memcpy(copy, row, size);
		*len += size;
		copy->next = row->last ? first : (uint32_t)(*len / UNIT);
	}
	return unit;
}

static void
compact(struct ev_table *table)
{
	size_t len = UNIT;
	char *map = mmap(NULL, table->cap, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (map == MAP_FAILED)
		ev_mem_fail(table->cap);
	for (size_t i = 0; i <= table->mask; i++)
		if (table->slot[i].row != NONE && table->slot[i].row != GONE)
			table->slot[i].row = copy_rows(table,
			    table->slot[i].row, map, &len);
	munmap(table->map, table->cap);
	table->map = map;
	table->len = len;
	table->dead = 0;
}

bool
ev_table_add(struct ev_table *table, struct ev_slice key,
    const struct ev_table_field *fields, size_t count)
{
	uint64_t hash = ev_map_hash(key.ptr, key.len);
	struct slot *slot;
	uint32_t unit;

	if (table->dead > LEAST_DEAD && table->dead > table->len / 2)
		compact(table);
	if (!same_shape(table, fields, count))
		table->last = shape_of(table, fields, count);
	unit = write_row(table, key, fields, count);
	if (unit == NONE)
		return false;
	table->rows++;
	slot = find_slot(table, key, hash);
	if (slot->row != NONE) {
		struct ev_row *last = row_at(table, slot->row);

		row_at(table, unit)->next = last->next;
		last->next = unit;
		last->last = false;
		slot->row = unit;
		return true;
	}
	*slot = (struct slot){(uint32_t)(hash >> 32), unit};
	if (++table->used * 4 > table->mask * 3)
		grow_index(table);
	return true;
}

size_t
ev_table_remove(struct ev_table *table, struct ev_slice key)
{
	struct slot *slot = find_slot(table, key,
	    ev_map_hash(key.ptr, key.len));
	const struct ev_row *row;
	size_t count = 0;

	if (slot->row == NONE)
		return 0;
	row = row_at(table, row_at(table, slot->row)->next);
	for (; row; row = ev_table_next(table, row)) {
		count++;
		table->dead += row_size(table, row);
	}
	slot->row = GONE;
	table->gone++;
	table->rows -= count;
	return count;
}

const struct ev_row *
ev_table_find(const struct ev_table *table, struct ev_slice key)
{
	const struct slot *slot = find_slot(table, key,
	    ev_map_hash(key.ptr, key.len));

	return slot->row == NONE
	    ? NULL
	    : row_at(table, row_at(table, slot->row)->next);
}

const struct ev_row *
ev_table_next(const struct ev_table *table, const struct ev_row *row)
{
	return row->last ? NULL : row_at(table, row->next);
}

void
ev_table_append(const struct ev_table *table, const struct ev_row *row,
    struct ev_buf *out)
{
	const struct shape *shape = &table->shape[row->shape];
	const char *at = row->key + row->key_len;

	for (uint32_t i = 0; i < shape->fields; i++) {
		size_t len;

		at = get_length(at, &len);
		ev_buf_slice(out, shape->prefix[i]);
		ev_buf_append(out, at, len);
		at += len;
	}
}

size_t
ev_table_rows(const struct ev_table *table)
{
	return table->rows;
}

size_t
ev_table_bytes(const struct ev_table *table)
{
	return table->len + (table->mask + 1) * sizeof(*table->slot);
}
