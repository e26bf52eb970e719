/*
 * pict_java_clock: the date and the moment that the fields of a text mean:
 * LocalDate.parse, and ksqlDB's StringToTimestampParser, which sets the fields
 * one after the other on clocks that show 1970-01-01 00:00.
 */
#include "expr/calendar.h"
#include "expr/pict_java_item.h"

/* ---- a date ---- */

static enum ev_status
read_parsed(const struct ev_time_env *env, struct ev_slice text,
    const struct ev_java_picture *picture, struct ev_java_parsed *parsed,
    struct ev_err *err)
{
	if (ev_java_scan(env, text, picture, parsed, err) != EV_OK)
		return EV_BAD;
	return ev_java_resolve(parsed, err);
}

enum ev_status
ev_java_read_date(const struct ev_time_env *env, struct ev_slice text,
    const struct ev_java_picture *picture, int64_t *days, struct ev_err *err)
{
	struct ev_java_parsed parsed = {0};

	if (read_parsed(env, text, picture, &parsed, err) != EV_OK)
		return EV_BAD;
	*days = parsed.days;
	return parsed.has_date ? EV_OK
			       : ev_err_set(err, EV_BAD, EV_EXIT_DATA,
				     "the picture '%.*s' says no whole date",
				     (int)picture->text.len, picture->text.ptr);
}

/* ---- a time ---- */

/* Java's ZonedDateTime: what the clocks show, and the offset then. */
struct zoned {
	const struct ev_zone *zone;
	int64_t local; /* seconds */
	int32_t east;
};

/* The offset that the clocks have when they show `local` for the first time,
 * and for the last; the same unless they were put back. */
static void
offsets_at(const struct ev_zone *zone, int64_t local, int32_t *first,
    int32_t *last)
{
	static const int hours[] = {3, 26};

	*first = *last = ev_zone_local(zone, local).east;
	for (size_t i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		int32_t east =
		    ev_zone_at(zone, local - *last - hours[i] * 3600).east;

		if (east > *last &&
		    ev_zone_at(zone, local - east).east == east) {
			*first = east;
			break;
		}
	}
}

/* Sets the clocks: where they show a time twice the present offset stays, else
 * it is the first; a time that is skipped moves on by what was skipped. */
static void
set_clocks(struct zoned *zoned, int64_t local)
{
	int32_t first, last, real;

	offsets_at(zoned->zone, local, &first, &last);
	real = ev_zone_at(zoned->zone, local - first).east;
	zoned->local = local + real - first;
	if (first == last || zoned->east != last)
		zoned->east = real;
}

static void
set_date(struct zoned *zoned, int64_t days)
{
	int64_t second = zoned->local % EV_JAVA_DAY;

	set_clocks(zoned,
	    days * EV_JAVA_DAY + second + (second < 0 ? EV_JAVA_DAY : 0));
}

static int64_t
days_of(const struct zoned *zoned)
{
	return zoned->local / EV_JAVA_DAY - (zoned->local % EV_JAVA_DAY < 0);
}

/* In December 1969 or January 1970, and in one of these years. */
static void
set_day_of_month(struct zoned *zoned, int64_t day)
{
	set_date(zoned, day - (days_of(zoned) < 0 ? 32 : 1));
}

static void
set_day_of_year(struct zoned *zoned, int64_t day)
{
	set_date(zoned, day - (days_of(zoned) < 0 ? 366 : 1));
}

/* with(MONTH_OF_YEAR) and with(YEAR): the day is the month's last if it has
 * fewer. */
static void
set_month(struct zoned *zoned, const int64_t *month, const int64_t *year)
{
	struct ev_java_moment now = {0};
	int last;

	ev_java_moment_date(&now, days_of(zoned));
	if (month)
		now.month = (int)*month;
	if (year)
		now.year = *year;
	last = ev_calendar_month_days(now.year, now.month);
	set_date(zoned,
	    ev_calendar_days(now.year, now.month,
		now.day < last ? now.day : last));
}

