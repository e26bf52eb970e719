/*
 * slots: see slots.h.
 */
#include "state/slots.h"

#include "base/pages.h"

#define FIRST_BITS 10 /* of the number of slots */
#define HASH_BITS 32

void
ev_slots_init(struct ev_slots *slots)
{
	*slots = (struct ev_slots){.mask = (1u << FIRST_BITS) - 1,
	    .shift = HASH_BITS - FIRST_BITS};
	slots->slot = ev_pages_new(ev_slots_bytes(slots));
}

void
ev_slots_release(struct ev_slots *slots)
{
	ev_pages_free(slots->slot, ev_slots_bytes(slots));
}

/* Makes it twice as long, unless half of it is gone. */
static void
renew(struct ev_slots *slots)
{
	struct ev_slots old = *slots;

	if (slots->gone * 2 < slots->used) {
		slots->mask = slots->mask * 2 + 1;
		slots->shift--;
	}
	slots->used -= slots->gone;
	slots->gone = 0;
	slots->slot = ev_pages_new(ev_slots_bytes(slots));
	for (size_t i = 0; i <= old.mask; i++) {
		struct ev_slot slot = old.slot[i];
		size_t at = ev_slots_home(slots, slot.hash);

		if (slot.row == EV_SLOTS_NONE || slot.row == EV_SLOTS_GONE)
			continue;
		while (slots->slot[at].row != EV_SLOTS_NONE)
			at = (at + 1) & slots->mask;
		slots->slot[at] = slot;
	}
	ev_slots_release(&old);
}

void
ev_slots_take(struct ev_slots *slots, struct ev_slot *slot, uint32_t hash,
    uint32_t row)
{
	*slot = (struct ev_slot){hash, row};
	if (++slots->used * 4 > slots->mask * 3)
		renew(slots);
}

size_t
ev_slots_bytes(const struct ev_slots *slots)
{
	return (slots->mask + 1) * sizeof(*slots->slot);
}
