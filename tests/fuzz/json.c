/*
 * json: any bytes as JSON documents, whole and in pieces, which must say the
 * same; events must be what the scanner takes, and have a canonical form that
 * is its own; and of one line the lexer must say what the scanner says. The
 * first byte chooses path, limit and pieces.
 */
#include <stdint.h>
#include <stdlib.h>

#include "event/canon.h"
#include "event/scan.h"
#include "format/json.h"
#include "format/json_lex.h"

#include "../unit/decode.h"

static const char *const paths[] = {NULL, "a", "a.b", "a.b.c"};

static void
decode(uint8_t choice, struct ev_slice text, size_t step, struct ev_buf *out)
{
	struct ev_json_settings settings = {paths[choice & 3],
	    choice & 4 ? 16 : 1u << 20};
	struct decode_input in = decode_input(text, step);
	struct ev_decoder *decoder;
	struct ev_err err;

	if (ev_json_open(&decoder, &in.in, &settings, &err) != EV_OK)
		abort();
	decode_all(decoder, &in, out);
	decoder->free(decoder);
}

static struct ev_buf
padded(struct ev_slice line)
{
	struct ev_buf text = {0};

	ev_buf_slice(&text, line);
	ev_buf_char(&text, '\n');
	ev_buf_reserve(&text, EV_SCAN_PADDING);
	memset(text.ptr + text.len, 0, EV_SCAN_PADDING);
	return text;
}

static void
check_event(struct ev_scan *scan, struct ev_canon *canon, struct ev_slice line)
{
	struct ev_buf text = padded(line), form = {0}, again = {0}, line_form;
	const char *fault;

	ev_scan_line(scan, text.ptr, &fault);
	if (fault)
		abort();
	ev_canon_event(canon, ev_buf_as_slice(&text), &form);
	line_form = padded(ev_buf_as_slice(&form));
	ev_scan_line(scan, line_form.ptr, &fault);
	/* the order of keys may bring ~ev to the front */
	if (fault && !strstr(ev_scan_reason(scan), "reserved"))
		abort();
	ev_canon_event(canon, ev_buf_as_slice(&line_form), &again);
	if (!ev_slice_equal(ev_buf_as_slice(&form), ev_buf_as_slice(&again)))
		abort();
	ev_buf_release(&text);
	ev_buf_release(&form);
	ev_buf_release(&again);
	ev_buf_release(&line_form);
}

static void
check_events(struct ev_scan *scan, const struct ev_buf *out)
{
	struct ev_canon *canon = ev_canon_new();
	const char *at = out->ptr, *end = at + out->len;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (*at == '{')
			check_event(scan, canon,
			    (struct ev_slice){at, (size_t)(newline - at)});
		at = newline + 1;
	}
	ev_canon_free(canon);
}

/* How many documents there are; -1: it is none. */
static int
count(struct ev_slice text)
{
	struct ev_json_lex lex;
	const char *at = text.ptr;
	enum ev_json_event event;
	int documents = 0;

	ev_json_lex_init(&lex);
	while ((event = ev_json_lex_run(&lex, &at, text.ptr + text.len)) !=
	    EV_JSON_MORE) {
		if (event == EV_JSON_ERROR)
			return -1;
		documents += event == EV_JSON_END;
	}
	event = ev_json_lex_finish(&lex);
	if (event == EV_JSON_ERROR)
		return -1;
	return documents + (event == EV_JSON_END);
}

static void
check_line(struct ev_scan *scan, struct ev_slice line)
{
	struct ev_buf text = padded(line);
	const char *fault;

	ev_scan_any(scan, text.ptr, &fault);
	if (fault && strstr(ev_scan_reason(scan), "reserved"))
		fault = NULL;
	else if ((fault == NULL) != (count(line) == 1))
		abort();
	ev_buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_buf whole = {0}, pieces = {0};
	struct ev_slice text;

	if (size > 1) {
		text = (struct ev_slice){(const char *)data + 1, size - 1};
		decode(data[0], text, SIZE_MAX, &whole);
		decode(data[0], text, data[0] >> 3, &pieces);
		if (!ev_slice_equal(ev_buf_as_slice(&whole),
			ev_buf_as_slice(&pieces)))
			abort();
		check_events(scan, &whole);
		if (!memchr(text.ptr, '\n', text.len) &&
		    memcmp(text.ptr, "\xEF\xBB\xBF",
			text.len < 3 ? text.len : 3))
			check_line(scan, text);
	}
	ev_buf_release(&whole);
	ev_buf_release(&pieces);
	ev_scan_free(scan);
	return 0;
}
