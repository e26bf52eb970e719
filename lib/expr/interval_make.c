/*
 * interval_make: see interval_make.h.
 */
#include "expr/interval_make.h"

#include <math.h>

/* Rounds to microseconds, halves towards zero. */
static bool
add_fraction(struct ev_interval_make *made, double fraction, int64_t scale)
{
	int64_t usec;

	fraction *= (double)scale;
	usec = (int64_t)fraction;
	fraction -= (double)usec;
	usec += (fraction > 0.5) - (fraction < -0.5);
	return !__builtin_add_overflow(made->usec, usec, &made->usec);
}

static bool
add_days(struct ev_interval_make *made, double fraction, int32_t scale)
{
	int32_t days;

	fraction *= scale;
	days = (int32_t)fraction;
	return !__builtin_add_overflow(made->days, days, &made->days) &&
	    add_fraction(made, fraction - days, EV_TIME_DAY);
}

/* *sum += whole * scale, all of 32 bits. */
static bool
add_whole(int32_t *sum, int64_t whole, int32_t scale)
{
	int32_t product;

	return whole == (int32_t)whole &&
	    !__builtin_mul_overflow((int32_t)whole, scale, &product) &&
	    !__builtin_add_overflow(*sum, product, sum);
}

bool
ev_interval_years(struct ev_interval_make *made, int64_t whole, double fraction,
    int32_t scale)
{
	return add_whole(&made->years, whole, scale) &&
	    add_whole(&made->months, (int32_t)rint(fraction * scale * 12), 1);
}

bool
ev_interval_months(struct ev_interval_make *made, int64_t whole,
    double fraction)
{
	return add_whole(&made->months, whole, 1) &&
	    add_days(made, fraction, EV_INTERVAL_MONTH_DAYS);
}

bool
ev_interval_days(struct ev_interval_make *made, int64_t whole, double fraction,
    int32_t scale)
{
	return add_whole(&made->days, whole, scale) &&
	    add_days(made, fraction, scale);
}

bool
ev_interval_clock(struct ev_interval_make *made, int64_t whole, double fraction,
    int64_t scale)
{
	int64_t usec;

	return !__builtin_mul_overflow(whole, scale, &usec) &&
	    !__builtin_add_overflow(made->usec, usec, &made->usec) &&
	    add_fraction(made, fraction, scale);
}
