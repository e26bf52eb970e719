/*
 * pict_key: see pict_key.h. The patterns of dates and times.
 */
#include "expr/pict_key.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "expr/pict_words.h"
#include "expr/text.h"

static enum ev_status
bad(struct ev_pict_parser *p, const char *what, const char *value, size_t len)
{
	return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
	    "%s \"%.*s\" for \"%s\"", what, (int)len, value, p->node.key->name);
}

void
ev_pict_skip_spaces(struct ev_pict_parser *p)
{
	for (; ev_text_is_space(*p->at); p->at++)
		p->skipped++;
}

void
ev_pict_skip_char(struct ev_pict_parser *p)
{
	unsigned len = *p->at ? ev_utf8_length(p->at, strlen(p->at)) : 0;

	p->at += len ? len : *p->at != '\0';
}

/* A field may be set twice, to the same. */
static enum ev_status
set(struct ev_pict_parser *p, int *field, int value)
{
	if (*field && *field != value)
		return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		    "conflicting values for \"%s\" field in formatting string",
		    p->node.key->name);
	*field = value;
	return EV_OK;
}

/* Whether what follows the node cannot be a digit: then a number may have as
 * many as it likes. */
static bool
number_ends(const struct ev_pict_parser *p)
{
	struct ev_pict_cursor cursor = p->next;
	struct ev_pict_node next;

	if (p->node.th != EV_PICT_NO_TH)
		return true;
	if (!ev_pict_next(&cursor, &next))
		return true;
	if (next.kind == EV_PICT_KEY)
		return !next.key->digits;
	return !(next.text.len == 1 && isdigit((unsigned char)*next.text.ptr));
}

static enum ev_status
bad_number(struct ev_pict_parser *p, int len)
{
	int whole = (int)strnlen(p->at, (size_t)len);

	return bad(p, "invalid value", p->at,
	    ev_utf8_check(p->at, (size_t)whole));
}

/* As many digits as there are. */
static enum ev_status
take_all_digits(struct ev_pict_parser *p, int len, long *number)
{
	char *end;

	*number = strtol(p->at, &end, 10);
	if (end == p->at)
		return bad_number(p, len);
	p->at = end;
	return EV_OK;
}

/* len digits, of which none may be missing; but no number at all is 0 where
 * spaces were there instead (with FX). */
static enum ev_status
take_digits(struct ev_pict_parser *p, const char *start, int len, long *number)
{
	char copy[16];
	char *end;
	int used;

	if ((int)strnlen(p->at, (size_t)len) < len)
		return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		    "source string too short for \"%s\" formatting field",
		    p->node.key->name);
	snprintf(copy, sizeof(copy), "%.*s", len, p->at);
	*number = strtol(copy, &end, 10);
	used = (int)(end - copy);
	if ((used > 0 && used < len) || (!used && p->at == start))
		return bad_number(p, len);
	p->at += used;
	return EV_OK;
}

/* The number at p->at, of len digits where others follow it; *used, unless
 * used is NULL, counts what it took. */
static enum ev_status
take_number(struct ev_pict_parser *p, int *field, int len, int *used)
{
	const char *start = p->at;
	long number = 0;
	enum ev_status status;

	while (ev_text_is_space(*p->at))
		p->at++;
	errno = 0;
	if (p->node.fill || number_ends(p))
		status = take_all_digits(p, len, &number);
	else
		status = take_digits(p, start, len, &number);
	if (status != EV_OK)
		return status;
	if (errno == ERANGE || number > INT_MAX || number < INT_MIN)
		return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		    "value for \"%s\" in source string is out of range",
		    p->node.key->name);
	if (used)
		*used = (int)(p->at - start);
	return set(p, field, (int)number);
}

static enum ev_status
number(struct ev_pict_parser *p, int *field)
{
	return take_number(p, field, (int)strlen(p->node.key->name), NULL);
}

/* The word of the list that the text begins with. */
static enum ev_status
take_word(struct ev_pict_parser *p, const char *const *words, int *index)
{
	size_t len = 0;

	for (*index = 0; words[*index]; (*index)++) {
		len = strlen(words[*index]);
		if (!strncasecmp(p->at, words[*index], len)) {
			p->at += len;
			return EV_OK;
		}
	}
	for (len = 0; p->at[len] && !ev_text_is_space(p->at[len]);)
		len++;
	return bad(p, "invalid value", p->at, len);
}

