/*
 * lines: see lines.h. One buffer, which grows to the longest line.
 */
#include "format/lines.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

#define CHUNK (128u << 10) /* bytes read at a time, at least half of it */
#define INPUT (64u << 10)  /* what is kept of a line that is too long */

struct ev_lines {
	struct ev_input *in;
	size_t max;
	uint64_t number; /* of the line at `at`, from 1 */
	struct ev_buf buf;
	size_t at;      /* where the line begins in buf */
	size_t seen;    /* up to where no newline was found */
	size_t dropped; /* bytes that its beginning in buf lacks */
	uint64_t taken; /* bytes of the input that were read, or lie before */
	uint64_t skip;  /* so many are read and dropped first */
	bool torn;      /* the last line had no end */
	bool goes_on;   /* the line end of the last line of before must come */
};

struct ev_lines *
ev_lines_new(struct ev_input *in, size_t max)
{
	struct ev_lines *lines = ev_mem_zalloc(1, sizeof(*lines));

	lines->in = in;
	lines->max = max;
	lines->number = 1;
	return lines;
}

void
ev_lines_free(struct ev_lines *lines)
{
	if (!lines)
		return;
	ev_buf_release(&lines->buf);
	free(lines);
}

static enum ev_status
skip(struct ev_lines *lines, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	size_t got;

	ev_buf_reserve(&lines->buf, CHUNK);
	while (lines->taken < lines->skip && status == EV_OK) {
		uint64_t left = lines->skip - lines->taken;

		status = lines->in->read(lines->in, lines->buf.ptr,
		    left < CHUNK ? (size_t)left : CHUNK, &got, err);
		if (status == EV_OK)
			lines->taken += got;
	}
	if (status == EV_END)
		lines->skip = 0;
	return status;
}

static enum ev_status
fill(struct ev_lines *lines, struct ev_err *err)
{
	struct ev_buf *buf = &lines->buf;
	enum ev_status status;
	size_t got;

	if (lines->taken < lines->skip && (status = skip(lines, err)) != EV_OK)
		return status;
	if (lines->at) {
		buf->len -= lines->at;
		memmove(buf->ptr, buf->ptr + lines->at, buf->len);
		lines->seen -= lines->at;
		lines->at = 0;
	}
	if (buf->len > lines->max + 1 && buf->len > INPUT) {
		lines->dropped += buf->len - INPUT;
		buf->len = lines->seen = INPUT;
	}
	if (buf->cap - buf->len < CHUNK / 2)
		ev_buf_reserve(buf, CHUNK);
	status = lines->in->read(lines->in, buf->ptr + buf->len,
	    buf->cap - buf->len < CHUNK ? buf->cap - buf->len : CHUNK, &got,
	    err);
	if (status == EV_OK) {
		buf->len += got;
		lines->taken += got;
	}
	return status;
}

/* The rest of a line that was given before, without its end: nothing, or it
 * is not the line that it was. */
static enum ev_status
check_end(struct ev_lines *lines, size_t end, struct ev_err *err)
{
	size_t len = end - lines->at;

	lines->goes_on = false;
	if (!len || (len == 1 && lines->buf.ptr[lines->at] == '\r'))
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "'%s': the last line had no end and was read as it was; now it "
	    "goes on",
	    lines->in->name);
}

/* The line that ends before the offset `end`; the next begins at `next`. */
static enum ev_status
take(struct ev_lines *lines, size_t end, size_t next, struct ev_record *record,
    struct ev_err *err)
{
	const char *ptr = lines->buf.ptr + lines->at;
	size_t len = end - lines->at;
	size_t fault;

	if (next > end && len && ptr[len - 1] == '\r')
		len--;
	record->line = lines->number++;
	record->length = len + lines->dropped;
	lines->torn = next == end;
	lines->at = lines->seen = next;
	lines->dropped = 0;
	if (record->length > lines->max) {
		record->input = (struct ev_slice){ptr,
		    len < INPUT ? len : INPUT};
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "longer than %zu bytes", lines->max);
	}
	record->input = (struct ev_slice){ptr, len};
	fault = ev_utf8_check(ptr, len);
	if (fault < len)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "not UTF-8 at byte %zu", fault + 1);
	return EV_OK;
}

enum ev_status
ev_lines_next(struct ev_lines *lines, struct ev_record *record,
    struct ev_err *err)
{
	struct ev_buf *buf = &lines->buf;

	for (;;) {
		char *newline = buf->len == lines->seen
		    ? NULL
		    : memchr(buf->ptr + lines->seen, '\n',
			  buf->len - lines->seen);
		enum ev_status status;

		if (newline) {
			size_t end = (size_t)(newline - buf->ptr);

			if (lines->goes_on) {
				if (check_end(lines, end, err) != EV_OK)
					return EV_FATAL;
				lines->at = lines->seen = end + 1;
				continue;
			}
			return take(lines, end, end + 1, record, err);
		}
		lines->seen = buf->len;
		status = fill(lines, err);
		if (status == EV_END && lines->goes_on &&
		    check_end(lines, buf->len, err) != EV_OK)
			return EV_FATAL;
		if (status == EV_END && buf->len > lines->at)
			return take(lines, buf->len, buf->len, record, err);
		if (status != EV_OK)
			return status;
	}
}

struct ev_behind
ev_lines_behind(const struct ev_lines *lines)
{
	uint64_t taken = lines->taken < lines->skip ? lines->skip
						    : lines->taken;

	return (struct ev_behind){taken - (lines->buf.len - lines->at) -
		lines->dropped,
	    lines->number - 1, lines->torn ? EV_RECORD_TORN : EV_RECORD_WHOLE};
}

void
ev_lines_go(struct ev_lines *lines, const struct ev_behind *behind,
    uint64_t *at)
{
	lines->skip = behind->offset;
	if (at)
		*at = lines->taken = behind->offset;
	lines->number = behind->lines + 1;
	lines->goes_on = behind->end == EV_RECORD_TORN;
}
