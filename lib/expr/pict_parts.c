/*
 * pict_parts: see pict_parts.h. A negative number has its sign before its
 * digits.
 */
#include "expr/pict_parts.h"

#include "expr/pict_words.h"

/* `width` digits, and a sign if there is one. */
static void
put_signed(struct ev_buf *out, int64_t number, int width,
    const struct ev_pict_node *node)
{
	ev_pict_put_number(out, number, width + (number < 0), node);
}

static bool
put_fraction(struct ev_buf *out, int usec, const struct ev_pict_node *node)
{
	static const int scale[] = {100000, 10000, 1000, 100, 10, 1};
	const struct ev_pict_key *key = node->key;
	int digits = key->id == EV_PICT_MS ? 3
	    : key->id == EV_PICT_US        ? 6
	    : key->id == EV_PICT_FF        ? key->name[2] - '0'
					   : 0;

	if (digits)
		ev_pict_put_fixed(out, usec / scale[digits - 1], digits, node);
	return digits != 0;
}

static bool
put_clock(struct ev_buf *out, const struct ev_pict_parts *p,
    const struct ev_pict_node *node)
{
	bool pm = p->hour % 24 >= 12;

	switch (node->key->id) {
	case EV_PICT_AM:
		ev_pict_put_word(out, pm ? "pm" : "am", node, 0);
		return true;
	case EV_PICT_AM_DOTS:
		ev_pict_put_word(out, pm ? "p.m." : "a.m.", node, 0);
		return true;
	case EV_PICT_HH12:
		ev_pict_put_number(out, p->hour % 12 ? p->hour % 12 : 12,
		    2 + (p->hour < 0), node);
		return true;
	case EV_PICT_HH24:
		put_signed(out, p->hour, 2, node);
		return true;
	case EV_PICT_MI:
		put_signed(out, p->minute, 2, node);
		return true;
	case EV_PICT_SS:
		put_signed(out, p->second, 2, node);
		return true;
	case EV_PICT_SSSS:
		ev_pict_put_number(out,
		    p->hour * 3600 + p->minute * 60 + p->second, 1, node);
		return true;
	default:
		return put_fraction(out, p->usec, node);
	}
}

/* The last digits of a year. */
static bool
put_tail(struct ev_buf *out, const struct ev_pict_parts *p, int64_t year,
    int digits, const struct ev_pict_node *node)
{
	static const int scale[] = {10, 100, 1000};
	int sign = digits > 1 && p->year < 0;

	if (digits < 4)
		year %= scale[digits - 1];
	ev_pict_put_number(out, year, digits + sign, node);
	return true;
}

static bool
put_year(struct ev_buf *out, const struct ev_pict_parts *p,
    const struct ev_pict_node *node)
{
	switch (node->key->id) {
	case EV_PICT_YYYY:
		return put_tail(out, p, p->year, 4, node);
	case EV_PICT_YYY:
		return put_tail(out, p, p->year, 3, node);
	case EV_PICT_YY:
		return put_tail(out, p, p->year, 2, node);
	case EV_PICT_Y:
		return put_tail(out, p, p->year, 1, node);
	case EV_PICT_IYYY:
		return put_tail(out, p, p->iso, 4, node);
	case EV_PICT_IYY:
		return put_tail(out, p, p->iso, 3, node);
	case EV_PICT_IY:
		return put_tail(out, p, p->iso, 2, node);
	case EV_PICT_I:
		return put_tail(out, p, p->iso, 1, node);
	case EV_PICT_IW:
		ev_pict_put_number(out, p->week, 2, node);
		return true;
	case EV_PICT_IDDD:
		ev_pict_put_number(out, p->iso_day, 3, node);
		return true;
	default:
		return false;
	}
}

/* The month in Roman digits; whole years are XII, -1 month is XII too, as if
 * counted from the year's end. */
static void
put_roman(struct ev_buf *out, const struct ev_pict_parts *p,
    const struct ev_pict_node *node)
{
	struct ev_pict_node bare = *node;
	int64_t month = p->month;

	if (!p->year && !month)
		return;
	if (!month)
		month = p->year < 0 ? 1 : 12;
	else if (month < 0)
		month += 13;
	bare.translated = false;
	ev_pict_put_word(out, ev_pict_romans[12 - month], &bare, 4);
}

static bool
put_date(struct ev_buf *out, const struct ev_pict_parts *p,
    const struct ev_pict_node *node)
{
	switch (node->key->id) {
	case EV_PICT_MM:
		put_signed(out, p->month, 2, node);
		return true;
	case EV_PICT_DDD:
		ev_pict_put_number(out, p->span, 3, node);
		return true;
	case EV_PICT_DD:
		ev_pict_put_number(out, p->day, 2, node);
		return true;
	case EV_PICT_WW:
		ev_pict_put_number(out, (p->span - 1) / 7 + 1, 2, node);
		return true;
	case EV_PICT_W:
		ev_pict_put_number(out, (p->day - 1) / 7 + 1, 1, node);
		return true;
	case EV_PICT_Q:
		if (p->month)
			ev_pict_put_number(out, (p->month - 1) / 3 + 1, 1,
			    node);
		return true;
	case EV_PICT_RM:
		put_roman(out, p, node);
		return true;
	case EV_PICT_J:
		ev_pict_put_number(out, p->julian, 1, node);
		return true;
	default:
		return node->key->id == EV_PICT_FX; /* has no effect here */
	}
}

bool
ev_pict_put_part(struct ev_buf *out, const struct ev_pict_parts *parts,
    const struct ev_pict_node *node)
{
	return put_clock(out, parts, node) || put_year(out, parts, node) ||
	    put_date(out, parts, node);
}
