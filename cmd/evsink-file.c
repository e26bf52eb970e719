/*
 * evsink-file: writes events to a file, to standard output or to anything
 * that has a path. What evsink becomes for a path.
 *
 * Without a name a file is replaced as a whole or appended to (base/target.h),
 * and whatever goes wrong, here or in a command before, leaves it as it was.
 * Under a name it, or a log folder, is appended to, mark by mark, exactly once
 * (tool/logsink.h).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/target.h"
#include "tool/encode.h"
#include "tool/keeper_file.h"
#include "tool/logsink.h"
#include "tool/pack.h"
#include "tool/place.h"
#include "tool/progress.h"
#include "tool/sink.h"
#include "tool/stage.h"
#include "tool/tool.h"

#define NOTICE 10       /* seconds, after which it says where it is writing */
#define DRAW_EVERY 1024 /* events, between two looks at the clock */

static const struct ev_opt_usage usage = {
    .name = "evsink",
    .args = "[OPTION…] PATH",
    .summary =
	"writes the events of its standard input to a file ('-': stdout)",
    .example =
	"evsource reviews.csv | evfilter 'rating < 3' | evsink unhappy.csv",
};

struct sink {
	struct ev_sink_settings set;
	struct ev_encode_settings form;
	struct ev_stage_settings run;
	struct ev_ledger_settings ledger;
	struct ev_logsink_settings log;
	const char *path;
	enum ev_encode_format format;
	const char *pack; /* the compression, or NULL */
	struct ev_target target;
	struct ev_encode *encode;
	struct ev_child packer;
	struct ev_writer *writer;
	bool announced; /* a failure, to whoever reads what we write */
	struct ev_stage stage;
	struct ev_logsink named; /* used instead of target under a name */
};

/* --- what to do ---------------------------------------------------------- */

/* An increment must not replace the whole. */
static void
check_write(const struct sink *sink)
{
	if (sink->set.write == EV_SINK_INSERT ||
	    sink->set.write == EV_SINK_UPSERT)
		ev_tool_die(EV_EXIT_USAGE,
		    "--write: a file knows append and replace only");
	if (sink->ledger.name && sink->set.write == EV_SINK_REPLACE)
		ev_tool_die(EV_EXIT_USAGE,
		    "--write replace: under a name each run brings what is "
		    "new, which cannot replace the whole: append");
	if (sink->ledger.name && sink->set.limit != UINT64_MAX)
		ev_tool_die(EV_EXIT_USAGE,
		    "--limit: under a name it belongs to evsource, since what "
		    "is left out here would be lost");
}

static void
parse(struct sink *sink, int argc, char **argv)
{
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(ev_encode_options, &sink->form),
	    EV_OPT_TABLE(ev_sink_options, &sink->set),
	    EV_OPT_TABLE(ev_ledger_options, &sink->ledger),
	    EV_OPT_TABLE(ev_logsink_options, &sink->log),
	    EV_OPT_TABLE(ev_bad_options, &sink->run.bad),
	    EV_OPT_TABLE(ev_stage_options, &sink->run),
	    {NULL, NULL, 0},
	};
	int rest = ev_tool_options(&usage, tables, argc, argv);

	if (rest == argc)
		ev_tool_die(EV_EXIT_USAGE, "no place to write to");
	if (rest + 1 < argc)
		ev_tool_die(EV_EXIT_USAGE, "one place only: '%s' is too many",
		    argv[rest + 1]);
	check_write(sink);
	if (sink->set.set.count)
		ev_tool_die(EV_EXIT_USAGE, "-X '%s': a file has no settings",
		    sink->set.set.item[0]);
	sink->path = ev_place_path(argv[rest]);
}

/* Combinations that cannot work, found before anything is touched. */
static void
check_append(const struct sink *sink)
{
	bool csv = sink->format == EV_ENCODE_CSV ||
	    sink->format == EV_ENCODE_TSV;

	if (sink->format == EV_ENCODE_JSON)
		ev_tool_die(EV_EXIT_USAGE,
		    "--write append: a JSON array "
		    "cannot be appended to (--format ndjson can)");
	if (csv && sink->pack && sink->form.header == 0)
		ev_tool_die(EV_EXIT_USAGE,
		    "--write append: the header of a "
		    "compressed file is not read: --header none and --columns "
		    "append without one");
}

