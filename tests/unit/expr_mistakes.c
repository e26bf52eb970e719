/*
 * expr_mistakes: tests/expr/mistakes, wrong expressions with their whole
 * message, caret and all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "expr/query.h"

/* True if compiling the text says this; says so where it does not. */
static bool
says(const char *text, const char *message)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_query *query = ev_query_new(scan);
	struct ev_err err = {0, "nothing"};
	bool same;

	assert_int_equal(ev_query_arg(query, EV_SLICE("limit"), EV_SLICE("5"),
			     false, &err),
	    EV_OK);
	same = ev_query_program(query, ev_slice_of(text), &err) == EV_BAD &&
	    err.exit == EV_EXIT_USAGE && !strcmp(err.text, message);
	if (!same)
		print_error("%s\nsays\n%s\nnot\n%s\n", text, err.text, message);
	ev_query_free(query);
	ev_scan_free(scan);
	return same;
}

/* Does an expression of so many parts and a last one compile? If not it has too
 * many levels, or parentheses. */
static bool
compiles(const char *part, unsigned count, const char *last)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_query *query = ev_query_new(scan);
	struct ev_buf text = {0};
	struct ev_err err;
	bool ok;

	while (count--)
		ev_buf_str(&text, part);
	ev_buf_str(&text, last);
	ok = ev_query_select(query, ev_buf_as_slice(&text), &err) == EV_OK;
	if (!ok)
		assert_non_null(strstr(err.text,
		    strchr(part, '(') ? "more than 250 parentheses"
				      : "more than 1000 levels"));
	ev_buf_release(&text);
	ev_query_free(query);
	ev_scan_free(scan);
	return ok;
}

/* The lines of a message, up to an empty one. */
static bool
read_message(FILE *file, struct ev_buf *message)
{
	char line[1024];

	message->len = 0;
	while (fgets(line, sizeof(line), file) && line[0] != '\n')
		ev_buf_str(message, line);
	if (!message->len)
		return false;
	message->len--; /* the last line end */
	return true;
}

static void
test_mistakes(void **state)
{
	FILE *file = fopen("tests/expr/mistakes", "re");
	struct ev_buf message = {0};
	unsigned count = 0, wrong = 0;
	char line[1024];

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		line[strcspn(line, "\n")] = '\0';
		assert_true(read_message(file, &message));
		count++;
		wrong += !says(line, ev_buf_cstr(&message));
	}
	fclose(file);
	ev_buf_release(&message);
	assert_true(count >= 60);
	assert_int_equal(wrong, 0);
}

/* The limits of evexpr(7): this many of these parts compile, and one more has
 * too many levels. */
static void
test_levels(void **state)
{
	static const struct {
		const char *part, *last;
		unsigned most;
		bool ends; /* there is no way to have more */
	} rows[] = {
	    {"qty + ", "qty AS x", 1000, true},
	    {"name || ", "name AS x", 1000, true},
	    {"NOT ", "active AS x", 999, true},
	    {"- ", "qty AS x", 999, true},
	    {"a AND ", "a AS x", 10000, false},
	    {"a OR ", "a AS x", 10000, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(compiles(rows[i].part, rows[i].most, rows[i].last));
		if (rows[i].ends)
			assert_false(compiles(rows[i].part, rows[i].most + 1,
			    rows[i].last));
	}
}

/* 250 parentheses stand in one another, and no more. */
static void
test_parentheses(void **state)
{
	struct ev_buf last = {0};

	(void)state;
	for (unsigned n = 250; n <= 251; n++) {
		last.len = 0;
		ev_buf_char(&last, '1');
		for (unsigned i = 0; i < n; i++)
			ev_buf_char(&last, ')');
		ev_buf_str(&last, " AS x");
		assert_int_equal(compiles("(", n, ev_buf_cstr(&last)),
		    n == 250);
		assert_int_equal(compiles("abs(", n, ev_buf_cstr(&last)),
		    n == 250);
	}
	ev_buf_release(&last);
}

/* What is too long or too deep is refused, and no crash. */
static void
test_limits(void **state)
{
	static const char *const parts[] = {"(", "NOT ", "- ", "a[", "upper(",
	    "CASE WHEN ", "1+", "a->", "ARRAY[", "@ ", "a IN (", "a.",
	    "a::", "'", "$$", "/*", "a AND ", "a||", "CAST(", "a = ANY("};
	struct ev_buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct ev_scan *scan = ev_scan_new();
		struct ev_query *query = ev_query_new(scan);
		struct ev_err err;

		text.len = 0;
		while (text.len < (1 << 20) - 16)
			ev_buf_str(&text, parts[i]);
		assert_int_equal(ev_query_condition(query,
				     ev_buf_as_slice(&text), &err),
		    EV_BAD);
		assert_int_equal(err.exit, EV_EXIT_USAGE);
		ev_query_free(query);
		ev_scan_free(scan);
	}
	while (text.len <= 1 << 20)
		ev_buf_char(&text, ' ');
	assert_true(says(ev_buf_cstr(&text),
	    "an expression of 1048577 bytes is too long: the limit is "
	    "1048576"));
	ev_buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_mistakes),
	    cmocka_unit_test(test_levels),
	    cmocka_unit_test(test_parentheses),
	    cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
