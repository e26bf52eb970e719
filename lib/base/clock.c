/*
 * clock: see clock.h.
 */
#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LONGEST 3.2e14 /* ms */

static int64_t
ms_of(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int64_t
ev_clock_steady(void)
{
	return ms_of(CLOCK_MONOTONIC);
}

int64_t
ev_clock_now(void)
{
	return ms_of(CLOCK_REALTIME);
}

int64_t
ev_clock_micro(void)
{
	struct timespec time;

	clock_gettime(CLOCK_REALTIME, &time);
	return (int64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

bool
ev_clock_span(const char *text, int64_t *ms)
{
	static const struct {
		const char *unit;
		double ms;
	} units[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"min", 60e3},
	    {"h", 3600e3}, {"d", 86400e3}};
	char *end;
	double number = strtod(text, &end);

	/* strtod takes blanks, signs, hexadecimal and words, too. */
	if (end == text || strspn(text, "0123456789.") != (size_t)(end - text))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(end, units[i].unit) && number * units[i].ms >= 1 &&
		    number * units[i].ms < LONGEST) {
			*ms = (int64_t)(number * units[i].ms);
			return true;
		}
	return false;
}