static void
look_named(struct sink *sink)
{
	ev_logsink_look(&sink->named, sink->path, &sink->log, &sink->ledger);
	if (sink->named.kind == EV_LOGSINK_FILE)
		sink->named.pack = sink->pack;
	else if (sink->named.kind == EV_LOGSINK_FOLDER &&
	    (sink->format != EV_ENCODE_NDJSON || sink->pack))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s': a log folder holds ndjson and nothing else",
		    sink->path);
	check_append(sink);
}

static void
look_unnamed(struct sink *sink)
{
	const char *given = ev_logsink_given(&sink->log);
	struct ev_err err;

	if (sink->ledger.adopt || given)
		ev_tool_die(EV_EXIT_USAGE,
		    "--%s is for a named pipeline (--name)",
		    given ? given : "adopt");
	if (ev_target_look(&sink->target, sink->path,
		sink->set.write == EV_SINK_APPEND, &err) != EV_OK) {
		size_t len = strlen(sink->path);

		if (len && sink->path[len - 1] == '/' &&
		    err.exit == EV_EXIT_CREATE)
			ev_tool_die(EV_EXIT_USAGE,
			    "'%s': a log folder is written by a named pipeline "
			    "only (evsource --name NAME … | evsink --name NAME "
			    "%s)",
			    sink->path, sink->path);
		ev_tool_fail(&err);
	}
	if (sink->target.way == EV_TARGET_APPEND)
		check_append(sink);
}

static void
look(struct sink *sink)
{
	struct ev_err err;
	size_t suffix;

	sink->pack = ev_pack_kind(sink->path, &suffix);
	if (ev_encode_format(sink->set.format, sink->path, suffix,
		&sink->format, &err) != EV_OK ||
	    ev_encode_open(&sink->encode, sink->format, &sink->form,
		sink->set.meta, &err) != EV_OK)
		ev_tool_fail(&err);
	if (sink->ledger.name)
		look_named(sink);
	else
		look_unnamed(sink);
}

/* --- --explain ----------------------------------------------------------- */

static void
explain_place(const struct sink *sink)
{
	const struct ev_target *target = &sink->target;

	printf("place: %s\n", target->path);
	if (target->way == EV_TARGET_IN_PLACE)
		printf("there now: no regular file\n");
	else if (target->exists)
		printf("there now: a file of %jd bytes\n",
		    (intmax_t)target->was.st_size);
	else
		printf("there now: nothing\n");
}

static void
explain_way(const struct sink *sink)
{
	const struct ev_target *target = &sink->target;

	switch (target->way) {
	case EV_TARGET_REPLACE:
		printf("would be: replaced as a whole: written to %s beside "
		       "it, which is locked, synced and renamed over it%s\n",
		    strrchr(target->part, '/') + 1,
		    target->exists ? "; owner and mode are kept" : "");
		printf("guarantee: all or nothing: after any failure what is "
		       "there now is there, byte for byte\nwrite: replace\n");
		break;
	case EV_TARGET_APPEND:
		printf("would be: locked, appended to, synced\n");
		printf("guarantee: after a failure what was appended is cut "
		       "off again; readers may see it before, and a kill -9 "
		       "or a power cut leaves it\nwrite: append\n");
		break;
	case EV_TARGET_IN_PLACE:
		printf("would be: written in place\n");
		printf("guarantee: none: what has been written stays, "
		       "whatever fails\nwrite: append\n");
		break;
	}
	printf("key: none\nrecord: none: without --name each run is one of "
	       "its own\n");
}

