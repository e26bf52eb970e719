/*
 * func_time: functions of dates and timestamps, over expr/time.h. now() is
 * what the query says it is (expr/query.h).
 */
#include "base/clock.h"
#include "expr/func.h"

static bool
now(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)arg;
	out->integer = ev_time_now(run->time);
	return ev_val_time_out(run, node, EV_OK, EV_SQL_STAMPTZ, out);
}

static bool
clock_timestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)arg;
	out->integer = run->time->fixed
	    ? run->time->now
	    : ev_clock_micro() - EV_TIME_EPOCH * 1000000;
	return ev_val_time_out(run, node, EV_OK, EV_SQL_STAMPTZ, out);
}

/* A time with so many digits behind the second's point, rounded; more than 6
 * are 6. */
static bool
round_time(struct ev_run *run, const struct ev_node *node, int64_t digits,
    struct ev_val *time)
{
	int64_t unit = 1, rest;

	if (digits < 0)
		return ev_run_fail(run, node,
		    "a precision must not be negative");
	for (; digits < 6; digits++)
		unit *= 10;
	rest = time->integer % unit;
	time->integer -= rest;
	if (rest * 2 >= unit)
		time->integer += unit;
	else if (rest * 2 <= -unit)
		time->integer -= unit;
	return true;
}

static bool
now_rounded(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return now(run, node, arg, out) &&
	    round_time(run, node, arg[0].integer, out);
}

static bool
current_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)arg;
	return ev_val_time_out(run, node,
	    ev_time_cast(run->time, EV_TIME_TZ, ev_time_now(run->time),
		EV_TIME_DATE, &out->integer, run->err),
	    EV_SQL_DATE, out);
}

static bool
localtimestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)arg;
	return ev_val_time_out(run, node,
	    ev_time_cast(run->time, EV_TIME_TZ, ev_time_now(run->time),
		EV_TIME_STAMP, &out->integer, run->err),
	    EV_SQL_STAMP, out);
}

static bool
localtimestamp_rounded(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return localtimestamp(run, node, arg, out) &&
	    round_time(run, node, arg[0].integer, out);
}

static bool
at_zone(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	enum ev_time_kind kind = EV_TIME_TZ;
	enum ev_status status = ev_time_at_zone(run->time,
	    ev_val_time_kind(arg[1].type), arg[1].integer, arg[0].text, &kind,
	    &out->integer, run->err);

	return ev_val_time_out(run, node, status, ev_val_time_type(kind), out);
}

static bool
from_epoch(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_val_time_out(run, node,
	    ev_time_from_epoch(arg[0].real, &out->integer, run->err),
	    EV_SQL_STAMPTZ, out);
}

static bool
find_field(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, enum ev_time_field *field)
{
	if (ev_time_field_find(arg[0].text, field))
		return true;
	ev_time_field_wrong(ev_time_kind_name(ev_val_time_kind(arg[1].type)),
	    arg[0].text, "recognized", run->err);
	return ev_run_failed(run, node->arg[0]);
}

static bool
read_number(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, enum ev_time_field *field,
    struct ev_time_number *number)
{
	if (!find_field(run, node, arg, field))
		return false;
	return ev_time_extract(run->time, *field, ev_val_time_kind(arg[1].type),
		   arg[1].integer, number, run->err) == EV_OK ||
	    ev_run_failed(run, node);
}

static bool
extract(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_time_number number;
	enum ev_time_field field;

	return read_number(run, node, arg, &field, &number) &&
	    ev_val_number(run, node, &number, out);
}

static bool
date_part(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_time_number number;
	enum ev_time_field field;

	if (!read_number(run, node, arg, &field, &number))
		return false;
	out->type = EV_SQL_FLOAT8;
	return ev_time_part(field, &number, &out->real) ||
	    (ev_val_number(run, node, &number, out) &&
		ev_val_to(run, node, out, EV_SQL_FLOAT8));
}

static bool
date_trunc(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_zone *zone = NULL;
	enum ev_time_field field;
	enum ev_sql type = arg[1].type;

	if (!ev_time_field_unit(arg[0].text, &field)) {
		ev_time_field_wrong(ev_time_kind_name(ev_val_time_kind(type)),
		    arg[0].text, "recognized", run->err);
		return ev_run_failed(run, node);
	}
	if (node->argc > 2 &&
	    ev_time_zone_find(run->time, arg[2].text, &zone, run->err) != EV_OK)
		return ev_run_failed(run, node);
	return ev_val_time_out(run, node,
	    ev_time_trunc(run->time, field, ev_val_time_kind(type),
		arg[1].integer, zone, &out->integer, run->err),
	    type, out);
}

