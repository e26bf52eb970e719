/*
 * interval: random questions about intervals and what lib/expr answers, to be
 * asked of PostgreSQL too (agree.sql), as those of time.c are.
 *
 *     interval SEED COUNT [ZONE]
 *
 * The texts are made of the parts that intervals have, well and badly put
 * together; the values lie near the limits of the type and near what runs
 * over into the next larger part.
 */
#include <inttypes.h>

#include "expr/float8.h"
#include "expr/interval_time.h"
#include "expr/num.h"
#include "expr/pict.h"
#include "expr/time_parts.h"
#include "ask.h"

/* ---- values ---- */

static int32_t
any_int(void)
{
	static const int32_t edges[] = {0, 0, 0, 1, -1, 11, 12, 13, -12, 29, 30,
	    31, -30, 359, 360, 365, 1200, INT32_MAX, INT32_MIN, INT32_MIN + 1};

	switch (below(4)) {
	case 0:
		return (int32_t)next() >> below(32);
	case 1:
		return below(200) - 100;
	default:
		return ANY(edges);
	}
}

static int64_t
any_usec(void)
{
	static const int64_t edges[] = {0, 0, 0, 1, -1, 999999, 1000000,
	    -1000000, 59999999, 60000000, 3599999999, 3600000000, 43200000000,
	    86399999999, 86400000000, -86400000000, 86400000001, 2592000000000,
	    INT64_MAX, INT64_MIN, INT64_MIN + 1};

	switch (below(3)) {
	case 0:
		return (int64_t)next() >> below(64);
	case 1:
		return (below(200) - 100) * INT64_C(1800000000);
	default:
		return ANY(edges);
	}
}

static struct ev_interval
any_value(void)
{
	return (struct ev_interval){.months = below(2) ? any_int() : 0,
	    .days = below(2) ? any_int() : 0,
	    .usec = below(3) ? any_usec() : 0};
}

/* In a form that no reader of ours made. */
static void
ask_value(struct ev_interval v)
{
	ask("interval '%d mons %d days %" PRId64 " us'", (int)v.months,
	    (int)v.days, v.usec);
}

static void
answer_value(enum ev_status status, struct ev_interval v)
{
	char text[EV_INTERVAL_TEXT_MAX];
	size_t len = status == EV_OK ? ev_interval_out(v, text) : 0;

	answer(status, (struct ev_slice){text, len});
}

/* ---- texts ---- */

static const char *const units[] = {"year", "years", "y", "yr", "mon", "months",
    "month", "mons", "w", "week", "weeks", "day", "days", "d", "hour", "hours",
    "h", "hr", "hrs", "minute", "min", "mins", "m", "second", "sec", "s",
    "secs", "ms", "msec", "milliseconds", "us", "usec", "microseconds",
    "decade", "decs", "century", "c", "cent", "millennium", "mil", "qtr",
    "timezone", "mm", "dow", "epoch", "Days", "YEARS", "microsecondses"};

static void
put_number(struct ev_buf *out)
{
	static const char *const edges[] = {"2147483647", "2147483648",
	    "178956970", "9223372036854775807", "9223372036854775808",
	    "9223372036854", "2562047788", "106751991", "1000000000000000",
	    "00012", "1e3", "0.5", "1.5", ".25", "1.", "0.0000005", "0.0000015",
	    "0.333333333333333333", "1.9999999", "3.14159265358979"};
	static const char *const signs[] = {"", "", "", "-", "+", "- "};

	ev_buf_str(out, ANY(signs));
	if (below(4) == 0)
		ev_buf_str(out, ANY(edges));
	else if (below(4) == 0)
		ev_buf_printf(out, "%d.%d", below(100), below(1000000));
	else
		ev_buf_printf(out, "%d", below(below(2) ? 10 : 1000));
}

