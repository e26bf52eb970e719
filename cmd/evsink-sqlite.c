/*
 * evsink-sqlite: writes events into a table of an SQLite database. What evsink
 * becomes for sqlite:FILE/TABLE.
 *
 * The work is in tool/sqlitesink.c and client/sqlite_write.c; here is what the
 * options ask for.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/names.h"
#include "client/sqlite_positions.h"
#include "event/input.h"
#include "tool/sink.h"
#include "tool/sqlitekeeper.h"
#include "tool/sqlitesink.h"
#include "tool/tool.h"
#include "tool/wait_opt.h"

#define KEY_MAX 64

static const struct ev_opt_usage usage = {
    .name = "evsink-sqlite",
    .args = "[OPTION…] sqlite:FILE/TABLE",
    .summary = "writes the events of its standard input into a table",
    .example = "evsource users.csv | evsink --write upsert --key id "
	       "sqlite:shop.db/users",
};

struct own_settings {
	const char *key, *where;
};

static const struct ev_opt own_options[] = {
    {"key", 0, EV_OPT_TEXT, offsetof(struct own_settings, key), "FIELD[,FIELD]",
	"by which a row is found"},
    {"replace-where", 0, EV_OPT_TEXT, offsetof(struct own_settings, where),
	"FIELD", "replace all rows of each value that comes"},
};

struct sink {
	struct ev_sink_settings set;
	struct ev_stage_settings run;
	struct own_settings own;
	struct ev_wait_opts wait;
	struct ev_slice key[KEY_MAX];
	struct ev_sqlitesink_settings how;
	struct ev_sqlitesink sink;
	struct ev_stage stage;
};

/* --- what to do ---------------------------------------------------------- */

static void
parse_key(struct sink *sink)
{
	struct ev_err err;

	if (sink->own.key &&
	    ev_names_fields("key", sink->own.key, KEY_MAX, sink->key,
		&sink->how.write.keys, &err) != EV_OK)
		ev_tool_fail(&err);
	sink->how.write.key = sink->key;
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
			sink->how.write.mode = EV_SQLITE_UPSERT;
		break;
	case EV_SINK_APPEND:
		break;
	case EV_SINK_REPLACE:
		sink->how.write.replace = true;
		break;
	case EV_SINK_INSERT:
		sink->how.write.mode = EV_SQLITE_INSERT;
		break;
	case EV_SINK_UPSERT:
		sink->how.write.mode = EV_SQLITE_UPSERT;
		break;
	}
	if (sink->own.where && sink->how.write.replace)
		ev_tool_die(EV_EXIT_USAGE,
		    "--replace-where replaces a part, --write replace all: "
		    "only one can be meant");
}

/* An increment must not replace the whole, nor leave anything out. */
static void
check_name(const struct sink *sink)
{
	if (!sink->how.ledger.name) {
		if (sink->how.ledger.adopt)
			ev_tool_die(EV_EXIT_USAGE,
			    "--adopt is for a named pipeline (--name)");
		return;
	}
	if (sink->how.write.replace)
		ev_tool_die(EV_EXIT_USAGE,
		    "--write replace: under a name each run brings what is "
		    "new, which cannot replace the whole (--replace-where "
		    "replaces a part)");
	if (sink->set.limit != UINT64_MAX)
		ev_tool_die(EV_EXIT_USAGE,
		    "--limit: under a name it belongs to evsource, since what "
		    "is left out here would be lost");
}

/* What -X can say: a key and two words, of which the first is the default. */
static void
parse_extra(struct sink *sink)
{
	static const char *const known[] = {"new-columns=bad",
	    "new-columns=add", "foreign-keys=on", "foreign-keys=off", NULL};

	sink->how.write.foreign_keys = true;
	for (size_t i = 0; i < sink->set.set.count; i++) {
		const char *item = sink->set.set.item[i];
		size_t at = 0;

		while (known[at] && strcmp(known[at], item))
			at++;
		if (!known[at])
			ev_tool_die(EV_EXIT_USAGE,
			    "unknown setting '-X %s': there are "
			    "new-columns=bad|add and foreign-keys=on|off",
			    item);
		if (at < 2)
			sink->how.write.add = at == 1;
		else
			sink->how.write.foreign_keys = at == 2;
	}
}

static void
parse(struct sink *sink, int argc, char **argv)
{
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(own_options, &sink->own),
	    EV_OPT_TABLE(ev_wait_options, &sink->wait),
	    EV_OPT_TABLE(ev_sink_options, &sink->set),
	    EV_OPT_TABLE(ev_ledger_options, &sink->how.ledger),
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
	sink->how.limit = sink->set.limit;
	sink->how.progress = sink->set.progress;
	parse_key(sink);
	if (sink->own.where)
		sink->how.write.where = parse_field("replace-where",
		    sink->own.where);
	if (sink->set.meta)
		sink->how.write.meta = ev_slice_of(sink->set.meta);
	choose_mode(sink);
	check_name(sink);
	parse_extra(sink);
	sink->how.wait = ev_wait_given(&sink->wait, EV_SQLITE_WAIT);
	if (ev_sqlite_place(argv[rest], true, &sink->how.place, &err) != EV_OK)
		ev_tool_fail(&err);
	if (!strcasecmp(sink->how.place.table, EV_SQLITE_POSITIONS))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' is where named pipelines keep their positions",
		    sink->how.place.table);
}

