/*
 * func_make: dates and timestamps put together of their parts.
 */
#include <math.h>
#include <string.h>

#include "expr/func.h"
#include "expr/result.h"
#include "expr/time_parts.h"

/* Year (negative: BC; there is no year 0), month and day. */
static bool
read_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, int64_t *date)
{
	int64_t year = arg[0].integer, month = arg[1].integer;
	int64_t day = arg[2].integer;
	struct ev_time_parts parts = {.year = (int)(year < 0 ? year + 1 : year),
	    .month = (int)month,
	    .day = (int)day};
	struct ev_time_parts back;

	if (year == 0 || month < 1 || month > 12 || day < 1 || day > 31)
		return ev_run_fail(run, node,
		    "date field value out of range: %lld-%02lld-%02lld",
		    (long long)year, (long long)month, (long long)day);
	if (!ev_time_join_date(&parts, date))
		return ev_run_fail(run, node,
		    "date out of range: %lld-%02lld-%02lld", (long long)year,
		    (long long)month, (long long)day);
	/* 31 April would be the first of May */
	ev_time_split_date(*date, &back);
	return back.day == day ||
	    ev_run_fail(run, node,
		"date field value out of range: %lld-%02lld-%02lld",
		(long long)year, (long long)month, (long long)day);
}

static bool
make_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->type = EV_SQL_DATE;
	return read_date(run, node, arg, &out->integer);
}

/* Hour, minute and seconds as microseconds; 24:00:00 is a day's end. */
static bool
read_clock(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, int64_t *usec)
{
	int64_t hour = arg[0].integer, minute = arg[1].integer;
	double seconds = rint(arg[2].real * EV_TIME_SECOND_USEC);
	bool ok = hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59 &&
	    seconds >= 0 && seconds <= 60.0 * EV_TIME_SECOND_USEC;

	if (ok)
		*usec = (hour * 60 + minute) * 60 * EV_TIME_SECOND_USEC +
		    (int64_t)seconds;
	return (ok && *usec <= EV_TIME_DAY) ||
	    ev_run_fail(run, node,
		"time field value out of range: %lld:%02lld:%02g",
		(long long)hour, (long long)minute, arg[2].real);
}

static bool
make_timestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t date, usec = 0, stamp;

	if (!read_date(run, node, arg, &date) ||
	    !read_clock(run, node, arg + 3, &usec))
		return false;
	if (__builtin_mul_overflow(date, EV_TIME_DAY, &stamp) ||
	    __builtin_add_overflow(stamp, usec, &stamp) ||
	    !ev_time_stamp_valid(stamp))
		return ev_run_fail(run, node, "timestamp out of range");
	out->type = EV_SQL_STAMP;
	out->integer = stamp;
	return true;
}

/* +2, -05:30: the offset is read as the end of a timestamp. */
static enum ev_status
at_offset(struct ev_run *run, int64_t stamp, struct ev_slice offset,
    int64_t *out)
{
	struct ev_buf *buf = ev_run_begin(run);

	for (size_t i = 1; i < offset.len; i++)
		if (!strchr("0123456789:", offset.ptr[i]))
			return ev_err_set(run->err, EV_BAD, EV_EXIT_DATA,
			    "time zone \"%.*s\" not recognized",
			    (int)(offset.len < 60 ? offset.len : 60),
			    offset.ptr);
	ev_buf_reserve(buf, EV_TIME_TEXT_MAX);
	buf->len = ev_time_out(run->time, EV_TIME_STAMP, stamp, buf->ptr);
	ev_buf_slice(buf, offset);
	return ev_time_in(run->time, EV_TIME_TZ, ev_buf_as_slice(buf), out,
	    run->err);
}

static bool
make_timestamptz(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice zone = node->argc > 6 ? arg[6].text : EV_SLICE("");
	enum ev_time_kind kind = EV_TIME_TZ;
	enum ev_status status;

	if (!make_timestamp(run, node, arg, out))
		return false;
	if (node->argc < 7)
		status = ev_time_cast(run->time, EV_TIME_STAMP, out->integer,
		    EV_TIME_TZ, &out->integer, run->err);
	else if (zone.len && *zone.ptr >= '0' && *zone.ptr <= '9')
		return ev_run_fail(run, node,
		    "a numeric time zone must have + or - first");
	else if (zone.len && (*zone.ptr == '+' || *zone.ptr == '-'))
		status = at_offset(run, out->integer, zone, &out->integer);
	else
		status = ev_time_at_zone(run->time, EV_TIME_STAMP, out->integer,
		    zone, &kind, &out->integer, run->err);
	return ev_val_time_out(run, node, status, EV_SQL_STAMPTZ, out);
}

static bool
isfinite_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return ev_result_truth(out, !ev_time_infinite(arg[0].integer));
}

#define T EV_SQL_TEXT
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define F EV_SQL_FLOAT8
#define D EV_SQL_DATE
#define S EV_SQL_STAMP
#define Z EV_SQL_STAMPTZ

const struct ev_func ev_func_make[] = {
    {"make_date", D, {I, I, I}, make_date, "year, month and day as a date",
	"make_date(2019, 2, 26)", "\"2019-02-26\"", 0},
    {"make_timestamp", S, {I, I, I, I, I, F}, make_timestamp,
	"year to seconds as a wall clock",
	"make_timestamp(2019, 2, 26, 12, 30, 45.5)",
	"\"2019-02-26 12:30:45.5\"", 0},
    {"make_timestamptz", Z, {I, I, I, I, I, F}, make_timestamptz,
	"year to seconds in the session's zone as a moment",
	"make_timestamptz(2019, 2, 26, 12, 30, 45)",
	"\"2019-02-26 12:30:45+00\"", EV_FUNC_STABLE},
    {"make_timestamptz", Z, {I, I, I, I, I, F, T}, make_timestamptz,
	"the same in another zone",
	"make_timestamptz(2019, 2, 26, 12, 30, 45, 'Europe/Paris')",
	"\"2019-02-26 11:30:45+00\"", EV_FUNC_STABLE},
    {"isfinite", B, {D}, isfinite_of, "is it no infinity?",
	"isfinite(date 'infinity')", "false", 0},
    {"isfinite", B, {S}, isfinite_of, "is it no infinity?",
	"isfinite(timestamp '2019-02-26')", "true", 0},
    {"isfinite", B, {Z}, isfinite_of, "is it no infinity?",
	"isfinite(timestamptz '-infinity')", "false", 0},
    {.name = NULL},
};
