/*
 * evexec: an old batch command as a stage of a pipeline. It runs the command
 * once for the events up to each mark (of an unnamed stream: once for all),
 * keeps what it writes until it has ended well, and passes that on with the
 * mark behind it.
 *
 * The command is started when all of its input is there, and reads it from a
 * file: it never sees the first half of an interval that breaks off, so that
 * what it does elsewhere (psql -f) is done for whole intervals only. That costs
 * the time in which both could have run.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"
#include "tool/consent.h"
#include "tool/reply.h"
#include "tool/rows.h"
#include "tool/run.h"
#include "tool/spill.h"
#include "tool/stage.h"
#include "tool/tool.h"

#define MEMORY (16u << 20) /* bytes of an interval, and of its output */
#define PENDING (1u << 20) /* bytes for a command that is kept, unnamed */
#define TRY_FIRST 200      /* ms between the first try and the second */
#define TRY_LAST 30000
#define ANSWER_WITHIN 10   /* s */
#define NOT_FOUND 127      /* of a shell: no such command, … */
#define NOT_EXECUTABLE 126 /* … or none that can be executed */

static const struct ev_opt_usage usage = {
    .name = "evexec",
    .args = "[OPTION…] CMD [ARG…]",
    .summary = "runs CMD on the events up to each mark, or on all of them",
    .example = "evsource --name s in.ndjson | evexec sort | evsink --name s "
	       "out.ndjson",
    .command = true,
};

struct settings {
	const char *ok, *columns, *types;
	uint64_t tries, answer_within; /* s */
	int format;                    /* index of formats[]; -1: not given */
	bool keep, csv;
};

static const enum ev_source_format formats[] = {EV_SOURCE_NDJSON, EV_SOURCE_CSV,
    EV_SOURCE_TSV, EV_SOURCE_TEXT};

static const struct ev_opt options[] = {
    {"ok", 0, EV_OPT_TEXT, offsetof(struct settings, ok), "LIST",
	"exit statuses of CMD that are no failure (0)"},
    {"tries", 0, EV_OPT_COUNT, offsetof(struct settings, tries), "N",
	"run CMD N times before giving up (1)"},
    {"format", 0, EV_OPT_CHOICE, offsetof(struct settings, format),
	"ndjson|csv|tsv|text", "what CMD writes"},
    {"csv", 0, EV_OPT_FLAG, offsetof(struct settings, csv), NULL,
	"CMD reads CSV, and writes it"},
    {"columns", 0, EV_OPT_TEXT, offsetof(struct settings, columns), "LIST",
	"of the CSV that CMD reads: id,name"},
    {"types", 0, EV_OPT_TEXT, offsetof(struct settings, types), "LIST",
	"of the CSV that CMD writes: id:text"},
    {"keep", 0, EV_OPT_FLAG, offsetof(struct settings, keep), NULL,
	"one CMD for all: each line gets one line back"},
    {"answer-within", 0, EV_OPT_COUNT, offsetof(struct settings, answer_within),
	"SECONDS", "with --keep: how long CMD may be silent (10)"},
};

struct exec {
	struct settings settings;
	struct ev_stage_settings stage_settings;
	struct ev_stage stage;
	struct ev_scan *scan;
	struct ev_input in; /* standard input, with a look at its waits */
	struct ev_input_fd standard;
	char *const *argv;
	bool ok[256];
	struct ev_consent consent; /* the sink's, to what CMD does */
	struct ev_run run;
	struct ev_reply reply;
	struct ev_spill input, output;
	uint64_t lines;       /* of the interval: events */
	bool seen;            /* events have come since the beginning */
	struct ev_rows *rows; /* --csv; else NULL */
	struct ev_buf row;
	struct ev_err err; /* of one event: not a local, 1 KiB to be zeroed */
};

static void
must(enum ev_status status, const struct ev_err *err)
{
	if (status != EV_OK)
		ev_tool_fail(err);
}

/* --- options ------------------------------------------------------------- */

static void
read_ok(struct exec *exec)
{
	const char *at = exec->settings.ok;

	while (at) {
		char *end;
		unsigned long status = strtoul(at, &end, 10);

		if (*at < '0' || *at > '9' || status > 255 ||
		    (*end && *end != ','))
			ev_tool_die(EV_EXIT_USAGE,
			    "--ok wants exit statuses, 0 to 255, such as 0,1, "
			    "not '%s'",
			    exec->settings.ok);
		exec->ok[status] = true;
		at = *end ? end + 1 : NULL;
	}
}

