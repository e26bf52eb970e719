/*
 * canon: the canonical form, by a table and on random events spelled anew; and
 * SipHash, which hashes it, by the vectors of its authors.
 */
#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/siphash.h"
#include "base/utf8.h"
#include "event/build.h"
#include "event/canon.h"
#include "event/scan.h"

/* The event's canonical form, in out. */
static void
canon_of(struct ev_canon *canon, const char *event, struct ev_buf *out)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_buf line = {0};
	const char *fault;

	ev_buf_str(&line, event);
	ev_buf_char(&line, '\n');
	ev_buf_reserve(&line, EV_SCAN_PADDING);
	memset(line.ptr + line.len, 'x', EV_SCAN_PADDING);
	ev_scan_line(scan, line.ptr, &fault);
	if (fault)
		fail_msg("%s: %s", event, ev_scan_reason(scan));
	out->len = 0;
	ev_canon_event(canon, ev_buf_as_slice(&line), out);
	ev_buf_cstr(out);
	ev_buf_release(&line);
	ev_scan_free(scan);
}

static const struct {
	const char *event, *form;
} cases[] = {
    {"{}", "{}"},
    {" { \"b\" : [ ] ,\t\"a\" : { } } ", "{\"a\":{},\"b\":[]}"},
    {"{\"a\":[1, [2 ,{}],\"x\" ]}", "{\"a\":[1,[2,{}],\"x\"]}"},
    /* keys: in order, once, the last one counts, at every depth */
    {"{\"b\":1,\"a\":2,\"b\":3,\"ab\":4}", "{\"a\":2,\"ab\":4,\"b\":3}"},
    {"{\"a\":1,\"\\u0061\":2}", "{\"a\":2}"},
    {"{\"o\":{\"y\":{\"d\":1,\"c\":2},\"x\":1,\"y\":null}}",
	"{\"o\":{\"x\":1,\"y\":null}}"},
    {"{\"\":1,\"\xC3\xA9\":2,\"z\":3}", "{\"\":1,\"z\":3,\"\xC3\xA9\":2}"},
    /* strings */
    {"{\"a\":\"\\u0041\\/\\\"\\\\\\b\\u0008\\u000A\\u001f\\u007f\"}",
	"{\"a\":\"A/\\\"\\\\\\b\\b\\n\\u001f\x7f\"}"},
    {"{\"a\":\"\\u00E9\\u4E2D\\ud83D\\uDe00\\u0022\\u005c\"}",
	"{\"a\":\"\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\\\"\\\\\"}"},
    {"{\"a\":\"\\u0000\\uD800x\\uDC00\\uD800\\u0041\\uD83D\\uD83D\\uDE00\"}",
	"{\"a\":\"\\u0000\\ud800x\\udc00\\ud800A\\ud83d\xF0\x9F\x98\x80\"}"},
    {"{\"a\":\"true\",\"b\":true,\"c\":false,\"d\":null}",
	"{\"a\":\"true\",\"b\":true,\"c\":false,\"d\":null}"},
};

static const struct {
	const char *number, *form;
} numbers[] = {
    {"0", "0"},
    {"-0", "0"},
    {"0.000", "0"},
    {"-0e5", "0"},
    {"0E-99999999999999999999999", "0"},
    {"1", "1"},
    {"1.0", "1"},
    {"1e0", "1"},
    {"10e-1", "1"},
    {"0.1e1", "1"},
    {"0.0001E+04", "1"},
    {"-1.00", "-1"},
    {"1e2", "100"},
    {"100", "100"},
    {"1.10", "1.1"},
    {"0.5", "0.5"},
    {"5e-1", "0.5"},
    {"0.05", "0.05"},
    {"123.456e1", "1234.56"},
    {"9007199254740993", "9007199254740993"},
    {"9007199254740993.0", "9007199254740993"},
    {"0.000001", "0.000001"},
    {"0.0000010", "0.000001"},
    {"1e-7", "1e-7"},
    {"0.00000012", "1.2e-7"},
    {"1e39", "1000000000000000000000000000000000000000"},
    {"1000000000000000000000000000000000000000",
	"1000000000000000000000000000000000000000"},
    {"1e40", "1e40"},
    {"10000000000000000000000000000000000000000", "1e40"},
    {"-12.5e50", "-1.25e51"},
    {"1e999999999999999999", "1e999999999999999999"},
    {"10e999999999999999998", "1e999999999999999999"},
    {"0.1e1000000000000000000", "1e999999999999999999"},
    {"0.01e1000000000000000001", "1e999999999999999999"},
    {"1e+0001000000000000000000", "1e1000000000000000000"},
    {"10e999999999999999999", "1e1000000000000000000"},
    {"100e99999999999999999999999", "1e100000000000000000000001"},
    {"0.0012e-99999999999999999999999", "1.2e-100000000000000000000002"},
    {"120e-100000000000000000000000001", "1.2e-99999999999999999999999999"},
};

