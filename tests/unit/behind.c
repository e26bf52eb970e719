/*
 * behind: readers and decoders that go on where another one ended. For random
 * texts of each format: what one decoder gives in one go is what a row of them
 * give of which each begins behind the last record of the one before, whether
 * its input stands there or is read from its beginning; line numbers as well.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "event/reader.h"
#include "format/csv.h"
#include "format/json.h"
#include "format/regex.h"
#include "format/text.h"

#include "decode.h"

#define TRIALS 2000
#define MAX 64 /* bytes of an event */

enum format { LINES, CSV, CSV_COUNTED, TEXT, REGEX, JSON, FORMATS };

static unsigned seed;

static unsigned
chance(unsigned of)
{
	return (unsigned)rand_r(&seed) % of;
}

/* --- texts --------------------------------------------------------------- */

static void
put_csv(struct ev_buf *out, unsigned columns)
{
	static const char *const cells[] = {"", "1", "ab", "\"x\"\"y\"",
	    "\"x\ny\"", "\"a\r\nb\"", "ä", "\"\"", "zzzzzzzzzzzzzzzzzzzzzzzz"};
	static const char *const ends[] = {"\n", "\r\n", "\n\n", "\r"};

	for (unsigned i = 0; i < columns + !chance(12); i++) {
		if (i)
			ev_buf_char(out, ',');
		ev_buf_str(out, cells[chance(9)]);
	}
	ev_buf_str(out, ends[chance(4)]);
}

static void
put_line(struct ev_buf *out)
{
	static const char *const lines[] = {"{\"a\":1}", "{\"b\":\"xyz\"}",
	    "{\"c\":[1,2]} ", "no", "", "{}", "k=1", "ä",
	    /* more than MAX */
	    ("{\"long\":\"zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
	     "zzzzzzzz\"}")};

	ev_buf_str(out, lines[chance(9)]);
	ev_buf_str(out, chance(3) ? "\n" : "\r\n");
}

static void
put_json(struct ev_buf *out)
{
	static const char *const texts[] = {"[{\"a\":1},{\"b\":2}]\n",
	    "{\"a\":\n1}", "[1, {\"x\":{\"y\":2}} ]", " \n", "[]", "{} {}"};

	ev_buf_str(out, texts[chance(6)]);
}

static void
make_text(enum format format, struct ev_buf *out)
{
	unsigned columns = chance(3) + 1;

	out->len = 0;
	if (format == CSV && !chance(4))
		ev_buf_str(out, "\xEF\xBB\xBF");
	if (format == CSV)
		for (unsigned i = 0; i < columns; i++)
			ev_buf_printf(out, "%sn%u%s", i ? "," : "", i,
			    i + 1 < columns ? ""
				: chance(2) ? "\n"
					    : "\r\n");
	for (unsigned n = chance(12); n; n--)
		if (format == JSON)
			put_json(out);
		else if (format == CSV || format == CSV_COUNTED)
			put_csv(out, columns);
		else
			put_line(out);
	/* Without the last line end. */
	if (out->len && chance(3))
		out->len -= chance(3) && out->len > 1 &&
			out->ptr[out->len - 2] == '\r'
		    ? 2
		    : 1;
}

/* --- one that reads ------------------------------------------------------ */

/* Reads at most `most` records, and says them and where the last one ends. */
static struct ev_behind
read_lines(struct decode_input *in, const struct ev_behind *from, bool there,
    unsigned most, struct ev_buf *said)
{
	struct ev_reader *reader = ev_reader_new(&in->in, MAX);
	struct ev_scan *scan = ev_scan_new();
	struct ev_behind behind;
	enum ev_status status = EV_OK;
	struct ev_line line;
	struct ev_err err;

	if (from)
		ev_reader_go(reader, from, there);
	while (most && status != EV_END) {
		status = ev_reader_next(reader, scan, &line, &err);
		assert_true(
		    status == EV_OK || status == EV_BAD || status == EV_END);
		if (status == EV_END)
			break;
		ev_buf_printf(said, "%u %s %.*s\n", (unsigned)line.number,
		    status == EV_OK ? "is" : "bad", (int)line.text.len,
		    line.text.ptr);
		most--;
	}
	behind = ev_reader_behind(reader);
	ev_reader_free(reader);
	ev_scan_free(scan);
	return behind;
}