/* How CMD's output is read. */
static enum ev_source_format
output_format(const struct settings *settings)
{
	if (settings->format >= 0)
		return formats[settings->format];
	return settings->csv ? EV_SOURCE_CSV : EV_SOURCE_NDJSON;
}

/* Options that contradict each other. */
static void
check(const struct settings *settings, enum ev_source_format format)
{
	bool csv = format == EV_SOURCE_CSV || format == EV_SOURCE_TSV;

	if (settings->keep && (settings->csv || csv))
		ev_tool_die(EV_EXIT_USAGE,
		    "--keep and CSV: a header is a line that has no answer");
	if (settings->columns && !settings->csv)
		ev_tool_die(EV_EXIT_USAGE,
		    "--columns is for the CSV that CMD reads with --csv");
	if (settings->types && !csv)
		ev_tool_die(EV_EXIT_USAGE,
		    "--types is for --format csv and tsv, and the output of "
		    "CMD is read as %s",
		    ev_source_format_name(format));
	if (!settings->tries)
		ev_tool_die(EV_EXIT_USAGE, "--tries wants 1 or more");
	if (!settings->keep && settings->answer_within != ANSWER_WITHIN)
		ev_tool_die(EV_EXIT_USAGE,
		    "--answer-within is for --keep; without it: "
		    "evexec timeout %" PRIu64 " CMD",
		    settings->answer_within);
	if (settings->answer_within > INT32_MAX / 1000)
		ev_tool_die(EV_EXIT_USAGE, "--answer-within is too long");
}

static void
prepare(struct exec *exec, int argc, char **argv, int rest)
{
	enum ev_source_format format = output_format(&exec->settings);
	struct ev_err err;

	if (rest == argc)
		ev_tool_die(EV_EXIT_USAGE, "no command, as in: evexec sort");
	check(&exec->settings, format);
	read_ok(exec);
	must(ev_reply_open(&exec->reply, argv[rest], format,
		 exec->settings.types, &exec->stage_settings, &err),
	    &err);
	exec->argv = argv + rest;
	must(ev_run_find(argv[rest], &err), &err);
	ev_spill_init(&exec->input, MEMORY);
	ev_spill_init(&exec->output, MEMORY);
	exec->scan = ev_scan_new();
	if (exec->settings.csv) {
		ev_scan_want_members(exec->scan);
		must(ev_rows_new(&exec->rows, exec->settings.columns, &err),
		    &err);
	}
	unsetenv("EVKIT_NAME");
	unsetenv("EVKIT_FROM");
	unsetenv("EVKIT_TO");
}

/* --- events into the interval -------------------------------------------- */

static void
keep_bytes(struct exec *exec, struct ev_slice bytes)
{
	must(ev_spill_append(&exec->input, bytes, &exec->err), &exec->err);
}

/* False: it cannot be a row, and went the way of bad input. */
static bool
keep_row(struct exec *exec, const struct ev_line *line)
{
	const char *why;

	exec->row.len = 0;
	if (ev_rows_add(exec->rows, exec->scan, &exec->row, &why) != EV_OK) {
		ev_stage_bad(&exec->stage, line, why);
		return false;
	}
	keep_bytes(exec, ev_buf_as_slice(&exec->row));
	return true;
}

/* The header, where there is one and nothing has come. */
static void
end_rows(struct exec *exec)
{
	exec->row.len = 0;
	ev_rows_end(exec->rows, &exec->row);
	keep_bytes(exec, ev_buf_as_slice(&exec->row));
}

/* --- running CMD --------------------------------------------------------- */

/* Why CMD has failed, from how it ended; EV_RETRY, EV_FATAL. */
static enum ev_status
judge_end(const struct exec *exec, struct ev_err *err)
{
	const char *name = exec->run.name;
	int status = ev_run_status(&exec->run);

	if (exec->ok[status] || ev_mutant("exec.status"))
		return EV_OK;
	if (status == NOT_FOUND || status == NOT_EXECUTABLE)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "'%s' ended with status %d: a command that it runs was not "
		    "found, or cannot be executed",
		    name, status);
	if (status > 128 && WIFSIGNALED(exec->run.status))
		return ev_err_set(err, EV_RETRY, EV_EXIT_AGAIN,
		    "'%s' was killed by signal %d", name, status - 128);
	return ev_err_set(err, EV_RETRY, EV_EXIT_AGAIN,
	    "'%s' failed with status %d%s", name, status,
	    status == 1 ? " (if that is no failure: --ok 0,1)" : "");
}

/* A failure line in the output says the same as a bad status, for commands
 * whose status a pipe of their own hides. */
