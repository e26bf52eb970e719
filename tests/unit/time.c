/*
 * time: dates, times, zones and pictures, by tables of what PostgreSQL 15
 * answers. (Thousands of random cases are compared with the server itself:
 * tests/oracle/time.bats.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "expr/pict.h"
#include "expr/time.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct ev_time_env env;
static struct ev_err err;

static int
set_up(void **state)
{
	(void)state;
	env.zones = ev_zones_new(NULL);
	env.zone = ev_zones_utc(env.zones);
	return ev_time_in(&env, EV_TIME_TZ,
	    EV_SLICE("2026-11-22 23:30:00.25+00"), &env.now, &err);
}

static int
tear_down(void **state)
{
	(void)state;
	ev_zones_free(env.zones);
	return 0;
}

static void
session(const char *zone)
{
	assert_int_equal(ev_zones_find(env.zones, ev_slice_of(zone), &env.zone,
			     &err),
	    EV_OK);
}

static void
check_text(enum ev_status status, enum ev_time_kind kind, int64_t value,
    const char *expected)
{
	char text[EV_TIME_TEXT_MAX + 1];

	if (status != EV_OK) {
		assert_int_equal(status, EV_BAD);
		assert_int_equal(err.exit, EV_EXIT_DATA);
		assert_string_equal(err.text, expected);
		return;
	}
	text[ev_time_out(&env, kind, value, text)] = '\0';
	assert_string_equal(text, expected);
}

struct input {
	enum ev_time_kind kind;
	const char *text;
	const char *expected;
};

static void
check_inputs(const struct input *input, size_t count)
{
	for (; count--; input++) {
		int64_t value = 0;
		enum ev_status status = ev_time_in(&env, input->kind,
		    ev_slice_of(input->text), &value, &err);

		check_text(status, input->kind, value, input->expected);
	}
}

static void
reads_the_forms_of_dates(void **state)
{
	static const struct input inputs[] = {
	    {EV_TIME_DATE, "2019-02-26", "2019-02-26"},
	    {EV_TIME_DATE, "20190226", "2019-02-26"},
	    {EV_TIME_DATE, "Feb 26 2019", "2019-02-26"},
	    {EV_TIME_DATE, "26 Feb 2019", "2019-02-26"},
	    {EV_TIME_DATE, "2/26/2019", "2019-02-26"},
	    {EV_TIME_DATE, "26/2/2019",
		"date/time field value out of range: \"26/2/2019\""},
	    {EV_TIME_DATE, "1/2/03", "2003-01-02"},
	    {EV_TIME_DATE, "1/2/70", "1970-01-02"},
	    {EV_TIME_DATE, "1999.008", "1999-01-08"},
	    {EV_TIME_DATE, "J2451187", "1999-01-08"},
	    {EV_TIME_DATE, "January 8, 99 BC", "0099-01-08 BC"},
	    {EV_TIME_DATE, "4714-11-24 BC", "4714-11-24 BC"},
	    {EV_TIME_DATE, "5874897-12-31", "5874897-12-31"},
	    {EV_TIME_DATE, "5874898-01-01",
		"date out of range: \"5874898-01-01\""},
	    {EV_TIME_DATE, "infinity", "infinity"},
	    {EV_TIME_DATE, "epoch", "1970-01-01"},
	    {EV_TIME_DATE, "2019-02-29",
		"date/time field value out of range: \"2019-02-29\""},
	    {EV_TIME_DATE, "x", "invalid input syntax for type date: \"x\""},
	    {EV_TIME_DATE, "", "invalid input syntax for type date: \"\""},
	    {EV_TIME_STAMP, "x",
		"invalid input syntax for type timestamp: \"x\""},
	};

	(void)state;
	check_inputs(inputs, COUNT_OF(inputs));
}

static void
reads_the_forms_of_times(void **state)
{
	static const struct input inputs[] = {
	    {EV_TIME_TZ, "2019-02-26T14:30:00Z", "2019-02-26 14:30:00+00"},
	    {EV_TIME_TZ, "2019-02-26 14:30:00.5+01",
		"2019-02-26 13:30:00.5+00"},
	    {EV_TIME_TZ, "2019-02-26 14:30-0530", "2019-02-26 20:00:00+00"},
	    {EV_TIME_TZ, "2019-02-26 14:30:00 -05:30",
		"2019-02-26 20:00:00+00"},
	    {EV_TIME_TZ, "2019-02-26 14:30 EST", "2019-02-26 19:30:00+00"},
	    {EV_TIME_TZ, "2019-07-26 14:30 Europe/London",
		"2019-07-26 13:30:00+00"},
	    {EV_TIME_TZ, "2010-07-26 14:30 MSK", "2010-07-26 11:30:00+00"},
	    {EV_TIME_STAMP, "2019-02-26 14:30:00+05", "2019-02-26 14:30:00"},
	    {EV_TIME_STAMP, "2019-02-26 24:00:00", "2019-02-27 00:00:00"},
	    {EV_TIME_STAMP, "2016-12-31 23:59:60", "2017-01-01 00:00:00"},
	    {EV_TIME_STAMP, "2019-02-26 12:05 am", "2019-02-26 00:05:00"},
	    {EV_TIME_STAMP, "2019-02-26 0:59:59.9999995 PM",
		"2019-02-26 13:00:00"},
	    {EV_TIME_STAMP, "20190226T143000", "2019-02-26 14:30:00"},
	    {EV_TIME_STAMP, "2019-02-26 12:34.5", "2019-02-26 00:12:34.5"},
	    {EV_TIME_STAMP, "2019-02-26 12:00:00.1234565",
		"2019-02-26 12:00:00.123456"},
	    {EV_TIME_TZ, "294276-12-31 23:59:59.999999+00",
		"294276-12-31 23:59:59.999999+00"},
	    {EV_TIME_TZ, "294277-01-01",
		"timestamp out of range: \"294277-01-01\""},
	    {EV_TIME_TZ, "2019-02-26 25:00",
		"date/time field value out of range: \"2019-02-26 25:00\""},
	    {EV_TIME_TZ, "2019-02-26 10:00+16",
		"time zone displacement out of range: "
		"\"2019-02-26 10:00+16\""},
	    {EV_TIME_TZ, "2019-02-26 10:00 No/Where",
		"time zone \"no/where\" not recognized"},
	    {EV_TIME_TZ, "now", "2026-11-22 23:30:00.25+00"},
	    {EV_TIME_TZ, "tomorrow 10:00", "2026-11-23 10:00:00+00"},
	    {EV_TIME_DATE, "yesterday", "2026-11-21"},
	};

	(void)state;
	check_inputs(inputs, COUNT_OF(inputs));
}

static void
today_is_the_sessions(void **state)
{
	static const struct input inputs[] = {
	    {EV_TIME_DATE, "today", "2026-11-23"},
	    {EV_TIME_TZ, "now", "2026-11-23 08:30:00.25+09"},
	    {EV_TIME_TZ, "2019-02-26", "2019-02-26 00:00:00+09"},
	};

	(void)state;
	session("asia/tokyo");
	check_inputs(inputs, COUNT_OF(inputs));
	session("UTC");
}

/* A skipped time is as before the change, one that is twice as after it. */
static void
changes_of_clocks(void **state)
{
	static const struct input inputs[] = {
	    {EV_TIME_TZ, "2019-03-31 00:59:59", "2019-03-31 00:59:59+00"},
	    {EV_TIME_TZ, "2019-03-31 01:30:00", "2019-03-31 02:30:00+01"},
	    {EV_TIME_TZ, "2019-10-27 01:30:00", "2019-10-27 01:30:00+00"},
	    {EV_TIME_TZ, "2019-10-27 00:59:59", "2019-10-27 00:59:59+01"},
	    {EV_TIME_TZ, "2525-07-01 12:00:00", "2525-07-01 12:00:00+01"},
	    {EV_TIME_TZ, "1800-01-01 12:00:00", "1800-01-01 12:00:00-00:01:15"},
	};

	(void)state;
	session("Europe/London");
	check_inputs(inputs, COUNT_OF(inputs));
	session("UTC");
}