static void
test_cases(void **state)
{
	struct ev_canon *canon = ev_canon_new();
	struct ev_buf out = {0};
	char event[256], form[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		canon_of(canon, cases[i].event, &out);
		assert_string_equal(cases[i].form, out.ptr);
		canon_of(canon, cases[i].form, &out);
		assert_string_equal(cases[i].form, out.ptr);
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		snprintf(event, sizeof(event), "{\"a\":%s}", numbers[i].number);
		snprintf(form, sizeof(form), "{\"a\":%s}", numbers[i].form);
		canon_of(canon, event, &out);
		assert_string_equal(form, out.ptr);
		canon_of(canon, form, &out);
		assert_string_equal(form, out.ptr);
	}
	ev_buf_release(&out);
	ev_canon_free(canon);
}

static void
test_ignored(void **state)
{
	struct ev_canon *canon = ev_canon_new();
	struct ev_buf out = {0};

	(void)state;
	ev_canon_ignore(canon, EV_SLICE("a"));
	ev_canon_ignore(canon, EV_SLICE("x\"\\"));
	canon_of(canon,
	    "{\"z\":{\"a\":1},\"\\u0061\":2,\"x\\\"\\\\\":3,"
	    "\"x\":4,\"a\":5}",
	    &out);
	assert_string_equal("{\"x\":4,\"z\":{\"a\":1}}", out.ptr);
	canon_of(canon, "{\"a\":1}", &out);
	assert_string_equal("{}", out.ptr);
	ev_buf_release(&out);
	ev_canon_free(canon);
}

static json_t *
random_value(int depth)
{
	static const char *const text[] = {"", "a", "\"\\/", "\n\t\x01",
	    "\xC3\xA9", "\xF0\x9F\x98\x80", "longer than sixteen bytes"};
	json_t *value;

	switch (rand() % (depth ? 6 : 4)) {
	case 0:
		return json_integer(rand() % 2000 - 1000);
	case 1:
		return json_real((rand() % 2000000 - 1000000) / 1024.0);
	case 2:
		return json_string(text[rand() % 7]);
	case 3:
		return rand() % 2 ? json_null() : json_true();
	case 4:
		value = json_array();
		for (int i = rand() % 4; i > 0; i--)
			json_array_append_new(value, random_value(depth - 1));
		return value;
	default:
		value = json_object();
		for (int i = rand() % (rand() % 20 ? 6 : 80); i > 0; i--) {
			char key[64];

			snprintf(key, sizeof(key), "%s%d", text[rand() % 7],
			    rand() % 100);
			json_object_set_new(value, key,
			    random_value(depth - 1));
		}
		return value;
	}
}

static void
spell_space(struct ev_buf *out)
{
	ev_buf_str(out, (const char *const[]){"", "", " ", "\t "}[rand() % 4]);
}

static void
spell_unit(uint32_t unit, struct ev_buf *out)
{
	if (rand() % 2)
		ev_buf_printf(out, "\\u%04" PRIx32, unit);
	else
		ev_buf_printf(out, "\\u%04" PRIX32, unit);
}

static void
spell_text(const char *text, struct ev_buf *out)
{
	ev_buf_char(out, '"');
	while (*text) {
		uint32_t code;
		unsigned len = ev_utf8_decode(text, &code);

		if (code >= 0x20 && code != '"' && code != '\\' && rand() % 2) {
			ev_buf_append(out, text, len);
		} else if (code >= 0x10000) {
			spell_unit(0xD800 + ((code - 0x10000) >> 10), out);
			spell_unit(0xDC00 + (code & 0x3FF), out);
		} else {
			spell_unit(code, out);
		}
		text += len;
	}
	ev_buf_char(out, '"');
}

/* k times ten to the power of -scale, in one of many ways. */
static void
spell_number(const json_t *value, struct ev_buf *out)
{
	char *text = json_dumps(value,
	    JSON_ENCODE_ANY | JSON_REAL_PRECISION(17));
	bool whole = !strpbrk(text, ".e");

	if (!strchr(text, 'e')) {
		ev_buf_str(out, text);
		if (whole && rand() % 2)
			ev_buf_str(out, ".0");
		else if (!whole && rand() % 2)
			ev_buf_str(out, "00");
		if (rand() % 2)
			ev_buf_str(out, rand() % 2 ? "e0" : "E-00");
	} else {
		ev_buf_str(out, text);
	}
	free(text);
}

static void spell(const json_t *value, struct ev_buf *out);

