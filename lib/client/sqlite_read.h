/*
 * sqlite_read: the rows of a table or of a query as events, one after the
 * other, in one read transaction: what others write meanwhile is not seen.
 *
 * With a cursor (one or two columns that only grow) rows come in its order,
 * and a reader can begin behind a position that an earlier one gave.
 */
#ifndef EV_CLIENT_SQLITE_READ_H
#define EV_CLIENT_SQLITE_READ_H

#include "base/buf.h"
#include "client/sqlite.h"

#define EV_SQLITE_CURSOR_MAX 2

struct ev_sqlite_read_settings {
	const char *table; /* or NULL: */
	const char *query;
	const struct ev_slice *cursor; /* columns; lent */
	size_t cursors;                /* 0: none */
	struct ev_slice meta; /* a name that no column may have; ptr NULL */
};

struct ev_sqlite_reader;

/* Checks all that can be checked. Lent: lite and settings. EV_FATAL: exit 64,
 * the query is none, or no column of the cursor is there; 65, columns of one
 * name; 74, there is no such table. The reader is the caller's also then. */
enum ev_status ev_sqlite_reader_new(struct ev_sqlite_reader **reader,
    struct ev_sqlite *lite, const struct ev_sqlite_read_settings *settings,
    struct ev_err *err);
void ev_sqlite_reader_free(struct ev_sqlite_reader *reader);

/* True if there is a column of this name. */
bool ev_sqlite_reader_has(const struct ev_sqlite_reader *reader,
    struct ev_slice name);

/* Begins, behind a position (ptr NULL: at the beginning). EV_FATAL: exit 70,
 * it is no position of this cursor. */
enum ev_status ev_sqlite_reader_start(struct ev_sqlite_reader *reader,
    struct ev_slice position, struct ev_err *err);

/* Appends the next row to out. EV_END: that was the last, and the transaction
 * is over. */
enum ev_status ev_sqlite_reader_next(struct ev_sqlite_reader *reader,
    struct ev_buf *out, struct ev_err *err);

/* True if nobody can begin between the row just read and the one before: the
 * cursor has the same place in its order for both. */
bool ev_sqlite_reader_tied(struct ev_sqlite_reader *reader);
/* The position behind the row just read, or, with `before`, behind the one
 * before it; NULL where there was none since the start. Lent until the next
 * call. */
const char *ev_sqlite_reader_position(struct ev_sqlite_reader *reader,
    bool before);

/* A position from what a person says: start, end, a value of the cursor's first
 * column (rows behind it, or, of two columns, from it on), or a position. The
 * caller's to free; NULL: the beginning. EV_FATAL: usage. */
enum ev_status ev_sqlite_reader_from(struct ev_sqlite_reader *reader,
    const char *from, char **position, struct ev_err *err);

/* What is to be said of the row just read, because JSON has no form for a
 * value of it; once a column, else NULL. */
const char *ev_sqlite_reader_note(struct ev_sqlite_reader *reader);

/* Whether others have changed the database since this was asked last. */
enum ev_status ev_sqlite_reader_changed(struct ev_sqlite_reader *reader,
    bool *changed, struct ev_err *err);

#endif
