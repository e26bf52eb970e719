/*
 * writer: see writer.h.
 *
 * What is held is a list of runs, each in the reader's buffer (lent) or in our
 * own. Runs of the own buffer are kept as offsets, because it may move.
 */
#include "event/writer.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/io.h"
#include "base/mem.h"

#define RUNS 512
/* Held bytes that are copied rather than written when the reader's buffer
 * moves: a system call costs as much as copying some 10 KiB. */
#define SETTLE_COPY (64u << 10)
/* What a pipe is made to hold, from the first full buffer on. Five processes
 * on two cores change places half as often with it as with the 64 KiB of a
 * new pipe: job f of the bench takes 1.4 instead of 1.7 CPU seconds, and 0.85
 * instead of 1.2 by the clock. A longer pipe gives nothing more. */
#define PIPE_HOLDS (256 << 10)
/* Bytes of a write to a file, once that much came. The kernel keeps a file in
 * memory in pieces as large as the write lets it: 9 % of the CPU of CSV to
 * NDJSON, 0.129 to 0.117 s; 1 MiB brings 1 % more. */
#define FILE_FULL (512u << 10)

struct run {
	const char *lent; /* NULL: in the own buffer, at offset */
	size_t offset;
	size_t len;
};

struct ev_writer {
	int fd;
	char *name;
	struct run run[RUNS];
	unsigned runs;
	struct ev_buf own;
	size_t begun;          /* own.len at ev_writer_begin */
	size_t held;           /* bytes of all runs */
	uint64_t let_go;       /* bytes that were held once */
	size_t full;           /* bytes that are worth a write */
	bool filled;           /* once, so that it is worth knowing to what */
	bool lends;            /* a run refers to the reader's buffer */
	enum ev_status status; /* of a write that failed */
	struct ev_err err;
};

struct ev_writer *
ev_writer_new(int fd, const char *name)
{
	struct ev_writer *writer = ev_mem_zalloc(1, sizeof(*writer));

	writer->fd = fd;
	writer->full = EV_WRITER_FULL;
	writer->name = ev_mem_strdup(name);
	return writer;
}

void
ev_writer_free(struct ev_writer *writer)
{
	if (!writer)
		return;
	ev_buf_release(&writer->own);
	free(writer->name);
	free(writer);
}

static enum ev_status
failed(struct ev_writer *writer, struct ev_err *err)
{
	if (err)
		*err = writer->err;
	return writer->status;
}

static const char *
run_at(const struct ev_writer *writer, const struct run *run)
{
	return run->lent ? run->lent : writer->own.ptr + run->offset;
}

static void
clear(struct ev_writer *writer)
{
	writer->runs = 0;
	writer->let_go += writer->held;
	writer->own.len = writer->begun = 0;
	writer->held = 0;
	writer->lends = false;
}

/* After a failed write: drops the `written` first bytes of what is held, so
 * that ev_writer_last can finish the line. */
static void
drop(struct ev_writer *writer, size_t written)
{
	unsigned i = 0;

	for (; i < writer->runs && written >= writer->run[i].len; i++) {
		written -= writer->run[i].len;
		writer->held -= writer->run[i].len;
	}
	writer->runs -= i;
	memmove(writer->run, writer->run + i,
	    writer->runs * sizeof(*writer->run));
	if (!written)
		return;
	if (writer->run[0].lent)
		writer->run[0].lent += written;
	else
		writer->run[0].offset += written;
	writer->run[0].len -= written;
	writer->held -= written;
}

enum ev_status
ev_writer_flush(struct ev_writer *writer, struct ev_err *err)
{
	struct iovec iov[RUNS];
	size_t written;

	if (writer->status != EV_OK)
		return failed(writer, err);
	if (!writer->held)
		return EV_OK;
	for (unsigned i = 0; i < writer->runs; i++)
		iov[i] = (struct iovec){(void *)(uintptr_t)run_at(writer,
					    &writer->run[i]),
		    writer->run[i].len};
	writer->status = ev_io_write(writer->fd, writer->name, iov,
	    writer->runs, &written, &writer->err);
	if (writer->status != EV_OK) {
		drop(writer, written);
		return failed(writer, err);
	}
	clear(writer);
	return EV_OK;
}

