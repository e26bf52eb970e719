/*
 * slots: an index of eight bytes a slot, from the hash of a key to where its
 * row lies; open addressing with linear probing. What is equal is its user's
 * to say, who looks at the slots from ev_slots_home on, up to a free one.
 *
 * A key's home is the highest bits of its hash, so the slots are in the order
 * of their hashes, nearly: a longer index is filled from a shorter one by
 * going through both from begin to end, with nothing looked up, and the bits
 * that a slot keeps are enough for it. With a home of the lowest bits, whose
 * growth needs each row's key again, a table of a million rows took twice as
 * long to load.
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

/* Where the search for a hash begins; it goes on with the next number, and at
 * `mask` with 0. */
static inline size_t
ev_slots_home(const struct ev_slots *slots, uint32_t hash)
{
	return hash >> slots->shift;
}

/* Takes a free slot; makes the index longer where three in four are taken
 * then, so no slot is to be held over the call. */
void ev_slots_take(struct ev_slots *slots, struct ev_slot *slot, uint32_t hash,
    uint32_t row);

/* The bytes of memory in use. */
size_t ev_slots_bytes(const struct ev_slots *slots);

#endif