static enum ev_status
judge_output(struct exec *exec, struct ev_err *err)
{
	struct ev_err cause;
	enum ev_status status = ev_reply_check(&exec->reply, &exec->output,
	    &cause);

	if (status == EV_BAD)
		return ev_err_set(err, EV_RETRY, EV_EXIT_AGAIN,
		    "'%s' wrote a failure line: %s", exec->run.name,
		    cause.text);
	if (status != EV_OK)
		*err = cause;
	return status;
}

/* Ends what is kept, or all of what runs once. */
static enum ev_status
finish(struct exec *exec, struct ev_err *err)
{
	uint64_t before = ev_spill_length(&exec->output);
	enum ev_status status = ev_run_drain(&exec->run, &exec->output, err);

	if (status == EV_OK)
		status = judge_end(exec, err);
	if (status == EV_OK && exec->settings.keep &&
	    ev_spill_length(&exec->output) != before)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "'%s' wrote more lines than it got: under --keep it must "
		    "answer each line with one",
		    exec->run.name);
	return status;
}

static enum ev_status
once(struct exec *exec, struct ev_err *err)
{
	bool shielded = ev_stage_marked(&exec->stage);
	enum ev_status status;
	int fd;

	must(ev_spill_open(&exec->input, &fd, err), err);
	status = ev_run_start(&exec->run, exec->argv, fd, shielded, err);
	close(fd);
	ev_point("exec.started");
	return status == EV_OK ? finish(exec, err) : status;
}

/* The lines to a command that is kept, and its answers. */
static enum ev_status
ask(struct exec *exec, struct ev_err *err)
{
	bool shielded = ev_stage_marked(&exec->stage);
	int patience = (int)exec->settings.answer_within * 1000;
	enum ev_status status = EV_OK, end;
	struct ev_err why;

	if (!exec->run.pid)
		status = ev_run_start(&exec->run, exec->argv, -1, shielded,
		    err);
	if (status == EV_OK)
		status = ev_run_ask(&exec->run, &exec->input, exec->lines,
		    &exec->output, patience, err);
	if (status != EV_RETRY)
		return status;
	/* How it ended says more, unless that was well. */
	end = finish(exec, &why);
	if (end != EV_OK)
		*err = why;
	return end == EV_FATAL ? end : status;
}

static enum ev_status
attempt(struct exec *exec, struct ev_err *err)
{
	enum ev_status status;

	ev_spill_clear(&exec->output);
	status = exec->settings.keep ? ask(exec, err) : once(exec, err);
	return status == EV_OK ? judge_output(exec, err) : status;
}

/* Until it goes well, or --tries is reached. */
static void
attempts(struct exec *exec)
{
	int wait = TRY_FIRST;
	struct ev_err err;

	for (uint64_t i = 1;; i++) {
		enum ev_status status = attempt(exec, &err);

		if (status == EV_OK)
			return;
		if (status != EV_RETRY || i >= exec->settings.tries)
			ev_tool_fail(&err);
		ev_run_kill(&exec->run);
		ev_tool_say("%s: try %" PRIu64 " of %" PRIu64 " follows",
		    err.text, i + 1, exec->settings.tries);
		if (ev_io_wait(-1, wait, &err) == EV_FATAL)
			ev_tool_fail(&err);
		wait = wait * 2 < TRY_LAST ? wait * 2 : TRY_LAST;
	}
}

/* CMD on the interval, and what it wrote. */
static void
run_interval(struct exec *exec)
{
	if (exec->rows)
		end_rows(exec);
	ev_point("exec.collected");
	ev_consent_wait(&exec->consent);
	attempts(exec);
	ev_point("exec.ended");
	ev_reply_emit(&exec->reply, &exec->output, &exec->stage);
	ev_point("exec.emitted");
	ev_spill_clear(&exec->input);
	ev_spill_clear(&exec->output);
	exec->lines = 0;
}

/* The end of a command that is kept. */
static void
end_kept(struct exec *exec)
{
	if (exec->settings.keep && exec->run.pid)
		must(finish(exec, &exec->err), &exec->err);
}

static void
collect(struct exec *exec, const struct ev_line *line)
{
	exec->seen = true;
	if (exec->rows) {
		exec->lines += keep_row(exec, line);
		return;
	}
	keep_bytes(exec, line->text);
	keep_bytes(exec, EV_SLICE("\n"));
	exec->lines++;
	if (exec->settings.keep && !ev_stage_marked(&exec->stage) &&
	    ev_spill_length(&exec->input) >= PENDING)
		run_interval(exec);
}

/* --- the stream ---------------------------------------------------------- */

