/*
 * fuzz expr: any bytes as a condition, as a select list, and as a program,
 * evaluated over a fixed event. Whatever it is, it is compiled or refused
 * with a message, judged or bad, and what a list makes is JSON.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "expr/query.h"

static const char event[] =
    "{\"id\":7,\"n1\":1.10,\"n2\":-3,\"big\":123456789012345678901234567890,"
    "\"t1\":\"abc\",\"t2\":\"\\u00c9 \\ud83d\\ude00\",\"bad\":\"\\u0000\","
    "\"b1\":true,\"nil\":null,\"a\":{\"b\":[1,\"x\",{\"c\":2}]},"
    "\"ts\":\"2019-02-26 12:30:00+01\",\"__deleted\":false}\n";

typedef enum ev_status (
    *compile)(struct ev_query *query, struct ev_slice text, struct ev_err *err);

static void
check_json(const struct ev_buf *made)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_buf line = {0};
	const char *fault;

	ev_buf_append(&line, made->ptr, made->len);
	ev_buf_char(&line, '\n');
	ev_buf_reserve(&line, EV_SCAN_PADDING);
	memset(line.ptr + line.len, 0, EV_SCAN_PADDING);
	ev_scan_line(scan, line.ptr, &fault);
	assert(!fault);
	ev_buf_release(&line);
	ev_scan_free(scan);
}

static void
try(compile compile, struct ev_slice text)
{
	static char line[sizeof(event) + EV_SCAN_PADDING];
	struct ev_scan *scan = ev_scan_new();
	struct ev_query *query = ev_query_new(scan);
	struct ev_buf made = {0};
	struct ev_err err = {0, ""};
	const char *fault;
	bool changed;
	int truth;

	memcpy(line, event, sizeof(event));
	ev_query_now(query, 1551136125000000);
	ev_query_arg(query, EV_SLICE("p"), EV_SLICE("12.5"), false, &err);
	if (compile(query, text, &err) != EV_OK) {
		assert(err.text[0] && err.exit == EV_EXIT_USAGE);
		goto out;
	}
	ev_query_explain(query, &made);
	assert(made.len);
	made.len = 0;
	ev_scan_line(scan, line, &fault);
	assert(!fault);
	if (ev_query_has_condition(query) &&
	    ev_query_test(query, &truth, &err) != EV_OK)
		assert(err.text[0]);
	if (ev_query_makes_rows(query)) {
		if (ev_query_rows(query, false, &made, &err) != EV_OK)
			assert(err.text[0] && !made.len);
	} else if (ev_query_has_list(query)) {
		if (ev_query_project(query, false, &made, &changed, &err) !=
		    EV_OK)
			assert(err.text[0] && !made.len);
		else if (changed)
			check_json(&made);
	}
out:
	ev_buf_release(&made);
	ev_query_free(query);
	ev_scan_free(scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = {(const char *)data, size};

	if (size > 4096)
		return 0;
	try(ev_query_condition, text);
	try(ev_query_select, text);
	try(ev_query_program, text);
	return 0;
}
