/*
 * map: a hash map from text to a pointer-sized value, for names (options,
 * columns, functions): thousands of entries, not millions. Keys are copied.
 * Iteration order is the order of insertion.
 */
#ifndef EV_BASE_MAP_H
#define EV_BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct ev_map;

struct ev_map *ev_map_new(void);
void ev_map_free(struct ev_map *map);

/* The value slot of key, made (and 0) if it was absent; *added, unless added
 * is NULL, says whether. Valid until the next ev_map_put. */
uintptr_t *ev_map_put(struct ev_map *map, struct ev_slice key, bool *added);
/* The value slot of key, or NULL. */
uintptr_t *ev_map_get(const struct ev_map *map, struct ev_slice key);
size_t ev_map_count(const struct ev_map *map);
/* The i-th key put, i < count; lent until the map is freed. */
struct ev_slice ev_map_key(const struct ev_map *map, size_t i);

/* A 64-bit hash of bytes, seeded per process against chosen collisions. */
uint64_t ev_map_hash(const void *ptr, size_t len);

#endif
