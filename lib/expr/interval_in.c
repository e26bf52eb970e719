/*
 * interval_in: text to interval. The text is cut into fields as those of dates
 * are (time_lex), which are read from the last to the first, so that a unit is
 * known before its number; what makes no sense that way may be ISO 8601's
 * form. As PostgreSQL does, with its oddities: of two units the one next to
 * the number counts ('1 day months'), and a clock puts aside what of a clock
 * stands behind it ('1:00 0.5 day').
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "expr/interval_make.h"
#include "expr/time.h"
#include "expr/time_lex.h"

#define ISO_MAX 1024 /* bytes of an ISO 8601 interval */

/* The fields of a clock, as bits beside those of the units: two of a kind make
 * no interval. */
enum {
	CLOCK = 1 << EV_TIME_HOUR | 1 << EV_TIME_MINUTE | 1 << EV_TIME_SECOND |
	    1 << EV_TIME_MILLISECONDS | 1 << EV_TIME_MICROSECONDS
};

struct reader {
	unsigned fields;         /* of the type */
	unsigned known;          /* bits 1 << enum ev_time_field */
	enum ev_time_field unit; /* of the number to come */
	enum {
		NO_UNIT,    /* the type says */
		UNIT,       /* … that one */
		WRONG_UNIT, /* no number has it */
	} has;
	bool ago;
	struct ev_interval_make made;
};

static void
set_unit(struct reader *r, enum ev_time_field unit)
{
	r->unit = unit;
	r->has = UNIT;
}

/* ---- numbers ---- */

/* What a number counts that has no unit. */
static enum ev_time_field
default_unit(unsigned fields)
{
	if (!fields || (fields & EV_INTERVAL_SECOND))
		return EV_TIME_SECOND;
	if (fields & EV_INTERVAL_MINUTE)
		return EV_TIME_MINUTE;
	if (fields & EV_INTERVAL_HOUR)
		return EV_TIME_HOUR;
	if (fields & EV_INTERVAL_DAY)
		return EV_TIME_DAY_OF_MONTH;
	return fields & EV_INTERVAL_MONTH ? EV_TIME_MONTH : EV_TIME_YEAR;
}

/* The fraction from its point on; all that is left of text must be it. */
static bool
read_fraction(const char *text, double *fraction)
{
	char *end;

	*fraction = 0;
	if (!text[1])
		return true;
	errno = 0;
	*fraction = strtod(text, &end);
	return !*end && !errno;
}

static enum ev_interval_fault
add_number(struct reader *r, int64_t whole, double fraction)
{
	struct ev_interval_make *made = &r->made;
	bool ok;

	switch (r->unit) {
	case EV_TIME_MICROSECONDS:
		ok = ev_interval_clock(made, whole, fraction, 1);
		break;
	case EV_TIME_MILLISECONDS:
		ok = ev_interval_clock(made, whole, fraction, 1000);
		break;
	case EV_TIME_SECOND:
		ok = ev_interval_clock(made, whole, fraction,
		    EV_TIME_SECOND_USEC);
		break;
	case EV_TIME_MINUTE:
		ok = ev_interval_clock(made, whole, fraction,
		    EV_TIME_MINUTE_USEC);
		break;
	case EV_TIME_HOUR:
		ok = ev_interval_clock(made, whole, fraction,
		    EV_TIME_HOUR_USEC);
		break;
	case EV_TIME_DAY_OF_MONTH:
		ok = ev_interval_days(made, whole, fraction, 1);
		break;
	case EV_TIME_WEEK:
		ok = ev_interval_days(made, whole, fraction, 7);
		break;
	case EV_TIME_MONTH:
		ok = ev_interval_months(made, whole, fraction);
		break;
	case EV_TIME_YEAR:
		ok = ev_interval_years(made, whole, fraction, 1);
		break;
	case EV_TIME_DECADE:
		ok = ev_interval_years(made, whole, fraction, 10);
		break;
	case EV_TIME_CENTURY:
		ok = ev_interval_years(made, whole, fraction, 100);
		break;
	case EV_TIME_MILLENNIUM:
		ok = ev_interval_years(made, whole, fraction, 1000);
		break;
	default:
		return EV_INTERVAL_FORMAT;
	}
	return ok ? EV_INTERVAL_FINE : EV_INTERVAL_OVERFLOW;
}

