/*
 * evfilter: keeps the events for which a condition is true, and projects them.
 *
 * Events that pass unchanged leave as the bytes they came as. With places
 * behind the condition it reads them itself, as grep reads files: it starts
 * evsource and takes its exit status.
 */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "expr/func.h"
#include "expr/query.h"
#include "tool/inlet.h"
#include "tool/outlet.h"
#include "tool/query_opt.h"
#include "tool/stage.h"
#include "tool/tool.h"

static const struct ev_opt_usage usage = {
    .name = "evfilter",
    .args = "[OPTION…] CONDITION [PLACE…]",
    .summary =
	"keeps the events for which CONDITION is true (SQL, see evexpr(7))",
    .example =
	"evsource reviews.csv | evfilter \"rating < 3 AND channel LIKE 'w%'\"",
    .elsewhere =
	"; how places are read is for evsource: evsource … | evfilter …",
};

struct settings {
	const char *select, *drop, *other, *program;
	uint64_t limit;
	bool invert, functions, explain;
};

static const struct ev_opt options[] = {
    {"select", 's', EV_OPT_TEXT, offsetof(struct settings, select), "LIST",
	"what to make of an event: 'id, a*b AS c'"},
    {"drop", 0, EV_OPT_TEXT, offsetof(struct settings, drop), "FIELDS",
	"fields to leave out: a,b"},
    {"else", 0, EV_OPT_TEXT, offsetof(struct settings, other), "PLACE",
	"where the other events go"},
    {"invert", 'v', EV_OPT_FLAG, offsetof(struct settings, invert), NULL,
	"keep those for which CONDITION is false"},
    {"file", 'f', EV_OPT_TEXT, offsetof(struct settings, program), "FILE",
	"read CONDITION, or SELECT … WHERE …, from FILE"},
    {"limit", 'n', EV_OPT_COUNT, offsetof(struct settings, limit), "N",
	"end after N events"},
    {"functions", 0, EV_OPT_FLAG, offsetof(struct settings, functions), NULL,
	"print functions: all, or those that fit a pattern"},
    {"explain", 0, EV_OPT_FLAG, offsetof(struct settings, explain), NULL,
	"print what would be done with each event"},
};

struct filter {
	struct settings settings;
	struct ev_query_settings query_settings;
	struct ev_stage_settings stage_settings;
	struct ev_scan *scan;
	struct ev_query *query;
	struct ev_stage stage;
	struct ev_inlet inlet;          /* the places, or standard input */
	struct ev_outlet other;         /* --else */
	bool judges;                    /* there is a condition */
	int keeps;                      /* what it must be: 1, or with -v 0 */
	bool sees_deletes;              /* which names __deleted */
	const struct ev_value *deleted; /* that of the event, lent */
	struct ev_buf rows;             /* that one event makes */
	struct ev_err err; /* of one event: not a local, which the build's
	                         * hardening would clear each time, 1 KiB */
};

/* ---- compiling ---- */

static void
must(enum ev_status status, const char *what, struct ev_err *err)
{
	if (status != EV_OK)
		ev_tool_die(EV_EXIT_USAGE, "%s: %s", what, err->text);
}

static void
compile_file(struct filter *filter)
{
	const char *path = filter->settings.program;
	struct ev_buf text = ev_query_opt_read(path);
	struct ev_err err;

	must(ev_query_program(filter->query, ev_buf_as_slice(&text), &err),
	    path, &err);
	ev_buf_release(&text);
}

static void
compile_condition(struct filter *filter, const char *text)
{
	struct ev_err err;

	/* as a condition the name of a file is a field that no event has */
	if (access(text, F_OK) == 0)
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' is a file, and a condition is wanted first: "
		    "evfilter … TRUE %s, or '(%s)' if it is a field",
		    text, text, text);
	must(ev_query_condition(filter->query, ev_slice_of(text), &err),
	    "the condition", &err);
}

/* Compiles what the options and the first operand say; returns the index of
 * the first place. */
static int
compile(struct filter *filter, int argc, char **argv, int rest)
{
	const struct settings *settings = &filter->settings;
	struct ev_query *query = filter->query;
	struct ev_err err;

	ev_query_opt_apply(&filter->query_settings, query);
	if (settings->program)
		compile_file(filter);
	else if (rest < argc)
		compile_condition(filter, argv[rest++]);
	if ((settings->select || settings->drop) && ev_query_has_list(query))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' has a select list: --%s has no place beside it",
		    settings->program, settings->select ? "select" : "drop");
	if (settings->select && settings->drop)
		ev_tool_die(EV_EXIT_USAGE,
		    "--select and --drop together: "
		    "write --select '* EXCLUDE (%s), …'",
		    settings->drop);
	if (settings->select)
		must(ev_query_select(query, ev_slice_of(settings->select),
			 &err),
		    "--select", &err);
	if (settings->drop)
		must(ev_query_drop(query, ev_slice_of(settings->drop), &err),
		    "--drop", &err);
	ev_query_opt_check(query);
	if (!ev_query_has_condition(query) && !ev_query_has_list(query))
		ev_tool_die(EV_EXIT_USAGE,
		    "no condition, as in: "
		    "evfilter 'rating < 3'");
	filter->judges = ev_query_has_condition(query);
	filter->keeps = !settings->invert;
	filter->sees_deletes = ev_query_names(query, EV_DELETED);
	filter->deleted = ev_query_delete_mark(query);
	if (ev_query_never(query, filter->keeps, &err))
		ev_tool_say("%s", err.text);
	return rest;
}

