/*
 * evsource-sqlite: reads a table, or a query, of an SQLite database as events.
 * What evsource becomes for sqlite:FILE/TABLE.
 *
 * With a cursor it goes on behind what it has read: under a name from run to
 * run, with --follow while it runs.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/names.h"
#include "client/sqlite.h"
#include "client/sqlite_read.h"
#include "event/build.h"
#include "event/scan.h"
#include "state/object.h"
#include "tool/marker.h"
#include "tool/pace.h"
#include "tool/progress.h"
#include "tool/seeker.h"
#include "tool/source.h"
#include "tool/stage.h"
#include "tool/tool.h"
#include "tool/wait_opt.h"

#define POLL 1000 /* ms, the default of -X poll */

static const struct ev_opt_usage usage = {
    .name = "evsource-sqlite",
    .args = "[OPTION…] sqlite:FILE/TABLE",
    .summary = "reads a table or a query of an SQLite database as events",
    .example = "evsource sqlite:shop.db/users | evfilter 'age > 30'",
};

struct source {
	struct ev_source_settings settings;
	struct ev_wait_opts opts;
	struct ev_sqlite_place place;
	struct ev_sqlite_read_settings what;
	struct ev_slice cursor[EV_SQLITE_CURSOR_MAX];
	int64_t wait, poll;
	struct ev_sqlite lite;
	struct ev_sqlite_reader *reader;
	struct ev_stage stage;
	struct ev_marker marker;
	struct ev_progress progress;
	char *position;    /* behind the last row; NULL: at the beginning */
	const char *input; /* the key of the position */
	struct ev_buf row;
	struct ev_scan *when;  /* finds the field of --mark-when; or NULL */
	struct ev_buf when_is; /* its value */
	uint64_t rows, bytes;
	struct ev_pace pace; /* of looks at the clock */
	struct ev_err err;   /* not on the stack of what runs for each row */
};

/* --- what to do ---------------------------------------------------------- */

static void
parse_cursor(struct source *source)
{
	const char *list = ev_source_extra(&source->settings, "cursor");
	struct ev_err err;

	if (list &&
	    ev_names_fields("set cursor", list, EV_SQLITE_CURSOR_MAX,
		source->cursor, &source->what.cursors, &err) != EV_OK)
		ev_tool_fail(&err);
	source->what.cursor = source->cursor;
}

/* -X poll: how often --follow looks. */
static void
parse_poll(struct source *source)
{
	const char *text = ev_source_extra(&source->settings, "poll");

	source->poll = POLL;
	if (text &&
	    (!ev_clock_span(text, &source->poll) || source->poll > INT32_MAX))
		ev_tool_die(EV_EXIT_USAGE,
		    "-X poll '%s' is no time: write 500ms, 10s, 5m", text);
}

static void
check_follow(const struct source *source)
{
	const struct ev_source_settings *settings = &source->settings;

	if (source->what.cursors)
		return;
	if (settings->marker.name)
		ev_tool_die(EV_EXIT_USAGE,
		    "a named source goes on where it was: -X cursor=COLUMN "
		    "names the column that tells (a key that only grows, or "
		    "-X cursor=TIME,KEY)");
	if (settings->follow)
		ev_tool_die(EV_EXIT_USAGE,
		    "--follow: -X cursor=COLUMN names the column by which new "
		    "rows are told");
}

