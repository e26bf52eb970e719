/*
 * zone_rule: see zone_rule.h.
 */
#include "expr/zone_rule.h"

#include <ctype.h>
#include <string.h>

#include "expr/calendar.h"

#define HOUR 3600
/* Where a summer time has no rule of its own. */
#define DEFAULT_CHANGES ",M3.2.0,M11.1.0"

/* The parsers advance *at; false if the text is not what they want. */

static bool
parse_number(const char **at, int low, int high, int *number)
{
	const char *p = *at;
	int n = 0;

	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++) {
		n = n * 10 + (*p - '0');
		if (n > high)
			return false;
	}
	*at = p;
	*number = n;
	return n >= low;
}

/* hours[:minutes[:seconds]] with an optional sign */
static bool
parse_offset(const char **at, int32_t *seconds)
{
	int hour, minute = 0, second = 0;
	bool minus = **at == '-';

	if (**at == '-' || **at == '+')
		(*at)++;
	if (!parse_number(at, 0, 24 * 7 - 1, &hour))
		return false;
	if (**at == ':') {
		(*at)++;
		if (!parse_number(at, 0, 59, &minute))
			return false;
		if (**at == ':') {
			(*at)++;
			if (!parse_number(at, 0, 60, &second))
				return false;
		}
	}
	*seconds = hour * HOUR + minute * 60 + second;
	if (minus)
		*seconds = -*seconds;
	return true;
}

static bool
parse_name(const char **at, char *name)
{
	const char *p = *at;
	size_t len;

	if (*p == '<') {
		p = strchr(++*at, '>');
		if (!p)
			return false;
	} else {
		while (*p && !isdigit((unsigned char)*p) && !strchr(",-+", *p))
			p++;
	}
	len = (size_t)(p - *at);
	if (len >= EV_ZONE_ABBREV_MAX)
		return false;
	memcpy(name, *at, len);
	name[len] = '\0';
	*at = p + (*p == '>');
	return true;
}

static bool
parse_change(const char **at, struct ev_zone_change *change)
{
	bool ok;

	*change = (struct ev_zone_change){.time = 2 * HOUR};
	if (**at == 'J') {
		(*at)++;
		change->form = EV_ZONE_JULIAN;
		ok = parse_number(at, 1, 365, &change->day);
	} else if (**at == 'M') {
		(*at)++;
		change->form = EV_ZONE_WEEKDAY;
		ok = parse_number(at, 1, 12, &change->month) &&
		    *(*at)++ == '.' && parse_number(at, 1, 5, &change->week) &&
		    *(*at)++ == '.' && parse_number(at, 0, 6, &change->day);
	} else {
		change->form = EV_ZONE_DAY;
		ok = parse_number(at, 0, 365, &change->day);
	}
	if (ok && **at == '/') {
		(*at)++;
		ok = parse_offset(at, &change->time);
	}
	return ok;
}

static bool
parse_changes(const char *at, struct ev_zone_rule *rule)
{
	if (!*at)
		at = DEFAULT_CHANGES;
	if (*at != ',' && *at != ';')
		return false;
	at++;
	return parse_change(&at, &rule->start) && *at++ == ',' &&
	    parse_change(&at, &rule->end) && !*at;
}

bool
ev_zone_rule_parse(const char *text, struct ev_zone_rule *rule)
{
	int32_t west;

	memset(rule, 0, sizeof(*rule));
	if (!parse_name(&text, rule->std) || !parse_offset(&text, &west))
		return false;
	rule->std_east = -west;
	if (!*text)
		return true;
	rule->has_dst = true;
	if (!parse_name(&text, rule->dst) || !rule->dst[0])
		return false;
	rule->dst_east = rule->std_east + HOUR;
	if (*text && *text != ',' && *text != ';') {
		if (!parse_offset(&text, &west))
			return false;
		rule->dst_east = -west;
	}
	return parse_changes(text, rule);
}

/* Days since 1970 of the change in a year. */
static int64_t
change_day(const struct ev_zone_change *change, int64_t year)
{
	int64_t first = ev_calendar_days(year, 1, 1);
	int64_t day;
	int weekday, last;

	switch (change->form) {
	case EV_ZONE_JULIAN:
		return first + change->day - 1 +
		    (ev_calendar_leap(year) && change->day >= 60);
	case EV_ZONE_DAY:
		return first + change->day;
	case EV_ZONE_WEEKDAY:
		break;
	}
	first = ev_calendar_days(year, change->month, 1);
	weekday = ev_calendar_weekday(first);
	day = (change->day - weekday + 7) % 7 + (change->week - 1) * 7;
	last = ev_calendar_month_days(year, change->month);
	while (day >= last)
		day -= 7;
	return first + day;
}

/* The changes of a year in their order; false if it has none. */
static bool
changes_of(const struct ev_zone_rule *rule, int64_t year,
    struct ev_zone_turn turn[2])
{
	int64_t start = change_day(&rule->start, year) * 86400 +
	    rule->start.time - rule->std_east;
	int64_t end = change_day(&rule->end, year) * 86400 + rule->end.time -
	    rule->dst_east;
	int64_t length = (365 + ev_calendar_leap(year)) * INT64_C(86400);
	bool turned = end < start;

	turn[turned] = (struct ev_zone_turn){start, true};
	turn[!turned] = (struct ev_zone_turn){end, false};
	/* summer time that lasts from one year into the next is no change */
	return turned ||
	    (start < end &&
		end - start < length + rule->dst_east - rule->std_east);
}

bool
ev_zone_rule_around(const struct ev_zone_rule *rule, int64_t seconds,
    struct ev_zone_turn *before, struct ev_zone_turn *after)
{
	int64_t days = seconds / 86400 - (seconds % 86400 < 0);
	int64_t year;
	int month, day;
	struct ev_zone_turn turn[2];
	bool has_before = false, has_after = false;

	if (!rule->has_dst)
		return false;
	ev_calendar_date(days, &year, &month, &day);
	for (int64_t y = year - 2; y <= year + 2; y++) {
		if (!changes_of(rule, y, turn))
			continue;
		for (int i = 0; i < 2; i++) {
			if (turn[i].at <= seconds) {
				*before = turn[i];
				has_before = true;
			} else if (!has_after) {
				*after = turn[i];
				has_after = true;
			}
		}
	}
	return has_before && has_after;
}
