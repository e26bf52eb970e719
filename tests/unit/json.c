/*
 * json: the decoder of JSON documents and its lexer, by tables, by
 * JSONTestSuite, and against jansson on random documents; always in chunks of
 * many sizes.
 */
#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "format/json.h"
#include "format/json_lex.h"

#include "decode.h"

#define SUITE "tests/data/JSONTestSuite/test_parsing"

/* Everything that a decoder says, as text: an event a line, "! LINE REASON"
 * for what is bad, then "| BYTES" with its input. */
static void
decode(struct ev_slice text, size_t step, const char *path, size_t max_event,
    bool bytes, struct ev_buf *out)
{
	struct ev_json_settings settings = {path, max_event};
	struct decode_input in = decode_input(text, step);
	struct ev_decoder *decoder;
	struct ev_record record;
	enum ev_status status;
	struct ev_err err;

	out->len = 0;
	assert_int_equal(EV_OK,
	    ev_json_open(&decoder, &in.in, &settings, &err));
	while (
	    (status = decoder->next(decoder, out, &record, &err)) != EV_END) {
		if (status == EV_AGAIN)
			continue;
		if (status == EV_BAD)
			ev_buf_printf(out, "! %" PRIu64 " %s", record.line,
			    err.text);
		else
			assert_int_equal(EV_OK, status);
		if (bytes) {
			assert_int_equal(record.length, record.input.len);
			ev_buf_str(out, " | ");
			ev_buf_slice(out, record.input);
		}
		ev_buf_char(out, '\n');
	}
	decoder->free(decoder);
	ev_buf_cstr(out);
}