/* The columns that the header of what is appended to has. */
static void
explain_header(const struct sink *sink)
{
	const struct ev_target *target = &sink->target;
	struct ev_err err;
	int fd;

	if (target->way != EV_TARGET_APPEND || !target->exists ||
	    !target->was.st_size)
		return;
	fd = open(target->path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ev_tool_die(EV_EXIT_IO, "cannot read '%s': %s", target->path,
		    ev_err_errno(errno));
	if (ev_encode_continue(sink->encode, fd, target->path, &err) != EV_OK)
		ev_tool_fail(&err);
	close(fd);
}

static void
explain_format(const struct sink *sink)
{
	struct ev_buf format = {0};

	ev_buf_str(&format, ev_encode_name(sink->format));
	ev_encode_explain(sink->encode, &format);
	if (sink->pack)
		ev_buf_printf(&format, ", compressed by %s", sink->pack);
	printf("format: %s\n", ev_buf_cstr(&format));
	ev_buf_release(&format);
}

static void
explain_named_place(const struct ev_logsink *sink)
{
	struct stat there;

	if (sink->kind == EV_LOGSINK_STDOUT) {
		printf("place: standard output\n");
		return;
	}
	printf("place: %s%s\n", sink->place,
	    sink->kind == EV_LOGSINK_FOLDER ? "/, a log folder" : "");
	if (stat(sink->place, &there))
		printf("there now: nothing\n");
	else if (sink->kind == EV_LOGSINK_FILE)
		printf("there now: a file of %jd bytes\n",
		    (intmax_t)there.st_size);
	else
		printf("there now: a folder\n");
}

static _Noreturn void
explain(struct sink *sink)
{
	if (sink->ledger.name) {
		ev_logsink_columns(&sink->named, sink->encode);
		explain_named_place(&sink->named);
	} else {
		explain_header(sink);
		explain_place(sink);
	}
	explain_format(sink);
	if (sink->ledger.name) {
		ev_logsink_explain(&sink->named);
	} else {
		explain_way(sink);
	}
	if (fflush(stdout))
		ev_tool_die(EV_EXIT_IO, "cannot write: %s",
		    ev_err_errno(errno));
	ev_tool_done(EV_EXIT_OK);
}

/* --- the notice ---------------------------------------------------------- */

static struct {
	char text[1024];
	size_t len;
} notice;

static void
on_notice(int number)
{
	int saved = errno;

	(void)number;
	if (write(STDERR_FILENO, notice.text, notice.len) < 0) {
		/* It was only for information. */
	}
	errno = saved;
}

/* Whoever waits for a file that does not grow should know why. A timer of its
 * own, because the loop may be waiting for input by then. */
static void
start_notice(const struct ev_target *target)
{
	const struct itimerspec after = {{0, 0}, {NOTICE, 0}};
	struct sigaction action = {.sa_handler = on_notice,
	    .sa_flags = SA_RESTART};
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL,
	    .sigev_signo = SIGRTMIN};
	timer_t timer;
	int len;

	if (target->way != EV_TARGET_REPLACE)
		return;
	len = snprintf(notice.text, sizeof(notice.text),
	    "%s: writing to '%s'; '%s' is replaced when all is there\n",
	    ev_tool_name(), target->part, target->path);
	notice.len = (size_t)len < sizeof(notice.text)
	    ? (size_t)len
	    : sizeof(notice.text) - 1;
	sigaction(SIGRTMIN, &action, NULL);
	if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0)
		timer_settime(timer, 0, &after, NULL);
}

/* --- writing ------------------------------------------------------------- */

/* After a failure, also a signal. Where the compressor failed by itself, our
 * own trouble is only that it is gone: its reason is the cause. */
static void
undo(void *arg)
{
	struct sink *sink = arg;
	struct ev_err err;
	bool ours = ev_pack_abandon(&sink->packer, &err);

	/* In place, what is there ends with a whole line. */
	if (sink->target.way == EV_TARGET_IN_PLACE && sink->writer &&
	    !sink->announced && !sink->pack)
		ev_writer_last(sink->writer, EV_SLICE(""));
	ev_target_undo(&sink->target);
	if (!ours)
		ev_tool_fail(&err);
}

/* A line without its end is the last one of what is there, and stays a line
 * of its own. */
