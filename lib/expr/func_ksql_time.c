/*
 * func_ksql_time: ksqlDB's functions with Java's pictures, over
 * expr/pict_java.h.
 */
#include "expr/func.h"
#include "expr/pict_java.h"
#include "expr/time_parts.h"

/* The last argument's zone, if it is there, else the one that stands for none:
 * the session's, or UTC. */
static bool
read_zone(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, bool session, struct ev_java_zone *zone)
{
	if (node->argc > 2)
		return ev_java_zone_find(run->time, arg[2].text, zone,
			   run->err) == EV_OK ||
		    ev_run_failed(run, node);
	if (session)
		ev_java_zone_session(run->time, zone);
	else
		ev_java_zone_utc(run->time, zone);
	return true;
}

/* node->picture becomes that of arg[1]. */
static bool
read_picture(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg)
{
	return ev_java_picture_set(node->picture, arg[1].text, run->err) ==
	    EV_OK ||
	    ev_run_failed(run, node->arg[1]);
}

static bool
write_time(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, bool session, int64_t stamp, struct ev_val *out)
{
	struct ev_java_zone zone;

	if (!read_zone(run, node, arg, session, &zone) ||
	    !read_picture(run, node, arg))
		return false;
	if (ev_java_write_time(stamp, &zone, node->picture, ev_run_begin(run),
		run->err) != EV_OK)
		return ev_run_failed(run, node);
	ev_run_text(run, out);
	return true;
}

static bool
timestamptostring(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t stamp;

	if (!ev_time_from_milliseconds(arg[0].integer, &stamp))
		return ev_run_fail(run, node, "timestamp out of range");
	return write_time(run, node, arg, true, stamp, out);
}

static bool
format_timestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	if (ev_time_infinite(arg[0].integer))
		return ev_run_fail(run, node, "infinity has no parts");
	return write_time(run, node, arg, false, arg[0].integer, out);
}

static bool
read_time(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, bool session, int64_t *seconds, int *nanos)
{
	struct ev_java_zone zone;

	return read_zone(run, node, arg, session, &zone) &&
	    read_picture(run, node, arg) &&
	    (ev_java_read_time(run->time, arg[0].text, node->picture, &zone,
		 seconds, nanos, run->err) == EV_OK ||
		ev_run_failed(run, node));
}

static bool
stringtotimestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t seconds;
	int nanos;

	if (!read_time(run, node, arg, true, &seconds, &nanos))
		return false;
	out->type = EV_SQL_INT8;
	if (__builtin_mul_overflow(seconds, 1000, &out->integer) ||
	    __builtin_add_overflow(out->integer, nanos / 1000000,
		&out->integer))
		return ev_run_fail(run, node, "timestamp out of range");
	return true;
}

static bool
parse_timestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t seconds;
	int nanos;

	if (!read_time(run, node, arg, false, &seconds, &nanos))
		return false;
	out->type = EV_SQL_STAMPTZ;
	if (__builtin_mul_overflow(seconds - EV_TIME_EPOCH, EV_TIME_SECOND_USEC,
		&out->integer) ||
	    __builtin_add_overflow(out->integer, nanos / 1000, &out->integer) ||
	    !ev_time_stamp_valid(out->integer))
		return ev_run_fail(run, node, "timestamp out of range");
	return true;
}

/* ---- dates ---- */

static bool
write_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, int64_t days, struct ev_val *out)
{
	if (!read_picture(run, node, arg))
		return false;
	if (ev_java_write_date(days, node->picture, ev_run_begin(run),
		run->err) != EV_OK)
		return ev_run_failed(run, node);
	ev_run_text(run, out);
	return true;
}

static bool
format_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	if (ev_time_infinite(arg[0].integer))
		return ev_run_fail(run, node, "infinity has no parts");
	return write_date(run, node, arg, arg[0].integer + EV_TIME_EPOCH_DAYS,
	    out);
}

static bool
datetostring(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return write_date(run, node, arg, arg[0].integer, out);
}

static bool
read_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, int64_t *days)
{
	return read_picture(run, node, arg) &&
	    (ev_java_read_date(run->time, arg[0].text, node->picture, days,
		 run->err) == EV_OK ||
		ev_run_failed(run, node));
}

