/*
 * scan: the reader and the scanner on any bytes, in pieces of a size that the
 * first byte says. What is accepted must be JSON to jansson, and every value
 * handed out must lie in its line. Of each line every pass, for whatever
 * processor, must say and find what the slow twin does (plain.h).
 */
#include <assert.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>

#define EV_SIMD_NONE
#include "event/reader.h"
#include "event/scan_pass.h"
#include "plain.h"

static const struct ev_scan_pass no_vectors = EV_SCAN_PASS;

struct bytes {
	struct ev_input in;
	const char *at, *end;
	size_t step;
};

static enum ev_status
bytes_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct bytes *self = (struct bytes *)in;
	size_t len = (size_t)(self->end - self->at);

	(void)err;
	if (!len)
		return EV_END;
	len = len < self->step ? len : self->step;
	*got = len < cap ? len : cap;
	memcpy(buf, self->at, *got);
	self->at += *got;
	return EV_OK;
}

static void
check_value(const struct ev_line *line, struct ev_value value)
{
	struct ev_member member;
	const char *at = NULL;

	if (value.type == EV_MISSING)
		return;
	assert(value.len > 0 && value.ptr >= line->text.ptr &&
	    value.ptr + value.len <= line->text.ptr + line->text.len);
	while (ev_value_next(value, &at, &member))
		check_value(line, member.value);
}

/* What jansson cannot take though it is JSON: numbers out of range, halves of
 * surrogate pairs, \u0000 in keys. */
static void
check_json(const struct ev_line *line)
{
	json_error_t error;
	json_t *root = json_loadb(line->text.ptr, line->text.len,
	    JSON_ALLOW_NUL, &error);

	assert(root || json_error_code(&error) == json_error_numeric_overflow ||
	    json_error_code(&error) == json_error_null_byte_in_key ||
	    strstr(error.text, "invalid Unicode"));
	json_decref(root);
}

static const struct ev_slice path[] = {{"a", 1}, {"b", 1}};

/* What a pass says of a line: the address of its fault, and a and a.b. */
static const char *
pass_says(const struct ev_scan_pass *pass, const char *line, size_t len,
    struct ev_slice found[2])
{
	struct ev_scan *scan = ev_scan_new();
	const char *fault;

	if (pass)
		scan->pass = pass;
	ev_scan_want(scan, path, 1);
	ev_scan_want(scan, path, 2);
	/* Twice, since the second time its guesses are right. */
	for (int i = 0; i < 2; i++)
		assert(ev_scan_line(scan, line, &fault) == line + len);
	for (int i = 0; i < 2 && !fault; i++) {
		struct ev_value value = ev_scan_fields(scan)[i];

		found[i] = value.type == EV_MISSING ? (struct ev_slice){0}
						    : ev_value_raw(value);
	}
	ev_scan_free(scan);
	return fault;
}

/* In memory that ends with the padding. */
static void
check_twins(struct ev_slice text)
{
	const struct ev_scan_pass *const pass[] = {NULL, &ev_scan_plain,
	    &no_vectors};
	char *line = malloc(text.len + 1 + EV_SCAN_PADDING);
	struct ev_slice found[2];
	bool event[2];

	memcpy(line, text.ptr, text.len);
	line[text.len] = '\n';
	memset(line + text.len + 1, '"', EV_SCAN_PADDING);
	for (unsigned i = 0; i < 2; i++) {
		struct plain plain = {.at = line,
		    .end = line + text.len,
		    .path = path,
		    .path_len = i + 1};

		event[i] = plain_event(&plain);
		found[i] = plain.found;
	}
	for (size_t i = 0; i < sizeof(pass) / sizeof(*pass); i++) {
		struct ev_slice also[2];
		const char *fault = pass_says(pass[i], line, text.len, also);

		assert(!fault == event[0] && event[0] == event[1]);
		for (int f = 0; f < 2 && !fault; f++)
			assert(also[f].ptr == found[f].ptr &&
			    also[f].len == found[f].len);
	}
	free(line);
}

static void
check_lines(const char *at, const char *end)
{
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *stop = newline ? newline : end;

		check_twins((struct ev_slice){at, (size_t)(stop - at)});
		at = stop + 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_scan *scan;
	struct ev_reader *reader;
	struct bytes in = {{"bytes", 0, bytes_read, NULL},
	    (const char *)data + 1, (const char *)data + size, 1};
	struct ev_line line;
	struct ev_err err;
	enum ev_status status;

	if (!size)
		return 0;
	check_lines(in.at, in.end);
	in.step = data[0] + 1u;
	scan = ev_scan_new();
	ev_scan_want(scan, path, 2);
	ev_scan_want(scan, path, 1);
	ev_scan_want_members(scan);
	reader = ev_reader_new(&in.in, 1000);
	while ((status = ev_reader_next(reader, scan, &line, &err)) != EV_END) {
		size_t count;
		const struct ev_member *member;

		assert(status == EV_OK || status == EV_BAD);
		if (status != EV_OK || line.control)
			continue;
		check_json(&line);
		check_value(&line, ev_scan_fields(scan)[0]);
		check_value(&line, ev_scan_fields(scan)[1]);
		member = ev_scan_members(scan, &count);
		for (size_t i = 0; i < count; i++) {
			check_value(&line, member[i].key);
			check_value(&line, member[i].value);
		}
	}
	ev_reader_free(reader);
	ev_scan_free(scan);
	return 0;
}
