/*
 * slots: an index of eight bytes a slot, from the hash of a key to where its
 * row lies; open addressing with linear probing. What is equal is its user's
 * to say, who looks at the slots of a hash one after the other:
 *
 *	slot = ev_slots_first(slots, hash);
 *	while (slot->row != EV_SLOTS_NONE && … not the key's …)
 *		slot = ev_slots_next(slots, slot, hash);
 *
 * A key's home is the highest bits of its hash, so the slots are in the order
 * of their hashes, nearly: a longer index is filled from a shorter one by
 * going through both from begin to end, and what a slot keeps is enough for
 * it. With the lowest bits growth looks every row's key up again: a fifth of
 * the time that a million rows took to load.
 */
#ifndef EV_STATE_SLOTS_H
#define EV_STATE_SLOTS_H

#include <stddef.h>
#include <stdint.h>

#define EV_SLOTS_NONE 0u           /* a row: the slot is free */
#define EV_SLOTS_GONE (UINT32_MAX) /* its row was removed */

struct ev_slot {
	uint32_t hash;
	uint32_t row;
};

struct ev_slots {
	struct ev_slot *slot;
	size_t mask;
	unsigned shift; /* of a hash, to the number of its home */
	size_t used;    /* not free, also those that are gone */
	size_t gone;    /* of them */
};

void ev_slots_init(struct ev_slots *slots);
void ev_slots_release(struct ev_slots *slots);

/* Where the search for a hash begins. */
static inline size_t
ev_slots_home(const struct ev_slots *slots, uint32_t hash)
{
	return hash >> slots->shift;
}

/* From number `at` on, the first slot of a hash, or the free one that says
 * that there are no more. */
static inline struct ev_slot *
ev_slots_from(const struct ev_slots *slots, size_t at, uint32_t hash)
{
	for (;; at++) {
		struct ev_slot *slot = &slots->slot[at & slots->mask];

		if (slot->row == EV_SLOTS_NONE ||
		    (slot->hash == hash && slot->row != EV_SLOTS_GONE))
			return slot;
	}
}

static inline struct ev_slot *
ev_slots_first(const struct ev_slots *slots, uint32_t hash)
{
	return ev_slots_from(slots, ev_slots_home(slots, hash), hash);
}

static inline struct ev_slot *
ev_slots_next(const struct ev_slots *slots, const struct ev_slot *slot,
    uint32_t hash)
{
	return ev_slots_from(slots, (size_t)(slot - slots->slot) + 1, hash);
}

/* Begins to fetch the first slot of a hash from memory. */
static inline void
ev_slots_expect(const struct ev_slots *slots, uint32_t hash)
{
	__builtin_prefetch(&slots->slot[ev_slots_home(slots, hash)]);
}

/* Takes a free slot; makes the index longer where three in four are taken
 * then, so no slot is to be held over the call. */
void ev_slots_take(struct ev_slots *slots, struct ev_slot *slot, uint32_t hash,
    uint32_t row);

/* The bytes of memory in use. */
size_t ev_slots_bytes(const struct ev_slots *slots);

#endif