static void
parse(struct source *source, int argc, char **argv)
{
	static const char *const known[] = {"query", "cursor", "poll", NULL};
	struct ev_source_settings *settings = &source->settings;
	struct ev_opt_table tables[EV_SOURCE_TABLES + 1];
	struct ev_err err;
	int rest;

	tables[0] = (struct ev_opt_table)EV_OPT_TABLE(ev_wait_options,
	    &source->opts);
	ev_source_tables(settings, tables + 1);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (rest + 1 != argc)
		ev_tool_die(EV_EXIT_USAGE, "one place: sqlite:FILE/TABLE");
	if (ev_source_check_extra(settings, known, &err) != EV_OK)
		ev_tool_fail(&err);
	if (settings->format != EV_SOURCE_UNKNOWN)
		ev_tool_die(EV_EXIT_USAGE, "--format: a table has none");
	source->wait = ev_wait_given(&source->opts, EV_SQLITE_WAIT);
	parse_poll(source);
	parse_cursor(source);
	check_follow(source);
	source->what.query = ev_source_extra(settings, "query");
	if (ev_sqlite_place(argv[rest], !source->what.query, &source->place,
		&err) != EV_OK)
		ev_tool_fail(&err);
	source->what.table = source->place.table;
	if (settings->meta)
		source->what.meta = ev_slice_of(settings->meta);
}

/* --- rows ---------------------------------------------------------------- */

/* {"file":"/srv/shop.db","table":"users","row":17} behind the other fields. */
static void
add_meta(const struct source *source, struct ev_buf *out)
{
	ev_build_reopen(out);
	ev_build_key(out, source->what.meta);
	ev_build_open(out);
	ev_build_key(out, EV_SLICE("file"));
	ev_build_bytes(out, ev_slice_of(source->place.file));
	if (source->place.table) {
		ev_build_key(out, EV_SLICE("table"));
		ev_build_bytes(out, ev_slice_of(source->place.table));
	}
	ev_build_key(out, EV_SLICE("row"));
	ev_build_int(out, (int64_t)source->rows);
	ev_build_close(out);
	ev_build_close(out);
}

static void
emit(struct source *source)
{
	const char *note = ev_sqlite_reader_note(source->reader);
	struct ev_buf *row = &source->row;

	source->rows++;
	source->stage.in++;
	source->bytes += row->len;
	if (note)
		ev_tool_say("%s: %s", source->place.absolute, note);
	if (source->what.meta.ptr)
		add_meta(source, row);
	if (row->len > source->settings.stage.max_event) {
		ev_stage_bad_at(&source->stage, source->rows,
		    "the event is longer than --max-event",
		    ev_buf_as_slice(row), row->len);
		return;
	}
	ev_buf_slice(ev_stage_begin(&source->stage), ev_buf_as_slice(row));
	ev_stage_end(&source->stage);
}

/* --limit is reached, or a signal asks us to end. Under a name that is between
 * two rows of which the second can be begun with. */
static bool
ends_here(struct source *source)
{
	return (source->stage.out >= source->settings.limit ||
		   ev_io_signal()) &&
	    !(source->marker.on && ev_sqlite_reader_tied(source->reader));
}

/* Behind the last row, or, with `before`, the last but one. */
static void
keep_position(struct source *source, bool before)
{
	const char *position = ev_sqlite_reader_position(source->reader,
	    before);

	if (!position)
		return;
	free(source->position);
	source->position = ev_mem_strdup(position);
	ev_marker_set(&source->marker, source->input, source->position);
}

/* True where the value of --mark-when is another than in the row before. */
static bool
turns(struct source *source)
{
	struct ev_buf *row = &source->row, *was = &source->when_is;
	struct ev_value value;
	const char *fault;
	bool first = !was->len;

	if (!source->when || !source->marker.on)
		return false;
	ev_buf_reserve(row, EV_SCAN_PADDING + 1);
	row->ptr[row->len] = '\n';
	ev_scan_line(source->when, row->ptr, &fault);
	value = *ev_scan_fields(source->when);
	if (ev_slice_equal(ev_value_raw(value), ev_buf_as_slice(was)))
		return false;
	was->len = 0;
	ev_buf_slice(was, ev_value_raw(value));
	return !first;
}

/* Makes a mark behind the row before this one, if one is due and this one can
 * be begun with. */
