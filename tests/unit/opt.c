/*
 * opt: the option parser: values, their errors, and the nearest name.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/nearest.h"
#include "tool/opt.h"
#include "tool/wait_opt.h"

struct settings {
	bool flag;
	const char *text;
	struct ev_opt_list list;
	uint64_t count, size;
	int choice;
};

static const struct ev_opt options[] = {
    {"stats", 's', EV_OPT_FLAG, offsetof(struct settings, flag), NULL, "help"},
    {"format", 0, EV_OPT_TEXT, offsetof(struct settings, text), "NAME", "help"},
    {"null", 0, EV_OPT_LIST, offsetof(struct settings, list), "STRING", NULL},
    {"limit", 'n', EV_OPT_COUNT, offsetof(struct settings, count), "N", "help"},
    {"max-event", 0, EV_OPT_SIZE, offsetof(struct settings, size), "SIZE",
	NULL},
    {"on-error", 0, EV_OPT_CHOICE, offsetof(struct settings, choice),
	"stop|skip", "help"},
};

/* Parses words, separated by spaces, as a command line. */
static enum ev_status
parse(const char *words, struct settings *settings, int *rest, char **argv,
    struct ev_err *err)
{
	static const struct ev_opt_usage usage = {.name = "evtest"};
	const struct ev_opt_table tables[] = {EV_OPT_TABLE(options, settings),
	    {NULL, NULL, 0}};
	static char line[256];
	int argc = 1;

	*settings = (struct settings){0};
	snprintf(line, sizeof(line), "%s", words);
	argv[0] = (char[]){"evtest"};
	for (char *at = line, *word; (word = strsep(&at, " "));)
		if (*word)
			argv[argc++] = word;
	argv[argc] = NULL;
	return ev_opt_parse(&usage, tables, argc, argv, rest, err);
}

static void
test_values(void **state)
{
	struct settings s;
	struct ev_err err;
	char *argv[32];
	int rest;

	(void)state;
	assert_int_equal(parse("a --stats b --format csv --null x --null=y "
			       "-n5 --max-event 1.5K --on-error skip -- --c",
			     &s, &rest, argv, &err),
	    EV_OK);
	assert_true(s.flag);
	assert_string_equal(s.text, "csv");
	assert_int_equal(s.list.count, 2);
	assert_string_equal(s.list.item[1], "y");
	assert_int_equal(s.count, 5);
	assert_int_equal(s.size, 1536);
	assert_int_equal(s.choice, 1);
	assert_string_equal(argv[rest], "a");
	assert_string_equal(argv[rest + 1], "b");
	assert_string_equal(argv[rest + 2], "--c");
	assert_null(argv[rest + 3]);
	free(s.list.item);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *words, *text;
	} cases[] = {
	    {"--limt 3",
		"unknown option '--limt': did you mean "
		"'--limit'?"},
	    {"--formt=csv",
		"unknown option '--formt': did you mean "
		"'--format'?"},
	    {"--hlep", "unknown option '--hlep': did you mean '--help'?"},
	    {"--zzzzzz", "unknown option '--zzzzzz' (see --help)"},
	    {"-z", "unknown option '-z' (see --help)"},
	    {"--limit", "option '--limit' wants a value"},
	    {"-n", "option '-n' wants a value"},
	    {"--stats=3", "option '--stats' takes no value"},
	    {"-n x", "--limit wants a whole number, not 'x'"},
	    {"-n -1", "--limit wants a whole number, not '-1'"},
	    {"-n 99999999999999999999999",
		"--limit wants a whole number, "
		"not '99999999999999999999999'"},
	    {"--max-event 3Q",
		"--max-event wants a size such as 64K, 16M "
		"or 2G, not '3Q'"},
	    {"--on-error st",
		"--on-error wants one of stop|skip, not "
		"'st'"},
	};
	struct settings s;
	struct ev_err err;
	char *argv[32];
	int rest;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(parse(cases[i].words, &s, &rest, argv, &err),
		    EV_FATAL);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.exit, EV_EXIT_USAGE);
	}
}

static void
test_sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} cases[] = {{"0", 0}, {"17", 17}, {"1k", 1024}, {"2M", 2 << 20},
	    {"1GiB", 1 << 30}, {"1GB", 1 << 30}, {"1T", UINT64_C(1) << 40}};
	uint64_t bytes;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(ev_opt_size("x", cases[i].text, &bytes, NULL),
		    EV_OK);
		assert_int_equal(bytes, cases[i].bytes);
	}
	assert_int_equal(ev_opt_size("x", "", &bytes, NULL), EV_FATAL);
	assert_int_equal(ev_opt_size("x", "-1", &bytes, NULL), EV_FATAL);
	assert_int_equal(ev_opt_size("x", "nan", &bytes, NULL), EV_FATAL);
	assert_int_equal(ev_opt_size("x", "1KK", &bytes, NULL), EV_FATAL);
	assert_int_equal(ev_opt_size("x", "16 ", &bytes, NULL), EV_FATAL);
	assert_int_equal(ev_opt_size("x", "1+", &bytes, NULL), EV_FATAL);
}

static void
test_waits(void **state)
{
	static const struct {
		const char *text;
		int64_t ms; /* -2: refused */
	} cases[] = {{"5", 5000}, {"5s", 5000}, {"250ms", 250}, {"2m", 120000},
	    {"2min", 120000}, {"1h", 3600000}, {"0", 0}, {"forever", -1},
	    {"1.5s", 1500}, {"", -2}, {"s", -2}, {"-5", -2}, {"5x", -2},
	    {"0x5s", -2}, {"9999999999999s", -2}};
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = -2;

		ev_wait_parse("--wait", cases[i].text, &ms, &err);
		assert_int_equal(ms, cases[i].ms);
	}
}

static void
test_nearest(void **state)
{
	struct ev_nearest nearest = ev_nearest_to("UPER");

	(void)state;
	ev_nearest_offer(&nearest, "lower");
	ev_nearest_offer(&nearest, "upper");
	assert_string_equal(nearest.best, "upper");
	nearest = ev_nearest_to("ab");
	ev_nearest_offer(&nearest, "cd");
	assert_null(nearest.best);
	ev_nearest_offer(&nearest, "ba");
	assert_string_equal(nearest.best, "ba");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_values),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_sizes),
	    cmocka_unit_test(test_waits),
	    cmocka_unit_test(test_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
