/*
 * interval: the type interval of SQL expressions, as PostgreSQL 15 has it
 * (IntervalStyle postgres): months, days and microseconds, which do not run
 * over into one another, because neither all months nor all days are of one
 * length. Where two are compared a month counts 30 days and a day 24 hours.
 *
 * Functions write their result last and return EV_OK, or EV_BAD with
 * PostgreSQL's message in err (`interval out of range`). Nothing here
 * allocates.
 *
 * Source: PostgreSQL 15, src/backend/utils/adt/timestamp.c and datetime.c.
 * Differs from it: what overflows is out of range, also where PostgreSQL's
 * integers wrap (make_interval, timestamp - timestamp, interval(p)).
 */
#ifndef EV_EXPR_INTERVAL_H
#define EV_EXPR_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

struct ev_interval {
	int64_t usec;
	int32_t days;
	int32_t months;
};

#define EV_INTERVAL_TEXT_MAX 96   /* room for any one's text */
#define EV_INTERVAL_DIGITS 6      /* of a second, at most */
#define EV_INTERVAL_MONTH_DAYS 30 /* where days are made of months */

/* The fields of `interval day to second(3)`, as bits: what is smaller is cut
 * off, and a number without a unit counts the smallest. */
enum ev_interval_field {
	EV_INTERVAL_YEAR = 1,
	EV_INTERVAL_MONTH = 2,
	EV_INTERVAL_DAY = 4,
	EV_INTERVAL_HOUR = 8,
	EV_INTERVAL_MINUTE = 16,
	EV_INTERVAL_SECOND = 32,
};

/* The failure of all that follows: sets err, returns EV_BAD. */
enum ev_status ev_interval_range(struct ev_err *err);

/* Text to value: '1 day 2 hours', '1-2', '1 2:03:04', 'P1Y2M', '3 days ago'.
 * fields: those of the type, 0 for all; it is ev_interval_limit that cuts. */
enum ev_status ev_interval_in(struct ev_slice text, unsigned fields,
    struct ev_interval *value, struct ev_err *err);
/* Writes at most EV_INTERVAL_TEXT_MAX bytes; returns how many are its text: `1
 * year 2 mons 3 days 04:05:06.7`. */
size_t ev_interval_out(struct ev_interval value, char *out);

/* Cuts off what is smaller than the fields (0: nothing), and rounds to digits
 * of a second. */
enum ev_status ev_interval_limit(unsigned fields, int digits,
    struct ev_interval *value, struct ev_err *err);

/* -1, 0, 1. */
int ev_interval_compare(struct ev_interval a, struct ev_interval b);

enum ev_status ev_interval_add(struct ev_interval a, struct ev_interval b,
    struct ev_interval *out, struct ev_err *err);
enum ev_status ev_interval_sub(struct ev_interval a, struct ev_interval b,
    struct ev_interval *out, struct ev_err *err);
enum ev_status ev_interval_neg(struct ev_interval a, struct ev_interval *out,
    struct ev_err *err);
/* Parts of a month count 30 days, parts of a day 24 hours. */
enum ev_status ev_interval_mul(struct ev_interval a, double factor,
    struct ev_interval *out, struct ev_err *err);
enum ev_status ev_interval_div(struct ev_interval a, double divisor,
    struct ev_interval *out, struct ev_err *err);

/* 24 hours into a day, 30 days into a month, or both; then all parts get the
 * same sign. */
enum ev_status ev_interval_justify_hours(struct ev_interval *value,
    struct ev_err *err);
enum ev_status ev_interval_justify_days(struct ev_interval *value,
    struct ev_err *err);
enum ev_status ev_interval_justify(struct ev_interval *value,
    struct ev_err *err);

#endif
