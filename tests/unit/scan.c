/*
 * scan: the scanner by JSONTestSuite, against jansson and, pass against pass
 * for each kind of processor, on random and damaged lines; and what it hands
 * out.
 */
#include <dirent.h>
#include <inttypes.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* A pass that no program has where there is a better one: without vectors. */
#define EV_SIMD_NONE
#include "base/mem.h"
#include "event/scan_pass.h"
#include "random_json.h"

#define SUITE "tests/data/JSONTestSuite/test_parsing"

/* A line as the scanner wants it: newline, padding. Its memory ends with the
 * padding, so that valgrind and the sanitizers see one byte too many. */
struct line {
	char *ptr;
	size_t len;
};

static struct line
line_of(const char *text, size_t len)
{
	struct line line = {ev_mem_alloc(len + 1 + EV_SCAN_PADDING), len};

	memcpy(line.ptr, text, len);
	line.ptr[len] = '\n';
	memset(line.ptr + len + 1, '"', EV_SCAN_PADDING);
	return line;
}

static int
accepts(struct ev_scan *scan, const char *text, size_t len)
{
	struct line line = line_of(text, len);
	const char *fault;
	const char *end = ev_scan_any(scan, line.ptr, &fault);

	assert_ptr_equal(end, line.ptr + len);
	if (fault)
		assert_in_range((uintptr_t)fault, (uintptr_t)line.ptr,
		    (uintptr_t)end);
	free(line.ptr);
	return !fault;
}

static size_t
read_file(const char *folder, const char *name, char *buf, size_t cap)
{
	char path[512];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	len = fread(buf, 1, cap, file);
	fclose(file);
	return len;
}

static void
test_suite(void **state)
{
	struct ev_scan *scan = ev_scan_new();
	static char buf[400000];
	struct dirent *entry;
	DIR *folder = opendir(SUITE);
	int asked = 0;

	(void)state;
	assert_non_null(folder);
	while ((entry = readdir(folder))) {
		const char *name = entry->d_name;
		size_t len;

		if (name[0] == '.')
			continue;
		len = read_file(SUITE, name, buf, sizeof(buf));
		/* A document of several lines is not ours. */
		while (len && buf[len - 1] == '\n')
			len--;
		if (memchr(buf, '\n', len))
			continue;
		asked++;
		if (name[0] == 'y' && !accepts(scan, buf, len))
			fail_msg("%s was refused: %s", name,
			    ev_scan_reason(scan));
		if (name[0] == 'n' && accepts(scan, buf, len))
			fail_msg("%s was accepted", name);
		if (name[0] == 'i')
			accepts(scan, buf, len);
	}
	closedir(folder);
	assert_in_range(asked, 300, 400);
	ev_scan_free(scan);
}

/* What we let pass and jansson does not: numbers out of a double's range,
 * halves of surrogate pairs written as escapes, \\u0000 in a key. */
static int
lets_pass(const json_error_t *error)
{
	return json_error_code(error) == json_error_numeric_overflow ||
	    json_error_code(error) == json_error_null_byte_in_key ||
	    strstr(error->text, "invalid Unicode");
}

static void
same_string(struct ev_value value, const json_t *expected)
{
	struct ev_buf scratch = {0};
	struct ev_slice text;

	/* What holds \u0000 cannot be computed with. */
	if (ev_value_text(value, &scratch, &text, NULL) != EV_OK)
		assert_non_null(memchr(json_string_value(expected), '\0',
		    json_string_length(expected)));
	else {
		assert_int_equal(text.len, json_string_length(expected));
		if (text.len)
			assert_memory_equal(text.ptr,
			    json_string_value(expected), text.len);
	}
	ev_buf_release(&scratch);
}

