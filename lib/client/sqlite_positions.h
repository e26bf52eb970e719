/*
 * sqlite_positions: the records of named pipelines, in the table ev_positions
 * of the database that they write to (class A of evkit(7)): one row a
 * pipeline, changed in the transaction of its data.
 *
 *	CREATE TABLE ev_positions (name TEXT PRIMARY KEY, record TEXT)
 */
#ifndef EV_CLIENT_SQLITE_POSITIONS_H
#define EV_CLIENT_SQLITE_POSITIONS_H

#include "client/sqlite.h"

/* Appends the record of a name to out. EV_END: there is none. */
enum ev_status ev_sqlite_positions_read(struct ev_sqlite *lite,
    const char *name, struct ev_buf *out, struct ev_err *err);

/* In the open transaction: puts the record in the place of `was` (ptr NULL:
 * there was none). EV_FATAL: exit 75, somebody has changed it meanwhile. */
enum ev_status ev_sqlite_positions_swap(struct ev_sqlite *lite,
    const char *name, struct ev_slice was, struct ev_slice record,
    struct ev_err *err);
/* In the open transaction: takes it away. */
enum ev_status ev_sqlite_positions_drop(struct ev_sqlite *lite,
    const char *name, struct ev_err *err);

#endif
