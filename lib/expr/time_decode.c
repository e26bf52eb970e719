/*
 * time_decode: see time_decode.h. The fields come in their order: here the
 * words and the whole; time_decode_number has the numbers.
 */
#include "expr/time_decode.h"

#include <string.h>

#include "expr/time_decoder.h"
#include "expr/time_lex.h"

/* -- words --------------------------------------------------------------- */

static enum ev_time_fault
special_word(struct ev_time_decoder *d, enum ev_time_special special)
{
	struct ev_time_parts now;
	int64_t days = 0;

	switch (special) {
	case EV_SPECIAL_EPOCH:
	case EV_SPECIAL_INFINITY:
	case EV_SPECIAL_NEG_INFINITY:
		d->has_special = true;
		d->special = special;
		d->found = SPECIAL;
		return EV_FAULT_NONE;
	case EV_SPECIAL_ALLBALLS:
		d->parts.hour = d->parts.minute = d->parts.second = 0;
		d->parts.east = 0;
		d->found = TIME | ZONE;
		d->has_special = false;
		return EV_FAULT_NONE;
	default:
		break;
	}
	d->has_special = false;
	ev_time_split_kind(EV_TIME_TZ, ev_time_now(d->env), d->env->zone, &now);
	if (special == EV_SPECIAL_NOW) {
		d->parts = now;
		d->found = DATE | TIME | ZONE;
		return EV_FAULT_NONE;
	}
	days = (special == EV_SPECIAL_TOMORROW) -
	    (special == EV_SPECIAL_YESTERDAY);
	ev_time_split_date(ev_time_date_of(&now) + days, &now);
	d->parts.year = now.year;
	d->parts.month = now.month;
	d->parts.day = now.day;
	d->found = DATE;
	return EV_FAULT_NONE;
}

static enum ev_time_fault
zone_word(struct ev_time_decoder *d, const struct ev_time_abbrev *abbrev)
{
	d->found = ZONE;
	if (abbrev->zone) {
		d->abbrev = abbrev;
		return EV_FAULT_NONE;
	}
	if (abbrev->dst)
		d->found |= SUMMER;
	d->parts.east = abbrev->east;
	return EV_FAULT_NONE;
}

static void
month_word(struct ev_time_decoder *d, int month)
{
	d->found = MONTH;
	/* a number taken for the month was the day */
	if ((d->known & MONTH) && !d->word_month && !(d->known & DAY) &&
	    d->parts.month >= 1 && d->parts.month <= 31)
		ev_time_found_day(d, d->parts.month);
	d->word_month = true;
	d->parts.month = month;
}

static enum ev_time_fault
zone_name(struct ev_time_decoder *d, const char *text)
{
	d->found = ZONE;
	return ev_zones_find(d->env->zones, ev_slice_of(text), &d->zone,
		   NULL) == EV_OK
	    ? EV_FAULT_NONE
	    : EV_FAULT_FORMAT;
}

/* The T between a date and the field behind it, a clock. */
static enum ev_time_fault
time_word(struct ev_time_decoder *d, enum ev_time_lex_kind more)
{
	if ((d->known & DATE) != DATE ||
	    (more != EV_LEX_NUMBER && more != EV_LEX_TIME &&
		more != EV_LEX_DATE))
		return EV_FAULT_FORMAT;
	d->unit = EV_UNIT_TIME;
	return EV_FAULT_NONE;
}

static enum ev_time_fault
known_word(struct ev_time_decoder *d, const struct ev_time_word *word,
    enum ev_time_lex_kind more)
{
	switch (word->kind) {
	case EV_WORD_MONTH:
		month_word(d, word->value);
		break;
	case EV_WORD_WEEKDAY:
		d->found = WEEKDAY;
		break;
	case EV_WORD_MERIDIEM:
		d->meridiem = word->value;
		d->found = MERIDIEM;
		break;
	case EV_WORD_ERA:
		d->bc = word->value;
		d->found = ERA;
		break;
	case EV_WORD_SPECIAL:
		return special_word(d, (enum ev_time_special)word->value);
	case EV_WORD_UNIT:
		d->unit = (enum ev_time_unit)word->value;
		break;
	case EV_WORD_ISO_TIME:
		return time_word(d, more);
	case EV_WORD_DST:
		d->bare_dst = true;
		d->found = SUMMER;
		d->parts.east += 3600;
		break;
	case EV_WORD_IGNORED:
		break;
	}
	return EV_FAULT_NONE;
}

/* `more` is the kind of the next field; EV_LEX_WORD where there is none. */
static enum ev_time_fault
word_field(struct ev_time_decoder *d, const char *text,
    enum ev_time_lex_kind more)
{
	const struct ev_time_abbrev *abbrev = ev_time_abbrev_find(text);
	const struct ev_time_word *word;

	if (abbrev)
		return zone_word(d, abbrev);
	word = ev_time_word_find(text);
	return word ? known_word(d, word, more) : zone_name(d, text);
}

/* -- all of it ----------------------------------------------------------- */

