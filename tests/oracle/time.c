/*
 * time: random questions about dates and times and what lib/expr answers, to
 * be asked of PostgreSQL too (agree.sql). Prints COUNT lines, an SQL
 * expression, a tab and its value as text or "error: " and the message; the
 * same SEED gives the same lines. ZONE is the session's time zone; tell
 * agree.sql the same.
 *
 *     time SEED COUNT [ZONE]
 *
 * The texts are made of the parts that dates have, well and badly put
 * together; the moments lie near changes of clocks, ends of years and the
 * limits of the types.
 */
#include <ctype.h>
#include <inttypes.h>

#include "expr/time_parts.h"
#include "ask.h"

/* ---- texts ---- */

static const char *const zones[] = {
    "Europe/London",
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
    "Europe/Dublin",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Europe/Moscow",
    "Asia/Tehran",
    "America/St_Johns",
    "Antarctica/Troll",
    "UTC",
    "Etc/GMT+5",
    "Africa/Monrovia",
    "europe/amsterdam",
    "AMERICA/CARACAS",
    "Pacific/Kwajalein",
    "Asia/Pyongyang",
    "America/Nuuk",
    "Africa/El_Aaiun",
    "Africa/Cairo",
};

static const char *const abbrevs[] = {
    "EST",
    "EDT",
    "pst",
    "CET",
    "cest",
    "MSK",
    "BST",
    "GMT",
    "UTC",
    "Z",
    "z",
    "ART",
    "zulu",
    "IST",
    "NZDT",
    "VET",
    "LHDT",
    "GET",
    "KRAT",
    "NFT",
    "UT",
};

static const char *const posix[] = {
    "UTC+5",
    "UTC-5:30",
    "+05:30",
    "-3",
    "FOO5BAR",
    "CET-1CEST,M3.5.0,M10.5.0/3",
    "<+0530>-05:30",
    "X3Y,J60,J300",
    "ABC-2DEF-4,59/1,280/25",
    "No/Where",
    "EST5EDT,M3.2.0/-2,M11.1.0",
    "ABC",
    "<x>99",
    "A167:59:59",
    "A168",
    "gmt",
    "AAA0BBB,M9.5.6,M3.1.0",
    "",
};

static const char *const months[] = {
    "Jan",
    "February",
    "mar",
    "APR",
    "May",
    "june",
    "Jul",
    "aug",
    "sept",
    "Oct",
    "nov",
    "December",
    "Sep",
};

static void
put_year(struct ev_buf *out)
{
	switch (below(8)) {
	case 0:
		ev_buf_printf(out, "%02d", below(100));
		break;
	case 1:
		ev_buf_printf(out, "%d", below(12000));
		break;
	case 2:
		ev_buf_printf(out, "%d",
		    below(2) ? 294270 + below(10) : 5874890 + below(12));
		break;
	case 3:
		ev_buf_printf(out, "%04d", 4700 + below(20));
		break;
	default:
		ev_buf_printf(out, "%d", 1890 + below(200));
		break;
	}
}

static void
put_date(struct ev_buf *out)
{
	static const char *const dividers[] = {"-", "/", ".", " ", ""};
	const char *divider = ANY(dividers);
	int month = below(30) ? 1 + below(12) : below(15);
	int day = below(30) ? 1 + below(31) : below(34);

	switch (below(9)) {
	case 0:
	case 1:
	case 2:
		ev_buf_printf(out, "%d-%02d-%02d", 1900 + below(200), month,
		    day);
		break;
	case 3:
		ev_buf_printf(out, "%04d%02d%02d", below(3000), month, day);
		break;
	case 4:
		ev_buf_printf(out, "%d%s%d%s", month, divider, day, divider);
		put_year(out);
		break;
	case 5:
		ev_buf_printf(out, "%s%s%d%s%s", ANY(months), divider, day,
		    below(2) ? "," : "", below(2) ? " " : divider);
		put_year(out);
		break;
	case 6:
		ev_buf_printf(out, "%d%s%s%s", day, divider, ANY(months),
		    divider);
		put_year(out);
		break;
	case 7:
		put_year(out);
		ev_buf_printf(out, "%s%s%s%d", divider,
		    below(2) ? ANY(months) : "3", divider, day);
		break;
	default:
		ev_buf_printf(out, "%d.%03d", 1990 + below(40), below(370));
		break;
	}
}

static void
put_fraction(struct ev_buf *out)
{
	int digits = below(3) ? below(7) : below(14);

	if (below(2))
		return;
	ev_buf_char(out, '.');
	while (digits--)
		ev_buf_char(out,
		    (char)('0' + (below(3) ? below(10) : below(2) * 4 + 5)));
}

