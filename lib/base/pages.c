/*
 * pages: see pages.h.
 */
#include "base/pages.h"

#include <sys/mman.h>

#include "base/mem.h"

#define LARGE (8u << 20) /* from here on in huge pages */

static void *
in_huge_pages(void *ptr, size_t size)
{
	if (ptr == MAP_FAILED)
		ev_mem_fail(size);
	/* Where there are none, plain ones serve. */
	if (size >= LARGE)
		madvise(ptr, size, MADV_HUGEPAGE);
	return ptr;
}

void *
ev_pages_new(size_t size)
{
	return in_huge_pages(mmap(NULL, size, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
	    size);
}

void *
ev_pages_grow(void *ptr, size_t size, size_t to)
{
	return in_huge_pages(mremap(ptr, size, to, MREMAP_MAYMOVE), to);
}

void
ev_pages_free(void *ptr, size_t size)
{
	munmap(ptr, size);
}
