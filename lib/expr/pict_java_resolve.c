/*
 * pict_java_resolve: a date and a time from the fields that a text gave, as
 * java.time.format.Parsed does it, ResolverStyle SMART.
 */
#include "expr/calendar.h"
#include "expr/pict_java_item.h"

struct resolver {
	struct ev_java_parsed *parsed;
	struct ev_err *err;
	bool next_day; /* 24:00 */
	bool gap;      /* an hour, but no minute where there is a second … */
};

static bool
has(const struct resolver *resolver, enum ev_java_field field)
{
	return ev_java_has(resolver->parsed, field);
}

/* Takes a field out. */
static int64_t
take(struct resolver *resolver, enum ev_java_field field)
{
	resolver->parsed->has &= ~(1u << field);
	return resolver->parsed->value[field];
}

static bool
conflict(struct resolver *resolver, enum ev_java_field field, int64_t is,
    int64_t other)
{
	ev_err_set(resolver->err, EV_BAD, EV_EXIT_DATA,
	    "%s is %lld, but the rest says %lld",
	    ev_java_field_range(field)->name, (long long)is, (long long)other);
	return false;
}

static bool
check(struct resolver *resolver, enum ev_java_field field, int64_t value)
{
	const struct ev_java_range *range = ev_java_field_range(field);

	if (value >= range->min && value <= range->max)
		return true;
	ev_err_set(resolver->err, EV_BAD, EV_EXIT_DATA,
	    "%s must be between %lld and %lld, not %lld", range->name,
	    (long long)range->min, (long long)range->max, (long long)value);
	return false;
}

/* A field that follows from others. */
static bool
put(struct resolver *resolver, enum ev_java_field field, int64_t value)
{
	if (has(resolver, field) && resolver->parsed->value[field] != value)
		return conflict(resolver, field, resolver->parsed->value[field],
		    value);
	resolver->parsed->has |= 1u << field;
	resolver->parsed->value[field] = value;
	return true;
}

static bool
set_date(struct resolver *resolver, int64_t days)
{
	struct ev_java_parsed *parsed = resolver->parsed;

	if (parsed->has_date && parsed->days != days) {
		ev_err_set(resolver->err, EV_BAD, EV_EXIT_DATA,
		    "the fields say two different dates");
		return false;
	}
	parsed->has_date = true;
	parsed->days = days;
	return true;
}

/* ---- dates ---- */

static bool
resolve_era(struct resolver *resolver)
{
	int64_t year, era;

	if (!has(resolver, EV_JAVA_YEAR_OF_ERA))
		return !has(resolver, EV_JAVA_ERA) ||
		    check(resolver, EV_JAVA_ERA,
			resolver->parsed->value[EV_JAVA_ERA]);
	year = take(resolver, EV_JAVA_YEAR_OF_ERA);
	if (!check(resolver, EV_JAVA_YEAR_OF_ERA, year))
		return false;
	if (has(resolver, EV_JAVA_ERA))
		era = take(resolver, EV_JAVA_ERA);
	else
		era = !has(resolver, EV_JAVA_YEAR) ||
		    resolver->parsed->value[EV_JAVA_YEAR] > 0;
	return put(resolver, EV_JAVA_YEAR, era ? year : 1 - year);
}

static bool
resolve_day_of_month(struct resolver *resolver)
{
	int64_t year = take(resolver, EV_JAVA_YEAR);
	int64_t month = take(resolver, EV_JAVA_MONTH);
	int64_t day = take(resolver, EV_JAVA_DAY_OF_MONTH);
	int last;

	if (!check(resolver, EV_JAVA_YEAR, year) ||
	    !check(resolver, EV_JAVA_MONTH, month) ||
	    !check(resolver, EV_JAVA_DAY_OF_MONTH, day))
		return false;
	last = ev_calendar_month_days(year, (int)month);
	return set_date(resolver,
	    ev_calendar_days(year, (int)month, (int)(day < last ? day : last)));
}

static bool
resolve_day_of_year(struct resolver *resolver)
{
	int64_t year = take(resolver, EV_JAVA_YEAR);
	int64_t day = take(resolver, EV_JAVA_DAY_OF_YEAR);

	if (!check(resolver, EV_JAVA_YEAR, year) ||
	    !check(resolver, EV_JAVA_DAY_OF_YEAR, day))
		return false;
	if (day == 366 && !ev_calendar_leap(year)) {
		ev_err_set(resolver->err, EV_BAD, EV_EXIT_DATA,
		    "there is no day 366 in %lld", (long long)year);
		return false;
	}
	return set_date(resolver, ev_calendar_days(year, 1, 1) + day - 1);
}

static bool
resolve_date(struct resolver *resolver)
{
	if (!resolve_era(resolver))
		return false;
	if (!has(resolver, EV_JAVA_YEAR))
		return true;
	if (has(resolver, EV_JAVA_MONTH) && has(resolver, EV_JAVA_DAY_OF_MONTH))
		return resolve_day_of_month(resolver);
	if (has(resolver, EV_JAVA_DAY_OF_YEAR))
		return resolve_day_of_year(resolver);
	return true;
}

