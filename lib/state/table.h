/*
 * table: rows by key, compact in memory: what a join keeps of its right side.
 *
 * A row is the JSON values of some fields. Rows of one source have the same
 * fields in the same order, so the names stand once, in a shape, and a row
 * holds only its values' bytes: a user of 100 bytes in CSV takes some 120
 * here, index included. Rows of one key are chained in the order they came.
 */
#ifndef EV_STATE_TABLE_H
#define EV_STATE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

struct ev_table;
struct ev_row; /* lent by the table until the next add or remove */

struct ev_table *ev_table_new(void);
void ev_table_free(struct ev_table *table);

/* The number of the shape whose fields have these names, as JSON with their
 * quotes. They are copied. */
uint32_t ev_table_shape(struct ev_table *table, const struct ev_slice *name,
    size_t count);

/* Adds a row of a shape: the values of its fields as JSON, each with
 * EV_SCAN_PADDING readable bytes behind it, as a line that was scanned has.
 * Returns false if the table has grown beyond what it can address (16 GiB of
 * rows). */
bool ev_table_add(struct ev_table *table, struct ev_slice key, uint32_t shape,
    const struct ev_slice *value);
/* Forgets all rows of a key; returns how many there were. */
size_t ev_table_remove(struct ev_table *table, struct ev_slice key);

/* Who looks for several keys has all of them fetched from memory at once: each
 * is expected first, which returns its hash; then its row is; then it is
 * found. */
uint32_t ev_table_expect(const struct ev_table *table, struct ev_slice key);
void ev_table_expect_row(const struct ev_table *table, uint32_t hash);
const struct ev_row *ev_table_find_expected(struct ev_table *table,
    struct ev_slice key, uint32_t hash);

/* The first row of a key, or NULL; the next one of the same key, or NULL. */
const struct ev_row *ev_table_find(struct ev_table *table, struct ev_slice key);
const struct ev_row *ev_table_next(const struct ev_table *table,
    const struct ev_row *row);

/* Appends the row's fields: `"name":value` with commas between them. */
void ev_table_append(const struct ev_table *table, const struct ev_row *row,
    struct ev_buf *out);

/* Rows that can be found, and the bytes of memory in use. */
size_t ev_table_rows(const struct ev_table *table);
size_t ev_table_bytes(const struct ev_table *table);

#endif