/* The members in random order, some of them twice (the first is wrong). */
static void
spell_object(const json_t *object, struct ev_buf *out)
{
	size_t count = json_object_size(object), i = 0;
	const char **key = calloc(count + 1, sizeof(*key));
	const char *name;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)object, name, member)
	    key[i++] = name;
	for (i = count; i > 1; i--) {
		size_t other = (size_t)rand() % i;
		const char *swap = key[other];

		key[other] = key[i - 1];
		key[i - 1] = swap;
	}
	ev_buf_char(out, '{');
	for (i = 0; i < count; i++) {
		if (out->ptr[out->len - 1] != '{')
			ev_buf_char(out, ',');
		if (rand() % 8 == 0) {
			spell_text(key[i], out);
			ev_buf_str(out, ":\"wrong\",");
		}
		spell_space(out);
		spell_text(key[i], out);
		spell_space(out);
		ev_buf_char(out, ':');
		spell_space(out);
		spell(json_object_get(object, key[i]), out);
	}
	ev_buf_char(out, '}');
	free(key);
}

static void
spell_array(const json_t *array, struct ev_buf *out)
{
	size_t i;
	json_t *element;

	ev_buf_char(out, '[');
	json_array_foreach(array, i, element)
	{
		if (i)
			ev_buf_char(out, ',');
		spell_space(out);
		spell(element, out);
		spell_space(out);
	}
	ev_buf_char(out, ']');
}

static void
spell(const json_t *value, struct ev_buf *out)
{
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		spell_object(value, out);
		break;
	case JSON_ARRAY:
		spell_array(value, out);
		break;
	case JSON_STRING:
		spell_text(json_string_value(value), out);
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		spell_number(value, out);
		break;
	default:
		ev_buf_str(out, json_is_null(value) ? "null" : "true");
		break;
	}
}

static json_t *
random_event(void)
{
	json_t *event;

	do {
		event = random_value(4);
		if (json_is_object(event))
			return event;
		json_decref(event);
	} while (true);
}

/* Turns integers into reals, so that 1 and 1.0 are equal to jansson. */
static json_t *
parse(const char *text)
{
	json_t *value = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);

	assert_non_null(value);
	return value;
}

/* However an event is spelled, the form is one; it means what the event
 * means, and is its own form. */
static void
test_random(void **state)
{
	struct ev_canon *canon = ev_canon_new();
	struct ev_buf text = {0}, form = {0}, again = {0};

	(void)state;
	for (int round = 0; round < 5000; round++) {
		json_t *event = random_event(), *before, *after;

		for (int i = 0; i < 3; i++) {
			text.len = 0;
			spell_object(event, &text);
			canon_of(canon, ev_buf_cstr(&text), i ? &again : &form);
			if (i)
				assert_string_equal(form.ptr, again.ptr);
		}
		canon_of(canon, form.ptr, &again);
		assert_string_equal(form.ptr, again.ptr);
		before = parse(text.ptr);
		after = parse(form.ptr);
		assert_true(json_equal(before, after));
		json_decref(before);
		json_decref(after);
		json_decref(event);
	}
	ev_buf_release(&text);
	ev_buf_release(&form);
	ev_buf_release(&again);
	ev_canon_free(canon);
}

static void
test_deep(void **state)
{
	struct ev_canon *canon = ev_canon_new();
	struct ev_buf text = {0}, out = {0};

	(void)state;
	for (int i = 0; i < EV_SCAN_DEPTH; i++)
		ev_buf_str(&text, "{\"b\":1,\"a\":");
	ev_buf_str(&text, "2");
	for (int i = 0; i < EV_SCAN_DEPTH; i++)
		ev_buf_char(&text, '}');
	canon_of(canon, ev_buf_cstr(&text), &out);
	assert_int_equal(text.len, out.len);
	assert_memory_equal("{\"a\":{\"a\":", out.ptr, 10);
	ev_buf_release(&text);
	ev_buf_release(&out);
	ev_canon_free(canon);
}

/* openssl mac -macopt size:16 -macopt hexkey:000102…0f SipHash, of the bytes
 * 0, 1, 2 …; the first two also stand in the reference's vectors.h. */
static void
test_siphash(void **state)
{
	static const struct {
		size_t len;
		uint64_t low, high;
	} vectors[] = {
	    {0, 0xe6a825ba047f81a3, 0x930255c71472f66d},
	    {1, 0x44af996bd8c187da, 0x45fc229b11597634},
	    {7, 0x53c1dbd8beebf1a1, 0x3982f01fa64ab8c0},
	    {8, 0x61f55862baa9623b, 0xb49714f364e2830f},
	    {15, 0x11a8b03399e99354, 0xd9c3cf970fec087e},
	    {16, 0xbb54b067caa4e26e, 0x77052385bf1533fd},
	    {63, 0x4a83502f77d15051, 0x7cbd3f979a063e50},
	};
	const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	unsigned char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)i;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(*vectors); i++) {
		struct ev_siphash hash = ev_siphash(key, text, vectors[i].len);

		assert_int_equal(vectors[i].low, hash.low);
		assert_int_equal(vectors[i].high, hash.high);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_ignored),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_deep),
	    cmocka_unit_test(test_siphash),
	};

	srand(1);
	return cmocka_run_group_tests_name("canon", tests, NULL, NULL);
}
