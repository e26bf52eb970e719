/*
 * pict_interval: to_char of an interval. Its months and days are put into the
 * pictures of a date as they are, also where that means little (weeks, Julian
 * days); a negative number has its sign before the digits.
 */
#include <string.h>

#include "expr/pict.h"
#include "expr/pict_format.h"
#include "expr/pict_words.h"

#define SECOND INT64_C(1000000)

struct parts {
	int64_t year, month, day, hour;
	int minute, second, usec;
	int64_t span; /* days of them all, a month counting 30 */
};

static struct parts
split(struct ev_interval v)
{
	struct parts p = {.year = v.months / 12,
	    .month = v.months % 12,
	    .day = v.days,
	    .hour = v.usec / SECOND / 3600,
	    .minute = (int)(v.usec / SECOND / 60 % 60),
	    .second = (int)(v.usec / SECOND % 60),
	    .usec = (int)(v.usec % SECOND)};

	p.span = v.months * INT64_C(30) + v.days;
	return p;
}

/* `width` digits, and a sign if there is one. */
static void
put_signed(struct ev_buf *out, int64_t number, int width,
    const struct ev_pict_node *node)
{
	ev_pict_put_number(out, number, width + (number < 0), node);
}

/* ---- weeks ---- */

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

/* ISO 8601's year, its week and its day. */
static void
iso_week(const struct parts *p, int64_t *year, int64_t *week, int64_t *day)
{
	int64_t now = julian(p->year, p->month, p->day);

	*year = p->year - (now < first_monday(p->year));
	*week = (now - first_monday(*year)) / 7 + 1;
	if (*week >= 52 && now >= first_monday(*year + 1)) {
		++*year;
		*week = (now - first_monday(*year)) / 7 + 1;
	}
	*day = now - first_monday(*year) + 1;
}

/* ---- pictures ---- */

static bool
put_clock(struct ev_buf *out, const struct parts *p,
    const struct ev_pict_node *node)
{
	static const int scale[] = {100000, 10000, 1000, 100, 10, 1};
	enum ev_pict_id id = node->key->id;
	bool pm = p->hour % 24 >= 12;

	switch (id) {
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
	case EV_PICT_FF1:
	case EV_PICT_FF2:
	case EV_PICT_FF3:
	case EV_PICT_FF4:
	case EV_PICT_FF5:
	case EV_PICT_FF6:
		ev_pict_put_fixed(out, p->usec / scale[id - EV_PICT_FF1],
		    id - EV_PICT_FF1 + 1, node);
		return true;
	case EV_PICT_MS:
		ev_pict_put_fixed(out, p->usec / 1000, 3, node);
		return true;
	case EV_PICT_US:
		ev_pict_put_fixed(out, p->usec, 6, node);
		return true;
	case EV_PICT_SSSS:
		ev_pict_put_number(out,
		    p->hour * 3600 + p->minute * 60 + p->second, 1, node);
		return true;
	default:
		return false;
	}
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
put_year(struct ev_buf *out, const struct parts *p,
    const struct ev_pict_node *node)
{
	int sign = p->year < 0;
	int64_t iso, week, day;

	iso_week(p, &iso, &week, &day);
	switch (node->key->id) {
	case EV_PICT_CC:
		put_signed(out, p->year / 100, 2, node);
		return true;
	case EV_PICT_Y_YYY:
		put_thousands(out, p->year, node);
		return true;
	case EV_PICT_YYYY:
		ev_pict_put_number(out, p->year, 4 + sign, node);
		return true;
	case EV_PICT_YYY:
		ev_pict_put_number(out, p->year % 1000, 3 + sign, node);
		return true;
	case EV_PICT_YY:
		ev_pict_put_number(out, p->year % 100, 2 + sign, node);
		return true;
	case EV_PICT_Y:
		ev_pict_put_number(out, p->year % 10, 1, node);
		return true;
	case EV_PICT_IYYY:
		ev_pict_put_number(out, iso, 4 + sign, node);
		return true;
	case EV_PICT_IYY:
		ev_pict_put_number(out, iso % 1000, 3 + sign, node);
		return true;
	case EV_PICT_IY:
		ev_pict_put_number(out, iso % 100, 2 + sign, node);
		return true;
	case EV_PICT_I:
		ev_pict_put_number(out, iso % 10, 1, node);
		return true;
	case EV_PICT_IW:
		ev_pict_put_number(out, week, 2, node);
		return true;
	case EV_PICT_IDDD:
		ev_pict_put_number(out, day, 3, node);
		return true;
	default:
		return false;
	}
}

/* The month in Roman digits; whole years are XII, -1 month is XII too, as if
 * counted from the year's end. */
static void
put_roman(struct ev_buf *out, const struct parts *p,
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
put_date(struct ev_buf *out, const struct parts *p,
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
		ev_pict_put_number(out, julian(p->year, p->month, p->day), 1,
		    node);
		return true;
	case EV_PICT_FX:
		return true;
	default:
		return false;
	}
}

enum ev_status
ev_pict_interval(struct ev_interval value, struct ev_slice format,
    struct ev_buf *out, bool *null, struct ev_err *err)
{
	struct ev_pict_cursor cursor = ev_pict_begin(format, false);
	struct parts parts = split(value);
	struct ev_pict_node node;

	*null = !format.len;
	while (ev_pict_next(&cursor, &node)) {
		if (node.kind != EV_PICT_KEY)
			ev_buf_slice(out, node.text);
		else if (!put_clock(out, &parts, &node) &&
		    !put_year(out, &parts, &node) &&
		    !put_date(out, &parts, &node))
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "invalid format specification for an interval "
			    "value");
	}
	return EV_OK;
}
