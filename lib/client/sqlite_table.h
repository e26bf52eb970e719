/*
 * sqlite_table: what a table looks like that is read or written, and how one
 * is made from the first events.
 */
#ifndef EV_CLIENT_SQLITE_TABLE_H
#define EV_CLIENT_SQLITE_TABLE_H

#include "base/map.h"
#include "client/sqlite.h"
#include "client/sqlite_value.h"

#define EV_SQLITE_NO_COLUMN SIZE_MAX

struct ev_sqlite_column {
	char *name;
	char *declared; /* its type, "" for none */
	struct ev_sqlite_type type;
	bool generated; /* computed from others: cannot be written */
	bool primary;
};

struct ev_sqlite_table {
	char *name; /* as its schema has it; as it was asked for, if it is
	             * not there */
	bool exists, view, strict;
	struct ev_sqlite_column *column;
	size_t count;
	struct ev_map *by_name; /* name in lower case: index + 1 */
	struct ev_buf folded;   /* its own */
};

/* Reads the schema; what the table held before ({0} at first) is let go. That
 * there is no such table is no failure. */
enum ev_status ev_sqlite_table_load(struct ev_sqlite_table *table,
    struct ev_sqlite *lite, const char *name, struct ev_err *err);
void ev_sqlite_table_release(struct ev_sqlite_table *table);

/* The index of a column, upper case equal to lower case (of ASCII, as SQLite
 * has it). */
size_t ev_sqlite_table_find(struct ev_sqlite_table *table,
    struct ev_slice name);

/* True if exactly these columns (by `in`, one flag a column) are the primary
 * key or are those of a unique index. */
enum ev_status ev_sqlite_table_unique(struct ev_sqlite *lite,
    const struct ev_sqlite_table *table, const bool *in, bool *unique,
    struct ev_err *err);

/* A table whose rows go, or lose something, where rows of this one are
 * deleted; the caller's to free, NULL if there is none. */
enum ev_status ev_sqlite_table_cascades(struct ev_sqlite *lite,
    const struct ev_sqlite_table *table, char **other, struct ev_err *err);

/* Whether it has a row. */
enum ev_status ev_sqlite_table_empty(struct ev_sqlite *lite,
    const struct ev_sqlite_table *table, bool *empty, struct ev_err *err);

/* Appends the names of the tables and views in the file with commas between
 * them, at most `max`. */
enum ev_status ev_sqlite_tables(struct ev_sqlite *lite, size_t max,
    struct ev_buf *out, struct ev_err *err);

/* --- making one ---------------------------------------------------------- */

/* What the first events have. */
struct ev_sqlite_sample {
	struct ev_sqlite_seen {
		char *name;
		unsigned kinds; /* of values: its own */
	} * field;
	size_t count;
	struct ev_map *by_name; /* as in ev_sqlite_table */
	struct ev_buf folded, scratch;
};

/* Adds an event's members, but those named `except` (ptr NULL: none) and, with
 * `deletes`, the mark of a delete. EV_BAD: one has no name that is text, or two
 * differ only in case; the sample may have got some of its fields. */
enum ev_status ev_sqlite_sample_add(struct ev_sqlite_sample *sample,
    const struct ev_member *member, size_t count, struct ev_slice except,
    bool deletes, struct ev_err *err);
/* Appends the statement that makes the table, with this primary key. EV_FATAL:
 * exit 65, there is no field; a field of the key was not seen. */
enum ev_status ev_sqlite_sample_create(const struct ev_sqlite_sample *sample,
    const char *table, const struct ev_slice *key, size_t keys,
    struct ev_buf *sql, struct ev_err *err);
/* The declared type of a column for one value alone. */
const char *ev_sqlite_declare(struct ev_value value, bool strict);

#endif
