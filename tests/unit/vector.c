/*
 * vector: positions set, taken away, merged and written, by table; and beside
 * a model that is too simple to be wrong, at random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "event/vector.h"
#include "random_json.h"

static struct ev_value
object(const char *json)
{
	return (struct ev_value){json, (uint32_t)strlen(json),
	    *json == '{' ? EV_OBJECT : EV_ARRAY, false};
}

static void
assert_is(const struct ev_vector *vector, const char *json)
{
	struct ev_buf out = {0};

	ev_vector_build(vector, &out);
	assert_string_equal(ev_buf_cstr(&out), json);
	ev_buf_release(&out);
}

static void
set(struct ev_vector *vector, const char *key, const char *value)
{
	ev_vector_set(vector, ev_slice_of(key),
	    value ? ev_slice_of(value) : (struct ev_slice){0});
}

static void
test_set(void **state)
{
	struct ev_vector *vector = ev_vector_new();
	struct ev_slice key, value;

	(void)state;
	assert_is(vector, "{}");
	set(vector, "b", "1");
	set(vector, "a#\"", "line\n");
	set(vector, "c", "");
	set(vector, "b", "2");
	assert_is(vector, "{\"b\":\"2\",\"a#\\\"\":\"line\\n\",\"c\":\"\"}");
	assert_int_equal(ev_vector_count(vector), 3);
	value = ev_vector_get(vector, EV_SLICE("c"));
	assert_non_null(value.ptr);
	assert_int_equal(value.len, 0);
	assert_null(ev_vector_get(vector, EV_SLICE("d")).ptr);

	set(vector, "b", NULL);
	set(vector, "never", NULL);
	assert_int_equal(ev_vector_count(vector), 2);
	assert_null(ev_vector_get(vector, EV_SLICE("b")).ptr);
	assert_is(vector, "{\"a#\\\"\":\"line\\n\",\"c\":\"\"}");
	set(vector, "b", "3");
	assert_is(vector, "{\"a#\\\"\":\"line\\n\",\"c\":\"\",\"b\":\"3\"}");
	set(vector, "c", NULL);
	ev_vector_at(vector, 1, &key, &value);
	assert_true(ev_slice_is(key, "b") && ev_slice_is(value, "3"));
	/* a value that stands in the vector itself */
	ev_vector_set(vector, EV_SLICE("b"), value);
	assert_is(vector, "{\"a#\\\"\":\"line\\n\",\"b\":\"3\"}");
	ev_vector_clear(vector);
	assert_is(vector, "{}");
	set(vector, "b", "4");
	assert_is(vector, "{\"b\":\"4\"}");
	ev_vector_free(vector);
}

static void
test_merge(void **state)
{
	static const char *const bad[] = {"[]", "{\"a\":\"9\",\"x\":1}",
	    "{\"a\":\"9\",\"x\":{}}", "{\"a\":\"9\",\"x\":true}",
	    "{\"a\":\"9\",\"x\":\"\\u0000\"}",
	    "{\"a\":\"9\",\"\\uD800\":\"\"}"};
	struct ev_vector *vector = ev_vector_new();
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_vector_merge(vector,
			     object("{\"a\":\"1\",\"b\":\"2\",\"c\":null}"),
			     &err),
	    EV_OK);
	assert_is(vector, "{\"a\":\"1\",\"b\":\"2\"}");
	assert_int_equal(ev_vector_merge(vector,
			     object("{ \"b\" : null, \"\\u0064\":\"\\u00e9\", "
				    "\"a\":\"3\" }"),
			     &err),
	    EV_OK);
	assert_is(vector, "{\"a\":\"3\",\"d\":\"\xC3\xA9\"}");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		err.text[0] = '\0';
		assert_int_equal(ev_vector_merge(vector, object(bad[i]), &err),
		    EV_BAD);
		assert_string_not_equal(err.text, "");
		assert_is(vector, "{\"a\":\"3\",\"d\":\"\xC3\xA9\"}");
	}
	ev_vector_free(vector);
}

static void
test_equal(void **state)
{
	struct ev_vector *a = ev_vector_new(), *b = ev_vector_new();

	(void)state;
	assert_true(ev_vector_equal(a, b));
	set(a, "x", "1");
	set(a, "y", "2");
	set(b, "y", "2");
	assert_false(ev_vector_equal(a, b));
	assert_false(ev_vector_equal(b, a));
	set(b, "x", "1");
	assert_true(ev_vector_equal(a, b));
	set(b, "x", "3");
	assert_false(ev_vector_equal(a, b));
	set(b, "x", NULL);
	set(b, "z", "1");
	assert_false(ev_vector_equal(a, b));
	ev_vector_free(a);
	ev_vector_free(b);
}

/* The model: sixteen keys, when each came, and its value. */
static void
test_random(void **state)
{
	struct ev_vector *vector = ev_vector_new(), *copy = ev_vector_new();
	struct ev_buf built = {0};
	unsigned value[16] = {0}, came[16] = {0}, clock = 0, count = 0;

	(void)state;
	random_begin("vector");
	for (unsigned long i = 0; i < random_cases(20000); i++) {
		unsigned k = random_below(16), v = random_below(3);
		char key[2] = {(char)('a' + k), 0}, digit[2] = {0};
		struct ev_slice got_key, got, last = {0};

		digit[0] = (char)('0' + v);
		set(vector, key, v ? digit : NULL);
		if (v && !value[k])
			came[k] = ++clock;
		count = count + (v && !value[k]) - (!v && value[k]);
		value[k] = v;
		assert_int_equal(ev_vector_count(vector), count);
		if (random_below(8))
			continue;
		for (unsigned j = 0; j < count; j++) {
			ev_vector_at(vector, j, &got_key, &got);
			k = (unsigned)(*got_key.ptr - 'a');
			assert_int_equal(*got.ptr - '0', value[k]);
			if (last.ptr)
				assert_true(came[*last.ptr - 'a'] < came[k]);
			last = got_key;
		}
		built.len = 0;
		ev_vector_build(vector, &built);
		ev_vector_clear(copy);
		assert_int_equal(ev_vector_merge(copy,
				     object(ev_buf_cstr(&built)), NULL),
		    EV_OK);
		assert_true(ev_vector_equal(copy, vector));
	}
	ev_buf_release(&built);
	ev_vector_free(vector);
	ev_vector_free(copy);
}

/* A folder of which all files go at once must not cost their square. */
static void
test_many(void **state)
{
	struct ev_vector *vector = ev_vector_new();
	struct ev_slice key, value;
	char name[16];

	(void)state;
	for (unsigned round = 0; round < 2; round++)
		for (unsigned i = 0; i < 100000; i++) {
			snprintf(name, sizeof(name), "%u", i);
			set(vector, name, round && i % 1000 ? NULL : "1");
		}
	assert_int_equal(ev_vector_count(vector), 100);
	ev_vector_at(vector, 99, &key, &value);
	assert_true(ev_slice_is(key, "99000"));
	ev_vector_free(vector);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_set),
	    cmocka_unit_test(test_merge),
	    cmocka_unit_test(test_equal),
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