/* Puts a text on stdout in place of events, and releases it. */
static void
print(struct ev_buf *text, const char *what)
{
	if (fwrite(text->ptr, 1, text->len, stdout) != text->len ||
	    fflush(stdout))
		ev_tool_die(EV_EXIT_IO, "cannot write %s: %s", what,
		    ev_err_errno(errno));
	ev_buf_release(text);
}

/* --functions [PATTERN]: does not return. */
static void
print_functions(int argc, char **argv, int rest)
{
	const char *pattern = rest < argc ? argv[rest] : NULL;
	struct ev_buf list = {0};

	if (rest + 1 < argc)
		ev_tool_die(EV_EXIT_USAGE,
		    "--functions takes one pattern, and '%s' is another",
		    argv[rest + 1]);
	if (!ev_func_list(pattern, &list))
		ev_tool_die(EV_EXIT_USAGE,
		    "no function has '%s' in its name or help", pattern);
	print(&list, "the functions");
	ev_tool_done(EV_EXIT_OK);
}

/* --explain: does not return. */
static void
explain(struct filter *filter)
{
	struct ev_buf plan = {0};

	ev_query_explain(filter->query, &plan);
	if (filter->settings.invert)
		ev_buf_str(&plan, "invert: what is false is kept\n");
	print(&plan, "the plan");
	ev_tool_done(EV_EXIT_OK);
}

/* ---- the commands that this one starts ---- */

/* The places are read by an evsource, to which our options about bad input and
 * long lines go too. */
static struct ev_input *
open_places(struct filter *filter, const char *const *place, size_t count)
{
	const struct ev_stage_settings *settings = &filter->stage_settings;
	struct ev_err err;

	if (settings->bad.reject)
		ev_tool_die(EV_EXIT_USAGE,
		    "--reject cannot be of two "
		    "commands: evsource --reject %s %s | evfilter …",
		    settings->bad.reject, place[0]);
	if (ev_inlet_open(&filter->inlet, count > 1 ? "the places" : *place,
		place, count, settings, &err) != EV_OK)
		ev_tool_fail(&err);
	return &filter->inlet.input.in;
}

static struct ev_input *
open_stdin(struct filter *filter)
{
	ev_input_fd_init(&filter->inlet.input, STDIN_FILENO, "standard input");
	return &filter->inlet.input.in;
}

/* CSV has its columns from the first event that comes. */
static void
open_other(struct filter *filter)
{
	const char *place = filter->settings.other;
	enum ev_encode_format format;

	if (!place)
		return;
	if (!ev_query_has_condition(filter->query))
		ev_tool_die(EV_EXIT_USAGE,
		    "--else needs a condition that refuses events");
	ev_outlet_open(&filter->other, "write to", place,
	    filter->stage_settings.max_event, NULL);
	format = ev_outlet_format(place);
	filter->other.late = format == EV_ENCODE_CSV || format == EV_ENCODE_TSV;
	filter->stage.other = &filter->other;
}

/* What goes to stdout is out before the other place is said to be whole. */
static void
close_other(struct filter *filter)
{
	struct ev_err err;

	ev_stage_flush(&filter->stage);
	filter->stage.other = NULL;
	if (ev_outlet_close(&filter->other, &err) != EV_OK)
		ev_tool_fail(&err);
}

/* ---- one event ---- */

/* What the condition says: 1 keep, 0 refuse, -1 it cannot be judged. */
static int
judge(struct filter *filter, const struct ev_line *line)
{
	enum ev_status status;
	int truth;

	if (!filter->judges)
		return 1;
	status = ev_query_test(filter->query, &truth, &filter->err);
	if (status == EV_OK && truth == filter->keeps)
		return 1;
	if (!filter->sees_deletes && ev_value_deletes(filter->deleted))
		return 1;
	if (status == EV_OK)
		return 0;
	ev_stage_bad(&filter->stage, line, filter->err.text);
	return -1;
}

