/*
 * time_decode_number: the fields of a date or time that hold numbers. What a
 * number means depends on which of year, month, day and time are known
 * already (DateOrder MDY).
 */
#include <stdlib.h>
#include <string.h>

#include "expr/time_decoder.h"
#include "expr/time_lex.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return c >= 'a' && c <= 'z'; /* fields are lower case */
}

/* ".5" up to the end of the field */
static enum ev_time_fault
whole_fraction(char *at, int *usec)
{
	*usec = ev_time_lex_fraction(&at);
	return *at ? EV_FAULT_FORMAT : EV_FAULT_NONE;
}

/* As atoi, which wraps at 32 bits. */
static int
number_of(const char *text)
{
	return (int)strtol(text, NULL, 10);
}

static void
set_julian(struct ev_time_decoder *d, int day)
{
	struct ev_time_parts date;

	ev_time_split_date((int64_t)day - EV_TIME_EPOCH_JULIAN, &date);
	d->parts.year = date.year;
	d->parts.month = date.month;
	d->parts.day = date.day;
	d->julian = true;
}

/* -- numbers ------------------------------------------------------------- */

/* yymmdd, yyyymmdd (any more digits belong to the year) */
static void
run_together_date(struct ev_time_decoder *d, char *text, size_t len)
{
	d->parts.day = number_of(text + len - 2);
	text[len - 2] = '\0';
	d->parts.month = number_of(text + len - 4);
	text[len - 4] = '\0';
	d->parts.year = number_of(text);
	if (len == 6)
		d->short_year = true;
	d->found = DATE;
}

/* A date or a time without dividers; `known` is what it cannot be. */
static enum ev_time_fault
run_together(struct ev_time_decoder *d, char *text, unsigned known)
{
	char *dot = strchr(text, '.');
	size_t len = dot ? (size_t)(dot - text) : strlen(text);

	if (dot) {
		char *end = dot;

		d->parts.usec = ev_time_lex_fraction(&end);
		*dot = '\0';
	} else if ((known & DATE) != DATE && len >= 6) {
		run_together_date(d, text, len);
		return EV_FAULT_NONE;
	}
	if ((known & TIME) == TIME || (len != 6 && len != 4))
		return EV_FAULT_FORMAT;
	d->parts.second = 0;
	if (len == 6) {
		d->parts.second = number_of(text + 4);
		text[4] = '\0';
	}
	d->parts.minute = number_of(text + 2);
	text[2] = '\0';
	d->parts.hour = number_of(text);
	d->found = TIME;
	return EV_FAULT_NONE;
}

static void
found_year(struct ev_time_decoder *d, int number, size_t len)
{
	d->parts.year = number;
	d->short_year = len <= 2;
	d->found = YEAR;
}

static void
found_month(struct ev_time_decoder *d, int number)
{
	d->parts.month = number;
	d->found = MONTH;
}

void
ev_time_found_day(struct ev_time_decoder *d, int number)
{
	d->parts.day = number;
	d->found = DAY;
}

/* A number alone of `len` characters, by what of the date is known. */
static enum ev_time_fault
by_place(struct ev_time_decoder *d, int number, size_t len, unsigned known)
{
	switch (known & DATE) {
	case 0: /* a year needs three digits, else it is month first */
		if (len >= 3)
			found_year(d, number, len);
		else
			found_month(d, number);
		return EV_FAULT_NONE;
	case YEAR:
	case DAY:
		found_month(d, number);
		return EV_FAULT_NONE;
	case MONTH:
		if (d->word_month && len >= 3)
			found_year(d, number, len);
		else
			ev_time_found_day(d, number);
		return EV_FAULT_NONE;
	case YEAR | MONTH:
		if (d->word_month && len >= 3 && d->short_year) {
			/* the first number was the day after all */
			ev_time_found_day(d, d->parts.year);
			d->parts.year = number;
			d->short_year = false;
		} else {
			ev_time_found_day(d, number);
		}
		return EV_FAULT_NONE;
	case MONTH | DAY:
		found_year(d, number, len);
		return EV_FAULT_NONE;
	default:
		return EV_FAULT_FORMAT;
	}
}

