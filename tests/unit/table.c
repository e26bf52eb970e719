/*
 * table: rows by key, against a plain list that is searched from its start;
 * through growth of the index and of the rows' mapping, with several rows a
 * key, removals, and rows of several shapes; and the rows that were added last,
 * which wait for their slots.
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
#define WAITING 16 /* rows of a table, as table.c has it */

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
check(struct ev_table *table, struct ev_slice key,
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
			/* The last rows that were added are found, too. */
			if (!random_below(40))
				check(table, key, &expected[number]);
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

/* --- rows that wait for their slots --------------------------------------- */

/* A row {"n":number}. */
static void
put(struct ev_table *table, struct ev_slice key, unsigned number)
{
	static const struct ev_slice name = {"\"n\"", 3};
	char text[64];
	struct ev_slice value = {text, 0};

	value.len = (size_t)snprintf(text, sizeof(text), "%u", number);
	assert_true(
	    ev_table_add(table, key, ev_table_shape(table, &name, 1), &value));
}

/* The rows of a key are those of these numbers, each behind a space. */
static void
holds(struct ev_table *table, struct ev_slice key, const char *numbers)
{
	struct expected expected = {0};

	for (char *end; *numbers; numbers = end)
		ev_buf_printf(&expected.text, "\"n\":%lu;",
		    strtoul(numbers, &end, 10));
	check(table, key, &expected);
	ev_buf_release(&expected.text);
}

/* However many were added since the last look, each is found, by itself and by
 * who expected it before the row was there. */
static void
test_found_at_once(void **state)
{
	char buf[64], number[32];

	(void)state;
	for (unsigned count = 1; count <= 2 * WAITING + 2; count++)
		for (unsigned i = 0; i < count; i++) {
			struct ev_table *table = ev_table_new();
			struct ev_slice key = key_of(i, buf, sizeof(buf));
			uint32_t hash = ev_table_expect(table, key);
			char other[64];

			for (unsigned n = 0; n < count; n++)
				put(table, key_of(n, other, sizeof(other)), n);
			ev_table_expect_row(table, hash);
			assert_int_equal(ev_table_rows(table), count);
			assert_non_null(
			    ev_table_find_expected(table, key, hash));
			snprintf(number, sizeof(number), " %u", i);
			holds(table, key, number);
			assert_null(ev_table_find(table,
			    key_of(count, other, sizeof(other))));
			ev_table_free(table);
		}
}

/* Rows of one key, so many that the first have slots when the last wait, and
 * rows of another between them: in the order they came. */
static void
test_one_key(void **state)
{
	struct ev_buf text = {0};

	(void)state;
	for (unsigned count = 1; count <= 2 * WAITING + 2; count++) {
		struct ev_table *table = ev_table_new();

		text.len = 0;
		for (unsigned n = 0; n < count; n++) {
			put(table, EV_SLICE("key"), n);
			if (n % 3 == 0)
				put(table, EV_SLICE("other"), n);
			ev_buf_printf(&text, " %u", n);
		}
		holds(table, EV_SLICE("key"), ev_buf_cstr(&text));
		holds(table, EV_SLICE("key"), ev_buf_cstr(&text));
		assert_int_equal(ev_table_remove(table, EV_SLICE("other")),
		    (count + 2) / 3);
		holds(table, EV_SLICE("key"), ev_buf_cstr(&text));
		ev_table_free(table);
	}
	ev_buf_release(&text);
}

/* A key that is removed while its rows wait is gone, and what comes of it
 * behind that is all there is of it; its neighbours stay. */
static void
test_removed(void **state)
{
	struct ev_slice key = EV_SLICE("key");
	char buf[64], number[32];

	(void)state;
	for (unsigned before = 0; before <= WAITING + 1; before++) {
		struct ev_table *table = ev_table_new();

		for (unsigned n = 0; n < before; n++)
			put(table, key_of(n, buf, sizeof(buf)), n);
		put(table, key, 100);
		assert_int_equal(ev_table_remove(table, key), 1);
		assert_int_equal(ev_table_remove(table, key), 0);
		put(table, key, 101);
		put(table, key, 102);
		assert_int_equal(ev_table_remove(table, key), 2);
		holds(table, key, "");
		put(table, key, 103);
		holds(table, key, " 103");
		put(table, key, 104);
		holds(table, key, " 103 104");
		assert_int_equal(ev_table_rows(table), before + 2);
		for (unsigned n = 0; n < before; n++) {
			snprintf(number, sizeof(number), " %u", n);
			holds(table, key_of(n, buf, sizeof(buf)), number);
		}
		ev_table_free(table);
	}
}

/* Nobody looks while the index and the rows' mapping grow, several times each,
 * with rows that wait; nor while what is left of removed rows is let go. */
static void
test_grows(void **state)
{
	struct ev_table *table = ev_table_new();
	size_t bytes = ev_table_bytes(table);
	char buf[64], number[64];

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (unsigned n = 0; n < 100000; n++)
			put(table, key_of(n, buf, sizeof(buf)), n + round);
		assert_int_equal(ev_table_rows(table), 100000);
		assert_true(ev_table_bytes(table) > bytes + (2u << 20));
		for (unsigned n = 0; n < 100000; n++) {
			snprintf(number, sizeof(number), " %u", n + round);
			holds(table, key_of(n, buf, sizeof(buf)), number);
		}
		for (unsigned n = 0; n < 100000; n++)
			assert_int_equal(ev_table_remove(table,
					     key_of(n, buf, sizeof(buf))),
			    1);
		assert_int_equal(ev_table_rows(table), 0);
	}
	ev_table_free(table);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_random),
	    cmocka_unit_test(test_churn),
	    cmocka_unit_test(test_found_at_once),
	    cmocka_unit_test(test_one_key),
	    cmocka_unit_test(test_removed),
	    cmocka_unit_test(test_grows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
