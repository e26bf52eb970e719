/*
 * nearest: the name that somebody who mistyped one probably meant.
 */
#ifndef EV_BASE_NEAREST_H
#define EV_BASE_NEAREST_H

#include <stddef.h>

struct ev_nearest {
	const char *word; /* what was typed; lent */
	const char *best; /* the nearest so far, or NULL */
	size_t distance;  /* of best */
};

/* Begins a search for word. */
struct ev_nearest ev_nearest_to(const char *word);
/* Offers a candidate (lent). It is kept if it is nearer than those before:
 * optimal string alignment distance (Damerau 1964), upper case equal to lower
 * case, at most a third of the word's length and at least 1. */
void ev_nearest_offer(struct ev_nearest *nearest, const char *candidate);

#endif
