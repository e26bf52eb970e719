/*
 * mem: allocation that cannot fail. Out of memory ends the process through
 * one handler, which lib/tool sets (it writes the failure line and exits with
 * EV_EXIT_OS); without one it is abort().
 */
#ifndef EV_BASE_MEM_H
#define EV_BASE_MEM_H

#include <stddef.h>

#include "base/slice.h"

/* Called with the size that could not be had; must not return. */
void ev_mem_on_failure(void (*handler)(size_t size));

/* Ends the process as a failed allocation of size bytes does: for memory that
 * does not come from here (mmap). */
_Noreturn void ev_mem_fail(size_t size);

void *ev_mem_alloc(size_t size) __attribute__((malloc, returns_nonnull));
/* As calloc: zeroed. */
void *ev_mem_zalloc(size_t count, size_t size)
    __attribute__((malloc, returns_nonnull));
void *ev_mem_realloc(void *ptr, size_t size) __attribute__((returns_nonnull));
/* Copies of text, NUL-terminated, to be freed by the caller. */
char *ev_mem_strdup(const char *text) __attribute__((malloc, returns_nonnull));
char *ev_mem_strndup(const char *ptr, size_t len)
    __attribute__((malloc, returns_nonnull));
char *ev_mem_text(struct ev_slice text)
    __attribute__((malloc, returns_nonnull));
/* printf into a fresh string, to be freed by the caller. */
char *ev_mem_printf(const char *format, ...)
    __attribute__((malloc, returns_nonnull, format(printf, 1, 2)));

#endif
