/*
 * logsink: see logsink.h.
 */
#include "tool/logsink.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"
#include "base/utf8.h"
#include "tool/place.h"
#include "tool/side.h"
#include "tool/tool.h"

#define FIELD(name) offsetof(struct ev_logsink_settings, name)

/* A segment that nobody asked to end: so that it can be removed one day, and
 * be looked at. */
#define ROLL_BYTES ((uint64_t)1 << 30)
#define ROLL_MS ((int64_t)24 * 60 * 60 * 1000)

const struct ev_opt ev_logsink_options[4] = {
    {"roll", 0, EV_OPT_TEXT, FIELD(roll), "SIZE,TIME|commit",
	"when a log folder begins a new file (1G,1d)"},
    {"keep", 0, EV_OPT_TEXT, FIELD(keep), "TIME",
	"how long files of a log folder are kept"},
    {"key", 0, EV_OPT_TEXT, FIELD(key), "FIELD,…", NULL},
    {"create", 0, EV_OPT_FLAG, FIELD(create), NULL, NULL},
};

/* --- options ------------------------------------------------------------- */

const char *
ev_logsink_given(const struct ev_logsink_settings *settings)
{
	return settings->roll  ? "roll"
	    : settings->keep   ? "keep"
	    : settings->key    ? "key"
	    : settings->create ? "create"
			       : NULL;
}

static void
set_roll(struct ev_log *log, const char *text)
{
	char *copy = ev_mem_strdup(text), *rest = copy, *part;

	while ((part = strsep(&rest, ","))) {
		if (!strcmp(part, "commit"))
			log->roll_commit = true;
		else if (!ev_clock_span(part, &log->roll_ms) &&
		    (ev_opt_size("roll", part, &log->roll_bytes, NULL) !=
			    EV_OK ||
			!log->roll_bytes))
			ev_tool_die(EV_EXIT_USAGE,
			    "--roll wants a size (1G), a time (1d: s, m, h, "
			    "d), both (1G,1d) or 'commit', and got '%s'",
			    text);
	}
	free(copy);
}

static void
set_folder(struct ev_logsink *sink, const struct ev_logsink_settings *settings)
{
	const char *given = ev_logsink_given(settings);
	struct ev_log *log = &sink->log;

	if (sink->kind != EV_LOGSINK_FOLDER) {
		if (given)
			ev_tool_die(EV_EXIT_USAGE,
			    "--%s is for a log folder ('%s/'), and '%s' is "
			    "none",
			    given, sink->place, sink->place);
		return;
	}
	if (settings->roll) {
		set_roll(log, settings->roll);
	} else {
		log->roll_bytes = ROLL_BYTES;
		log->roll_ms = ROLL_MS;
	}
	if (!settings->keep)
		return;
	if (!ev_clock_span(settings->keep, &log->keep_ms))
		ev_tool_die(EV_EXIT_USAGE,
		    "--keep wants a time (30d: s, m, h, d), and got '%s'",
		    settings->keep);
}

/* --- the place ----------------------------------------------------------- */

/* True of a place that is a log folder, or is to become one. */
static bool
is_folder(const char *path)
{
	size_t len = strlen(path);
	char *sidecar;
	bool is;

	if (len && path[len - 1] == '/')
		return true;
	sidecar = ev_sidecar_path(path, true);
	is = access(sidecar, F_OK) == 0;
	free(sidecar);
	return is;
}

static bool
is_stdout(const char *path)
{
	return !strcmp(path, "-") || !strcmp(path, "/dev/stdout") ||
	    !strcmp(path, "/dev/fd/1") || !strcmp(path, "/proc/self/fd/1");
}

/* Standard output, where what was written stays and more comes behind it. */
static void
check_stdout(void)
{
	struct stat there;
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	if (isatty(STDOUT_FILENO))
		return;
	if (flags < 0 || fstat(STDOUT_FILENO, &there))
		ev_tool_die(EV_EXIT_IO, "cannot look at standard output: %s",
		    ev_err_errno(errno));
	if (!S_ISREG(there.st_mode))
		ev_tool_die(EV_EXIT_USAGE,
		    "a named pipeline cannot end in a pipe: what is in it "
		    "when its reader dies is lost. Let evexec run that "
		    "command before evsink, or name a file");
	if (!(flags & O_APPEND))
		ev_tool_die(EV_EXIT_USAGE,
		    "standard output is a file opened with '>', which the "
		    "next start empties: name the file (evsink --name NAME "
		    "FILE), or open it with '>>'");
}

static void
check_folder(const char *path)
{
	struct stat there;

	if (stat(path, &there) && errno == ENOTDIR)
		ev_tool_die(EV_EXIT_CREATE,
		    "cannot write '%s': it is no folder, as a log is", path);
}

static void
check_file(const char *path)
{
	struct stat there;

	if (stat(path, &there) || S_ISREG(there.st_mode))
		return;
	if (S_ISDIR(there.st_mode))
		ev_tool_die(EV_EXIT_CREATE,
		    "cannot write '%s': it is a folder: name a file in it, or "
		    "'%s/' for a log folder",
		    path, path);
	ev_tool_die(EV_EXIT_USAGE,
	    "'%s' is no file: what is written there cannot be taken back or "
	    "found again, so no named pipeline can end in it",
	    path);
}

