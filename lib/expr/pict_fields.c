/*
 * pict_fields: see pict_fields.h.
 */
#include "expr/pict_fields.h"

#include "expr/time_parts.h"

struct whole {
	struct ev_pict_fields *f;
	struct ev_time_parts parts;
	bool has_year;
	bool has_month;
	bool has_day;
	struct ev_slice text;
	struct ev_err *err;
};

static enum ev_status
out_of_range(struct whole *w)
{
	return ev_err_set(w->err, EV_BAD, EV_EXIT_DATA,
	    "date/time field value out of range: \"%.*s\"", (int)w->text.len,
	    w->text.ptr);
}

static void
set_days(struct whole *w, int64_t days)
{
	int64_t year;

	ev_calendar_date(days, &year, &w->parts.month, &w->parts.day);
	w->parts.year = (int)year;
	w->has_year = w->has_month = w->has_day = true;
}

static enum ev_status
set_clock(struct whole *w)
{
	struct ev_time_parts *p = &w->parts;
	const struct ev_pict_fields *f = w->f;

	if (f->day_second) {
		p->hour = f->day_second / 3600;
		p->minute = f->day_second % 3600 / 60;
		p->second = f->day_second % 60;
	}
	if (f->second)
		p->second = f->second;
	if (f->minute)
		p->minute = f->minute;
	if (f->hour)
		p->hour = f->hour;
	if (!f->twelve)
		return EV_OK;
	if (p->hour < 1 || p->hour > 12)
		return ev_err_set(w->err, EV_BAD, EV_EXIT_DATA,
		    "hour \"%d\" is invalid for the 12-hour clock", p->hour);
	if (f->pm && p->hour < 12)
		p->hour += 12;
	else if (!f->pm && p->hour == 12)
		p->hour = 0;
	return EV_OK;
}

/* Two digits of a year in a century: the 21st lasts from 2001 to 2100. */
static int
year_of_century(int year, int century)
{
	year %= 100;
	if (!year)
		return century * 100 + (century < 0);
	return century >= 0 ? year + (century - 1) * 100
			    : (century + 1) * 100 - year + 1;
}

static void
set_year(struct whole *w)
{
	const struct ev_pict_fields *f = w->f;
	int century = f->bc ? -f->century : f->century;
	int *year = &w->parts.year;

	if (!f->year && !f->century)
		return;
	w->has_year = true;
	if (f->year && f->century && f->year_size <= 2) {
		*year = year_of_century(f->year, century);
	} else if (f->year) {
		*year = f->bc ? -f->year : f->year;
		if (*year < 0)
			(*year)++;
	} else {
		*year = (century >= 0 ? century - 1 : century) * 100 + 1;
	}
}

/* A week of the ISO year, its Monday unless a day is given; other weeks count
 * from the first of January. */
static void
set_week(struct whole *w)
{
	struct ev_pict_fields *f = w->f;
	int64_t monday;

	if (!f->week)
		return;
	if (f->calendar != EV_PICT_ISO_WEEK) {
		f->year_day = (int)((int64_t)(f->week - 1) * 7 + 1);
		return;
	}
	monday = ev_calendar_first_monday(w->parts.year) +
	    (f->week - 1) * INT64_C(7);
	if (f->weekday)
		monday += f->weekday > 1 ? f->weekday - 2 : 6;
	set_days(w, monday);
}

static enum ev_status
set_year_day(struct whole *w)
{
	struct ev_time_parts *p = &w->parts;
	int day = w->f->year_day;
	int month = 1;

	if (!day || (p->month > 1 && p->day > 1))
		return EV_OK;
	if (!p->year && !w->f->bc)
		return ev_err_set(w->err, EV_BAD, EV_EXIT_DATA,
		    "cannot calculate day of year without year information");
	if (w->f->calendar == EV_PICT_ISO_WEEK) {
		set_days(w, ev_calendar_first_monday(p->year) + day - 1);
		return EV_OK;
	}
	while (month <= 12 && day > ev_calendar_month_days(p->year, month))
		day -= ev_calendar_month_days(p->year, month++);
	if (p->month <= 1)
		p->month = month;
	if (p->day <= 1)
		p->day = day;
	w->has_month = w->has_day = true;
	return EV_OK;
}

static enum ev_status
set_date(struct whole *w)
{
	struct ev_pict_fields *f = w->f;

	set_year(w);
	if (f->julian)
		set_days(w,
		    (int64_t)f->julian - EV_TIME_EPOCH_JULIAN +
			EV_TIME_EPOCH_DAYS);
	set_week(w);
	if (f->month_week)
		f->day = (int)((int64_t)(f->month_week - 1) * 7 + 1);
	if (f->day) {
		w->parts.day = f->day;
		w->has_day = true;
	}
	if (f->month) {
		w->parts.month = f->month;
		w->has_month = true;
	}
	return set_year_day(w);
}

