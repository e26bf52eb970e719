/*
 * arena: memory that is let go of all at once: the nodes of a parsed
 * expression, the texts made while one event is judged. What it hands out
 * stays where it is until ev_arena_reset or ev_arena_release, or until it is
 * rewound to a mark set before; nothing is freed singly. After a reset the
 * memory is used again, so that the same work done a second time allocates
 * nothing.
 */
#ifndef EV_BASE_ARENA_H
#define EV_BASE_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct ev_arena_block;

/* In the caller's storage; {0} is an empty one. */
struct ev_arena {
	struct ev_arena_block *block; /* the one in use; owned */
	char *ptr, *end;              /* what is free in it */
	size_t size;                  /* bytes of all blocks */
};

/* size bytes, aligned for anything. */
void *ev_arena_alloc(struct ev_arena *arena, size_t size)
    __attribute__((malloc, returns_nonnull));
/* The same, zeroed. */
void *ev_arena_zalloc(struct ev_arena *arena, size_t size)
    __attribute__((malloc, returns_nonnull));
/* A copy of text, with a NUL behind it that is not counted. */
struct ev_slice ev_arena_slice(struct ev_arena *arena, struct ev_slice text);

/* Room for one item of size bytes more in a list that lies in the arena: the
 * list, or one twice as long (at first 4) with what it held; *cap is how many
 * there is room for. */
void *ev_arena_grow(struct ev_arena *arena, void *list, size_t count,
    size_t *cap, size_t size);

/* A place to go back to: what was handed out since ends there. It holds until
 * the arena is reset, or rewound to an older one. */
struct ev_arena_mark {
	struct ev_arena_block *block;
	char *ptr;
};
static inline struct ev_arena_mark
ev_arena_mark(const struct ev_arena *arena)
{
	return (struct ev_arena_mark){arena->block, arena->ptr};
}
void ev_arena_rewind(struct ev_arena *arena, struct ev_arena_mark mark);

/* Ends the life of all that was handed out. Keeps the newest block, which is
 * the largest, unless it is larger than 1 MiB. */
void ev_arena_reset(struct ev_arena *arena);
void ev_arena_release(struct ev_arena *arena);

#endif
