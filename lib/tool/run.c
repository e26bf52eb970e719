/*
 * run: see run.h.
 *
 * fork and exec, not posix_spawn, for PR_SET_PDEATHSIG: a command that went on
 * after us would be at work beside the one that is started in its place.
 */
#include "tool/run.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"

#define BLOCK (64u << 10)
#define LOOK 100 /* ms between two looks at whether a silent command lives */
#define LOOK_FIRST 1
#define LOOK_LAST 50

/* --- starting ------------------------------------------------------------ */

static enum ev_status
cannot_start(const char *name, int number, struct ev_err *err)
{
	if (number == ENOENT)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "there is no command '%s'%s%s", name,
		    strchr(name, '/') ? "" : " in PATH",
		    strchr(name, ' ')
			? " (its arguments are words of their own: evexec "
			  "sort -r; a line for the shell stands behind sh -c)"
			: "");
	return ev_err_set(err, EV_FATAL,
	    number == EACCES ? EV_EXIT_CONFIG : EV_EXIT_OS,
	    "cannot start '%s': %s", name, ev_err_errno(number));
}

static bool
executable(const char *path)
{
	struct stat st;

	if (access(path, X_OK) < 0)
		return false;
	if (stat(path, &st) == 0 && S_ISREG(st.st_mode))
		return true;
	errno = EACCES;
	return false;
}

enum ev_status
ev_run_find(const char *name, struct ev_err *err)
{
	const char *folder = getenv("PATH");
	int number = ENOENT;
	char path[PATH_MAX];

	if (strchr(name, '/'))
		return executable(name) ? EV_OK
					: cannot_start(name, errno, err);
	if (!folder)
		folder = "/bin:/usr/bin";
	while (*name) {
		int len = (int)strcspn(folder, ":");

		if (snprintf(path, sizeof(path), "%.*s%s%s", len, folder,
			len ? "/" : "", name) < (int)sizeof(path)) {
			if (executable(path))
				return EV_OK;
			if (errno == EACCES)
				number = EACCES;
		}
		folder += len;
		if (!*folder++)
			break;
	}
	return cannot_start(name, number, err);
}

/* In the new process. What goes wrong is reported as an errno. */
static _Noreturn void
become(char *const *argv, int input, int output, int report, pid_t parent,
    bool shielded)
{
	int number = 0;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		number = errno;
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	if (shielded) {
		signal(SIGINT, SIG_IGN);
		signal(SIGTERM, SIG_IGN);
	}
	if (!number && dup2(input, STDIN_FILENO) >= 0 &&
	    dup2(output, STDOUT_FILENO) >= 0)
		execvp(argv[0], argv);
	if (!number)
		number = errno;
	if (write(report, &number, sizeof(number)) < 0) {
		/* It is taken for a command that did nothing. */
	}
	_exit(127);
}

struct pipes {
	int in[2], out[2], report[2];
};

static void
close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
close_pipes(struct pipes *pipes)
{
	for (int i = 0; i < 2; i++) {
		close_end(&pipes->in[i]);
		close_end(&pipes->out[i]);
		close_end(&pipes->report[i]);
	}
}

static enum ev_status
make_pipes(struct pipes *pipes, bool in, const char *name, struct ev_err *err)
{
	*pipes = (struct pipes){{-1, -1}, {-1, -1}, {-1, -1}};
	if ((!in || pipe2(pipes->in, O_CLOEXEC) == 0) &&
	    pipe2(pipes->out, O_CLOEXEC) == 0 &&
	    pipe2(pipes->report, O_CLOEXEC) == 0)
		return EV_OK;
	ev_err_set(err, EV_FATAL, EV_EXIT_OS, "cannot make a pipe to '%s': %s",
	    name, ev_err_errno(errno));
	close_pipes(pipes);
	return EV_FATAL;
}

/* What the new process reports: 0 when it has become the command. */
static int
reported(int fd)
{
	int number = 0;
	ssize_t n;

	do
		n = read(fd, &number, sizeof(number));
	while (n < 0 && errno == EINTR);
	return n == sizeof(number) ? number : 0;
}

enum ev_status
ev_run_start(struct ev_run *run, char *const *argv, int input, bool shielded,
    struct ev_err *err)
{
	pid_t parent = getpid();
	struct pipes pipes;
	int number;

