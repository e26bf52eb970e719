/*
 * expr_cases: tests/expr/cases, three lines a case (expression, event,
 * answer), whose answers PostgreSQL 15 gave; the examples of the table of
 * functions; the examples of the manual page; wrong expressions with their
 * whole message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "expr/func.h"
#include "expr/query.h"

/* {"v":…}, {"v":…} … without what is around the values, with a blank between
 * two. */
static void
add_rows(struct ev_buf *out, const struct ev_buf *rows)
{
	const char *at = rows->ptr, *end = rows->ptr + rows->len;

	if (!rows->len)
		ev_buf_str(out, "no rows");
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (out->len)
			ev_buf_char(out, ' ');
		ev_buf_append(out, at + 5, (size_t)(newline - at) - 6);
		at = newline + 1;
	}
}

/* The value that a list with one column makes of an event, as JSON, or
 * "error" and, in err, why. */
static void
evaluate(const char *expression, const char *event, struct ev_buf *out,
    struct ev_err *err)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_query *query = ev_query_new(scan);
	struct ev_buf list = {0}, line = {0}, made = {0};
	enum ev_status status;
	const char *fault;
	bool changed;

	ev_buf_printf(&list, "%s AS v", expression);
	ev_buf_printf(&line, "%s\n", event);
	ev_buf_reserve(&line, EV_SCAN_PADDING);
	memset(line.ptr + line.len, 0, EV_SCAN_PADDING);
	out->len = 0;
	status = ev_query_select(query, ev_buf_as_slice(&list), err);
	if (status == EV_OK) {
		ev_scan_line(scan, line.ptr, &fault);
		assert_null(fault);
		status = ev_query_makes_rows(query)
		    ? ev_query_rows(query, false, &made, err)
		    : ev_query_project(query, false, &made, &changed, err);
	}
	if (status == EV_OK && !ev_query_makes_rows(query))
		ev_buf_char(&made, '\n');
	if (status == EV_OK)
		add_rows(out, &made);
	else
		ev_buf_str(out, "error");
	ev_buf_release(&list);
	ev_buf_release(&line);
	ev_buf_release(&made);
	ev_query_free(query);
	ev_scan_free(scan);
}

/* True if the expression gives this answer; says so where it does not. */
static bool
gives(const char *expression, const char *event, const char *answer)
{
	struct ev_err err = {0, ""};
	struct ev_buf out = {0};
	bool same;

	evaluate(expression, event, &out, &err);
	same = !strcmp(ev_buf_cstr(&out), answer);
	if (!same)
		print_error("%s over %s gives %s (%s), not %s\n", expression,
		    event, ev_buf_cstr(&out), err.text, answer);
	ev_buf_release(&out);
	return same;
}

static void
test_cases(void **state)
{
	FILE *file = fopen("tests/expr/cases", "re");
	char line[3][1024];
	unsigned n = 0, cases = 0, wrong = 0;

	(void)state;
	assert_non_null(file);
	while (fgets(line[n], sizeof(line[n]), file)) {
		line[n][strcspn(line[n], "\n")] = '\0';
		if (!line[n][0] || line[n][0] == '#')
			continue;
		if (++n < 3)
			continue;
		n = 0;
		cases++;
		wrong += !gives(line[0] +
			(strncmp(line[0], "ours ", 5) ? 0 : 5),
		    line[1], line[2]);
	}
	fclose(file);
	assert_int_equal(n, 0);
	assert_true(cases >= 600);
	assert_int_equal(wrong, 0);
}

static void
test_functions(void **state)
{
	const struct ev_func *func;
	unsigned wrong = 0;
	size_t i = 0;

	(void)state;
	for (; (func = ev_func_at(i)); i++) {
		assert_true(func->help && func->help[0]);
		wrong += !gives(func->example, "{}", func->answer);
	}
	assert_true(i > 60);
	assert_int_equal(wrong, 0);
}

/* scdoc wants backslashes doubled. */
static void
halve_backslashes(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (text[0] == '\\' && text[1] == '\\')
			text++;
		*out++ = *text;
	}
	*out = '\0';
}

/* A line of the manual that is an example: "expression ⇒ answer", in a
 * literal block. */
static bool
read_example(char *line, char **expression, char **answer)
{
	char *arrow = strstr(line, " ⇒ ");

	if (!arrow)
		return false;
	halve_backslashes(line);
	arrow = strstr(line, " ⇒ ");
	line[strcspn(line, "\n")] = '\0';
	*arrow = '\0';
	*expression = line;
	*answer = arrow + strlen(" ⇒ ");
	return true;
}

/* Every example of evexpr(7) is right, and every function has one. The event
 * of its examples stands in the page, before them. */
static void
test_manual(void **state)
{
	FILE *file = fopen("cmd/evexpr.7.scd", "re");
	struct ev_buf all = {0};
	char line[1024], event[1024] = "", *expression, *answer;
	const struct ev_func *func;
	unsigned examples = 0, wrong = 0;
	bool literal = false;

	(void)state;
	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		if (!strcmp(line, "```\n"))
			literal = !literal;
		if (literal && line[0] == '{' && !event[0]) {
			line[strcspn(line, "\n")] = '\0';
			strcpy(event, line);
		}
		if (!literal || !read_example(line, &expression, &answer))
			continue;
		assert_true(event[0] != '\0');
		examples++;
		wrong += !gives(expression, event, answer);
		ev_buf_printf(&all, "%s\n", expression);
	}
	fclose(file);
	for (size_t i = 0; (func = ev_func_at(i)); i++)
		if (!strstr(ev_buf_cstr(&all), func->example)) {
			print_error("%s is not in evexpr(7)\n", func->example);
			wrong++;
		}
	ev_buf_release(&all);
	assert_true(examples > 100);
	assert_int_equal(wrong, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_functions),
	    cmocka_unit_test(test_manual),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
