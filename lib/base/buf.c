/*
 * buf: see buf.h.
 */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"

void
ev_buf_release(struct ev_buf *buf)
{
	free(buf->ptr);
	*buf = (struct ev_buf){0};
}

void
ev_buf_grow(struct ev_buf *buf, size_t more)
{
	size_t cap = buf->cap ? buf->cap : 64;

	while (cap - buf->len < more)
		cap *= 2;
	buf->ptr = ev_mem_realloc(buf->ptr, cap);
	buf->cap = cap;
}

void
ev_buf_printf(struct ev_buf *buf, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len <= 0)
		return;
	ev_buf_reserve(buf, (size_t)len + 1);
	va_start(args, format);
	vsnprintf(buf->ptr + buf->len, (size_t)len + 1, format, args);
	va_end(args);
	buf->len += (size_t)len;
}

const char *
ev_buf_cstr(struct ev_buf *buf)
{
	ev_buf_reserve(buf, 1);
	buf->ptr[buf->len] = '\0';
	return buf->ptr;
}