/* The fields of a time that is not whole, or the whole one. */
static int64_t
nanos_of(const struct ev_java_parsed *parsed)
{
	const int64_t *v = parsed->value;
	int64_t hour = 0, minute = 0, second = 0, nano = 0;

	if (parsed->has_time)
		return parsed->nanos;
	if (ev_java_has(parsed, EV_JAVA_NANO_OF_SECOND))
		nano = v[EV_JAVA_NANO_OF_SECOND];
	if (ev_java_has(parsed, EV_JAVA_SECOND))
		second = v[EV_JAVA_SECOND];
	if (ev_java_has(parsed, EV_JAVA_MINUTE))
		minute = v[EV_JAVA_MINUTE];
	if (ev_java_has(parsed, EV_JAVA_HOUR_AMPM))
		hour = v[EV_JAVA_HOUR_AMPM];
	if (ev_java_has(parsed, EV_JAVA_HOUR))
		hour = v[EV_JAVA_HOUR];
	if (ev_java_has(parsed, EV_JAVA_AMPM))
		hour = hour % 12 + 12 * v[EV_JAVA_AMPM];
	return ((hour * 60 + minute) * 60 + second) * EV_JAVA_NANO + nano;
}

/* What StringToTimestampParser does: a field after the other is set on
 * 1970-01-01, in the order of ChronoField. */
static enum ev_status
set_partial_date(struct zoned *zoned, const struct ev_java_parsed *parsed,
    struct ev_err *err)
{
	const int64_t *v = parsed->value;
	int64_t year;

	if (ev_java_has(parsed, EV_JAVA_WEEKDAY))
		set_date(zoned, v[EV_JAVA_WEEKDAY] - ev_java_weekday(0));
	if (ev_java_has(parsed, EV_JAVA_DAY_OF_MONTH))
		set_day_of_month(zoned, v[EV_JAVA_DAY_OF_MONTH]);
	if (ev_java_has(parsed, EV_JAVA_DAY_OF_YEAR)) {
		if (v[EV_JAVA_DAY_OF_YEAR] == 366)
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "day 366 needs the year");
		set_day_of_year(zoned, v[EV_JAVA_DAY_OF_YEAR]);
	}
	if (ev_java_has(parsed, EV_JAVA_MONTH))
		set_month(zoned, &v[EV_JAVA_MONTH], NULL);
	if (ev_java_has(parsed, EV_JAVA_YEAR))
		set_month(zoned, NULL, &v[EV_JAVA_YEAR]);
	if (ev_java_has(parsed, EV_JAVA_ERA)) {
		struct ev_java_moment now = {0};

		ev_java_moment_date(&now, days_of(zoned));
		year = v[EV_JAVA_ERA] == (now.year > 0) ? now.year
							: 1 - now.year;
		set_month(zoned, NULL, &year);
	}
	return EV_OK;
}

/* with(ALIGNED_DAY_OF_WEEK_IN_…) and with(ALIGNED_WEEK_OF_…): the day of a
 * week that begins with the month, or with the year; and as many weeks on or
 * back. */
static void
set_aligned(struct zoned *zoned, enum ev_java_field field, int64_t day,
    bool week)
{
	struct ev_java_moment now = {0};
	int64_t is = 0, days;

	ev_java_moment_date(&now, days_of(zoned));
	ev_java_moment_get(&now, field, &is);
	days = week ? ((day - 1) / 7 - (is - 1) / 7) * 7
		    : (day - 1) % 7 - (is - 1) % 7;
	set_date(zoned, now.days + days);
}

/* The same with a whole date: what it sets before EPOCH_DAY matters for the
 * offset that the clocks have where they show a time twice, and what it sets
 * behind it where they skip that whole day. */
static void
set_whole_date(struct zoned *zoned, const struct ev_java_parsed *parsed)
{
	struct ev_java_moment date = {0};
	int64_t month, of_year = 0;

	ev_java_moment_date(&date, parsed->days);
	ev_java_moment_get(&date, EV_JAVA_DAY_OF_YEAR, &of_year);
	set_date(zoned, ev_java_weekday(date.days) - ev_java_weekday(0));
	set_aligned(zoned, EV_JAVA_DAY_OF_MONTH, date.day, false);
	set_aligned(zoned, EV_JAVA_DAY_OF_YEAR, of_year, false);
	set_day_of_month(zoned, date.day);
	if (of_year < 366)
		set_day_of_year(zoned, of_year);
	set_date(zoned, date.days);
	if (days_of(zoned) == date.days)
		return;
	month = date.month;
	set_aligned(zoned, EV_JAVA_DAY_OF_MONTH, date.day, true);
	set_aligned(zoned, EV_JAVA_DAY_OF_YEAR, of_year, true);
	set_month(zoned, &month, NULL);
	set_month(zoned, &month, &date.year); /* PROLEPTIC_MONTH */
	set_month(zoned, NULL, &date.year);
}

