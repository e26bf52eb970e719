/*
 * time_field: extract and date_trunc.
 */
#include <stdio.h>
#include <string.h>

#include "expr/time_parts.h"

static enum ev_status
not_supported(enum ev_time_field field, enum ev_time_kind kind,
    struct ev_err *err)
{
	return ev_time_field_wrong(ev_time_kind_name(kind),
	    ev_slice_of(ev_time_field_name(field)), "supported", err);
}

/* -- extract ------------------------------------------------------------- */

static void
put_int(struct ev_time_number *result, int64_t value, int scale)
{
	result->kind = EV_TIME_NUMBER;
	result->value = value;
	result->scale = scale;
}

static char *
put_digits(char *end, unsigned __int128 n, int least)
{
	while (n || least > 0) {
		*--end = (char)('0' + (int)(n % 10));
		n /= 10;
		least--;
	}
	return end;
}

/* whole.fraction, the fraction of `scale` digits */
static void
put_decimal(struct ev_time_number *result, int64_t whole,
    unsigned __int128 fraction, int scale, bool negative)
{
	char digits[48];
	char *end = digits + sizeof(digits) - 1;
	char *at;

	*end = '\0';
	at = put_digits(end, fraction, scale);
	*--at = '.';
	at = put_digits(at, (unsigned __int128)whole, 1);
	if (negative)
		*--at = '-';
	result->kind = EV_TIME_DECIMAL;
	memcpy(result->text, at, (size_t)(end - at) + 1);
}

/* The Julian day and the fraction of it, with as many digits as numeric
 * division gives: 16 significant ones, counted in groups of four. */
static void
put_julian(struct ev_time_number *result, int64_t day, int64_t usec)
{
	unsigned __int128 fraction = (unsigned __int128)usec;
	int64_t first = usec;
	int weight = 0, scale;
	bool negative = day < 0;

	for (; first >= 10000; first /= 10000)
		weight++;
	/* a day has 864 0000 0000 microseconds */
	weight -= 2 + (first <= 864);
	scale = 16 - weight * 4;
	for (int i = 0; i < scale; i++)
		fraction *= 10;
	fraction = (fraction + EV_TIME_DAY / 2) / EV_TIME_DAY;
	if (day < 0 && fraction) {
		/* Local time may lie before day 0: -1 + 0.75 is -0.25. */
		unsigned __int128 one = 1;

		for (int i = 0; i < scale; i++)
			one *= 10;
		fraction = one - fraction;
		day++;
	}
	put_decimal(result, day < 0 ? -day : day, fraction, scale, negative);
}

/* From 2^63 - 1 on PostgreSQL divides numerics, which leaves four decimals; the
 * other two are zeros. */
static void
put_epoch(struct ev_time_number *result, int64_t stamp)
{
	int64_t usec, tenths;

	if (!__builtin_add_overflow(stamp, EV_TIME_EPOCH * EV_TIME_SECOND_USEC,
		&usec) &&
	    usec < INT64_MAX) {
		put_int(result, usec, 6);
		return;
	}
	tenths = (stamp + 50) / 100;
	put_decimal(result, tenths / 10000 + EV_TIME_EPOCH,
	    (unsigned)(tenths % 10000) * 100, 6, false);
}

/* Years as people count them: no year 0. */
static int64_t
shown_year(int64_t year)
{
	return year > 0 ? year : year - 1;
}

static int64_t
period(int64_t year, int size)
{
	return year > 0 ? (year + size - 1) / size
			: -((size - 1 - (year - 1)) / size);
}

static int64_t
decade(int64_t year)
{
	return year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
}

/* The fields of the date; false if it is none of those. */
static bool
date_field(enum ev_time_field field, const struct ev_time_parts *p,
    int64_t *value)
{
	int64_t days = ev_calendar_days(p->year, p->month, p->day);
	int year;

	switch (field) {
	case EV_TIME_DAY_OF_MONTH:
		*value = p->day;
		return true;
	case EV_TIME_WEEK:
		*value = ev_calendar_iso_week(days, p->year, &year);
		return true;
	case EV_TIME_MONTH:
		*value = p->month;
		return true;
	case EV_TIME_QUARTER:
		*value = (p->month - 1) / 3 + 1;
		return true;
	case EV_TIME_YEAR:
		*value = shown_year(p->year);
		return true;
	case EV_TIME_DECADE:
		*value = decade(p->year);
		return true;
	case EV_TIME_CENTURY:
		*value = period(p->year, 100);
		return true;
	case EV_TIME_MILLENNIUM:
		*value = period(p->year, 1000);
		return true;
	case EV_TIME_DOW:
		*value = ev_calendar_weekday(days);
		return true;
	case EV_TIME_ISODOW:
		*value = (ev_calendar_weekday(days) + 6) % 7 + 1;
		return true;
	case EV_TIME_DOY:
		*value = days - ev_calendar_days(p->year, 1, 1) + 1;
		return true;
	case EV_TIME_ISOYEAR:
		ev_calendar_iso_week(days, p->year, &year);
		*value = shown_year(year);
		return true;
	default:
		return false;
	}
}

