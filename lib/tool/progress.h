/*
 * progress: one line on the terminal that says how far a command has come:
 * bytes, events and speed. Nothing where stderr is no terminal.
 */
#ifndef EV_TOOL_PROGRESS_H
#define EV_TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

struct ev_progress {
	bool shown;       /* on a terminal, and asked for */
	uint64_t started; /* milliseconds of the monotonic clock */
	uint64_t last;
};

void ev_progress_open(struct ev_progress *progress, bool wanted);
/* Draws the line if the last time was a fifth of a second ago. */
void ev_progress_draw(struct ev_progress *progress, uint64_t bytes,
    uint64_t events);
/* Draws it once more and leaves it standing. */
void ev_progress_close(struct ev_progress *progress, uint64_t bytes,
    uint64_t events);

#endif
