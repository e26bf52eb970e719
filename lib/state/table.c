/*
 * table: see table.h.
 *
 * Rows lie one behind the other in one mapping that grows without copying, so
 * that a large table costs no second one. The index (slots.h) says where the
 * last row of a key lies, in units of four bytes: the last, because its next is
 * the first, and so adding a row takes as long for the millionth of a key.
 *
 * What is removed leaves its bytes behind, until they are half of all: then the
 * rows that are left are copied, which costs an upsert no more than its own
 * copy does.
 */
#include "state/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/pages.h"
#include "state/slots.h"

#define UNIT 4u /* rows begin at multiples of it */
#define FIRST_MAP (1u << 20)
#define LEAST_DEAD (1u << 20) /* bytes that are worth a copy */
/* Rows whose slots are fetched from memory meanwhile: with one at a time a third
 * of the time that a million rows took to load was waiting for them. */
#define WAITING 16u

struct ev_row {
	uint32_t next; /* of the same key; of the last one, the first */
	uint32_t shape : 31, last : 1;
	uint32_t key_len;
	char key[]; /* then for each value its length and its bytes */
};

struct shape {
	uint32_t fields;
	struct ev_slice *prefix; /* `"name":`, from the second on with a comma
	                          * before it */
};

struct waiting {
	uint32_t unit, hash;
};

struct ev_table {
	char *map;
	size_t len, cap;
	struct ev_slots slots;           /* to the last row of each key */
	struct waiting waiting[WAITING]; /* rows that it lacks, by number */
	unsigned added, indexed;         /* numbers: of the next row to add, and
	                                  * to put into the index */
	size_t rows;
	size_t dead;             /* bytes of removed rows */
	struct ev_map *shape_of; /* the names, joined, to a shape's number */
	struct shape *shape;
	struct ev_buf names; /* scratch */
};

struct ev_table *
ev_table_new(void)
{
	struct ev_table *table = ev_mem_zalloc(1, sizeof(*table));

	table->cap = FIRST_MAP;
	table->map = ev_pages_new(table->cap);
	table->len = UNIT; /* so that no row lies at unit EV_SLOTS_NONE */
	ev_slots_init(&table->slots);
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
	ev_slots_release(&table->slots);
	ev_pages_free(table->map, table->cap);
	free(table);
}

static struct ev_row *
row_at(const struct ev_table *table, uint32_t unit)
{
	return (struct ev_row *)(void *)(table->map + (size_t)unit * UNIT);
}

static struct ev_slice
row_key(const struct ev_row *row)
{
	return (struct ev_slice){row->key, row->key_len};
}

/* `"name":` with a comma before it, unless it is the first; EV_BUF_SHORT bytes may be
 * read of it. */
static struct ev_slice
prefix_of(struct ev_slice name, bool first)
{
	struct ev_buf text = {0};

	ev_buf_str(&text, first ? "" : ",");
	ev_buf_slice(&text, name);
	ev_buf_char(&text, ':');
	ev_buf_reserve(&text, EV_BUF_SHORT);
	return ev_buf_as_slice(&text);
}

uint32_t
ev_table_shape(struct ev_table *table, const struct ev_slice *name,
    size_t count)
{
	struct shape *shape;
	uintptr_t *number;
	bool added;

	table->names.len = 0;
	for (size_t i = 0; i < count; i++)
		ev_buf_slice(&table->names, name[i]);
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
	for (size_t i = 0; i < count; i++)
		shape->prefix[i] = prefix_of(name[i], i == 0);
	return (uint32_t)*number;
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

	while (cap - table->len < more)
		cap *= 2;
	if (cap == table->cap)
		return;
	table->map = ev_pages_grow(table->map, table->cap, cap);
	table->cap = cap;
}

/* Writes a row at the end; returns its unit, or EV_SLOTS_NONE if none can
 * address it. */
static uint32_t
write_row(struct ev_table *table, struct ev_slice key, uint32_t shape,
    const struct ev_slice *value)
{
	size_t most = sizeof(struct ev_row) + key.len + UNIT + EV_BUF_SHORT;
	uint32_t unit = (uint32_t)(table->len / UNIT);
	uint32_t fields = table->shape[shape].fields;
	struct ev_row *row;
	char *at;

	for (uint32_t i = 0; i < fields; i++)
		most += 10 + value[i].len;
	if (table->len + most >= (size_t)EV_SLOTS_GONE * UNIT)
		return EV_SLOTS_NONE;
	reserve(table, most);
	row = row_at(table, unit);
	row->next = unit;
	row->shape = shape & INT32_MAX;
	row->last = true;
	row->key_len = (uint32_t)key.len;
	if (key.len)
		memcpy(row->key, key.ptr, key.len);
	at = row->key + key.len;
	for (uint32_t i = 0; i < fields; i++) {
		at = put_length(at, value[i].len);
		at = ev_buf_put(at, value[i]);
	}
	table->len = ((size_t)(at - table->map) + UNIT - 1) / UNIT * UNIT;
	return unit;
}