static bool
clock_field(enum ev_time_field field, const struct ev_time_parts *p,
    struct ev_time_number *result)
{
	int64_t usec = p->second * EV_TIME_SECOND_USEC + p->usec;

	switch (field) {
	case EV_TIME_MICROSECONDS:
		put_int(result, usec, 0);
		return true;
	case EV_TIME_MILLISECONDS:
		put_int(result, usec, 3);
		return true;
	case EV_TIME_SECOND:
		put_int(result, usec, 6);
		return true;
	case EV_TIME_MINUTE:
		put_int(result, p->minute, 0);
		return true;
	case EV_TIME_HOUR:
		put_int(result, p->hour, 0);
		return true;
	default:
		return false;
	}
}

static bool
zone_field(enum ev_time_field field, int32_t east,
    struct ev_time_number *result)
{
	switch (field) {
	case EV_TIME_TIMEZONE:
		put_int(result, east, 0);
		return true;
	case EV_TIME_TIMEZONE_HOUR:
		put_int(result, east / 3600, 0);
		return true;
	case EV_TIME_TIMEZONE_MINUTE:
		put_int(result, east / 60 % 60, 0);
		return true;
	default:
		return false;
	}
}

static bool
has_field(enum ev_time_field field, enum ev_time_kind kind)
{
	switch (field) {
	case EV_TIME_MICROSECONDS:
	case EV_TIME_MILLISECONDS:
	case EV_TIME_SECOND:
	case EV_TIME_MINUTE:
	case EV_TIME_HOUR:
		return kind != EV_TIME_DATE;
	case EV_TIME_TIMEZONE:
	case EV_TIME_TIMEZONE_HOUR:
	case EV_TIME_TIMEZONE_MINUTE:
		return kind == EV_TIME_TZ;
	default:
		return true;
	}
}

/* Fields that only grow are infinite too; those that come again are NULL. */
static void
infinite_field(enum ev_time_field field, bool negative,
    struct ev_time_number *result)
{
	switch (field) {
	case EV_TIME_YEAR:
	case EV_TIME_DECADE:
	case EV_TIME_CENTURY:
	case EV_TIME_MILLENNIUM:
	case EV_TIME_ISOYEAR:
	case EV_TIME_JULIAN:
	case EV_TIME_EPOCH_FIELD:
		result->kind = EV_TIME_INFINITE;
		snprintf(result->text, sizeof(result->text), "%s",
		    negative ? "-Infinity" : "Infinity");
		break;
	default:
		result->kind = EV_TIME_NULL;
		break;
	}
}

static void
julian_field(enum ev_time_kind kind, const struct ev_time_parts *p,
    struct ev_time_number *result)
{
	int64_t day = ev_time_date_of(p) + EV_TIME_EPOCH_JULIAN;
	int64_t seconds = (p->hour * 60 + p->minute) * INT64_C(60) + p->second;

	if (kind == EV_TIME_DATE)
		put_int(result, day, 0);
	else
		put_julian(result, day,
		    seconds * EV_TIME_SECOND_USEC + p->usec);
}

enum ev_status
ev_time_extract(const struct ev_time_env *env, enum ev_time_field field,
    enum ev_time_kind kind, int64_t value, struct ev_time_number *result,
    struct ev_err *err)
{
	struct ev_time_parts parts;
	int64_t number;

	/* that a timestamp has no zone does not matter where it is infinite */
	if (ev_time_infinite(value) &&
	    has_field(field, kind == EV_TIME_STAMP ? EV_TIME_TZ : kind)) {
		infinite_field(field, value < 0, result);
		return EV_OK;
	}
	if (!has_field(field, kind))
		return not_supported(field, kind, err);
	if (field == EV_TIME_EPOCH_FIELD) {
		if (kind == EV_TIME_DATE)
			put_int(result, (value + EV_TIME_EPOCH_DAYS) * 86400,
			    0);
		else
			put_epoch(result, value);
		return EV_OK;
	}
	ev_time_split_kind(kind, value, env->zone, &parts);
	if (field == EV_TIME_JULIAN)
		julian_field(kind, &parts, result);
	else if (date_field(field, &parts, &number))
		put_int(result, number, 0);
	else if (!clock_field(field, &parts, result))
		zone_field(field, parts.east, result);
	return EV_OK;
}

