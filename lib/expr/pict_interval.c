/*
 * pict_interval: to_char of an interval. Its months and days are put into the
 * pictures of a date as they are, also where that means little (weeks, Julian
 * days); a negative number has its sign before the digits.
 */
#include "expr/pict.h"
#include "expr/pict_parts.h"
#include "expr/pict_words.h"
#include "expr/time.h"

/* The Julian day of a date whose month is -11 to 12. */
static int64_t
julian(int64_t year, int64_t month, int64_t day)
{
	bool late = month > 2;
	int64_t y = year + 4799 + late, m = month + (late ? 1 : 13);

	return y * 365 - 32167 + y / 4 - y / 100 + y / 100 / 4 +
	    7834 * m / 256 + day;
}

/* That of the Monday with which ISO 8601's year begins. */
static int64_t
first_monday(int64_t year)
{
	int64_t fourth = julian(year, 1, 4), weekday = fourth % 7;

	return fourth - (weekday < 0 ? weekday + 7 : weekday);
}

static void
set_iso_week(struct ev_pict_parts *p)
{
	p->iso = p->year - (p->julian < first_monday(p->year));
	p->week = (p->julian - first_monday(p->iso)) / 7 + 1;
	if (p->week >= 52 && p->julian >= first_monday(p->iso + 1)) {
		p->iso++;
		p->week = (p->julian - first_monday(p->iso)) / 7 + 1;
	}
	p->iso_day = p->julian - first_monday(p->iso) + 1;
}

static struct ev_pict_parts
split(struct ev_interval v)
{
	int64_t seconds = v.usec / EV_TIME_SECOND_USEC;
	struct ev_pict_parts p = {.year = v.months / 12,
	    .month = v.months % 12,
	    .day = v.days,
	    .hour = seconds / 3600,
	    .minute = (int)(seconds / 60 % 60),
	    .second = (int)(seconds % 60),
	    .usec = (int)(v.usec % EV_TIME_SECOND_USEC),
	    .span = (int64_t)v.months * EV_INTERVAL_MONTH_DAYS + v.days};

	p.julian = julian(p.year, p.month, p.day);
	set_iso_week(&p);
	return p;
}

static void
put_thousands(struct ev_buf *out, int64_t year, const struct ev_pict_node *node)
{
	struct ev_pict_node bare = *node;

	bare.th = EV_PICT_NO_TH;
	ev_pict_put_fixed(out, year / 1000, 1, &bare);
	ev_buf_char(out, ',');
	ev_pict_put_fixed(out, year % 1000, 3, node);
}

static bool
put_key(struct ev_buf *out, const struct ev_pict_parts *p,
    const struct ev_pict_node *node)
{
	switch (node->key->id) {
	case EV_PICT_CC:
		ev_pict_put_number(out, p->year / 100, 2 + (p->year / 100 < 0),
		    node);
		return true;
	case EV_PICT_Y_YYY:
		put_thousands(out, p->year, node);
		return true;
	default:
		return ev_pict_put_part(out, p, node);
	}
}

enum ev_status
ev_pict_interval(struct ev_interval value, struct ev_pict format,
    struct ev_buf *out, bool *null, struct ev_err *err)
{
	struct ev_pict_cursor cursor = ev_pict_begin(format, false);
	struct ev_pict_parts parts = split(value);
	struct ev_pict_node node;

	*null = !format.text.len;
	while (ev_pict_next(&cursor, &node)) {
		if (node.kind != EV_PICT_KEY)
			ev_buf_slice(out, node.text);
		else if (!put_key(out, &parts, &node))
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "invalid format specification for an interval "
			    "value");
	}
	return EV_OK;
}
