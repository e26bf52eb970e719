/*
 * evsink-sqlite: writes events into a table of an SQLite database. What evsink
 * becomes for sqlite:FILE/TABLE.
 *
 * Without a name all is one transaction: all of it or nothing is there at the
 * end.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/names.h"
#include "client/sqlite.h"
#include "client/sqlite_write.h"
#include "event/input.h"
#include "event/scan.h"
#include "tool/progress.h"
#include "tool/sink.h"
#include "tool/source.h"
#include "tool/stage.h"
#include "tool/tool.h"

#define SAMPLE_EVENTS 1000 /* from which a table is made */
#define SAMPLE_BYTES (4u << 20)
#define KEY_MAX 64
#define DRAW_EVERY 1024 /* events, between two looks at the clock */

static const struct ev_opt_usage usage = {
    .name = "evsink-sqlite",
    .args = "[OPTION…] sqlite:FILE/TABLE",
    .summary = "writes the events of its standard input into a table",
    .example = "evsource users.csv | evsink --write upsert --key id "
	       "sqlite:shop.db/users",
};

struct own_settings {
	const char *key, *where, *wait;
};

static const struct ev_opt own_options[] = {
    {"key", 0, EV_OPT_TEXT, offsetof(struct own_settings, key), "FIELD[,FIELD]",
	"by which a row is found"},
    {"replace-where", 0, EV_OPT_TEXT, offsetof(struct own_settings, where),
	"FIELD", "replace all rows of each value that comes"},
    {"wait", 0, EV_OPT_TEXT, offsetof(struct own_settings, wait), "TIME",
	"how long to wait for another's lock (1m)"},
};

/* The first events, until the table is made from them. */
struct held {
	struct ev_buf bytes;
	struct held_line {
		size_t at, len;
		uint64_t number;
	} * line;
	size_t count;
};

struct sink {
	struct ev_sink_settings set;
	struct ev_stage_settings run;
	struct own_settings own;
	struct ev_slice key[KEY_MAX];
	struct ev_sqlite_write_settings how;
	struct ev_sqlite_place place;
	int64_t wait;
	bool made; /* there was no file before */
	struct ev_sqlite lite;
	struct ev_sqlite_writer *writer;
	struct ev_sqlite_sample sample;
	struct held held;
	struct ev_stage stage;
	struct ev_err err; /* not on the stack of what runs for each event */
};

/* --- what to do ---------------------------------------------------------- */

static void
parse_key(struct sink *sink)
{
	const char *at = sink->own.key;
	struct ev_err err;
	char end = ',';

	while (at && end == ',') {
		if (sink->how.keys == KEY_MAX)
			ev_tool_die(EV_EXIT_USAGE, "--key: more than %d fields",
			    KEY_MAX);
		if (ev_names_field("key", &at, ",", &end,
			&sink->key[sink->how.keys++], &err) != EV_OK)
			ev_tool_fail(&err);
	}
	sink->how.key = sink->key;
}

/* One field's name, as in a list of one. */
static struct ev_slice
parse_field(const char *option, const char *at)
{
	struct ev_slice name;
	struct ev_err err;
	char end;

	if (ev_names_field(option, &at, "", &end, &name, &err) != EV_OK)
		ev_tool_fail(&err);
	return name;
}

/* Without --write, a key says that rows are to be found by it. */
static void
choose_mode(struct sink *sink)
{
	switch ((enum ev_sink_write)sink->set.write) {
	case EV_SINK_DEFAULT:
		if (sink->own.key && !sink->own.where)
			sink->how.mode = EV_SQLITE_UPSERT;
		break;
	case EV_SINK_APPEND:
		break;
	case EV_SINK_REPLACE:
		sink->how.replace = true;
		break;
	case EV_SINK_INSERT:
		sink->how.mode = EV_SQLITE_INSERT;
		break;
	case EV_SINK_UPSERT:
		sink->how.mode = EV_SQLITE_UPSERT;
		break;
	}
	if (sink->own.where && sink->how.replace)
		ev_tool_die(EV_EXIT_USAGE,
		    "--replace-where replaces a part, --write replace all: "
		    "only one can be meant");
}

