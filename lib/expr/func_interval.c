/*
 * func_interval: intervals, and operators of dates and times.
 */
#include <math.h>

#include "expr/func.h"
#include "expr/interval_time.h"

static bool
span_out(struct ev_run *run, const struct ev_node *node, enum ev_status status,
    struct ev_val *out)
{
	out->type = EV_SQL_INTERVAL;
	return status == EV_OK || ev_run_failed(run, node);
}

/* ---- operators ---- */

static bool
add_days(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	bool turned = arg[1].type == EV_SQL_DATE;

	return ev_val_time_out(run, node,
	    ev_time_date_add(arg[turned].integer, arg[!turned].integer,
		&out->integer, run->err),
	    EV_SQL_DATE, out);
}

static bool
less_days(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_val_time_out(run, node,
	    ev_time_date_add(arg[0].integer, -arg[1].integer, &out->integer,
		run->err),
	    EV_SQL_DATE, out);
}

static bool
date_diff(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_val_time_out(run, node,
	    ev_time_date_diff(arg[0].integer, arg[1].integer, &out->integer,
		run->err),
	    EV_SQL_INT4, out);
}

/* A date becomes a timestamp first. */
static bool
shift(struct ev_run *run, const struct ev_node *node, const struct ev_val *time,
    bool minus, const struct ev_val *span, struct ev_val *out)
{
	enum ev_time_kind kind = ev_val_time_kind(time->type);
	int64_t value = time->integer;
	enum ev_status status = EV_OK;

	if (kind == EV_TIME_DATE) {
		kind = EV_TIME_STAMP;
		status = ev_time_cast(run->time, EV_TIME_DATE, value, kind,
		    &value, run->err);
	}
	if (status == EV_OK)
		status = ev_interval_shift(run->time, kind, value, minus,
		    span->interval, &out->integer, run->err);
	return ev_val_time_out(run, node, status, ev_val_time_type(kind), out);
}

static bool
add_span(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	bool turned = arg[0].type == EV_SQL_INTERVAL;

	return shift(run, node, &arg[turned], false, &arg[!turned], out);
}

static bool
less_span(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return shift(run, node, &arg[0], true, &arg[1], out);
}

static bool
time_diff(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return span_out(run, node,
	    ev_interval_between(arg[0].integer, arg[1].integer, &out->interval,
		run->err),
	    out);
}

static bool
add(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	return span_out(run, node,
	    ev_interval_add(arg[0].interval, arg[1].interval, &out->interval,
		run->err),
	    out);
}

static bool
less(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	return span_out(run, node,
	    ev_interval_sub(arg[0].interval, arg[1].interval, &out->interval,
		run->err),
	    out);
}

static bool
negate(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	return span_out(run, node,
	    ev_interval_neg(arg[0].interval, &out->interval, run->err), out);
}

static bool
times(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	bool turned = arg[1].type == EV_SQL_INTERVAL;

	return span_out(run, node,
	    ev_interval_mul(arg[turned].interval, arg[!turned].real,
		&out->interval, run->err),
	    out);
}

static bool
over(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	return span_out(run, node,
	    ev_interval_div(arg[0].interval, arg[1].real, &out->interval,
		run->err),
	    out);
}

/* ---- functions ---- */

static bool
age(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	enum ev_time_kind kind = ev_val_time_kind(arg[0].type);
	int64_t from = arg[0].integer, to = node->argc > 1 ? arg[1].integer : 0;
	enum ev_status status = EV_OK;

	/* age(x) is age(current_date, x) */
	if (node->argc == 1) {
		to = from;
		status = ev_time_cast(run->time, EV_TIME_TZ,
		    ev_time_now(run->time), EV_TIME_DATE, &from, run->err);
		if (status == EV_OK)
			status = ev_time_cast(run->time, EV_TIME_DATE, from,
			    kind, &from, run->err);
	}
	if (status == EV_OK)
		status = ev_interval_age(run->time, kind, from, to,
		    &out->interval, run->err);
	return span_out(run, node, status, out);
}

static bool
date_bin(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_val_time_out(run, node,
	    ev_interval_bin(arg[0].interval, arg[1].integer, arg[2].integer,
		&out->integer, run->err),
	    arg[1].type, out);
}

static bool
extract(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_time_number number;

	return ev_interval_extract(arg[0].text, arg[1].interval, &number,
		   run->err) == EV_OK
	    ? ev_val_number(run, node, &number, out)
	    : ev_run_failed(run, node);
}

static bool
date_part(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->type = EV_SQL_FLOAT8;
	return ev_interval_part(arg[0].text, arg[1].interval, &out->real,
		   run->err) == EV_OK ||
	    ev_run_failed(run, node);
}