static void
put_clock(struct ev_buf *out)
{
	static const char *const signs[] = {"", "", "", "-", "+"};

	ev_buf_str(out, ANY(signs));
	if (below(12) == 0)
		ev_buf_str(out, "2562047788");
	else
		ev_buf_printf(out, "%d", below(30));
	ev_buf_printf(out, ":%d", below(61));
	if (below(3))
		ev_buf_printf(out, ":%d", below(62));
	if (below(3) == 0)
		ev_buf_printf(out, ".%d", below(10000000));
}

/* 1 day 2:03:04 and such. */
static void
put_plain(struct ev_buf *out)
{
	if (below(10) == 0)
		ev_buf_str(out, "@ ");
	for (int n = 1 + below(4); n > 0; n--) {
		switch (below(8)) {
		case 0:
			put_clock(out);
			break;
		case 1:
			put_number(out);
			ev_buf_printf(out, "-%d", below(13));
			break;
		case 2:
			put_number(out);
			break;
		default:
			put_number(out);
			ev_buf_str(out, below(4) ? " " : "");
			ev_buf_str(out, ANY(units));
		}
		if (below(8))
			ev_buf_char(out, ' ');
	}
	if (below(6) == 0)
		ev_buf_str(out, "ago");
}

/* P1Y2M3DT4H5M6S; the alternative forms with a divider. */
static void
put_iso(struct ev_buf *out)
{
	static const char units_of[] = "YMWDTHMSYMDHMS";
	static const char *const forms[] = {"P%04d-%02d-%02dT%02d:%02d:%02d",
	    "P%04d%02d%02dT%02d%02d%02d", "P%d-%dT%d:%d", "PT%02d%02d%02d.5",
	    "P%04d%02d%02d.5", "P%d-%d-%d", "PT%d:%d:%d", "P%d", "PT%d",
	    "P%04d%02d%02d", "P%dY%d-%d"};

	if (below(3) == 0) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		ev_buf_printf(out, ANY(forms), below(3000), below(14),
		    below(32), below(25), below(61), below(62));
#pragma GCC diagnostic pop
		return;
	}
	ev_buf_char(out, 'P');
	for (int n = below(6); n > 0; n--) {
		put_number(out);
		ev_buf_char(out, units_of[below((int)sizeof(units_of) - 1)]);
		if (below(3) == 0)
			ev_buf_char(out, 'T');
	}
}

/* The words of a type's fields, and their bits. */
static const struct {
	const char *words;
	unsigned fields;
} limits[] = {{"", 0}, {"year", 1}, {"month", 2}, {"day", 4}, {"hour", 8},
    {"minute", 16}, {"second", 32}, {"year to month", 3}, {"day to hour", 12},
    {"day to minute", 28}, {"day to second", 60}, {"hour to minute", 24},
    {"hour to second", 56}, {"minute to second", 48}};

/* Rounding would overflow: PostgreSQL's integers wrap then, which is listed as
 * a difference. */
static bool
is_last(struct ev_interval v)
{
	return v.usec > INT64_MAX - EV_TIME_SECOND_USEC ||
	    v.usec < INT64_MIN + EV_TIME_SECOND_USEC;
}

static void
question_input(void)
{
	struct ev_buf text = {0};
	size_t i = (size_t)below(below(3) ? 1 : (int)COUNT_OF(limits));
	int digits = EV_INTERVAL_DIGITS;
	struct ev_interval v;
	enum ev_status status;

	if (below(4))
		put_plain(&text);
	else
		put_iso(&text);
	if (below(8) == 0)
		damage(&text, "0123456789-+.: PYMDTHSagox'/@");
	ask("interval ");
	ask_text(ev_buf_as_slice(&text));
	ask(" %s", limits[i].words);
	status = ev_interval_in(ev_buf_as_slice(&text), limits[i].fields, &v,
	    &err);
	if (limits[i].fields & EV_INTERVAL_SECOND && below(2)) {
		int rounded = below(7);

		if (status != EV_OK || !is_last(v)) {
			digits = rounded;
			ask("(%d)", digits);
		}
	}
	if (status == EV_OK)
		status = ev_interval_limit(limits[i].fields, digits, &v, &err);
	answer_value(status, v);
	ev_buf_release(&text);
}