static enum ev_status
word(struct ev_pict_parser *p, const char *const *words, int *field, int first,
    int step)
{
	int index;
	enum ev_status status = take_word(p, words, &index);

	return status == EV_OK ? set(p, field, first + index * step) : status;
}

/* A fraction, of at most `most` digits where others follow: 25 is .25, of
 * which the field has `digits`. */
static enum ev_status
fraction(struct ev_pict_parser *p, int *field, int most, int digits)
{
	int used;
	enum ev_status status = take_number(p, field, most, &used);

	if (status == EV_OK)
		for (; used < digits; used++)
			*field = (int)((unsigned)*field * 10);
	return status;
}

/* A year of less than four digits is one near 2020. */
static enum ev_status
short_year(struct ev_pict_parser *p, int size)
{
	int *year = &p->fields->year;
	int used;
	enum ev_status status = take_number(p, year, size, &used);

	if (status == EV_OK && used < 4) {
		if (*year < 70)
			*year += 2000;
		else if (*year < 100)
			*year += 1900;
		else if (*year < 520)
			*year += 2000;
		else if (*year < 1000)
			*year += 1000;
	}
	p->fields->year_size = size;
	return status;
}

static enum ev_status
full_year(struct ev_pict_parser *p)
{
	p->fields->year_size = 4;
	return number(p, &p->fields->year);
}

static enum ev_status
grouped_year(struct ev_pict_parser *p)
{
	int thousands, years, used = 0;

	if (sscanf(p->at, "%9d,%3d%n", &thousands, &years, &used) < 2)
		return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		    "invalid input string for \"Y,YYY\"");
	p->at += used;
	p->fields->year_size = 4;
	/* far out of range, which the end will find */
	if (thousands > INT_MAX / 1000 - 1 || thousands < INT_MIN / 1000 + 1)
		return set(p, &p->fields->year, INT_MAX);
	return set(p, &p->fields->year, years + thousands * 1000);
}

/* The sign may have been skipped as a separator. */
static enum ev_status
zone_hour(struct ev_pict_parser *p)
{
	p->fields->zone_sign = 1;
	if (*p->at == '+' || *p->at == '-' || *p->at == ' ') {
		if (*p->at == '-')
			p->fields->zone_sign = -1;
		p->at++;
	} else if (p->skipped > 0 && p->at[-1] == '-') {
		p->fields->zone_sign = -1;
	}
	return take_number(p, &p->fields->zone_hour, 2, NULL);
}

static enum ev_status
zone_minute(struct ev_pict_parser *p)
{
	if (!p->fields->zone_sign)
		p->fields->zone_sign = 1;
	return take_number(p, &p->fields->zone_minute, 2, NULL);
}

static enum ev_status
meridiem(struct ev_pict_parser *p, const char *const *words)
{
	p->fields->twelve = true;
	return word(p, words, &p->fields->pm, 0, 1);
}

/* ID counts from Monday, the field from Sunday. */
static enum ev_status
iso_weekday(struct ev_pict_parser *p)
{
	enum ev_status status = take_number(p, &p->fields->weekday, 1, NULL);

	if (status == EV_OK && ++p->fields->weekday > 7)
		p->fields->weekday = 1;
	return status;
}

static enum ev_status
weekday_word(struct ev_pict_parser *p, const char *const *words)
{
	enum ev_status status = word(p, words, &p->fields->weekday, 0, 1);

	if (status == EV_OK)
		p->fields->weekday++;
	return status;
}

static enum ev_status
hour(struct ev_pict_parser *p, bool twelve)
{
	enum ev_status status = take_number(p, &p->fields->hour, 2, NULL);

	if (twelve)
		p->fields->twelve = true;
	return status;
}

