/*
 * interval_time: see interval_time.h. Arithmetic of moments with intervals.
 */
#include "expr/interval_time.h"

#include "expr/time_parts.h"

static enum ev_status
stamp_range(struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "timestamp out of range");
}

/* ---- a moment and an interval ---- */

static bool
join(const struct ev_time_env *env, enum ev_time_kind kind,
    struct ev_time_parts *parts, int64_t *result)
{
	if (kind != EV_TIME_TZ)
		return ev_time_join(parts, result);
	parts->east = ev_time_east_at(parts, env->zone);
	return ev_time_join_east(parts, result);
}

static bool
add_months(const struct ev_time_env *env, enum ev_time_kind kind,
    int32_t months, int64_t *value)
{
	struct ev_time_parts parts;
	int64_t month;
	int last;

	ev_time_split_kind(kind, *value, env->zone, &parts);
	month = parts.year * INT64_C(12) + parts.month - 1 + months;
	parts.month = (int)(month % 12);
	if (parts.month < 0)
		parts.month += 12;
	parts.year = (int)((month - parts.month) / 12);
	last = ev_calendar_month_days(parts.year, ++parts.month);
	if (parts.day > last)
		parts.day = last;
	return join(env, kind, &parts, value);
}

static bool
add_days(const struct ev_time_env *env, enum ev_time_kind kind, int32_t days,
    int64_t *value)
{
	struct ev_time_parts parts, date;
	int64_t day;

	ev_time_split_kind(kind, *value, env->zone, &parts);
	day = ev_time_date_of(&parts) + days;
	if (!ev_time_date_valid(day))
		return false;
	ev_time_split_date(day, &date);
	parts.year = date.year;
	parts.month = date.month;
	parts.day = date.day;
	return join(env, kind, &parts, value);
}

enum ev_status
ev_interval_shift(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, bool minus, struct ev_interval span, int64_t *result,
    struct ev_err *err)
{
	if (ev_time_infinite(value)) {
		*result = value;
		return EV_OK;
	}
	if (minus && ev_interval_neg(span, &span, NULL) != EV_OK)
		return stamp_range(err);
	if ((span.months && !add_months(env, kind, span.months, &value)) ||
	    (span.days && !add_days(env, kind, span.days, &value)) ||
	    __builtin_add_overflow(value, span.usec, &value) ||
	    !ev_time_stamp_valid(value))
		return stamp_range(err);
	*result = value;
	return EV_OK;
}

enum ev_status
ev_interval_at_zone(enum ev_time_kind kind, int64_t value,
    struct ev_interval zone, int64_t *result, struct ev_err *err)
{
	char text[EV_INTERVAL_TEXT_MAX];
	int64_t east = zone.usec / EV_TIME_SECOND_USEC * EV_TIME_SECOND_USEC;

	*result = value;
	if (ev_time_infinite(value))
		return EV_OK;
	if (zone.months || zone.days)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "interval time zone \"%.*s\" must not include months or "
		    "days",
		    (int)ev_interval_out(zone, text), text);
	if (kind == EV_TIME_TZ ? __builtin_add_overflow(value, east, &value)
			       : __builtin_sub_overflow(value, east, &value))
		return stamp_range(err);
	if (!ev_time_stamp_valid(value))
		return stamp_range(err);
	*result = value;
	return EV_OK;
}

/* ---- two moments ---- */

enum ev_status
ev_interval_between(int64_t a, int64_t b, struct ev_interval *out,
    struct ev_err *err)
{
	*out = (struct ev_interval){0};
	if (ev_time_infinite(a) || ev_time_infinite(b))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "cannot subtract infinite timestamps");
	if (__builtin_sub_overflow(a, b, &out->usec))
		return ev_interval_range(err);
	return ev_interval_justify_hours(out, err);
}

/* The parts of late - early, none of them negative. Days are borrowed from
 * the month of the early one. */
static struct ev_interval
symbolic(const struct ev_time_parts *late, const struct ev_time_parts *early)
{
	int64_t usec = ((late->hour - early->hour) * INT64_C(60) +
			   (late->minute - early->minute)) *
		60 +
	    (late->second - early->second);
	int months = (late->year - early->year) * 12 + late->month -
	    early->month;
	int days = late->day - early->day;

	usec = usec * EV_TIME_SECOND_USEC + late->usec - early->usec;
	if (usec < 0) {
		usec += EV_TIME_DAY;
		days--;
	}
	while (days < 0) {
		days += ev_calendar_month_days(early->year, early->month);
		months--;
	}
	return (struct ev_interval){usec, days, months};
}

enum ev_status
ev_interval_age(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t a, int64_t b, struct ev_interval *out, struct ev_err *err)
{
	struct ev_time_parts pa, pb;

	if (ev_time_infinite(a) || ev_time_infinite(b))
		return stamp_range(err);
	ev_time_split_kind(kind, a, env->zone, &pa);
	ev_time_split_kind(kind, b, env->zone, &pb);
	if (a >= b) {
		*out = symbolic(&pa, &pb);
		return EV_OK;
	}
	*out = symbolic(&pb, &pa);
	return ev_interval_neg(*out, out, err);
}

enum ev_status
ev_interval_bin(struct ev_interval stride, int64_t value, int64_t origin,
    int64_t *result, struct ev_err *err)
{
	int64_t usec, since;

	*result = value;
	if (ev_time_infinite(value))
		return EV_OK;
	if (ev_time_infinite(origin))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "origin out of range");
	if (stride.months)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "timestamps cannot be binned into intervals containing "
		    "months or years");
	if (__builtin_mul_overflow(stride.days, EV_TIME_DAY, &usec) ||
	    __builtin_add_overflow(usec, stride.usec, &usec))
		return ev_interval_range(err);
	if (usec <= 0)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "stride must be greater than zero");
	if (__builtin_sub_overflow(value, origin, &since))
		return ev_interval_range(err);
	value -= since % usec;
	if (since % usec < 0 &&
	    (__builtin_sub_overflow(value, usec, &value) ||
		!ev_time_stamp_valid(value)))
		return stamp_range(err);
	*result = value;
	return EV_OK;
}
