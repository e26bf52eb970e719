/*
 * sqlite: what the source and the sink of SQLite share: places, opening a
 * database, its errors as statuses, waiting for another process's lock.
 *
 * A place is sqlite:FILE/TABLE. FILE is a path; the table is what stands
 * behind the last slash, in which %2F and the like are undone.
 */
#ifndef EV_CLIENT_SQLITE_H
#define EV_CLIENT_SQLITE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define EV_SQLITE_WAIT 60000 /* ms, the default of --wait */
#define EV_SQLITE_POSITIONS "ev_positions"

struct ev_sqlite_place {
	char *file;     /* absolute, links followed; it need not exist */
	char *table;    /* NULL: none is named */
	char *absolute; /* the place as records have it */
};

/* Without `table` all of the place is the file. EV_FATAL: exit 64, it names
 * no file or no table; 73, the file's folder is not there. */
enum ev_status ev_sqlite_place(const char *place, bool table,
    struct ev_sqlite_place *out, struct ev_err *err);
void ev_sqlite_place_release(struct ev_sqlite_place *place);

struct ev_sqlite {
	sqlite3 *db;      /* NULL: closed */
	const char *file; /* lent */
	bool writing;
	int64_t wait;     /* ms for another process's lock, -1: for ever */
	int64_t deadline; /* of the wait that goes on */
	int busy_exit;    /* what a wait in vain ends with: 69, or 75 where
	                   * whoever starts us again loses nothing */
};

/* For reading, the file must be there; for writing it is made. Writing is
 * durable: a commit is on the disk when it returns, its journal gone. Lent:
 * file. EV_FATAL: exit 73 or 74, it cannot be opened; 74, it is no
 * database. */
enum ev_status ev_sqlite_open(struct ev_sqlite *lite, const char *file,
    bool writing, int64_t wait, struct ev_err *err);
/* Also rolls back what was not committed. */
void ev_sqlite_close(struct ev_sqlite *lite);

/* The failure of a call, by its result code: EV_FATAL with "cannot WHAT
 * 'file': why". Exit 69 (busy_exit) where another process holds the lock, 73
 * where it may not be written, 74, or that of our own signal. */
enum ev_status ev_sqlite_error(const struct ev_sqlite *lite, int code,
    const char *what, struct ev_err *err);

/* Statements without parameters and rows. `what` is for messages. */
enum ev_status ev_sqlite_run(struct ev_sqlite *lite, const char *what,
    const char *sql, struct ev_err *err);
/* One statement, to be stepped and finalized by the caller. */
enum ev_status ev_sqlite_prepare(struct ev_sqlite *lite, const char *what,
    const char *sql, sqlite3_stmt **stmt, struct ev_err *err);
/* The same, with its first parameters; the texts are lent until it is
 * finalized. */
enum ev_status ev_sqlite_ask(struct ev_sqlite *lite, const char *what,
    const char *sql, const struct ev_slice *text, size_t count,
    sqlite3_stmt **stmt, struct ev_err *err);
/* A column of the row that a statement stands at: its value as UTF-8, with a
 * zero byte behind it, or a blob's bytes; ptr is NULL for null and for a blob
 * of none. Lent until the next step. Where memory is out, ends as in mem.h:
 * SQLite would give a null. */
struct ev_slice ev_sqlite_text(sqlite3_stmt *stmt, int at);
struct ev_slice ev_sqlite_blob(sqlite3_stmt *stmt, int at);

/* Appends a name as SQL has it, in double quotes. */
void ev_sqlite_quote(struct ev_buf *out, const char *name);
/* The name by which columns are looked up, into out: SQLite takes upper for
 * lower case, of ASCII only. */
struct ev_slice ev_sqlite_fold(struct ev_buf *out, struct ev_slice name);

#endif