static void
begin(struct exec *exec)
{
	const struct ev_control *control = &exec->stage.control;
	char *name = ev_mem_text(control->name);
	char *base = ev_mem_text(control->base);

	if (*name)
		setenv("EVKIT_NAME", name, 1);
	setenv("EVKIT_FROM", base, 1);
	free(name);
	free(base);
	ev_consent_begin(&exec->consent, control);
	ev_stage_forward(&exec->stage);
}

/* True if CMD is run for the interval that the mark ends: where there are
 * events, and once where a bounded stream had none at all, as the batch that
 * it was ran on an empty file. */
static bool
wanted(const struct exec *exec)
{
	enum ev_control_seal seal = exec->stage.control.seal;

	return exec->lines ||
	    (!exec->seen && !exec->settings.keep &&
		(seal == EV_SEAL_RUN || seal == EV_SEAL_FINAL));
}

/* EVKIT_FROM stays where CMD's last input ended, over marks with nothing
 * before them: a replay that begins at one of those begins for CMD where that
 * input ended. */
static void
mark(struct exec *exec)
{
	const struct ev_control *control = &exec->stage.control;
	char *id = ev_mem_printf("%.*s/%" PRIu64, (int)control->run.len,
	    control->run.ptr, control->seq);

	setenv("EVKIT_TO", id, 1);
	if (wanted(exec)) {
		run_interval(exec);
		setenv("EVKIT_FROM", id, 1);
	}
	free(id);
	if (control->seal != EV_SEAL_NONE)
		end_kept(exec);
	ev_stage_forward(&exec->stage);
}

static void
end(struct exec *exec)
{
	if (ev_stage_marked(&exec->stage))
		return;
	if (exec->lines || !exec->settings.keep)
		run_interval(exec);
	end_kept(exec);
}

static void
pump(struct exec *exec)
{
	struct ev_line line;

	for (;;)
		switch (ev_stage_step(&exec->stage, &line)) {
		case EV_STAGE_EVENT:
			collect(exec, &line);
			break;
		case EV_STAGE_BEGIN:
			begin(exec);
			break;
		case EV_STAGE_SIDE:
			ev_stage_forward(&exec->stage);
			break;
		case EV_STAGE_MARK:
			mark(exec);
			break;
		case EV_STAGE_END:
			end(exec);
			return;
		}
}

/* --- standard input ------------------------------------------------------ */

static enum ev_status
read_standard(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct exec *exec = (struct exec *)((char *)in -
	    offsetof(struct exec, in));

	return exec->standard.in.read(&exec->standard.in, buf, cap, got, err);
}

/* Where an unnamed stream pauses, a command that is kept gets what came: there
 * is no mark to wait for. */
static enum ev_status
wait_standard(struct ev_input *in, struct ev_err *err)
{
	struct exec *exec = (struct exec *)((char *)in -
	    offsetof(struct exec, in));

	if (exec->settings.keep && exec->lines &&
	    !ev_stage_marked(&exec->stage)) {
		run_interval(exec);
		ev_stage_flush(&exec->stage);
	}
	return exec->standard.in.wait(&exec->standard.in, err);
}

static void
open_stage(struct exec *exec)
{
	ev_input_fd_init(&exec->standard, STDIN_FILENO, "standard input");
	exec->in = (struct ev_input){.name = "standard input",
	    .read = read_standard,
	    .wait = wait_standard};
	ev_stage_open(&exec->stage, &exec->stage_settings, &exec->in,
	    exec->scan, ev_tool_stdout());
	exec->stage.differs = true;
}

static void
kill_command(void *arg)
{
	ev_run_kill(arg);
}

int
main(int argc, char **argv)
{
	struct exec exec = {
	    .settings = {.ok = "0",
		.tries = 1,
		.format = -1,
		.answer_within = ANSWER_WITHIN},
	    .stage_settings = EV_STAGE_DEFAULTS,
	    .run = {.in = -1, .out = -1},
	};
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(options, &exec.settings),
	    EV_OPT_TABLE(ev_bad_options, &exec.stage_settings.bad),
	    EV_OPT_TABLE(ev_stage_options, &exec.stage_settings),
	    {NULL, NULL, 0},
	};
	int rest;

	ev_tool_start("evexec", true);
	rest = ev_tool_options(&usage, tables, argc, argv);
	prepare(&exec, argc, argv, rest);
	open_stage(&exec);
	ev_tool_on_failure(kill_command, &exec.run);
	pump(&exec);
	ev_stage_done(&exec.stage);
	ev_tool_done(EV_EXIT_OK);
}
