/*
 * interval_iso: intervals as ISO 8601 writes them (4.4.3.2, and the two
 * alternative formats of 4.4.3.3): P1Y2M3W4DT5H6M7.8S, P00010203T040506,
 * P0001-02-03T04:05:06. Every number may have a fraction and a sign.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "expr/interval_make.h"

struct iso {
	const char *at;
	struct ev_interval_make *made;
	bool clock;     /* behind the T */
	bool any;       /* a field stands before, in this half */
	unsigned width; /* digits before the point of the number read last */
	int64_t whole;  /* … and its value */
	double fraction;
};

static enum ev_interval_fault
fits(bool ok)
{
	return ok ? EV_INTERVAL_FINE : EV_INTERVAL_OVERFLOW;
}

static enum ev_interval_fault
read_number(struct iso *iso)
{
	const char *digits = iso->at + (*iso->at == '-');
	double value;
	char *end;

	if (!*iso->at || !strchr("0123456789-.", *iso->at))
		return EV_INTERVAL_FORMAT;
	iso->width = (unsigned)strspn(digits, "0123456789");
	errno = 0;
	value = strtod(iso->at, &end);
	if (end == iso->at || errno)
		return EV_INTERVAL_FORMAT;
	/* beyond that a double has no fraction */
	if (!(value >= -1e15 && value <= 1e15))
		return EV_INTERVAL_OVERFLOW;
	iso->at = end;
	iso->whole = (int64_t)value;
	iso->fraction = value - (double)iso->whole;
	return EV_INTERVAL_FINE;
}

/* The T between date and time, or the end. */
static bool
take_end(struct iso *iso)
{
	if (*iso->at == 'T') {
		iso->at++;
		iso->clock = true;
		iso->any = false;
		return true;
	}
	return !*iso->at;
}

/* 00010203: years, months and days run together. */
static enum ev_interval_fault
date_together(struct iso *iso)
{
	int64_t n = iso->whole;

	return fits(ev_interval_years(iso->made, n / 10000, 0, 1) &&
	    ev_interval_months(iso->made, n / 100 % 100, 0) &&
	    ev_interval_days(iso->made, n % 100, iso->fraction, 1));
}

/* 0001-02-03, behind the year. */
static enum ev_interval_fault
date_divided(struct iso *iso)
{
	enum ev_interval_fault bad;

	if (iso->any)
		return EV_INTERVAL_FORMAT;
	if (!ev_interval_years(iso->made, iso->whole, iso->fraction, 1))
		return EV_INTERVAL_OVERFLOW;
	if (take_end(iso))
		return EV_INTERVAL_FINE;
	iso->at++;
	bad = read_number(iso);
	if (bad)
		return bad;
	if (!ev_interval_months(iso->made, iso->whole, iso->fraction))
		return EV_INTERVAL_OVERFLOW;
	if (take_end(iso))
		return EV_INTERVAL_FINE;
	if (*iso->at++ != '-')
		return EV_INTERVAL_FORMAT;
	bad = read_number(iso);
	if (bad)
		return bad;
	if (!ev_interval_days(iso->made, iso->whole, iso->fraction, 1))
		return EV_INTERVAL_OVERFLOW;
	return take_end(iso) ? EV_INTERVAL_FINE : EV_INTERVAL_FORMAT;
}

/* Behind a number of the date. */
static enum ev_interval_fault
date_unit(struct iso *iso)
{
	struct ev_interval_make *made = iso->made;
	int64_t n = iso->whole;
	double f = iso->fraction;

	switch (*iso->at) {
	case 'Y':
		iso->at++;
		return fits(ev_interval_years(made, n, f, 1));
	case 'M':
		iso->at++;
		return fits(ev_interval_months(made, n, f));
	case 'W':
		iso->at++;
		return fits(ev_interval_days(made, n, f, 7));
	case 'D':
		iso->at++;
		return fits(ev_interval_days(made, n, f, 1));
	case 'T':
	case '\0':
		if (iso->width != 8 || iso->any)
			return date_divided(iso);
		take_end(iso);
		return date_together(iso);
	case '-':
		return date_divided(iso);
	default:
		return EV_INTERVAL_FORMAT;
	}
}

/* 040506: hours, minutes and seconds run together. Their fraction counts
 * microseconds, as in PostgreSQL. */
static enum ev_interval_fault
clock_together(struct iso *iso)
{
	int64_t n = iso->whole;

	return fits(
	    ev_interval_clock(iso->made, n / 10000, 0, EV_TIME_HOUR_USEC) &&
	    ev_interval_clock(iso->made, n / 100 % 100, 0,
		EV_TIME_MINUTE_USEC) &&
	    ev_interval_clock(iso->made, n % 100, 0, EV_TIME_SECOND_USEC) &&
	    ev_interval_clock(iso->made, 0, iso->fraction, 1));
}

/* 04:05:06, behind the hour. */
static enum ev_interval_fault
clock_divided(struct iso *iso)
{
	enum ev_interval_fault bad;

	if (iso->any)
		return EV_INTERVAL_FORMAT;
	for (int64_t unit = EV_TIME_HOUR_USEC;; unit /= 60) {
		if (!ev_interval_clock(iso->made, iso->whole, iso->fraction,
			unit))
			return EV_INTERVAL_OVERFLOW;
		if (!*iso->at)
			return EV_INTERVAL_FINE;
		if (*iso->at++ != ':' || unit == EV_TIME_SECOND_USEC)
			return EV_INTERVAL_FORMAT;
		bad = read_number(iso);
		if (bad)
			return bad;
	}
}

/* Behind a number of the clock. */
static enum ev_interval_fault
clock_unit(struct iso *iso)
{
	const char *units = "HMS", *found = strchr(units, *iso->at);
	int64_t unit = EV_TIME_HOUR_USEC;

	if (!*iso->at && iso->width == 6 && !iso->any)
		return clock_together(iso);
	if (!*iso->at || *iso->at == ':')
		return clock_divided(iso);
	if (!found)
		return EV_INTERVAL_FORMAT;
	iso->at++;
	for (; units < found; units++)
		unit /= 60;
	return fits(
	    ev_interval_clock(iso->made, iso->whole, iso->fraction, unit));
}

enum ev_interval_fault
ev_interval_iso(const char *text, struct ev_interval_make *made)
{
	struct iso iso = {.at = text + 1, .made = made};
	enum ev_interval_fault bad = EV_INTERVAL_FINE;

	*made = (struct ev_interval_make){0};
	if (*text != 'P' || !text[1])
		return EV_INTERVAL_FORMAT;
	while (!bad && *iso.at) {
		bool clock;

		if (take_end(&iso))
			continue;
		clock = iso.clock;
		bad = read_number(&iso);
		if (!bad)
			bad = clock ? clock_unit(&iso) : date_unit(&iso);
		/* unless a T stood behind it */
		if (iso.clock == clock)
			iso.any = true;
	}
	return bad;
}