static void
put_time(struct ev_buf *out)
{
	int hour = below(25), minute = below(below(20) ? 60 : 62);
	int second = below(below(20) ? 61 : 63);

	switch (below(8)) {
	case 0:
		ev_buf_printf(out, "%02d%02d%02d", hour, minute, second);
		put_fraction(out);
		break;
	case 1:
		ev_buf_printf(out, "%d:%02d", hour, minute);
		put_fraction(out);
		break;
	case 2:
		ev_buf_printf(out, "%d:%02d %s", below(14), minute,
		    below(2) ? "am" : "PM");
		break;
	default:
		ev_buf_printf(out, "%02d:%02d:%02d", hour, minute, second);
		put_fraction(out);
		break;
	}
}

static void
put_zone(struct ev_buf *out)
{
	static const char *const spaces[] = {"", " "};
	const char *sign = below(2) ? "+" : "-";

	ev_buf_str(out, ANY(spaces));
	switch (below(6)) {
	case 0:
		ev_buf_printf(out, "%s%02d:%02d", sign, below(17), below(61));
		break;
	case 1:
		ev_buf_printf(out, "%s%02d%02d", sign, below(15), below(60));
		break;
	case 2:
		ev_buf_printf(out, "%s%d", sign, below(15));
		break;
	case 3:
		ev_buf_printf(out, " %s", ANY(zones));
		break;
	case 4:
		ev_buf_printf(out, "%s:%02d", "+3", below(60));
		break;
	default:
		ev_buf_str(out, ANY(abbrevs));
		break;
	}
}

/* What may stand among the fields of a time, or not. */
static const char *const odd[] = {
    "epoch",
    "infinity",
    "-infinity",
    "J2451187",
    "J2451187.25",
    "j2451187-08",
    "julian 2451187",
    "allballs",
    "BC",
    "AD",
    "DST",
    "MET DST",
    "mon",
    "Thursday",
    "on",
    "at",
    "t",
    "T120000",
    "y2001m02d04",
    "h12",
    "s5.5",
    "2001-Feb-03",
    "1e5",
    "nan",
    "null",
    "+",
    "-",
    ":",
    "99999999999",
    "19990108 040506+02",
    "040506-08",
    "19990108T040506",
    "990108",
    "m2",
    "mm30",
    "d4",
    "doy",
    "Feb-29",
    "+infinity",
    "x",
    "xyzzy/plugh",
    "12:",
    "T",
    "1999.008",
    ".5",
    "24:00:00",
    "24:00:01",
    "23:59:60",
    "23:59:60.5",
    "..",
    "Infinity bc",
};

static void
put_text(struct ev_buf *out)
{
	static const char *const between[] = {" ", " ", " ", "T", "t", "  ", "",
	    "_"};

	out->len = 0;
	if (!below(8))
		ev_buf_str(out, ANY(odd));
	if (below(12))
		put_date(out);
	if (below(4)) {
		ev_buf_str(out, ANY(between));
		put_time(out);
	}
	if (below(3) == 0)
		put_zone(out);
	if (!below(12))
		ev_buf_str(out, below(3) ? " BC" : " ad");
	if (!below(10)) {
		ev_buf_char(out, ' ');
		ev_buf_str(out, ANY(odd));
	}
	if (!below(6))
		damage(out, "0123456789-/.:+ TZabc,_@ ");
}

/* ---- moments ---- */

static int64_t
any_stamp(void)
{
	static const int64_t edges[] = {
	    EV_TIME_STAMP_MIN,
	    EV_TIME_STAMP_END - 1,
	    0,
	    -1,
	    1,
	    -946684800000000,
	    -946684800000001,
	    EV_TIME_INF,
	    EV_TIME_NEG_INF,
	    9222425352054775807,
	    9222425352054775806,
	    864000000,
	    864999999,
	    -63082281600000000,
	    -63113904000000001,
	};
	int64_t day = EV_TIME_DAY;
	int64_t stamp;

	switch (below(10)) {
	case 0:
		return edges[below(COUNT_OF(edges))];
	case 1:
		return EV_TIME_STAMP_MIN +
		    (int64_t)(next() % (uint64_t)(EV_TIME_STAMP_END / 4 * 3));
	case 2: /* near a new year */
		stamp = ev_calendar_days(below(6000) - 3000, 1, 1) * day;
		return stamp + (int64_t)(next() % (uint64_t)(12 * day)) -
		    6 * day;
	default: /* 1840 to 2160, whole half hours often */
		stamp = (below(116800) - 58400) * day;
		stamp += below(48) * INT64_C(1800000000);
		if (below(2))
			stamp += (int64_t)(next() % 1800000000);
		return stamp;
	}
}