static void
mark_before(struct source *source)
{
	bool turned = turns(source);

	if (!(turned || ev_marker_due(&source->marker)) ||
	    ev_sqlite_reader_tied(source->reader))
		return;
	keep_position(source, true);
	ev_marker_mark(&source->marker);
}

/* What is looked at from time to time. */
static void
look_around(struct source *source)
{
	ev_marker_due_now(&source->marker);
	ev_progress_draw(&source->progress, source->bytes, source->stage.out);
}

/* All rows that are there now and have not been read. False where it ends
 * before. */
static bool
read_rows(struct source *source)
{
	struct ev_slice from = {source->position,
	    source->position ? strlen(source->position) : 0};
	enum ev_status status;

	if (ev_sqlite_reader_start(source->reader, from, &source->err) != EV_OK)
		ev_tool_fail(&source->err);
	for (;;) {
		source->row.len = 0;
		status = ev_sqlite_reader_next(source->reader, &source->row,
		    &source->err);
		if (status != EV_OK)
			break;
		if (ends_here(source)) {
			keep_position(source, true);
			return false;
		}
		mark_before(source);
		emit(source);
		if (ev_pace_due(&source->pace, source->row.len))
			look_around(source);
	}
	if (status != EV_END)
		ev_tool_fail(&source->err);
	keep_position(source, false);
	return true;
}

/* --- following ----------------------------------------------------------- */

/* Waits until somebody has changed the database. */
static void
wait_for_change(struct source *source)
{
	bool changed = false;

	ev_stage_flush(&source->stage);
	while (!changed && !ev_io_signal()) {
		int due = ev_marker_wait(&source->marker);
		int nap = (int)source->poll;

		if (ev_io_wait(-1, due >= 0 && due < nap ? due : nap,
			&source->err) == EV_FATAL)
			ev_tool_fail(&source->err);
		if (ev_marker_due_now(&source->marker))
			ev_marker_mark(&source->marker);
		if (ev_sqlite_reader_changed(source->reader, &changed,
			&source->err) != EV_OK)
			ev_tool_fail(&source->err);
	}
}

static void
follow(struct source *source)
{
	bool changed;

	do {
		/* Whoever writes from here on is noticed. */
		if (ev_sqlite_reader_changed(source->reader, &changed,
			&source->err) != EV_OK)
			ev_tool_fail(&source->err);
		if (!read_rows(source))
			return;
		if (source->settings.follow)
			wait_for_change(source);
	} while (source->settings.follow && !ev_io_signal());
}

/* --- beginning and ending ------------------------------------------------ */

/* Where --from says to begin, while there is no record. */
static void
begin_from(struct source *source)
{
	const char *from = source->settings.marker.from;

	if (!from || !ev_marker_first(&source->marker))
		return;
	if (!source->what.cursors)
		ev_tool_die(EV_EXIT_USAGE,
		    "--from: -X cursor=COLUMN names the column that tells "
		    "where");
	if (ev_sqlite_reader_from(source->reader, from, &source->position,
		&source->err) != EV_OK)
		ev_tool_fail(&source->err);
}

/* The position that the record has of this place, or of the name that it was
 * given. */
static void
begin_at(struct source *source)
{
	const struct ev_opt_list *names = &source->settings.marker.input;
	struct ev_marker *marker = &source->marker;
	struct ev_slice position, other;

	if (names->count > 1)
		ev_tool_die(EV_EXIT_USAGE, "--input: there is one place only");
	source->input = names->count ? ev_marker_input(marker, names->item[0])
				     : source->place.absolute;
	begin_from(source);
	if (!marker->on || !ev_vector_count(marker->from))
		return;
	position = ev_vector_get(marker->from, ev_slice_of(source->input));
	if (position.ptr) {
		source->position = ev_mem_text(position);
		return;
	}
	ev_vector_at(marker->from, 0, &other, &position);
	ev_tool_die(EV_EXIT_DISAGREE,
	    "the record of this pipeline is about '%.*s' and not '%s': --input "
	    "'%.*s' if it was moved",
	    (int)other.len, other.ptr, source->input, (int)other.len,
	    other.ptr);
}