/* A setting that is one of two words; the first is the default. */
static bool
is_second(const struct ev_source_settings *extra, const char *key,
    const char *first, const char *second)
{
	const char *value = ev_source_extra(extra, key);

	if (!value || !strcmp(value, first))
		return false;
	if (strcmp(value, second))
		ev_tool_die(EV_EXIT_USAGE, "-X %s is %s or %s, not '%s'", key,
		    first, second, value);
	return true;
}

static void
parse_extra(struct sink *sink)
{
	static const char *const known[] = {"new-columns", "foreign-keys",
	    NULL};
	struct ev_source_settings extra = {.extra = sink->set.set};
	struct ev_err err;

	if (ev_source_check_extra(&extra, known, &err) != EV_OK)
		ev_tool_fail(&err);
	sink->how.add = is_second(&extra, "new-columns", "bad", "add");
	sink->how.foreign_keys = !is_second(&extra, "foreign-keys", "on",
	    "off");
}

static void
parse(struct sink *sink, int argc, char **argv)
{
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(own_options, &sink->own),
	    EV_OPT_TABLE(ev_sink_options, &sink->set),
	    EV_OPT_TABLE(ev_bad_options, &sink->run.bad),
	    EV_OPT_TABLE(ev_stage_options, &sink->run),
	    {NULL, NULL, 0},
	};
	int rest = ev_tool_options(&usage, tables, argc, argv);
	struct ev_err err;

	if (rest == argc)
		ev_tool_die(EV_EXIT_USAGE, "no place to write to");
	if (rest + 1 < argc)
		ev_tool_die(EV_EXIT_USAGE, "one place only: '%s' is too many",
		    argv[rest + 1]);
	if (sink->set.format)
		ev_tool_die(EV_EXIT_USAGE, "--format: a table has none");
	parse_key(sink);
	if (sink->own.where)
		sink->how.where = parse_field("replace-where", sink->own.where);
	if (sink->set.meta)
		sink->how.meta = ev_slice_of(sink->set.meta);
	choose_mode(sink);
	parse_extra(sink);
	sink->wait = EV_SQLITE_WAIT;
	if ((sink->own.wait &&
		ev_sqlite_time("--wait", sink->own.wait, &sink->wait, &err) !=
		    EV_OK) ||
	    ev_sqlite_place(argv[rest], true, &sink->place, &err) != EV_OK)
		ev_tool_fail(&err);
	if (!strcasecmp(sink->place.table, EV_SQLITE_POSITIONS))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' is where named pipelines keep their positions",
		    sink->place.table);
}

/* --- the database -------------------------------------------------------- */

/* After a failure, also a signal: nothing of this run stays, nor a file that
 * was made for it. Whoever opened that meanwhile is told by SQLite that it has
 * gone. */
static void
undo(void *arg)
{
	struct sink *sink = arg;
	struct stat st;

	if (!sink->lite.db)
		return;
	sqlite3_exec(sink->lite.db, "ROLLBACK", NULL, NULL, NULL);
	if (sink->made && stat(sink->place.file, &st) == 0 && !st.st_size)
		unlink(sink->place.file);
	ev_sqlite_writer_free(sink->writer);
	ev_sqlite_close(&sink->lite);
}

static void
open_database(struct sink *sink)
{
	struct ev_err err;

	sink->made = access(sink->place.file, F_OK) != 0;
	if (ev_sqlite_open(&sink->lite, sink->place.file, true, sink->wait,
		&err) != EV_OK)
		ev_tool_fail(&err);
	sink->writer = ev_sqlite_writer_new(&sink->lite, sink->place.table,
	    &sink->how);
	ev_tool_on_failure(undo, sink);
	if ((sink->how.foreign_keys &&
		ev_sqlite_run(&sink->lite, "open", "PRAGMA foreign_keys=ON",
		    &err) != EV_OK) ||
	    ev_sqlite_writer_look(sink->writer, &err) != EV_OK)
		ev_tool_fail(&err);
}