static int64_t
any_value(enum ev_time_kind kind)
{
	int64_t stamp;

	if (kind != EV_TIME_DATE)
		return any_stamp();
	if (!below(12))
		return below(2) ? EV_TIME_DATE_MIN + below(400)
				: EV_TIME_DATE_END - 1 - below(400);
	stamp = any_stamp();
	return ev_time_infinite(stamp) ? stamp : stamp / EV_TIME_DAY;
}

/* ---- questions and answers ---- */

static enum ev_time_kind
any_kind(void)
{
	return (enum ev_time_kind)below(3);
}

/* A year of seven digits or more and a day of it: the difference that time.h
 * documents. */
static bool
is_far_day_of_year(const struct ev_buf *text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text->len; i++) {
		if (isdigit((unsigned char)text->ptr[i]))
			digits++;
		else if (digits >= 7 && i + 1 < text->len &&
		    isdigit((unsigned char)text->ptr[i + 1]))
			return true;
		else
			digits = 0;
	}
	return false;
}

/* Hours or minutes of many digits behind their unit: PostgreSQL's seconds wrap
 * then, which is listed as a difference. */
static bool
is_far_clock(const struct ev_buf *text)
{
	for (size_t i = 0; i < text->len; i++) {
		size_t digits = 0;

		if (text->ptr[i] != 'h' && text->ptr[i] != 'm')
			continue;
		while (i + 1 < text->len &&
		    isdigit((unsigned char)text->ptr[i + 1])) {
			digits++;
			i++;
		}
		if (digits >= 6)
			return true;
	}
	return false;
}

static void
question_input(void)
{
	static struct ev_buf text;
	enum ev_time_kind kind = any_kind();
	int64_t value = 0;
	enum ev_status status;

	do
		put_text(&text);
	while (is_far_day_of_year(&text) || is_far_clock(&text));
	ask_text(ev_buf_as_slice(&text));
	ask("::%s", kind_names[kind]);
	status = ev_time_in(&env, kind, ev_buf_as_slice(&text), &value, &err);
	answer_time(status, kind, value);
}

static void
question_cast(void)
{
	enum ev_time_kind from = any_kind(), to = any_kind();
	int64_t value = any_value(from), result = 0;
	enum ev_status status;

	ev_buf_char(&question, '(');
	ask_time(from, value);
	ask(")::%s", kind_names[to]);
	status = ev_time_cast(&env, from, value, to, &result, &err);
	answer_time(status, to, result);
}

static const char *
any_zone(void)
{
	return below(3) ? ANY(zones) : below(3) ? ANY(abbrevs) : ANY(posix);
}

static void
question_zone(void)
{
	enum ev_time_kind kind = any_kind(), result_kind = EV_TIME_TZ;
	int64_t value = any_value(kind), result = 0;
	const char *zone = any_zone();
	enum ev_status status;

	ev_buf_char(&question, '(');
	ask_time(kind, value);
	ask(") AT TIME ZONE '%s'", zone);
	status = ev_time_at_zone(&env, kind, value, ev_slice_of(zone),
	    &result_kind, &result, &err);
	answer_time(status, result_kind, result);
}

/* The name of a field, or another name of one, or of none. */
static const char *
any_field(void)
{
	static const char *const others[] = {"yr", "qtr", "nonsense"};
	unsigned i = (unsigned)below(EV_TIME_FIELDS + COUNT_OF(others));

	return i < EV_TIME_FIELDS ? ev_time_field_name((enum ev_time_field)i)
				  : others[i - EV_TIME_FIELDS];
}

static void
answer_number(enum ev_status status, const struct ev_time_number *number)
{
	char text[64];
	uint64_t size, scale = 1;

	if (status != EV_OK || number->kind == EV_TIME_DECIMAL ||
	    number->kind == EV_TIME_INFINITE) {
		answer(status, ev_slice_of(number->text));
		return;
	}
	if (number->kind == EV_TIME_NULL) {
		ask(" IS NULL");
		answer(EV_OK, EV_SLICE("true"));
		return;
	}
	for (int i = 0; i < number->scale; i++)
		scale *= 10;
	size = number->value < 0 ? -(uint64_t)number->value
				 : (uint64_t)number->value;
	snprintf(text, sizeof(text), "%s%" PRIu64 "%s%0*" PRIu64,
	    number->value < 0 ? "-" : "", size / scale,
	    number->scale ? "." : "", number->scale, size % scale);
	if (!number->scale)
		snprintf(text, sizeof(text), "%" PRId64, number->value);
	answer(status, ev_slice_of(text));
}