void
ev_logsink_look(struct ev_logsink *sink, const char *path,
    const struct ev_logsink_settings *settings,
    const struct ev_ledger_settings *ledger)
{
	enum ev_status status = EV_OK;

	*sink = (struct ev_logsink){.settings = ledger, .packer = {.fd = -1}};
	if (ev_pipeline_check_name(ledger->name, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (is_stdout(path)) {
		sink->kind = EV_LOGSINK_STDOUT;
		sink->place = ev_mem_strdup("-");
		check_stdout();
		set_folder(sink, settings);
		return;
	}
	if (is_folder(path)) {
		sink->kind = EV_LOGSINK_FOLDER;
		check_folder(path);
	} else {
		check_file(path);
	}
	if (ev_place_absolute(path, &sink->place, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (ev_utf8_check(sink->place, strlen(sink->place)) !=
	    strlen(sink->place))
		ev_tool_die(EV_EXIT_USAGE,
		    "the name of '%s' is not UTF-8, so no record can have it",
		    sink->place);
	status = ev_log_look(&sink->log, sink->place,
	    sink->kind == EV_LOGSINK_FOLDER, ledger->name, &sink->err);
	sink->found = status == EV_OK;
	if (status != EV_OK && status != EV_END)
		ev_tool_fail(&sink->err);
	set_folder(sink, settings);
}

/* --- opening ------------------------------------------------------------- */

/* Somebody has changed what was committed: what can be done about it. */
static _Noreturn void
not_as_committed(const struct ev_logsink *sink)
{
	const char *name = sink->run.ledger.name;

	if (sink->err.exit != EV_EXIT_DISAGREE ||
	    strstr(sink->err.text, "evpos "))
		ev_tool_fail(&sink->err);
	ev_tool_die(EV_EXIT_DISAGREE,
	    "%s: bring back what was there; or evpos accept %s, if what is "
	    "there now is right",
	    sink->err.text, name);
}

/* After a failure, also a signal. */
static void
undo(void *arg)
{
	struct ev_logsink *sink = arg;

	ev_pack_abandon(&sink->packer, &sink->err);
	ev_log_undo(&sink->log);
}

/* The record before the first commit. */
static void
make_log(struct ev_logsink *sink)
{
	struct ev_buf text = {0};
	struct ev_record record;

	ev_record_init(&record, sink->run.ledger.name, sink->place);
	free(record.shard);
	record.shard = ev_mem_strdup(sink->run.ledger.shard);
	ev_record_build(&record, &text);
	if (ev_log_make(&sink->log, sink->run.ledger.run, ev_buf_cstr(&text),
		sink->settings->adopt, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	ev_record_release(&record);
	ev_buf_release(&text);
}

static void
open_log(struct ev_logsink *sink)
{
	struct ev_log *log = &sink->log;
	char *kept;

	/* Another run may have made it while this one waited for begin. */
	sink->found = access(log->sidecar_path, F_OK) == 0;
	/* Where there was a record once, none is made: that is said. */
	if (!sink->found && strcmp(sink->run.ledger.base, EV_RECORD_FIRST) != 0)
		ev_ledger_begin(&sink->run.ledger, (struct ev_slice){NULL, 0});
	if (!sink->found)
		make_log(sink);
	if (ev_log_open(log, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (ev_side_is(log->sidecar.record))
		ev_tool_die(EV_EXIT_DISAGREE,
		    "'%s' is a side output of the pipeline '%s', and cannot be "
		    "its target",
		    sink->place, sink->run.ledger.name);
	ev_ledger_begin(&sink->run.ledger, ev_slice_of(log->sidecar.record));
	ev_sides_open(sink->run.sides, &sink->run.ledger);
	ev_tool_on_failure(undo, sink);
	if (ev_log_begin(log, sink->run.ledger.run, &kept, &sink->err) != EV_OK)
		not_as_committed(sink);
	if (kept)
		ev_tool_say("'%s' had bytes at its end that no run of '%s' "
			    "wrote: they are cut off, and kept in '%s'",
		    sink->place, sink->run.ledger.name, kept);
	free(kept);
}

/* What a power cut left of a line must not take the next one with it. */
static void
end_last_line(struct ev_logsink *sink)
{
	struct iovec newline = {(char[]){"\n"}, 1};
	struct stat there;
	char last;
	int fd;

	if (fstat(STDOUT_FILENO, &there) || !S_ISREG(there.st_mode) ||
	    !there.st_size)
		return;
	fd = open("/proc/self/fd/1", O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && pread(fd, &last, 1, there.st_size - 1) == 1 &&
	    last != '\n' &&
	    ev_io_write(STDOUT_FILENO, sink->place, &newline, 1, NULL,
		&sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (fd >= 0)
		close(fd);
}

static void
open_stdout(struct ev_logsink *sink)
{
	struct ev_buf text = {0};
	enum ev_status status;

	ev_ledger_lock(&sink->run.ledger);
	status = ev_pipeline_read(&sink->run.ledger.pipeline, &text,
	    &sink->err);
	if (status != EV_OK && status != EV_END)
		ev_tool_fail(&sink->err);
	ev_ledger_begin(&sink->run.ledger,
	    status == EV_OK ? ev_buf_as_slice(&text)
			    : (struct ev_slice){NULL, 0});
	ev_buf_release(&text);
	ev_sides_open(sink->run.sides, &sink->run.ledger);
	end_last_line(sink);
	ev_writer_set_fd(sink->stage->writer, STDOUT_FILENO);
}

/* There is a first line, which says the columns. */
static bool
has_header(const struct ev_logsink *sink)
{
	struct stat there;

	if (sink->kind == EV_LOGSINK_STDOUT)
		return fstat(STDOUT_FILENO, &there) == 0 &&
		    S_ISREG(there.st_mode) && there.st_size;
	return sink->kind == EV_LOGSINK_FILE && !sink->pack &&
	    sink->log.sidecar.length;
}

void
ev_logsink_columns(struct ev_logsink *sink, struct ev_encode *encode)
{
	bool out = sink->kind == EV_LOGSINK_STDOUT;
	int fd;

	if (!has_header(sink))
		return;
	fd = open(out ? "/proc/self/fd/1" : sink->place, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ev_tool_die(EV_EXIT_IO, "cannot read '%s': %s", sink->place,
		    ev_err_errno(errno));
	if (ev_encode_continue(encode, fd, sink->place, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	close(fd);
}

/* --- writing ------------------------------------------------------------- */

/* Before the first event since the start or a commit. */
static void
start_writing(struct ev_logsink *sink)
{
	struct ev_log *log = &sink->log;

	if (sink->kind != EV_LOGSINK_STDOUT &&
	    ev_log_write(log, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (sink->pack &&
	    ev_pack_start(&sink->packer, sink->pack, log->fd, sink->place,
		&sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (sink->kind != EV_LOGSINK_STDOUT)
		ev_writer_set_fd(sink->stage->writer,
		    sink->pack ? sink->packer.fd : log->fd);
	if (!sink->begun &&
	    ev_encode_begin(sink->encode, sink->stage, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	sink->begun = sink->writing = true;
}

/* A compressed part is whole when the packer has ended. */
static void
finish_writing(struct ev_logsink *sink)
{
	if (ev_writer_flush(sink->stage->writer, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	if (sink->packer.pid &&
	    ev_pack_wait(&sink->packer, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	sink->packer = (struct ev_child){.fd = -1};
	ev_point("logsink.flushed");
}

static void
sync_stdout(struct ev_logsink *sink)
{
	/* A terminal has nothing to sync. */
	while (sink->writing && !ev_mutant("stdout.no-sync") &&
	    !isatty(STDOUT_FILENO) && fdatasync(STDOUT_FILENO))
		if (errno != EINTR)
			ev_tool_die(EV_EXIT_IO,
			    "cannot sync standard output: %s",
			    ev_err_errno(errno));
}

static void
take(void *arg, const struct ev_line *line)
{
	struct ev_logsink *sink = arg;

	if (!sink->writing)
		start_writing(sink);
	ev_encode_event(sink->encode, sink->stage, line);
}

static void
settle(void *arg)
{
	struct ev_logsink *sink = arg;

	if (sink->writing)
		finish_writing(sink);
}

static void
commit(void *arg, struct ev_buf *record)
{
	struct ev_logsink *sink = arg;
	uint64_t bytes = ev_writer_bytes(sink->stage->writer);
	bool last = sink->stage->control.seal != EV_SEAL_NONE;

	if (sink->kind == EV_LOGSINK_STDOUT)
		sync_stdout(sink);
	else if (ev_log_commit(&sink->log, ev_buf_cstr(record),
		     sink->pack ? EV_LOG_WRITTEN_ALL : bytes - sink->committed,
		     last, &sink->err) != EV_OK)
		ev_tool_fail(&sink->err);
	sink->writing = false;
	sink->committed = bytes;
}

static const struct ev_sinkrun_calls calls = {take, settle, commit, NULL};

/* --- the whole ------------------------------------------------------------ */

void
ev_logsink_open(struct ev_logsink *sink, struct ev_stage *stage,
    struct ev_encode *encode)
{
	sink->stage = stage;
	sink->encode = encode;
	ev_sinkrun_open(&sink->run, &calls, sink, stage, sink->settings,
	    sink->place);
	sink->log.packed = sink->pack != NULL;
	if (sink->kind == EV_LOGSINK_STDOUT)
		open_stdout(sink);
	else
		open_log(sink);
	ev_logsink_columns(sink, encode);
	sink->begun = has_header(sink);
}

void
ev_logsink_run(struct ev_logsink *sink, const struct ev_input *in,
    bool progress)
{
	ev_sinkrun_loop(&sink->run, in, progress);
	if (sink->kind != EV_LOGSINK_STDOUT)
		ev_log_release(&sink->log);
}