/* --- --explain ----------------------------------------------------------- */

static void
explain_columns(const struct sink *sink)
{
	const struct ev_sqlite_table *table = ev_sqlite_writer_table(
	    sink->writer);
	struct ev_buf list = {0};

	for (size_t i = 0; i < table->count; i++) {
		const struct ev_sqlite_column *column = &table->column[i];

		ev_buf_printf(&list, "%s%s%s%s%s", i ? ", " : "", column->name,
		    *column->declared ? " " : "", column->declared,
		    column->generated ? " (generated)" : "");
	}
	printf("columns: %s\n", ev_buf_cstr(&list));
	ev_buf_release(&list);
}

/* The key as the table has it, or as it will be. */
static void
explain_key(const struct sink *sink, struct ev_buf *key)
{
	if (sink->writer && ev_sqlite_writer_table(sink->writer)->exists)
		ev_sqlite_writer_key(sink->writer, key);
	else
		for (size_t i = 0; i < sink->how.keys; i++)
			ev_buf_printf(key, "%s%.*s", i ? ", " : "",
			    (int)sink->key[i].len, sink->key[i].ptr);
}

static void
explain_write(const struct sink *sink)
{
	struct ev_buf key = {0};

	explain_key(sink, &key);
	switch (sink->how.mode) {
	case EV_SQLITE_APPEND:
		printf("write: %s\n",
		    sink->how.replace
			? "replace: all rows are deleted, then every event is "
			  "a row"
			: "append: every event is a row");
		break;
	case EV_SQLITE_INSERT:
		printf("write: insert: of a key the first row stays\n");
		break;
	case EV_SQLITE_UPSERT:
		printf("write: upsert: the row of a key gets the event's "
		       "fields; deletes are obeyed\n");
		break;
	}
	if (sink->how.where.ptr)
		printf("before: all rows with a '%.*s' that comes are "
		       "deleted\n",
		    (int)sink->how.where.len, sink->how.where.ptr);
	printf("key: %s\n", key.len ? ev_buf_cstr(&key) : "none");
	ev_buf_release(&key);
}

static _Noreturn void
explain(struct sink *sink)
{
	bool file = access(sink->place.file, F_OK) == 0;
	bool there = false;

	if (file) {
		open_database(sink);
		there = ev_sqlite_writer_table(sink->writer)->exists;
	}
	printf("place: %s\n", sink->place.absolute);
	printf("there now: %s\n",
	    there      ? "a table"
		: file ? "a file without this table"
		       : "nothing");
	if (there)
		explain_columns(sink);
	else
		printf("columns: those of the first %d events\n",
		    SAMPLE_EVENTS);
	explain_write(sink);
	printf("guarantee: class A: one transaction, at the end: all of it or "
	       "nothing\n");
	printf("record: none without --name\n");
	if (fflush(stdout))
		ev_tool_die(EV_EXIT_IO, "cannot write the explanation");
	ev_tool_done(EV_EXIT_OK);
}

/* --- events -------------------------------------------------------------- */

/* The event that was scanned last. */
static void
write_event(struct sink *sink, const struct ev_line *line)
{
	const struct ev_member *member;
	size_t count;

	member = ev_scan_members(sink->stage.scan, &count);
	switch (
	    ev_sqlite_writer_event(sink->writer, member, count, &sink->err)) {
	case EV_OK:
		sink->stage.out++;
		break;
	case EV_BAD:
		ev_stage_bad(&sink->stage, line, sink->err.text);
		break;
	default:
		ev_tool_fail(&sink->err);
	}
}

