/*
 * map: see map.h. Open addressing over an index of 32-bit slots; the entries
 * lie in insertion order in an array of their own, their keys in the heap.
 */
#include "base/map.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/mem.h"

struct entry {
	uint64_t hash;
	struct ev_slice key;
	uintptr_t value;
};

struct ev_map {
	struct entry *entry;
	size_t count, cap;
	uint32_t *index; /* number of an entry + 1; 0 is free */
	size_t mask;
};

/* wyhash's mixing step (Wang Yi, public domain): the 128-bit product of two
 * words folded into one. */
static uint64_t
mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static uint64_t
load(const unsigned char *s, size_t len)
{
	uint64_t word = 0;

	memcpy(&word, s, len < 8 ? len : 8);
	return word;
}

uint64_t
ev_map_hash(const void *ptr, size_t len)
{
	static uint64_t seed;
	const unsigned char *s = len ? ptr : ""; /* of no bytes, NULL too */
	uint64_t h;

	if (!seed &&
	    (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0 || !seed))
		seed = 0x9E3779B97F4A7C15;
	h = seed ^ len;
	for (; len > 8; s += 8, len -= 8)
		h = mix(h ^ load(s, 8), 0xA0761D6478BD642F);
	h = mix(h ^ load(s, len), 0xE7037ED1A0B428DB);
	return mix(h, 0x8EBC6AF09C88C6E3);
}

struct ev_map *
ev_map_new(void)
{
	struct ev_map *map = ev_mem_zalloc(1, sizeof(*map));

	map->mask = 15;
	map->index = ev_mem_zalloc(map->mask + 1, sizeof(*map->index));
	return map;
}

void
ev_map_free(struct ev_map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->count; i++)
		free((char *)(uintptr_t)map->entry[i].key.ptr);
	free(map->entry);
	free(map->index);
	free(map);
}

/* The index slot where key stands, or the free one where it would. */
static uint32_t *
find(const struct ev_map *map, struct ev_slice key, uint64_t hash)
{
	size_t at = hash & map->mask;

	for (; map->index[at]; at = (at + 1) & map->mask) {
		const struct entry *entry = &map->entry[map->index[at] - 1];

		if (entry->hash == hash && ev_slice_equal(entry->key, key))
			break;
	}
	return &map->index[at];
}

static void
grow(struct ev_map *map)
{
	map->mask = map->mask * 2 + 1;
	free(map->index);
	map->index = ev_mem_zalloc(map->mask + 1, sizeof(*map->index));
	for (size_t i = 0; i < map->count; i++)
		*find(map, map->entry[i].key,
		    map->entry[i].hash) = (uint32_t)i + 1;
}

uintptr_t *
ev_map_put(struct ev_map *map, struct ev_slice key, bool *added)
{
	uint64_t hash = ev_map_hash(key.ptr, key.len);
	uint32_t *slot = find(map, key, hash);

	if (added)
		*added = !*slot;
	if (*slot)
		return &map->entry[*slot - 1].value;
	if (map->count == map->cap) {
		map->cap = map->cap ? map->cap * 2 : 16;
		map->entry = ev_mem_realloc(map->entry,
		    map->cap * sizeof(*map->entry));
	}
	map->entry[map->count] = (struct entry){hash,
	    {ev_mem_text(key), key.len}, 0};
	*slot = (uint32_t)++map->count;
	if (map->count * 2 > map->mask)
		grow(map);
	return &map->entry[map->count - 1].value;
}

uintptr_t *
ev_map_get(const struct ev_map *map, struct ev_slice key)
{
	uint32_t slot = *find(map, key, ev_map_hash(key.ptr, key.len));

	return slot ? &map->entry[slot - 1].value : NULL;
}

size_t
ev_map_count(const struct ev_map *map)
{
	return map->count;
}

struct ev_slice
ev_map_key(const struct ev_map *map, size_t i)
{
	return map->entry[i].key;
}
