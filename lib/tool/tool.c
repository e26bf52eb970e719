/*
 * tool: see tool.h.
 */
#include "tool/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/crc32c.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/shell.h"
#include "event/control.h"

#define CLEANERS 8
#define ANNOUNCED 8

static struct {
	const char *name;
	bool data; /* stdout carries events */
	struct ev_writer *out;
	struct {
		struct ev_writer *writer;
		struct ev_child *child; /* or NULL */
	} also[ANNOUNCED];
	struct {
		void (*clean)(void *arg);
		void *arg;
	} cleaner[CLEANERS];
	unsigned cleaners;
	void (*ending)(void *arg, int exit, const char *why);
	void *ending_arg;
	struct ev_buf args; /* each with its NUL */
	char *via;          /* made when asked for */
} tool = {.name = "evkit"};

static _Noreturn void
out_of_memory(size_t size)
{
	struct ev_err err;

	/* A second time would be for the message itself. */
	ev_mem_on_failure(NULL);
	ev_err_set(&err, EV_FATAL, EV_EXIT_OS, "out of memory (%zu bytes more)",
	    size);
	ev_tool_fail(&err);
}

/* A standard descriptor that was closed would be given to the next file
 * opened. It becomes one that cannot be used in its direction, so that using
 * it is an error. */