/* The slot of a key, or the free one where it would be put. */
static struct ev_slot *
find_slot(const struct ev_table *table, struct ev_slice key, uint32_t hash)
{
	struct ev_slot *slot = ev_slots_first(&table->slots, hash);

	while (slot->row != EV_SLOTS_NONE &&
	    !ev_slice_equal(key, row_key(row_at(table, slot->row))))
		slot = ev_slots_next(&table->slots, slot, hash);
	return slot;
}

/* Puts the row at a unit into the index. */
static void
index_row(struct ev_table *table, uint32_t unit, uint32_t hash)
{
	struct ev_row *row = row_at(table, unit), *last;
	struct ev_slot *slot = find_slot(table, row_key(row), hash);

	if (slot->row == EV_SLOTS_NONE) {
		ev_slots_take(&table->slots, slot, hash, unit);
		return;
	}
	last = row_at(table, slot->row);
	row->next = last->next;
	last->next = unit;
	last->last = false;
	slot->row = unit;
}

/* Puts the row that waited longest into the index. */
static void
index_next(struct ev_table *table)
{
	const struct waiting *row = &table->waiting[table->indexed % WAITING];

	table->indexed++;
	index_row(table, row->unit, row->hash);
}

/* Lets a row wait until its slot has come from memory. */
static void
index_later(struct ev_table *table, uint32_t unit, uint32_t hash)
{
	if (table->added - table->indexed == WAITING)
		index_next(table);
	ev_slots_expect(&table->slots, hash);
	table->waiting[table->added++ % WAITING] = (struct waiting){unit, hash};
}

/* No row waits: for who looks for one. */
static inline void
settle(struct ev_table *table)
{
	while (table->indexed != table->added)
		index_next(table);
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
	char *map = ev_pages_new(table->cap);
	size_t len = UNIT;

	for (size_t i = 0; i <= table->slots.mask; i++) {
		struct ev_slot *slot = &table->slots.slot[i];

		if (slot->row != EV_SLOTS_NONE && slot->row != EV_SLOTS_GONE)
			slot->row = copy_rows(table, slot->row, map, &len);
	}
	ev_pages_free(table->map, table->cap);
	table->map = map;
	table->len = len;
	table->dead = 0;
}

/* The part of a key's hash that the index keeps. */
static uint32_t
hash_of(struct ev_slice key)
{
	return (uint32_t)(ev_map_hash(key.ptr, key.len) >> 32);
}

bool
ev_table_add(struct ev_table *table, struct ev_slice key, uint32_t shape,
    const struct ev_slice *value)
{
	uint32_t unit;

	if (table->dead > LEAST_DEAD && table->dead > table->len / 2) {
		settle(table);
		compact(table);
	}
	unit = write_row(table, key, shape, value);
	if (unit == EV_SLOTS_NONE)
		return false;
	table->rows++;
	index_later(table, unit, hash_of(key));
	return true;
}

size_t
ev_table_remove(struct ev_table *table, struct ev_slice key)
{
	const struct ev_row *row;
	struct ev_slot *slot;
	size_t count = 0;

	settle(table);
	slot = find_slot(table, key, hash_of(key));
	if (slot->row == EV_SLOTS_NONE)
		return 0;
	row = row_at(table, row_at(table, slot->row)->next);
	for (; row; row = ev_table_next(table, row)) {
		count++;
		table->dead += row_size(table, row);
	}
	slot->row = EV_SLOTS_GONE;
	table->slots.gone++;
	table->rows -= count;
	return count;
}

uint32_t
ev_table_expect(const struct ev_table *table, struct ev_slice key)
{
	uint32_t hash = hash_of(key);

	ev_slots_expect(&table->slots, hash);
	return hash;
}

void
ev_table_expect_row(const struct ev_table *table, uint32_t hash)
{
	uint32_t unit = ev_slots_first(&table->slots, hash)->row;

	if (unit == EV_SLOTS_NONE)
		return;
	/* Most rows lie in two lines of the cache or three; the processor
	 * fetches the third by itself. */
	__builtin_prefetch(row_at(table, unit));
	__builtin_prefetch(row_at(table, unit)->key + 64);
}

const struct ev_row *
ev_table_find(struct ev_table *table, struct ev_slice key)
{
	return ev_table_find_expected(table, key, hash_of(key));
}

const struct ev_row *
ev_table_find_expected(struct ev_table *table, struct ev_slice key,
    uint32_t hash)
{
	const struct ev_slot *slot;

	settle(table);
	slot = find_slot(table, key, hash);
	return slot->row == EV_SLOTS_NONE
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
	const char *from = row->key + row->key_len;

	for (uint32_t i = 0; i < shape->fields; i++) {
		struct ev_slice value;
		char *at;

		value.ptr = get_length(from, &value.len);
		from = value.ptr + value.len;
		ev_buf_reserve(out,
		    shape->prefix[i].len + value.len + EV_BUF_SHORT);
		at = ev_buf_put(out->ptr + out->len, shape->prefix[i]);
		at = ev_buf_put(at, value);
		out->len = (size_t)(at - out->ptr);
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
	return table->len + ev_slots_bytes(&table->slots);
}
