/*
 * seeker_file: see seeker_file.h.
 */
#include "tool/seeker_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "state/filepos.h"
#include "state/logread.h"
#include "state/sidecar.h"
#include "tool/logsource.h"

#define BLOCK (256u << 10)

/* A file as a reader finds it. */
struct seen {
	char *path;
	int fd;
	uint64_t size; /* what may be read of it */
};

static enum ev_status
cannot_read(const char *path, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO, "cannot read '%s': %s",
	    path, ev_err_errno(errno));
}

/* The path of a key: FOLDER#NAME is a file in a folder. The caller's. */
static char *
path_of(const char *key)
{
	const char *part = strrchr(key, '#');
	char *folder, *path = NULL;
	struct stat there;

	if (part && access(key, F_OK) != 0) {
		folder = ev_mem_strndup(key, (size_t)(part - key));
		if (stat(folder, &there) == 0 && S_ISDIR(there.st_mode))
			path = ev_mem_printf("%s/%s", folder, part + 1);
		free(folder);
	}
	return path ? path : ev_mem_strdup(key);
}

/* Where a named pipeline writes the file, what it has not committed does not
 * count. */
static enum ev_status
limit(struct seen *seen, struct ev_err *err)
{
	char *path = ev_sidecar_path(seen->path, false);
	struct ev_sidecar sidecar = {0};
	enum ev_status status = ev_sidecar_read(path, &sidecar, err);

	if (status == EV_OK && sidecar.length < seen->size)
		seen->size = sidecar.length;
	ev_sidecar_release(&sidecar);
	free(path);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

/* EV_END: there is no such file, which the note says. */
static enum ev_status
look_at(struct seen *seen, struct ev_seeker_input *input, struct ev_err *err)
{
	struct stat there;

	seen->path = path_of(input->key);
	seen->fd = open(seen->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (seen->fd < 0 && (errno == ENOENT || errno == ENOTDIR)) {
		input->note = ev_mem_strdup("there is no such file now");
		return EV_END;
	}
	if (seen->fd < 0 || fstat(seen->fd, &there))
		return cannot_read(seen->path, err);
	if (!S_ISREG(there.st_mode)) {
		input->note = ev_mem_strdup("it is no plain file");
		return EV_END;
	}
	seen->size = (uint64_t)there.st_size;
	return limit(seen, err);
}

static void
leave(struct seen *seen)
{
	if (seen->fd >= 0)
		close(seen->fd);
	free(seen->path);
}

static char *
at(uint64_t offset)
{
	return ev_mem_printf("byte %" PRIu64, offset);
}

/* --- how far behind ------------------------------------------------------ */

static enum ev_status
lag(const struct ev_filepos *pos, const struct seen *seen,
    struct ev_seeker_input *input, struct ev_err *err)
{
	enum ev_status status;

	if (pos->packed) {
		if (pos->done)
			input->behind = 0;
		return EV_OK;
	}
	status = ev_filepos_match(pos, seen->fd, err);
	if (status == EV_END)
		input->note = ev_mem_strdup(
		    "another file stands there now, or it was changed");
	if (status == EV_OK && seen->size >= pos->behind.offset)
		input->behind = seen->size - pos->behind.offset;
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

/* --- going elsewhere ----------------------------------------------------- */

/* The lines that begin before `end`, and where the last of them does; *next is
 * where the first line at or behind it begins, or the size. */
struct lines {
	uint64_t count, start, next;
};

static enum ev_status
count_lines(const struct seen *seen, uint64_t end, struct lines *lines,
    struct ev_err *err)
{
	char *block = ev_mem_alloc(BLOCK);
	uint64_t offset = 0;
	bool found = false;
	ssize_t n = 1;

	*lines = (struct lines){0, 0, seen->size};
	while (n > 0 && !found && offset < seen->size) {
		uint64_t left = seen->size - offset;
		const char *at_end;

		n = pread(seen->fd, block, left < BLOCK ? left : BLOCK,
		    (off_t)offset);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0) {
			at_end = block;
			while (!found &&
			    (at_end = memchr(at_end, '\n',
				 (size_t)(block + n - at_end)))) {
				uint64_t behind = offset +
				    (uint64_t)(++at_end - block);

				found = behind > end;
				lines->next = found ? behind : lines->next;
				lines->start = found ? lines->start : behind;
				lines->count += !found;
			}
			offset += (uint64_t)n;
		}
	}
	free(block);
	return n < 0 ? cannot_read(seen->path, err) : EV_OK;
}

/* The offset that `to` asks for; EV_END: it is none, which the note says. */
static enum ev_status
wanted(const char *to, const struct seen *seen, uint64_t *offset,
    struct ev_seeker_input *input)
{
	char *end;

	if (!strcmp(to, "start")) {
		*offset = 0;
		return EV_OK;
	}
	if (!strcmp(to, "end")) {
		*offset = seen->size;
		return EV_OK;
	}
	errno = 0;
	*offset = strtoull(to, &end, 10);
	if (errno || *end || *to < '0' || *to > '9') {
		input->note = ev_mem_strdup(
		    "of a file that is start, end, or an offset in bytes");
		return EV_END;
	}
	if (*offset <= seen->size)
		return EV_OK;
	input->note = ev_mem_printf("it has %" PRIu64 " bytes", seen->size);
	return EV_END;
}

static enum ev_status
seek(struct ev_filepos pos, const struct seen *seen, const char *to,
    struct ev_seeker_input *input, struct ev_err *err)
{
	struct ev_buf text = {0};
	struct lines lines;
	uint64_t offset, size;
	enum ev_status status = wanted(to, seen, &offset, input);

	if (status == EV_OK && pos.packed && offset) {
		input->note = ev_mem_strdup("of a packed file it is start");
		status = EV_END;
	}
	if (status == EV_OK)
		status = count_lines(seen, offset, &lines, err);
	if (status == EV_OK && !strcmp(to, "end"))
		offset = lines.start;
	if (status == EV_OK && lines.start != offset) {
		input->note = ev_mem_printf("no line begins there: at %" PRIu64
					    " and at %" PRIu64 " one does",
		    lines.start, lines.next);
		status = EV_END;
	}
	if (status != EV_OK)
		return status == EV_FATAL ? EV_FATAL : EV_OK;
	pos = (struct ev_filepos){.behind = {offset, lines.count, 0}};
	if (ev_filepos_look(seen->fd, seen->path, &pos.node, &size, err) !=
		EV_OK ||
	    ev_filepos_hash(&pos, seen->fd, offset, err) != EV_OK)
		return EV_FATAL;
	ev_filepos_build(&pos, &text);
	input->position = ev_mem_strdup(ev_buf_cstr(&text));
	input->offset = offset;
	input->behind = seen->size - offset;
	input->at = at(offset);
	ev_buf_release(&text);
	return EV_OK;
}

/* --- a log folder -------------------------------------------------------- */

static void
in_log(struct ev_logread *log, struct ev_slice position, const char *to,
    struct ev_seeker_input *input)
{
	struct ev_buf text = {0};
	uint64_t offset;
	struct ev_err err;
	enum ev_status status;

	status = to ? ev_logsource_where(log, to, &offset, &err)
		    : ev_logread_resume(log, position, &err);
	if (status == EV_OK && to)
		status = ev_logread_seek(log, offset, &err);
	if (status != EV_OK) {
		input->note = ev_mem_strdup(err.text);
		return;
	}
	offset = ev_logread_offset(log);
	if (to) {
		ev_logread_position(log, offset, &text);
		input->position = ev_mem_strdup(ev_buf_cstr(&text));
	}
	input->at = at(offset);
	input->offset = offset;
	input->behind = ev_logread_end(log) - offset;
	ev_buf_release(&text);
}

static enum ev_status
look_at_log(const char *folder, struct ev_slice position, const char *to,
    struct ev_seeker_input *input, struct ev_err *err)
{
	struct ev_logread *log;

	if (ev_logread_open(&log, folder, false, err) != EV_OK)
		return EV_FATAL;
	input->unit = ev_mem_strdup("bytes");
	in_log(log, position, to, input);
	ev_logread_close(log);
	return EV_OK;
}

/* --- either -------------------------------------------------------------- */

enum ev_status
ev_seeker_file(struct ev_slice position, const char *to,
    struct ev_seeker_input *input, struct ev_err *err)
{
	struct seen seen = {NULL, -1, 0};
	struct ev_filepos pos;
	enum ev_status status;

	if (ev_logread_is(input->key))
		return look_at_log(input->key, position, to, input, err);
	if (ev_filepos_parse(position, &pos, NULL) != EV_OK) {
		input->note = ev_mem_strdup("it is no position of a file");
		return EV_OK;
	}
	input->unit = ev_mem_strdup("bytes");
	if (!to) {
		input->offset = pos.behind.offset;
		input->at = at(input->offset);
	}
	status = look_at(&seen, input, err);
	if (status == EV_OK)
		status = to ? seek(pos, &seen, to, input, err)
			    : lag(&pos, &seen, input, err);
	leave(&seen);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}