	*run = (struct ev_run){.name = argv[0], .in = -1, .out = -1};
	if (make_pipes(&pipes, input < 0, run->name, err) != EV_OK)
		return EV_FATAL;
	run->pid = fork();
	number = errno;
	if (run->pid == 0)
		become(argv, input < 0 ? pipes.in[0] : input, pipes.out[1],
		    pipes.report[1], parent, shielded);
	close_end(&pipes.report[1]);
	if (run->pid > 0)
		number = reported(pipes.report[0]);
	else
		run->pid = 0;
	if (!number) {
		run->in = pipes.in[1];
		run->out = pipes.out[0];
		pipes.in[1] = pipes.out[0] = -1;
		if (run->in >= 0)
			fcntl(run->in, F_SETFL, O_NONBLOCK);
	}
	close_pipes(&pipes);
	if (!number)
		return EV_OK;
	ev_run_kill(run);
	return cannot_start(argv[0], number, err);
}

/* Waits until there is something to read from one or to be written to the
 * other (-1: none), but for so many ms at most. By poll itself, because
 * ev_io_wait does not wait after a signal. EV_FATAL: a signal ends us, or
 * nobody reads our output any more. */
static enum ev_status
rest(int from, int to, int ms, struct ev_err *err)
{
	struct pollfd ready[2] = {{from, POLLIN, 0}, {to, POLLOUT, 0}};

	poll(ready, 2, ms);
	return ev_io_wait(-1, 0, err) == EV_FATAL ? EV_FATAL : EV_OK;
}

/* --- ending -------------------------------------------------------------- */

/* Looks whether it has ended. */
static void
look(struct ev_run *run)
{
	if (run->pid && waitpid(run->pid, &run->status, WNOHANG) == run->pid)
		run->pid = 0;
}

/* Waits for the end of a command that writes no more: as a rule there is
 * nothing to wait for. */
static enum ev_status
await(struct ev_run *run, struct ev_err *err)
{
	int step = LOOK_FIRST;

	for (look(run); run->pid; look(run)) {
		if (rest(-1, -1, step, err) != EV_OK)
			return EV_FATAL;
		step = step * 2 < LOOK_LAST ? step * 2 : LOOK_LAST;
	}
	return EV_OK;
}

int
ev_run_status(const struct ev_run *run)
{
	if (WIFSIGNALED(run->status))
		return 128 + WTERMSIG(run->status);
	return WEXITSTATUS(run->status);
}

void
ev_run_kill(struct ev_run *run)
{
	close_end(&run->in);
	close_end(&run->out);
	if (!run->pid)
		return;
	kill(run->pid, SIGKILL);
	while (waitpid(run->pid, &run->status, 0) < 0 && errno == EINTR)
		continue;
	run->pid = 0;
}

/* --- its output ---------------------------------------------------------- */

/* Reads what is there: EV_AGAIN, nothing; EV_END: it is closed. The newlines
 * are counted. */
static enum ev_status
take(struct ev_run *run, struct ev_spill *output, uint64_t *lines,
    struct ev_err *err)
{
	char *block = ev_mem_alloc(BLOCK);
	enum ev_status status;
	size_t got = 0;

	status = ev_io_read(run->out, run->name, block, BLOCK, &got, err);
	if (status == EV_OK) {
		const char *end = block + got, *at = block;

		while (lines && (at = memchr(at, '\n', (size_t)(end - at)))) {
			++*lines;
			at++;
		}
		status = ev_spill_append(output, (struct ev_slice){block, got},
		    err);
	} else if (status == EV_END) {
		close_end(&run->out);
	}
	free(block);
	return status;
}

enum ev_status
ev_run_drain(struct ev_run *run, struct ev_spill *output, struct ev_err *err)
{
	enum ev_status status;
	int64_t ended = -1;

	close_end(&run->in);
	while (run->out >= 0) {
		status = rest(run->out, -1, LOOK, err);
		if (status == EV_OK)
			status = take(run, output, NULL, err);
		if (status == EV_FATAL)
			return EV_FATAL;
		look(run);
		if (!run->pid && ended < 0)
			ended = ev_clock_steady();
		if (ended >= 0 && run->out >= 0 &&
		    ev_clock_steady() - ended >= EV_RUN_LEFTOVER)
			return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
			    "'%s' has ended, but a process that it left keeps "
			    "its output open",
			    run->name);
	}
	return await(run, err);
}

/* --- lines and answers --------------------------------------------------- */

/* That a command answers one line with one is tried with its first line, which
 * it gets alone: so long is waited for a second answer. */
#define PROOF 50 /* ms */

struct dialogue {
	struct ev_run *run;
	struct ev_spill_input question;
	struct ev_spill *output;
	char *block;
	size_t at, end; /* of what is still to be written of the block */
	bool told;      /* all of the question */
	bool first;     /* the first line is told, and has no answer yet */
	uint64_t answers;
	bool moved; /* something was written or read */
};

