/*
 * time_iso: see time_iso.h.
 */
#include "expr/time_iso.h"

#include "expr/time_parts.h"

struct cursor {
	const char *at;
	const char *end;
};

static bool
take(struct cursor *c, char byte)
{
	if (c->at == c->end || *c->at != byte)
		return false;
	c->at++;
	return true;
}

/* count digits */
static bool
take_number(struct cursor *c, int count, int *number)
{
	int n = 0;

	if (c->end - c->at < count)
		return false;
	for (int i = 0; i < count; i++) {
		unsigned digit = (unsigned)(c->at[i] - '0');

		if (digit > 9)
			return false;
		n = n * 10 + (int)digit;
	}
	c->at += count;
	*number = n;
	return true;
}

/* A fraction of at most 6 digits; more need care in rounding. */
static bool
take_fraction(struct cursor *c, int *usec)
{
	int scale = 100000;

	for (; c->at < c->end && *c->at >= '0' && *c->at <= '9'; c->at++) {
		if (!scale)
			return false;
		*usec += (*c->at - '0') * scale;
		scale /= 10;
	}
	return true;
}

static bool
take_clock(struct cursor *c, struct ev_time_parts *parts)
{
	if (!take_number(c, 2, &parts->hour) || !take(c, ':') ||
	    !take_number(c, 2, &parts->minute))
		return false;
	if (take(c, ':')) {
		if (!take_number(c, 2, &parts->second))
			return false;
		if (take(c, '.') && !take_fraction(c, &parts->usec))
			return false;
	}
	return parts->hour < 24 && parts->minute < 60 && parts->second < 60;
}

static bool
take_offset(struct cursor *c, struct ev_time_parts *parts)
{
	bool west = *c->at == '-';
	int hour, minute = 0;

	if (*c->at == 'Z' || *c->at == 'z') {
		c->at++;
		return c->at == c->end;
	}
	if (!take(c, '+') && !take(c, '-'))
		return false;
	if (!take_number(c, 2, &hour))
		return false;
	if (c->at < c->end) {
		take(c, ':');
		if (!take_number(c, 2, &minute))
			return false;
	}
	parts->east = (hour * 60 + minute) * 60;
	if (west)
		parts->east = -parts->east;
	return c->at == c->end && hour <= 15 && minute < 60;
}

bool
ev_time_iso(const struct ev_time_env *env, enum ev_time_kind kind,
    struct ev_slice text, int64_t *value)
{
	struct ev_time_parts parts = {0};
	struct cursor c = {text.ptr, text.ptr + text.len};
	bool has_offset = false;

	if (!take_number(&c, 4, &parts.year) || !take(&c, '-') ||
	    !take_number(&c, 2, &parts.month) || !take(&c, '-') ||
	    !take_number(&c, 2, &parts.day))
		return false;
	if (parts.year < 1 || parts.month < 1 || parts.month > 12 ||
	    parts.day < 1 ||
	    parts.day > ev_calendar_month_days(parts.year, parts.month))
		return false;
	if (c.at < c.end) {
		if (!take(&c, 'T') && !take(&c, ' ') && !take(&c, 't'))
			return false;
		if (!take_clock(&c, &parts))
			return false;
		take(&c, ' ');
		has_offset = c.at < c.end;
		if (has_offset && !take_offset(&c, &parts))
			return false;
	}
	*value = ev_time_date_of(&parts);
	if (kind == EV_TIME_DATE)
		return true;
	*value = *value * EV_TIME_DAY +
	    ((parts.hour * 60 + parts.minute) * INT64_C(60) + parts.second) *
		EV_TIME_SECOND_USEC +
	    parts.usec;
	if (kind == EV_TIME_STAMP)
		return true;
	if (!has_offset)
		parts.east = ev_time_east_at(&parts, env->zone);
	*value -= parts.east * EV_TIME_SECOND_USEC;
	return true;
}
