/*
 * clock: milliseconds, of the two clocks that programs have and as people
 * write them.
 */
#ifndef EV_BASE_CLOCK_H
#define EV_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* Of a clock that only goes on, whatever the time is set to: for how long. */
int64_t ev_clock_steady(void);
/* Since 1970-01-01 00:00 UTC: for when. */
int64_t ev_clock_now(void);
/* The same in microseconds. */
int64_t ev_clock_micro(void);

/* "500ms", "1.5s", "5m" or "5min", "2h", "30d" as milliseconds; false, *ms
 * untouched, where text is none, 0 or beyond 10,000 years. */
bool ev_clock_span(const char *text, int64_t *ms);

#endif
