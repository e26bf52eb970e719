/*
 * interval_field: extract, date_part and date_trunc of intervals. Years are
 * what whole dozens of months are; days and hours have no limit.
 */
#include <stdio.h>

#include "expr/interval_time.h"

#define DAY_SECONDS 86400

static const char type_name[] = "interval";

/* Fields that are whole numbers; false if it is none of those. */
static bool
whole_field(enum ev_time_field field, struct ev_interval v, int64_t *number)
{
	switch (field) {
	case EV_TIME_MICROSECONDS:
		*number = v.usec % EV_TIME_MINUTE_USEC;
		return true;
	case EV_TIME_MINUTE:
		*number = v.usec / EV_TIME_MINUTE_USEC % 60;
		return true;
	case EV_TIME_HOUR:
		*number = v.usec / EV_TIME_HOUR_USEC;
		return true;
	case EV_TIME_DAY_OF_MONTH:
		*number = v.days;
		return true;
	case EV_TIME_MONTH:
		*number = v.months % 12;
		return true;
	case EV_TIME_QUARTER:
		*number = v.months % 12 / 3 + 1;
		return true;
	case EV_TIME_YEAR:
		*number = v.months / 12;
		return true;
	case EV_TIME_DECADE:
		*number = v.months / 120;
		return true;
	case EV_TIME_CENTURY:
		*number = v.months / 1200;
		return true;
	case EV_TIME_MILLENNIUM:
		*number = v.months / 12000;
		return true;
	default:
		return false;
	}
}

/* The seconds of months and days: a year has 365.25 days, a month 30. */
static int64_t
calendar_seconds(struct ev_interval v)
{
	return (v.months / 12 * INT64_C(1461) + v.months % 12 * INT64_C(120) +
		   v.days * INT64_C(4)) *
	    (DAY_SECONDS / 4);
}

static void
put_epoch(struct ev_interval v, struct ev_time_number *result)
{
	__int128 usec = (__int128)calendar_seconds(v) * EV_TIME_SECOND_USEC +
	    v.usec,
		 size;

	result->kind = EV_TIME_NUMBER;
	result->scale = 6;
	result->value = (int64_t)usec;
	if (result->value == usec && usec != INT64_MIN)
		return;
	size = usec < 0 ? -usec : usec;
	result->kind = EV_TIME_DECIMAL;
	snprintf(result->text, sizeof(result->text), "%s%lld.%06lld",
	    usec < 0 ? "-" : "", (long long)(size / EV_TIME_SECOND_USEC),
	    (long long)(size % EV_TIME_SECOND_USEC));
}

static enum ev_status
find_field(struct ev_slice name, enum ev_time_field *field, struct ev_err *err)
{
	if (ev_time_field_find(name, field))
		return EV_OK;
	return ev_time_field_wrong(type_name, name, "recognized", err);
}

static enum ev_status
extract(enum ev_time_field field, struct ev_slice name,
    struct ev_interval value, struct ev_time_number *result, struct ev_err *err)
{
	*result = (struct ev_time_number){.kind = EV_TIME_NUMBER};
	if (field == EV_TIME_EPOCH_FIELD) {
		put_epoch(value, result);
		return EV_OK;
	}
	if (whole_field(field, value, &result->value))
		return EV_OK;
	if (field != EV_TIME_SECOND && field != EV_TIME_MILLISECONDS)
		return ev_time_field_wrong(type_name, name, "supported", err);
	result->value = value.usec % EV_TIME_MINUTE_USEC;
	result->scale = field == EV_TIME_SECOND ? 6 : 3;
	return EV_OK;
}

enum ev_status
ev_interval_extract(struct ev_slice name, struct ev_interval value,
    struct ev_time_number *result, struct ev_err *err)
{
	enum ev_time_field field;

	if (find_field(name, &field, err) != EV_OK)
		return EV_BAD;
	return extract(field, name, value, result, err);
}

/* The roundings are PostgreSQL's, so they are made in its order. */
enum ev_status
ev_interval_part(struct ev_slice name, struct ev_interval value, double *result,
    struct ev_err *err)
{
	struct ev_time_number number;
	enum ev_time_field field;

	if (find_field(name, &field, err) != EV_OK ||
	    extract(field, name, value, &number, err) != EV_OK)
		return EV_BAD;
	if (field == EV_TIME_EPOCH_FIELD) {
		*result = (double)value.usec / 1000000.0;
		*result += 365.25 * DAY_SECONDS * (value.months / 12);
		*result += 30.0 * DAY_SECONDS * (value.months % 12);
		*result += (double)DAY_SECONDS * value.days;
	} else if (!ev_time_part(field, &number, result)) {
		*result = (double)number.value;
	}
	return EV_OK;
}

/* What a field has of months, or, with none, of microseconds. Both 0: there is
 * none to cut at. */
static void
unit_of(enum ev_time_field field, int32_t *months, int64_t *usec)
{
	static const int32_t of_months[] = {[EV_TIME_MONTH] = 1,
	    [EV_TIME_QUARTER] = 3,
	    [EV_TIME_YEAR] = 12,
	    [EV_TIME_DECADE] = 120,
	    [EV_TIME_CENTURY] = 1200,
	    [EV_TIME_MILLENNIUM] = 12000};
	static const int64_t of_usec[] = {[EV_TIME_MICROSECONDS] = 1,
	    [EV_TIME_MILLISECONDS] = 1000,
	    [EV_TIME_SECOND] = EV_TIME_SECOND_USEC,
	    [EV_TIME_MINUTE] = EV_TIME_MINUTE_USEC,
	    [EV_TIME_HOUR] = EV_TIME_HOUR_USEC};

	*months = field <= EV_TIME_MILLENNIUM ? of_months[field] : 0;
	*usec = field <= EV_TIME_HOUR ? of_usec[field] : 0;
}

enum ev_status
ev_interval_trunc(struct ev_slice name, struct ev_interval value,
    struct ev_interval *result, struct ev_err *err)
{
	enum ev_time_field field;
	int64_t usec;
	int32_t months;

	if (!ev_time_field_unit(name, &field))
		return ev_time_field_wrong(type_name, name, "recognized", err);
	unit_of(field, &months, &usec);
	if (months) {
		value.months -= value.months % months;
		value.days = 0;
		value.usec = 0;
	} else if (field == EV_TIME_DAY_OF_MONTH) {
		value.usec = 0;
	} else if (usec) {
		value.usec -= value.usec % usec;
	} else {
		return ev_time_field_wrong(type_name, name, "supported", err);
	}
	*result = value;
	return EV_OK;
}
