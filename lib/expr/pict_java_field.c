/*
 * pict_java_field: what a date and a time have of Java's fields.
 */
#include "expr/calendar.h"
#include "expr/pict_java_item.h"
#include "expr/pict_words.h"

#define YEAR_MAX 999999999
#define BILLION INT64_C(1000000000)

const struct ev_java_range *
ev_java_field_range(enum ev_java_field field)
{
	static const struct ev_java_range ranges[EV_JAVA_FIELDS] = {
	    [EV_JAVA_ERA] = {"Era", 0, 1},
	    [EV_JAVA_YEAR_OF_ERA] = {"YearOfEra", 1, YEAR_MAX + 1},
	    [EV_JAVA_YEAR] = {"Year", -YEAR_MAX, YEAR_MAX},
	    [EV_JAVA_MONTH] = {"MonthOfYear", 1, 12},
	    [EV_JAVA_DAY_OF_MONTH] = {"DayOfMonth", 1, 31},
	    [EV_JAVA_DAY_OF_YEAR] = {"DayOfYear", 1, 366},
	    [EV_JAVA_QUARTER] = {"QuarterOfYear", 1, 4},
	    [EV_JAVA_WEEKDAY] = {"DayOfWeek", 1, 7},
	    [EV_JAVA_LOCAL_WEEKDAY] = {"local DayOfWeek", 1, 7},
	    [EV_JAVA_WEEK_OF_MONTH] = {"WeekOfMonth", 0, 6},
	    [EV_JAVA_WEEK] = {"WeekOfWeekBasedYear", 1, 53},
	    [EV_JAVA_WEEK_YEAR] = {"WeekBasedYear", -YEAR_MAX, YEAR_MAX},
	    [EV_JAVA_AMPM] = {"AmPmOfDay", 0, 1},
	    [EV_JAVA_HOUR] = {"HourOfDay", 0, 23},
	    [EV_JAVA_CLOCK_HOUR] = {"ClockHourOfDay", 1, 24},
	    [EV_JAVA_HOUR_AMPM] = {"HourOfAmPm", 0, 11},
	    [EV_JAVA_CLOCK_AMPM] = {"ClockHourOfAmPm", 1, 12},
	    [EV_JAVA_MINUTE] = {"MinuteOfHour", 0, 59},
	    [EV_JAVA_SECOND] = {"SecondOfMinute", 0, 59},
	    [EV_JAVA_NANO_OF_SECOND] = {"NanoOfSecond", 0, BILLION - 1},
	    [EV_JAVA_NANO_OF_DAY] = {"NanoOfDay", 0, EV_JAVA_DAY * BILLION - 1},
	    [EV_JAVA_MILLI_OF_DAY] = {"MilliOfDay", 0, EV_JAVA_DAY * 1000 - 1},
	    [EV_JAVA_OFFSET] = {"OffsetSeconds", -18 * 3600, 18 * 3600},
	};

	return &ranges[field];
}

const char *const *
ev_java_words(const struct ev_java_item *item, int64_t *first)
{
	static const char *const eras[][3] = {{"BC", "AD", NULL},
	    {"Before Christ", "Anno Domini", NULL}, {"B", "A", NULL}};
	static const char *const quarters[][5] = {{"Q1", "Q2", "Q3", "Q4",
						      NULL},
	    {"1st quarter", "2nd quarter", "3rd quarter", "4th quarter", NULL},
	    {"1", "2", "3", "4", NULL}};
	static const char *const months[] = {"J", "F", "M", "A", "M", "J", "J",
	    "A", "S", "O", "N", "D", NULL};
	static const char *const days[] = {"S", "M", "T", "W", "T", "F", "S",
	    NULL};
	static const char *const ampm[] = {"AM", "PM", NULL};

	*first = item->field != EV_JAVA_ERA && item->field != EV_JAVA_AMPM;
	switch (item->field) {
	case EV_JAVA_ERA:
		return eras[item->style];
	case EV_JAVA_QUARTER:
		return quarters[item->style];
	case EV_JAVA_MONTH:
		return item->style == EV_JAVA_SHORT ? ev_pict_months_short
		    : item->style == EV_JAVA_FULL   ? ev_pict_months
						    : months;
	case EV_JAVA_WEEKDAY: /* Sunday is 0, or 7 */
		*first = 0;
		return item->style == EV_JAVA_SHORT ? ev_pict_days_short
		    : item->style == EV_JAVA_FULL   ? ev_pict_days
						    : days;
	default:
		return ampm;
	}
}

