/*
 * arena: memory that is let go of all at once: the nodes of a parsed
 * expression, the texts made while one event is judged. What it hands out
 * stays where it is until ev_arena_reset or ev_arena_release; nothing is
 * freed singly. After a reset the memory is used again, so that the same work
 * done a second time allocates nothing.
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
};

/* size bytes, aligned for anything. */
void *ev_arena_alloc(struct ev_arena *arena, size_t size)
    __attribute__((malloc, returns_nonnull));
/* The same, zeroed. */
void *ev_arena_zalloc(struct ev_arena *arena, size_t size)
    __attribute__((malloc, returns_nonnull));
/* A copy of text, with a NUL behind it that is not counted. */
struct ev_slice ev_arena_slice(struct ev_arena *arena, struct ev_slice text);

/* Ends the life of all that was handed out. Keeps the newest block, which is
 * the largest, unless it is larger than 1 MiB. */
void ev_arena_reset(struct ev_arena *arena);
void ev_arena_release(struct ev_arena *arena);

#endif