static bool
date_trunc(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return span_out(run, node,
	    ev_interval_trunc(arg[0].text, arg[1].interval, &out->interval,
		run->err),
	    out);
}

static bool
justify(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out,
    enum ev_status (*how)(struct ev_interval *, struct ev_err *))
{
	struct ev_interval value = arg[0].interval;
	enum ev_status status = how(&value, run->err);

	out->interval = value;
	return span_out(run, node, status, out);
}

static bool
justify_hours(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return justify(run, node, arg, out, ev_interval_justify_hours);
}

static bool
justify_days(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return justify(run, node, arg, out, ev_interval_justify_days);
}

static bool
justify_interval(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return justify(run, node, arg, out, ev_interval_justify);
}

/* All intervals are. */
static bool
isfinite_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	(void)arg;
	out->type = EV_SQL_BOOL;
	out->truth = true;
	return true;
}

static bool
make_interval(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	double seconds = rint(arg[6].real * 1000000.0);
	int64_t months = arg[0].integer * 12 + arg[1].integer;
	int64_t days = arg[2].integer * 7 + arg[3].integer;
	/* neither product leaves 63 bits */
	int64_t usec = (arg[4].integer * 60 + arg[5].integer) * 60000000;
	bool ok = months == (int32_t)months && days == (int32_t)days &&
	    seconds >= -0x1p63 && seconds < 0x1p63 &&
	    !__builtin_add_overflow(usec, (int64_t)seconds, &usec);

	out->interval = (struct ev_interval){usec, (int32_t)days,
	    (int32_t)months};
	return span_out(run, node, ok ? EV_OK : ev_interval_range(run->err),
	    out);
}

static bool
at_zone(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	enum ev_time_kind kind = ev_val_time_kind(arg[1].type);

	return ev_val_time_out(run, node,
	    ev_interval_at_zone(kind, arg[1].integer, arg[0].interval,
		&out->integer, run->err),
	    kind == EV_TIME_TZ ? EV_SQL_STAMP : EV_SQL_STAMPTZ, out);
}

/* One of the two stretches of time of OVERLAPS. */
struct stretch {
	int64_t from, to;
	bool open; /* to is not known */
};

/* Between two times in any order; one of them alone is where it begins. False:
 * neither is known. */
static bool
read_stretch(const struct ev_val *arg, struct stretch *s)
{
	bool known[] = {arg[0].type != EV_SQL_NULL, arg[1].type != EV_SQL_NULL};
	int64_t first = arg[!known[0]].integer, second = arg[1].integer;

	s->open = !known[0] || !known[1];
	s->from = s->open || first < second ? first : second;
	s->to = s->from == first ? second : first;
	return known[0] || known[1];
}

static bool
overlaps(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct stretch a, b, swap;

	(void)run;
	(void)node;
	out->type = EV_SQL_NULL;
	if (!read_stretch(arg, &a) || !read_stretch(arg + 2, &b))
		return true;
	if (a.from < b.from) {
		swap = a;
		a = b;
		b = swap;
	}
	/* a is the later one: does it begin before the end of b? */
	out->truth = a.from == b.from || (!b.open && a.from < b.to);
	if (a.from == b.from ? !a.open && !b.open
			     : !b.open && (out->truth || !a.open))
		out->type = EV_SQL_BOOL;
	return true;
}

#define T EV_SQL_TEXT
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define N EV_SQL_NUMERIC
#define F EV_SQL_FLOAT8
#define D EV_SQL_DATE
#define S EV_SQL_STAMP
#define Z EV_SQL_STAMPTZ
#define V EV_SQL_INTERVAL

