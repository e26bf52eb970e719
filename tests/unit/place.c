/*
 * place: what is a URL, what is a path, and which argument is the place.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tool/place.h"

static void
schemes(void **state)
{
	static const struct {
		const char *place, *scheme, *path; /* path: of scheme file */
	} cases[] = {
	    {"reviews.csv", "file", "reviews.csv"},
	    {"-", "file", "-"},
	    {"", "file", ""},
	    {"/a/b", "file", "/a/b"},
	    {"kafka://b:9092/t", "kafka", NULL},
	    {"sqlite:shop.db/users", "sqlite", NULL},
	    {"s3://b/", "s3", NULL},
	    {"git+ssh://x", "git+ssh", NULL},
	    {"./ns:x", "file", "./ns:x"},
	    {"a:b", "file", "a:b"},
	    {"12:30.csv", "file", "12:30.csv"},
	    {"Kafka://b/t", "file", "Kafka://b/t"},
	    {"dir/kafka:x", "file", "dir/kafka:x"},
	    {"file:a.csv", "file", "a.csv"},
	    {"file:///a.csv", "file", "/a.csv"},
	    {"filed", "file", "filed"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ev_slice scheme = ev_place_scheme(cases[i].place);

		assert_true(ev_slice_is(scheme, cases[i].scheme));
		if (cases[i].path)
			assert_string_equal(ev_place_path(cases[i].place),
			    cases[i].path);
	}
}

struct settings {
	bool verbose;
	const char *text;
};

static const struct ev_opt options[] = {
    {"verbose", 'v', EV_OPT_FLAG, offsetof(struct settings, verbose), NULL,
	NULL},
    {"text", 't', EV_OPT_TEXT, offsetof(struct settings, text), "X", NULL},
};

static void
finding(void **state)
{
	static const struct {
		const char *argv[6], *place;
	} cases[] = {
	    {{"a", NULL}, "a"},
	    {{NULL}, NULL},
	    {{"--verbose", NULL}, NULL},
	    {{"-v", "a", "b", NULL}, "a"},
	    {{"--text", "x", "a", NULL}, "a"},
	    {{"--text=x", "a", NULL}, "a"},
	    {{"-t", "x", "a", NULL}, "a"},
	    {{"-tx", "a", NULL}, "a"},
	    {{"-vt", "x", "a", NULL}, "a"},
	    {{"--text", NULL}, NULL},
	    {{"-", NULL}, "-"},
	    {{"--", "-v", NULL}, "-v"},
	    {{"a", "kafka://b/t", NULL}, "kafka://b/t"},
	    {{"--text", "kafka://b/t", "a", NULL}, "a"},
	    {{"--text", "kafka://b/t", "s3://c", NULL}, "s3://c"},
	    {{"--other", "value", "kafka://b/t", NULL}, "kafka://b/t"},
	    {{"--other=s3://c", "kafka://b/t", NULL}, "kafka://b/t"},
	    {{"-o", "a", NULL}, "a"},
	};
	struct settings settings = {0};
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(options, &settings),
	    {NULL, NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *argv[8] = {(char[]){"evsink"}};
		const char *place;
		int argc = 1;

		for (; cases[i].argv[argc - 1]; argc++)
			argv[argc] = (char *)(uintptr_t)cases[i].argv[argc - 1];
		place = ev_place_find(tables, argc, argv);
		if (cases[i].place)
			assert_string_equal(place ? place : "(none)",
			    cases[i].place);
		else
			assert_null(place);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(schemes),
	    cmocka_unit_test(finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
