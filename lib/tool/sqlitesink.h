/*
 * sqlitesink: the run of evsink-sqlite: events of a stage into a table, in one
 * transaction, or under a name in one a mark, which has the record too. It
 * ends the process on failure, as the stage does.
 *
 *	ev_stage_open(&stage, …, ev_sqlitesink_scan(), NULL);
 *	ev_sqlitesink_open(&sink, &settings, &stage);   waits for begin
 *	ev_sqlitesink_run(&sink);                       to the end
 */
#ifndef EV_TOOL_SQLITESINK_H
#define EV_TOOL_SQLITESINK_H

#include "client/sqlite.h"
#include "client/sqlite_write.h"
#include "tool/sinkrun.h"

/* Events from which a table is made, and that are held before a transaction
 * begins. */
#define EV_SQLITESINK_SAMPLE 1000

struct ev_sqlitesink_settings {
	struct ev_sqlite_place place;
	struct ev_sqlite_write_settings write;
	struct ev_ledger_settings ledger;
	int64_t wait;   /* ms for another process's lock */
	uint64_t limit; /* events */
	bool progress;
};

/* The first events of a transaction, before it begins. */
struct ev_sqlitesink_held {
	struct ev_buf bytes;
	struct {
		size_t at, len;
		uint64_t number;
	} line[EV_SQLITESINK_SAMPLE]; /* so many as run.held says */
};

struct ev_sqlitesink {
	const struct ev_sqlitesink_settings *set;
	struct ev_stage *stage;
	struct ev_sinkrun run;
	struct ev_sqlite lite;
	struct ev_sqlite_writer *writer;
	struct ev_sqlite_sample sample;
	struct ev_sqlitesink_held held;
	bool made;         /* there was no file before */
	struct ev_buf was; /* the record as it is stored; empty: none */
	struct ev_err err; /* not on the stack of what runs for each event */
};

struct ev_scan *ev_sqlitesink_scan(void);

/* Opens the database and looks at the table. Settings are lent. */
void ev_sqlitesink_database(struct ev_sqlitesink *sink,
    const struct ev_sqlitesink_settings *settings);

/* Takes the stream, then does the same, and compares the records. */
void ev_sqlitesink_open(struct ev_sqlitesink *sink,
    const struct ev_sqlitesink_settings *settings, struct ev_stage *stage);
void ev_sqlitesink_run(struct ev_sqlitesink *sink, const struct ev_input *in);

#endif