/* ---- operators and functions of the library ---- */

static void
question_sum(void)
{
	struct ev_interval a = any_value(), b = any_value(), c = {0};
	bool minus = below(2);
	enum ev_status status;

	ask_value(a);
	ask(minus ? " - " : " + ");
	ask_value(b);
	status = minus ? ev_interval_sub(a, b, &c, &err)
		       : ev_interval_add(a, b, &c, &err);
	answer_value(status, c);
}

static void
question_negate(void)
{
	struct ev_interval a = any_value(), c = {0};
	enum ev_status status = ev_interval_neg(a, &c, &err);

	ask("- ");
	ask_value(a);
	answer_value(status, c);
}

static void
question_product(void)
{
	static const double factors[] = {0, -0.0, 1, -1, 2, 0.5, 1.5, 0.1, 1e-9,
	    1e9, 1.0 / 3, 30, 12, 1.0000000001, 0.9999999999, 1e300, 1e-300};
	struct ev_interval a = any_value(), c = {0};
	double factor = below(2) ? ANY(factors)
				 : (double)(below(20001) - 10000) / 64;
	bool over = below(2);
	enum ev_status status;

	ask_value(a);
	ask(" %c float8 '%.17g'", over ? '/' : '*', factor);
	status = over ? ev_interval_div(a, factor, &c, &err)
		      : ev_interval_mul(a, factor, &c, &err);
	answer_value(status, c);
}

static void
question_compare(void)
{
	struct ev_interval a = any_value(), b = any_value();

	if (below(2)) {
		b = a;
		if (ev_interval_justify(&b, NULL) != EV_OK)
			b = a;
		if (below(2) && b.usec < INT64_MAX)
			b.usec++;
	}
	ask_value(a);
	ask(" < ");
	ask_value(b);
	answer(EV_OK,
	    ev_slice_of(ev_interval_compare(a, b) < 0 ? "true" : "false"));
}

static void
question_justify(void)
{
	static const struct {
		const char *name;
		enum ev_status (*call)(struct ev_interval *, struct ev_err *);
	} ways[] = {{"justify_hours", ev_interval_justify_hours},
	    {"justify_days", ev_interval_justify_days},
	    {"justify_interval", ev_interval_justify}};
	struct ev_interval a = any_value();
	int way = below(3);
	enum ev_status status;

	ask("%s(", ways[way].name);
	ask_value(a);
	ask(")");
	status = ways[way].call(&a, &err);
	answer_value(status, a);
}

/* ---- with moments ---- */

/* Near changes of clocks, ends of months and years, and the limits. */
static int64_t
any_moment(void)
{
	static const char *const moments[] = {"2000-01-01",
	    "1999-12-31 23:59:59", "2020-02-29 12:00", "2019-01-31",
	    "2019-03-31 01:30", "2019-10-27 01:30", "2019-03-10 02:30",
	    "2019-11-03 01:30", "1900-02-28", "0001-01-01", "0001-12-31 BC",
	    "4713-11-24 BC", "294276-12-31 23:59:59.999999", "1970-01-01",
	    "2038-01-19 03:14:07", "infinity", "-infinity"};
	int64_t value = 0;

	if (below(3) == 0)
		return below(2) ? (int64_t)next() >> (8 + below(40))
				: below(1500) * (EV_TIME_DAY / 24) * 11;
	ev_time_in(&env, EV_TIME_STAMP, ev_slice_of(ANY(moments)), &value,
	    NULL);
	if (below(2) && !ev_time_infinite(value) && value > -EV_TIME_DAY * 999)
		value -= (int64_t)(next() % (uint64_t)(40 * EV_TIME_DAY));
	return value;
}