/* A week and a day of the week: of a month, or of the year of weeks. */
static bool
resolve_week_of_month(struct resolver *resolver, int weekday)
{
	int64_t year = take(resolver, EV_JAVA_YEAR);
	int64_t month = take(resolver, EV_JAVA_MONTH);
	int64_t week = take(resolver, EV_JAVA_WEEK_OF_MONTH), first;

	take(resolver, EV_JAVA_WEEKDAY);
	if (!check(resolver, EV_JAVA_YEAR, year) ||
	    !check(resolver, EV_JAVA_MONTH, month) ||
	    !check(resolver, EV_JAVA_WEEK_OF_MONTH, week))
		return false;
	first = ev_calendar_days(year, (int)month, 1);
	return set_date(resolver,
	    first + (week - 1) * 7 + weekday - ev_java_local_weekday(first));
}

static bool
resolve_week_of_year(struct resolver *resolver, int weekday)
{
	int64_t year = take(resolver, EV_JAVA_WEEK_YEAR);
	int64_t week = take(resolver, EV_JAVA_WEEK), first, sunday, next;

	take(resolver, EV_JAVA_WEEKDAY);
	if (!check(resolver, EV_JAVA_WEEK_YEAR, year) ||
	    !check(resolver, EV_JAVA_WEEK, week))
		return false;
	first = ev_calendar_days(year, 1, 1);
	sunday = first - (ev_java_local_weekday(first) - 1);
	next = ev_calendar_days(year + 1, 1, 1);
	/* a 53rd week that the year has not is its last */
	if (sunday + week * 7 > next)
		week = (next - sunday) / 7;
	return set_date(resolver, sunday + (week - 1) * 7 + weekday - 1);
}

static bool
resolve_weeks(struct resolver *resolver)
{
	struct ev_java_parsed *parsed = resolver->parsed;
	int64_t day, year = parsed->value[EV_JAVA_WEEK_YEAR];

	/* if nothing makes a date of it, it must only fit into an int */
	if (has(resolver, EV_JAVA_WEEK_YEAR) && year != (int32_t)year)
		return check(resolver, EV_JAVA_WEEK_YEAR, year);
	if (has(resolver, EV_JAVA_LOCAL_WEEKDAY)) {
		day = take(resolver, EV_JAVA_LOCAL_WEEKDAY);
		if (!check(resolver, EV_JAVA_LOCAL_WEEKDAY, day))
			return false;
		/* a word (E) does not count beside it */
		parsed->has |= 1u << EV_JAVA_WEEKDAY;
		parsed->value[EV_JAVA_WEEKDAY] = day == 1 ? 7 : day - 1;
	}
	if (!has(resolver, EV_JAVA_WEEKDAY))
		return true;
	day = parsed->value[EV_JAVA_WEEKDAY];
	if (has(resolver, EV_JAVA_YEAR))
		return !has(resolver, EV_JAVA_WEEK_OF_MONTH) ||
		    !has(resolver, EV_JAVA_MONTH) ||
		    resolve_week_of_month(resolver, (int)(day % 7) + 1);
	return !has(resolver, EV_JAVA_WEEK_YEAR) ||
	    !has(resolver, EV_JAVA_WEEK) ||
	    resolve_week_of_year(resolver, (int)(day % 7) + 1);
}

/* ---- times ---- */

/* k and h: 24 and 12 are 0, and so is 0. */
static bool
resolve_clock(struct resolver *resolver, enum ev_java_field from,
    enum ev_java_field to)
{
	int64_t hour;

	if (!has(resolver, from))
		return true;
	hour = take(resolver, from);
	return (!hour || check(resolver, from, hour)) &&
	    put(resolver, to,
		hour == ev_java_field_range(from)->max ? 0 : hour);
}

static bool
put_clock(struct resolver *resolver, int64_t seconds)
{
	return put(resolver, EV_JAVA_HOUR, seconds / 3600) &&
	    put(resolver, EV_JAVA_MINUTE, seconds / 60 % 60) &&
	    put(resolver, EV_JAVA_SECOND, seconds % 60);
}

static bool
resolve_counts(struct resolver *resolver)
{
	int64_t of_day, milli, nano;

	if (has(resolver, EV_JAVA_NANO_OF_DAY)) {
		of_day = take(resolver, EV_JAVA_NANO_OF_DAY);
		if (!check(resolver, EV_JAVA_NANO_OF_DAY, of_day) ||
		    !put_clock(resolver, of_day / EV_JAVA_NANO) ||
		    !put(resolver, EV_JAVA_NANO_OF_SECOND,
			of_day % EV_JAVA_NANO))
			return false;
	}
	if (!has(resolver, EV_JAVA_MILLI_OF_DAY))
		return true;
	of_day = take(resolver, EV_JAVA_MILLI_OF_DAY);
	if (!check(resolver, EV_JAVA_MILLI_OF_DAY, of_day) ||
	    !put_clock(resolver, of_day / 1000))
		return false;
	milli = of_day % 1000 * 1000000;
	nano = has(resolver, EV_JAVA_NANO_OF_SECOND)
	    ? resolver->parsed->value[EV_JAVA_NANO_OF_SECOND] % 1000000
	    : 0;
	return put(resolver, EV_JAVA_NANO_OF_SECOND, milli + nano);
}

