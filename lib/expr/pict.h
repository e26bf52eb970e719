/*
 * pict: format pictures: to_char, to_date and to_timestamp of PostgreSQL 15
 * ('YYYY-MM-DD HH24:MI:SS.US', 'FM999,990.00'), locale C.
 *
 * Differs from PostgreSQL: an integer that V shifts beyond its type is out of
 * range (PostgreSQL's 32-bit ones wrap silently); so are a negative day of J
 * and years of Y,YYY and IYYY beyond 32 bits (it wraps, sometimes into a valid
 * year); and messages show no half characters.
 */
#ifndef EV_EXPR_PICT_H
#define EV_EXPR_PICT_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "expr/interval.h"
#include "expr/time.h"

/* to_char(timestamp | timestamptz, format), appended to out. A date is cast
 * to EV_TIME_TZ first by the caller, as PostgreSQL does. An infinite value
 * gives SQL NULL: *null is true and nothing is appended. */
enum ev_status ev_pict_time(const struct ev_time_env *env,
    enum ev_time_kind kind, int64_t value, struct ev_slice format,
    struct ev_buf *out, bool *null, struct ev_err *err);

/* to_char(interval, format), appended to out; SQL NULL for an empty format. Its
 * hours and days have no limit; names of months and days, zones and eras are
 * EV_BAD: `invalid format specification for an interval value`. */
enum ev_status ev_pict_interval(struct ev_interval value,
    struct ev_slice format, struct ev_buf *out, bool *null, struct ev_err *err);

/* to_timestamp(text, format) for EV_TIME_TZ, to_date(text, format) for
 * EV_TIME_DATE. */
enum ev_status ev_pict_parse(const struct ev_time_env *env,
    struct ev_slice text, struct ev_slice format, enum ev_time_kind kind,
    int64_t *value, struct ev_err *err);

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
    struct ev_slice number, struct ev_slice format, struct ev_buf *out,
    struct ev_err *err);

#endif