#define T EV_SQL_TEXT
#define N EV_SQL_NUMERIC
#define F EV_SQL_FLOAT8
#define D EV_SQL_DATE
#define S EV_SQL_STAMP
#define Z EV_SQL_STAMPTZ
#define I EV_SQL_INT4
#define NOW (EV_FUNC_STABLE | EV_FUNC_NOW)

const struct ev_func ev_func_time[] = {
    {"now", Z, {0}, now, "the time when the command, or a mark's events, began",
	"now() > timestamptz '2020-01-01'", "true", NOW},
    {"current_timestamp", Z, {0}, now, "the same as now()",
	"current_timestamp = now()", "true", NOW},
    {"current_timestamp", Z, {I}, now_rounded,
	"the same with so many digits of the second",
	"extract(microseconds FROM current_timestamp(0)) % 1000000", "0", NOW},
    {"transaction_timestamp", Z, {0}, now, "the same as now()",
	"transaction_timestamp() = now()", "true", NOW},
    {"statement_timestamp", Z, {0}, now, "the same as now()",
	"statement_timestamp() = now()", "true", NOW},
    {"clock_timestamp", Z, {0}, clock_timestamp,
	"the time of the call, for each event another one",
	"clock_timestamp() >= now()", "true", EV_FUNC_TICKS},
    {"current_date", D, {0}, current_date,
	"now() as a date, in the session's zone", "current_date = now()::date",
	"true", NOW},
    {"localtimestamp", S, {0}, localtimestamp, "now() as a wall clock",
	"localtimestamp = now()::timestamp", "true", NOW},
    {"localtimestamp", S, {I}, localtimestamp_rounded,
	"the same with so many digits of the second",
	"localtimestamp(6) = localtimestamp", "true", NOW},
    {"timezone", S, {T, Z}, at_zone, "x AT TIME ZONE zone: its wall clock",
	"timestamptz '2019-02-26 12:00:00+00' AT TIME ZONE 'Asia/Tokyo'",
	"\"2019-02-26 21:00:00\"", 0},
    {"timezone", Z, {T, S}, at_zone, "x AT TIME ZONE zone: the moment",
	"timestamp '2019-02-26 12:00:00' AT TIME ZONE 'Asia/Tokyo'",
	"\"2019-02-26 03:00:00+00\"", 0},
    {"to_timestamp", Z, {F}, from_epoch, "seconds since 1970 as a time",
	"to_timestamp(1551136125)", "\"2019-02-25 23:08:45+00\"", 0},
    {"extract", N, {T, D}, extract, "a part of a date",
	"extract(year FROM date '2019-02-26')", "2019", 0},
    {"extract", N, {T, S}, extract, "a part of a time",
	"extract(hour FROM timestamp '2019-02-26 14:30')", "14", 0},
    {"extract", N, {T, Z}, extract, "a part of a time",
	"extract(epoch FROM timestamptz '2019-02-26 00:00:00.5+00')",
	"1551139200.500000", EV_FUNC_STABLE},
    {"date_part", F, {T, D}, date_part, "as extract, as double precision",
	"date_part('month', date '2019-02-26')", "2", 0},
    {"date_part", F, {T, S}, date_part, "as extract, as double precision",
	"date_part('hour', timestamp '2019-02-26 14:30')", "14", 0},
    {"date_part", F, {T, Z}, date_part, "as extract, as double precision",
	"date_part('minute', timestamptz '2019-02-26 14:30+00')", "30",
	EV_FUNC_STABLE},
    {"date_trunc", S, {T, S}, date_trunc, "the beginning of the hour, day …",
	"date_trunc('hour', timestamp '2019-02-26 14:30')",
	"\"2019-02-26 14:00:00\"", 0},
    {"date_trunc", Z, {T, Z}, date_trunc, "the beginning of the hour, day …",
	"date_trunc('month', timestamptz '2019-02-26 14:30+00')",
	"\"2019-02-01 00:00:00+00\"", EV_FUNC_STABLE},
    {"date_trunc", Z, {T, Z, T}, date_trunc, "the same in another zone",
	"date_trunc('day', timestamptz '2019-02-26 14:30+00', 'Asia/Tokyo')",
	"\"2019-02-25 15:00:00+00\"", EV_FUNC_STABLE},
    {.name = NULL},
};
