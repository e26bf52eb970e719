/*
 * mem: see mem.h.
 */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void (*on_failure)(size_t size);

void
ev_mem_on_failure(void (*handler)(size_t size))
{
	on_failure = handler;
}

void
ev_mem_fail(size_t size)
{
	if (on_failure)
		on_failure(size);
	abort();
}

static void *
check(void *ptr, size_t size)
{
	if (!ptr)
		ev_mem_fail(size);
	return ptr;
}

void *
ev_mem_alloc(size_t size)
{
	return check(malloc(size ? size : 1), size);
}

void *
ev_mem_zalloc(size_t count, size_t size)
{
	if (!count || !size)
		count = size = 1;
	return check(calloc(count, size), size);
}

void *
ev_mem_realloc(void *ptr, size_t size)
{
	return check(realloc(ptr, size ? size : 1), size);
}

char *
ev_mem_strdup(const char *text)
{
	return ev_mem_strndup(text, strlen(text));
}

char *
ev_mem_strndup(const char *ptr, size_t len)
{
	char *copy = ev_mem_alloc(len + 1);

	if (len)
		memcpy(copy, ptr, len);
	copy[len] = '\0';
	return copy;
}

char *
ev_mem_text(struct ev_slice text)
{
	return ev_mem_strndup(text.ptr, text.len);
}

char *
ev_mem_printf(const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	return check(len < 0 ? NULL : text, 0);
}