bool
ev_time_part(enum ev_time_field field, const struct ev_time_number *number,
    double *part)
{
	double whole = (double)(number->value / EV_TIME_SECOND_USEC);
	double rest = (double)(number->value % EV_TIME_SECOND_USEC);

	if (number->kind != EV_TIME_NUMBER || !number->scale)
		return false;
	if (field == EV_TIME_SECOND)
		*part = whole + rest / 1000000.0;
	else if (field == EV_TIME_MILLISECONDS)
		*part = whole * 1000.0 + rest / 1000.0;
	else
		*part = (double)number->value / 1000000.0;
	return true;
}

/* -- date_trunc ---------------------------------------------------------- */

static void
trunc_week(struct ev_time_parts *p)
{
	int64_t days = ev_calendar_days(p->year, p->month, p->day);
	int64_t year;

	days -= (ev_calendar_weekday(days) + 6) % 7;
	ev_calendar_date(days, &year, &p->month, &p->day);
	p->year = (int)year;
}

static void
trunc_year(enum ev_time_field field, struct ev_time_parts *p)
{
	int size = field == EV_TIME_MILLENNIUM ? 1000 : 100;

	if (field == EV_TIME_DECADE)
		p->year = (int)decade(p->year) * 10;
	else if (field != EV_TIME_YEAR)
		p->year = (int)period(p->year, size) * size +
		    (p->year > 0 ? 1 - size : 1);
	p->month = 1;
	p->day = 1;
}

/* The date's part of truncation; true if the clock becomes 00:00. */
static bool
trunc_date(enum ev_time_field field, struct ev_time_parts *p)
{
	switch (field) {
	case EV_TIME_MILLENNIUM:
	case EV_TIME_CENTURY:
	case EV_TIME_DECADE:
	case EV_TIME_YEAR:
		trunc_year(field, p);
		break;
	case EV_TIME_QUARTER:
		p->month -= (p->month - 1) % 3;
		p->day = 1;
		break;
	case EV_TIME_MONTH:
		p->day = 1;
		break;
	case EV_TIME_WEEK:
		trunc_week(p);
		break;
	case EV_TIME_DAY_OF_MONTH:
		break;
	default:
		return false;
	}
	p->hour = p->minute = p->second = p->usec = 0;
	return true;
}

static bool
trunc_clock(enum ev_time_field field, struct ev_time_parts *p)
{
	switch (field) {
	case EV_TIME_HOUR:
		p->minute = 0;
		/* fall through */
	case EV_TIME_MINUTE:
		p->second = 0;
		/* fall through */
	case EV_TIME_SECOND:
		p->usec = 0;
		return true;
	case EV_TIME_MILLISECONDS:
		p->usec -= p->usec % 1000;
		return true;
	case EV_TIME_MICROSECONDS:
		return true;
	default:
		return false;
	}
}

enum ev_status
ev_time_trunc(const struct ev_time_env *env, enum ev_time_field field,
    enum ev_time_kind kind, int64_t value, const struct ev_zone *zone,
    int64_t *result, struct ev_err *err)
{
	struct ev_time_parts parts;
	bool ok;

	if (ev_time_infinite(value)) {
		*result = value;
		return EV_OK;
	}
	if (!zone)
		zone = env->zone;
	ev_time_split_kind(kind, value, zone, &parts);
	if (trunc_date(field, &parts)) {
		if (kind == EV_TIME_TZ)
			parts.east = ev_time_east_at(&parts, zone);
	} else if (!trunc_clock(field, &parts)) {
		if (field >= EV_TIME_DOW && field <= EV_TIME_EPOCH_FIELD)
			return ev_time_field_wrong(ev_time_kind_name(kind),
			    ev_slice_of(ev_time_field_name(field)),
			    "recognized", err);
		return not_supported(field, kind, err);
	}
	ok = kind == EV_TIME_TZ ? ev_time_join_east(&parts, result)
				: ev_time_join(&parts, result);
	if (ok)
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "timestamp out of range");
}