/* -1-2: years and months. */
static enum ev_interval_fault
years_months(const char *text, char *at, int64_t *whole)
{
	int64_t months;
	char *end;

	errno = 0;
	months = strtoll(at + 1, &end, 10);
	if (errno || months < 0 || months >= 12)
		return EV_INTERVAL_OVERFLOW;
	if (*end)
		return EV_INTERVAL_FORMAT;
	if (*text == '-')
		months = -months;
	if (__builtin_mul_overflow(*whole, 12, whole) ||
	    __builtin_add_overflow(*whole, months, whole))
		return EV_INTERVAL_OVERFLOW;
	return EV_INTERVAL_FINE;
}

/* The bit of a number: seconds with a fraction are smaller units too. */
static unsigned
bit_of(enum ev_time_field unit, double fraction)
{
	if (unit != EV_TIME_SECOND || fraction == 0)
		return 1u << unit;
	return 1 << EV_TIME_SECOND | 1 << EV_TIME_MILLISECONDS |
	    1 << EV_TIME_MICROSECONDS;
}

static enum ev_interval_fault
number_field(struct reader *r, const char *text, unsigned *found)
{
	enum ev_interval_fault bad = EV_INTERVAL_FINE;
	double fraction = 0;
	int64_t whole;
	char *end;

	if (r->has == NO_UNIT)
		set_unit(r, default_unit(r->fields));
	errno = 0;
	whole = strtoll(text, &end, 10);
	if (errno)
		return EV_INTERVAL_OVERFLOW;
	if (*end == '-') {
		bad = years_months(text, end, &whole);
		set_unit(r, EV_TIME_MONTH);
	} else if (*end == '.') {
		if (!read_fraction(end, &fraction))
			return EV_INTERVAL_FORMAT;
		if (*text == '-')
			fraction = -fraction;
	} else if (*end) {
		return EV_INTERVAL_FORMAT;
	}
	if (!bad && r->has != UNIT)
		return EV_INTERVAL_FORMAT;
	if (!bad)
		bad = add_number(r, whole, fraction);
	*found = bit_of(r->unit, fraction);
	/* '1 2 hours' is a day and two hours */
	if (r->unit == EV_TIME_HOUR)
		set_unit(r, EV_TIME_DAY_OF_MONTH);
	return bad;
}

/* ---- the clock ---- */

struct clock {
	int64_t first, second, third; /* hours, minutes, seconds */
	double fraction;
};

/* A colon and a number of 32 bits. */
static bool
read_int(char **at, int64_t *number)
{
	errno = 0;
	*number = strtoll(*at + 1, at, 10);
	return !errno && *number == (int32_t)*number;
}

/* 4:05:06.7, 4:05, 5:06.7. Two of them are hours and minutes, or, with a
 * fraction or for a type `minute to second`, minutes and seconds. */
static enum ev_interval_fault
read_clock(const char *text, unsigned fields, struct clock *c)
{
	bool short_form = fields == (EV_INTERVAL_MINUTE | EV_INTERVAL_SECOND);
	char *end;

	*c = (struct clock){0};
	errno = 0;
	c->first = strtoll(text, &end, 10);
	if (errno)
		return EV_INTERVAL_OVERFLOW;
	if (*end != ':')
		return EV_INTERVAL_FORMAT;
	if (!read_int(&end, &c->second))
		return EV_INTERVAL_OVERFLOW;
	if (*end == ':') {
		if (!read_int(&end, &c->third))
			return EV_INTERVAL_OVERFLOW;
		short_form = false;
	} else if (*end == '.') {
		short_form = true;
	}
	if (*end == '.' && !read_fraction(end, &c->fraction))
		return EV_INTERVAL_FORMAT;
	if (*end && *end != '.')
		return EV_INTERVAL_FORMAT;
	if (short_form) {
		if (c->first != (int32_t)c->first)
			return EV_INTERVAL_OVERFLOW;
		c->third = c->second;
		c->second = c->first;
		c->first = 0;
	}
	if (c->first < 0 || c->second < 0 || c->second > 59 || c->third < 0 ||
	    c->third > 60)
		return EV_INTERVAL_OVERFLOW;
	return EV_INTERVAL_FINE;
}