static const struct {
	const char *path, *text, *result;
} cases[] = {
    {NULL, "", ""},
    {NULL, " \n\t\r", ""},
    {NULL, "{}", "{} | {}\n"},
    {NULL, "[]", ""},
    {NULL, "\xEF\xBB\xBF[{\"a\":1}]", "{\"a\":1} | {\"a\":1}\n"},
    {NULL, "[{\"a\" : 1.50 , \"b\":[ 1,\n\t{} ] }, {\"a\":\"\\u00e4 x\"}]",
	"{\"a\":1.50,\"b\":[1,{}]} | {\"a\" : 1.50 , \"b\":[ 1,\n\t{} ] }\n"
	"{\"a\":\"\\u00e4 x\"} | {\"a\":\"\\u00e4 x\"}\n"},
    {NULL, "{\"a\":1}{\"a\":2}\n{\"a\":3} [{\"a\":4}]\n",
	"{\"a\":1} | {\"a\":1}\n{\"a\":2} | {\"a\":2}\n"
	"{\"a\":3} | {\"a\":3}\n{\"a\":4} | {\"a\":4}\n"},
    {NULL, "[1,\n\"two\", [{\"a\":3}], {\"a\":4},\nnull, true, -0.5e3]",
	"! 1 not an object but a number | 1\n"
	"! 2 not an object but a string | \"two\"\n"
	"! 2 not an object but an array | [{\"a\":3}]\n"
	"{\"a\":4} | {\"a\":4}\n"
	"! 3 not an object but null | null\n"
	"! 3 not an object but a boolean | true\n"
	"! 3 not an object but a number | -0.5e3\n"},
    {NULL, "17", "! 1 not an object but a number | 17\n"},
    {NULL, "{\"~ev\":1}",
	"! 1 the key ~ev is reserved for control "
	"lines | {\"~ev\":1}\n"},
    {NULL, "{ \"\\u007eev\" :1}{\"a\":1,\"~ev\":2}{\"~e\":3}",
	"! 1 the key ~ev is reserved for control lines"
	" | { \"\\u007eev\" :1}\n"
	"{\"a\":1,\"~ev\":2} | {\"a\":1,\"~ev\":2}\n"
	"{\"~e\":3} | {\"~e\":3}\n"},
    /* the place of an error; the record ends with the wrong byte */
    {NULL, "[{\"a\":1},\n {\"a\":}, {}]\n{}",
	"{\"a\":1} | {\"a\":1}\n"
	"! 2 column 7: a value expected; what follows cannot be read"
	" | {\"a\":}\n"},
    {NULL, "[{\"a\":1}\n  {\"a\":2}]",
	"{\"a\":1} | {\"a\":1}\n"
	"! 2 column 3: a comma or ] expected; what follows cannot be read"
	" | {\n"},
    {NULL, "{\"a\":1} x",
	"{\"a\":1} | {\"a\":1}\n"
	"! 1 column 9: a value expected; what follows cannot be read"
	" | x\n"},
    {NULL, "[{\"a\":\"b",
	"! 1 column 9: it ends inside a string; what follows cannot be "
	"read | {\"a\":\"b\n"},
    {NULL, "[{\"a\":1},",
	"{\"a\":1} | {\"a\":1}\n"
	"! 1 column 10: it ends inside an array or object; what follows "
	"cannot be read | \n"},
    /* paths */
    {"data", "{\"n\":[{}],\"data\":[{\"a\":1},2],\"m\":{\"data\":[{}]}}",
	"{\"a\":1} | {\"a\":1}\n! 1 not an object but a number | 2\n"},
    {"data.items",
	"{\"data\":{\"k\":{\"items\":[{}]},\"items\":[{\"a\":1}"
	",{\"a\":2}],\"z\":0},\"items\":[{}]}\n"
	"{\"data\":{\"items\":[]}}{\"data\":{\"items\":{\"a\":3}}}",
	"{\"a\":1} | {\"a\":1}\n{\"a\":2} | {\"a\":2}\n"
	"{\"a\":3} | {\"a\":3}\n"},
    {"d\xC3\xA4ta", "{\"d\\u00e4ta\":[{}]}", "{} | {}\n"},
    {"a", "{\"a\":{\"a\":1}}", "{\"a\":1} | {\"a\":1}\n"},
    {"a", "{\"a\":null}", "! 1 not an object but null | null\n"},
    {"a.b", "{\"a\":[{\"b\":[{}]}]}\n{\"a\":{\"b\":[{}]}}",
	"! 1 nothing at the path a.b in this document"
	" | {\"a\":[{\"b\":[{}]}]}\n{} | {}\n"},
    {"a", "[{\"a\":[{}]}]\n5 {\"a\":{\"x\":1}}",
	"! 1 nothing at the path a in this document | [{\"a\":[{}]}]\n"
	"! 2 nothing at the path a in this document | 5\n"
	"{\"x\":1} | {\"x\":1}\n"},
    {"a", "{\"a\":[{}],\"b\":[nul]}",
	"{} | {}\n"
	"! 1 column 19: no such word: true, false or null expected; what "
	"follows cannot be read | ]\n"},
};

static void
test_cases(void **state)
{
	struct ev_buf out = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (size_t step = 0; step < 9; step++) {
			decode(ev_slice_of(cases[i].text),
			    step == 8 ? 1000 : step, cases[i].path, 1000, true,
			    &out);
			assert_string_equal(cases[i].result, out.ptr);
		}
	}
	ev_buf_release(&out);
}

static void
test_long(void **state)
{
	struct ev_buf text = {0}, out = {0};

	(void)state;
	ev_buf_str(&text, "[{\"a\":1}, {\"a\":\"");
	for (size_t i = 0; i < 300000; i++)
		ev_buf_char(&text, 'x');
	ev_buf_str(&text, "\"},\n{\"a\":");
	for (size_t i = 0; i < 300000; i++)
		ev_buf_char(&text, ' ');
	ev_buf_str(&text, "2}]");
	for (size_t step = 1; step < 1000000; step *= 10) {
		decode(ev_buf_as_slice(&text), step, NULL, 100, false, &out);
		assert_string_equal("{\"a\":1}\n! 1 longer than 100 bytes\n"
				    "{\"a\":2}\n",
		    out.ptr);
	}
	ev_buf_release(&text);
	ev_buf_release(&out);
}