static enum ev_time_fault
fields(struct ev_time_decoder *d, struct ev_time_lex *lex)
{
	enum ev_time_fault bad = EV_FAULT_NONE;

	for (size_t i = 0; !bad && i < lex->count; i++) {
		char *text = lex->field[i].text;

		d->found = 0;
		switch (lex->field[i].kind) {
		case EV_LEX_NUMBER:
			bad = ev_time_number_field(d, text);
			break;
		case EV_LEX_WORD:
			bad = word_field(d, text,
			    i + 1 < lex->count ? lex->field[i + 1].kind
					       : EV_LEX_WORD);
			break;
		case EV_LEX_DATE:
			bad = ev_time_date_field(d, text);
			break;
		case EV_LEX_TIME:
			bad = ev_time_clock_field(d, text);
			break;
		case EV_LEX_ZONE:
			bad = ev_time_decode_offset(text, &d->parts.east);
			d->found = ZONE;
			break;
		}
		if (!bad && (d->found & d->known))
			bad = EV_FAULT_FORMAT;
		d->known |= d->found;
	}
	return bad;
}

static enum ev_time_fault
check_year(struct ev_time_decoder *d)
{
	int *year = &d->parts.year;

	if (!(d->known & YEAR) || d->julian)
		return EV_FAULT_NONE;
	if (d->bc) {
		if (*year <= 0)
			return EV_FAULT_RANGE;
		*year = 1 - *year;
	} else if (d->short_year) {
		if (*year < 70)
			*year += 2000;
		else if (*year < 100)
			*year += 1900;
	} else if (*year <= 0) {
		return EV_FAULT_RANGE;
	}
	return EV_FAULT_NONE;
}

static enum ev_time_fault
check_date(struct ev_time_decoder *d)
{
	struct ev_time_parts *p = &d->parts;
	enum ev_time_fault bad = check_year(d);

	if (bad)
		return bad;
	if (d->known & DAY_OF_YEAR) {
		int64_t year;

		ev_calendar_date(ev_calendar_days(p->year, 1, 1) +
			d->day_of_year - 1,
		    &year, &p->month, &p->day);
		p->year = (int)year;
	}
	if ((d->known & MONTH) && (p->month < 1 || p->month > 12))
		return EV_FAULT_RANGE;
	if ((d->known & DAY) && (p->day < 1 || p->day > 31))
		return EV_FAULT_RANGE;
	if ((d->known & DATE) == DATE &&
	    p->day > ev_calendar_month_days(p->year, p->month))
		return EV_FAULT_RANGE;
	return EV_FAULT_NONE;
}

static enum ev_time_fault
check_time(struct ev_time_decoder *d)
{
	if (d->meridiem >= 0 && d->parts.hour > 12)
		return EV_FAULT_RANGE;
	if (d->meridiem == 0 && d->parts.hour == 12)
		d->parts.hour = 0;
	else if (d->meridiem == 1 && d->parts.hour != 12)
		d->parts.hour += 12;
	return EV_FAULT_NONE;
}

/* h999999: more seconds than 32 bits hold, in which PostgreSQL counts them. */
static bool
is_far_clock(const struct ev_time_parts *p)
{
	return ((int64_t)p->hour * 60 + p->minute) * 60 + p->second > INT32_MAX;
}

/* Named zones need the whole date first. */
static enum ev_time_fault
check_zone(struct ev_time_decoder *d)
{
	if (d->bare_dst && (d->zone || d->abbrev || !(d->known & ZONE)))
		return EV_FAULT_FORMAT;
	if (d->zone)
		d->parts.east = ev_time_east_at(&d->parts, d->zone);
	if (d->abbrev)
		d->parts.east = ev_time_abbrev_local(d->env, d->abbrev,
		    &d->parts);
	if (!(d->known & ZONE))
		d->parts.east = ev_time_east_at(&d->parts, d->env->zone);
	return EV_FAULT_NONE;
}

enum ev_time_fault
ev_time_decode(const struct ev_time_env *env, enum ev_time_kind kind,
    struct ev_slice text, struct ev_time_decoded *decoded, struct ev_err *err)
{
	struct ev_time_decoder d = {.env = env, .meridiem = -1, .err = err};
	struct ev_time_lex lex;
	size_t limit = kind == EV_TIME_DATE ? 129 : EV_TIME_LEX_STAMP;
	enum ev_time_fault bad = EV_FAULT_FORMAT;

	if (!ev_time_lex(text, limit, &lex))
		return bad;
	bad = fields(&d, &lex);
	if (!bad)
		bad = check_date(&d);
	if (!bad)
		bad = check_time(&d);
	decoded->special = d.has_special ? d.special : EV_SPECIAL_NOW;
	if (!bad && !d.has_special) {
		if ((d.known & DATE) != DATE)
			return EV_FAULT_FORMAT;
		if (kind != EV_TIME_DATE && is_far_clock(&d.parts))
			return EV_FAULT_RANGE;
		bad = check_zone(&d);
	}
	decoded->parts = d.parts;
	return bad;
}