/* Where writing is to stop for now: behind the command's first line. */
static size_t
until(const struct dialogue *d)
{
	const char *newline = d->run->proven
	    ? NULL
	    : memchr(d->block + d->at, '\n', d->end - d->at);

	return newline ? (size_t)(newline + 1 - d->block) : d->end;
}

/* Writes as much as it takes. A command that reads no more is its own
 * affair: what counts are the answers. EV_END: all is told. */
static enum ev_status
tell(struct dialogue *d, struct ev_err *err)
{
	while (d->run->in >= 0 && !d->first) {
		enum ev_status status = EV_OK;
		size_t stop;
		ssize_t n;

		if (d->at == d->end) {
			d->at = d->end = 0;
			status = d->question.in.read(&d->question.in, d->block,
			    BLOCK, &d->end, err);
		}
		if (status != EV_OK)
			return status;
		stop = until(d);
		n = write(d->run->in, d->block + d->at, stop - d->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			return EV_OK;
		if (n < 0) {
			close_end(&d->run->in);
			return EV_END;
		}
		d->at += (size_t)n;
		d->first = !d->run->proven && d->block[d->at - 1] == '\n';
		d->moved = true;
	}
	return d->run->in < 0 ? EV_END : EV_OK;
}

static enum ev_status
hear(struct dialogue *d, struct ev_err *err)
{
	enum ev_status status = take(d->run, d->output, &d->answers, err);

	d->moved |= status == EV_OK;
	return status == EV_AGAIN ? EV_OK : status;
}

static enum ev_status
too_many(const struct dialogue *d, uint64_t lines, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
	    "'%s' has answered %" PRIu64 " line%s with %" PRIu64
	    ": under --keep it must answer each line with one",
	    d->run->name, lines, lines == 1 ? "" : "s", d->answers);
}

/* The first answer has come. */
static enum ev_status
prove(struct dialogue *d, struct ev_err *err)
{
	enum ev_status status = rest(d->run->out, -1, PROOF, err);

	if (status == EV_OK)
		status = hear(d, err);
	if (status == EV_OK && d->answers > 1)
		return too_many(d, 1, err);
	d->run->proven = true;
	d->first = false;
	return status;
}

static enum ev_status
too_few(const struct dialogue *d, uint64_t lines, struct ev_err *err)
{
	return ev_err_set(err, EV_RETRY, EV_EXIT_AGAIN,
	    "'%s' has answered %" PRIu64 " of %" PRIu64
	    " lines and has closed its output",
	    d->run->name, d->answers, lines);
}

static enum ev_status
silent(const struct dialogue *d, uint64_t lines, int patience,
    struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
	    "'%s' has answered %" PRIu64 " of %" PRIu64
	    " lines, and nothing for %d s: under --keep it must answer each "
	    "line with one, at once (sed -u, jq --unbuffered, stdbuf -oL)",
	    d->run->name, d->answers, lines, patience / 1000);
}

/* One step: something is told, something heard. */
static enum ev_status
exchange(struct dialogue *d, struct ev_err *err)
{
	enum ev_status status = d->told ? EV_OK : tell(d, err);

	d->told |= status == EV_END;
	if (status != EV_FATAL)
		status = hear(d, err);
	if (status == EV_OK && d->answers && !d->run->proven)
		status = prove(d, err);
	return status;
}

static enum ev_status
talk(struct dialogue *d, uint64_t lines, int patience, struct ev_err *err)
{
	int64_t last = ev_clock_steady();

	while (d->answers < lines || !d->told) {
		enum ev_status status = exchange(d, err);

		if (status == EV_END)
			return too_few(d, lines, err);
		if (status != EV_OK)
			return status;
		if (d->moved)
			last = ev_clock_steady();
		else if (ev_clock_steady() - last >= patience)
			return silent(d, lines, patience, err);
		else if (rest(d->run->out,
			     d->told || d->first ? -1 : d->run->in, LOOK,
			     err) != EV_OK)
			return EV_FATAL;
		d->moved = false;
	}
	/* Whether there is more. */
	return hear(d, err) == EV_FATAL ? EV_FATAL : EV_OK;
}

enum ev_status
ev_run_ask(struct ev_run *run, const struct ev_spill *input, uint64_t lines,
    struct ev_spill *output, int patience, struct ev_err *err)
{
	struct dialogue d = {.run = run, .output = output};
	enum ev_status status;

	ev_spill_read(input, &d.question, run->name);
	d.block = ev_mem_alloc(BLOCK);
	status = talk(&d, lines, patience, err);
	free(d.block);
	if (status == EV_OK && d.answers > lines)
		return too_many(&d, lines, err);
	return status;
}
