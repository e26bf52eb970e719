/*
 * sqlite_impl: what the parts of a writer (sqlite_write.h) share:
 * sqlite_write.c opens the table and has its transactions, sqlite_layout.c
 * lays an event under the columns, sqlite_row.c makes rows of it.
 */
#ifndef EV_CLIENT_SQLITE_IMPL_H
#define EV_CLIENT_SQLITE_IMPL_H

#include "base/map.h"
#include "client/sqlite_write.h"

/* The statements for one set of columns. */
struct ev_sqlite_plan {
	struct ev_sqlite_plan *next; /* of all */
	sqlite3_stmt *insert;
	sqlite3_stmt *update; /* comes first; NULL: there is none */
	bool absent;          /* insert does nothing where the row is there;
	                       * the key is bound once more */
};

/* What stood at a place in the event before. */
struct ev_sqlite_spot {
	struct ev_buf key; /* as JSON, quotes included */
	size_t column;     /* or one of these: */
#define EV_SQLITE_SKIPPED (SIZE_MAX - 1)
#define EV_SQLITE_MARK (SIZE_MAX - 2)
};

struct ev_sqlite_writer {
	struct ev_sqlite *lite;
	const struct ev_sqlite_write_settings *settings;
	struct ev_sqlite_table table;
	int version; /* of the schema, as it was read */
	bool begun, emptied;
	bool *in_key;             /* by column */
	size_t keys;              /* how many are */
	size_t where;             /* the column of --replace-where */
	struct ev_map *forgotten; /* its values in this transaction */
	struct ev_buf where_last; /* the value written last */
	bool where_cut;           /* and then came a commit */
	sqlite3_stmt *forget, *remove;

	struct ev_map *plans; /* by set of columns: a struct ev_sqlite_plan */
	struct ev_sqlite_plan *all, *last;
	struct ev_buf last_set;

	struct ev_sqlite_spot *place;
	size_t places;

	/* the event */
	struct ev_value *value;      /* by column */
	struct ev_slice *key;        /* of the member that gave it */
	struct ev_sqlite_cell *cell; /* by column */
	struct ev_buf set;           /* one bit a column */
	struct ev_value deleted;
	struct ev_buf name, text; /* scratch */
	struct ev_err why;
};

/* --- sqlite_layout.c ----------------------------------------------------- */

static inline bool
ev_sqlite_is_set(const struct ev_sqlite_writer *writer, size_t column)
{
	return writer->set.ptr[column / 8] >> column % 8 & 1;
}

/* Lays an event's members under the columns, and makes of the values what the
 * columns want. EV_BAD, EV_FATAL. */
enum ev_status ev_sqlite_lay_out(struct ev_sqlite_writer *writer,
    const struct ev_member *member, size_t count, struct ev_err *err);
/* Begins to learn anew where members go. */
void ev_sqlite_drop_layout(struct ev_sqlite_writer *writer);

/* --- sqlite_row.c -------------------------------------------------------- */

void ev_sqlite_drop_statements(struct ev_sqlite_writer *writer);

#endif