static void
end_last_line(const struct ev_target *target)
{
	struct iovec newline = {(char[]){"\n"}, 1};
	struct ev_err err;
	char last;

	if (pread(target->fd, &last, 1, target->was.st_size - 1) == 1 &&
	    last != '\n' &&
	    ev_io_write(target->fd, target->path, &newline, 1, NULL, &err) !=
		EV_OK)
		ev_tool_fail(&err);
}

static void
open_target(struct sink *sink)
{
	struct ev_target *target = &sink->target;
	int fd;
	struct ev_err err;

	if (ev_target_open(target, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_tool_on_failure(undo, sink);
	start_notice(target);
	if (target->way == EV_TARGET_APPEND && target->was.st_size) {
		if (ev_encode_continue(sink->encode, target->fd, target->path,
			&err) != EV_OK)
			ev_tool_fail(&err);
		if (!sink->pack)
			end_last_line(target);
	}
	fd = target->fd;
	if (sink->pack) {
		if (ev_pack_start(&sink->packer, sink->pack, fd, target->path,
			&err) != EV_OK)
			ev_tool_fail(&err);
		fd = sink->packer.fd;
	}
	sink->writer = ev_writer_new(fd, target->path);
	ev_io_watch(fd);
	/* Events in a pipe: whoever reads them learns of a failure too. */
	if (target->way == EV_TARGET_IN_PLACE && !sink->pack &&
	    sink->format == EV_ENCODE_NDJSON && !isatty(fd)) {
		ev_tool_announce(sink->writer, NULL);
		sink->announced = true;
	}
}

static void
copy_events(struct sink *sink, struct ev_input *input)
{
	struct ev_stage *stage = &sink->stage;
	struct ev_progress progress;
	struct ev_line line;
	struct ev_err err;

	ev_stage_open(stage, &sink->run, input, ev_encode_scan(sink->encode),
	    sink->writer);
	stage->role = EV_STAGE_SINK;
	ev_progress_open(&progress, sink->set.progress);
	if (ev_encode_begin(sink->encode, stage, &err) != EV_OK)
		ev_tool_fail(&err);
	while (stage->out < sink->set.limit && ev_stage_next(stage, &line)) {
		ev_encode_event(sink->encode, stage, &line);
		if (progress.shown && stage->in % DRAW_EVERY == 0)
			ev_progress_draw(&progress, input->bytes, stage->out);
	}
	if (ev_encode_end(sink->encode, stage, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_progress_close(&progress, input->bytes, stage->out);
	ev_stage_done(stage);
}

static void
commit(struct sink *sink)
{
	struct ev_err err;

	if (ev_pack_wait(&sink->packer, &err) != EV_OK ||
	    ev_target_commit(&sink->target, &err) != EV_OK)
		ev_tool_fail(&err);
}

/* --- under a name -------------------------------------------------------- */

static void
follow_stream(struct sink *sink, struct ev_input *input)
{
	sink->writer = ev_writer_new(-1, sink->named.place);
	ev_stage_open(&sink->stage, &sink->run, input,
	    ev_encode_scan(sink->encode), sink->writer);
	ev_logsink_open(&sink->named, &sink->stage, sink->encode);
	ev_logsink_run(&sink->named, input, sink->set.progress);
}

int
main(int argc, char **argv)
{
	struct sink sink = {.set = EV_SINK_DEFAULTS,
	    .form = EV_ENCODE_DEFAULTS,
	    .run = EV_STAGE_DEFAULTS,
	    .packer = {0, -1, NULL}};
	struct ev_input_fd input;

	ev_tool_start("evsink-file", false);
	ev_keeper_file(argc, argv);
	parse(&sink, argc, argv);
	look(&sink);
	if (sink.set.explain)
		explain(&sink);
	ev_input_fd_init(&input, STDIN_FILENO, "standard input");
	if (sink.ledger.name) {
		follow_stream(&sink, &input.in);
	} else {
		open_target(&sink);
		copy_events(&sink, &input.in);
		commit(&sink);
		ev_target_release(&sink.target);
	}
	ev_encode_free(sink.encode);
	ev_tool_done(EV_EXIT_OK);
}
