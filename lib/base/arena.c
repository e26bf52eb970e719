/*
 * arena: see arena.h. Blocks in a chain, the newest first, each at least twice
 * as large as the one before.
 */
#include "base/arena.h"

#include <stdlib.h>

#include "base/mem.h"

#define FIRST 4096      /* bytes of the first block */
#define KEEP (1u << 20) /* a larger block is not kept over a reset */
#define ALIGN 16

struct ev_arena_block {
	struct ev_arena_block *older;
	size_t size; /* of data */
	_Alignas(ALIGN) char data[];
};

static void
use(struct ev_arena *arena, struct ev_arena_block *block)
{
	arena->block = block;
	arena->ptr = block ? block->data : NULL;
	arena->end = block ? block->data + block->size : NULL;
}

static void
grow(struct ev_arena *arena, size_t need)
{
	size_t size = arena->block ? arena->block->size * 2 : FIRST;
	struct ev_arena_block *block;

	if (size > KEEP)
		size = KEEP;
	if (size < need)
		size = need;
	block = ev_mem_alloc(sizeof(*block) + size);
	block->older = arena->block;
	block->size = size;
	arena->size += size;
	use(arena, block);
}

void *
ev_arena_alloc(struct ev_arena *arena, size_t size)
{
	char *ptr;

	size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	if ((size_t)(arena->end - arena->ptr) < size)
		grow(arena, size);
	ptr = arena->ptr;
	arena->ptr += size;
	return ptr;
}

void *
ev_arena_zalloc(struct ev_arena *arena, size_t size)
{
	return memset(ev_arena_alloc(arena, size), 0, size);
}

struct ev_slice
ev_arena_slice(struct ev_arena *arena, struct ev_slice text)
{
	char *copy = ev_arena_alloc(arena, text.len + 1);

	if (text.len)
		memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return (struct ev_slice){copy, text.len};
}

void *
ev_arena_grow(struct ev_arena *arena, void *list, size_t count, size_t *cap,
    size_t size)
{
	void *more;

	if (count < *cap)
		return list;
	*cap = *cap ? *cap * 2 : 4;
	more = ev_arena_alloc(arena, *cap * size);
	if (count)
		memcpy(more, list, count * size);
	return more;
}

/* Frees the blocks down to `last`, which stays. */
static void
free_chain(struct ev_arena *arena, struct ev_arena_block *block,
    const struct ev_arena_block *last)
{
	while (block != last) {
		struct ev_arena_block *older = block->older;

		arena->size -= block->size;
		free(block);
		block = older;
	}
}

void
ev_arena_rewind(struct ev_arena *arena, struct ev_arena_mark mark)
{
	if (arena->block != mark.block) {
		free_chain(arena, arena->block, mark.block);
		use(arena, mark.block);
	}
	arena->ptr = mark.ptr;
}

void
ev_arena_reset(struct ev_arena *arena)
{
	struct ev_arena_block *block = arena->block;

	if (!block)
		return;
	free_chain(arena, block->older, NULL);
	block->older = NULL;
	if (block->size > KEEP) {
		arena->size = 0;
		free(block);
		block = NULL;
	}
	use(arena, block);
}

void
ev_arena_release(struct ev_arena *arena)
{
	free_chain(arena, arena->block, NULL);
	use(arena, NULL);
}
