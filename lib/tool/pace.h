/*
 * pace: when who takes one row or message after the other looks around again,
 * at the clock and for a signal: after each MiB, of which less than 4 KiB
 * counts as that. So large ones do not keep it from a mark that is due, nor do
 * small ones pay for the look.
 */
#ifndef EV_TOOL_PACE_H
#define EV_TOOL_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EV_PACE_BYTES (1 << 20)
#define EV_PACE_LEAST 4096

struct ev_pace {
	int64_t left; /* bytes until the next look */
};

/* Behind each, so many bytes long: true where it is time. */
static inline bool
ev_pace_due(struct ev_pace *pace, size_t len)
{
	pace->left -= len > EV_PACE_LEAST ? (int64_t)len : EV_PACE_LEAST;
	if (pace->left > 0)
		return false;
	pace->left = EV_PACE_BYTES;
	return true;
}

#endif
