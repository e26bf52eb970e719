/*
 * time_parts: a moment taken apart into year, month, day, hour … and put
 * together again, with PostgreSQL's limits. Inside lib/expr's time only.
 */
#ifndef EV_EXPR_TIME_PARTS_H
#define EV_EXPR_TIME_PARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "expr/calendar.h"
#include "expr/time.h"

/* Days from 1970-01-01 and Julian days to the day 0 of a date. */
#define EV_TIME_EPOCH_DAYS 10957
#define EV_TIME_EPOCH_JULIAN 2451545

/* The limits: 4713-11-24 BC (Julian day 0), and the first moment that is too
 * late (294277-01-01; for dates 5874898-06-03). */
#define EV_TIME_DATE_MIN (-2451545)
#define EV_TIME_DATE_END 2145031949
#define EV_TIME_STAMP_MIN INT64_C(-211813488000000000)
#define EV_TIME_STAMP_END INT64_C(9223371331200000000)

struct ev_time_parts {
	int year; /* 0 is 1 BC */
	int month;
	int day;
	int hour;
	int minute;
	int second;
	int usec;
	int32_t east; /* of a timestamptz, and its zone's abbreviation */
	const char *abbrev;
};

static inline bool
ev_time_date_valid(int64_t date)
{
	return date >= EV_TIME_DATE_MIN && date < EV_TIME_DATE_END;
}

static inline bool
ev_time_stamp_valid(int64_t stamp)
{
	return stamp >= EV_TIME_STAMP_MIN && stamp < EV_TIME_STAMP_END;
}

/* The seconds of a stamp, rounded down. */
static inline int64_t
ev_time_seconds(int64_t stamp)
{
	return stamp / EV_TIME_SECOND_USEC - (stamp % EV_TIME_SECOND_USEC < 0);
}

static inline int64_t
ev_time_unix(int64_t stamp)
{
	return ev_time_seconds(stamp) + EV_TIME_EPOCH;
}

/* Days since 2000-01-01 of the parts' date; the year must be within the
 * calendar's. */
static inline int64_t
ev_time_date_of(const struct ev_time_parts *parts)
{
	return ev_calendar_days(parts->year, parts->month, parts->day) -
	    EV_TIME_EPOCH_DAYS;
}

/* A finite date or timestamp. */
void ev_time_split_date(int64_t date, struct ev_time_parts *parts);
void ev_time_split(int64_t stamp, struct ev_time_parts *parts);
/* A finite value of any kind; a timestamptz as zone's clocks show it. */
void ev_time_split_kind(enum ev_time_kind kind, int64_t value,
    const struct ev_zone *zone, struct ev_time_parts *parts);

/* A date, and a timestamp; false if it is out of range. The parts of the day
 * need not be: 24:00:00 and 23:59:60 count on. */
bool ev_time_join_date(const struct ev_time_parts *parts, int64_t *date);
bool ev_time_join(const struct ev_time_parts *parts, int64_t *stamp);
/* A timestamptz, parts->east seconds east. */
bool ev_time_join_east(const struct ev_time_parts *parts, int64_t *stamp);

/* A timestamptz of milliseconds since 1970; false if it is out of range. */
bool ev_time_from_milliseconds(int64_t milliseconds, int64_t *stamp);

/* POSIX seconds of the parts, taken as UTC. */
int64_t ev_time_local_seconds(const struct ev_time_parts *parts);
/* The offset that zone has when its clocks show the parts. */
int32_t ev_time_east_at(const struct ev_time_parts *parts,
    const struct ev_zone *zone);

#endif
