/*
 * sqlitesink: see sqlitesink.h.
 */
#include "tool/sqlitesink.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/io.h"
#include "base/point.h"
#include "client/sqlite_positions.h"
#include "event/scan.h"
#include "tool/tool.h"

#define SAMPLE_BYTES (4u << 20)

struct ev_scan *
ev_sqlitesink_scan(void)
{
	struct ev_scan *scan = ev_scan_new();

	ev_scan_want_members(scan);
	return scan;
}

static bool
named(const struct ev_sqlitesink *sink)
{
	return sink->set->ledger.name != NULL;
}

static void
fail(const struct ev_sqlitesink *sink)
{
	ev_tool_fail(&sink->err);
}

static bool
there_is_a_table(const struct ev_sqlitesink *sink)
{
	return ev_sqlite_writer_table(sink->writer)->exists;
}

/* --- opening ------------------------------------------------------------- */

/* After a failure, also a signal: nothing stays that was not committed, nor a
 * file that was made for it. Whoever opened that meanwhile is told by SQLite
 * that it has gone. */
static void
undo(void *arg)
{
	struct ev_sqlitesink *sink = arg;
	struct stat st;

	if (!sink->lite.db)
		return;
	sqlite3_exec(sink->lite.db, "ROLLBACK", NULL, NULL, NULL);
	if (sink->made && stat(sink->set->place.file, &st) == 0 && !st.st_size)
		unlink(sink->set->place.file);
	if (sink->writer)
		ev_sqlite_writer_abandon(sink->writer);
	ev_sqlite_close(&sink->lite);
}

void
ev_sqlitesink_database(struct ev_sqlitesink *sink,
    const struct ev_sqlitesink_settings *settings)
{
	const struct ev_sqlite_place *place = &settings->place;

	sink->set = settings;
	sink->made = access(place->file, F_OK) != 0;
	ev_tool_on_failure(undo, sink);
	if (ev_sqlite_open(&sink->lite, place->file, true, settings->wait,
		&sink->err) != EV_OK)
		fail(sink);
	if (named(sink))
		sink->lite.busy_exit = EV_EXIT_AGAIN;
	sink->writer = ev_sqlite_writer_new(&sink->lite, place->table,
	    &settings->write);
	if (settings->write.foreign_keys &&
	    ev_sqlite_run(&sink->lite, "open", "PRAGMA foreign_keys=ON",
		&sink->err) != EV_OK)
		fail(sink);
	if (ev_sqlite_writer_look(sink->writer, &sink->err) != EV_OK)
		fail(sink);
}

/* Rows that no run of this pipeline has written: the replay of its first run
 * could not tell them from its own. */
static void
check_stranger(struct ev_sqlitesink *sink)
{
	bool empty;

	if (sink->was.len || sink->set->ledger.adopt || !there_is_a_table(sink))
		return;
	if (ev_sqlite_table_empty(&sink->lite,
		ev_sqlite_writer_table(sink->writer), &empty,
		&sink->err) != EV_OK)
		fail(sink);
	if (!empty)
		ev_tool_die(EV_EXIT_DISAGREE,
		    "'%s' is not empty, and has no record of the pipeline "
		    "'%s': --adopt goes on with what is there",
		    sink->set->place.absolute, sink->run.ledger.name);
}

/* Rule R1: the record here is the one that the stream began from. */
static void
compare_records(struct ev_sqlitesink *sink)
{
	enum ev_status status = ev_sqlite_positions_read(&sink->lite,
	    sink->run.ledger.name, &sink->was, &sink->err);

	if (status != EV_OK && status != EV_END)
		fail(sink);
	ev_ledger_begin(&sink->run.ledger,
	    sink->was.len ? ev_buf_as_slice(&sink->was)
			  : (struct ev_slice){NULL, 0});
	check_stranger(sink);
}

/* --- events -------------------------------------------------------------- */

/* The event that was scanned last. */
static void
write_event(struct ev_sqlitesink *sink, const struct ev_line *line)
{
	const struct ev_member *member;
	size_t count;

	member = ev_scan_members(sink->stage->scan, &count);
	switch (
	    ev_sqlite_writer_event(sink->writer, member, count, &sink->err)) {
	case EV_OK:
		sink->stage->out++;
		break;
	case EV_BAD:
		ev_stage_bad(sink->stage, line, sink->err.text);
		break;
	default:
		fail(sink);
	}
}

/* Keeps an event for later: until there is a table, or there are enough of them
 * for a transaction to be worth its lock, which keeps other writers out. */
static void
hold(struct ev_sqlitesink *sink, const struct ev_line *line)
{
	const struct ev_sqlite_write_settings *how = &sink->set->write;
	struct ev_sqlitesink_held *held = &sink->held;
	const struct ev_member *member;
	size_t count;

	member = ev_scan_members(sink->stage->scan, &count);
	if (!there_is_a_table(sink) &&
	    ev_sqlite_sample_add(&sink->sample, member, count, how->meta,
		how->mode != EV_SQLITE_APPEND, &sink->err) != EV_OK) {
		ev_stage_bad(sink->stage, line, sink->err.text);
		return;
	}
	held->line[sink->run.held].at = held->bytes.len;
	held->line[sink->run.held].len = line->text.len;
	held->line[sink->run.held++].number = line->number;
	ev_buf_slice(&held->bytes, line->text);
	ev_buf_char(&held->bytes, '\n');
}