/* How many documents the lexer takes in the text; -1: it refuses it. */
static int
count_documents(struct ev_slice text, size_t step)
{
	struct decode_input in = decode_input(text, step);
	struct ev_json_lex lex;
	char chunk[64];
	int count = 0;
	size_t got;
	enum ev_status status;

	ev_json_lex_init(&lex);
	while ((status = decode_read(&in.in, chunk, sizeof(chunk), &got,
		    NULL)) != EV_END) {
		const char *at = chunk;
		enum ev_json_event event;

		if (status != EV_OK)
			continue;
		while ((event = ev_json_lex_run(&lex, &at, chunk + got)) !=
		    EV_JSON_MORE) {
			if (event == EV_JSON_ERROR)
				return -1;
			count += event == EV_JSON_END;
		}
	}
	switch (ev_json_lex_finish(&lex)) {
	case EV_JSON_MORE:
		return count;
	case EV_JSON_END:
		return count + 1;
	default:
		return -1;
	}
}

static struct ev_buf
read_file(const char *name)
{
	struct ev_buf text = {0};
	char path[1024];
	FILE *file;
	size_t got;

	snprintf(path, sizeof(path), "%s/%s", SUITE, name);
	file = fopen(path, "r");
	assert_non_null(file);
	do {
		ev_buf_reserve(&text, 4096);
		got = fread(text.ptr + text.len, 1, 4096, file);
		text.len += got;
	} while (got);
	fclose(file);
	return text;
}

/* A file of the suite holds one document, or is refused. */
static void
test_suite(void **state)
{
	static const size_t steps[] = {1, 2, 3, 5, 64};
	DIR *dir = opendir(SUITE);
	struct dirent *entry;
	size_t files = 0;

	(void)state;
	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		char kind = entry->d_name[0];
		struct ev_buf text;

		if (kind != 'y' && kind != 'n')
			continue;
		files++;
		text = read_file(entry->d_name);
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
			int count = count_documents(ev_buf_as_slice(&text),
			    steps[i]);

			if ((count == 1) != (kind == 'y'))
				fail_msg("%s in chunks of %zu: %d documents",
				    entry->d_name, steps[i], count);
		}
		ev_buf_release(&text);
	}
	closedir(dir);
	assert_true(files >= 280);
}

static json_t *
random_text(void)
{
	static const char *const part[] = {"", "a", "\"", "\\", "\n", "/",
	    "\xC3\xA4", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80", "~ev", "\x01",
	    "some longer text that passes sixteen bytes"};
	struct ev_buf text = {0};
	json_t *value;

	for (int i = rand() % 5; i >= 0; i--)
		ev_buf_str(&text,
		    part[(size_t)rand() % (sizeof(part) / sizeof(*part))]);
	value = json_string(ev_buf_cstr(&text));
	ev_buf_release(&text);
	return value;
}

static json_t *
random_value(int depth)
{
	int kind = rand() % (depth ? 9 : 7);
	json_t *value;

	switch (kind) {
	case 0:
		return json_null();
	case 1:
		return json_boolean(rand() % 2);
	case 2:
		return json_integer(rand() - rand());
	case 3:
		return json_real((rand() - rand()) / (rand() + 1.0));
	case 7:
		value = json_array();
		for (int i = rand() % 4; i > 0; i--)
			json_array_append_new(value, random_value(depth - 1));
		return value;
	case 8:
		value = json_object();
		for (int i = rand() % 4; i > 0; i--) {
			json_t *key = random_text();

			json_object_set_new(value, json_string_value(key),
			    random_value(depth - 1));
			json_decref(key);
		}
		return value;
	default:
		return random_text();
	}
}

static bool
is_reserved(const json_t *object)
{
	const char *key = json_object_iter_key(
	    json_object_iter((json_t *)object));

	return key && !strcmp(key, "~ev");
}

