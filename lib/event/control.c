/*
 * control: see control.h.
 */
#include "event/control.h"

#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/crc32c.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "event/build.h"
#include "event/scan.h"

#define TAIL 18 /* ,"crc":"01234567"} */

static bool
checksum_holds(struct ev_slice line)
{
	char tail[TAIL + 1];

	if (line.len < EV_CONTROL_PREFIX_LEN + TAIL)
		return false;
	snprintf(tail, sizeof(tail), ",\"crc\":\"%08x\"}",
	    ev_crc32c(line.ptr, line.len - TAIL));
	return !memcmp(line.ptr + line.len - TAIL, tail, TAIL);
}

static struct ev_value
member(struct ev_slice line, const char *key)
{
	return ev_value_member((struct ev_value){line.ptr, (uint32_t)line.len,
				   EV_OBJECT, false},
	    ev_slice_of(key));
}

/* The text of a string member, allocated; "" if there is none. */
static char *
text_of(struct ev_slice line, const char *key)
{
	struct ev_value value = member(line, key);
	struct ev_buf scratch = {0};
	struct ev_slice text = {"", 0};
	char *copy;

	if (value.type == EV_STRING)
		ev_value_text(value, &scratch, &text, NULL);
	copy = ev_mem_strndup(text.ptr, text.len);
	ev_buf_release(&scratch);
	return copy;
}

static bool
kind_of(struct ev_slice line, enum ev_control_kind *kind)
{
	static const char *const name[] = {"begin", "mark", "side", "fail"};
	struct ev_value value = member(line, "~ev");

	for (unsigned i = 0; i < sizeof(name) / sizeof(name[0]); i++) {
		*kind = (enum ev_control_kind)i;
		if (value.type == EV_STRING &&
		    ev_value_text_is(value, ev_slice_of(name[i])))
			return true;
	}
	return false;
}

/* True if the line is a JSON object. It begins with {"~ev", which the scanner
 * refuses in an event, so it is scanned as a value. */
static bool
is_object(struct ev_slice line)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_buf copy = {0};
	const char *fault;

	ev_buf_reserve(&copy, line.len + 1 + EV_SCAN_PADDING);
	ev_buf_slice(&copy, line);
	ev_buf_char(&copy, '\n');
	ev_scan_any(scan, copy.ptr, &fault);
	ev_scan_free(scan);
	ev_buf_release(&copy);
	return !fault;
}

enum ev_status
ev_control_parse(struct ev_slice line, struct ev_control *control,
    struct ev_err *err)
{
	struct ev_value status;

	*control = (struct ev_control){.text = line};
	if (!checksum_holds(line))
		return ev_err_set(err, EV_BAD, EV_EXIT_AGAIN,
		    "a control line was changed on its way: its checksum is "
		    "wrong");
	if (!is_object(line))
		return ev_err_set(err, EV_BAD, EV_EXIT_AGAIN,
		    "a control line is not JSON");
	if (!kind_of(line, &control->kind))
		return ev_err_set(err, EV_BAD, EV_EXIT_CONFIG,
		    "a control line of a kind that this version does not "
		    "know: %.*s",
		    line.len < 60 ? (int)line.len : 60, line.ptr);
	if (control->kind != EV_CONTROL_FAIL)
		return EV_OK;
	status = member(line, "status");
	control->status = status.type == EV_STRING
	    ? (int)strtol(status.ptr + 1, NULL, 10)
	    : 0;
	if (control->status < 1 || control->status > 255)
		return ev_err_set(err, EV_BAD, EV_EXIT_AGAIN,
		    "a failure line without a status");
	control->by = text_of(line, "by");
	control->why = text_of(line, "why");
	return EV_OK;
}

void
ev_control_release(struct ev_control *control)
{
	free(control->by);
	free(control->why);
	control->by = control->why = NULL;
}

static void
text_member(struct ev_buf *out, const char *key, const char *text)
{
	struct ev_buf clean = {0};
	size_t len = strlen(text);

	/* File names may be anything; what is not UTF-8 becomes '?'. */
	ev_buf_append(&clean, text, len);
	for (size_t at; (at = ev_utf8_check(clean.ptr, len)) < len;)
		clean.ptr[at] = '?';
	ev_build_key(out, ev_slice_of(key));
	ev_build_text(out, ev_buf_as_slice(&clean));
	ev_buf_release(&clean);
}

void
ev_control_fail(struct ev_buf *out, const char *by, int status, const char *why)
{
	size_t from = out->len;
	char number[12];

	snprintf(number, sizeof(number), "%d", status);
	ev_build_open(out);
	text_member(out, "~ev", "fail");
	text_member(out, "by", by);
	text_member(out, "status", number);
	text_member(out, "why", why);
	ev_buf_printf(out, ",\"crc\":\"%08x\"}\n",
	    ev_crc32c(out->ptr + from, out->len - from));
}
