/*
 * source: what names say: formats, files that are no input, -X.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tool/files.h"
#include "tool/source.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_format_of(void **state)
{
	static const struct {
		const char *name;
		enum ev_source_format format;
	} cases[] = {
	    {"a.csv", EV_SOURCE_CSV},
	    {"a.CSV", EV_SOURCE_CSV},
	    {"a.csv.gz", EV_SOURCE_CSV},
	    {"a.csv.tar.zst", EV_SOURCE_CSV},
	    {"a.tsv.xz", EV_SOURCE_TSV},
	    {"a.json.bz2", EV_SOURCE_JSON},
	    {"a.ndjson", EV_SOURCE_NDJSON},
	    {"a.b.jsonl", EV_SOURCE_NDJSON},
	    {"a.txt.zip", EV_SOURCE_TEXT},
	    {"a.log", EV_SOURCE_TEXT},
	    {"a.csv.1", EV_SOURCE_UNKNOWN},
	    {"a.gz", EV_SOURCE_UNKNOWN},
	    {"a.tgz", EV_SOURCE_UNKNOWN},
	    {"csv", EV_SOURCE_UNKNOWN},
	    {".csv", EV_SOURCE_UNKNOWN},
	    {"", EV_SOURCE_UNKNOWN},
	    {"-", EV_SOURCE_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *name = cases[i].name;
		enum ev_source_format format = ev_source_format_of(name,
		    strlen(name));

		if (format != cases[i].format)
			fail_msg("%s: %s", name, ev_source_format_name(format));
	}
}

static void
test_is_input(void **state)
{
	static const char *const yes[] = {"a", "a.csv", "tmp", "a.tmp.csv",
	    "a.cut-", "a.cut-xyz", "~a", "ev", "a.part1"};
	static const char *const no[] = {".a", ".", "a~", "a.tmp", "a.part",
	    "a.ev", "a.csv.cut-00ff", ".ev"};

	(void)state;
	for (size_t i = 0; i < COUNT(yes); i++)
		if (!ev_files_is_input(yes[i]))
			fail_msg("%s is input", yes[i]);
	for (size_t i = 0; i < COUNT(no); i++)
		if (ev_files_is_input(no[i]))
			fail_msg("%s is no input", no[i]);
}

static void
test_extra(void **state)
{
	static const char *const known[] = {"pattern", "field", NULL};
	const char *items[] = {"field=a=b", "pattern=", "field=c"};
	struct ev_source_settings settings = {.extra = {items, 3}};
	struct ev_err err = {0};

	(void)state;
	assert_string_equal(ev_source_extra(&settings, "field"), "c");
	assert_string_equal(ev_source_extra(&settings, "pattern"), "");
	assert_null(ev_source_extra(&settings, "fiel"));
	assert_null(ev_source_extra(&settings, "fields"));
	assert_int_equal(ev_source_check_extra(&settings, known, &err), EV_OK);
	items[1] = "pattern";
	assert_int_equal(ev_source_check_extra(&settings, known, &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_USAGE);
	items[1] = "fild=x";
	assert_int_equal(ev_source_check_extra(&settings, known, &err),
	    EV_FATAL);
	assert_string_equal(err.text,
	    "unknown setting '-X fild': did you mean 'field'?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_format_of),
	    cmocka_unit_test(test_is_input),
	    cmocka_unit_test(test_extra),
	};

	return cmocka_run_group_tests_name("source", tests, NULL, NULL);
}
