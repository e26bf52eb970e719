/*
 * pict_time: to_char of a timestamp.
 */
#include <stdlib.h>

#include "expr/pict.h"
#include "expr/pict_parts.h"
#include "expr/pict_words.h"
#include "expr/time_parts.h"

struct moment {
	struct ev_time_parts time;
	struct ev_pict_parts parts;
	int weekday; /* 0: Sunday */
};

/* Years have no sign here: BC says it. */
static int
bare_year(int year)
{
	return year > 0 ? year : 1 - year;
}

static void
put_offset(struct ev_buf *out, int32_t east, const struct ev_pict_node *node)
{
	int size = abs(east);

	ev_buf_printf(out, "%c%0*d", east < 0 ? '-' : '+', node->fill ? 0 : 2,
	    size / 3600);
	if (size % 3600)
		ev_buf_printf(out, ":%02d", size % 3600 / 60);
}

static void
put_century(struct ev_buf *out, int year, const struct ev_pict_node *node)
{
	int century = year > 0 ? (year - 1) / 100 + 1 : year / 100 - 1;

	ev_pict_put_number(out, century, century >= 0 ? 2 : 3, node);
}

static void
put_years(struct ev_buf *out, int year, const struct ev_pict_node *node)
{
	size_t start = out->len;

	ev_buf_printf(out, "%d,%03d", year / 1000, year % 1000);
	if (node->th != EV_PICT_NO_TH)
		ev_buf_str(out,
		    ev_pict_ordinal(out->ptr + start, out->len - start,
			node->th == EV_PICT_UPPER_TH));
}

static void
put_abbrev(struct ev_buf *out, const char *abbrev,
    const struct ev_pict_node *node)
{
	if (!abbrev)
		return;
	if (node->key->style == EV_PICT_LOWER)
		ev_pict_put_word(out, abbrev, node, 0);
	else
		ev_buf_str(out, abbrev);
}

static bool
put_zone(struct ev_buf *out, const struct ev_time_parts *p,
    const struct ev_pict_node *node)
{
	switch (node->key->id) {
	case EV_PICT_TZ:
		put_abbrev(out, p->abbrev, node);
		return true;
	case EV_PICT_TZH:
		ev_buf_printf(out, "%c%02d", p->east < 0 ? '-' : '+',
		    abs(p->east) / 3600);
		return true;
	case EV_PICT_TZM:
		ev_buf_printf(out, "%02d", abs(p->east) % 3600 / 60);
		return true;
	case EV_PICT_OF:
		put_offset(out, p->east, node);
		return true;
	default:
		return false;
	}
}

static bool
put_era(struct ev_buf *out, int year, const struct ev_pict_node *node)
{
	switch (node->key->id) {
	case EV_PICT_ERA:
		ev_pict_put_word(out, year <= 0 ? "bc" : "ad", node, 0);
		return true;
	case EV_PICT_ERA_DOTS:
		ev_pict_put_word(out, year <= 0 ? "b.c." : "a.d.", node, 0);
		return true;
	case EV_PICT_CC:
		put_century(out, year, node);
		return true;
	case EV_PICT_Y_YYY:
		put_years(out, bare_year(year), node);
		return true;
	default:
		return false;
	}
}

/* Names of months and days, and the number of a day in its week. */
static bool
put_day(struct ev_buf *out, const struct moment *m,
    const struct ev_pict_node *node)
{
	int month = m->time.month - 1;

	switch (node->key->id) {
	case EV_PICT_MONTH:
		ev_pict_put_word(out, ev_pict_months[month], node, 9);
		return true;
	case EV_PICT_MON:
		ev_pict_put_word(out, ev_pict_months_short[month], node, 0);
		return true;
	case EV_PICT_DAY:
		ev_pict_put_word(out, ev_pict_days[m->weekday], node, 9);
		return true;
	case EV_PICT_DY:
		ev_pict_put_word(out, ev_pict_days_short[m->weekday], node, 0);
		return true;
	case EV_PICT_D:
		ev_pict_put_number(out, m->weekday + 1, 1, node);
		return true;
	case EV_PICT_ID:
		ev_pict_put_number(out, (m->weekday + 6) % 7 + 1, 1, node);
		return true;
	default:
		return false;
	}
}

static void
split(const struct ev_time_env *env, enum ev_time_kind kind, int64_t value,
    struct moment *m)
{
	struct ev_time_parts *t = &m->time;
	int64_t days;
	int iso;

	ev_time_split_kind(kind, value, env->zone, t);
	days = ev_time_date_of(t) + EV_TIME_EPOCH_DAYS;
	m->weekday = ev_calendar_weekday(days);
	m->parts = (struct ev_pict_parts){.year = bare_year(t->year),
	    .month = t->month,
	    .day = t->day,
	    .hour = t->hour,
	    .minute = t->minute,
	    .second = t->second,
	    .usec = t->usec,
	    .span = days - ev_calendar_days(t->year, 1, 1) + 1,
	    .week = ev_calendar_iso_week(days, t->year, &iso),
	    .julian = ev_time_date_of(t) + EV_TIME_EPOCH_JULIAN};
	m->parts.iso = bare_year(iso);
	m->parts.iso_day = (m->parts.week - 1) * 7 + (m->weekday + 6) % 7 + 1;
}

enum ev_status
ev_pict_time(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, struct ev_pict format, struct ev_buf *out, bool *null,
    struct ev_err *err)
{
	struct ev_pict_cursor cursor = ev_pict_begin(format, false);
	struct ev_pict_node node;
	struct moment m;

	(void)err;
	*null = ev_time_infinite(value) || !format.text.len;
	if (*null)
		return EV_OK;
	split(env, kind, value, &m);
	while (ev_pict_next(&cursor, &node)) {
		if (node.kind != EV_PICT_KEY)
			ev_buf_slice(out, node.text);
		else if (!ev_pict_put_part(out, &m.parts, &node) &&
		    !put_zone(out, &m.time, &node) &&
		    !put_era(out, m.time.year, &node))
			put_day(out, &m, &node);
	}
	return EV_OK;
}