static struct ev_interval
any_span(void)
{
	if (below(4) == 0)
		return any_value();
	return (struct ev_interval){.months = below(2) ? below(50) - 25 : 0,
	    .days = below(2) ? below(800) - 400 : 0,
	    .usec = below(2) ? (below(200) - 100) * INT64_C(1800000000) : 0};
}

/* One that the kind has; its text then reads back as it. */
static int64_t
valid_moment(void)
{
	int64_t value = any_moment();

	return ev_time_infinite(value) || ev_time_stamp_valid(value) ? value
								     : 0;
}

static void
question_shift(void)
{
	enum ev_time_kind kind = below(2) ? EV_TIME_TZ : EV_TIME_STAMP;
	int64_t value = valid_moment();
	struct ev_interval span = any_span();
	bool minus = below(2);
	enum ev_status status;

	/* its sign cannot be turned: PostgreSQL's stays what it is */
	if (minus && span.usec == INT64_MIN)
		span.usec++;
	ask_time(kind, value);
	ask(minus ? " - " : " + ");
	ask_value(span);
	status = ev_interval_shift(&env, kind, value, minus, span, &value,
	    &err);
	answer_time(status, kind, value);
}

static void
question_between(void)
{
	enum ev_time_kind kind = below(2) ? EV_TIME_TZ : EV_TIME_STAMP;
	int64_t a = valid_moment(), b = valid_moment();
	struct ev_interval v = {0};
	bool age = below(2);
	enum ev_status status;

	/* what PostgreSQL's integers make of more is listed as a difference */
	if (age && (ev_time_infinite(a) || ev_time_infinite(b)))
		a = b = 0;
	if (!ev_time_infinite(a) && !ev_time_infinite(b) &&
	    __builtin_sub_overflow(a, b, &v.usec))
		b = a;
	ask(age ? "age(" : "(");
	ask_time(kind, a);
	ask(age ? ", " : " - ");
	ask_time(kind, b);
	ask(")");
	status = age ? ev_interval_age(&env, kind, a, b, &v, &err)
		     : ev_interval_between(a, b, &v, &err);
	answer_value(status, v);
}

static void
question_bin(void)
{
	enum ev_time_kind kind = below(2) ? EV_TIME_TZ : EV_TIME_STAMP;
	int64_t value = valid_moment(), origin = valid_moment();
	struct ev_interval stride = any_span();
	enum ev_status status;

	if (below(4))
		stride.months = 0;
	ask("date_bin(");
	ask_value(stride);
	ask(", ");
	ask_time(kind, value);
	ask(", ");
	ask_time(kind, origin);
	ask(")");
	status = ev_interval_bin(stride, value, origin, &value, &err);
	answer_time(status, kind, value);
}

static void
question_zone(void)
{
	enum ev_time_kind kind = below(2) ? EV_TIME_TZ : EV_TIME_STAMP;
	int64_t value = valid_moment();
	struct ev_interval zone = {.usec = (below(200) - 100) *
		INT64_C(901000000),
	    .days = below(8) == 0,
	    .months = below(8) == 0};
	enum ev_status status;

	ask_time(kind, value);
	ask(" at time zone ");
	ask_value(zone);
	status = ev_interval_at_zone(kind, value, zone, &value, &err);
	answer_time(status, kind == EV_TIME_TZ ? EV_TIME_STAMP : EV_TIME_TZ,
	    value);
}

/* ---- parts ---- */

static const char *const parts[] = {"microseconds", "milliseconds", "second",
    "minute", "hour", "day", "week", "month", "quarter", "year", "decade",
    "century", "millennium", "epoch", "dow", "doy", "isodow", "julian",
    "timezone", "timezone_hour", "Years", "mm", "x"};

