/*
 * io: see io.h.
 */
#include "base/io.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"

static volatile sig_atomic_t caught;
static int grace;        /* ms */
static int64_t deadline; /* of the grace, ms; 0: no signal seen yet */
static bool pipe_ignored;
static int watched = -1;

/*
 * The flag is looked at before a call that may block. A signal that arrives
 * between the look and the call would be missed, so the handler also starts a
 * timer that interrupts whatever blocks 50 ms later, and again.
 */
static void
on_stop(int number)
{
	static const struct itimerval every = {{0, 50000}, {0, 50000}};

	caught = number;
	setitimer(ITIMER_REAL, &every, NULL);
}

static void
on_nothing(int number)
{
	(void)number;
}

/* Returns false, and changes nothing, if the signal is ignored. */
static bool
catch_signal(int number, void (*handler)(int))
{
	struct sigaction action;

	sigaction(number, NULL, &action);
	if (action.sa_handler == SIG_IGN)
		return false;
	action = (struct sigaction){.sa_handler = handler};
	sigaction(number, &action, NULL);
	return true;
}

void
ev_io_catch_signals(void)
{
	catch_signal(SIGALRM, on_nothing);
	/* So that a file beyond `ulimit -f` is an error of the write. */
	catch_signal(SIGXFSZ, on_nothing);
	catch_signal(SIGINT, on_stop);
	catch_signal(SIGTERM, on_stop);
	catch_signal(SIGHUP, on_stop);
	/* A handler and not SIG_IGN: commands we start get the default back. */
	pipe_ignored = !catch_signal(SIGPIPE, on_nothing);
}

/* The timer would outlive an exec, and the flag would not. */
void
ev_io_release_signals(void)
{
	static const struct itimerval never;

	catch_signal(SIGINT, SIG_DFL);
	catch_signal(SIGTERM, SIG_DFL);
	catch_signal(SIGHUP, SIG_DFL);
	setitimer(ITIMER_REAL, &never, NULL);
	if (caught)
		raise(caught);
}

int
ev_io_signal(void)
{
	return caught;
}

void
ev_io_grace(int ms)
{
	grace = ms;
}

/* A signal came, and its grace is over. */
static bool
must_stop(void)
{
	if (!caught || !grace)
		return caught;
	if (!deadline)
		deadline = ev_clock_steady() + grace;
	return ev_clock_steady() >= deadline;
}

void
ev_io_watch(int fd)
{
	watched = fd;
}

static enum ev_status
stopped(struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, 128 + caught, "stopped by signal %d",
	    (int)caught);
}

/* Nobody reads what we write. Quiet, unless whoever started us ignores
 * SIGPIPE and so asked for an error. */
static enum ev_status
unread(const char *name, struct ev_err *err)
{
	if (pipe_ignored)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot write '%s': broken pipe", name);
	return ev_err_set(err, EV_FATAL, 128 + SIGPIPE, "%s", "");
}

enum ev_status
ev_io_wait_two(int fd, int other, int timeout, unsigned *ready,
    struct ev_err *err)
{
	struct pollfd poll_fd[3] = {{watched, 0, 0}, {fd, POLLIN, 0},
	    {other, POLLIN, 0}};
	int n;

	do {
		if (must_stop())
			return stopped(err);
		if (caught && timeout >= 0)
			return EV_AGAIN;
		n = poll(poll_fd, 3, timeout);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_OS, "cannot wait: %s",
		    ev_err_errno(errno));
	*ready = (poll_fd[1].revents ? 1 : 0) | (poll_fd[2].revents ? 2 : 0);
	if (*ready)
		return EV_OK;
	if (poll_fd[0].revents & (POLLERR | POLLNVAL))
		return unread("standard output", err);
	return EV_AGAIN;
}

enum ev_status
ev_io_wait(int fd, int timeout, struct ev_err *err)
{
	unsigned ready;

	return ev_io_wait_two(fd, -1, timeout, &ready, err);
}

enum ev_status
ev_io_read(int fd, const char *name, void *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct pollfd ready = {fd, POLLIN, 0};
	ssize_t n;

	do {
		if (must_stop())
			return stopped(err);
		n = poll(&ready, 1, 0);
		if (n == 0)
			return EV_AGAIN;
		if (n > 0)
			n = read(fd, buf, cap);
	} while (n < 0 && errno == EINTR);
	if (n < 0 && errno == EAGAIN)
		return EV_AGAIN;
	if (n < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read '%s': %s", name, ev_err_errno(errno));
	*got = (size_t)n;
	return n ? EV_OK : EV_END;
}

/* Drops what was written from the front of iov. */
static void
advance(struct iovec **iov, size_t *count, size_t written)
{
	while (*count && written >= (*iov)->iov_len) {
		written -= (*iov)->iov_len;
		++*iov;
		--*count;
	}
	if (*count) {
		(*iov)->iov_base = (char *)(*iov)->iov_base + written;
		(*iov)->iov_len -= written;
	}
}

enum ev_status
ev_io_write(int fd, const char *name, struct iovec *iov, size_t count,
    size_t *written, struct ev_err *err)
{
	size_t total = 0;
	ssize_t n = 0;
	bool stop = false;

	advance(&iov, &count, 0);
	while (count && n >= 0) {
		stop = must_stop();
		n = stop
		    ? -1
		    : writev(fd, iov, count > IOV_MAX ? IOV_MAX : (int)count);
		if (n >= 0) {
			total += (size_t)n;
			advance(&iov, &count, (size_t)n);
		} else if (!stop && errno == EAGAIN) {
			struct pollfd ready = {fd, POLLOUT, 0};

			poll(&ready, 1, -1);
			n = 0;
		} else if (!stop && errno == EINTR) {
			n = 0;
		}
	}
	if (written)
		*written = total;
	if (n >= 0)
		return EV_OK;
	if (stop)
		return stopped(err);
	if (errno == EPIPE)
		return unread(name, err);
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO, "cannot write '%s': %s",
	    name, ev_err_errno(errno));
}

void
ev_io_widen(int fd, int size)
{
	int holds = fcntl(fd, F_GETPIPE_SZ);

	if (holds >= 0 && holds < size)
		fcntl(fd, F_SETPIPE_SZ, size);
}

void
ev_io_finish(int fd, const void *ptr, size_t len, int timeout)
{
	static const struct itimerval never;
	struct pollfd ready = {fd, POLLOUT, 0};
	const char *at = ptr;

	/* The handler's timer would cut the wait short. */
	setitimer(ITIMER_REAL, &never, NULL);
	/* Not more than PIPE_BUF at a time: after POLLOUT a pipe takes that
	 * much without blocking (pipe(7)). */
	while (len && poll(&ready, 1, timeout) == 1) {
		ssize_t n = write(fd, at, len < PIPE_BUF ? len : PIPE_BUF);

		if (n < 0 && errno != EINTR && errno != EAGAIN)
			return;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		}
	}
}
