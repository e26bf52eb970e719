/*
 * child: another evkit command as a process: the connector that evsource
 * becomes, the evsource that evjoin reads its table from, the evsink that
 * keeps rejects, the helper that unpacks archives.
 *
 * A command is looked for beside the running one, then in the installed
 * libexec folder (EVKIT_LIBEXEC, set at build time), then in PATH.
 */
#ifndef EV_TOOL_CHILD_H
#define EV_TOOL_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct ev_child {
	pid_t pid;        /* 0: none */
	int fd;           /* our end of the pipe; -1 when closed */
	const char *name; /* lent */
};

/* Starts `name` with argv (argv[0] included, NULL at the end). With `reading`
 * its stdout is our pipe and its stdin is /dev/null; else its stdin is our
 * pipe and its stdout our stderr. other_fd, unless -1, takes the place of that
 * other end. EV_FATAL: exit 78 where there is no such command, 71 where no
 * process could be made. */
enum ev_status ev_child_start(struct ev_child *child, const char *name,
    char *const *argv, bool reading, int other_fd, struct ev_err *err);

/* Closes the pipe and waits. EV_OK when the child exited with 0; else
 * EV_FATAL, with the child's exit status in err->exit (71 where that is below
 * 64; 128 and the signal's number where one killed it) and a text that names
 * it. */
enum ev_status ev_child_wait(struct ev_child *child, struct ev_err *err);

/* Ends it (SIGTERM) and waits, whatever it says. */
void ev_child_stop(struct ev_child *child);

/* Closes the pipe and waits, for two seconds without and then with SIGTERM: for one that
 * has been told that its input ends with a failure. */
void ev_child_leave(struct ev_child *child);

/* Becomes `name`: as exec, returns only on failure. */
enum ev_status ev_child_become(const char *name, char *const *argv,
    struct ev_err *err);

#endif
