/*
 * interval: see interval.h. Text out, comparison, arithmetic.
 */
#include "expr/interval.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

#include "expr/time.h"

enum ev_status
ev_interval_range(struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "interval out of range");
}

/* ---- text ---- */

struct writer {
	char *at, *end;
	bool written; /* something stands there */
	bool minus;   /* the part before was negative: a plus must be seen */
};

static void put(struct writer *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
put(struct writer *w, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	w->at += vsnprintf(w->at, (size_t)(w->end - w->at), format, args);
	va_end(args);
}

static void
put_part(struct writer *w, int32_t value, const char *unit)
{
	if (!value)
		return;
	put(w, "%s%s%d %s%s", w->written ? " " : "",
	    w->minus && value > 0 ? "+" : "", (int)value, unit,
	    value == 1 ? "" : "s");
	w->minus = value < 0;
	w->written = true;
}

static void
put_clock(struct writer *w, int64_t usec)
{
	uint64_t size = usec < 0 ? -(uint64_t)usec : (uint64_t)usec;
	unsigned fraction = (unsigned)(size % EV_TIME_SECOND_USEC);
	uint64_t seconds = size / EV_TIME_SECOND_USEC;

	put(w, "%s%s%02llu:%02u:%02u", w->written ? " " : "",
	    usec < 0       ? "-"
		: w->minus ? "+"
			   : "",
	    (unsigned long long)(seconds / 3600), (unsigned)(seconds / 60 % 60),
	    (unsigned)(seconds % 60));
	if (!fraction)
		return;
	put(w, ".%06u", fraction);
	while (w->at[-1] == '0')
		w->at--;
}

size_t
ev_interval_out(struct ev_interval value, char *out)
{
	struct writer w = {.at = out, .end = out + EV_INTERVAL_TEXT_MAX};

	put_part(&w, value.months / 12, "year");
	put_part(&w, value.months % 12, "mon");
	put_part(&w, value.days, "day");
	if (value.usec || !w.written)
		put_clock(&w, value.usec);
	return (size_t)(w.at - out);
}

/* ---- limits ---- */

/* What a limited type's smallest field counts, in microseconds; 0: the clock
 * is cut off. */
static int64_t
smallest(unsigned fields)
{
	if (!fields || (fields & EV_INTERVAL_SECOND))
		return 1;
	if (fields & EV_INTERVAL_MINUTE)
		return EV_TIME_MINUTE_USEC;
	return fields & EV_INTERVAL_HOUR ? EV_TIME_HOUR_USEC : 0;
}

enum ev_status
ev_interval_limit(unsigned fields, int digits, struct ev_interval *value,
    struct ev_err *err)
{
	int64_t unit = smallest(fields), usec;

	if (!unit && !(fields & EV_INTERVAL_DAY))
		value->days = 0;
	if (fields == EV_INTERVAL_YEAR)
		value->months -= value->months % 12;
	value->usec = unit ? value->usec - value->usec % unit : 0;
	if (digits >= EV_INTERVAL_DIGITS)
		return EV_OK;
	for (unit = 1; digits < EV_INTERVAL_DIGITS; digits++)
		unit *= 10;
	usec = value->usec;
	if (__builtin_add_overflow(usec, usec < 0 ? -unit / 2 : unit / 2,
		&usec))
		return ev_interval_range(err);
	value->usec = usec - usec % unit;
	return EV_OK;
}

/* ---- comparison ---- */

int
ev_interval_compare(struct ev_interval a, struct ev_interval b)
{
	__int128 days = ((__int128)a.months - b.months) *
		EV_INTERVAL_MONTH_DAYS +
	    a.days - b.days;
	__int128 more = days * EV_TIME_DAY + a.usec - b.usec;

	return (more > 0) - (more < 0);
}

/* ---- arithmetic ---- */

enum ev_status
ev_interval_add(struct ev_interval a, struct ev_interval b,
    struct ev_interval *out, struct ev_err *err)
{
	if (__builtin_add_overflow(a.months, b.months, &a.months) ||
	    __builtin_add_overflow(a.days, b.days, &a.days) ||
	    __builtin_add_overflow(a.usec, b.usec, &a.usec))
		return ev_interval_range(err);
	*out = a;
	return EV_OK;
}

enum ev_status
ev_interval_sub(struct ev_interval a, struct ev_interval b,
    struct ev_interval *out, struct ev_err *err)
{
	if (__builtin_sub_overflow(a.months, b.months, &a.months) ||
	    __builtin_sub_overflow(a.days, b.days, &a.days) ||
	    __builtin_sub_overflow(a.usec, b.usec, &a.usec))
		return ev_interval_range(err);
	*out = a;
	return EV_OK;
}

enum ev_status
ev_interval_neg(struct ev_interval a, struct ev_interval *out,
    struct ev_err *err)
{
	return ev_interval_sub((struct ev_interval){0}, a, out, err);
}

/* To a microsecond: products that ought to be whole become so. */
static double
round_off(double value)
{
	return rint(value * 1000000.0) / 1000000.0;
}

static bool
fits_int(double value)
{
	return value >= -0x1p31 && value < 0x1p31;
}

/* The products of the parts put together. What is left of whole months runs
 * into days, what is left of whole days into the clock. */
static enum ev_status
cascade(double months, double days, double usec, struct ev_interval *out,
    struct ev_err *err)
{
	struct ev_interval made;
	double over, seconds;
	int32_t more;

	if (!fits_int(months) || !fits_int(days))
		return ev_interval_range(err);
	made.months = (int32_t)months;
	made.days = (int32_t)days;
	over = round_off((months - made.months) * EV_INTERVAL_MONTH_DAYS);
	seconds = round_off((days - made.days + over - (int32_t)over) * 86400);
	if (fabs(seconds) >= 86400) {
		more = (int32_t)(seconds / 86400);
		if (__builtin_add_overflow(made.days, more, &made.days))
			return ev_interval_range(err);
		seconds -= more * 86400;
	}
	if (__builtin_add_overflow(made.days, (int32_t)over, &made.days))
		return ev_interval_range(err);
	usec = rint(usec + seconds * EV_TIME_SECOND_USEC);
	if (!(usec >= -0x1p63 && usec < 0x1p63))
		return ev_interval_range(err);
	made.usec = (int64_t)usec;
	*out = made;
	return EV_OK;
}

enum ev_status
ev_interval_mul(struct ev_interval a, double factor, struct ev_interval *out,
    struct ev_err *err)
{
	return cascade(a.months * factor, a.days * factor,
	    (double)a.usec * factor, out, err);
}

enum ev_status
ev_interval_div(struct ev_interval a, double divisor, struct ev_interval *out,
    struct ev_err *err)
{
	if (divisor == 0)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "division by zero");
	return cascade(a.months / divisor, a.days / divisor,
	    (double)a.usec / divisor, out, err);
}

