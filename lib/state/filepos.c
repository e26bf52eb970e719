/*
 * filepos: see filepos.h.
 */
#include "state/filepos.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/siphash.h"
#include "base/utf8.h"

/* Nobody is kept out by it: files are told apart, not proved. */
static const uint64_t key[2] = {0x657669746F732031, 0x706F736974696F6E};

static uint64_t
hash(const char *ptr, size_t len)
{
	return ev_siphash(key, ptr, len).low;
}

/* --- text ---------------------------------------------------------------- */

void
ev_filepos_build(const struct ev_filepos *pos, struct ev_buf *out)
{
	ev_buf_printf(out, "offset=%" PRIu64 " lines=%" PRIu64,
	    pos->behind.offset, pos->behind.lines);
	if (pos->behind.end != EV_RECORD_WHOLE)
		ev_buf_printf(out, " end=%s",
		    pos->behind.end == EV_RECORD_TORN ? "torn" : "cr");
	ev_buf_printf(out,
	    " of=%" PRIu64 " head=%016" PRIx64 " tail=%016" PRIx64
	    " at=%" PRIx64 ":%" PRIx64 ":%" PRIx64 " mtime=%" PRIx64,
	    pos->length, pos->head, pos->tail, pos->node.dev, pos->node.ino,
	    (uint64_t)pos->node.born, (uint64_t)pos->node.mtime);
	if (pos->packed)
		ev_buf_printf(out, " packed=%" PRIu64 ":%016" PRIx64,
		    pos->packed_size, pos->packed_hash);
	if (pos->done)
		ev_buf_str(out, " done");
	if (pos->converted)
		ev_buf_str(out, " converted");
}

/* Numbers with colons between them, of which the last one ends the text. */
static bool
numbers(const char *text, int base, size_t count, ...)
{
	va_list args;
	bool right = true;

	va_start(args, count);
	for (size_t i = 0; i < count && right; i++) {
		char *end;

		errno = 0;
		*va_arg(args, uint64_t *) = strtoull(text, &end, base);
		right = !errno && end != text && *text != '-' && *text != '+' &&
		    *text != ' ' && *end == (i + 1 < count ? ':' : '\0');
		text = end + 1;
	}
	va_end(args);
	return right;
}

static bool
read_end(struct ev_filepos *pos, const char *value)
{
	if (!strcmp(value, "torn"))
		pos->behind.end = EV_RECORD_TORN;
	else if (!strcmp(value, "cr"))
		pos->behind.end = EV_RECORD_CR;
	else
		return false;
	return true;
}

static bool
read_packed(struct ev_filepos *pos, const char *value)
{
	char size[32];
	size_t len = strcspn(value, ":");

	pos->packed = true;
	if (len >= sizeof(size) || !value[len])
		return false;
	memcpy(size, value, len);
	size[len] = '\0';
	return numbers(size, 10, 1, &pos->packed_size) &&
	    numbers(value + len + 1, 16, 1, &pos->packed_hash);
}

static bool
read_word(struct ev_filepos *pos, const char *word, const char *value)
{
	uint64_t born, mtime;

	if (!strcmp(word, "done"))
		pos->done = true;
	else if (!strcmp(word, "converted"))
		pos->converted = true;
	else if (!strcmp(word, "offset"))
		return numbers(value, 10, 1, &pos->behind.offset);
	else if (!strcmp(word, "lines"))
		return numbers(value, 10, 1, &pos->behind.lines);
	else if (!strcmp(word, "of"))
		return numbers(value, 10, 1, &pos->length);
	else if (!strcmp(word, "head"))
		return numbers(value, 16, 1, &pos->head);
	else if (!strcmp(word, "tail"))
		return numbers(value, 16, 1, &pos->tail);
	else if (!strcmp(word, "end"))
		return read_end(pos, value);
	else if (!strcmp(word, "packed"))
		return read_packed(pos, value);
	if (!strcmp(word, "at")) {
		if (!numbers(value, 16, 3, &pos->node.dev, &pos->node.ino,
			&born))
			return false;
		pos->node.born = (int64_t)born;
	}
	if (!strcmp(word, "mtime")) {
		if (!numbers(value, 16, 1, &mtime))
			return false;
		pos->node.mtime = (int64_t)mtime;
	}
	return true;
}

enum ev_status
ev_filepos_parse(struct ev_slice text, struct ev_filepos *pos,
    struct ev_err *err)
{
	struct ev_filepos read = {0};
	struct ev_buf copy = {0};
	bool right = text.len > 7 && !memcmp(text.ptr, "offset=", 7) &&
	    !memchr(text.ptr, '\0', text.len);
	char *save = NULL;

	ev_buf_slice(&copy, text);
	ev_buf_char(&copy, '\0');
	for (char *word = strtok_r(copy.ptr, " ", &save); right && word;
	     word = strtok_r(NULL, " ", &save)) {
		char *value = strchr(word, '=');

		if (value)
			*value++ = '\0';
		right = read_word(&read, word, value ? value : "");
	}
	ev_buf_release(&copy);
	if (!right)
		return ev_err_set(err, EV_BAD, EV_EXIT_DISAGREE,
		    "'%.*s' is no position of a file",
		    (int)ev_utf8_cut(text.ptr, text.len, 200), text.ptr);
	*pos = read;
	return EV_OK;
}

