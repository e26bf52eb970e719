/*
 * sqlite_write: events into the rows of a table, through statements that are
 * prepared once for each set of columns that events have.
 *
 *	writer = ev_sqlite_writer_new(&lite, table, &settings);
 *	ev_sqlite_writer_look(writer, &err);      is it there, and fit?
 *	ev_sqlite_writer_begin(writer, &err);     a transaction
 *	ev_sqlite_writer_create(writer, &sample, &err);   if it is not there
 *	while (…)
 *		ev_sqlite_writer_event(writer, member, count, &err);
 *	… the record …
 *	ev_sqlite_writer_commit(writer, &err);
 *
 * A row that is refused leaves the transaction as it was before it.
 */
#ifndef EV_CLIENT_SQLITE_WRITE_H
#define EV_CLIENT_SQLITE_WRITE_H

#include "client/sqlite.h"
#include "client/sqlite_table.h"

enum ev_sqlite_mode {
	EV_SQLITE_APPEND, /* every event a row */
	EV_SQLITE_INSERT, /* the first row of a key stays */
	EV_SQLITE_UPSERT, /* the row of a key gets the event's fields; deletes
	                   * are obeyed */
};

struct ev_sqlite_write_settings {
	enum ev_sqlite_mode mode;
	const struct ev_slice *key; /* lent; none: the table's primary key */
	size_t keys;
	bool replace;          /* all rows go before the first comes */
	struct ev_slice where; /* of this field's values all rows go before the
	                        * first of a transaction comes; ptr NULL */
	struct ev_slice meta;  /* a field that is no column; ptr NULL */
	bool add;              /* make columns for fields that have none */
	bool foreign_keys;     /* they are enforced */
};

struct ev_sqlite_writer;

/* Lent: lite and settings. */
struct ev_sqlite_writer *ev_sqlite_writer_new(struct ev_sqlite *lite,
    const char *table, const struct ev_sqlite_write_settings *settings);
void ev_sqlite_writer_free(struct ev_sqlite_writer *writer);
/* Finalises the statements, so that the database can be closed, and touches
 * nothing else: for a process that ends, also where memory was out in any of
 * these calls. */
void ev_sqlite_writer_abandon(struct ev_sqlite_writer *writer);

/* Reads the schema. EV_FATAL: exit 64, what is there does not go with the
 * settings (no unique index for the key, …). */
enum ev_status ev_sqlite_writer_look(struct ev_sqlite_writer *writer,
    struct ev_err *err);
/* As it was looked at last; lent. */
const struct ev_sqlite_table *ev_sqlite_writer_table(
    const struct ev_sqlite_writer *writer);
/* The key's columns with commas between them, as they are; "" for none. */
void ev_sqlite_writer_key(const struct ev_sqlite_writer *writer,
    struct ev_buf *out);

/* Takes the lock that writers take; looks again where the schema has changed.
 * Nothing is done where a transaction is open. */
enum ev_status ev_sqlite_writer_begin(struct ev_sqlite_writer *writer,
    struct ev_err *err);
bool ev_sqlite_writer_open(const struct ev_sqlite_writer *writer);
/* Makes the table, in the transaction. */
enum ev_status ev_sqlite_writer_create(struct ev_sqlite_writer *writer,
    const struct ev_sqlite_sample *sample, struct ev_err *err);

/* One event. EV_BAD: refused, by us or by the database: err says why.
 * EV_FATAL. */
enum ev_status ev_sqlite_writer_event(struct ev_sqlite_writer *writer,
    const struct ev_member *member, size_t count, struct ev_err *err);

/* EV_FATAL: exit 65, a deferred constraint fails; 75, nobody knows whether it
 * is committed. */
enum ev_status ev_sqlite_writer_commit(struct ev_sqlite_writer *writer,
    struct ev_err *err);

#endif