static enum ev_interval_fault
clock_field(struct reader *r, const char *text, unsigned *found)
{
	struct clock c;
	enum ev_interval_fault bad = read_clock(text, r->fields, &c);
	int64_t *usec = &r->made.usec;

	if (bad)
		return bad;
	*usec = (int64_t)rint(c.fraction * EV_TIME_SECOND_USEC) +
	    c.second * EV_TIME_MINUTE_USEC + c.third * EV_TIME_SECOND_USEC;
	if (__builtin_mul_overflow(c.first, EV_TIME_HOUR_USEC, &c.first) ||
	    __builtin_add_overflow(*usec, c.first, usec))
		return EV_INTERVAL_OVERFLOW;
	*found = CLOCK;
	set_unit(r, EV_TIME_DAY_OF_MONTH);
	return EV_INTERVAL_FINE;
}

/* A sign and digits: a clock, if it has a colon and is one. */
static enum ev_interval_fault
signed_field(struct reader *r, const char *text, unsigned *found)
{
	if (!strchr(text, ':') || clock_field(r, text + 1, found))
		return number_field(r, text, found);
	if (*text == '-')
		r->made.usec = -r->made.usec;
	return EV_INTERVAL_FINE;
}

/* ---- words ---- */

static enum ev_interval_fault
word_field(struct reader *r, const char *text)
{
	enum ev_time_field unit;

	if (!strcmp(text, "ago")) {
		r->ago = true;
		r->has = WRONG_UNIT;
		return EV_INTERVAL_FINE;
	}
	if (!ev_time_field_unit(ev_slice_of(text), &unit))
		return EV_INTERVAL_FORMAT;
	set_unit(r, unit);
	return EV_INTERVAL_FINE;
}

static bool
turn(struct ev_interval_make *made)
{
	return !__builtin_sub_overflow(0, made->years, &made->years) &&
	    !__builtin_sub_overflow(0, made->months, &made->months) &&
	    !__builtin_sub_overflow(0, made->days, &made->days) &&
	    !__builtin_sub_overflow(0, made->usec, &made->usec);
}

static enum ev_interval_fault
read_fields(struct reader *r, struct ev_slice text)
{
	enum ev_interval_fault bad = EV_INTERVAL_FINE;
	struct ev_time_lex lex;

	if (!ev_time_lex(text, EV_TIME_LEX_INTERVAL, &lex))
		return EV_INTERVAL_FORMAT;
	for (size_t i = lex.count; i-- > 0 && !bad;) {
		const char *field = lex.field[i].text;
		unsigned found = 0;

		switch (lex.field[i].kind) {
		case EV_LEX_TIME:
			bad = clock_field(r, field, &found);
			break;
		case EV_LEX_ZONE:
			bad = signed_field(r, field, &found);
			break;
		case EV_LEX_DATE:
		case EV_LEX_NUMBER:
			bad = number_field(r, field, &found);
			break;
		case EV_LEX_WORD:
			bad = word_field(r, field);
			break;
		}
		if (!bad && (found & r->known))
			bad = EV_INTERVAL_FORMAT;
		r->known |= found;
	}
	if (!bad && !r->known)
		bad = EV_INTERVAL_FORMAT;
	return !bad && r->ago && !turn(&r->made) ? EV_INTERVAL_OVERFLOW : bad;
}

/* ---- all of it ---- */

static enum ev_interval_fault
read_iso(struct ev_slice text, struct ev_interval_make *made)
{
	char copy[ISO_MAX];

	if (!text.len || *text.ptr != 'P' || text.len >= sizeof(copy))
		return EV_INTERVAL_FORMAT;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	return ev_interval_iso(copy, made);
}

enum ev_status
ev_interval_in(struct ev_slice text, unsigned fields, struct ev_interval *value,
    struct ev_err *err)
{
	struct reader r = {.fields = fields};
	enum ev_interval_fault bad = read_fields(&r, text);
	int64_t months;

	if (bad == EV_INTERVAL_FORMAT)
		bad = read_iso(text, &r.made);
	if (bad)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s: \"%.*s\"",
		    bad == EV_INTERVAL_FORMAT
			? "invalid input syntax for type interval"
			: "interval field value out of range",
		    (int)ev_utf8_cut(text.ptr, text.len, 100), text.ptr);
	months = r.made.years * INT64_C(12) + r.made.months;
	if (months != (int32_t)months)
		return ev_interval_range(err);
	*value = (struct ev_interval){.usec = r.made.usec,
	    .days = r.made.days,
	    .months = (int32_t)months};
	return EV_OK;
}
