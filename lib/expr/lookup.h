/*
 * lookup: a hash table of the constants of a list, for IN and = ANY: whether a
 * value is among them without comparing it with each. Where half of the events
 * are in a list of 1,000 texts, evfilter takes 0.1 us an event in place of 24;
 * with a list of eight, 0.06 in place of 0.3.
 */
#ifndef EV_EXPR_LOOKUP_H
#define EV_EXPR_LOOKUP_H

#include "expr/value.h"

#define EV_LOOKUP_LEAST 4 /* items that make it worth its while */

struct ev_lookup;

/* A table of these values in arena, which lends their texts; NULL if they are
 * not all texts, or all integers, but for NULLs. */
const struct ev_lookup *ev_lookup_new(struct ev_arena *arena,
    const struct ev_val *item, size_t count);

/* 1: an item equals val. 0: none does. -1: that is NULL. 2: cannot say without
 * comparing, as where a number meets text. */
int ev_lookup_find(const struct ev_lookup *lookup, const struct ev_val *val);

#endif
