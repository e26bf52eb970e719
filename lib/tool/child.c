/*
 * child: see child.h.
 */
#include "tool/child.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/io.h"

#ifndef EVKIT_LIBEXEC
#define EVKIT_LIBEXEC "/usr/local/libexec/evkit"
#endif

/* How long a command that we leave may take to end, and how often that is
 * looked at, in milliseconds. */
#define LEAVE 2000
#define LEAVE_STEP 2
/* Bytes that a helper may be ahead of us. With the usual 64 KiB the two wake
 * each other for every few KiB, which is a quarter of what a filter of a .zst
 * file takes; 1 MiB is no better. */
#define PIPE_ROOM (256 << 10)

extern char **environ;

/* The path of `name` if it can be executed in `folder`. */
static bool
in_folder(const char *folder, const char *sub, const char *name, char *path)
{
	int len = snprintf(path, PATH_MAX, "%s%s/%s", folder, sub, name);

	return len < PATH_MAX && access(path, X_OK) == 0;
}

/* Where to find the command; the bare name, for PATH, if it is in none of our
 * own folders. */
static const char *
find(const char *name, char *path)
{
	static const char *const beside[] = {"", "/../libexec/evkit",
	    "/../../bin"};
	char self[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (len > 0) {
		self[len] = '\0';
		slash = strrchr(self, '/');
		if (slash)
			*slash = '\0';
		for (unsigned i = 0; i < sizeof(beside) / sizeof(*beside); i++)
			if (in_folder(self, beside[i], name, path))
				return path;
	}
	if (in_folder(EVKIT_LIBEXEC, "", name, path))
		return path;
	return name;
}

static enum ev_status
cannot_start(const char *name, int number, struct ev_err *err)
{
	if (number == ENOENT)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "there is no command '%s': it is neither installed with "
		    "evkit nor in PATH",
		    name);
	return ev_err_set(err, EV_FATAL, EV_EXIT_OS, "cannot start '%s': %s",
	    name, ev_err_errno(number));
}

/* The child's descriptors: theirs is our pipe's other end, for its stdin or
 * stdout. Each step allocates, and one left out would let the child read our
 * own stdin: 0, or the errno of the one that failed. */
static int
redirect(posix_spawn_file_actions_t *actions, bool reading, int theirs,
    int other_fd)
{
	int number = posix_spawn_file_actions_adddup2(actions, theirs, reading);

	if (number)
		return number;
	if (reading && other_fd < 0)
		return posix_spawn_file_actions_addopen(actions, 0, "/dev/null",
		    O_RDONLY, 0);
	return posix_spawn_file_actions_adddup2(actions,
	    other_fd < 0 ? STDERR_FILENO : other_fd, !reading);
}

static int
spawn(struct ev_child *child, char *const *argv, bool reading, int theirs,
    int other_fd)
{
	posix_spawn_file_actions_t actions;
	char path[PATH_MAX];
	int number;

	posix_spawn_file_actions_init(&actions);
	number = redirect(&actions, reading, theirs, other_fd);
	if (!number)
		number = posix_spawnp(&child->pid, find(child->name, path),
		    &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	return number;
}

enum ev_status
ev_child_start(struct ev_child *child, const char *name, char *const *argv,
    bool reading, int other_fd, struct ev_err *err)
{
	int fd[2], number;

	*child = (struct ev_child){0, -1, name};
	if (pipe2(fd, O_CLOEXEC) < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_OS,
		    "cannot make a pipe to '%s': %s", name,
		    ev_err_errno(errno));
	/* If it may not be larger, it is as large as pipes are. */
	if (reading)
		fcntl(fd[0], F_SETPIPE_SZ, PIPE_ROOM);
	number = spawn(child, argv, reading, fd[reading], other_fd);
	close(fd[reading]);
	child->fd = fd[!reading];
	if (!number)
		return EV_OK;
	child->pid = 0;
	close(child->fd);
	child->fd = -1;
	return cannot_start(name, number, err);
}

static void
close_pipe(struct ev_child *child)
{
	if (child->fd >= 0)
		close(child->fd);
	child->fd = -1;
}

enum ev_status
ev_child_wait(struct ev_child *child, struct ev_err *err)
{
	int status = 0;
	pid_t pid = child->pid;

	close_pipe(child);
	child->pid = 0;
	if (!pid)
		return EV_OK;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return ev_err_set(err, EV_FATAL, EV_EXIT_OS,
			    "cannot wait for '%s': %s", child->name,
			    ev_err_errno(errno));
	if (WIFSIGNALED(status))
		return ev_err_set(err, EV_FATAL, 128 + WTERMSIG(status),
		    "'%s' was killed by signal %d", child->name,
		    WTERMSIG(status));
	/* A status below ours is a foreign program's; 1 would be an answer. */
	if (WEXITSTATUS(status))
		return ev_err_set(err, EV_FATAL,
		    WEXITSTATUS(status) < EV_EXIT_USAGE ? EV_EXIT_OS
							: WEXITSTATUS(status),
		    "'%s' failed with status %d", child->name,
		    WEXITSTATUS(status));
	return EV_OK;
}

void
ev_child_stop(struct ev_child *child)
{
	if (child->pid)
		kill(child->pid, SIGTERM);
	ev_child_wait(child, NULL);
}

void
ev_child_leave(struct ev_child *child)
{
	const struct timespec step = {0, LEAVE_STEP * 1000000};
	pid_t pid = child->pid;

	close_pipe(child);
	for (int i = 0; pid && i < LEAVE / LEAVE_STEP; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			child->pid = pid = 0;
		else
			nanosleep(&step, NULL);
	}
	ev_child_stop(child);
}

enum ev_status
ev_child_become(const char *name, char *const *argv, struct ev_err *err)
{
	char path[PATH_MAX];

	/* What was caught would be forgotten: a process that was asked to stop
	 * while it started would never do so. */
	ev_io_release_signals();
	execvp(find(name, path), argv);
	return cannot_start(name, errno, err);
}