static enum ev_time_fault
one_number(struct ev_time_decoder *d, char *text, unsigned known)
{
	size_t len = strlen(text);
	char *end = text;
	int number;
	enum ev_time_fault bad = EV_FAULT_NONE;

	if (!ev_time_lex_int(&end, &number))
		return EV_FAULT_RANGE;
	if (end == text)
		return EV_FAULT_FORMAT;
	if (*end == '.') {
		if (end - text > 2)
			return run_together(d, text, known | DATE);
		bad = whole_fraction(end, &d->parts.usec);
	} else if (*end) {
		return EV_FAULT_FORMAT;
	}
	if (bad)
		return bad;
	if (len == 3 && (known & DATE) == YEAR && number >= 1 &&
	    number <= 366) {
		d->day_of_year = number;
		d->found = DAY_OF_YEAR | MONTH | DAY;
		return EV_FAULT_NONE;
	}
	if ((known & DATE) == DATE)
		return run_together(d, text, known);
	return by_place(d, number, len, known);
}

/* -- a date with dividers ------------------------------------------------ */

/* Cuts text at what is neither digit nor letter, and between the two, where
 * one character goes missing (26feb2019 is not a date that has dividers). */
static int
cut_date(char *text, char **field)
{
	int count = 0;

	while (*text && count < EV_TIME_LEX_FIELDS) {
		while (*text && !is_digit(*text) && !is_alpha(*text))
			text++;
		if (!*text)
			return -1;
		field[count++] = text;
		if (is_digit(*text)) {
			while (is_digit(*text))
				text++;
		} else {
			while (is_alpha(*text))
				text++;
		}
		if (*text)
			*text++ = '\0';
	}
	return count;
}

/* The month as a word, first, so that the numbers can be understood. */
static enum ev_time_fault
date_words(struct ev_time_decoder *d, char **field, int count, unsigned *all)
{
	for (int i = 0; i < count; i++) {
		const struct ev_time_word *word;

		if (!is_alpha(*field[i]))
			continue;
		word = ev_time_word_find(field[i]);
		if (word && word->kind == EV_WORD_IGNORED)
			continue;
		if (!word || word->kind != EV_WORD_MONTH ||
		    ((d->known | *all) & MONTH))
			return EV_FAULT_FORMAT;
		d->parts.month = word->value;
		d->word_month = true;
		*all |= MONTH;
		field[i] = NULL;
	}
	return EV_FAULT_NONE;
}

static enum ev_time_fault
whole_date(struct ev_time_decoder *d, char *text)
{
	char *field[EV_TIME_LEX_FIELDS];
	int count = cut_date(text, field);
	bool word_month = d->word_month;
	unsigned all = 0;
	enum ev_time_fault bad;

	if (count < 0)
		return EV_FAULT_FORMAT;
	d->word_month = false;
	bad = date_words(d, field, count, &all);
	for (int i = 0; !bad && i < count; i++) {
		if (!field[i])
			continue;
		bad = one_number(d, field[i], d->known | all);
		if (!bad && ((d->known | all) & d->found))
			bad = EV_FAULT_FORMAT;
		all |= d->found;
	}
	d->word_month = word_month;
	d->found = all;
	if (!bad &&
	    ((d->known | all) & ~(unsigned)(DAY_OF_YEAR | ZONE)) != DATE)
		bad = EV_FAULT_FORMAT;
	return bad;
}

/* -- times and zones ----------------------------------------------------- */

static bool
time_in_day(const struct ev_time_parts *p)
{
	int64_t seconds = ((int64_t)p->hour * 60 + p->minute) * 60 + p->second;

	return p->hour >= 0 && p->hour <= 24 && p->minute >= 0 &&
	    p->minute < 60 && p->second >= 0 && p->second <= 60 &&
	    seconds * EV_TIME_SECOND_USEC + p->usec <= EV_TIME_DAY;
}

