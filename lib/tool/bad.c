/*
 * bad: see bad.h.
 */
#include "tool/bad.h"

#include <stddef.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "event/build.h"
#include "tool/outlet.h"
#include "tool/tool.h"

#define CUT (64u << 10) /* of an input too long to be kept whole */

const struct ev_opt ev_bad_options[2] = {
    {"on-error", 0, EV_OPT_CHOICE, offsetof(struct ev_bad_settings, on_error),
	"stop|skip", "what to do at bad input"},
    {"reject", 0, EV_OPT_TEXT, offsetof(struct ev_bad_settings, reject),
	"PLACE", "keep bad input there and go on"},
};

struct ev_bad {
	enum ev_bad_policy policy;
	uint64_t max_event, count;
	struct ev_outlet outlet;
};

/* The fields of a reject, of which the last is not always there. */
#define FIELDS "error,where,by,input,bytes"

/* What evsink has to know of a file for rejects: the columns, and that a name
 * which ends in .txt or .log stands for whole events here. NULL: nothing. */
static const char *
file_option(const char *place)
{
	switch (ev_outlet_format(place)) {
	case EV_ENCODE_CSV:
	case EV_ENCODE_TSV:
		return "--columns=" FIELDS;
	case EV_ENCODE_TEXT:
		return "--format=ndjson";
	case EV_ENCODE_NDJSON:
	case EV_ENCODE_JSON:
		break;
	}
	return NULL;
}

struct ev_bad *
ev_bad_new(const struct ev_bad_settings *settings, uint64_t max_event)
{
	struct ev_bad *bad = ev_mem_zalloc(1, sizeof(*bad));

	bad->policy = (enum ev_bad_policy)settings->on_error;
	bad->max_event = max_event;
	if (!settings->reject)
		return bad;
	bad->policy = EV_BAD_REJECT;
	ev_outlet_open(&bad->outlet, "keep rejects in", settings->reject,
	    max_event, file_option(settings->reject));
	return bad;
}

struct ev_outlet *
ev_bad_outlet(struct ev_bad *bad)
{
	return bad->policy == EV_BAD_REJECT ? &bad->outlet : NULL;
}

/* Whether the reject as a whole would be longer than an event may be. An
 * input byte takes six at most ("\u0001"). */
static bool
too_long(const struct ev_bad *bad, struct ev_slice input, size_t length)
{
	return length > input.len ||
	    (input.len > CUT && input.len * 6 + 4096 > bad->max_event);
}

/* The beginning of it. That a character is cut does not make text of bytes. */
static struct ev_slice
cut_short(struct ev_slice input)
{
	size_t whole;

	if (input.len > CUT)
		input.len = CUT;
	whole = ev_utf8_check(input.ptr, input.len);
	if (input.len - whole < 4)
		input.len = whole;
	return input;
}

static void
build(struct ev_bad *bad, const char *where, const char *why,
    struct ev_slice input, size_t length)
{
	struct ev_buf *out = ev_outlet_begin(&bad->outlet);
	bool cut = too_long(bad, input, length);

	if (cut)
		input = cut_short(input);
	ev_build_open(out);
	ev_build_key(out, EV_SLICE("error"));
	ev_build_bytes(out, ev_slice_of(why));
	ev_build_key(out, EV_SLICE("where"));
	ev_build_bytes(out, ev_slice_of(where));
	ev_build_key_text(out, "by", ev_tool_name());
	ev_build_key(out, EV_SLICE("input"));
	ev_build_bytes(out, input);
	if (cut) {
		ev_build_key(out, EV_SLICE("bytes"));
		ev_buf_printf(out, "\"%zu\"", length);
	}
	ev_build_close(out);
}

enum ev_status
ev_bad_event(struct ev_bad *bad, const char *where, const char *why,
    struct ev_slice input, size_t length, struct ev_err *err)
{
	bad->count++;
	switch (bad->policy) {
	case EV_BAD_STOP:
		break;
	case EV_BAD_SKIP:
		return EV_OK;
	case EV_BAD_REJECT:
		build(bad, where, why, input, length);
		return ev_outlet_end(&bad->outlet, err);
	}
	return ev_err_set(err, EV_FATAL, EV_EXIT_DATA, "%s: %s", where, why);
}

uint64_t
ev_bad_count(const struct ev_bad *bad)
{
	return bad->count;
}

bool
ev_bad_stops(const struct ev_bad *bad)
{
	return bad->policy == EV_BAD_STOP;
}

bool
ev_bad_rejects(const struct ev_bad *bad)
{
	return bad->policy == EV_BAD_REJECT;
}

enum ev_status
ev_bad_flush(struct ev_bad *bad, struct ev_err *err)
{
	return ev_outlet_flush(&bad->outlet, err);
}

enum ev_status
ev_bad_close(struct ev_bad *bad, struct ev_err *err)
{
	return ev_outlet_close(&bad->outlet, err);
}