/* What finds the field of --mark-when. */
static void
open_when(struct source *source)
{
	const char *name = source->settings.marker.mark_when;

	if (!name)
		return;
	if (!ev_sqlite_reader_has(source->reader, ev_slice_of(name)))
		ev_tool_die(EV_EXIT_USAGE, "--mark-when: '%s' is no column",
		    name);
	source->when = ev_scan_new();
	ev_scan_want_key(source->when, ev_slice_of(name));
}

static void
open_source(struct source *source)
{
	struct ev_stage *stage = &source->stage;
	struct ev_err err;

	if (ev_sqlite_open(&source->lite, source->place.file, false,
		source->wait, &err) != EV_OK ||
	    ev_sqlite_reader_new(&source->reader, &source->lite, &source->what,
		&err) != EV_OK)
		ev_tool_fail(&err);
	ev_stage_open(stage, &source->settings.stage, NULL, NULL,
	    ev_tool_stdout());
	stage->role = EV_STAGE_SOURCE;
	stage->place = source->place.absolute;
	open_when(source);
	ev_marker_open(&source->marker, &source->settings.marker, stage,
	    source->settings.follow);
	ev_progress_open(&source->progress, source->settings.progress);
}

/* A signal is the end of a named run, and the failure of another. */
static void
end(struct source *source)
{
	struct ev_err err = {.exit = 128 + ev_io_signal()};

	ev_progress_close(&source->progress, source->bytes, source->stage.out);
	if (ev_io_signal() && !source->marker.on)
		ev_tool_fail(&err);
	ev_marker_seal(&source->marker,
	    ev_io_signal() ? EV_SEAL_STOP : EV_SEAL_RUN);
	ev_stage_done(&source->stage);
	ev_sqlite_reader_free(source->reader);
	ev_sqlite_close(&source->lite);
}

/* The number of values in a position; -1: it is none. */
static int
count_values(struct ev_slice position)
{
	char *text = ev_mem_printf("{\"at\":%.*s}", (int)position.len,
	    position.ptr);
	struct ev_buf own = {0};
	struct ev_value object, array;
	struct ev_member item;
	const char *at = NULL;
	int count = -1;

	if (ev_object_read(ev_slice_of(text), "the position", &own, &object,
		NULL) == EV_OK) {
		array = ev_value_member(object, EV_SLICE("at"));
		for (count = array.type == EV_ARRAY ? 0 : -1;
		     array.type == EV_ARRAY &&
		     ev_value_next(array, &at, &item);)
			count++;
	}
	ev_buf_release(&own);
	free(text);
	return count;
}

/* For evpos: the position is a value of the cursor, and only who knows the
 * cursor can say what stands behind it. Another one is taken as it is. */
static enum ev_status
tell_position(struct ev_slice position, const char *to,
    struct ev_seeker_input *input, struct ev_err *err)
{
	(void)err;
	if (!to) {
		input->at = ev_mem_printf("row %.*s", (int)position.len,
		    position.ptr);
	} else if (count_values(ev_slice_of(to)) == count_values(position)) {
		input->position = ev_mem_strdup(to);
		input->at = ev_mem_printf("row %s", to);
	} else {
		input->note = ev_mem_printf("of rows it is start, or the "
					    "cursor's value in one, like "
					    "the present '%.*s'",
		    (int)position.len, position.ptr);
	}
	return EV_OK;
}

int
main(int argc, char **argv)
{
	static struct source source = {.settings = EV_SOURCE_DEFAULTS};

	ev_tool_start("evsource-sqlite", true);
	ev_seeker_answer(argc, argv, tell_position);
	parse(&source, argc, argv);
	open_source(&source);
	begin_at(&source);
	follow(&source);
	end(&source);
	ev_tool_done(EV_EXIT_OK);
}