const struct ev_func ev_func_interval[] = {
    {"+", D, {D, I}, add_days, "so many days later", "DATE '2019-02-26' + 3",
	"\"2019-03-01\"", 0},
    {"+", D, {I, D}, add_days, "so many days later", "3 + DATE '2019-02-26'",
	"\"2019-03-01\"", 0},
    {"-", D, {D, I}, less_days, "so many days earlier", "DATE '2019-03-01' - 3",
	"\"2019-02-26\"", 0},
    {"-", I, {D, D}, date_diff, "days between",
	"DATE '2019-03-01' - DATE '2019-02-26'", "3", 0},
    {"+", S, {D, V}, add_span, "the wall clock so much later",
	"DATE '2019-02-26' + INTERVAL '1 hour'", "\"2019-02-26 01:00:00\"", 0},
    {"+", S, {V, D}, add_span, "the wall clock so much later",
	"INTERVAL '1 hour' + DATE '2019-02-26'", "\"2019-02-26 01:00:00\"", 0},
    {"-", S, {D, V}, less_span, "the wall clock so much earlier",
	"DATE '2019-03-31' - INTERVAL '1 month'", "\"2019-02-28 00:00:00\"", 0},
    {"+", S, {S, V}, add_span, "the wall clock so much later",
	"TIMESTAMP '2019-01-31 12:00' + INTERVAL '1 month'",
	"\"2019-02-28 12:00:00\"", 0},
    {"+", S, {V, S}, add_span, "the wall clock so much later",
	"INTERVAL '1 month' + TIMESTAMP '2019-01-31 12:00'",
	"\"2019-02-28 12:00:00\"", 0},
    {"-", S, {S, V}, less_span, "the wall clock so much earlier",
	"TIMESTAMP '2019-02-26 12:00' - INTERVAL '90 minutes'",
	"\"2019-02-26 10:30:00\"", 0},
    {"-", V, {S, S}, time_diff, "days and clock between",
	"TIMESTAMP '2019-03-01' - TIMESTAMP '2019-02-26 12:00'",
	"\"2 days 12:00:00\"", 0},
    {"+", Z, {Z, V}, add_span, "the moment so much later",
	"TIMESTAMPTZ '2019-02-26 12:00+00' + INTERVAL '1 day'",
	"\"2019-02-27 12:00:00+00\"", EV_FUNC_STABLE},
    {"+", Z, {V, Z}, add_span, "the moment so much later",
	"INTERVAL '1 day' + TIMESTAMPTZ '2019-02-26 12:00+00'",
	"\"2019-02-27 12:00:00+00\"", EV_FUNC_STABLE},
    {"-", Z, {Z, V}, less_span, "the moment so much earlier",
	"TIMESTAMPTZ '2019-02-26 12:00+00' - INTERVAL '1 day'",
	"\"2019-02-25 12:00:00+00\"", EV_FUNC_STABLE},
    {"-", V, {Z, Z}, time_diff, "days of 24 hours and clock between",
	"TIMESTAMPTZ '2019-03-01 00:00+00' - TIMESTAMPTZ '2019-02-26 12:00+00'",
	"\"2 days 12:00:00\"", 0},
    {"+", V, {V, V}, add, "the parts added",
	"INTERVAL '1 month' + INTERVAL '40 days'", "\"1 mon 40 days\"", 0},
    {"-", V, {V, V}, less, "the parts subtracted",
	"INTERVAL '1 day' - INTERVAL '1 hour'", "\"1 day -01:00:00\"", 0},
    {"-", V, {V}, negate, "the parts with the other sign",
	"- INTERVAL '1 month 2 days'", "\"-1 mons -2 days\"", 0},
    {"*", V, {V, F}, times, "so many times; parts of a month and a day go on",
	"INTERVAL '1 month 1 day' * 1.5", "\"1 mon 16 days 12:00:00\"", 0},
    {"*", V, {F, V}, times, "so many times", "3 * INTERVAL '20 minutes'",
	"\"01:00:00\"", 0},
    {"/", V, {V, F}, over, "so many parts of it", "INTERVAL '1 day' / 3",
	"\"08:00:00\"", 0},
    {"age", V, {S, S}, age, "years, months, days and clock between",
	"age(TIMESTAMP '2001-04-10', TIMESTAMP '1957-06-13')",
	"\"43 years 9 mons 27 days\"", 0},
    {"age", V, {Z, Z}, age, "the same by the clocks of the session's zone",
	"age(TIMESTAMPTZ '2019-03-01 12:00+00', TIMESTAMPTZ '2019-01-31 "
	"00:00+00')",
	"\"1 mon 1 day 12:00:00\"", 0},
    {"age", V, {S}, age, "the same, from the beginning of today on",
	"age(current_date::timestamp - INTERVAL '1 month') > INTERVAL '27 "
	"days'",
	"true", EV_FUNC_STABLE | EV_FUNC_NOW},
    {"age", V, {Z}, age, "the same, from the beginning of today on",
	"age(current_date::timestamptz)", "\"00:00:00\"",
	EV_FUNC_STABLE | EV_FUNC_NOW},
    {"date_bin", S, {V, S, S}, date_bin,
	"the beginning of the stride, counted from the last",
	"date_bin('15 minutes', TIMESTAMP '2019-02-26 14:40', TIMESTAMP "
	"'2001-01-01')",
	"\"2019-02-26 14:30:00\"", 0},
    {"date_bin", Z, {V, Z, Z}, date_bin,
	"the beginning of the stride, counted from the last",
	"date_bin('1 day', TIMESTAMPTZ '2019-02-26 14:40+00', TIMESTAMPTZ "
	"'2001-01-01 06:00+00')",
	"\"2019-02-26 06:00:00+00\"", 0},
    {"extract", N, {T, V}, extract, "a part of an interval",
	"extract(epoch FROM INTERVAL '1 day 00:00:01.5')", "86401.500000", 0},
    {"date_part", F, {T, V}, date_part, "as extract, as double precision",
	"date_part('month', INTERVAL '2 years 3 months')", "3", 0},
    {"date_trunc", V, {T, V}, date_trunc, "without what is smaller",
	"date_trunc('hour', INTERVAL '2 days 3:04:05')", "\"2 days 03:00:00\"",
	0},
    {"justify_hours", V, {V}, justify_hours, "24 hours as a day",
	"justify_hours(INTERVAL '50 hours')", "\"2 days 02:00:00\"", 0},
    {"justify_days", V, {V}, justify_days, "30 days as a month",
	"justify_days(INTERVAL '65 days')", "\"2 mons 5 days\"", 0},
    {"justify_interval", V, {V}, justify_interval, "both, and all of one sign",
	"justify_interval(INTERVAL '1 month -1 hour')", "\"29 days 23:00:00\"",
	0},
    {"isfinite", B, {V}, isfinite_of, "true: intervals are",
	"isfinite(INTERVAL '4 hours')", "true", 0},
    {"make_interval", V, {I, I, I, I, I, I, F}, make_interval,
	"of years, months, weeks, days, hours, mins, secs",
	"make_interval(days => 10, secs => 1.5)", "\"10 days 00:00:01.5\"", 0},
    {"timezone", S, {V, Z}, at_zone, "x AT TIME ZONE an offset: its wall clock",
	"timestamptz '2019-02-26 12:00:00+00' AT TIME ZONE INTERVAL '-5 hours'",
	"\"2019-02-26 07:00:00\"", 0},
    {"timezone", Z, {V, S}, at_zone, "x AT TIME ZONE an offset: the moment",
	"timestamp '2019-02-26 12:00:00' AT TIME ZONE INTERVAL '5:30'",
	"\"2019-02-26 06:30:00+00\"", 0},
    {"overlaps", B, {S, S, S, S}, overlaps,
	"have two stretches of time a moment in common?",
	"(TIMESTAMP '2019-02-01', TIMESTAMP '2019-03-01') OVERLAPS "
	"(TIMESTAMP '2019-02-28', TIMESTAMP '2019-04-01')",
	"true", EV_FUNC_NULLS},
    {"overlaps", B, {S, V, S, V}, overlaps,
	"the same of beginnings and lengths",
	"(TIMESTAMP '2019-02-01', INTERVAL '1 day') OVERLAPS "
	"(TIMESTAMP '2019-02-02', INTERVAL '1 day')",
	"false", EV_FUNC_NULLS | EV_FUNC_ENDS},
    {"overlaps", B, {S, S, S, V}, overlaps, "the same, one by its length",
	"(TIMESTAMP '2019-02-01', TIMESTAMP '2019-02-02') OVERLAPS "
	"(TIMESTAMP '2019-02-01 12:00', INTERVAL '1 day')",
	"true", EV_FUNC_NULLS | EV_FUNC_ENDS},
    {"overlaps", B, {S, V, S, S}, overlaps, "the same, one by its length",
	"(TIMESTAMP '2019-02-01', INTERVAL '1 day') OVERLAPS "
	"(TIMESTAMP '2019-02-03 12:00', NULL::timestamp)",
	"null", EV_FUNC_NULLS | EV_FUNC_ENDS},
    {"overlaps", B, {Z, Z, Z, Z}, overlaps,
	"have two stretches of time a moment in common?",
	"(DATE '2019-02-01', DATE '2019-03-01') OVERLAPS (DATE '2019-02-28', "
	"DATE '2019-04-01')",
	"true", EV_FUNC_NULLS},
    {"overlaps", B, {Z, V, Z, V}, overlaps,
	"the same of beginnings and lengths",
	"(DATE '2019-02-01', INTERVAL '1 day') OVERLAPS "
	"(DATE '2019-02-02', INTERVAL '-1 day')",
	"true", EV_FUNC_NULLS | EV_FUNC_ENDS | EV_FUNC_STABLE},
    {"overlaps", B, {Z, Z, Z, V}, overlaps, "the same, one by its length",
	"(TIMESTAMPTZ '2019-02-01 00:00+00', NULL::timestamptz) OVERLAPS "
	"(TIMESTAMPTZ '2019-01-31 00:00+00', INTERVAL '2 days')",
	"true", EV_FUNC_NULLS | EV_FUNC_ENDS | EV_FUNC_STABLE},
    {"overlaps", B, {Z, V, Z, Z}, overlaps, "the same, one by its length",
	"(TIMESTAMPTZ '2019-02-01 00:00+00', INTERVAL '1 day') OVERLAPS "
	"(TIMESTAMPTZ '2019-03-01 00:00+00', now())",
	"false", EV_FUNC_NULLS | EV_FUNC_ENDS | EV_FUNC_STABLE},
    {.name = NULL},
};
