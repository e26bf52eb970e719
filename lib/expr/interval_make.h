/*
 * interval_make: what the two readers of intervals share: an interval that is
 * added up of a number of one unit and another. Inside lib/expr's interval
 * only.
 */
#ifndef EV_EXPR_INTERVAL_MAKE_H
#define EV_EXPR_INTERVAL_MAKE_H

#include "expr/interval.h"
#include "expr/time.h"

struct ev_interval_make {
	int32_t years, months, days;
	int64_t usec;
};

enum ev_interval_fault {
	EV_INTERVAL_FINE,
	EV_INTERVAL_FORMAT, /* it is no interval */
	EV_INTERVAL_OVERFLOW,
};

/* A number of units, whole and its fraction (less than 1, of the same sign);
 * `scale` is what the unit has of years, days or microseconds. What is left of
 * a year goes into months, of a month or a week into days, of a day into the
 * clock. False: it overflows. */
bool ev_interval_years(struct ev_interval_make *made, int64_t whole,
    double fraction, int32_t scale);
bool ev_interval_months(struct ev_interval_make *made, int64_t whole,
    double fraction);
bool ev_interval_days(struct ev_interval_make *made, int64_t whole,
    double fraction, int32_t scale);
bool ev_interval_clock(struct ev_interval_make *made, int64_t whole,
    double fraction, int64_t scale);

/* Reads ISO 8601's forms: P1Y2M3DT4H5M6S, P0001-02-03T04:05:06. */
enum ev_interval_fault ev_interval_iso(const char *text,
    struct ev_interval_make *made);

#endif
