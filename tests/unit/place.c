/*
 * place: what is a URL, what is a path, and which argument is the place.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
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

/* Places as records have them; R in an answer stands for the folder. */
static void
absolute(void **state)
{
	static const struct {
		const char *place, *absolute;
	} cases[] = {
	    {"-", "-"},
	    {"/dev/stdin", "-"},
	    {"a.csv", "R/a.csv"},
	    {"./a.csv", "R/a.csv"},
	    {"not-there", "R/not-there"},
	    {"log", "R/log"},
	    {"log/", "R/log"},
	    {"new//", "R/new"},
	    {"log/../a.csv", "R/a.csv"},
	    {"link", "R/a.csv"},
	    {"dangling", "R/log/later"},
	    {"file:a.csv", "R/a.csv"},
	    {"file:///dev/null", "/dev/null"},
	    {"/", "/"},
	    {"log/*.csv", "R/log/*.csv"},
	    {"*.csv", "R/*.csv"},
	    {"l*/x/?", "R/l*/x/?"},
	    {"star*", "R/star*"},
	    {"sqlite:shop.db/t", "sqlite:R/shop.db/t"},
	    {"sqlite:a.csv/t", "sqlite:R/a.csv/t"},
	    {"sqlite:link/t", "sqlite:R/a.csv/t"},
	    {"sqlite:/no/such/t", "sqlite:/no/such/t"},
	    {"sqlite:./x", "sqlite:R/x"},
	    {"kafka://b:9092,c/t", "kafka://b:9092,c/t"},
	    {"kafka:t", "kafka:t"},
	    {"postgres://u:p@h/d/t", "postgres://h/d/t"},
	    {"postgres://u:p@x@h:1/d@e", "postgres://h:1/d@e"},
	    {"http://h/a@b?c@d", "http://h/a@b?c@d"},
	    {"nowhere/a.csv", NULL},
	};
	char folder[] = "/tmp/place.XXXXXX", *was = getcwd(NULL, 0), *real;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	real = realpath(".", NULL);
	assert_int_equal(mkdir("log", 0777), 0);
	assert_int_equal(close(creat("a.csv", 0666)), 0);
	assert_int_equal(close(creat("star*", 0666)), 0);
	assert_int_equal(symlink("a.csv", "link"), 0);
	assert_int_equal(symlink("log/later", "dangling"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *want = cases[i].absolute;
		const char *r = want ? strchr(want, 'R') : NULL;
		char text[256], *got = NULL;
		struct ev_err err = {0};

		if (!want) {
			assert_int_equal(ev_place_absolute(cases[i].place, &got,
					     &err),
			    EV_FATAL);
			assert_int_equal(err.exit, EV_EXIT_CREATE);
			continue;
		}
		snprintf(text, sizeof(text), "%.*s%s%s",
		    r ? (int)(r - want) : (int)strlen(want), want,
		    r ? real : "", r ? r + 1 : "");
		assert_int_equal(ev_place_absolute(cases[i].place, &got, &err),
		    EV_OK);
		assert_string_equal(got, text);
		free(got);
	}
	unlink("link");
	unlink("dangling");
	unlink("a.csv");
	unlink("star*");
	rmdir("log");
	assert_int_equal(chdir(was), 0);
	assert_int_equal(rmdir(folder), 0);
	free(real);
	free(was);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(schemes),
	    cmocka_unit_test(finding),
	    cmocka_unit_test(absolute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
