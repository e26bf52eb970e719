/*
 * pict_parts: what to_char of a time and of an interval write the same way.
 * Inside lib/expr's pict only.
 */
#ifndef EV_EXPR_PICT_PARTS_H
#define EV_EXPR_PICT_PARTS_H

#include <stdint.h>

#include "base/buf.h"
#include "expr/pict_format.h"

/* Those of an interval may be negative, and its years and months 0. */
struct ev_pict_parts {
	int64_t year; /* of a time: counted from 1, also before Christ */
	int64_t month, day, hour;
	int minute, second, usec;
	int64_t span;               /* days of the year, 1: the first */
	int64_t iso, week, iso_day; /* ISO 8601's year, week, day of the year */
	int64_t julian;
};

/* Appends the number of a node; false: it is none of those. */
bool ev_pict_put_part(struct ev_buf *out, const struct ev_pict_parts *parts,
    const struct ev_pict_node *node);

#endif
