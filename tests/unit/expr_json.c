/*
 * expr_json: how much JSON an expression takes: depth, length, numbers with
 * long texts, arrays that would be compared for hours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "expr/query.h"

static void
repeat(struct ev_buf *out, const char *text, unsigned count)
{
	while (count--)
		ev_buf_str(out, text);
}

/* What an expression makes of the event {"d":…}: the first bytes of the value,
 * or why it fails. */
static const char *
evaluate(const char *expression, struct ev_buf *d)
{
	static char text[1200];
	struct ev_scan *scan = ev_scan_new();
	struct ev_query *query = ev_query_new(scan);
	struct ev_buf line = {0}, made = {0};
	struct ev_err err;
	const char *fault;
	bool changed;

	assert_int_equal(ev_query_select(query, ev_slice_of(expression), &err),
	    EV_OK);
	ev_buf_printf(&line, "{\"d\":");
	ev_buf_slice(&line, ev_buf_as_slice(d));
	ev_buf_str(&line, "}\n");
	ev_buf_reserve(&line, EV_SCAN_PADDING);
	memset(line.ptr + line.len, 0, EV_SCAN_PADDING);
	ev_scan_line(scan, line.ptr, &fault);
	assert_null(fault);
	if (ev_query_project(query, false, &made, &changed, &err) != EV_OK)
		snprintf(text, sizeof(text), "%s", err.text);
	else if (changed)
		snprintf(text, sizeof(text), "%.*s", (int)made.len - 6,
		    ev_buf_cstr(&made) + 5);
	else
		snprintf(text, sizeof(text), "as it is");
	ev_buf_release(&line);
	ev_buf_release(&made);
	ev_query_free(query);
	ev_scan_free(scan);
	d->len = 0;
	return text;
}

/* d: an array so deep, as a value or as a text. */
static const char *
nested(const char *expression, unsigned depth, const char *quote)
{
	struct ev_buf d = {0};
	const char *text;

	ev_buf_str(&d, quote);
	repeat(&d, "[", depth);
	repeat(&d, "]", depth);
	ev_buf_str(&d, quote);
	text = evaluate(expression, &d);
	ev_buf_release(&d);
	return text;
}

static void
test_depth(void **state)
{
	(void)state;
	assert_string_equal(nested("json_typeof(d::json) AS v", 1023, "\""),
	    "\"array\"");
	assert_string_equal(nested("jsonb_typeof(d::jsonb) AS v", 1023, ""),
	    "\"array\"");
	assert_string_equal(nested("d::json AS v", 1024, "\""),
	    "d::json: invalid input syntax for type json: "
	    "nested more than 1024 deep");
	assert_string_equal(nested("jsonb_build_array(d) AS v", 1023, ""),
	    "jsonb_build_array(d): is nested more than 1023 deep");
	assert_string_equal(nested("json_build_array(d) AS v", 1023, ""),
	    "json_build_array(d): is nested more than 1023 deep");
	assert_string_equal(nested("d::jsonb || d::jsonb = d AS v", 1023, ""),
	    "false");
}

static void
test_size(void **state)
{
	struct ev_buf d = {0};

	(void)state;
	/* 3,000 numbers of 131,072 digits: 21 KB, and 393 MB */
	ev_buf_char(&d, '[');
	repeat(&d, "1e131071,", 3000);
	ev_buf_str(&d, "0]");
	assert_string_equal(evaluate("jsonb_typeof(d) AS v", &d),
	    "d: the text would be longer than 256 MiB");
	ev_buf_char(&d, '"');
	repeat(&d, "0123456789abcdef", 1 << 20);
	ev_buf_char(&d, '"');
	assert_string_equal(evaluate("jsonb_typeof(jsonb_build_array(d, d, d, "
				     "d, d, d, d, d, "
				     "d, d, d, d, d, d, d, d)) AS v",
				&d),
	    "jsonb_build_array(d, d, d, d, d, d, d, d, d, d, d, d, d, d, d, "
	    "d): the text would be longer than 256 MiB");
	ev_buf_release(&d);
}

static void
test_time(void **state)
{
	struct ev_buf d = {0};

	(void)state;
	ev_buf_char(&d, '[');
	repeat(&d, "1,", 20000);
	ev_buf_str(&d, "[2]]");
	assert_string_equal(evaluate("d::jsonb @> ((d::jsonb || '3') - -1) AS "
				     "v",
				&d),
	    "true");
	ev_buf_char(&d, '[');
	repeat(&d, "1,", 20000);
	repeat(&d, "2,", 20000);
	ev_buf_str(&d, "[2]]");
	assert_string_equal(evaluate("d::jsonb @> d::jsonb AS v", &d),
	    "d::jsonb @> d::jsonb: needs more than 30000000 comparisons of "
	    "elements");
	/* each of 40,000 names is looked for among 40,000 */
	ev_buf_char(&d, '[');
	for (unsigned i = 0; i < 40000; i++)
		ev_buf_printf(&d, "%s\"%u\"", i ? "," : "", i);
	ev_buf_char(&d, ']');
	assert_string_equal(evaluate("d::jsonb - d::text[] AS v", &d), "[]");
	ev_buf_release(&d);
}

static void
test_duplicates(void **state)
{
	struct ev_buf d = {0};

	(void)state;
	ev_buf_char(&d, '{');
	for (unsigned i = 0; i < 50000; i++)
		ev_buf_printf(&d, "%s\"a\":%u", i ? "," : "", i);
	ev_buf_char(&d, '}');
	assert_string_equal(evaluate("d::jsonb AS v", &d), "{\"a\": 49999}");
	ev_buf_release(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_size),
	    cmocka_unit_test(test_time),
	    cmocka_unit_test(test_duplicates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
