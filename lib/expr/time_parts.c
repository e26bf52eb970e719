/*
 * time_parts: see time_parts.h.
 */
#include "expr/time_parts.h"

#include <string.h>

void
ev_time_split_date(int64_t date, struct ev_time_parts *parts)
{
	int64_t year;

	memset(parts, 0, sizeof(*parts));
	ev_calendar_date(date + EV_TIME_EPOCH_DAYS, &year, &parts->month,
	    &parts->day);
	parts->year = (int)year;
}

void
ev_time_split(int64_t stamp, struct ev_time_parts *parts)
{
	int64_t days = stamp / EV_TIME_DAY;
	int64_t usec = stamp % EV_TIME_DAY;

	if (usec < 0) {
		usec += EV_TIME_DAY;
		days--;
	}
	ev_time_split_date(days, parts);
	parts->usec = (int)(usec % EV_TIME_SECOND_USEC);
	usec /= EV_TIME_SECOND_USEC;
	parts->second = (int)(usec % 60);
	parts->minute = (int)(usec / 60 % 60);
	parts->hour = (int)(usec / 3600);
}

void
ev_time_split_kind(enum ev_time_kind kind, int64_t value,
    const struct ev_zone *zone, struct ev_time_parts *parts)
{
	struct ev_zone_at at;

	switch (kind) {
	case EV_TIME_DATE:
		ev_time_split_date(value, parts);
		break;
	case EV_TIME_STAMP:
		ev_time_split(value, parts);
		break;
	case EV_TIME_TZ:
		at = ev_zone_at(zone, ev_time_unix(value));
		ev_time_split(value + at.east * EV_TIME_SECOND_USEC, parts);
		parts->east = at.east;
		parts->abbrev = at.abbrev;
		break;
	}
}

/* The calendar's months within which dates are looked at: those of the
 * limits, cut at whole months. */
static bool
in_calendar(const struct ev_time_parts *parts)
{
	return (parts->year > -4713 ||
		   (parts->year == -4713 && parts->month >= 11)) &&
	    (parts->year < 5874898 ||
		(parts->year == 5874898 && parts->month < 6));
}

bool
ev_time_join_date(const struct ev_time_parts *parts, int64_t *date)
{
	if (!in_calendar(parts))
		return false;
	*date = ev_time_date_of(parts);
	return ev_time_date_valid(*date);
}

static bool
join(const struct ev_time_parts *parts, int64_t *stamp)
{
	int64_t seconds = ((int64_t)parts->hour * 60 + parts->minute) * 60 +
	    parts->second;
	int64_t usec = seconds * EV_TIME_SECOND_USEC + parts->usec;

	return in_calendar(parts) &&
	    !__builtin_mul_overflow(ev_time_date_of(parts), EV_TIME_DAY,
		stamp) &&
	    !__builtin_add_overflow(*stamp, usec, stamp);
}

bool
ev_time_join(const struct ev_time_parts *parts, int64_t *stamp)
{
	return join(parts, stamp) && ev_time_stamp_valid(*stamp);
}

bool
ev_time_join_east(const struct ev_time_parts *parts, int64_t *stamp)
{
	return join(parts, stamp) &&
	    !__builtin_sub_overflow(*stamp, parts->east * EV_TIME_SECOND_USEC,
		stamp) &&
	    ev_time_stamp_valid(*stamp);
}

int64_t
ev_time_local_seconds(const struct ev_time_parts *parts)
{
	return (ev_time_date_of(parts) * 24 + parts->hour) * 3600 +
	    parts->minute * INT64_C(60) + parts->second + EV_TIME_EPOCH;
}

int32_t
ev_time_east_at(const struct ev_time_parts *parts, const struct ev_zone *zone)
{
	/* out of range: the caller will find that, with any offset */
	if (!in_calendar(parts))
		return 0;
	return ev_zone_local(zone, ev_time_local_seconds(parts)).east;
}

bool
ev_time_from_milliseconds(int64_t milliseconds, int64_t *stamp)
{
	return !__builtin_sub_overflow(milliseconds, EV_TIME_EPOCH * 1000,
		   stamp) &&
	    !__builtin_mul_overflow(*stamp, 1000, stamp) &&
	    ev_time_stamp_valid(*stamp);
}