/* ---- justify ---- */

/* Whole days of the clock become days. */
static enum ev_status
carry_hours(struct ev_interval *v, struct ev_err *err)
{
	int32_t days = (int32_t)(v->usec / EV_TIME_DAY);

	if (__builtin_add_overflow(v->days, days, &v->days))
		return ev_interval_range(err);
	v->usec %= EV_TIME_DAY;
	return EV_OK;
}

static enum ev_status
carry_days(struct ev_interval *v, struct ev_err *err)
{
	if (__builtin_add_overflow(v->months, v->days / EV_INTERVAL_MONTH_DAYS,
		&v->months))
		return ev_interval_range(err);
	v->days %= EV_INTERVAL_MONTH_DAYS;
	return EV_OK;
}

/* Gives the clock the days' sign. */
static void
align_hours(struct ev_interval *v)
{
	int sign = v->days > 0 && v->usec < 0 ? 1
	    : v->days < 0 && v->usec > 0      ? -1
					      : 0;

	v->usec += sign * EV_TIME_DAY;
	v->days -= sign;
}

/* Gives the days the months' sign; where there are none, `rest` has theirs. */
static void
align_days(struct ev_interval *v, int64_t rest)
{
	int64_t less = v->days ? v->days : rest;
	int sign = v->months > 0 && less < 0 ? 1
	    : v->months < 0 && less > 0      ? -1
					     : 0;

	v->days += sign * EV_INTERVAL_MONTH_DAYS;
	v->months -= sign;
}

enum ev_status
ev_interval_justify_hours(struct ev_interval *value, struct ev_err *err)
{
	enum ev_status status = carry_hours(value, err);

	if (status == EV_OK)
		align_hours(value);
	return status;
}

enum ev_status
ev_interval_justify_days(struct ev_interval *value, struct ev_err *err)
{
	enum ev_status status = carry_days(value, err);

	if (status == EV_OK)
		align_days(value, 0);
	return status;
}

enum ev_status
ev_interval_justify(struct ev_interval *value, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	/* first, where days and clock add up, so that they cannot overflow */
	if ((value->days > 0 && value->usec > 0) ||
	    (value->days < 0 && value->usec < 0))
		status = carry_days(value, err);
	if (status == EV_OK)
		status = carry_hours(value, err);
	if (status == EV_OK)
		status = carry_days(value, err);
	if (status != EV_OK)
		return status;
	align_days(value, value->usec);
	align_hours(value);
	return EV_OK;
}
