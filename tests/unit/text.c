/*
 * text: the decoders of lines: text and regular expressions.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/regex.h"
#include "format/text.h"

#include "decode.h"

/* An event a line; "! LINE REASON | BYTES" for what is bad. */
static void
decode(struct ev_decoder *decoder, struct ev_buf *out)
{
	struct ev_record record;
	enum ev_status status;
	struct ev_err err;

	out->len = 0;
	while (
	    (status = decoder->next(decoder, out, &record, &err)) != EV_END) {
		if (status == EV_AGAIN)
			continue;
		if (status == EV_BAD) {
			ev_buf_printf(out, "! %" PRIu64 " %s | ", record.line,
			    err.text);
			ev_buf_slice(out, record.input);
		} else {
			assert_int_equal(EV_OK, status);
		}
		ev_buf_char(out, '\n');
	}
	ev_buf_cstr(out);
	decoder->free(decoder);
}

#define NUL_LINE "x\0y\n"

static const struct {
	const char *field;
	struct ev_slice text;
	const char *result;
} texts[] = {
    {NULL, EV_SLICE(""), ""},
    {NULL, EV_SLICE("\n"), "{\"message\":\"\"}\n"},
    {NULL, EV_SLICE("a\n\nb"),
	"{\"message\":\"a\"}\n{\"message\":\"\"}\n"
	"{\"message\":\"b\"}\n"},
    {"line \"1\"", EV_SLICE("a\r\nb\rc\n\r\n"),
	"{\"line \\\"1\\\"\":\"a\"}\n{\"line \\\"1\\\"\":\"b\\rc\"}\n"
	"{\"line \\\"1\\\"\":\"\"}\n"},
    {NULL, EV_SLICE("caf\xC3\xA9 \"x\" \\ \t\n"),
	"{\"message\":\"caf\xC3\xA9 \\\"x\\\" \\\\ \\t\"}\n"},
    {NULL, EV_SLICE(NUL_LINE), "{\"message\":\"x\\u0000y\"}\n"},
    {NULL, EV_SLICE("a\nb\xFFz\nc\n"),
	"{\"message\":\"a\"}\n"
	"! 2 not UTF-8 at byte 2 | b\xFFz\n{\"message\":\"c\"}\n"},
    {NULL, EV_SLICE("torn \xE4\xB8"),
	"! 1 not UTF-8 at byte 6 | torn "
	"\xE4\xB8\n"},
    {NULL, EV_SLICE("12345678901234567890123456789012345678901\nx\n"),
	"! 1 longer than 40 bytes | 12345678901234567890123456789012345678901"
	"\n{\"message\":\"x\"}\n"},
    {NULL, EV_SLICE("123456789012345678901234567\nx\n"),
	"! 1 longer than 40 bytes as an event | 123456789012345678901234567"
	"\n{\"message\":\"x\"}\n"},
};

static void
test_text(void **state)
{
	struct ev_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct ev_text_settings settings = {texts[i].field, 40};

		for (size_t step = 1; step < 70; step += step) {
			struct decode_input in = decode_input(texts[i].text,
			    step);
			struct ev_decoder *decoder;
			struct ev_err err;

			assert_int_equal(EV_OK,
			    ev_text_open(&decoder, &in.in, &settings, &err));
			decode(decoder, &out);
			assert_string_equal(texts[i].result, out.ptr);
		}
	}
	ev_buf_release(&out);
}

static const struct {
	const char *pattern, *text, *result;
} patterns[] = {
    {"^(?<ip>\\S+) (?:x|(?<n>\\d+)) (?<rest>.*)$",
	"::1 17 a \"b\"\nfe80 x \nnothing\n\n",
	"{\"ip\":\"::1\",\"n\":\"17\",\"rest\":\"a \\\"b\\\"\"}\n"
	"{\"ip\":\"fe80\",\"n\":null,\"rest\":\"\"}\n"
	"! 3 the line does not match the pattern | nothing\n"
	"! 4 the line does not match the pattern | \n"},
    /* fields stand in the order of the groups, not of their names */
    {"(?<z>.)(.)(?<a>.)", "123\r\n", "{\"z\":\"1\",\"a\":\"3\"}\n"},
    /* characters, not bytes */
    {"^(?<c>.)$", "\xC3\xA9\n", "{\"c\":\"\xC3\xA9\"}\n"},
    {"(?J)^a(?<v>.)|^b(?<v>.)", "a1\nb2\n", "{\"v\":\"1\"}\n{\"v\":\"2\"}\n"},
    {"(?<v>.)", "\xFF\n", "! 1 not UTF-8 at byte 1 | \xFF\n"},
    {"^(?<v>(a+)+)$",
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\naa\n",
	"! 1 the pattern gives up on the line: match limit exceeded | "
	"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\n"
	"{\"v\":\"aa\"}\n"},
};

static void
test_regex(void **state)
{
	struct ev_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct ev_regex_settings settings = {patterns[i].pattern, 200};
		struct decode_input in =
		    decode_input(ev_slice_of(patterns[i].text), 7);
		struct ev_decoder *decoder;
		struct ev_err err;

		assert_int_equal(EV_OK,
		    ev_regex_open(&decoder, &in.in, &settings, &err));
		decode(decoder, &out);
		assert_string_equal(patterns[i].result, out.ptr);
	}
	ev_buf_release(&out);
}

static void
test_refused(void **state)
{
	static const char *const wrong[] = {"(a)", "", "(?<a>", "(?<a>.)["};
	struct decode_input in = decode_input(EV_SLICE(""), 1);
	struct ev_decoder *decoder;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct ev_regex_settings settings = {wrong[i], 200};

		assert_int_equal(EV_FATAL,
		    ev_regex_open(&decoder, &in.in, &settings, &err));
		assert_int_equal(EV_EXIT_USAGE, err.exit);
	}
	assert_string_equal("the pattern is wrong at its byte 9: missing "
			    "terminating ] for character class",
	    err.text);
	assert_int_equal(EV_FATAL,
	    ev_text_open(&decoder, &in.in,
		&(struct ev_text_settings){"~ev", 200}, &err));
	assert_int_equal(EV_FATAL,
	    ev_text_open(&decoder, &in.in,
		&(struct ev_text_settings){"\xFF", 200}, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_regex),
	    cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