/* --- the file system ----------------------------------------------------- */

enum ev_status
ev_filepos_look(int fd, const char *path, struct ev_filepos_node *node,
    uint64_t *size, struct ev_err *err)
{
	struct statx info;
	int failed = fd < 0
	    ? statx(AT_FDCWD, path, 0, STATX_BASIC_STATS | STATX_BTIME, &info)
	    : statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME,
		  &info);

	if (failed && fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return EV_END;
	if (failed)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot look at '%s': %s", path, ev_err_errno(errno));
	*node = (struct ev_filepos_node){.dev = makedev(info.stx_dev_major,
					     info.stx_dev_minor),
	    .ino = info.stx_ino,
	    .mtime = info.stx_mtime.tv_sec * 1000000000 +
		(int64_t)info.stx_mtime.tv_nsec};
	if (info.stx_mask & STATX_BTIME)
		node->born = info.stx_btime.tv_sec * 1000000000 +
		    (int64_t)info.stx_btime.tv_nsec;
	*size = info.stx_size;
	return EV_OK;
}

bool
ev_filepos_same_node(const struct ev_filepos_node *a,
    const struct ev_filepos_node *b)
{
	return a->ino == b->ino && a->dev == b->dev &&
	    (!a->born || !b->born || a->born == b->born);
}

/* --- hashes -------------------------------------------------------------- */

static size_t
span(uint64_t length)
{
	return length < EV_FILEPOS_SPAN ? (size_t)length : EV_FILEPOS_SPAN;
}

/* Reads len bytes at the offset; EV_AGAIN: there are less. */
static enum ev_status
read_at(int fd, uint64_t offset, char *bytes, size_t len, struct ev_err *err)
{
	size_t got = 0;

	while (got < len) {
		ssize_t n = pread(fd, bytes + got, len - got,
		    (off_t)(offset + got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
			    "cannot read a file again: %s",
			    ev_err_errno(errno));
		if (!n)
			return EV_AGAIN;
		got += (size_t)n;
	}
	return EV_OK;
}

static enum ev_status
hash_at(int fd, uint64_t offset, size_t len, uint64_t *result,
    struct ev_err *err)
{
	char bytes[EV_FILEPOS_SPAN];
	enum ev_status status = read_at(fd, offset, bytes, len, err);

	if (status == EV_OK)
		*result = hash(bytes, len);
	return status;
}

enum ev_status
ev_filepos_hash(struct ev_filepos *pos, int fd, uint64_t length,
    struct ev_err *err)
{
	size_t len = span(length);
	uint64_t head, tail;
	enum ev_status status = hash_at(fd, 0, len, &head, err);

	if (status == EV_OK)
		status = hash_at(fd, length - len, len, &tail, err);
	if (status != EV_OK)
		return status;
	pos->length = length;
	pos->head = head;
	pos->tail = tail;
	return EV_OK;
}

enum ev_status
ev_filepos_match(const struct ev_filepos *pos, int fd, struct ev_err *err)
{
	struct ev_filepos is = {0};
	enum ev_status status;

	/* Nothing was read of it, so nothing was hashed. */
	if (!pos->length)
		return EV_OK;
	status = ev_filepos_hash(&is, fd, pos->length, err);
	if (status == EV_AGAIN)
		return EV_END;
	if (status != EV_OK)
		return status;
	return is.head == pos->head && is.tail == pos->tail ? EV_OK : EV_END;
}

void
ev_filepos_sum_add(struct ev_filepos_sum *sum, const char *ptr, size_t len)
{
	if (len && sum->length < EV_FILEPOS_SPAN) {
		size_t room = EV_FILEPOS_SPAN - (size_t)sum->length;

		memcpy(sum->head + sum->length, ptr, len < room ? len : room);
	}
	if (len > EV_FILEPOS_SPAN) {
		sum->length += len - EV_FILEPOS_SPAN;
		ptr += len - EV_FILEPOS_SPAN;
		len = EV_FILEPOS_SPAN;
	}
	while (len--)
		sum->tail[sum->length++ % EV_FILEPOS_SPAN] = *ptr++;
}

enum ev_status
ev_filepos_sum_start(struct ev_filepos_sum *sum, int fd, uint64_t length,
    struct ev_err *err)
{
	size_t len = span(length);
	char tail[EV_FILEPOS_SPAN];
	enum ev_status status = read_at(fd, 0, sum->head, len, err);

	if (status == EV_OK)
		status = read_at(fd, length - len, tail, len, err);
	sum->length = status == EV_OK ? length - len : 0;
	for (size_t i = 0; status == EV_OK && i < len; i++)
		sum->tail[sum->length++ % EV_FILEPOS_SPAN] = tail[i];
	return status;
}

void
ev_filepos_sum_hash(const struct ev_filepos_sum *sum, struct ev_filepos *pos)
{
	size_t len = span(sum->length);
	char tail[EV_FILEPOS_SPAN];

	for (size_t i = 0; i < len; i++)
		tail[i] = sum->tail[(sum->length - len + i) % EV_FILEPOS_SPAN];
	pos->length = sum->length;
	pos->head = hash(sum->head, len);
	pos->tail = hash(tail, len);
}