/* Keeps an event until there is a table. */
static void
hold(struct sink *sink, const struct ev_line *line)
{
	struct held *held = &sink->held;
	const struct ev_member *member;
	size_t count;

	member = ev_scan_members(sink->stage.scan, &count);
	if (ev_sqlite_sample_add(&sink->sample, member, count, sink->how.meta,
		sink->how.mode != EV_SQLITE_APPEND, &sink->err) != EV_OK) {
		ev_stage_bad(&sink->stage, line, sink->err.text);
		return;
	}
	if (!held->line)
		held->line = ev_mem_alloc(SAMPLE_EVENTS * sizeof(*held->line));
	held->line[held->count++] = (struct held_line){held->bytes.len,
	    line->text.len, line->number};
	ev_buf_slice(&held->bytes, line->text);
	ev_buf_char(&held->bytes, '\n');
}

static void
begin(struct sink *sink)
{
	if (ev_sqlite_writer_begin(sink->writer, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
}

/* Makes the table, and writes what was held for it. */
static void
make_table(struct sink *sink)
{
	struct held *held = &sink->held;

	if (!held->count)
		return;
	begin(sink);
	if (!ev_sqlite_writer_table(sink->writer)->exists &&
	    ev_sqlite_writer_create(sink->writer, &sink->sample, &sink->err) !=
		EV_OK)
		ev_tool_fail(&sink->err);
	ev_buf_reserve(&held->bytes, EV_SCAN_PADDING);
	for (size_t i = 0; i < held->count; i++) {
		const char *text = held->bytes.ptr + held->line[i].at, *fault;
		struct ev_line line = {
		    .text = {text, held->line[i].len},
		    .length = held->line[i].len,
		    .number = held->line[i].number,
		};

		ev_scan_line(sink->stage.scan, text, &fault);
		write_event(sink, &line);
	}
	held->count = 0;
	held->bytes.len = 0;
}

static void
take(struct sink *sink, const struct ev_line *line)
{
	if (ev_sqlite_writer_table(sink->writer)->exists) {
		begin(sink);
		write_event(sink, line);
		return;
	}
	hold(sink, line);
	if (sink->held.count == SAMPLE_EVENTS ||
	    sink->held.bytes.len >= SAMPLE_BYTES)
		make_table(sink);
}

static void
copy_events(struct sink *sink, const struct ev_input *input)
{
	struct ev_stage *stage = &sink->stage;
	struct ev_progress progress;
	struct ev_line line;

	ev_progress_open(&progress, sink->set.progress);
	while (stage->out + sink->held.count < sink->set.limit &&
	    ev_stage_next(stage, &line)) {
		take(sink, &line);
		if (progress.shown && stage->in % DRAW_EVERY == 0)
			ev_progress_draw(&progress, input->bytes, stage->out);
	}
	make_table(sink);
	ev_progress_close(&progress, input->bytes, stage->out);
}

static void
commit(struct sink *sink)
{
	/* With nothing to put in their place, the rows go all the same. */
	if (sink->how.replace)
		begin(sink);
	if (ev_sqlite_writer_open(sink->writer) &&
	    ev_sqlite_writer_commit(sink->writer, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (!ev_sqlite_writer_table(sink->writer)->exists)
		ev_tool_say("no event has come, so there is no table '%s'",
		    sink->place.table);
}

int
main(int argc, char **argv)
{
	struct sink sink = {.set = EV_SINK_DEFAULTS, .run = EV_STAGE_DEFAULTS};
	struct ev_scan *scan = ev_scan_new();
	struct ev_input_fd input;

	ev_tool_start("evsink-sqlite", false);
	parse(&sink, argc, argv);
	if (sink.set.explain)
		explain(&sink);
	open_database(&sink);
	ev_scan_want_members(scan);
	ev_input_fd_init(&input, STDIN_FILENO, "standard input");
	ev_stage_open(&sink.stage, &sink.run, &input.in, scan, NULL);
	copy_events(&sink, &input.in);
	ev_stage_done(&sink.stage);
	commit(&sink);
	ev_sqlite_writer_free(sink.writer);
	ev_sqlite_close(&sink.lite);
	ev_tool_done(EV_EXIT_OK);
}
