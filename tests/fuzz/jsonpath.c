/*
 * fuzz jsonpath: a line that may be a path, and behind it what may be JSON.
 * A path that is taken is printed; where that can be read again it prints the
 * same (PostgreSQL prints some that cannot: `exists ($).type()`). Asked of the
 * JSON in each way, it answers or says why not, and the first of what it finds
 * is the first of all.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "event/build.h"
#include "expr/query.h"

#define VARS "'{\"x\":2,\"y\":\"a\",\"o\":{\"a\":[1,2],\"b\":{\"c\":\"ab\"}}}'"

static const char printed[] = "p::jsonpath::text AS a";
static const char again[] = "p::jsonpath::text::jsonpath::text AS a";
static const char same[] =
    "p::jsonpath::text = p::jsonpath::text::jsonpath::text AS a";
static const char *const questions[] = {
    "jsonb_path_query_array(d::jsonb, p::jsonpath, " VARS ", true) -> 0 "
    "IS NOT DISTINCT FROM jsonb_path_query_first(d::jsonb, p::jsonpath, " VARS
    ", true) AS a",
    "jsonb_path_query_array_tz(d::jsonb, p::jsonpath, " VARS ") -> 0 "
    "IS NOT DISTINCT FROM jsonb_path_query_first_tz(d::jsonb, "
    "p::jsonpath, " VARS ") AS a",
    "(d::jsonb @? p::jsonpath) IS NULL OR TRUE AS a",
    "(d::jsonb @@ p::jsonpath) IS NULL OR TRUE AS a",
    "jsonb_path_exists(d::jsonb, p::jsonpath, " VARS ") IS NULL OR TRUE AS a",
};

#define QUESTIONS (sizeof(questions) / sizeof(questions[0]))

static struct ev_scan *scan;
static struct ev_query *print, *reread, *equal, *query[QUESTIONS];
static struct ev_buf line, made;

static struct ev_query *
compiled(const char *list)
{
	struct ev_query *of = ev_query_new(scan);
	struct ev_err err;

	ev_query_now(of, 1551136125000000);
	assert(ev_query_select(of, ev_slice_of(list), &err) == EV_OK);
	return of;
}

static void
start(void)
{
	scan = ev_scan_new();
	print = compiled(printed);
	reread = compiled(again);
	equal = compiled(same);
	for (size_t i = 0; i < QUESTIONS; i++)
		query[i] = compiled(questions[i]);
}

/* False: the event is bad, and there is a message. */
static bool
gives(struct ev_query *of)
{
	struct ev_err err = {0, ""};
	bool changed;

	made.len = 0;
	if (ev_query_project(of, false, &made, &changed, &err) == EV_OK)
		return true;
	assert(err.text[0]);
	return false;
}

static bool
is_true(struct ev_query *of)
{
	return !gives(of) ||
	    ev_slice_is(ev_buf_as_slice(&made), "{\"a\":true}");
}

/* The line {"p":"…","d":"…"}. */
static void
scan_texts(struct ev_slice path, struct ev_slice json)
{
	const char *fault;

	line.len = 0;
	ev_buf_str(&line, "{\"p\":");
	ev_build_text(&line, path);
	ev_buf_str(&line, ",\"d\":");
	ev_build_text(&line, json);
	ev_buf_str(&line, "}\n");
	ev_buf_reserve(&line, EV_SCAN_PADDING);
	memset(line.ptr + line.len, 0, EV_SCAN_PADDING);
	ev_scan_line(scan, line.ptr, &fault);
	assert(!fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_slice path = {(const char *)data, size}, json = {"", 0};
	const char *newline = size ? memchr(data, '\n', size) : NULL;

	if (size > 2048 || ev_utf8_check(path.ptr, size) != size ||
	    (size && memchr(data, '\0', size)))
		return 0;
	if (newline) {
		path.len = (size_t)(newline - path.ptr);
		json = (struct ev_slice){newline + 1, size - path.len - 1};
	}
	if (path.len > 300)
		return 0;
	if (!scan)
		start();
	scan_texts(path, json);
	if (!gives(print))
		return 0;
	if (gives(reread))
		assert(is_true(equal));
	for (size_t i = 0; i < QUESTIONS; i++)
		assert(is_true(query[i]));
	return 0;
}
