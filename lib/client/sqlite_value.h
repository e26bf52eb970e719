/*
 * sqlite_value: between JSON values and SQLite's five storage classes, so that
 * nothing is changed on the way without a word: what a column would change, or
 * cannot hold, is refused.
 *
 * What SQLite does to a value depends on the column's affinity, which it reads
 * from the declared type (https://www.sqlite.org/datatype3.html, section 3.1).
 * Two kinds of columns it knows nothing of, and that we tell by their declared
 * type: BOOLEAN holds 0 and 1, JSON holds JSON texts.
 */
#ifndef EV_CLIENT_SQLITE_VALUE_H
#define EV_CLIENT_SQLITE_VALUE_H

#include <sqlite3.h>
#include <stdbool.h>

#include "base/buf.h"
#include "event/scan.h"
#include "event/value.h"

enum ev_sqlite_affinity {
	EV_SQLITE_ANY, /* no affinity, or BLOB: holds what it is given */
	EV_SQLITE_TEXT,
	EV_SQLITE_NUMERIC, /* and INTEGER, which does the same */
	EV_SQLITE_REAL,
};

struct ev_sqlite_type {
	uint8_t affinity; /* enum ev_sqlite_affinity */
	bool boolean, json;
};

/* Of a declared type, "" for none. In a STRICT table ANY has no affinity. */
struct ev_sqlite_type ev_sqlite_type(const char *declared, bool strict);

/* --- from JSON ----------------------------------------------------------- */

/* A value ready to be bound; text is lent. */
struct ev_sqlite_cell {
	int type; /* SQLITE_NULL, SQLITE_INTEGER, … */
	union {
		int64_t integer;
		double real;
		struct ev_slice text;
	};
};

/* What a column of this type is to be given. Text without its escapes is put
 * at the end of scratch, which must have room for value.len bytes and must not
 * grow before the cell is bound. EV_BAD: it cannot hold the value as it is;
 * err says why, without the column's name. */
enum ev_status ev_sqlite_cell(struct ev_value value, struct ev_sqlite_type type,
    struct ev_buf *scratch, struct ev_sqlite_cell *cell, struct ev_err *err);
int ev_sqlite_bind(sqlite3_stmt *stmt, int at,
    const struct ev_sqlite_cell *cell);

/* True if a number is one of SQLite's, 64-bit integer or double, with every
 * digit. *integer where it is an integer and written as one. */
bool ev_sqlite_exact(struct ev_slice number, struct ev_sqlite_cell *cell);
/* The same for text: it is a number as JSON writes it, without an exponent, and
 * an exact one. */
bool ev_sqlite_number(struct ev_slice text, struct ev_sqlite_cell *cell);

/* --- to JSON ------------------------------------------------------------- */

/* What became of a value that JSON has no form for. */
enum ev_sqlite_change {
	EV_SQLITE_SAME,
	EV_SQLITE_BASE64,   /* bytes that are no text */
	EV_SQLITE_INFINITY, /* as the text Infinity or -Infinity */
};

/* Appends column `at` of the row as JSON. scan checks what stands in columns
 * of JSON. */
enum ev_sqlite_change ev_sqlite_json(sqlite3_stmt *stmt, int at,
    struct ev_sqlite_type type, struct ev_scan *scan, struct ev_buf *scratch,
    struct ev_buf *out);

/* Appends the shortest text that reads back as this double; with a point or an
 * exponent, so that it reads back as one. */
void ev_sqlite_double(double value, struct ev_buf *out);

#endif
