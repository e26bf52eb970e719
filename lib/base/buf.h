/*
 * buf: bytes that grow. In the caller's storage: {0} is an empty one,
 * ev_buf_release frees its bytes. Growth doubles, so that appending is
 * amortised O(1); out of memory ends the process (mem.h). A limit, where the
 * data comes from outside, is the caller's to check before it appends.
 */
#ifndef EV_BASE_BUF_H
#define EV_BASE_BUF_H

#include <stdint.h>
#include <string.h>

#include "base/slice.h"

struct ev_buf {
	char *ptr; /* owned; NULL while nothing was ever appended */
	size_t len;
	size_t cap;
};

void ev_buf_release(struct ev_buf *buf);
/* Makes room for at least `more` bytes behind len; the slow part of it. */
void ev_buf_grow(struct ev_buf *buf, size_t more);
/* printf at the end. */
void ev_buf_printf(struct ev_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static inline void
ev_buf_reserve(struct ev_buf *buf, size_t more)
{
	if (buf->cap - buf->len < more)
		ev_buf_grow(buf, more);
}

static inline void
ev_buf_append(struct ev_buf *buf, const void *ptr, size_t len)
{
	ev_buf_reserve(buf, len);
	if (len)
		memcpy(buf->ptr + buf->len, ptr, len);
	buf->len += len;
}

static inline void
ev_buf_slice(struct ev_buf *buf, struct ev_slice text)
{
	ev_buf_append(buf, text.ptr, text.len);
}

static inline void
ev_buf_str(struct ev_buf *buf, const char *text)
{
	ev_buf_append(buf, text, strlen(text));
}

static inline void
ev_buf_char(struct ev_buf *buf, char c)
{
	ev_buf_reserve(buf, 1);
	buf->ptr[buf->len++] = c;
}

/* Copies a text behind which EV_BUF_SHORT bytes can be read to where that many
 * more than it has can be written; returns the address behind it there. Most
 * are short, and asking their lengths costs more than two 16-byte moves. */
#define EV_BUF_SHORT 32u

static inline char *
ev_buf_put(char *at, struct ev_slice text)
{
	memcpy(at, text.ptr, EV_BUF_SHORT);
	if (text.len > EV_BUF_SHORT)
		memcpy(at + EV_BUF_SHORT, text.ptr + EV_BUF_SHORT,
		    text.len - EV_BUF_SHORT);
	return at + text.len;
}

/* The bytes as a NUL-terminated string (the NUL is not counted in len);
 * valid until the next append. */
const char *ev_buf_cstr(struct ev_buf *buf);

static inline struct ev_slice
ev_buf_as_slice(const struct ev_buf *buf)
{
	return (struct ev_slice){buf->ptr, buf->len};
}

#endif