static void
at_time_zone_both_ways(void **state)
{
	static const struct {
		enum ev_time_kind kind;
		const char *text;
		const char *zone;
		const char *expected;
	} cases[] = {
	    {EV_TIME_TZ, "2019-07-01 12:00+00", "America/New_York",
		"2019-07-01 08:00:00"},
	    {EV_TIME_STAMP, "2019-07-01 12:00", "AMERICA/new_york",
		"2019-07-01 16:00:00+00"},
	    {EV_TIME_TZ, "2019-07-01 12:00+00", "UTC+5", "2019-07-01 07:00:00"},
	    {EV_TIME_TZ, "2019-07-01 12:00+00", "+05:30",
		"2019-07-01 06:30:00"},
	    {EV_TIME_TZ, "2019-07-01 12:00+00", "<+0530>-05:30",
		"2019-07-01 17:30:00"},
	    {EV_TIME_STAMP, "2019-07-01 12:00", "EDT",
		"2019-07-01 16:00:00+00"},
	    {EV_TIME_TZ, "infinity", "EDT", "infinity"},
	    {EV_TIME_TZ, "2019-07-01 12:00+00", "x",
		"time zone \"x\" not recognized"},
	    {EV_TIME_TZ, "2019-07-01 12:00+00", "../etc/passwd",
		"time zone \"../etc/passwd\" not recognized"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		enum ev_time_kind kind = EV_TIME_DATE;
		int64_t value, result = 0;
		enum ev_status status;

		assert_int_equal(ev_time_in(&env, cases[i].kind,
				     ev_slice_of(cases[i].text), &value, &err),
		    EV_OK);
		status = ev_time_at_zone(&env, cases[i].kind, value,
		    ev_slice_of(cases[i].zone), &kind, &result, &err);
		check_text(status, kind, result, cases[i].expected);
		assert_true(status != EV_OK || kind != cases[i].kind);
	}
}

static void
extracts_exactly(void **state)
{
	static const struct {
		const char *field;
		enum ev_time_kind kind;
		const char *text;
		int64_t value;
		int scale;
	} cases[] = {
	    {"epoch", EV_TIME_TZ, "2019-02-26 14:30:00.5+00", 1551191400500000,
		6},
	    {"epoch", EV_TIME_DATE, "2019-02-26", 1551139200, 0},
	    {"second", EV_TIME_STAMP, "2019-02-26 14:30:05.25", 5250000, 6},
	    {"milliseconds", EV_TIME_STAMP, "2019-02-26 14:30:05.25", 5250000,
		3},
	    {"week", EV_TIME_DATE, "2021-01-03", 53, 0},
	    {"isoyear", EV_TIME_DATE, "2021-01-03", 2020, 0},
	    {"dow", EV_TIME_DATE, "2021-01-03", 0, 0},
	    {"isodow", EV_TIME_DATE, "2021-01-03", 7, 0},
	    {"century", EV_TIME_DATE, "2000-12-31", 20, 0},
	    {"year", EV_TIME_DATE, "0001-12-31 BC", -1, 0},
	    {"quarter", EV_TIME_DATE, "2000-12-31", 4, 0},
	    {"doy", EV_TIME_DATE, "2000-12-31", 366, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ev_time_number number;
		enum ev_time_field field;
		int64_t value;

		assert_int_equal(ev_time_in(&env, cases[i].kind,
				     ev_slice_of(cases[i].text), &value, &err),
		    EV_OK);
		assert_true(
		    ev_time_field_find(ev_slice_of(cases[i].field), &field));
		assert_int_equal(ev_time_extract(&env, field, cases[i].kind,
				     value, &number, &err),
		    EV_OK);
		assert_int_equal(number.kind, EV_TIME_NUMBER);
		assert_int_equal(number.value, cases[i].value);
		assert_int_equal(number.scale, cases[i].scale);
	}
}

static void
truncates_in_a_zone(void **state)
{
	const struct ev_zone *zone;
	int64_t value, result = 0;
	enum ev_status status;

	(void)state;
	assert_int_equal(ev_time_zone_find(&env, EV_SLICE("Australia/Sydney"),
			     &zone, &err),
	    EV_OK);
	assert_int_equal(ev_time_in(&env, EV_TIME_TZ,
			     EV_SLICE("2001-02-16 20:38:40+00"), &value, &err),
	    EV_OK);
	status = ev_time_trunc(&env, EV_TIME_DAY_OF_MONTH, EV_TIME_TZ, value,
	    zone, &result, &err);
	check_text(status, EV_TIME_TZ, result, "2001-02-16 13:00:00+00");
	status = ev_time_trunc(&env, EV_TIME_WEEK, EV_TIME_TZ, value, NULL,
	    &result, &err);
	check_text(status, EV_TIME_TZ, result, "2001-02-12 00:00:00+00");
	status = ev_time_trunc(&env, EV_TIME_DOW, EV_TIME_TZ, value, NULL,
	    &result, &err);
	check_text(status, EV_TIME_TZ, result,
	    "unit \"dow\" not recognized for type timestamp with time zone");
}

static void
writes_pictures(void **state)
{
	static const struct {
		const char *format;
		const char *expected;
	} cases[] = {
	    {"YYYY-MM-DD HH24:MI:SS.US", "2019-02-26 14:30:05.123456"},
	    {"FMMonth FMDDth, YYYY", "February 26th, 2019"},
	    {"Month|Day|", "February |Tuesday  |"},
	    {"HH12:MI a.m.", "02:30 p.m."},
	    {"IYYY-\"W\"IW-ID", "2019-W09-2"},
	    {"DDD J Q RM", "057 2458541 1 II  "},
	    {"TZ OF TZH:TZM", "UTC +00 +00:00"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ev_buf out = {0};
		int64_t value;
		bool null;

		ev_time_in(&env, EV_TIME_TZ,
		    EV_SLICE("2019-02-26 14:30:05.123456+00"), &value, &err);
		assert_int_equal(ev_pict_time(&env, EV_TIME_TZ, value,
				     ev_pict_of(ev_slice_of(cases[i].format)),
				     &out, &null, &err),
		    EV_OK);
		assert_false(null);
		assert_string_equal(ev_buf_cstr(&out), cases[i].expected);
		ev_buf_release(&out);
	}
}

static void
reads_by_pictures(void **state)
{
	static const struct {
		const char *text;
		const char *format;
		enum ev_time_kind kind;
		const char *expected;
	} cases[] = {
	    {"05 Dec 2000", "DD Mon YYYY", EV_TIME_DATE, "2000-12-05"},
	    {"20190226", "YYYYMMDD", EV_TIME_DATE, "2019-02-26"},
	    {"26/02/19", "DD/MM/YY", EV_TIME_DATE, "2019-02-26"},
	    {"2019-02-26 14:30:05.25 -03:30",
		"YYYY-MM-DD HH24:MI:SS.MS TZH:TZM", EV_TIME_TZ,
		"2019-02-26 18:00:05.25+00"},
	    {"2019-W09-2", "IYYY-\"W\"IW-ID", EV_TIME_DATE, "2019-02-26"},
	    {"2019-02-30", "YYYY-MM-DD", EV_TIME_DATE,
		"date/time field value out of range: \"2019-02-30\""},
	    {"2019-xx", "YYYY-MM", EV_TIME_DATE,
		"invalid value \"xx\" for \"MM\""},
	    {"2019 09 26", "YYYY IW DD", EV_TIME_DATE,
		"invalid combination of date conventions"},
	    {"13 pm", "HH12 PM", EV_TIME_TZ,
		"hour \"13\" is invalid for the 12-hour clock"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int64_t value = 0;
		enum ev_status status = ev_pict_parse(&env,
		    ev_slice_of(cases[i].text),
		    ev_pict_of(ev_slice_of(cases[i].format)), cases[i].kind,
		    &value, &err);

		check_text(status, cases[i].kind, value, cases[i].expected);
	}
}

static void
writes_numbers_by_pictures(void **state)
{
	static const struct {
		enum ev_pict_number_kind kind;
		const char *number;
		const char *format;
		const char *expected;
	} cases[] = {
	    {EV_PICT_NUMERIC, "1234567.891", "9,999,999.99", " 1,234,567.89"},
	    {EV_PICT_NUMERIC, "-0.1", "FM9.99", "-.1"},
	    {EV_PICT_NUMERIC, "0.1", "0.9", " 0.1"},
	    {EV_PICT_NUMERIC, "12345", "999", " ###"},
	    {EV_PICT_NUMERIC, "148.5", "FM999.990", "148.500"},
	    {EV_PICT_INT4, "-12", "999PR", " <12>"},
	    {EV_PICT_INT4, "485", "999MI", "485 "},
	    {EV_PICT_INT4, "485", "SG999", "+485"},
	    {EV_PICT_INT4, "485", "FMRN", "CDLXXXV"},
	    {EV_PICT_INT8, "482", "999th", " 482nd"},
	    {EV_PICT_NUMERIC, "12.4", "99V999", " 12400"},
	    {EV_PICT_DOUBLE, "0.0004859", "9.99EEEE", " 4.86e-04"},
	    {EV_PICT_NUMERIC, "1", "9.9.9", "multiple decimal points"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct ev_buf out = {0};

		if (ev_pict_number(cases[i].kind, ev_slice_of(cases[i].number),
			ev_pict_of(ev_slice_of(cases[i].format)), &out,
			&err) == EV_OK)
			assert_string_equal(ev_buf_cstr(&out),
			    cases[i].expected);
		else
			assert_string_equal(err.text, cases[i].expected);
		ev_buf_release(&out);
	}
}

static void
a_zone_at_the_beginning_of_a_text(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} cases[] = {{"", 0}, {"qqqqqq", 0}, {"europe/berlinx", 13},
	    {"Europe/", 0}, {"Europe", 0}, {"America/Argentina/Ushuaia/", 25},
	    {"America/Argentina/Ushuai", 0}, {"Etc/GMT-14X", 10},
	    {"Etc/GMT-15", 9}, {"../UTC", 0}, {"Etc/GMT+10", 10},
	    {"Etc/GMT+9z", 9}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(ev_zones_prefix(env.zones,
				     ev_slice_of(cases[i].text)),
		    cases[i].len);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_the_forms_of_dates),
	    cmocka_unit_test(reads_the_forms_of_times),
	    cmocka_unit_test(today_is_the_sessions),
	    cmocka_unit_test(changes_of_clocks),
	    cmocka_unit_test(a_zone_at_the_beginning_of_a_text),
	    cmocka_unit_test(at_time_zone_both_ways),
	    cmocka_unit_test(extracts_exactly),
	    cmocka_unit_test(truncates_in_a_zone),
	    cmocka_unit_test(writes_pictures),
	    cmocka_unit_test(reads_by_pictures),
	    cmocka_unit_test(writes_numbers_by_pictures),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