static bool
adjacent(const struct run *a, const struct run *b)
{
	if (!a->lent || !b->lent)
		return !a->lent && !b->lent && a->offset + a->len == b->offset;
	return a->lent + a->len == b->lent;
}

static bool
is_full(const struct ev_writer *writer)
{
	return writer->held >= writer->full || writer->runs == RUNS;
}

/* To what it writes, known once so much came that it matters. */
static void
adapt(struct ev_writer *writer)
{
	struct stat there;

	writer->filled = true;
	if (!fstat(writer->fd, &there) && S_ISREG(there.st_mode))
		writer->full = FILE_FULL;
	else
		ev_io_widen(writer->fd, PIPE_HOLDS);
}

/* Appends a run, or makes the last one longer if it ends where this begins. */
static enum ev_status
hold(struct ev_writer *writer, struct run run, struct ev_err *err)
{
	struct run *last = writer->runs ? &writer->run[writer->runs - 1] : NULL;

	if (last && adjacent(last, &run))
		last->len += run.len;
	else
		writer->run[writer->runs++] = run;
	writer->held += run.len;
	if (is_full(writer) && !writer->filled)
		adapt(writer);
	if (is_full(writer))
		return ev_writer_flush(writer, err);
	return writer->status == EV_OK ? EV_OK : failed(writer, err);
}

enum ev_status
ev_writer_pass(struct ev_writer *writer, const struct ev_line *line,
    struct ev_err *err)
{
	if (!line->whole) {
		ev_buf_slice(ev_writer_begin(writer), line->text);
		return ev_writer_end(writer, err);
	}
	writer->lends = true;
	return hold(writer, (struct run){line->text.ptr, 0, line->text.len + 1},
	    err);
}

struct ev_buf *
ev_writer_begin(struct ev_writer *writer)
{
	writer->begun = writer->own.len;
	return &writer->own;
}

/* Most lines follow the one before in the own buffer: one run. */
enum ev_status
ev_writer_end(struct ev_writer *writer, struct ev_err *err)
{
	struct run run = {NULL, writer->begun, 0};
	struct run *last = writer->runs ? &writer->run[writer->runs - 1] : NULL;

	ev_buf_char(&writer->own, '\n');
	run.len = writer->own.len - writer->begun;
	if (!last || last->lent || last->offset + last->len != run.offset ||
	    writer->held + run.len >= writer->full || writer->status != EV_OK)
		return hold(writer, run, err);
	last->len += run.len;
	writer->held += run.len;
	return EV_OK;
}

void
ev_writer_undo(struct ev_writer *writer)
{
	writer->own.len = writer->begun;
}

enum ev_status
ev_writer_settle(struct ev_writer *writer, struct ev_err *err)
{
	if (!writer->lends || writer->status != EV_OK)
		return writer->status == EV_OK ? EV_OK : failed(writer, err);
	if (writer->held >= SETTLE_COPY)
		return ev_writer_flush(writer, err);
	for (unsigned i = 0; i < writer->runs; i++) {
		struct run *run = &writer->run[i];
		size_t offset = writer->own.len;

		if (!run->lent)
			continue;
		ev_buf_append(&writer->own, run->lent, run->len);
		run->lent = NULL;
		run->offset = offset;
	}
	writer->lends = false;
	return EV_OK;
}

void
ev_writer_last(struct ev_writer *writer, struct ev_slice text)
{
	struct ev_buf all = {0};

	for (unsigned i = 0; i < writer->runs; i++)
		ev_buf_append(&all, run_at(writer, &writer->run[i]),
		    writer->run[i].len);
	ev_buf_slice(&all, text);
	ev_io_finish(writer->fd, all.ptr, all.len, EV_WRITER_LAST_WAIT);
	ev_buf_release(&all);
	clear(writer);
}

void
ev_writer_set_fd(struct ev_writer *writer, int fd)
{
	writer->fd = fd;
	writer->full = EV_WRITER_FULL;
	writer->filled = false;
}

uint64_t
ev_writer_bytes(const struct ev_writer *writer)
{
	return writer->let_go + writer->held;
}