static enum ev_status
clock_key(struct ev_pict_parser *p, bool *known)
{
	static const char *const am[] = {"am", "pm", NULL};
	static const char *const am_dots[] = {"a.m.", "p.m.", NULL};
	struct ev_pict_fields *f = p->fields;
	enum ev_pict_id id = p->node.key->id;

	switch (id) {
	case EV_PICT_AM:
		return meridiem(p, am);
	case EV_PICT_AM_DOTS:
		return meridiem(p, am_dots);
	case EV_PICT_HH12:
	case EV_PICT_HH24:
		return hour(p, id == EV_PICT_HH12);
	case EV_PICT_MI:
		return number(p, &f->minute);
	case EV_PICT_SS:
		return number(p, &f->second);
	case EV_PICT_MS:
		return fraction(p, &f->msec, 3, 3);
	case EV_PICT_FF:
		f->precision = p->node.key->name[2] - '0';
		return fraction(p, &f->usec, f->precision, 6);
	case EV_PICT_US:
		return fraction(p, &f->usec, 6, 6);
	case EV_PICT_SSSS:
		return number(p, &f->day_second);
	case EV_PICT_TZ:
	case EV_PICT_OF:
		return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		    "formatting field \"%s\" is only supported in to_char",
		    p->node.key->name);
	case EV_PICT_TZH:
		return zone_hour(p);
	case EV_PICT_TZM:
		return zone_minute(p);
	default:
		*known = false;
		return EV_OK;
	}
}

static enum ev_status
year_key(struct ev_pict_parser *p)
{
	struct ev_pict_fields *f = p->fields;

	switch (p->node.key->id) {
	case EV_PICT_CC:
		return number(p, &f->century);
	case EV_PICT_Y_YYY:
		return grouped_year(p);
	case EV_PICT_YYYY:
	case EV_PICT_IYYY:
		return full_year(p);
	case EV_PICT_YYY:
	case EV_PICT_IYY:
		return short_year(p, 3);
	case EV_PICT_YY:
	case EV_PICT_IY:
		return short_year(p, 2);
	case EV_PICT_Y:
	case EV_PICT_I:
		return short_year(p, 1);
	case EV_PICT_J:
		return number(p, &f->julian);
	default:
		return EV_OK;
	}
}

static enum ev_status
date_key(struct ev_pict_parser *p)
{
	static const char *const era[] = {"ad", "bc", NULL};
	static const char *const era_dots[] = {"a.d.", "b.c.", NULL};
	struct ev_pict_fields *f = p->fields;
	int ignored = 0;

	switch (p->node.key->id) {
	case EV_PICT_ERA:
		return word(p, era, &f->bc, 0, 1);
	case EV_PICT_ERA_DOTS:
		return word(p, era_dots, &f->bc, 0, 1);
	case EV_PICT_MONTH:
		return word(p, ev_pict_months, &f->month, 1, 1);
	case EV_PICT_MON:
		return word(p, ev_pict_months_short, &f->month, 1, 1);
	case EV_PICT_RM:
		return word(p, ev_pict_romans, &f->month, 12, -1);
	case EV_PICT_MM:
		return number(p, &f->month);
	case EV_PICT_DAY:
		return weekday_word(p, ev_pict_days);
	case EV_PICT_DY:
		return weekday_word(p, ev_pict_days_short);
	case EV_PICT_DDD:
		return number(p, &f->year_day);
	case EV_PICT_IDDD:
		return take_number(p, &f->year_day, 3, NULL);
	case EV_PICT_DD:
		return number(p, &f->day);
	case EV_PICT_D:
		return number(p, &f->weekday);
	case EV_PICT_ID:
		return iso_weekday(p);
	case EV_PICT_WW:
	case EV_PICT_IW:
		return number(p, &f->week);
	case EV_PICT_W:
		return number(p, &f->month_week);
	case EV_PICT_Q: /* read, but it says too little to be of use */
		return number(p, &ignored);
	default:
		return year_key(p);
	}
}

/* The "th" behind a number, whatever it is. */
static void
skip_th(struct ev_pict_parser *p)
{
	if (p->node.th == EV_PICT_NO_TH || !p->node.key->digits ||
	    p->node.key->id == EV_PICT_TZM)
		return;
	ev_pict_skip_char(p);
	ev_pict_skip_char(p);
}

enum ev_status
ev_pict_read_key(struct ev_pict_parser *p)
{
	enum ev_pict_calendar calendar = p->node.key->calendar;
	bool known = true;
	enum ev_status status;

	if (calendar != EV_PICT_ANY && p->fields->calendar != EV_PICT_ANY &&
	    p->fields->calendar != calendar)
		return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		    "invalid combination of date conventions");
	if (calendar != EV_PICT_ANY)
		p->fields->calendar = calendar;
	if (p->node.key->id == EV_PICT_FX)
		p->fixed = true;
	status = clock_key(p, &known);
	if (!known)
		status = date_key(p);
	if (status != EV_OK)
		return status;
	skip_th(p);
	if (!p->fixed) {
		p->skipped = 0;
		ev_pict_skip_spaces(p);
	}
	return EV_OK;
}