static bool
parse_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t days;

	if (!read_date(run, node, arg, &days))
		return false;
	out->type = EV_SQL_DATE;
	out->integer = days - EV_TIME_EPOCH_DAYS;
	return ev_time_date_valid(out->integer) ||
	    ev_run_fail(run, node, "date out of range");
}

static bool
stringtodate(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t days;

	if (!read_date(run, node, arg, &days))
		return false;
	out->type = EV_SQL_INT4;
	out->integer = days;
	return days == (int32_t)days ||
	    ev_run_fail(run, node, "date out of range");
}

#define T EV_SQL_TEXT
#define I EV_SQL_INT4
#define I8 EV_SQL_INT8
#define D EV_SQL_DATE
#define Z EV_SQL_STAMPTZ
#define P EV_FUNC_PICTURE

const struct ev_func ev_func_ksql_time[] = {
    {"timestamptostring", T, {I8, T}, timestamptostring,
	"milliseconds since 1970 written after a picture of Java's",
	"timestamptostring(1551139200500, 'yyyy-MM-dd HH:mm:ss.SSS')",
	"\"2019-02-26 00:00:00.500\"", P | EV_FUNC_STABLE},
    {"timestamptostring", T, {I8, T, T}, timestamptostring,
	"the same in a time zone",
	"timestamptostring(1551139200500, 'd MMM yyyy, h:mm a XXX', "
	"'America/New_York')",
	"\"25 Feb 2019, 7:00 PM -05:00\"", P},
    {"stringtotimestamp", I8, {T, T}, stringtotimestamp,
	"a text read after a picture of Java's as milliseconds since 1970",
	"stringtotimestamp('2019-02-26T14:30', "
	"'yyyy-MM-dd''T''HH:mm[:ss]')",
	"1551191400000", P | EV_FUNC_STABLE},
    {"stringtotimestamp", I8, {T, T, T}, stringtotimestamp,
	"the same in a time zone, unless the text has its own",
	"stringtotimestamp('26.02.2019 14:30', 'dd.MM.yyyy HH:mm', "
	"'Europe/Paris')",
	"1551187800000", P},
    {"format_timestamp", T, {Z, T}, format_timestamp,
	"a time written after a picture of Java's, in UTC",
	"format_timestamp(timestamptz '2019-02-26 14:30+01', "
	"'EEEE, d MMMM yyyy')",
	"\"Tuesday, 26 February 2019\"", P},
    {"format_timestamp", T, {Z, T, T}, format_timestamp,
	"the same in a time zone",
	"format_timestamp(timestamptz '2019-02-26 14:30+00', "
	"'yyyy-MM-dd HH:mm z', 'Asia/Tokyo')",
	"\"2019-02-26 23:30 JST\"", P},
    {"parse_timestamp", Z, {T, T}, parse_timestamp,
	"a text read after a picture of Java's as a time, in UTC",
	"parse_timestamp('2019-02-26 2:30 pm', 'yyyy-MM-dd h:mm a')",
	"\"2019-02-26 14:30:00+00\"", P},
    {"parse_timestamp", Z, {T, T, T}, parse_timestamp,
	"the same in a time zone, unless the text has its own",
	"parse_timestamp('20190226143000', 'yyyyMMddHHmmss', 'Asia/Tokyo')",
	"\"2019-02-26 05:30:00+00\"", P},
    {"format_date", T, {D, T}, format_date,
	"a date written after a picture of Java's",
	"format_date(date '2019-02-26', 'dd/MM/yy')", "\"26/02/19\"", P},
    {"parse_date", D, {T, T}, parse_date,
	"a text read after a picture of Java's as a date",
	"parse_date('26 Feb 2019', 'd MMM yyyy')", "\"2019-02-26\"", P},
    {"datetostring", T, {I, T}, datetostring,
	"days since 1970 written after a picture of Java's",
	"datetostring(17953, 'yyyy-MM-dd')", "\"2019-02-26\"", P},
    {"stringtodate", I, {T, T}, stringtodate,
	"a text read after a picture of Java's as days since 1970",
	"stringtodate('2019-057', 'yyyy-DDD')", "17953", P},
    {.name = NULL},
};
