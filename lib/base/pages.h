/*
 * pages: memory for large tables, straight from the kernel: zeroed, grown
 * without copying, given back at once.
 *
 * What is large is asked for in huge pages where the kernel grants them
 * (madvise(2), MADV_HUGEPAGE): a table that is looked into at random then
 * misses fewer TLB entries, and a page fault comes every 2 MiB instead of
 * every 4 KiB.
 */
#ifndef EV_BASE_PAGES_H
#define EV_BASE_PAGES_H

#include <stddef.h>

/* Zeroed. Out of memory ends the process (mem.h). */
void *ev_pages_new(size_t size);
/* May move; what is new is zeroed. */
void *ev_pages_grow(void *ptr, size_t size, size_t to);
void ev_pages_free(void *ptr, size_t size);

#endif