static struct ev_decoder *
open_decoder(enum format format, struct ev_input *in)
{
	struct ev_csv_settings csv = EV_CSV_DEFAULTS;
	struct ev_text_settings text = {NULL, MAX};
	struct ev_regex_settings regex = {"(?<x>.)=(?<y>.)", MAX};
	struct ev_json_settings json = {NULL, MAX};
	struct ev_decoder *decoder = NULL;
	enum ev_status status;
	struct ev_err err;

	csv.max_event = MAX;
	csv.headerless = format == CSV_COUNTED;
	if (format == TEXT)
		status = ev_text_open(&decoder, in, &text, &err);
	else if (format == REGEX)
		status = ev_regex_open(&decoder, in, &regex, &err);
	else if (format == JSON)
		status = ev_json_open(&decoder, in, &json, &err);
	else
		status = ev_csv_open(&decoder, in, &csv, &err);
	assert_int_equal(status, EV_OK);
	return decoder;
}

static struct ev_behind
read_records(enum format format, struct decode_input *in,
    const struct ev_behind *from, bool there, unsigned most,
    struct ev_buf *said)
{
	struct ev_decoder *decoder = open_decoder(format, &in->in);
	enum ev_status status = EV_OK;
	struct ev_buf event = {0};
	struct ev_record record;
	struct ev_behind behind;
	struct ev_err err;
	uint64_t at = 0;

	if (from && decoder->go) {
		do
			status = decoder->go(decoder, from, there ? &at : NULL,
			    &err);
		while (status == EV_AGAIN);
		if (there && status == EV_OK)
			in->ptr = in->begin + at;
	}
	while (most && status != EV_END && status != EV_FATAL) {
		event.len = 0;
		status = decoder->next(decoder, &event, &record, &err);
		if (status != EV_OK && status != EV_BAD)
			continue;
		/* JSON is read from its beginning. */
		if (from && !decoder->go &&
		    decoder->behind(decoder).offset <= from->offset)
			continue;
		ev_buf_printf(said, "%u %s %.*s\n", (unsigned)record.line,
		    status == EV_OK ? "is" : "bad",
		    (int)(status == EV_OK ? event.len : record.input.len),
		    status == EV_OK ? event.ptr : record.input.ptr);
		most--;
	}
	behind = decoder->behind(decoder);
	decoder->free(decoder);
	ev_buf_release(&event);
	return behind;
}

/* AGAIN needs somebody who waits. */
static enum ev_status
no_wait(struct ev_input *in, struct ev_err *err)
{
	(void)in;
	(void)err;
	return EV_OK;
}

static struct ev_behind
read_some(enum format format, struct ev_slice text,
    const struct ev_behind *from, bool there, unsigned most,
    struct ev_buf *said)
{
	struct decode_input in = decode_input(text, 0);

	in.in.wait = no_wait;
	if (format != LINES)
		return read_records(format, &in, from, there, most, said);
	if (from && there)
		in.ptr += from->offset;
	return read_lines(&in, from, there, most, said);
}

/* --- tests --------------------------------------------------------------- */

static void
run(enum format format)
{
	struct ev_buf text = {0}, whole = {0}, parts = {0};

	for (int i = 0; i < TRIALS; i++) {
		bool there = chance(2);
		struct ev_behind at = {0};
		size_t before = 1;

		make_text(format, &text);
		whole.len = parts.len = 0;
		read_some(format, ev_buf_as_slice(&text), NULL, true, 1000,
		    &whole);
		while (parts.len != before) {
			before = parts.len;
			at = read_some(format, ev_buf_as_slice(&text),
			    at.offset ? &at : NULL, there, chance(3) + 1,
			    &parts);
			assert_true(at.offset <= text.len);
		}
		if (!ev_slice_equal(ev_buf_as_slice(&whole),
			ev_buf_as_slice(&parts))) {
			print_error("format %d, %s\n%s---\nwhole:\n%s---\n"
				    "in parts:\n%s",
			    format, there ? "there" : "from its beginning",
			    ev_buf_cstr(&text), ev_buf_cstr(&whole),
			    ev_buf_cstr(&parts));
			fail();
		}
	}
	ev_buf_release(&text);
	ev_buf_release(&whole);
	ev_buf_release(&parts);
}

#define TEST(name, format) \
	static void test_##name(void **state) \
	{ \
		(void)state; \
		run(format); \
	}
TEST(lines, LINES)
TEST(csv, CSV)
TEST(counted, CSV_COUNTED)
TEST(text, TEXT)
TEST(regex, REGEX)
TEST(json, JSON)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lines),
	    cmocka_unit_test(test_csv),
	    cmocka_unit_test(test_counted),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_regex),
	    cmocka_unit_test(test_json),
	};
	const char *text = getenv("EV_SEED");

	seed = text ? (unsigned)strtoul(text, NULL, 10) : 1;
	return cmocka_run_group_tests_name("behind", tests, NULL, NULL);
}
