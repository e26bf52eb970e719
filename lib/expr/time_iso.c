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

/* Two digits. */
static inline bool
take_pair(struct cursor *c, int *number)
{
	unsigned tens, ones;

	if (c->end - c->at < 2)
		return false;
	tens = (unsigned)(c->at[0] - '0');
	ones = (unsigned)(c->at[1] - '0');
	if (tens > 9 || ones > 9)
		return false;
	c->at += 2;
	*number = (int)(tens * 10 + ones);
	return true;
}

static inline bool
take_year(struct cursor *c, int *year)
{
	int low;

	if (!take_pair(c, year) || !take_pair(c, &low))
		return false;
	*year = *year * 100 + low;
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
	if (!take_pair(c, &parts->hour) || !take(c, ':') ||
	    !take_pair(c, &parts->minute))
		return false;
	if (take(c, ':')) {
		if (!take_pair(c, &parts->second))
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
	if (!take_pair(c, &hour))
		return false;
	if (c->at < c->end) {
		take(c, ':');
		if (!take_pair(c, &minute))
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

	if (!take_year(&c, &parts.year) || !take(&c, '-') ||
	    !take_pair(&c, &parts.month) || !take(&c, '-') ||
	    !take_pair(&c, &parts.day))
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