static void
question_extract(void)
{
	const char *name = any_field();
	enum ev_time_kind kind = any_kind();
	int64_t value = any_value(kind);
	struct ev_time_number number = {0};
	enum ev_time_field field;
	enum ev_status status;

	ask("extract(%s FROM ", name);
	ask_time(kind, value);
	ask(")");
	if (ev_time_field_find(ev_slice_of(name), &field))
		status = ev_time_extract(&env, field, kind, value, &number,
		    &err);
	else
		status = ev_time_field_wrong(ev_time_kind_name(kind),
		    ev_slice_of(name), "recognized", &err);
	answer_number(status, &number);
}

static void
question_trunc(void)
{
	const char *name = any_field();
	enum ev_time_kind kind = below(2) ? EV_TIME_TZ : EV_TIME_STAMP;
	int64_t value = any_value(kind), result = 0;
	const char *zone_name = any_zone();
	const struct ev_zone *zone = NULL;
	enum ev_time_field field;
	enum ev_status status = EV_OK;
	bool with_zone = kind == EV_TIME_TZ && below(2);

	ask("date_trunc('%s', ", name);
	ask_time(kind, value);
	if (with_zone) {
		ask(", '%s'", zone_name);
		if (!ev_time_infinite(value))
			status = ev_time_zone_find(&env, ev_slice_of(zone_name),
			    &zone, &err);
	}
	ask(")");
	if (status == EV_OK && ev_time_infinite(value)) {
		result = value;
	} else if (status == EV_OK) {
		if (ev_time_field_find(ev_slice_of(name), &field))
			status = ev_time_trunc(&env, field, kind, value, zone,
			    &result, &err);
		else
			status = ev_time_field_wrong(ev_time_kind_name(kind),
			    ev_slice_of(name), "recognized", &err);
	}
	answer_time(status, kind, result);
}

static void
question_epoch(void)
{
	static const double edges[] = {
	    9224318015999.999,
	    9224318016000.0,
	    -210866803200.0,
	    -210866803200.5,
	    1e300,
	    0.0000005,
	    1.5e9 + 0.123456789,
	};
	double seconds = below(8) ? (double)(int64_t)next() / 1e7
				  : edges[below(COUNT_OF(edges))];
	int64_t value = 0;
	enum ev_status status;

	if (below(2))
		seconds = (double)(next() % 4000000000) +
		    (double)below(1000000) / 1e6;
	ask("to_timestamp('%.17g'::float8)", seconds);
	status = ev_time_from_epoch(seconds, &value, &err);
	answer_time(status, EV_TIME_TZ, value);
}

static void
question_date(void)
{
	int64_t a = any_value(EV_TIME_DATE), b = any_value(EV_TIME_DATE);
	int64_t result = 0;
	char text[32];
	enum ev_status status;

	ask_time(EV_TIME_DATE, a);
	if (below(2)) {
		b = below(2) ? below(100000) - 50000 : (int32_t)next();
		ask(" + %s%" PRId64, b < 0 ? "(" : "", b);
		ask("%s", b < 0 ? ")" : "");
		status = ev_time_date_add(a, b, &result, &err);
		answer_time(status, EV_TIME_DATE, result);
		return;
	}
	ask(" - ");
	ask_time(EV_TIME_DATE, b);
	status = ev_time_date_diff(a, b, &result, &err);
	snprintf(text, sizeof(text), "%" PRId64, result);
	answer(status, ev_slice_of(text));
}

static void
question_compare(void)
{
	enum ev_time_kind a_kind = any_kind(), b_kind = any_kind();
	int64_t a = any_value(a_kind), b = any_value(b_kind);
	int64_t nearby;

	/* the same moment, or a little off */
	if (below(2) &&
	    ev_time_cast(&env, a_kind, a, b_kind, &nearby, NULL) == EV_OK &&
	    (b_kind != EV_TIME_DATE || ev_time_infinite(nearby) ||
		ev_time_date_valid(nearby))) {
		b = nearby;
		if (below(2) && !ev_time_infinite(b) && b > EV_TIME_DATE_MIN &&
		    b < EV_TIME_DATE_END - 1)
			b += below(3) - 1;
	}
	ask_time(a_kind, a);
	ask(" < ");
	ask_time(b_kind, b);
	answer(EV_OK,
	    ev_slice_of(ev_time_compare(&env, a_kind, a, b_kind, b) < 0
		    ? "true"
		    : "false"));
}

int
main(int argc, char **argv)
{
	static void (*const questions[])(void) = {
	    question_input,
	    question_input,
	    question_input,
	    question_input,
	    question_cast,
	    question_zone,
	    question_zone,
	    question_extract,
	    question_trunc,
	    question_epoch,
	    question_date,
	    question_compare,
	};

	return ask_all(argc, argv, questions, (int)COUNT_OF(questions));
}
