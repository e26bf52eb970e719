/*
 * interval_time: intervals and moments together, and the parts of an
 * interval. A moment is an EV_TIME_STAMP or an EV_TIME_TZ (expr/time.h); to a
 * timestamptz months and days are added by the clocks of the session's zone.
 *
 * Functions write their result last and return EV_OK, or EV_BAD with
 * PostgreSQL's message in err.
 *
 * Differs from PostgreSQL 15: age of infinity is out of range (there it is
 * 292277 years and some days, the largest number that a timestamp has).
 */
#ifndef EV_EXPR_INTERVAL_TIME_H
#define EV_EXPR_INTERVAL_TIME_H

#include "expr/interval.h"
#include "expr/time.h"

/* value + span, value - span: months first, where a day that the month does
 * not have becomes its last; then days; then the clock. */
enum ev_status ev_interval_shift(const struct ev_time_env *env,
    enum ev_time_kind kind, int64_t value, bool minus, struct ev_interval span,
    int64_t *result, struct ev_err *err);

/* a - b, in days and clock. */
enum ev_status ev_interval_between(int64_t a, int64_t b,
    struct ev_interval *out, struct ev_err *err);
/* age(a, b): years, months, days and clock, as a person counts. */
enum ev_status ev_interval_age(const struct ev_time_env *env,
    enum ev_time_kind kind, int64_t a, int64_t b, struct ev_interval *out,
    struct ev_err *err);

/* date_bin(stride, value, origin): the beginning of the stride, counted from
 * origin, in which value lies. */
enum ev_status ev_interval_bin(struct ev_interval stride, int64_t value,
    int64_t origin, int64_t *result, struct ev_err *err);

/* value AT TIME ZONE an offset from UTC; see ev_time_at_zone. */
enum ev_status ev_interval_at_zone(enum ev_time_kind kind, int64_t value,
    struct ev_interval zone, int64_t *result, struct ev_err *err);

/* extract(name FROM value), date_part(name, value), date_trunc(name, value).
 * EV_BAD: `unit "week" not supported for type interval`. */
enum ev_status ev_interval_extract(struct ev_slice name,
    struct ev_interval value, struct ev_time_number *result,
    struct ev_err *err);
enum ev_status ev_interval_part(struct ev_slice name, struct ev_interval value,
    double *result, struct ev_err *err);
enum ev_status ev_interval_trunc(struct ev_slice name, struct ev_interval value,
    struct ev_interval *result, struct ev_err *err);

#endif