/* The events that a list with unnest makes of one. */
static void
emit_rows(struct filter *filter, const struct ev_line *line)
{
	struct ev_stage *stage = &filter->stage;
	struct ev_buf *rows = &filter->rows;
	const char *at, *newline;

	rows->len = 0;
	if (ev_query_rows(filter->query, ev_value_deletes(filter->deleted),
		rows, &filter->err) != EV_OK) {
		ev_stage_bad(stage, line, filter->err.text);
		return;
	}
	for (size_t from = 0;
	     from < rows->len && stage->out < filter->settings.limit;
	     from = (size_t)(newline - rows->ptr) + 1) {
		at = rows->ptr + from;
		newline = memchr(at, '\n', rows->len - from);
		ev_buf_append(ev_stage_begin(stage), at,
		    (size_t)(newline - at));
		ev_stage_end(stage);
	}
}

static void
emit(struct filter *filter, const struct ev_line *line)
{
	struct ev_stage *stage = &filter->stage;
	enum ev_status status;
	bool changed;

	if (!ev_query_has_list(filter->query)) {
		ev_stage_pass(stage, line);
		return;
	}
	if (ev_query_makes_rows(filter->query)) {
		emit_rows(filter, line);
		return;
	}
	status = ev_query_project(filter->query,
	    ev_value_deletes(filter->deleted), ev_stage_begin(stage), &changed,
	    &filter->err);
	if (status == EV_OK && changed) {
		ev_stage_end(stage);
		return;
	}
	ev_writer_undo(stage->writer);
	if (status == EV_OK)
		ev_stage_pass(stage, line);
	else
		ev_stage_bad(stage, line, filter->err.text);
}

static void
refuse(struct filter *filter, const struct ev_line *line)
{
	filter->stage.filtered++;
	if (!filter->stage.out)
		ev_query_look(filter->query);
	if (filter->stage.other &&
	    ev_outlet_pass(&filter->other, line, &filter->err) != EV_OK)
		ev_tool_fail(&filter->err);
}

/* Behind a mark, or its begin, a stream's now() is another one, and the same
 * up to the next, as it is for a transaction of PostgreSQL. What is read again
 * is asked at another time; begin has said so. */
static void
turn(void *query)
{
	ev_query_now(query, ev_clock_micro());
}

static void
run(struct filter *filter)
{
	struct ev_stage *stage = &filter->stage;
	struct ev_line line;

	while (stage->out < filter->settings.limit &&
	    ev_stage_next(stage, &line)) {
		int keep = judge(filter, &line);

		if (keep > 0)
			emit(filter, &line);
		else if (keep == 0)
			refuse(filter, &line);
	}
}

/* A mistyped field is NULL, and a condition on it refuses everything. */
static void
hint(const struct filter *filter)
{
	struct ev_buf field = {0};

	if (!filter->stage.out && filter->stage.filtered &&
	    ev_query_unseen(filter->query, &field))
		ev_tool_say("nothing passed, and no event has a field %s",
		    ev_buf_cstr(&field));
	ev_buf_release(&field);
}

/* A failure of evsource is ours, unless we left it first. */
static void
close_places(struct filter *filter)
{
	struct ev_err err;

	if (filter->stage.out >= filter->settings.limit)
		ev_inlet_stop(&filter->inlet);
	else if (ev_inlet_close(&filter->inlet, &err) != EV_OK)
		ev_tool_fail(&err);
}

int
main(int argc, char **argv)
{
	struct filter filter = {.settings = {.limit = UINT64_MAX},
	    .stage_settings = EV_STAGE_DEFAULTS};
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(options, &filter.settings),
	    EV_OPT_TABLE(ev_query_options, &filter.query_settings),
	    EV_OPT_TABLE(ev_bad_options, &filter.stage_settings.bad),
	    EV_OPT_TABLE(ev_stage_options, &filter.stage_settings),
	    {NULL, NULL, 0},
	};
	struct ev_input *input;
	int rest;

	ev_tool_start("evfilter", true);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (filter.settings.functions)
		print_functions(argc, argv, rest);
	filter.scan = ev_scan_new();
	filter.query = ev_query_new(filter.scan);
	rest = compile(&filter, argc, argv, rest);
	if (filter.settings.explain)
		explain(&filter);
	input = rest < argc ? open_places(&filter,
				  (const char *const *)(uintptr_t)(argv + rest),
				  (size_t)(argc - rest))
			    : open_stdin(&filter);
	ev_stage_open(&filter.stage, &filter.stage_settings, input, filter.scan,
	    ev_tool_stdout());
	filter.stage.of_events = rest < argc;
	open_other(&filter);
	if (ev_query_asks_time(filter.query)) {
		filter.stage.differs = true;
		filter.stage.behind = turn;
		filter.stage.behind_arg = filter.query;
	}
	if (filter.settings.limit != UINT64_MAX)
		filter.stage.loses = "--limit";
	run(&filter);
	close_places(&filter);
	close_other(&filter);
	hint(&filter);
	ev_stage_done(&filter.stage);
	ev_buf_release(&filter.rows);
	ev_query_free(filter.query);
	ev_scan_free(filter.scan);
	ev_tool_done(EV_EXIT_OK);
}
