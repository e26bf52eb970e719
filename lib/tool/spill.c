/*
 * spill: see spill.h.
 *
 * What is beyond a block lies behind a descriptor: of memory (memfd_create)
 * while it is little, so that a command can be given it as its standard input
 * without a thread that feeds it; then of a file.
 */
#include "tool/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/mem.h"

#define BLOCK (64u << 10) /* bytes held before they are stored */

void
ev_spill_init(struct ev_spill *spill, uint64_t memory)
{
	*spill = (struct ev_spill){.memory = memory, .fd = -1};
}

void
ev_spill_clear(struct ev_spill *spill)
{
	if (spill->fd >= 0)
		close(spill->fd);
	spill->fd = -1;
	spill->file = false;
	spill->stored = 0;
	spill->held.len = 0;
}

void
ev_spill_release(struct ev_spill *spill)
{
	ev_spill_clear(spill);
	ev_buf_release(&spill->held);
}

/* A file without a name. Where the file system has no such thing, one whose
 * name is taken away at once. */
static int
unnamed_file(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_EXCL | O_CLOEXEC, 0600);
	char *path;

	if (fd >= 0)
		return fd;
	path = ev_mem_printf("%s/evkit-XXXXXX", folder);
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd;
}

static enum ev_status
make_file(int *fd, struct ev_err *err)
{
	const char *folder = getenv("TMPDIR");

	if (!folder || !*folder)
		folder = "/tmp";
	*fd = unnamed_file(folder);
	if (*fd < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "cannot make a temporary file in '%s': %s", folder,
		    ev_err_errno(errno));
	return EV_OK;
}

static enum ev_status
write_all(int fd, const char *ptr, size_t len, struct ev_err *err)
{
	while (len) {
		ssize_t n = write(fd, ptr, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
			    "cannot write a temporary file: %s",
			    ev_err_errno(errno));
		ptr += n;
		len -= (size_t)n;
	}
	return EV_OK;
}

static enum ev_status
read_at(int fd, uint64_t at, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	ssize_t n;

	do
		n = pread(fd, buf, cap, (off_t)at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read a temporary file: %s", ev_err_errno(errno));
	*got = (size_t)n;
	return EV_OK;
}

/* What is in memory goes into a file. */
static enum ev_status
move_to_file(struct ev_spill *spill, struct ev_err *err)
{
	enum ev_status status;
	char *block;
	int fd;

	if (make_file(&fd, err) != EV_OK)
		return EV_FATAL;
	block = ev_mem_alloc(BLOCK);
	status = EV_OK;
	for (uint64_t at = 0; status == EV_OK && at < spill->stored;) {
		size_t got = 0;

		status = read_at(spill->fd, at, block, BLOCK, &got, err);
		if (status == EV_OK)
			status = write_all(fd, block, got, err);
		at += got;
	}
	free(block);
	if (spill->fd >= 0)
		close(spill->fd);
	spill->fd = fd;
	spill->file = true;
	return status;
}

/* Puts what is held where the descriptor is. */
static enum ev_status
store(struct ev_spill *spill, struct ev_err *err)
{
	if (spill->fd < 0)
		spill->fd = memfd_create("evkit", MFD_CLOEXEC);
	if (!spill->file &&
	    (spill->fd < 0 || ev_spill_length(spill) > spill->memory) &&
	    move_to_file(spill, err) != EV_OK)
		return EV_FATAL;
	if (write_all(spill->fd, spill->held.ptr, spill->held.len, err) !=
	    EV_OK)
		return EV_FATAL;
	spill->stored += spill->held.len;
	spill->held.len = 0;
	return EV_OK;
}

enum ev_status
ev_spill_append(struct ev_spill *spill, struct ev_slice bytes,
    struct ev_err *err)
{
	ev_buf_slice(&spill->held, bytes);
	return spill->held.len < BLOCK ? EV_OK : store(spill, err);
}

/* Opened anew, so that whoever reads it moves nobody else's position and
 * cannot write. */
enum ev_status
ev_spill_open(struct ev_spill *spill, int *fd, struct ev_err *err)
{
	char path[64];

	if (store(spill, err) != EV_OK)
		return EV_FATAL;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", spill->fd);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd < 0) {
		*fd = fcntl(spill->fd, F_DUPFD_CLOEXEC, 0);
		lseek(spill->fd, 0, SEEK_SET);
	}
	if (*fd < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_OS,
		    "cannot open a temporary file again: %s",
		    ev_err_errno(errno));
	return EV_OK;
}

static enum ev_status
read_input(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	const struct ev_spill *spill = ((struct ev_spill_input *)in)->spill;
	size_t left;

	if (in->bytes < spill->stored) {
		if (read_at(spill->fd, in->bytes, buf, cap, got, err) != EV_OK)
			return EV_FATAL;
	} else {
		left = (size_t)(ev_spill_length(spill) - in->bytes);
		*got = left < cap ? left : cap;
		if (*got)
			memcpy(buf, spill->held.ptr + spill->held.len - left,
			    *got);
	}
	in->bytes += *got;
	return *got ? EV_OK : EV_END;
}

static enum ev_status
never_waits(struct ev_input *in, struct ev_err *err)
{
	(void)in;
	(void)err;
	return EV_OK;
}

void
ev_spill_read(const struct ev_spill *spill, struct ev_spill_input *input,
    const char *name)
{
	*input = (struct ev_spill_input){.in = {.name = name,
					     .read = read_input,
					     .wait = never_waits},
	    .spill = spill};
}
