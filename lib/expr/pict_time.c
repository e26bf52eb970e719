/*
 * pict_time: to_char of a timestamp.
 */
#include <stdlib.h>
#include <string.h>

#include "expr/pict.h"
#include "expr/pict_format.h"
#include "expr/pict_words.h"
#include "expr/time_parts.h"

struct moment {
	struct ev_time_parts parts;
	int64_t days; /* since 1970 */
	int weekday;  /* 0: Sunday */
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

	year = bare_year(year);
	ev_buf_printf(out, "%d,%03d", year / 1000, year % 1000);
	if (node->th != EV_PICT_NO_TH)
		ev_buf_str(out,
		    ev_pict_ordinal(out->ptr + start, out->len - start,
			node->th == EV_PICT_UPPER_TH));
}

static void
put_zone(struct ev_buf *out, const struct moment *m,
    const struct ev_pict_node *node)
{
	const char *abbrev = m->parts.abbrev;

	if (!abbrev)
		return;
	if (node->key->style == EV_PICT_LOWER)
		ev_pict_put_word(out, abbrev, node, 0);
	else
		ev_buf_str(out, abbrev);
}

static bool
put_clock(struct ev_buf *out, const struct moment *m,
    const struct ev_pict_node *node)
{
	static const int scale[] = {100000, 10000, 1000, 100, 10, 1};
	const struct ev_time_parts *p = &m->parts;
	enum ev_pict_id id = node->key->id;

	switch (id) {
	case EV_PICT_AM:
	case EV_PICT_AM_DOTS:
		ev_pict_put_word(out,
		    id == EV_PICT_AM    ? p->hour >= 12 ? "pm" : "am"
			: p->hour >= 12 ? "p.m."
					: "a.m.",
		    node, 0);
		return true;
	case EV_PICT_HH12:
		ev_pict_put_number(out, p->hour % 12 ? p->hour % 12 : 12, 2,
		    node);
		return true;
	case EV_PICT_HH24:
		ev_pict_put_number(out, p->hour, 2, node);
		return true;
	case EV_PICT_MI:
		ev_pict_put_number(out, p->minute, 2, node);
		return true;
	case EV_PICT_SS:
		ev_pict_put_number(out, p->second, 2, node);
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
	case EV_PICT_TZ:
		put_zone(out, m, node);
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
put_year(struct ev_buf *out, const struct moment *m,
    const struct ev_pict_node *node)
{
	int year = m->parts.year, iso;

	ev_calendar_iso_week(m->days, year, &iso);
	iso = bare_year(iso);
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
		put_years(out, year, node);
		return true;
	case EV_PICT_YYYY:
		ev_pict_put_number(out, bare_year(year), 4, node);
		return true;
	case EV_PICT_YYY:
		ev_pict_put_number(out, bare_year(year) % 1000, 3, node);
		return true;
	case EV_PICT_YY:
		ev_pict_put_number(out, bare_year(year) % 100, 2, node);
		return true;
	case EV_PICT_Y:
		ev_pict_put_number(out, bare_year(year) % 10, 1, node);
		return true;
	case EV_PICT_IYYY:
		ev_pict_put_number(out, iso, 4, node);
		return true;
	case EV_PICT_IYY:
		ev_pict_put_number(out, iso % 1000, 3, node);
		return true;
	case EV_PICT_IY:
		ev_pict_put_number(out, iso % 100, 2, node);
		return true;
	case EV_PICT_I:
		ev_pict_put_number(out, iso % 10, 1, node);
		return true;
	default:
		return false;
	}
}

static void
put_date(struct ev_buf *out, const struct moment *m,
    const struct ev_pict_node *node)
{
	const struct ev_time_parts *p = &m->parts;
	int year_day = (int)(m->days - ev_calendar_days(p->year, 1, 1));
	int year;
	int week = ev_calendar_iso_week(m->days, p->year, &year);
	struct ev_pict_node bare = *node;

	switch (node->key->id) {
	case EV_PICT_MONTH:
		ev_pict_put_word(out, ev_pict_months[p->month - 1], node, 9);
		break;
	case EV_PICT_MON:
		ev_pict_put_word(out, ev_pict_months_short[p->month - 1], node,
		    0);
		break;
	case EV_PICT_MM:
		ev_pict_put_number(out, p->month, 2, node);
		break;
	case EV_PICT_DAY:
		ev_pict_put_word(out, ev_pict_days[m->weekday], node, 9);
		break;
	case EV_PICT_DY:
		ev_pict_put_word(out, ev_pict_days_short[m->weekday], node, 0);
		break;
	case EV_PICT_DDD:
		ev_pict_put_number(out, year_day + 1, 3, node);
		break;
	case EV_PICT_IDDD:
		ev_pict_put_number(out,
		    (week - 1) * 7 + (m->weekday + 6) % 7 + 1, 3, node);
		break;
	case EV_PICT_DD:
		ev_pict_put_number(out, p->day, 2, node);
		break;
	case EV_PICT_D:
		ev_pict_put_number(out, m->weekday + 1, 1, node);
		break;
	case EV_PICT_ID:
		ev_pict_put_number(out, (m->weekday + 6) % 7 + 1, 1, node);
		break;
	case EV_PICT_WW:
		ev_pict_put_number(out, year_day / 7 + 1, 2, node);
		break;
	case EV_PICT_IW:
		ev_pict_put_number(out, week, 2, node);
		break;
	case EV_PICT_W:
		ev_pict_put_number(out, (p->day - 1) / 7 + 1, 1, node);
		break;
	case EV_PICT_Q:
		ev_pict_put_number(out, (p->month - 1) / 3 + 1, 1, node);
		break;
	case EV_PICT_RM:
		bare.translated = false;
		ev_pict_put_word(out, ev_pict_romans[12 - p->month], &bare, 4);
		break;
	case EV_PICT_J:
		ev_pict_put_number(out,
		    ev_time_date_of(p) + EV_TIME_EPOCH_JULIAN, 1, node);
		break;
	default: /* FX has no effect here */
		break;
	}
}

enum ev_status
ev_pict_time(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, struct ev_slice format, struct ev_buf *out, bool *null,
    struct ev_err *err)
{
	struct ev_pict_cursor cursor = ev_pict_begin(format, false);
	struct ev_pict_node node;
	struct moment m;

	(void)err;
	*null = ev_time_infinite(value) || !format.len;
	if (*null)
		return EV_OK;
	ev_time_split_kind(kind, value, env->zone, &m.parts);
	m.days = ev_time_date_of(&m.parts) + EV_TIME_EPOCH_DAYS;
	m.weekday = ev_calendar_weekday(m.days);
	while (ev_pict_next(&cursor, &node)) {
		if (node.kind != EV_PICT_KEY)
			ev_buf_slice(out, node.text);
		else if (!put_clock(out, &m, &node) &&
		    !put_year(out, &m, &node))
			put_date(out, &m, &node);
	}
	return EV_OK;
}