static void
begin(struct ev_sqlitesink *sink)
{
	if (ev_sqlite_writer_begin(sink->writer, &sink->err) != EV_OK)
		fail(sink);
}

/* Writes what was held, after the table for it was made if there is none. */
static void
write_held(struct ev_sqlitesink *sink)
{
	struct ev_sqlitesink_held *held = &sink->held;

	if (!sink->run.held)
		return;
	begin(sink);
	if (!there_is_a_table(sink) &&
	    ev_sqlite_writer_create(sink->writer, &sink->sample, &sink->err) !=
		EV_OK)
		fail(sink);
	ev_buf_reserve(&held->bytes, EV_SCAN_PADDING);
	for (size_t i = 0; i < sink->run.held; i++) {
		struct ev_slice text = {held->bytes.ptr + held->line[i].at,
		    held->line[i].len};
		struct ev_line line = {.text = text,
		    .length = text.len,
		    .number = held->line[i].number};
		const char *fault;

		ev_scan_line(sink->stage->scan, text.ptr, &fault);
		write_event(sink, &line);
	}
	sink->run.held = 0;
	held->bytes.len = 0;
}

static void
take(void *arg, const struct ev_line *line)
{
	struct ev_sqlitesink *sink = arg;

	if (ev_sqlite_writer_open(sink->writer)) {
		write_event(sink, line);
		return;
	}
	hold(sink, line);
	if (sink->run.held == EV_SQLITESINK_SAMPLE ||
	    sink->held.bytes.len >= SAMPLE_BYTES)
		write_held(sink);
}

/* --- commits ------------------------------------------------------------- */

static void
commit(struct ev_sqlitesink *sink)
{
	if (ev_sqlite_writer_commit(sink->writer, &sink->err) != EV_OK)
		fail(sink);
}

/* The record of a mark, in the transaction of its events. */
static void
store_record(struct ev_sqlitesink *sink, struct ev_slice record)
{
	struct ev_slice was = sink->was.len ? ev_buf_as_slice(&sink->was)
					    : (struct ev_slice){NULL, 0};

	begin(sink);
	ev_point("sqlite.record");
	if (ev_sqlite_positions_swap(&sink->lite, sink->run.ledger.name, was,
		record, &sink->err) != EV_OK)
		fail(sink);
	sink->was.len = 0;
	ev_buf_slice(&sink->was, record);
}

static void
settle(void *arg)
{
	write_held(arg);
}

static void
commit_mark(void *arg, struct ev_buf *record)
{
	struct ev_sqlitesink *sink = arg;

	if (ev_mutant("sqlite.apart") && ev_sqlite_writer_open(sink->writer)) {
		commit(sink);
		ev_point("sqlite.apart");
	}
	store_record(sink, ev_buf_as_slice(record));
	commit(sink);
	ev_point("sqlite.committed");
}

/* Without a name: all of it, at the end. */
static void
finish(void *arg)
{
	struct ev_sqlitesink *sink = arg;

	write_held(sink);
	ev_stage_done(sink->stage);
	/* With nothing to put in their place, the rows go all the same. */
	if (sink->set->write.replace)
		begin(sink);
	if (ev_sqlite_writer_open(sink->writer))
		commit(sink);
	if (!there_is_a_table(sink))
		ev_tool_say("no event has come, so there is no table '%s'",
		    sink->set->place.table);
}

static const struct ev_sinkrun_calls calls = {
    take,
    settle,
    commit_mark,
    finish,
};

/* --- the whole ------------------------------------------------------------ */

void
ev_sqlitesink_open(struct ev_sqlitesink *sink,
    const struct ev_sqlitesink_settings *settings, struct ev_stage *stage)
{
	*sink = (struct ev_sqlitesink){.set = settings, .stage = stage};
	ev_sinkrun_open(&sink->run, &calls, sink, stage, &settings->ledger,
	    settings->place.absolute);
	sink->run.limit = settings->limit;
	/* The swap of the records is for those that this does not keep out. */
	if (named(sink) && !ev_mutant("sqlite.swap"))
		ev_ledger_lock(&sink->run.ledger);
	ev_sqlitesink_database(sink, settings);
	if (!named(sink))
		return;
	compare_records(sink);
	ev_sides_open(sink->run.sides, &sink->run.ledger);
}

void
ev_sqlitesink_run(struct ev_sqlitesink *sink, const struct ev_input *in)
{
	ev_sinkrun_loop(&sink->run, in, sink->set->progress);
	ev_sqlite_writer_free(sink->writer);
	ev_sqlite_close(&sink->lite);
}
