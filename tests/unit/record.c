/*
 * record: the last committed mark, written and read again.
 */
#include "state/record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void
check_build(const struct ev_record *record, const char *json)
{
	struct ev_buf out = {0};

	ev_record_build(record, &out);
	assert_string_equal(ev_buf_cstr(&out), json);
	ev_buf_release(&out);
}

static void
the_first_record_is_of_no_mark(void **state)
{
	struct ev_record record;

	(void)state;
	ev_record_init(&record, "a", "/b \"c\"");
	check_build(&record,
	    "{\"id\":\"0\",\"name\":\"a\",\"place\":\"/b \\\"c\\\"\","
	    "\"pos\":{},\"via\":[],\"side\":{}}");
	ev_record_release(&record);
}

static void
what_was_written_is_read(void **state)
{
	static const char *const json[] = {
	    "{\"id\":\"0\",\"name\":\"a\",\"place\":\"b\",\"pos\":{},"
	    "\"via\":[],\"side\":{}}",
	    "{\"id\":\"0123456789abcdef0123456789abcdef/17\",\"name\":\"a\","
	    "\"place\":\"/b\",\"pos\":{\"x\":\"1\",\"y#\\\"2\":\"\"},"
	    "\"wm\":\"2026-01-01T00:00:00Z\",\"via\":[\"evfilter 1!\"],"
	    "\"side\":{\"/bad\":\"1234\"},\"time\":\"t\",\"final\":\"1\","
	    "\"in\":\"5\",\"more\":{\"a\":[1,2.50]}}",
	};
	struct ev_record record;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(json) / sizeof(json[0]); i++) {
		ev_record_init(&record, "z", "z");
		assert_int_equal(ev_record_parse(&record, ev_slice_of(json[i]),
				     &err),
		    EV_OK);
		check_build(&record, json[i]);
		ev_record_release(&record);
	}
}

static void
blanks_around_it_are_not_its_own(void **state)
{
	struct ev_record record;

	(void)state;
	ev_record_init(&record, "z", "z");
	assert_int_equal(ev_record_parse(&record,
			     EV_SLICE("\t {\"id\":\"0\",\"name\":\"a\","
				      "\"place\":\"b\"} \r\n"),
			     NULL),
	    EV_OK);
	assert_string_equal(record.place, "b");
	ev_record_release(&record);
}

static void
what_is_no_record_changes_nothing(void **state)
{
	static const struct {
		const char *json, *why;
	} cases[] = {
	    {"", "the record is damaged: the line ends too early"},
	    {"[]", "the record is damaged: not a JSON object"},
	    {"{}", "the record is damaged: its id is not there"},
	    {"{\"id\":\"1\"}", "the record is damaged: its name is not there"},
	    {"{\"id\":\"1\",\"name\":\"a\"}",
		"the record is damaged: its place is not there"},
	    {"{\"id\":1}", "the record is damaged: \"id\" is not text"},
	    {"{\"id\":\"\\u0000\"}",
		"the record is damaged: \"id\" is not text"},
	    {"{\"via\":{}}", "the record is damaged: \"via\" is not an array"},
	    {"{\"via\":[1]}",
		"the record is damaged: \"via\" is not an array of texts"},
	    {"{\"final\":true}",
		"the record is damaged: \"final\" is not \"1\""},
	    {"{\"id\":\"1\"}\n{}",
		"the record is damaged: it is more than one line"},
	};
	struct ev_record record;
	struct ev_err err;

	(void)state;
	ev_record_init(&record, "z", "z");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(ev_record_parse(&record,
				     ev_slice_of(cases[i].json), &err),
		    EV_BAD);
		assert_string_equal(err.text, cases[i].why);
		assert_int_equal(err.exit, EV_EXIT_DISAGREE);
	}
	assert_int_equal(ev_record_parse(&record,
			     EV_SLICE("{\"pos\":{\"a\":1}}"), &err),
	    EV_BAD);
	assert_int_equal(ev_record_parse(&record, EV_SLICE("{\"side\":[]}"),
			     &err),
	    EV_BAD);
	check_build(&record,
	    "{\"id\":\"0\",\"name\":\"z\",\"place\":\"z\",\"pos\":{},"
	    "\"via\":[],\"side\":{}}");
	ev_record_release(&record);
}

static struct ev_value
object(const char *json)
{
	return (
	    struct ev_value){json, (uint32_t)strlen(json), EV_OBJECT, false};
}

static void
a_mark_moves_it_on(void **state)
{
	struct ev_control mark = {.kind = EV_CONTROL_MARK,
	    .run = EV_SLICE("r"),
	    .seq = 7,
	    .pos = object("{\"x\":\"2\",\"y\":\"5\"}"),
	    .wm = EV_SLICE("w")};
	struct ev_record record;
	struct ev_err err;

	(void)state;
	ev_record_init(&record, "a", "b");
	ev_vector_set(record.pos, EV_SLICE("x"), EV_SLICE("1"));
	ev_vector_set(record.pos, EV_SLICE("z"), EV_SLICE("9"));
	assert_int_equal(ev_record_advance(&record, EV_SLICE("[\"v\"]"), &mark,
			     &err),
	    EV_OK);
	assert_string_equal(record.id, "r/7");
	assert_string_equal(record.wm, "w");
	assert_string_equal(record.via, "[\"v\"]");
	assert_int_equal(strlen(record.time),
	    strlen("2026-01-01T00:00:00.000Z"));
	assert_false(record.final);

	mark = (struct ev_control){.kind = EV_CONTROL_MARK,
	    .run = EV_SLICE("r"),
	    .seq = 8,
	    .pos = object("{\"z\":null}"),
	    .seal = EV_SEAL_FINAL};
	assert_int_equal(ev_record_advance(&record, EV_SLICE("[]"), &mark,
			     &err),
	    EV_OK);
	assert_string_equal(record.wm, "w");
	assert_true(record.final);
	free(record.time);
	record.time = strdup("");
	check_build(&record,
	    "{\"id\":\"r/8\",\"name\":\"a\",\"place\":\"b\","
	    "\"pos\":{\"x\":\"2\",\"y\":\"5\"},\"wm\":\"w\",\"via\":[],"
	    "\"side\":{},\"final\":\"1\"}");

	mark.pos = object("{\"x\":2}");
	assert_int_equal(ev_record_advance(&record, EV_SLICE("[]"), &mark,
			     &err),
	    EV_BAD);
	assert_string_equal(record.id, "r/8");
	ev_record_release(&record);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_record_is_of_no_mark),
	    cmocka_unit_test(what_was_written_is_read),
	    cmocka_unit_test(blanks_around_it_are_not_its_own),
	    cmocka_unit_test(what_is_no_record_changes_nothing),
	    cmocka_unit_test(a_mark_moves_it_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