static void
same_value(struct ev_value value, const json_t *expected)
{
	static const enum ev_type type[] = {[JSON_OBJECT] = EV_OBJECT,
	    [JSON_ARRAY] = EV_ARRAY,
	    [JSON_STRING] = EV_STRING,
	    [JSON_INTEGER] = EV_NUMBER,
	    [JSON_REAL] = EV_NUMBER,
	    [JSON_TRUE] = EV_TRUE,
	    [JSON_FALSE] = EV_FALSE,
	    [JSON_NULL] = EV_NULL};

	if (!expected) {
		assert_int_equal(value.type, EV_MISSING);
		return;
	}
	assert_int_equal(value.type, type[json_typeof(expected)]);
	if (value.type == EV_STRING)
		same_string(value, expected);
	if (json_is_integer(expected))
		assert_int_equal(strtoll(value.ptr, NULL, 10),
		    json_integer_value(expected));
	if (value.type == EV_ARRAY)
		for (size_t i = 0; i <= json_array_size(expected); i++)
			same_value(ev_value_element(value, (int64_t)i + 1),
			    json_array_get(expected, i));
	if (value.type == EV_OBJECT)
		same_value(ev_value_member(value, EV_SLICE("a")),
		    json_object_get(expected, "a"));
}

static const struct ev_slice path_a[] = {{"a", 1}};
static const struct ev_slice path_ab[] = {{"a", 1}, {"b", 1}};
static const struct ev_slice path_long[] =
    {{"a long key of more than thirty-two bytes", 40}, {"c", 1}};

static void
same_fields(const struct ev_value *field, const json_t *root)
{
	const json_t *a = json_object_get(root, "a");

	same_value(field[0], a);
	same_value(field[1], json_object_get(a, "b"));
	same_value(field[2],
	    json_object_get(json_object_get(root,
				"a long key of more than thirty-two bytes"),
		"c"));
	same_value(field[3], json_object_get(root, "id"));
}

static const struct ev_scan_pass no_vectors = EV_SCAN_PASS;

/* A scanner of this pass (NULL: of its own choice), which looks for what same_fields looks at. */
static struct ev_scan *
scan_by(const struct ev_scan_pass *pass)
{
	struct ev_scan *scan = ev_scan_new();

	if (pass)
		scan->pass = pass;
	ev_scan_want(scan, path_a, 1);
	ev_scan_want(scan, path_ab, 2);
	ev_scan_want(scan, path_long, 2);
	ev_scan_want_key(scan, EV_SLICE("id"));
	return scan;
}

static void
same_twin(struct ev_scan *twin, const struct line *line, const char *fault,
    const struct ev_value *field)
{
	const char *twin_fault;

	assert_ptr_equal(ev_scan_line(twin, line->ptr, &twin_fault),
	    line->ptr + line->len);
	assert_ptr_equal(twin_fault, fault);
	if (fault)
		return;
	for (int i = 0; i < 4; i++) {
		struct ev_value other = ev_scan_fields(twin)[i];

		assert_int_equal(other.type, field[i].type);
		if (other.type == EV_MISSING)
			continue;
		assert_ptr_equal(other.ptr, field[i].ptr);
		assert_int_equal(other.len, field[i].len);
		assert_int_equal(other.escaped, field[i].escaped);
	}
}

/* The first key of the text, spaced or escaped as it may be, is ~ev. */
static int
is_reserved(const char *reason)
{
	return strstr(reason, "reserved") != NULL;
}

static void
test_random(void **state)
{
	struct ev_scan *scan = scan_by(NULL);
	struct ev_scan *plain = scan_by(&ev_scan_plain);
	struct ev_scan *twin = scan_by(&no_vectors);
	struct ev_buf text = {0};
	unsigned long cases = random_cases(1000000), accepted = 0;

	(void)state;
	random_begin("scan");
	for (unsigned long i = 0; i < cases; i++) {
		struct line line;
		const char *fault;
		json_error_t error;
		json_t *root;

		/* Often the same line again, so that guesses hit. */
		if (i % 3 == 0) {
			text.len = 0;
			random_value(&text, 0);
		}
		if (i % 3 == 2)
			random_damage(&text);
		line = line_of(text.ptr, text.len);
		assert_ptr_equal(ev_scan_line(scan, line.ptr, &fault),
		    line.ptr + line.len);
		same_twin(plain, &line, fault, ev_scan_fields(scan));
		same_twin(twin, &line, fault, ev_scan_fields(scan));
		root = json_loadb(text.ptr, text.len, JSON_ALLOW_NUL, &error);
		if (!fault && !root && !lets_pass(&error))
			fail_msg("accepted, but jansson: %s: %.*s", error.text,
			    (int)text.len, text.ptr);
		if (fault && json_is_object(root) &&
		    !is_reserved(ev_scan_reason(scan)))
			fail_msg("refused (%s), but jansson takes: %.*s",
			    ev_scan_reason(scan), (int)text.len, text.ptr);
		if (!fault && root) {
			accepted++;
			same_fields(ev_scan_fields(scan), root);
		}
		json_decref(root);
		free(line.ptr);
	}
	assert_in_range(accepted, cases / 4, cases);
	ev_buf_release(&text);
	ev_scan_free(scan);
	ev_scan_free(plain);
	ev_scan_free(twin);
}