static enum ev_status
check(struct whole *w)
{
	const struct ev_time_parts *p = &w->parts;

	if (w->has_month && (p->month < 1 || p->month > 12))
		return out_of_range(w);
	if (w->has_day && (p->day < 1 || p->day > 31))
		return out_of_range(w);
	if (w->has_year && w->has_month && w->has_day &&
	    p->day > ev_calendar_month_days(p->year, p->month))
		return out_of_range(w);
	if (p->hour < 0 || p->hour >= 24 || p->minute < 0 || p->minute >= 60 ||
	    p->second < 0 || p->second >= 60 || p->usec < 0 ||
	    p->usec >= EV_TIME_SECOND_USEC)
		return out_of_range(w);
	if (w->f->zone_sign &&
	    (w->f->zone_hour < 0 || w->f->zone_hour > 15 ||
		w->f->zone_minute < 0 || w->f->zone_minute >= 60))
		return ev_err_set(w->err, EV_BAD, EV_EXIT_DATA,
		    "time zone displacement out of range: \"%.*s\"",
		    (int)w->text.len, w->text.ptr);
	return EV_OK;
}

/* Rounds away from 2000-01-01, as PostgreSQL does. */
static int64_t
round_to(int64_t stamp, int precision)
{
	int64_t unit = 1;

	for (int i = precision; i < 6; i++)
		unit *= 10;
	if (stamp < 0)
		return -((-stamp + unit / 2) / unit * unit);
	return (stamp + unit / 2) / unit * unit;
}

static int32_t
offset_of(const struct ev_pict_fields *f)
{
	return f->zone_sign * (f->zone_hour * 60 + f->zone_minute) * 60;
}

static enum ev_status
finish(const struct ev_time_env *env, struct whole *w, enum ev_time_kind kind,
    int64_t *value)
{
	const struct ev_pict_fields *f = w->f;

	if (kind == EV_TIME_DATE) {
		if (ev_time_join_date(&w->parts, value))
			return EV_OK;
		return ev_err_set(w->err, EV_BAD, EV_EXIT_DATA,
		    "date out of range: \"%.*s\"", (int)w->text.len,
		    w->text.ptr);
	}
	if (f->zone_sign)
		w->parts.east = offset_of(f);
	else
		w->parts.east = ev_time_east_at(&w->parts, env->zone);
	if (ev_time_join_east(&w->parts, value)) {
		if (f->precision)
			*value = round_to(*value, f->precision);
		return EV_OK;
	}
	return ev_err_set(w->err, EV_BAD, EV_EXIT_DATA,
	    "timestamp out of range");
}

/* The date and the time of day, checked. */
static enum ev_status
complete(struct whole *w)
{
	int64_t usec = w->f->msec * INT64_C(1000) + w->f->usec;
	enum ev_status status = set_clock(w);

	if (status == EV_OK)
		status = set_date(w);
	w->parts.usec = usec < 0 || usec >= EV_TIME_SECOND_USEC ? -1
								: (int)usec;
	return status == EV_OK ? check(w) : status;
}

enum ev_status
ev_pict_fields_value(const struct ev_time_env *env,
    struct ev_pict_fields *fields, struct ev_slice text, enum ev_time_kind kind,
    int64_t *value, struct ev_err *err)
{
	struct whole w = {.f = fields,
	    .parts = {.month = 1, .day = 1},
	    .text = text,
	    .err = err};
	enum ev_status status = complete(&w);

	return status == EV_OK ? finish(env, &w, kind, value) : status;
}

static int64_t
clock_of(const struct ev_time_parts *p)
{
	return ((p->hour * 60 + p->minute) * INT64_C(60) + p->second) *
	    EV_TIME_SECOND_USEC +
	    p->usec;
}

enum ev_status
ev_pict_fields_moment(struct ev_pict_fields *fields, struct ev_slice text,
    struct ev_pict_moment *moment, struct ev_err *err)
{
	struct whole w = {.f = fields,
	    .parts = {.month = 1, .day = 1},
	    .text = text,
	    .err = err};
	enum ev_status status = complete(&w);

	if (status != EV_OK)
		return status;
	if (!moment->timed)
		return moment->zoned || !moment->dated
		    ? ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			  "datetime format is %s and not timed",
			  moment->dated ? "zoned" : "not dated")
		    : finish(NULL, &w, EV_TIME_DATE, &moment->value);
	if (moment->zoned)
		moment->east = w.parts.east = offset_of(fields);
	if (!moment->dated)
		moment->value = clock_of(&w.parts);
	else if (!ev_time_join_east(&w.parts, &moment->value))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "timestamp out of range");
	if (fields->precision)
		moment->value = round_to(moment->value, fields->precision);
	return EV_OK;
}