/* hh:mm, hh:mm:ss, hh:mm:ss.f; mm:ss.f */
static enum ev_time_fault
whole_time(struct ev_time_decoder *d, char *text)
{
	struct ev_time_parts *p = &d->parts;
	enum ev_time_fault bad = EV_FAULT_NONE;
	bool fits = ev_time_lex_int(&text, &p->hour);

	d->found = TIME;
	if (*text++ != ':')
		return EV_FAULT_FORMAT;
	if (!ev_time_lex_int(&text, &p->minute))
		return EV_FAULT_RANGE;
	p->second = 0;
	p->usec = 0;
	if (*text == '.') {
		p->second = p->minute;
		p->minute = p->hour;
		p->hour = 0;
	} else if (*text == ':') {
		text++;
		if (!ev_time_lex_int(&text, &p->second))
			return EV_FAULT_RANGE;
	}
	if (*text == '.')
		bad = whole_fraction(text, &p->usec);
	else if (*text)
		bad = EV_FAULT_FORMAT;
	if (!bad && (!fits || !time_in_day(p)))
		bad = EV_FAULT_RANGE;
	return bad;
}

enum ev_time_fault
ev_time_decode_offset(char *text, int32_t *east)
{
	bool minus = *text == '-';
	size_t len = strlen(text);
	int hour, minute = 0, second = 0;

	if (*text != '+' && *text != '-')
		return EV_FAULT_FORMAT;
	text++;
	if (!ev_time_lex_int(&text, &hour))
		return EV_FAULT_DISPLACEMENT;
	if (*text == ':') {
		text++;
		if (!ev_time_lex_int(&text, &minute))
			return EV_FAULT_DISPLACEMENT;
		if (*text == ':') {
			text++;
			if (!ev_time_lex_int(&text, &second))
				return EV_FAULT_DISPLACEMENT;
		}
	} else if (!*text && len > 3) {
		minute = hour % 100;
		hour /= 100;
	}
	if (hour < 0 || hour > 15 || minute < 0 || minute > 59 || second < 0 ||
	    second > 59)
		return EV_FAULT_DISPLACEMENT;
	*east = (hour * 60 + minute) * 60 + second;
	if (minus)
		*east = -*east;
	return *text ? EV_FAULT_FORMAT : EV_FAULT_NONE;
}

/* hhmmss-zz after a date */
static enum ev_time_fault
time_with_zone(struct ev_time_decoder *d, char *text)
{
	char *minus = strchr(text, '-');
	enum ev_time_fault bad;

	if (d->unit != EV_UNIT_NONE && d->unit != EV_UNIT_TIME)
		return EV_FAULT_FORMAT;
	d->unit = EV_UNIT_NONE;
	if ((d->known & TIME) == TIME || !minus)
		return EV_FAULT_FORMAT;
	bad = ev_time_decode_offset(minus, &d->parts.east);
	if (bad)
		return bad;
	*minus = '\0';
	bad = run_together(d, text, d->known);
	d->found |= ZONE;
	return bad;
}

/* J2451187-08 */
static enum ev_time_fault
julian_with_zone(struct ev_time_decoder *d, char *text)
{
	int day;

	if (!ev_time_lex_int(&text, &day) || day < 0)
		return EV_FAULT_RANGE;
	set_julian(d, day);
	d->found = DATE | TIME | ZONE;
	d->unit = EV_UNIT_NONE;
	return ev_time_decode_offset(text, &d->parts.east);
}

enum ev_time_fault
ev_time_date_field(struct ev_time_decoder *d, char *text)
{
	if (d->unit == EV_UNIT_JULIAN)
		return julian_with_zone(d, text);
	if (d->unit == EV_UNIT_NONE &&
	    (d->known & (MONTH | DAY)) != (MONTH | DAY))
		return whole_date(d, text);
	if (d->unit != EV_UNIT_NONE || is_digit(*text))
		return time_with_zone(d, text);
	d->found = ZONE;
	return ev_zones_find(d->env->zones, ev_slice_of(text), &d->zone,
		   d->err) == EV_OK
	    ? EV_FAULT_NONE
	    : EV_FAULT_ZONE;
}

/* -- numbers that a unit preceded ---------------------------------------- */

