/*
 * pict: format pictures: to_char, to_date, to_timestamp and to_number of
 * PostgreSQL 15 ('YYYY-MM-DD HH24:MI:SS.US', 'FM999,990.00'), locale C.
 *
 * Differs from PostgreSQL: an integer that V shifts beyond its type is out of
 * range (PostgreSQL's 32-bit ones wrap silently); so are a negative day of J
 * and years of Y,YYY and IYYY beyond 32 bits (it wraps, sometimes into a valid
 * year); and messages show no half characters.
 */
#ifndef EV_EXPR_PICT_H
#define EV_EXPR_PICT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "expr/interval.h"
#include "expr/num.h"
#include "expr/time.h"

struct ev_pict_node; /* expr/pict_format.h */

/* A format picture, as the functions below take it. */
struct ev_pict {
	struct ev_slice text;
	const struct ev_pict_node *node; /* what it is cut into; NULL: it is not
	                                  * yet, and is for each call */
	size_t nodes;
};

static inline struct ev_pict
ev_pict_of(struct ev_slice text)
{
	return (struct ev_pict){.text = text};
}

/* The same cut once and for all; numbers: it is one of numbers, not of times.
 * The text is lent for as long as the arena lives. */
struct ev_pict ev_pict_cut(struct ev_arena *arena, struct ev_slice text,
    bool numbers);

/* to_char(timestamp | timestamptz, format), appended to out. A date is cast
 * to EV_TIME_TZ first by the caller, as PostgreSQL does. An infinite value
 * gives SQL NULL: *null is true and nothing is appended. */
enum ev_status ev_pict_time(const struct ev_time_env *env,
    enum ev_time_kind kind, int64_t value, struct ev_pict format,
    struct ev_buf *out, bool *null, struct ev_err *err);

/* to_char(interval, format), appended to out; SQL NULL for an empty format. Its
 * hours and days have no limit; names of months and days, zones and eras are
 * EV_BAD: `invalid format specification for an interval value`. */
enum ev_status ev_pict_interval(struct ev_interval value, struct ev_pict format,
    struct ev_buf *out, bool *null, struct ev_err *err);

/* to_timestamp(text, format) for EV_TIME_TZ, to_date(text, format) for
 * EV_TIME_DATE. */
enum ev_status ev_pict_parse(const struct ev_time_env *env,
    struct ev_slice text, struct ev_pict format, enum ev_time_kind kind,
    int64_t *value, struct ev_err *err);

/* A text read by a format as SQL/JSON's .datetime() reads it: strictly, with
 * nothing left of either. It has what the format has: a date, a time of day,
 * an offset. */
struct ev_pict_moment {
	bool dated, timed, zoned;
	int32_t east;  /* zoned: seconds */
	int64_t value; /* dated: EV_TIME_DATE, _STAMP or _TZ; else microseconds
	                * of the day */
};
/* EV_BAD: the text is not of this format; or *no_format: it is none that
 * SQL/JSON has, whatever the text is. */
enum ev_status ev_pict_moment(struct ev_slice text, struct ev_pict format,
    struct ev_pict_moment *out, bool *no_format, struct ev_err *err);

/* What kind of number to_char is given; they differ in rounding (double
 * precision: 15 significant digits) and in what they are called. */
enum ev_pict_number_kind {
	EV_PICT_INT4,
	EV_PICT_INT8,
	EV_PICT_NUMERIC,
	EV_PICT_DOUBLE,
};

/* to_char(number, format), appended to out. The number is decimal text,
 * [-]digits[.digits], or NaN, Infinity, -Infinity; for EV_PICT_DOUBLE
 * whatever strtod reads exactly (17 digits, exponent allowed). */
enum ev_status ev_pict_number(enum ev_pict_number_kind kind,
    struct ev_slice number, struct ev_pict format, struct ev_buf *out,
    struct ev_err *err);

/* to_number(text, format), which lives as long as the pool. SQL NULL for an
 * empty format: *null is true, and *out not set. EV_BAD: what is found is no
 * number, or has more digits than the picture has places. */
enum ev_status ev_pict_to_number(struct ev_slice text, struct ev_pict format,
    struct ev_num_pool *pool, struct ev_num *out, bool *null,
    struct ev_err *err);

#endif
