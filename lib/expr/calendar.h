/*
 * calendar: the proleptic Gregorian calendar as arithmetic on days since
 * 1970-01-01. Year 0 is 1 BC. Years within -10 million .. 10 million.
 */
#ifndef EV_EXPR_CALENDAR_H
#define EV_EXPR_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

static inline bool
ev_calendar_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static inline int
ev_calendar_month_days(int64_t year, int month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30,
	    31, 30, 31};

	return days[month - 1] + (month == 2 && ev_calendar_leap(year));
}

/* Days of a date; a day outside its month counts on. Years are counted from
 * March, so that the leap day is the last (400 years are 146097 days). */
static inline int64_t
ev_calendar_days(int64_t year, int month, int day)
{
	int64_t y = year - (month <= 2);
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 +
	    of_year + day - 1 - 719468;
}

static inline void
ev_calendar_date(int64_t days, int64_t *year, int *month, int *day)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned of_era = (unsigned)(z - era * 146097);
	unsigned y =
	    (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	unsigned of_year = of_era - (365 * y + y / 4 - y / 100);
	unsigned m = (5 * of_year + 2) / 153;

	*day = (int)(of_year - (153 * m + 2) / 5 + 1);
	*month = (int)(m < 10 ? m + 3 : m - 9);
	*year = (int64_t)y + era * 400 + (*month <= 2);
}

/* 0 is Sunday. */
static inline int
ev_calendar_weekday(int64_t days)
{
	int64_t w = (days + 4) % 7;

	return (int)(w < 0 ? w + 7 : w);
}

/* Days since 1970 of the Monday that begins ISO 8601's week 1 of a year. */
static inline int64_t
ev_calendar_first_monday(int64_t year)
{
	int64_t fourth = ev_calendar_days(year, 1, 4);

	return fourth - (ev_calendar_weekday(fourth) + 6) % 7;
}

/* The week of a day in that year, and the year that the week belongs to. */
static inline int
ev_calendar_iso_week(int64_t days, int year, int *week_year)
{
	*week_year = year + 1;
	while (days < ev_calendar_first_monday(*week_year))
		(*week_year)--;
	return (int)((days - ev_calendar_first_monday(*week_year)) / 7 + 1);
}

#endif
