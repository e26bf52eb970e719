/*
 * evsink-file: writes events to a file, to standard output or to anything
 * that has a path. What evsink becomes for a path.
 *
 * A file is replaced as a whole or appended to (base/target.h), and whatever
 * goes wrong, here or in a command before, leaves it as it was.
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
	const char *path;
	enum ev_encode_format format;
	const char *pack; /* the compression, or NULL */
	struct ev_target target;
	struct ev_encode *encode;
	struct ev_child packer;
	struct ev_writer *writer;
	bool announced; /* a failure, to whoever reads what we write */
	struct ev_stage stage;
};

/* --- what to do ---------------------------------------------------------- */

static void
parse(struct sink *sink, int argc, char **argv)
{
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(ev_encode_options, &sink->form),
	    EV_OPT_TABLE(ev_sink_options, &sink->set),
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
	if (sink->set.write == EV_SINK_INSERT ||
	    sink->set.write == EV_SINK_UPSERT)
		ev_tool_die(EV_EXIT_USAGE,
		    "--write: a file knows append and "
		    "replace only");
	if (sink->set.set.count)
		ev_tool_die(EV_EXIT_USAGE, "-X '%s': a file has no settings",
		    sink->set.set.item[0]);
	sink->path = ev_place_path(argv[rest]);
}

/* Combinations that cannot work, found before anything is touched. */
static void
check(const struct sink *sink)
{
	bool csv = sink->format == EV_ENCODE_CSV ||
	    sink->format == EV_ENCODE_TSV;

	if (sink->target.way != EV_TARGET_APPEND)
		return;
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
look(struct sink *sink)
{
	struct ev_err err;
	size_t suffix;

	sink->pack = ev_pack_kind(sink->path, &suffix);
	if (ev_target_look(&sink->target, sink->path,
		sink->set.write == EV_SINK_APPEND, &err) != EV_OK ||
	    ev_encode_format(sink->set.format, sink->path, suffix,
		&sink->format, &err) != EV_OK ||
	    ev_encode_open(&sink->encode, sink->format, &sink->form,
		sink->set.meta, &err) != EV_OK)
		ev_tool_fail(&err);
	check(sink);
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
		       "there now is there, byte for byte\n");
		break;
	case EV_TARGET_APPEND:
		printf("would be: locked, appended to, synced\n");
		printf(
		    "guarantee: after a failure what was appended is cut "
		    "off again; readers may see it before, and a kill -9 or a "
		    "power cut leaves it\n");
		break;
	case EV_TARGET_IN_PLACE:
		printf("would be: written in place\n");
		printf("guarantee: none: what has been written stays, "
		       "whatever fails\n");
		break;
	}
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

static _Noreturn void
explain(const struct sink *sink)
{
	struct ev_buf format = {0};

	explain_header(sink);
	ev_buf_str(&format, ev_encode_name(sink->format));
	ev_encode_explain(sink->encode, &format);
	if (sink->pack)
		ev_buf_printf(&format, ", compressed by %s", sink->pack);
	explain_place(sink);
	printf("format: %s\n", ev_buf_cstr(&format));
	explain_way(sink);
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
copy_events(struct sink *sink, const struct ev_input *input)
{
	struct ev_stage *stage = &sink->stage;
	struct ev_progress progress;
	struct ev_line line;
	struct ev_err err;

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

int
main(int argc, char **argv)
{
	struct sink sink = {.set = EV_SINK_DEFAULTS,
	    .form = EV_ENCODE_DEFAULTS,
	    .run = EV_STAGE_DEFAULTS,
	    .packer = {0, -1, NULL}};
	struct ev_input_fd input;

	ev_tool_start("evsink-file", false);
	parse(&sink, argc, argv);
	look(&sink);
	if (sink.set.explain)
		explain(&sink);
	open_target(&sink);
	ev_input_fd_init(&input, STDIN_FILENO, "standard input");
	ev_stage_open(&sink.stage, &sink.run, &input.in,
	    ev_encode_scan(sink.encode), sink.writer);
	copy_events(&sink, &input.in);
	commit(&sink);
	ev_encode_free(sink.encode);
	ev_target_release(&sink.target);
	ev_tool_done(EV_EXIT_OK);
}
