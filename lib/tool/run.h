/*
 * run: a foreign command as a process: what it gets on its standard input,
 * what it writes, how it ended. (Our own commands are tool/child.h's.)
 *
 * Its input is a descriptor that holds all of it, so nobody feeds it, and it
 * can neither be cut by our death nor block; or, for one that answers line by
 * line, a pipe. What it writes is kept (tool/spill.h) until how it ended is
 * known. What it says on stderr passes.
 *
 *	ev_run_start(&run, argv, fd, shielded, &err);
 *	ev_run_drain(&run, &output, &err);
 *	… ev_run_status(&run) …
 *
 *	ev_run_start(&run, argv, -1, shielded, &err);
 *	ev_run_ask(&run, &input, lines, &output, &err); …
 *	ev_run_drain(&run, &output, &err);
 */
#ifndef EV_TOOL_RUN_H
#define EV_TOOL_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "tool/spill.h"

/* How long a process that a command left behind may keep its output open,
 * after the command has ended; in milliseconds. */
#define EV_RUN_LEFTOVER 5000

struct ev_run {
	const char *name; /* argv[0]; lent */
	pid_t pid;        /* 0: none is running */
	int in;           /* our end of its stdin; -1: it has none */
	int out;          /* our end of its stdout; -1: it has closed it */
	int status;       /* as waitpid gives it */
	bool proven;      /* it has answered its first line with one */
};

/* EV_FATAL: exit 78, there is no such command, or it cannot be executed. */
enum ev_status ev_run_find(const char *name, struct ev_err *err);

/* Starts argv (NULL at the end), found in PATH. `input` is its standard input,
 * which stays the caller's; -1: a pipe. If `shielded` it does not see SIGINT
 * and SIGTERM, which the terminal sends to all. When we are killed, so is it.
 * EV_FATAL: exit 78 as above, 71. */
enum ev_status ev_run_start(struct ev_run *run, char *const *argv, int input,
    bool shielded, struct ev_err *err);

/* Closes its input, appends what it writes to output until all have closed
 * that, and waits for its end. EV_FATAL: exit 75, a process that it has left
 * keeps its output open; 73, 74 of the spill; our own signal; nobody reads our
 * output any more. */
enum ev_status ev_run_drain(struct ev_run *run, struct ev_spill *output,
    struct ev_err *err);

/* Gives it so many lines, and appends its answers to output until there are as
 * many. Its first line it gets alone, to see that it has one answer; later on
 * answers are only counted. EV_RETRY: exit 75, it has ended or closed its output first; drain says
 * how it ended. EV_FATAL: exit 75, nothing came for `patience` milliseconds;
 * 78, more lines came; else as above. */
enum ev_status ev_run_ask(struct ev_run *run, const struct ev_spill *input,
    uint64_t lines, struct ev_spill *output, int patience, struct ev_err *err);

/* Its exit status after its end, or 128 and the number of the signal that
 * killed it. */
int ev_run_status(const struct ev_run *run);

/* Kills it, if it is running, and lets go of it. */
void ev_run_kill(struct ev_run *run);

#endif