/* What decode must say of an array, without what is bad. */
static void
expect(const json_t *array, size_t flags, struct ev_buf *out)
{
	size_t i;
	json_t *element;

	json_array_foreach(array, i, element)
	{
		char *text;

		if (!json_is_object(element) || is_reserved(element))
			continue;
		text = json_dumps(element, flags | JSON_COMPACT);
		ev_buf_printf(out, "%s\n", text);
		free(text);
	}
	ev_buf_cstr(out);
}

/* Takes the lines of bad records out. */
static void
only_events(struct ev_buf *out)
{
	char *to = out->ptr, *line = out->ptr;

	while (*line) {
		size_t len = (size_t)(strchr(line, '\n') - line) + 1;

		if (*line == '{') {
			memmove(to, line, len);
			to += len;
		}
		line += len;
	}
	*to = '\0';
}

static void
test_random(void **state)
{
	struct ev_buf out = {0}, expected = {0};

	(void)state;
	for (int round = 0; round < 5000; round++) {
		size_t flags = rand() % 2 ? JSON_ENSURE_ASCII : 0;
		json_t *array = json_array(), *document;
		bool inside = rand() % 2;
		char *text;

		for (int i = rand() % 8; i > 0; i--)
			json_array_append_new(array, random_value(4));
		document = json_pack("{s:[{}], s:{s:o}, s:{}}", "before",
		    "data", "items", array, "after");
		expected.len = 0;
		expect(array, flags, &expected);
		text = json_dumps(inside ? document : array,
		    flags | JSON_INDENT((size_t)rand() % 4));
		decode(ev_slice_of(text), 0, inside ? "data.items" : NULL,
		    100000, false, &out);
		only_events(&out);
		assert_string_equal(expected.ptr, out.ptr);
		free(text);
		json_decref(document);
	}
	ev_buf_release(&out);
	ev_buf_release(&expected);
}

/* Whether jansson refuses for a reason that is no reason here. */
static bool
is_stricter(const json_error_t *error)
{
	return strstr(error->text, "too big") ||
	    strstr(error->text, "overflow") ||
	    strstr(error->text, "surrogate") || strstr(error->text, "\\u") ||
	    strstr(error->text, "NUL byte");
}

static void
test_mutants(void **state)
{
	static const char bytes[] = "{}[]:,\"\\tfnu0159.eE+-x \n\x80\xC3\xED";

	(void)state;
	for (int round = 0; round < 50000; round++) {
		json_t *value = random_value(4);
		char *text = json_dumps(value,
		    JSON_ENCODE_ANY | JSON_INDENT((size_t)rand() % 3));
		size_t len = strlen(text);
		json_error_t error;
		json_t *parsed;
		int count;

		for (int i = rand() % 3; i > 0 && len; i--)
			text[(size_t)rand() % len] =
			    bytes[(size_t)rand() % (sizeof(bytes) - 1)];
		parsed = json_loadb(text, len,
		    JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL,
		    &error);
		count = count_documents((struct ev_slice){text, len}, 0);
		if ((count == 1) != (parsed != NULL) &&
		    (parsed || !is_stricter(&error)))
			fail_msg("%.*s: %d documents, jansson: %s", (int)len,
			    text, count, parsed ? "one" : error.text);
		json_decref(parsed);
		json_decref(value);
		free(text);
	}
}

static void
test_path_errors(void **state)
{
	static const char *const paths[] = {".", "a.", ".a", "a..b", "\"a"};
	struct decode_input in = decode_input(EV_SLICE(""), 1);
	struct ev_decoder *decoder;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct ev_json_settings settings = {paths[i], 100};

		assert_int_equal(EV_FATAL,
		    ev_json_open(&decoder, &in.in, &settings, &err));
		assert_int_equal(EV_EXIT_USAGE, err.exit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_cases),
	    cmocka_unit_test(test_long),
	    cmocka_unit_test(test_suite),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_mutants),
	    cmocka_unit_test(test_path_errors),
	};

	srand(1);
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