static enum ev_time_fault
julian_number(struct ev_time_decoder *d, int day, char *fraction)
{
	int64_t usec;
	char *end;

	if (day < 0)
		return EV_FAULT_RANGE;
	set_julian(d, day);
	d->found = DATE;
	if (*fraction != '.')
		return EV_FAULT_NONE;
	usec = (int64_t)(strtod(fraction, &end) * (double)EV_TIME_DAY);
	if (*end)
		return EV_FAULT_FORMAT;
	d->parts.hour = (int)(usec / (3600 * EV_TIME_SECOND_USEC));
	d->parts.minute = (int)(usec / (60 * EV_TIME_SECOND_USEC) % 60);
	d->parts.second = (int)(usec / EV_TIME_SECOND_USEC % 60);
	d->parts.usec = (int)(usec % EV_TIME_SECOND_USEC);
	d->found |= TIME;
	return EV_FAULT_NONE;
}

/* T040506: a clock, and nothing else. */
static enum ev_time_fault
time_number(struct ev_time_decoder *d, char *text)
{
	enum ev_time_fault bad = run_together(d, text, d->known | DATE);

	return !bad && d->found != TIME ? EV_FAULT_FORMAT : bad;
}

/* fraction: what stands behind the number. */
static enum ev_time_fault
plain_number(struct ev_time_decoder *d, enum ev_time_unit unit, int number,
    char *fraction)
{
	struct ev_time_parts *p = &d->parts;

	switch (unit) {
	case EV_UNIT_YEAR:
		p->year = number;
		d->found = YEAR;
		break;
	case EV_UNIT_MONTH:
		found_month(d, number);
		break;
	case EV_UNIT_DAY:
		ev_time_found_day(d, number);
		break;
	case EV_UNIT_HOUR:
		p->hour = number;
		d->found = HOUR;
		break;
	case EV_UNIT_MINUTE:
		p->minute = number;
		d->found = MINUTE;
		break;
	case EV_UNIT_SECOND:
		p->second = number;
		d->found = SECOND;
		if (*fraction != '.')
			break;
		d->found = SECOND | FRACTION;
		return whole_fraction(fraction, &p->usec);
	default:
		return EV_FAULT_FORMAT;
	}
	return EV_FAULT_NONE;
}

/* y2001 m02 d04: of these numbers only a month's place can tell minutes. */
static enum ev_time_fault
unit_number(struct ev_time_decoder *d, char *text)
{
	enum ev_time_unit unit = d->unit;
	char *end = text;
	int number;

	d->unit = EV_UNIT_NONE;
	d->has_special = false;
	if (!ev_time_lex_int(&end, &number))
		return EV_FAULT_RANGE;
	if (*end == '.' ? unit != EV_UNIT_JULIAN && unit != EV_UNIT_TIME &&
		    unit != EV_UNIT_SECOND
			: *end)
		return EV_FAULT_FORMAT;
	if (unit == EV_UNIT_JULIAN)
		return julian_number(d, number, end);
	if (unit == EV_UNIT_TIME)
		return time_number(d, text);
	if (unit == EV_UNIT_MONTH && (d->known & MONTH) && (d->known & HOUR))
		unit = EV_UNIT_MINUTE;
	return plain_number(d, unit, number, end);
}

enum ev_time_fault
ev_time_number_field(struct ev_time_decoder *d, char *text)
{
	size_t len = strlen(text);
	const char *dot = strchr(text, '.');

	if (d->unit != EV_UNIT_NONE)
		return unit_number(d, text);
	if (dot && !(d->known & DATE))
		return whole_date(d, text);
	if (dot && dot - text > 2)
		return run_together(d, text, d->known);
	if (len >= 6 && (!(d->known & DATE) || !(d->known & TIME)))
		return run_together(d, text, d->known);
	return one_number(d, text, d->known);
}

enum ev_time_fault
ev_time_clock_field(struct ev_time_decoder *d, char *text)
{
	if (d->unit != EV_UNIT_NONE && d->unit != EV_UNIT_TIME)
		return EV_FAULT_FORMAT;
	d->unit = EV_UNIT_NONE;
	return whole_time(d, text);
}
