/*
 * table: rows by key, against a plain list that is searched from its start;
 * through growth of the index and of the rows' mapping, with several rows a
 * key, removals, and rows of several shapes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "random_json.h"
#include "state/table.h"

#define KEYS 3000

/* What the table should hold of a key: its rows' texts, joined. */
struct expected {
	struct ev_buf text;
	size_t rows;
};

static struct ev_slice
key_of(unsigned number, char *buf, size_t cap)
{
	/* Lengths that leave every alignment behind them. */
	int len = snprintf(buf, cap, "%u%.*s", number, (int)(number % 9),
	    "abcdefgh");

	return (struct ev_slice){buf, (size_t)len};
}

static void
add(struct ev_table *table, struct ev_slice key, struct expected *expected)
{
	static const char *const name[] = {"\"a\"", "\"b\"", "\"c\""};
	/* EV_SCAN_PADDING bytes behind the longest. */
	struct ev_slice names[3], value[3];
	char text[3][400];
	size_t count = random_below(4);

	for (size_t i = 0; i < count; i++) {
		/* Lengths of one and of two bytes. */
		snprintf(text[i], sizeof(text[i]), "\"%0*u\"",
		    random_below(8) ? 5 : 300, random_below(1000));
		names[i] = ev_slice_of(name[i]);
		value[i] = ev_slice_of(text[i]);
		ev_buf_printf(&expected->text, "%s%s:%s", i ? "," : "", name[i],
		    text[i]);
	}
	ev_buf_char(&expected->text, ';');
	expected->rows++;
	assert_true(ev_table_add(table, key,
	    ev_table_shape(table, names, count), value));
}

static void
check(const struct ev_table *table, struct ev_slice key,
    const struct expected *expected)
{
	const struct ev_row *row = ev_table_find(table, key);
	struct ev_buf text = {0};

	for (; row; row = ev_table_next(table, row)) {
		ev_table_append(table, row, &text);
		ev_buf_char(&text, ';');
	}
	assert_int_equal(text.len, expected->text.len);
	if (text.len)
		assert_memory_equal(text.ptr, expected->text.ptr, text.len);
	ev_buf_release(&text);
}

static void
test_random(void **state)
{
	struct expected *expected = ev_mem_zalloc(KEYS, sizeof(*expected));
	struct ev_table *table = ev_table_new();
	size_t rows = 0;
	char buf[64];

	(void)state;
	random_begin("table");
	for (int i = 0; i < 120000; i++) {
		unsigned number = random_below(KEYS);
		struct ev_slice key = key_of(number, buf, sizeof(buf));

		if (random_below(6)) {
			add(table, key, &expected[number]);
			rows++;
			continue;
		}
		assert_int_equal(ev_table_remove(table, key),
		    expected[number].rows);
		rows -= expected[number].rows;
		ev_buf_release(&expected[number].text);
		expected[number].rows = 0;
	}
	assert_int_equal(ev_table_rows(table), rows);
	for (unsigned number = 0; number < KEYS; number++) {
		check(table, key_of(number, buf, sizeof(buf)),
		    &expected[number]);
		ev_buf_release(&expected[number].text);
	}
	assert_null(ev_table_find(table, EV_SLICE("no such key")));
	assert_null(ev_table_find(table, EV_SLICE("")));
	assert_true(ev_table_bytes(table) > 1000000);
	ev_table_free(table);
	free(expected);
}

/* Removed keys leave slots that no longer serve: a table whose rows come and
 * go must not become slow, or search for ever. */
static void
test_churn(void **state)
{
	struct ev_table *table = ev_table_new();
	uint32_t none = ev_table_shape(table, NULL, 0);
	char buf[64];

	(void)state;
	for (unsigned i = 0; i < 200000; i++) {
		struct ev_slice key = key_of(i, buf, sizeof(buf));

		assert_true(ev_table_add(table, key, none, NULL));
		assert_int_equal(ev_table_remove(table, key), 1);
	}
	assert_int_equal(ev_table_rows(table), 0);
	assert_true(ev_table_bytes(table) < 4u << 20);
	/* one row, replaced for ever: a table that is followed */
	for (unsigned i = 0; i < 1000000; i++) {
		ev_table_remove(table, EV_SLICE("key"));
		assert_true(ev_table_add(table, EV_SLICE("key"), none, NULL));
	}
	assert_int_equal(ev_table_rows(table), 1);
	assert_true(ev_table_bytes(table) < 4u << 20);
	ev_table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_churn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
