/*
 * pair: walks the members of two objects in canonical form (event/canon.h)
 * side by side: those of one key together.
 */
#ifndef EV_EVENT_PAIR_H
#define EV_EVENT_PAIR_H

#include "event/value.h"

struct ev_pair {
	struct ev_value key;
	struct ev_value value[2]; /* EV_MISSING where it has none of this key */
	/* its own */
	struct ev_value object[2];
	const char *at[2];
	struct ev_member member[2];
	bool more[2], taken[2];
};

/* The texts must live as long as the walk. */
void ev_pair_init(struct ev_pair *pair, struct ev_slice a, struct ev_slice b);

/* The next key that one or both of them have; false at the end. */
bool ev_pair_next(struct ev_pair *pair);

#endif