static enum ev_status
check_fields(const struct ev_java_parsed *parsed, struct ev_err *err)
{
	for (int i = 0; i < EV_JAVA_FIELDS; i++) {
		const struct ev_java_range *range = ev_java_field_range(
		    (enum ev_java_field)i);
		int64_t value = parsed->value[i];

		if (i == EV_JAVA_QUARTER || i == EV_JAVA_WEEK_OF_MONTH ||
		    i == EV_JAVA_WEEK || i == EV_JAVA_WEEK_YEAR)
			continue; /* they set nothing */
		if (ev_java_has(parsed, (enum ev_java_field)i) &&
		    (value < range->min || value > range->max))
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "%s must be between %lld and %lld, not %lld",
			    range->name, (long long)range->min,
			    (long long)range->max, (long long)value);
	}
	return EV_OK;
}

/* The moment that a whole date and time with an offset or a zone mean by
 * themselves. */
static void
set_instant(struct zoned *zoned, const struct ev_java_parsed *parsed)
{
	bool offset = ev_java_has(parsed, EV_JAVA_OFFSET);
	int64_t local = parsed->days * EV_JAVA_DAY +
	    parsed->nanos / EV_JAVA_NANO;
	struct zoned own = {.zone = zoned->zone, .east = INT32_MIN};
	int32_t east;

	if (offset) {
		east = (int32_t)parsed->value[EV_JAVA_OFFSET];
	} else {
		set_clocks(&own, local);
		local = own.local;
		east = own.east;
	}
	zoned->east = ev_zone_at(zoned->zone, local - east).east;
	zoned->local = local - east + zoned->east;
}

/* with(OFFSET_SECONDS): one of the two where the clocks show a time twice. */
static void
set_offset(struct zoned *zoned, int32_t east)
{
	int32_t first, last;

	offsets_at(zoned->zone, zoned->local, &first, &last);
	if (east == first || east == last)
		zoned->east = east;
}

enum ev_status
ev_java_read_time(const struct ev_time_env *env, struct ev_slice text,
    const struct ev_java_picture *picture, const struct ev_java_zone *zone,
    int64_t *seconds, int *nanos, struct ev_err *err)
{
	struct ev_java_parsed parsed = {0};
	struct ev_java_zone fixed;
	struct zoned zoned;
	int64_t of_day;

	if (read_parsed(env, text, picture, &parsed, err) != EV_OK ||
	    check_fields(&parsed, err) != EV_OK)
		return EV_BAD;
	if (ev_java_has(&parsed, EV_JAVA_OFFSET) && !parsed.zoned) {
		ev_java_zone_fixed(env, "",
		    (int32_t)parsed.value[EV_JAVA_OFFSET], &fixed);
		zone = &fixed;
	} else if (parsed.zoned) {
		zone = &parsed.zone;
	}
	zoned = (struct zoned){.zone = zone->zone, .east = INT32_MIN};
	set_clocks(&zoned, 0);
	of_day = nanos_of(&parsed);
	set_clocks(&zoned, of_day / EV_JAVA_NANO);
	*nanos = (int)(of_day % EV_JAVA_NANO);
	if (parsed.has_date)
		set_whole_date(&zoned, &parsed);
	else if (set_partial_date(&zoned, &parsed, err) != EV_OK)
		return EV_BAD;
	if (parsed.has_date && parsed.has_time &&
	    (parsed.zoned || ev_java_has(&parsed, EV_JAVA_OFFSET)))
		set_instant(&zoned, &parsed);
	if (ev_java_has(&parsed, EV_JAVA_OFFSET))
		set_offset(&zoned, (int32_t)parsed.value[EV_JAVA_OFFSET]);
	*seconds = zoned.local - zoned.east;
	return EV_OK;
}
