/*
 * encoding: conversion to UTF-8 by tables, in pieces of every size and into
 * buffers of every size, and through the CSV decoder.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "format/csv.h"
#include "format/encoding.h"

#include "decode.h"

/* All that comes out, and "#EXIT: why" if it fails. */
static void
read_all(const char *name, struct ev_slice text, size_t step, size_t cap,
    struct ev_buf *out)
{
	struct decode_input in = decode_input(text, step);
	struct ev_encoding *encoding;
	struct ev_input *converted;
	enum ev_status status;
	struct ev_err err;
	size_t got;

	out->len = 0;
	assert_int_equal(ev_encoding_open(&encoding, &in.in, name, &err),
	    EV_OK);
	converted = ev_encoding_input(encoding);
	do {
		ev_buf_reserve(out, cap);
		status = converted->read(converted, out->ptr + out->len, cap,
		    &got, &err);
		if (status == EV_OK) {
			assert_true(got > 0 && got <= cap);
			out->len += got;
		}
	} while (status == EV_OK || status == EV_AGAIN);
	if (status == EV_FATAL)
		ev_buf_printf(out, "#%d: %s", err.exit, err.text);
	else
		assert_int_equal(converted->bytes, text.len);
	ev_encoding_close(encoding);
}

static void
check(const char *name, struct ev_slice text, const char *expect)
{
	static const size_t sizes[] = {1, 2, 3, 5, 64, 100000};
	struct ev_buf out = {0};

	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < 6; j++) {
			read_all(name, text, sizes[i], sizes[j], &out);
			assert_string_equal(ev_buf_cstr(&out), expect);
		}
	ev_buf_release(&out);
}

static void
test_encodings(void **state)
{
	(void)state;
	check("latin1", EV_SLICE(""), "");
	check("latin1", EV_SLICE("na\xEFve, caf\xE9\n"), "naïve, café\n");
	check("WINDOWS-1252", EV_SLICE("\x80 5"), "€ 5");
	check("shift_jis", EV_SLICE("\x93\xFA\x96\x7B"), "日本");
	check("utf-16",
	    EV_SLICE("\xFF\xFE"
		     "a\0,\0\xE4\0\n\0"),
	    "a,ä\n");
	check("utf-16", EV_SLICE("\xFE\xFF\0a\0,\xD8\x3D\xDE\x00"), "a,😀");
	check("utf-16be", EV_SLICE("\0a\0\xE4"), "aä");
	/* Stateful: what is held back comes out at the end. */
	check("iso-2022-jp", EV_SLICE("\x1B$BF|K\\\x1B(B!"), "日本!");
	check("utf-7", EV_SLICE("a+AOQ-"), "aä");
	/* One character that becomes two, held back until the next is known. */
	check("tcvn", EV_SLICE("a\xB3"), "á");
}

static void
test_invalid(void **state)
{
	(void)state;
	check("ascii",
	    EV_SLICE("abc\xE4"
		     "d"),
	    "abc#65: cannot read 'x.csv' as ascii: an invalid sequence at "
	    "byte 3");
	check("utf-16",
	    EV_SLICE("\xFF\xFE"
		     "a\0\x00\xDCx\0"),
	    "a#65: cannot read 'x.csv' as utf-16: an invalid sequence at "
	    "byte 4");
	check("utf-16le", EV_SLICE("a\0b"),
	    "a#65: cannot read 'x.csv' as utf-16le: the input ends in the "
	    "middle of a character at byte 2");
}

static void
test_names(void **state)
{
	struct decode_input in = decode_input(EV_SLICE(""), 1);
	struct ev_encoding *encoding;
	struct ev_err err;

	(void)state;
	assert_true(ev_encoding_is_utf8("UTF-8"));
	assert_true(ev_encoding_is_utf8("utf8"));
	assert_false(ev_encoding_is_utf8("utf-16"));
	assert_int_equal(ev_encoding_open(&encoding, &in.in, "klingon", &err),
	    EV_FATAL);
	assert_int_equal(err.exit, EV_EXIT_USAGE);
	assert_string_equal(err.text,
	    "--encoding: no encoding 'klingon' "
	    "(latin1, windows-1252, utf-16 …: iconv -l lists them)");
	/* It would drop what it cannot convert. */
	assert_int_equal(ev_encoding_open(&encoding, &in.in, "ascii//IGNORE",
			     &err),
	    EV_FATAL);
}

/* More than a block of each, so that characters lie across their ends. */
static void
test_large(void **state)
{
	struct ev_buf in = {0}, expect = {0}, out = {0};

	(void)state;
	for (int i = 0; i < 70001; i++) {
		ev_buf_append(&in, "\x93\xFA!", i % 3 ? 2 : 3);
		ev_buf_str(&expect, i % 3 ? "日" : "日!");
	}
	read_all("shift_jis", ev_buf_as_slice(&in), 999999, 200000, &out);
	assert_string_equal(ev_buf_cstr(&out), ev_buf_cstr(&expect));
	ev_buf_release(&in);
	ev_buf_release(&expect);
	ev_buf_release(&out);
}

static void
test_csv(void **state)
{
	struct ev_slice text = EV_SLICE("\xFF\xFE"
					"a\0,\0b\0\r\0\n\0"
					"1\0,\0\xE4\0\r\0\n\0");
	struct decode_input in = decode_input(text, 3);
	struct ev_csv_settings settings = EV_CSV_DEFAULTS;
	struct ev_encoding *encoding;
	struct ev_decoder *decoder;
	struct ev_buf out = {0};

	(void)state;
	assert_int_equal(ev_encoding_open(&encoding, &in.in, "utf-16", NULL),
	    EV_OK);
	assert_int_equal(ev_csv_open(&decoder, ev_encoding_input(encoding),
			     &settings, NULL),
	    EV_OK);
	decode_all(decoder, NULL, &out);
	assert_string_equal(ev_buf_cstr(&out), "{\"a\":1,\"b\":\"ä\"}\n");
	decoder->free(decoder);
	ev_encoding_close(encoding);
	ev_buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_encodings),
	    cmocka_unit_test(test_invalid),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_large),
	    cmocka_unit_test(test_csv),
	};

	return cmocka_run_group_tests_name("encoding", tests, NULL, NULL);
}