/* --- --explain ----------------------------------------------------------- */

static void
explain_columns(const struct sink *sink)
{
	const struct ev_sqlite_table *table = ev_sqlite_writer_table(
	    sink->sink.writer);
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
	if (sink->sink.writer &&
	    ev_sqlite_writer_table(sink->sink.writer)->exists)
		ev_sqlite_writer_key(sink->sink.writer, key);
	else
		for (size_t i = 0; i < sink->how.write.keys; i++)
			ev_buf_printf(key, "%s%.*s", i ? ", " : "",
			    (int)sink->key[i].len, sink->key[i].ptr);
}

static void
explain_write(const struct sink *sink)
{
	struct ev_buf key = {0};

	explain_key(sink, &key);
	switch (sink->how.write.mode) {
	case EV_SQLITE_APPEND:
		printf("would be: %s\n",
		    sink->how.write.replace
			? "replace: all rows are deleted, then every event is "
			  "a row"
			: "append: every event is a row");
		break;
	case EV_SQLITE_INSERT:
		printf("would be: insert: of a key the first row stays\n");
		break;
	case EV_SQLITE_UPSERT:
		printf("would be: upsert: the row of a key gets the event's "
		       "fields; deletes are obeyed\n");
		break;
	}
	if (sink->how.write.where.ptr)
		printf("before: all rows with a '%.*s' that comes are "
		       "deleted\n",
		    (int)sink->how.write.where.len, sink->how.write.where.ptr);
	printf("key: %s\n", key.len ? ev_buf_cstr(&key) : "none");
	ev_buf_release(&key);
}

static void
explain_record(struct sink *sink)
{
	struct ev_buf text = {0};
	struct ev_err err;
	enum ev_status status = EV_END;

	if (sink->sink.lite.db)
		status = ev_sqlite_positions_read(&sink->sink.lite,
		    sink->how.ledger.name, &text, &err);
	if (status != EV_OK && status != EV_END)
		ev_tool_fail(&err);
	printf("record in: table " EV_SQLITE_POSITIONS " of the same file\n");
	ev_ledger_explain(ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

static void
explain_guarantee(struct sink *sink)
{
	if (sink->how.ledger.name) {
		printf("class: A, exactly once: after any failure, also a "
		       "kill -9 or a power cut, the next start goes on behind "
		       "the last commit\n"
		       "commit: each mark of the source: its events and the "
		       "record in one transaction\n");
		explain_record(sink);
	} else {
		printf("guarantee: all or nothing: one transaction, at the "
		       "end\n"
		       "record: none: without --name each run is one of its "
		       "own\n");
	}
}

static _Noreturn void
explain(struct sink *sink)
{
	bool file = access(sink->how.place.file, F_OK) == 0;
	bool there = false;

	if (file) {
		ev_sqlitesink_database(&sink->sink, &sink->how);
		there = ev_sqlite_writer_table(sink->sink.writer)->exists;
	}
	printf("place: %s\n", sink->how.place.absolute);
	printf("there now: %s\n",
	    there      ? "a table"
		: file ? "a file without this table"
		       : "nothing");
	if (there)
		explain_columns(sink);
	else
		printf("columns: those of the first %d events\n",
		    EV_SQLITESINK_SAMPLE);
	explain_write(sink);
	explain_guarantee(sink);
	if (fflush(stdout))
		ev_tool_die(EV_EXIT_IO, "cannot write the explanation");
	ev_tool_done(EV_EXIT_OK);
}

/* ------------------------------------------------------------------------- */

int
main(int argc, char **argv)
{
	static struct sink sink = {.set = EV_SINK_DEFAULTS,
	    .run = EV_STAGE_DEFAULTS};
	struct ev_input_fd input;

	ev_tool_start("evsink-sqlite", false);
	ev_sqlitekeeper(argc, argv);
	parse(&sink, argc, argv);
	if (sink.set.explain)
		explain(&sink);
	ev_input_fd_init(&input, STDIN_FILENO, "standard input");
	ev_stage_open(&sink.stage, &sink.run, &input.in, ev_sqlitesink_scan(),
	    NULL);
	ev_sqlitesink_open(&sink.sink, &sink.how, &sink.stage);
	ev_sqlitesink_run(&sink.sink, &input.in);
	ev_tool_done(EV_EXIT_OK);
}
