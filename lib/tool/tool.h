/*
 * tool: what every command is: a name, messages on stderr, an exit status,
 * and, when it fails, the failure line on its output (evkit(7)).
 *
 * There is one tool a process, so its state is static. Nothing else in lib/
 * prints or exits.
 */
#ifndef EV_TOOL_TOOL_H
#define EV_TOOL_TOOL_H

#include <stdbool.h>

#include "base/err.h"
#include "event/writer.h"
#include "tool/child.h"
#include "tool/opt.h"

#define EV_VERSION "0.1.0"

/* The first call of main. Sets name, signals, the out-of-memory handler.
 * `data` says whether stdout carries events (a source, a filter), so that a
 * failure is announced there; a sink of files says false. */
void ev_tool_start(const char *name, bool data);
const char *ev_tool_name(void);

/* Parses the options; does not return for --help, --version and usage errors. */
int ev_tool_options(const struct ev_opt_usage *usage,
    const struct ev_opt_table *tables, int argc, char **argv);

/* The writer through which events go out on stdout: made once, and what the
 * failure line is written to. */
struct ev_writer *ev_tool_stdout(void);

/* A message on stderr: "evfilter: …" and a newline, in one write. */
void ev_tool_say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The end after a failure: says err's text (unless it is empty, or the exit is
 * that of a signal), runs the clean-up, writes the failure line where failures
 * are announced, and to stdout if that carries events and is no terminal, and
 * exits with err->exit; of 128 + our own signal it dies by the signal. */
_Noreturn void ev_tool_fail(const struct ev_err *err);
/* The same from a format, for main's own checks. */
_Noreturn void ev_tool_die(int exit, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The end after a failure line came in: passes its text (without a newline)
 * on, says nothing, exits with its status. */
_Noreturn void ev_tool_pass_fail(struct ev_slice text, int status);
/* The end after success: flushes stdout (a failure of that is a failure) and
 * exits with `exit` (0, or 1 where the answer is no). */
_Noreturn void ev_tool_done(int exit);

/* Announces a failure as well on another writer (at most 8): the pipe to a
 * command that was started for our rejects, a pipe that we were told to write.
 * Where it is a command of ours, `child`, we end after it, so that nothing of
 * it stands in the way of whoever starts us again. Both are lent, until
 * taken back. */
void ev_tool_announce(struct ev_writer *writer, struct ev_child *child);
void ev_tool_hush(const struct ev_writer *writer);

/* Called once before every failing exit with its status and reason, before
 * the clean-up: a named sink counts the runs that end with 75. At most one. */
void ev_tool_on_ending(void (*ending)(void *arg, int exit, const char *why),
    void *arg);

/* Appends the command line of this process as one would type it, with
 * --name put in. */
void ev_tool_command(struct ev_slice name, struct ev_buf *out);

/* "evfilter 3f2a91c0": the name of this command and a hash of its arguments,
 * as begin's via has it; lent. */
const char *ev_tool_via(void);

/* A function that undoes what must not outlive a failure (a .part file); run
 * once before every failing exit, the latest first. At most 8. */
void ev_tool_on_failure(void (*clean)(void *arg), void *arg);

#endif
