/*
 * interval_field: extract, date_part and date_trunc of intervals. Years are
 * what whole dozens of months are; days and hours have no limit.
 */
#include <stdio.h>
#include <string.h>

#include "expr/interval_time.h"

#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY_SECONDS 86400

static enum ev_status
wrong_unit(struct ev_slice name, const char *how, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "unit \"%.*s\" not %s for type interval", (int)name.len, name.ptr,
	    how);
}

/* Fields that are whole numbers; false if it is none of those. */
static bool
whole_field(enum ev_time_field field, struct ev_interval v, int64_t *number)
{
	switch (field) {
	case EV_TIME_MICROSECONDS:
		*number = v.usec % MINUTE;
		return true;
	case EV_TIME_MINUTE:
		*number = v.usec / MINUTE % 60;
		return true;
	case EV_TIME_HOUR:
		*number = v.usec / HOUR;
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
	__int128 usec = (__int128)calendar_seconds(v) * SECOND + v.usec, size;

	result->kind = EV_TIME_NUMBER;
	result->scale = 6;
	result->value = (int64_t)usec;
	if (result->value == usec && usec != INT64_MIN)
		return;
	size = usec < 0 ? -usec : usec;
	result->kind = EV_TIME_DECIMAL;
	snprintf(result->text, sizeof(result->text), "%s%lld.%06lld",
	    usec < 0 ? "-" : "", (long long)(size / SECOND),
	    (long long)(size % SECOND));
}

enum ev_status
ev_interval_extract(struct ev_slice name, struct ev_interval value,
    struct ev_time_number *result, struct ev_err *err)
{
	enum ev_time_field field;

	if (!ev_time_field_find(name, &field))
		return wrong_unit(name, "recognized", err);
	*result = (struct ev_time_number){.kind = EV_TIME_NUMBER};
	if (field == EV_TIME_EPOCH_FIELD) {
		put_epoch(value, result);
		return EV_OK;
	}
	if (whole_field(field, value, &result->value))
		return EV_OK;
	if (field != EV_TIME_SECOND && field != EV_TIME_MILLISECONDS)
		return wrong_unit(name, "supported", err);
	result->value = value.usec % MINUTE;
	result->scale = field == EV_TIME_SECOND ? 6 : 3;
	return EV_OK;
}

/* The roundings are PostgreSQL's, so they are made in its order. */
enum ev_status
ev_interval_part(struct ev_slice name, struct ev_interval value, double *result,
    struct ev_err *err)
{
	struct ev_time_number number;
	enum ev_status status = ev_interval_extract(name, value, &number, err);
	enum ev_time_field field = EV_TIME_EPOCH_FIELD;

	if (status != EV_OK)
		return status;
	ev_time_field_find(name, &field);
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
	    [EV_TIME_SECOND] = SECOND,
	    [EV_TIME_MINUTE] = MINUTE,
	    [EV_TIME_HOUR] = HOUR};

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
		return wrong_unit(name, "recognized", err);
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
		return wrong_unit(name, "supported", err);
	}
	*result = value;
	return EV_OK;
}
