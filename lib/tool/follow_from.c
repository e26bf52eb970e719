/*
 * follow_from: where a pipeline that has no record yet begins in a file
 * (--from), and the present end of one.
 */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool/follow_impl.h"

#define BLOCK 4096

/* Behind the last newline before `end`. */
static uint64_t
last_line_end(int fd, uint64_t end)
{
	char block[BLOCK];

	while (end) {
		size_t len = end < BLOCK ? (size_t)end : BLOCK;
		const char *newline;
		ssize_t got = pread(fd, block, len, (off_t)(end - len));

		if (got != (ssize_t)len)
			return end;
		newline = memrchr(block, '\n', len);
		if (newline)
			return end - len + (size_t)(newline - block) + 1;
		end -= len;
	}
	return 0;
}

/* Where the first line begins at `offset` or behind it. */
static uint64_t
next_line(int fd, uint64_t offset, uint64_t size)
{
	char block[BLOCK];

	for (uint64_t at = offset - 1; at < size;) {
		ssize_t got = pread(fd, block, BLOCK, (off_t)at);
		const char *newline = got > 0 ? memchr(block, '\n', (size_t)got)
					      : NULL;

		if (newline)
			return at + (size_t)(newline - block) + 1;
		if (got <= 0)
			break;
		at += (size_t)got;
	}
	return size;
}

/* As if everything before the offset had been read. */
static enum ev_status
go_to(struct ev_follow_file *file, uint64_t offset, struct ev_err *err)
{
	struct ev_behind behind = {offset, 0, EV_RECORD_WHOLE};
	enum ev_status status = EV_OK;

	if (offset) {
		status = ev_follow_passed(file, &behind, NULL, false, err);
		file->seen = offset;
		file->known = true;
	}
	return status;
}

enum ev_status
ev_follow_to_end(struct ev_follow_file *file, struct ev_err *err)
{
	enum ev_status status = ev_follow_file_open(file, err);

	if (status != EV_OK)
		return status == EV_AGAIN ? EV_OK : status;
	if (!file->packed)
		return go_to(file, last_line_end(file->fd, file->size), err);
	file->pos.packed = file->pos.done = file->known = true;
	file->pos.packed_size = file->seen = file->size;
	file->pos.packed_hash = ev_follow_packed_hash(file->fd, file->size);
	return EV_OK;
}

/* "2026-11-22", with "T10:00" or "T10:00:30" behind it, in UTC, in ns; false
 * if it is no time. */
static bool
time_of(const char *text, int64_t *ns)
{
	static const char *const formats[] = {"%Y-%m-%d", "%Y-%m-%dT%H:%M",
	    "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"};

	for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
		struct tm tm = {0};
		const char *end = strptime(text, formats[i], &tm);

		if (end && (!*end || !strcmp(end, "Z"))) {
			*ns = (int64_t)timegm(&tm) * 1000000000;
			return true;
		}
	}
	return false;
}

/* What a text of --from means. */
enum start { FROM_NONE, FROM_START, FROM_END, FROM_OFFSET, FROM_TIME };

static enum start
read_from(const char *text, uint64_t *offset, int64_t *ns)
{
	static const struct {
		const char *word;
		enum start from;
	} words[] = {{"start", FROM_START}, {"beginning", FROM_START},
	    {"earliest", FROM_START}, {"end", FROM_END}, {"latest", FROM_END}};
	char *end;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(text, words[i].word))
			return words[i].from;
	if (time_of(text, ns))
		return FROM_TIME;
	errno = 0;
	*offset = strtoull(text, &end, 10);
	if (errno || *end || !isdigit((unsigned char)*text))
		return FROM_NONE;
	return FROM_OFFSET;
}

static enum ev_status
bad_from(const char *text, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "--from wants start, end, a time (2026-11-22T10:00:00Z) or an "
	    "offset, not '%s'",
	    text);
}

static enum ev_status
from_offset(const struct ev_follow *follow, struct ev_follow_file *file,
    uint64_t offset, struct ev_err *err)
{
	enum ev_status status;

	if (follow->places > 1 || follow->place[0].listed)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--from OFFSET is for one file, not for several");
	status = ev_follow_file_open(file, err);
	if (status != EV_OK || !offset)
		return status == EV_AGAIN ? EV_OK : status;
	if (file->packed)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--from OFFSET is for plain files, and '%s' is packed",
		    file->path);
	return go_to(file, next_line(file->fd, offset, file->size), err);
}

enum ev_status
ev_follow_from(const struct ev_follow *follow, struct ev_follow_file *file,
    struct ev_err *err)
{
	uint64_t offset = 0;
	int64_t ns = 0;

	switch (read_from(follow->set.from, &offset, &ns)) {
	case FROM_START:
		break;
	case FROM_TIME:
		if (file->node.mtime >= ns)
			break;
		/* fall through */
	case FROM_END:
		return ev_follow_to_end(file, err);
	case FROM_OFFSET:
		return from_offset(follow, file, offset, err);
	case FROM_NONE:
		return bad_from(follow->set.from, err);
	}
	return EV_OK;
}
