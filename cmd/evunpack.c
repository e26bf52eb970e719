/*
 * evunpack: takes a compressed file or an archive apart for the sources, in a
 * process of its own (lib/tool/unpack.h has the frames that it writes). Not
 * for people: it reads standard input, and PLACE is what messages call it.
 */
#include <ctype.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "format/archive.h"
#include "tool/tool.h"
#include "tool/unpack.h"

struct settings {
	struct ev_archive_limits limits;
	const char *prefix;
	uint64_t length;
};

static const struct ev_opt options[] = {
    {"ratio", 0, EV_OPT_COUNT, offsetof(struct settings, limits.ratio), "N",
	"bytes that may come of one (500; 0: any)"},
    {"members", 0, EV_OPT_COUNT, offsetof(struct settings, limits.members), "N",
	"members an archive may have (100000; 0: any)"},
    {"total", 0, EV_OPT_SIZE, offsetof(struct settings, limits.total), "SIZE",
	"bytes that may come of all (1T; 0: any)"},
    {"prefix", 0, EV_OPT_TEXT, offsetof(struct settings, prefix), "HEX",
	"bytes to read before standard input"},
    {"length", 0, EV_OPT_COUNT, offsetof(struct settings, length), "N",
	"read so many bytes of standard input"},
};

static const struct ev_opt_usage usage = {
    .name = "evunpack",
    .args = "[OPTION…] PLACE",
    .summary = "unpacks standard input for the sources, as frames",
    .example = "evunpack reviews.csv.gz <reviews.csv.gz",
};

/* Standard input, behind the prefix. */
struct input {
	const char *place;
	struct ev_buf prefix;
	size_t given;  /* of the prefix */
	uint64_t left; /* to be read behind the prefix */
	int64_t start; /* where a file stood when we got it */
};

static enum ev_status
read_input(void *arg, char *buf, size_t cap, size_t *got, struct ev_err *err)
{
	struct input *in = arg;
	enum ev_status status;

	if (in->given < in->prefix.len) {
		*got = in->prefix.len - in->given;
		if (*got > cap)
			*got = cap;
		memcpy(buf, in->prefix.ptr + in->given, *got);
		in->given += *got;
		return EV_OK;
	}
	if (!in->left)
		return EV_END;
	if (cap > in->left)
		cap = (size_t)in->left;
	while ((status = ev_io_read(STDIN_FILENO, in->place, buf, cap, got,
		    err)) == EV_AGAIN)
		if (ev_io_wait(STDIN_FILENO, -1, err) == EV_FATAL)
			return EV_FATAL;
	if (status == EV_OK)
		in->left -= *got;
	return status;
}

static int64_t
seek_input(void *arg, int64_t offset, int whence)
{
	const struct input *in = arg;

	if (whence == SEEK_SET)
		offset += in->start;
	offset = lseek(STDIN_FILENO, offset, whence);
	return offset < in->start ? -1 : offset - in->start;
}

/* Undoes --prefix's hexadecimal digits. */
static void
read_prefix(struct input *in, const char *hex)
{
	for (; *hex; hex += 2) {
		char digits[3] = {hex[0], hex[1], '\0'};

		if (!isxdigit((unsigned char)hex[0]) ||
		    !isxdigit((unsigned char)hex[1]))
			ev_tool_die(EV_EXIT_USAGE,
			    "--prefix wants pairs of "
			    "hexadecimal digits");
		ev_buf_char(&in->prefix, (char)strtol(digits, NULL, 16));
	}
}

static enum ev_status
write_frame(enum ev_unpack_frame what, struct ev_slice head,
    struct ev_slice body, struct ev_err *err)
{
	size_t len = head.len + body.len;
	unsigned char frame[EV_UNPACK_FRAME] = {(unsigned char)what, len & 255,
	    len >> 8 & 255, len >> 16 & 255, len >> 24 & 255};
	struct iovec iov[3] = {{frame, sizeof(frame)},
	    {(char *)(uintptr_t)head.ptr, head.len},
	    {(char *)(uintptr_t)body.ptr, body.len}};

	return ev_io_write(STDOUT_FILENO, "standard output", iov, 3, NULL, err);
}

static enum ev_status
write_member(void *arg, struct ev_slice name, struct ev_err *err)
{
	(void)arg;
	return write_frame(EV_UNPACK_MEMBER, EV_SLICE(""), name, err);
}

static enum ev_status
write_data(void *arg, struct ev_slice bytes, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	(void)arg;
	while (bytes.len && status == EV_OK) {
		struct ev_slice some = bytes;

		if (some.len > EV_UNPACK_DATA)
			some.len = EV_UNPACK_DATA;
		status = write_frame(EV_UNPACK_BYTES, EV_SLICE(""), some, err);
		bytes.ptr += some.len;
		bytes.len -= some.len;
	}
	return status;
}

static enum ev_status
write_note(void *arg, const char *text, struct ev_err *err)
{
	(void)arg;
	return write_frame(EV_UNPACK_NOTE, EV_SLICE(""), ev_slice_of(text),
	    err);
}

/* Who started us says it, as its own message. */
_Noreturn static void
fail(const struct ev_err *why)
{
	char status = (char)why->exit;
	struct ev_err err;

	if (why->exit > 128 ||
	    write_frame(EV_UNPACK_ERROR, (struct ev_slice){&status, 1},
		ev_slice_of(why->text), &err))
		ev_tool_fail(why);
	_exit(why->exit);
}

int
main(int argc, char **argv)
{
	static const struct ev_archive_sink sink = {NULL, write_member,
	    write_data, write_note};
	struct settings settings = {EV_ARCHIVE_LIMITS, NULL, UINT64_MAX};
	const struct ev_opt_table tables[] = {EV_OPT_TABLE(options, &settings),
	    {NULL, NULL, 0}};
	struct input in = {.place = "-"};
	struct ev_archive_source source = {.arg = &in, .read = read_input};
	struct ev_err err;
	struct stat file;
	int rest;

	ev_tool_start("evunpack", false);
	ev_io_watch(STDOUT_FILENO);
	setlocale(LC_CTYPE, "C.UTF-8"); /* names of members */
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (rest + 1 < argc)
		ev_tool_die(EV_EXIT_USAGE, "one place, and no '%s'",
		    argv[rest + 1]);
	source.name = in.place = rest < argc ? argv[rest] : "-";
	if (settings.prefix)
		read_prefix(&in, settings.prefix);
	in.left = settings.length;
	in.start = lseek(STDIN_FILENO, 0, SEEK_CUR);
	if (in.left == UINT64_MAX && !in.prefix.len && in.start >= 0 &&
	    !fstat(STDIN_FILENO, &file) && S_ISREG(file.st_mode) &&
	    file.st_size >= in.start) {
		source.size = (uint64_t)(file.st_size - in.start);
		source.seek = seek_input;
	}
	if (ev_archive_unpack(&source, &settings.limits, &sink, &err) ||
	    write_frame(EV_UNPACK_END, EV_SLICE(""), EV_SLICE(""), &err))
		fail(&err);
	ev_buf_release(&in.prefix);
	return EV_EXIT_OK;
}