static void
question_extract(void)
{
	struct ev_slice name = ev_slice_of(ANY(parts));
	struct ev_interval v = any_value();
	struct ev_time_number n;
	struct ev_buf text = {0};
	enum ev_status status;

	ask("extract(\"%s\" from ", name.ptr);
	ask_value(v);
	ask(")");
	status = ev_interval_extract(name, v, &n, &err);
	if (status == EV_OK && n.kind == EV_TIME_NUMBER)
		ev_num_text((struct ev_num){.coef = n.value,
				.scale = (uint16_t)n.scale,
				.kind = EV_NUM_SMALL},
		    &text);
	else if (status == EV_OK)
		ev_buf_str(&text, n.text);
	answer(status, ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

static void
question_part(void)
{
	struct ev_slice name = ev_slice_of(ANY(parts));
	struct ev_interval v = any_value();
	struct ev_buf text = {0};
	enum ev_status status;
	double part = 0;

	ask("date_part('%s', ", name.ptr);
	ask_value(v);
	ask(")");
	status = ev_interval_part(name, v, &part, &err);
	ev_float8_text(part, &text);
	answer(status, ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

static void
question_trunc(void)
{
	struct ev_slice name = ev_slice_of(ANY(parts));
	struct ev_interval v = any_value();
	enum ev_status status;

	ask("date_trunc('%s', ", name.ptr);
	ask_value(v);
	ask(")");
	status = ev_interval_trunc(name, v, &v, &err);
	answer_value(status, v);
}

/* ---- pictures ---- */

static void
question_picture(void)
{
	static const char *const keys[] = {"HH24", "HH12", "HH", "MI", "SS",
	    "MS", "US", "FF1", "FF3", "FF6", "SSSS", "AM", "p.m.", "DD", "DDD",
	    "MM", "YYYY", "YYY", "YY", "Y", "Y,YYY", "CC", "Q", "W", "WW", "IW",
	    "IYYY", "IYY", "IY", "I", "IDDD", "J", "RM", "rm", "FX", ":", "-",
	    " ", "\"x\"", "th", "TH", "é", "FMDD", "FMHH24", "FMMI", "FMSS",
	    "FMMM", "FMYYYY", "FMYYY", "FMRM", "TMRM", "HH24th", "DDTH",
	    "Y,YYYth", "FMDDD", "FMMS", "FMCC", "FMIW"};
	static const char *const wrong[] = {"Month", "mon", "DAY", "Dy", "D",
	    "ID", "TZ", "TZH", "OF", "BC", "A.D.", "TZM"};
	struct ev_interval v = any_span();
	struct ev_buf picture = {0}, out = {0};
	enum ev_status status;
	bool null;

	/* beyond, the day of the Julian calendar wraps in PostgreSQL */
	v.months %= 12 * 4000000;
	v.days %= 1000000000;
	for (int n = below(6); n > 0; n--)
		ev_buf_str(&picture, ANY(keys));
	if (below(16) == 0)
		ev_buf_str(&picture, ANY(wrong));
	ask("coalesce(to_char(");
	ask_value(v);
	ask(", ");
	ask_text(ev_buf_as_slice(&picture));
	ask("), 'null')");
	status = ev_pict_interval(v, ev_pict_of(ev_buf_as_slice(&picture)),
	    &out, &null, &err);
	answer(status, null ? EV_SLICE("null") : ev_buf_as_slice(&out));
	ev_buf_release(&picture);
	ev_buf_release(&out);
}

int
main(int argc, char **argv)
{
	static void (*const questions[])(void) = {
	    question_input,
	    question_input,
	    question_input,
	    question_input,
	    question_sum,
	    question_negate,
	    question_product,
	    question_product,
	    question_compare,
	    question_justify,
	    question_shift,
	    question_shift,
	    question_shift,
	    question_between,
	    question_between,
	    question_bin,
	    question_zone,
	    question_extract,
	    question_part,
	    question_trunc,
	    question_picture,
	    question_picture,
	};

	return ask_all(argc, argv, questions, (int)COUNT_OF(questions));
}