static bool
resolve_time_fields(struct resolver *resolver)
{
	int64_t half, hour;

	if (!resolve_clock(resolver, EV_JAVA_CLOCK_HOUR, EV_JAVA_HOUR) ||
	    !resolve_clock(resolver, EV_JAVA_CLOCK_AMPM, EV_JAVA_HOUR_AMPM))
		return false;
	if (has(resolver, EV_JAVA_AMPM) && has(resolver, EV_JAVA_HOUR_AMPM)) {
		half = take(resolver, EV_JAVA_AMPM);
		hour = take(resolver, EV_JAVA_HOUR_AMPM);
		if (!check(resolver, EV_JAVA_HOUR_AMPM, hour) ||
		    !put(resolver, EV_JAVA_HOUR, half * 12 + hour))
			return false;
	}
	return resolve_counts(resolver) &&
	    (!has(resolver, EV_JAVA_NANO_OF_SECOND) ||
		check(resolver, EV_JAVA_NANO_OF_SECOND,
		    resolver->parsed->value[EV_JAVA_NANO_OF_SECOND]));
}

/* The field's value, or 0. */
static int64_t
take_or_0(struct resolver *resolver, enum ev_java_field field)
{
	return has(resolver, field) ? take(resolver, field) : 0;
}

/* An hour makes a time, if what is missing is at its end. */
static bool
resolve_time(struct resolver *resolver)
{
	struct ev_java_parsed *parsed = resolver->parsed;
	bool minutes = has(resolver, EV_JAVA_MINUTE);
	bool seconds = has(resolver, EV_JAVA_SECOND);
	int64_t hour, minute, second, nano;

	/* AM or PM alone is the middle of that half */
	if (has(resolver, EV_JAVA_AMPM) && !has(resolver, EV_JAVA_HOUR_AMPM) &&
	    !has(resolver, EV_JAVA_HOUR) && !minutes && !seconds &&
	    !has(resolver, EV_JAVA_NANO_OF_SECOND) &&
	    !put(resolver, EV_JAVA_HOUR, take(resolver, EV_JAVA_AMPM) * 12 + 6))
		return false;
	if (!has(resolver, EV_JAVA_HOUR))
		return true;
	resolver->gap = (!minutes && seconds) ||
	    (!seconds && has(resolver, EV_JAVA_NANO_OF_SECOND));
	if (resolver->gap)
		return true;
	hour = take(resolver, EV_JAVA_HOUR);
	minute = take_or_0(resolver, EV_JAVA_MINUTE);
	second = take_or_0(resolver, EV_JAVA_SECOND);
	nano = take_or_0(resolver, EV_JAVA_NANO_OF_SECOND);
	if (!check(resolver, EV_JAVA_MINUTE, minute))
		return false;
	if (hour == 24 && !minute && !second && !nano) {
		resolver->next_day = true;
		hour = 0;
	}
	if (!check(resolver, EV_JAVA_HOUR, hour) ||
	    !check(resolver, EV_JAVA_SECOND, second))
		return false;
	parsed->has_time = true;
	parsed->nanos = ((hour * 60 + minute) * 60 + second) * EV_JAVA_NANO +
	    nano;
	return true;
}

/* ---- what is left ---- */

/* Must agree with the date and the time, and be in its range, which Java does
 * not look at where there is a gap. */
static bool
cross_check(struct resolver *resolver)
{
	struct ev_java_parsed *parsed = resolver->parsed;
	struct ev_java_moment moment = {.has_time = parsed->has_time,
	    .nanos = parsed->nanos};

	if (parsed->has_date)
		ev_java_moment_date(&moment, parsed->days);
	for (int i = 0; i < EV_JAVA_OFFSET; i++) {
		enum ev_java_field field = (enum ev_java_field)i;
		int64_t value = 0;

		if (!has(resolver, field))
			continue;
		if (i >= EV_JAVA_AMPM && !resolver->gap &&
		    !check(resolver, field, parsed->value[i]))
			return false;
		if (!ev_java_moment_get(&moment, field, &value))
			continue;
		if (value != parsed->value[i])
			return conflict(resolver, field, parsed->value[i],
			    value);
		take(resolver, field);
	}
	return true;
}

enum ev_status
ev_java_resolve(struct ev_java_parsed *parsed, struct ev_err *err)
{
	struct resolver resolver = {.parsed = parsed, .err = err};

	if (!resolve_date(&resolver) || !resolve_time_fields(&resolver) ||
	    !resolve_weeks(&resolver) || !resolve_time(&resolver) ||
	    !cross_check(&resolver))
		return EV_BAD;
	if (parsed->has_date && parsed->has_time &&
	    has(&resolver, EV_JAVA_OFFSET) &&
	    !check(&resolver, EV_JAVA_OFFSET, parsed->value[EV_JAVA_OFFSET]))
		return EV_BAD;
	if (resolver.next_day && parsed->has_date)
		parsed->days++;
	return EV_OK;
}