static void
fill_standard(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
			open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

void
ev_tool_start(const char *name, bool data)
{
	fill_standard();
	tool.name = name;
	tool.data = data;
	ev_mem_on_failure(out_of_memory);
	ev_io_catch_signals();
	if (data)
		ev_io_watch(STDOUT_FILENO);
}

const char *
ev_tool_name(void)
{
	return tool.name;
}

/* The arguments as they were given, of which getopt changes the order. */
static void
keep_args(int argc, char **argv)
{
	tool.args.len = 0;
	for (int i = 1; i < argc; i++)
		ev_buf_append(&tool.args, argv[i], strlen(argv[i]) + 1);
}

const char *
ev_tool_via(void)
{
	if (!tool.via)
		tool.via = ev_mem_printf("%s %08x", tool.name,
		    ev_crc32c(tool.args.ptr, tool.args.len));
	return tool.via;
}

void
ev_tool_command(struct ev_slice name, struct ev_buf *out)
{
	const char *end = tool.args.ptr + tool.args.len;

	/* Nobody types the name of a connector, evsink-file. */
	ev_buf_append(out, tool.name, strcspn(tool.name, "-"));
	ev_buf_str(out, " --name ");
	ev_shell_word(name, out);
	for (const char *arg = tool.args.ptr; arg < end;
	     arg += strlen(arg) + 1) {
		ev_buf_char(out, ' ');
		ev_shell_word(ev_slice_of(arg), out);
	}
}

int
ev_tool_options(const struct ev_opt_usage *usage,
    const struct ev_opt_table *tables, int argc, char **argv)
{
	struct ev_err err;
	int rest;

	keep_args(argc, argv);
	switch (ev_opt_parse(usage, tables, argc, argv, &rest, &err)) {
	case EV_OK:
		return rest;
	case EV_END:
		if (fflush(stdout) || ferror(stdout))
			ev_tool_die(EV_EXIT_IO, "cannot write the help");
		exit(EV_EXIT_OK);
	default:
		ev_tool_fail(&err);
	}
}

struct ev_writer *
ev_tool_stdout(void)
{
	if (!tool.out)
		tool.out = ev_writer_new(STDOUT_FILENO, "standard output");
	return tool.out;
}

static void
say(const char *text)
{
	struct ev_buf line = {0};

	ev_buf_printf(&line, "%s: %s\n", tool.name, text);
	if (write(STDERR_FILENO, line.ptr, line.len) < 0) {
		/* There is no other place to say it. */
	}
	ev_buf_release(&line);
}

void
ev_tool_say(const char *format, ...)
{
	va_list args;
	char text[2048];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say(text);
}

void
ev_tool_on_failure(void (*clean)(void *arg), void *arg)
{
	if (tool.cleaners == CLEANERS)
		abort();
	tool.cleaner[tool.cleaners].clean = clean;
	tool.cleaner[tool.cleaners++].arg = arg;
}

void
ev_tool_on_ending(void (*ending)(void *arg, int exit, const char *why),
    void *arg)
{
	tool.ending = ending;
	tool.ending_arg = arg;
}

void
ev_tool_announce(struct ev_writer *writer, struct ev_child *child)
{
	unsigned i = 0;

	while (i < ANNOUNCED && tool.also[i].writer)
		i++;
	if (i == ANNOUNCED)
		abort();
	tool.also[i].writer = writer;
	tool.also[i].child = child;
}

void
ev_tool_hush(const struct ev_writer *writer)
{
	for (unsigned i = 0; i < ANNOUNCED; i++)
		if (tool.also[i].writer == writer)
			tool.also[i].writer = NULL;
}

/* A terminal is read by a person: what went well before stands above the
 * message, which is enough; a pipe gets the failure line. */
static bool
announces(void)
{
	return tool.data && !isatty(STDOUT_FILENO);
}

static void
show_what_was_written(void)
{
	if (tool.out && !announces())
		ev_writer_last(tool.out, (struct ev_slice){"", 0});
}

/* The end that all failures have: what was made is undone, the failure line
 * goes out, the signal (if it was one) is let through. */
static _Noreturn void
end(struct ev_slice fail_line, int status, const char *why)
{
	void (*ending)(void *arg, int exit, const char *why) = tool.ending;

	/* A failure inside of it comes back here. */
	tool.ending = NULL;
	if (ending)
		ending(tool.ending_arg, status, why);
	while (tool.cleaners) {
		tool.cleaners--;
		tool.cleaner[tool.cleaners].clean(
		    tool.cleaner[tool.cleaners].arg);
	}
	for (unsigned i = 0; i < ANNOUNCED; i++)
		if (tool.also[i].writer)
			ev_writer_last(tool.also[i].writer, fail_line);
	if (announces())
		ev_writer_last(ev_tool_stdout(), fail_line);
	for (unsigned i = 0; i < ANNOUNCED; i++)
		if (tool.also[i].writer && tool.also[i].child)
			ev_child_leave(tool.also[i].child);
	if (status == 128 + SIGPIPE || status == 128 + ev_io_signal()) {
		signal(status - 128, SIG_DFL);
		raise(status - 128);
	}
	_exit(status);
}

void
ev_tool_fail(const struct ev_err *err)
{
	struct ev_buf line = {0};

	show_what_was_written();
	/* Of a signal to us the shell tells; every stage of the pipe got it. */
	if (*err->text && err->exit != 128 + ev_io_signal())
		say(err->text);
	ev_control_fail(&line, tool.name, err->exit, err->text);
	end(ev_buf_as_slice(&line), err->exit, err->text);
}

void
ev_tool_die(int exit, const char *format, ...)
{
	struct ev_err err = {.exit = exit};
	va_list args;

	va_start(args, format);
	vsnprintf(err.text, sizeof(err.text), format, args);
	va_end(args);
	ev_tool_fail(&err);
}

void
ev_tool_pass_fail(struct ev_slice text, int status)
{
	struct ev_control control = {0};
	struct ev_buf line = {0};
	char *why = NULL;

	show_what_was_written();
	if (ev_control_parse(text, &control, NULL) == EV_OK &&
	    control.kind == EV_CONTROL_FAIL)
		why = ev_mem_printf("%.*s: %.*s", (int)control.by.len,
		    control.by.ptr, (int)control.why.len, control.why.ptr);
	ev_buf_slice(&line, text);
	ev_buf_char(&line, '\n');
	end(ev_buf_as_slice(&line), status, why ? why : "");
}

void
ev_tool_done(int exit)
{
	struct ev_err err;

	if (tool.out && ev_writer_flush(tool.out, &err) != EV_OK)
		ev_tool_fail(&err);
	_exit(exit);
}