int
ev_java_weekday(int64_t days)
{
	int day = ev_calendar_weekday(days);

	return day ? day : 7;
}

int
ev_java_local_weekday(int64_t days)
{
	return ev_calendar_weekday(days) + 1;
}

void
ev_java_moment_date(struct ev_java_moment *moment, int64_t days)
{
	moment->has_date = true;
	moment->days = days;
	ev_calendar_date(days, &moment->year, &moment->month, &moment->day);
}

/* The week of the year, whose first has 1 January, and the year it is of. */
static int
week_of(const struct ev_java_moment *moment, int64_t *year)
{
	int64_t next = ev_calendar_days(moment->year + 1, 1, 1);
	int64_t first = ev_calendar_days(moment->year, 1, 1);
	int64_t sunday = moment->days - ev_calendar_weekday(moment->days);

	*year = moment->year;
	if (sunday + 7 > next) {
		++*year;
		return 1;
	}
	return (int)((moment->days - first + ev_calendar_weekday(first)) / 7) +
	    1;
}

static int64_t
of_date(const struct ev_java_moment *moment, enum ev_java_field field)
{
	int64_t year, days = moment->days;

	switch (field) {
	case EV_JAVA_ERA:
		return moment->year > 0;
	case EV_JAVA_YEAR_OF_ERA:
		return moment->year > 0 ? moment->year : 1 - moment->year;
	case EV_JAVA_YEAR:
		return moment->year;
	case EV_JAVA_MONTH:
		return moment->month;
	case EV_JAVA_DAY_OF_MONTH:
		return moment->day;
	case EV_JAVA_DAY_OF_YEAR:
		return days - ev_calendar_days(moment->year, 1, 1) + 1;
	case EV_JAVA_QUARTER:
		return (moment->month + 2) / 3;
	case EV_JAVA_WEEKDAY:
		return ev_java_weekday(days);
	case EV_JAVA_LOCAL_WEEKDAY:
		return ev_java_local_weekday(days);
	case EV_JAVA_WEEK_OF_MONTH:
		return (moment->day - 1 +
			   ev_calendar_weekday(days - moment->day + 1)) /
		    7 +
		    1;
	case EV_JAVA_WEEK:
		return week_of(moment, &year);
	default:
		week_of(moment, &year);
		return year;
	}
}

static int64_t
of_time(const struct ev_java_moment *moment, enum ev_java_field field)
{
	int64_t nanos = moment->nanos, seconds = nanos / BILLION;
	int64_t hour = seconds / 3600;

	switch (field) {
	case EV_JAVA_AMPM:
		return hour / 12;
	case EV_JAVA_HOUR:
		return hour;
	case EV_JAVA_CLOCK_HOUR:
		return hour ? hour : 24;
	case EV_JAVA_HOUR_AMPM:
		return hour % 12;
	case EV_JAVA_CLOCK_AMPM:
		return hour % 12 ? hour % 12 : 12;
	case EV_JAVA_MINUTE:
		return seconds / 60 % 60;
	case EV_JAVA_SECOND:
		return seconds % 60;
	case EV_JAVA_NANO_OF_SECOND:
		return nanos % BILLION;
	case EV_JAVA_NANO_OF_DAY:
		return nanos;
	default:
		return nanos / 1000000; /* MILLI_OF_DAY */
	}
}

bool
ev_java_moment_get(const struct ev_java_moment *moment,
    enum ev_java_field field, int64_t *value)
{
	if (field < EV_JAVA_AMPM) {
		if (moment->has_date)
			*value = of_date(moment, field);
		return moment->has_date;
	}
	if (field < EV_JAVA_OFFSET) {
		if (moment->has_time)
			*value = of_time(moment, field);
		return moment->has_time;
	}
	*value = moment->east;
	return moment->has_zone;
}
