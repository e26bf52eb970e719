/*
 * expr: what lib/expr answers to expressions over events, to be asked of
 * PostgreSQL too (expr.sql).
 *
 *     expr random SEED COUNT    random questions and their answers
 *     expr json SEED COUNT      the same of JSON
 *     expr array SEED COUNT     the same of arrays
 *     expr path SEED COUNT      the same of jsonpaths
 *     expr answer               answers to questions read from standard input
 *
 * A question is an expression, a tab and an event; behind another tab comes
 * the answer: a JSON value (of several rows
 * each, with a blank between them), "no rows", or "error: " and the message in one line.
 */
#include <stdio.h>
#include <stdlib.h>

#include "event/scan.h"
#include "expr/query.h"
#include "expr_gen_array.h"
#include "expr_gen_json.h"
#include "expr_gen_path.h"

static void
add_error(struct ev_buf *out, const struct ev_err *err)
{
	ev_buf_str(out, "error: ");
	/* A message names the text at fault, with whatever is in it. */
	for (const char *c = err->text; *c; c++)
		ev_buf_char(out, (unsigned char)*c < ' ' ? ' ' : *c);
}

/* The values of one column of the rows that a projection makes: a blank
 * between two. */
static void
add_rows(struct ev_buf *out, const struct ev_buf *rows)
{
	const char *at = rows->ptr, *end = rows->ptr + rows->len;

	if (!rows->len)
		ev_buf_str(out, "no rows");
	for (const char *newline; at < end; at = newline + 1) {
		newline = memchr(at, '\n', (size_t)(end - at));
		/* {"v":…} */
		ev_buf_append(out, at + 5, (size_t)(newline - at) - 6);
		if (newline + 1 < end)
			ev_buf_char(out, ' ');
	}
}

/* The value of one column of a projection of the event. */
static void
answer(struct ev_slice expression, struct ev_slice event, struct ev_buf *out)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_query *query = ev_query_new(scan);
	struct ev_buf list = {0}, line = {0}, made = {0};
	const char *fault = NULL;
	struct ev_err err;
	bool changed;

	ev_buf_slice(&list, expression);
	ev_buf_str(&list, " AS v");
	ev_buf_slice(&line, event);
	ev_buf_char(&line, '\n');
	ev_buf_reserve(&line, EV_SCAN_PADDING);
	memset(line.ptr + line.len, 0, EV_SCAN_PADDING);
	if (ev_query_select(query, ev_buf_as_slice(&list), &err) != EV_OK) {
		add_error(out, &err);
	} else if (ev_scan_line(scan, line.ptr, &fault), fault) {
		ev_buf_printf(out, "error: no event: %s", ev_scan_reason(scan));
	} else if (ev_query_makes_rows(query)) {
		if (ev_query_rows(query, false, &made, &err) != EV_OK)
			add_error(out, &err);
		else
			add_rows(out, &made);
	} else if (ev_query_project(query, false, &made, &changed, &err) !=
	    EV_OK) {
		add_error(out, &err);
	} else {
		/* {"v":…} */
		ev_buf_append(out, made.ptr + 5, made.len - 6);
	}
	ev_buf_release(&list);
	ev_buf_release(&line);
	ev_buf_release(&made);
	ev_query_free(query);
	ev_scan_free(scan);
}

static void
put(struct ev_slice expression, struct ev_slice event)
{
	struct ev_buf out = {0};

	answer(expression, event, &out);
	printf("%.*s\t%.*s\t%s\n", (int)expression.len, expression.ptr,
	    (int)event.len, event.ptr, ev_buf_cstr(&out));
	ev_buf_release(&out);
}

static void
ask_random(unsigned long count, const char *what)
{
	bool json = !strcmp(what, "json"), array = !strcmp(what, "array");
	bool path = !strcmp(what, "path");
	struct ev_buf expression = {0}, event = {0};

	while (count--) {
		expression.len = event.len = 0;
		(json           ? gen_any_json
			: array ? gen_any_array
			: path  ? gen_any_path
				: gen_any)(&expression);
		(json          ? gen_json_event
			: path ? gen_path_event
			       : gen_event)(&event);
		put(ev_buf_as_slice(&expression), ev_buf_as_slice(&event));
	}
	ev_buf_release(&expression);
	ev_buf_release(&event);
}

static int
ask_input(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		char *tab = memchr(line, '\t', (size_t)n);

		if (!tab || line[n - 1] != '\n') {
			fprintf(stderr, "expr: no question: %s", line);
			return 64;
		}
		put((struct ev_slice){line, (size_t)(tab - line)},
		    (struct ev_slice){tab + 1,
			(size_t)(line + n - 1 - (tab + 1))});
	}
	free(line);
	return 0;
}

int
main(int argc, char **argv)
{
	if (argc == 4) {
		state = strtoull(argv[2], NULL, 10);
		ask_random(strtoul(argv[3], NULL, 10), argv[1]);
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "answer"))
		return ask_input();
	fprintf(stderr,
	    "usage: expr random|json|array|path SEED COUNT | expr answer\n");
	return 64;
}
