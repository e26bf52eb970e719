/*
 * fuzz jsonb: any text as json and jsonb. What is accepted must be JSON to
 * jansson and the other way round; its jsonb must be what its own text, the
 * indented one, and its parts put together again are.
 */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "event/build.h"
#include "expr/query.h"

/* Each is true, or NULL, of any JSON. */
#define ALWAYS \
	"d::jsonb::text::jsonb = d::jsonb AND " \
	"d::json::jsonb = d::jsonb AND " \
	"jsonb_pretty(d::jsonb)::jsonb = d::jsonb AND " \
	"d::jsonb @> d::jsonb AND d::jsonb <= greatest(d::jsonb, '[]') AND " \
	"jsonb_strip_nulls(d::jsonb) <@ d::jsonb AND " \
	"json_strip_nulls(d::json)::jsonb = jsonb_strip_nulls(d::jsonb) AND " \
	"jsonb_typeof(d::jsonb) = json_typeof(d::json) AND " \
	"(jsonb_build_array(d::jsonb) || '1') - 1 = " \
	"jsonb_build_array(d::json)" \
	" AND jsonb_build_object('k', d::jsonb) #> '{k}' = d::jsonb AND " \
	"jsonb_set('[1, 2]', '{0}', d::jsonb) -> 0 = d::jsonb AND " \
	"jsonb_build_array(d::json) #- '{0}' = '[]' AND " \
	"is_json_string(d) AND json_build_array(d::json)::jsonb -> 0 = " \
	"d::jsonb"

static struct ev_scan *scan;
static struct ev_query *json, *query;
static struct ev_buf line, made;

static enum ev_status
make(struct ev_query *of, struct ev_err *err)
{
	bool changed;

	made.len = 0;
	return ev_query_project(of, false, &made, &changed, err);
}

/* The line {"d":"…"}, whose text is the input. */
static void
scan_text(struct ev_slice text)
{
	const char *fault;

	line.len = 0;
	ev_buf_str(&line, "{\"d\":");
	ev_build_text(&line, text);
	ev_buf_str(&line, "}\n");
	ev_buf_reserve(&line, EV_SCAN_PADDING);
	memset(line.ptr + line.len, 0, EV_SCAN_PADDING);
	ev_scan_line(scan, line.ptr, &fault);
	assert(!fault);
}

/* What one of the two may refuse that the other takes: halves of surrogate
 * pairs, \u0000 in keys, numbers out of range, and what is nested deeply. */
static void
agree(struct ev_slice text, bool taken, const struct ev_err *err)
{
	json_error_t error;
	json_t *root = json_loadb(text.ptr, text.len,
	    JSON_ALLOW_NUL | JSON_DECODE_ANY, &error);

	if (taken && !root)
		assert(json_error_code(&error) == json_error_numeric_overflow ||
		    json_error_code(&error) == json_error_null_byte_in_key ||
		    strstr(error.text, "Unicode"));
	if (!taken && root)
		assert(strstr(err->text, "nested"));
	json_decref(root);
}

static void
start(void)
{
	struct ev_err err;

	scan = ev_scan_new();
	json = ev_query_new(scan);
	query = ev_query_new(scan);
	assert(ev_query_select(json, EV_SLICE("d::json AS a"), &err) == EV_OK);
	assert(ev_query_select(query,
		   EV_SLICE("d::jsonb IS NOT NULL AND " ALWAYS " AS a"),
		   &err) == EV_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice text = {(const char *)data, size};
	struct ev_err err = {0, ""};
	bool taken;

	if (size > 8192 || ev_utf8_check(text.ptr, size) != size ||
	    (size && memchr(data, '\0', size)))
		return 0;
	if (!scan)
		start();
	scan_text(text);
	taken = make(json, &err) == EV_OK;
	agree(text, taken, &err);
	if (taken && make(query, &err) == EV_OK)
		assert(ev_slice_is(ev_buf_as_slice(&made), "{\"a\":true}"));
	else
		assert(err.text[0]);
	return 0;
}