static const char *
refused(const char *text, size_t *column)
{
	struct ev_scan *scan = ev_scan_new();
	struct line line = line_of(text, strlen(text));
	const char *fault, *reason = NULL;

	ev_scan_line(scan, line.ptr, &fault);
	if (fault) {
		reason = ev_scan_reason(scan);
		*column = (size_t)(fault - line.ptr) + 1;
	}
	free(line.ptr);
	ev_scan_free(scan);
	return reason;
}

static void
test_reasons(void **state)
{
	static const struct {
		const char *text, *reason;
		size_t column;
	} cases[] = {
	    {"[1]", "not a JSON object", 1},
	    {"17", "not a JSON object", 1},
	    {"{\"a\":1", "the line ends too early", 7},
	    {"{\"a\":\"x", "the line ends too early", 8},
	    {"{\"a\":1}x", "something stands behind the value", 8},
	    {"{\"a\":01}", "a number with a leading zero", 7},
	    {"{\"a\":1.}", "a number needs a digit here", 8},
	    {"{\"a\":-}", "a number needs a digit here", 7},
	    {"{\"a\":\"\\x\"}", "unknown escape", 8},
	    {"{\"a\":\"\\u12g4\"}", "a \\u escape needs four hex digits", 11},
	    {"{\"a\":\"\x01\"}", "a control character in a string", 7},
	    {"{\"a\":\"\xC0\xAF\"}", "not valid UTF-8", 7},
	    {"{\"a\":\"\xED\xA0\x80\"}", "not valid UTF-8", 7},
	    {"{\"a\" 1}", "no colon after a key", 6},
	    {"{a:1}", "a key must be a string", 2},
	    {"{\"a\":1 \"b\":2}", "no comma or } after a member", 8},
	    {"{\"a\":[1 2]}", "no comma or ] after an element", 9},
	    {"{\"a\":nul}", "not a JSON value", 6},
	    {"{\"~ev\":1}", "the key ~ev is reserved for control lines", 2},
	    {"{ \"\\u007eev\":1}", "the key ~ev is reserved for control lines",
		3},
	    {"{\"a\":1,\"~ev\":1}", NULL, 0},
	    {"{}", NULL, 0},
	    {" { } ", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t column = 0;
		const char *reason = refused(cases[i].text, &column);

		if (!cases[i].reason) {
			assert_null(reason);
			continue;
		}
		assert_non_null(reason);
		assert_string_equal(reason, cases[i].reason);
		assert_int_equal(column, cases[i].column);
	}
}

/* The last of two members of one name counts, with all that is below it. */
static void
test_doubles(void **state)
{
	static const struct {
		const char *text, *a, *ab;
	} cases[] = {
	    {"{\"a\":1,\"a\":2}", "2", NULL},
	    {"{\"a\":{\"b\":1},\"a\":{\"c\":2}}", "{\"c\":2}", NULL},
	    {"{\"a\":{\"b\":1},\"a\":3}", "3", NULL},
	    {"{\"a\":3,\"a\":{\"b\":1}}", "{\"b\":1}", "1"},
	    {"{\"a\":{\"b\":1,\"b\":2}}", "{\"b\":1,\"b\":2}", "2"},
	    {"{\"\\u0061\":{\"\\u0062\":\"x\"}}", "{\"\\u0062\":\"x\"}",
		"\"x\""},
	};
	struct ev_scan *scan = ev_scan_new();

	(void)state;
	ev_scan_want(scan, path_a, 1);
	ev_scan_want(scan, path_ab, 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct line line = line_of(cases[i].text,
		    strlen(cases[i].text));
		const struct ev_value *field = ev_scan_fields(scan);
		const char *fault;

		ev_scan_line(scan, line.ptr, &fault);
		assert_null(fault);
		assert_true(ev_slice_is(ev_value_raw(field[0]), cases[i].a));
		assert_int_equal(field[1].type != EV_MISSING,
		    cases[i].ab != NULL);
		if (cases[i].ab)
			assert_true(
			    ev_slice_is(ev_value_raw(field[1]), cases[i].ab));
		free(line.ptr);
	}
	ev_scan_free(scan);
}

static void
test_members(void **state)
{
	static const char text[] = "{\"a\":1, \"b\" : [2,{}],\"\\u0063\":\"\"}";
	struct ev_scan *scan = ev_scan_new();
	struct line line = line_of(text, sizeof(text) - 1);
	const struct ev_member *member;
	const char *fault;
	size_t count;

	(void)state;
	ev_scan_want_members(scan);
	for (int again = 0; again < 3; again++) {
		ev_scan_line(scan, line.ptr, &fault);
		assert_null(fault);
		member = ev_scan_members(scan, &count);
		assert_int_equal(count, 3);
		assert_true(ev_slice_is(ev_value_raw(member[0].key), "\"a\""));
		assert_true(ev_slice_is(ev_value_raw(member[1].key), "\"b\""));
		assert_true(
		    ev_slice_is(ev_value_raw(member[1].value), "[2,{}]"));
		assert_true(member[2].key.escaped);
		assert_true(ev_value_text_is(member[2].key, EV_SLICE("c")));
	}
	free(line.ptr);
	ev_scan_free(scan);
}

/* More members than are guessed, and keys longer than a guess. */
static void
test_wide(void **state)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_buf text = {0};
	const struct ev_member *member;
	const char *fault;
	size_t count;

	(void)state;
	ev_scan_want_key(scan, EV_SLICE("k9999"));
	ev_scan_want_members(scan);
	ev_buf_char(&text, '{');
	for (int i = 0; i < 10000; i++)
		ev_buf_printf(&text, "%s\"k%d\":%d", i ? "," : "", i, i);
	ev_buf_str(&text, "}");
	for (int again = 0; again < 2; again++) {
		struct line line = line_of(text.ptr, text.len);

		ev_scan_line(scan, line.ptr, &fault);
		assert_null(fault);
		member = ev_scan_members(scan, &count);
		assert_int_equal(count, 10000);
		assert_true(
		    ev_slice_is(ev_value_raw(member[200].key), "\"k200\""));
		assert_true(
		    ev_slice_is(ev_value_raw(ev_scan_fields(scan)[0]), "9999"));
		free(line.ptr);
	}
	ev_buf_release(&text);
	ev_scan_free(scan);
}

static void
test_depth(void **state)
{
	struct ev_buf text = {0};
	size_t column;

	(void)state;
	for (unsigned depth = 1023; depth <= 1025; depth++) {
		text.len = 0;
		ev_buf_str(&text, "{\"a\":");
		for (unsigned i = 1; i < depth; i++)
			ev_buf_char(&text, '[');
		for (unsigned i = 1; i < depth; i++)
			ev_buf_char(&text, ']');
		ev_buf_char(&text, '}');
		if (depth <= 1024)
			assert_null(refused(ev_buf_cstr(&text), &column));
		else
			assert_string_equal(refused(ev_buf_cstr(&text),
						&column),
			    "nested more than 1024 deep");
	}
	ev_buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_suite),
	    cmocka_unit_test(test_reasons),
	    cmocka_unit_test(test_doubles),
	    cmocka_unit_test(test_members),
	    cmocka_unit_test(test_wide),
	    cmocka_unit_test(test_depth),
	    cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
