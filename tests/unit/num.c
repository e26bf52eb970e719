/*
 * num: SQL's numbers, by tables of what PostgreSQL 15 answers. (Thousands of
 * random cases are compared with the server itself: tests/oracle/num.bats.)
 */
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "expr/float8.h"
#include "expr/int8.h"
#include "expr/num.h"

static struct ev_num_pool pool;

static int
reset(void **state)
{
	(void)state;
	ev_num_pool_release(&pool);
	return 0;
}

/* The number's text, or its error; to be freed. */
static char *
show(enum ev_status status, struct ev_num num, const struct ev_err *err)
{
	struct ev_buf text = {0};
	char *copy;

	if (status == EV_OK) {
		ev_num_text(num, &text);
	} else {
		assert_int_equal(status, EV_BAD);
		assert_int_equal(err->exit, EV_EXIT_DATA);
		ev_buf_str(&text, err->text);
	}
	copy = ev_mem_strdup(ev_buf_cstr(&text));
	ev_buf_release(&text);
	return copy;
}

static void
check(char *got, const char *want)
{
	assert_string_equal(got, want);
	free(got);
}

static struct ev_num
num(const char *text)
{
	struct ev_num out;
	struct ev_err err;

	assert_int_equal(ev_num_from_text(ev_slice_of(text), &pool, &out, &err),
	    EV_OK);
	return out;
}

#define OVERFLOW "value overflows numeric format"

static void
json_numbers_keep_their_scale(void **state)
{
	static const char *const table[][2] = {
	    {"0", "0"},
	    {"-0", "0"},
	    {"-0.00", "0.00"},
	    {"1.10", "1.10"},
	    {"-1.5", "-1.5"},
	    {"1e5", "100000"},
	    {"1E-3", "0.001"},
	    {"1.5e-3", "0.0015"},
	    {"1.50e1", "15.0"},
	    {"1.5e3", "1500"},
	    {"-12.5E+1", "-125"},
	    {"0e10", "0"},
	    {"0.0e-2", "0.000"},
	    {"0e1000000000", "0"},
	    {"123456789012345678", "123456789012345678"},
	    {"1234567890123456789", "1234567890123456789"},
	    {"-9223372036854775808", "-9223372036854775808"},
	    {"9223372036854775807", "9223372036854775807"},
	    {"1234567890.0123456789", "1234567890.0123456789"},
	    {"0.000000000000000000000000000001",
		"0.000000000000000000000000000001"},
	    {"1e-40", "0.0000000000000000000000000000000000000001"},
	    {"12345678901234567890123456789012345678",
		"12345678901234567890123456789012345678"},
	    {"340282366920938463463374607431768211456.7",
		"340282366920938463463374607431768211456.7"},
	    {"99999999999999999999e20",
		"9999999999999999999900000000000000000000"},
	    {"1e131072", OVERFLOW},
	    {"1e999999", OVERFLOW},
	    {"1e-16384", OVERFLOW},
	    {"0e-16384", OVERFLOW},
	    {"1e99999999999999999999", OVERFLOW},
	    {"1e-99999999999999999999", OVERFLOW},
	    {"0e99999999999999999999", OVERFLOW},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ev_num out = {{0}, 0, 0};
		struct ev_err err;
		enum ev_status status = ev_num_from_json(ev_slice_of(
							     table[i][0]),
		    &pool, &out, &err);

		check(show(status, out, &err), table[i][1]);
	}
}

#define BAD(text) "invalid input syntax for type numeric: \"" text "\""

static void
text_is_read_as_a_cast_reads_it(void **state)
{
	static const char *const table[][2] = {
	    {"  12.50 ", "12.50"},
	    {"\t\n\v\f\r1\t\n\v\f\r", "1"},
	    {"+1", "1"},
	    {".5", "0.5"},
	    {"5.", "5"},
	    {"-.5e1", "-5"},
	    {"007", "7"},
	    {"1.e3", "1000"},
	    {"1e 5", "100000"},
	    {"nan", "NaN"},
	    {" NaN ", "NaN"},
	    {"inf", "Infinity"},
	    {"+INF", "Infinity"},
	    {"-Infinity", "-Infinity"},
	    {"", BAD("")},
	    {" ", BAD(" ")},
	    {".", BAD(".")},
	    {"-", BAD("-")},
	    {"1x", BAD("1x")},
	    {"1 2", BAD("1 2")},
	    {"1..2", BAD("1..2")},
	    {"1e", BAD("1e")},
	    {"1e+", BAD("1e+")},
	    {"1e+ 5", BAD("1e+ 5")},
	    {"e5", BAD("e5")},
	    {"+-1", BAD("+-1")},
	    {"+nan", BAD("+nan")},
	    {"infi", BAD("infi")},
	    {"1e131072x", BAD("1e131072x")},
	    {"1e9999999999x", OVERFLOW},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ev_num out = {{0}, 0, 0};
		struct ev_err err;
		enum ev_status status = ev_num_from_text(ev_slice_of(
							     table[i][0]),
		    &pool, &out, &err);

		check(show(status, out, &err), table[i][1]);
	}
}

static void
the_limits_of_the_type_hold(void **state)
{
	struct ev_num big = num("1e131071"), tiny = num("1e-16383"), out;
	struct ev_err err;
	struct ev_buf text = {0};

	(void)state;
	assert_int_equal(ev_num_add(big, tiny, &pool, &out, &err), EV_OK);
	ev_num_text(out, &text);
	assert_int_equal(text.len, EV_NUM_WHOLE_MAX + 1 + EV_NUM_SCALE_MAX);
	assert_true(text.ptr[0] == '1' && text.ptr[text.len - 1] == '1');
	ev_buf_release(&text);

	check(show(ev_num_mul(big, num("10"), &pool, &out, &err), out, &err),
	    OVERFLOW);
	check(show(ev_num_mul(big, num("0.1"), &pool, &out, &err), num("0"),
		  &err),
	    "0");
	assert_int_equal(ev_num_cmp(out, num("1e131070")), 0);
	/* A product beyond the last digit is rounded to it. */
	assert_int_equal(ev_num_mul(tiny, num("0.4"), &pool, &out, &err),
	    EV_OK);
	assert_int_equal(out.scale, EV_NUM_SCALE_MAX);
	assert_int_equal(ev_num_cmp(out, num("0")), 0);
	assert_int_equal(ev_num_mul(tiny, num("0.5"), &pool, &out, &err),
	    EV_OK);
	assert_int_equal(ev_num_cmp(out, tiny), 0);
	check(show(ev_num_round(num("5e131071"), -131072, &pool, &out, &err),
		  out, &err),
	    OVERFLOW);
	check(show(ev_num_round(num("4e131071"), INT32_MIN, &pool, &out, &err),
		  out, &err),
	    "0");
	assert_int_equal(ev_num_trunc(num("1"), INT32_MAX, &pool, &out, &err),
	    EV_OK);
	assert_int_equal(out.scale, EV_NUM_SCALE_MAX);
}

typedef enum ev_status binary(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);

static void
arithmetic_shows_the_digits_of_postgresql(void **state)
{
	static const struct {
		const char *a;
		char op;
		const char *b, *want;
	} table[] = {
	    {"1.10", '+', "2.2", "3.30"},
	    {"0.1", '+', "0.2", "0.3"},
	    {"1", '-', "1.00", "0.00"},
	    {"-1.5", '+', "1.5", "0.0"},
	    {"9223372036854775807", '+', "1", "9223372036854775808"},
	    {"-9223372036854775807", '-', "1", "-9223372036854775808"},
	    {"9223372036854775808", '-', "1", "9223372036854775807"},
	    {"1e30", '+', "1e-30",
		"1000000000000000000000000000000."
		"000000000000000000000000000001"},
	    {"1e-36", '+', "1", "1.000000000000000000000000000000000001"},
	    {"1.10", '*', "2.20", "2.4200"},
	    {"0.0", '*', "5.00", "0.000"},
	    {"-3", '*', "0.5", "-1.5"},
	    {"9223372036854775807", '*', "9223372036854775807",
		"85070591730234615847396907784232501249"},
	    {"1", '/', "3.0", "0.33333333333333333333"},
	    {"10", '/', "4", "2.5000000000000000"},
	    {"2.0", '/', "3", "0.66666666666666666667"},
	    {"-2.0", '/', "3", "-0.66666666666666666667"},
	    {"5000", '/', "3", "1666.6666666666666667"},
	    {"1", '/', "7e20", "0.0000000000000000000014285714285714285714"},
	    {"0", '/', "3", "0.00000000000000000000"},
	    {"1e20", '/', "3", "33333333333333333333"},
	    {"1.00000000000000000000001", '/', "1",
		"1.00000000000000000000001"},
	    {"1", '/', "0.00", "division by zero"},
	    {"5.5", '%', "2", "1.5"},
	    {"-5.5", '%', "2.00", "-1.50"},
	    {"5", '%', "-3", "2"},
	    {"1e25", '%', "7", "3"},
	    {"1e-30", '%', "7", "0.000000000000000000000000000001"},
	    {"1", '%', "0", "division by zero"},
	    {"NaN", '+', "1", "NaN"},
	    {"inf", '+', "-inf", "NaN"},
	    {"inf", '-', "inf", "NaN"},
	    {"inf", '-', "-inf", "Infinity"},
	    {"1", '-', "inf", "-Infinity"},
	    {"1", '-', "nan", "NaN"},
	    {"inf", '*', "0", "NaN"},
	    {"inf", '*', "-2", "-Infinity"},
	    {"inf", '/', "0", "division by zero"},
	    {"nan", '/', "0", "NaN"},
	    {"3.20", '/', "-inf", "0"},
	    {"inf", '/', "-2", "-Infinity"},
	    {"inf", '/', "inf", "NaN"},
	    {"inf", '%', "3", "NaN"},
	    {"3.20", '%', "inf", "3.20"},
	    {"inf", '%', "0", "division by zero"},
	    {"nan", '%', "0", "NaN"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		binary *compute = table[i].op == '+' ? ev_num_add
		    : table[i].op == '-'             ? ev_num_sub
		    : table[i].op == '*'             ? ev_num_mul
		    : table[i].op == '/'             ? ev_num_div
						     : ev_num_mod;
		struct ev_num out = num(table[i].a);
		struct ev_err err;
		enum ev_status status = compute(out, num(table[i].b), &pool,
		    &out, &err);

		check(show(status, out, &err), table[i].want);
	}
}

static void
comparison_is_exact(void **state)
{
	static const char *const rising[] = {
	    "-inf",
	    "-1e40",
	    "-9223372036854775809",
	    "-9223372036854775808",
	    "-9223372036854775807.5",
	    "-1.000001",
	    "-1",
	    "-1e-40",
	    "0",
	    "1e-40",
	    "1e-36",
	    "0.000000000000000001",
	    "1",
	    "1.0000000000000000001",
	    "9007199254740992",
	    "9007199254740993",
	    "9223372036854775807",
	    "9223372036854775807.1",
	    "9223372036854775808",
	    "1e40",
	    "inf",
	    "nan",
	};
	const int count = sizeof rising / sizeof *rising;

	(void)state;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < count; k++) {
			int order = ev_num_cmp(num(rising[i]), num(rising[k]));

			assert_int_equal((order > 0) - (order < 0),
			    (i > k) - (i < k));
		}
	assert_int_equal(ev_num_cmp(num("1.0"), num("1.00000")), 0);
	assert_int_equal(ev_num_cmp(num("-0"), num("0.000")), 0);
	assert_true(
	    ev_num_cmp_int(num("-9223372036854775808"), INT64_MIN) == 0);
	assert_true(
	    ev_num_cmp_int(num("-9223372036854775808.1"), INT64_MIN) < 0);
	assert_true(ev_num_cmp_int(num("-5"), INT64_MIN) > 0);
	assert_true(ev_num_cmp_int(num("nan"), INT64_MAX) > 0);
	assert_true(ev_num_cmp_int(num("2.5"), 2) > 0);
}

/* Texts are ordered as the numbers are that they make. */
static void
texts_are_compared_as_numbers(void **state)
{
	static const char *const text[] = {"0", "-0", "0.000", "0e5", "00.0e-7",
	    "1", "1.0", "01", "10e-1", "0.001e3", " 1 ", "+1", "-1", "-1.00",
	    "1.", ".5", "5e-1", "0.49999999999999999999", "1e5", "100000",
	    "99999.9", "100000.01", "9e4", "1e131071", "2e131071", "10e131070",
	    "0.1e131072", "-1e131071", "-1e131070", "9.99e131071", "1e-16383",
	    "-1e-16383", "1.5e-16380", "12345678901234567890123",
	    "12345678901234567890124", "1234567890123456789012.3",
	    "123456789012345678901.23e2"};
	static const char *const none[] = {"", " ", "x", "1x", "NaN", "inf",
	    "1e131072", "1e-16384", "0e-16384", "1e99999999999", "1 2", "--1",
	    "e5", "1e", "."};
	size_t count = sizeof text / sizeof *text;
	int order;

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			int want = ev_num_cmp(num(text[i]), num(text[j]));

			assert_true(ev_num_cmp_text(ev_slice_of(text[i]),
			    ev_slice_of(text[j]), &order));
			assert_int_equal((order > 0) - (order < 0),
			    (want > 0) - (want < 0));
			ev_num_pool_reset(&pool);
		}
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		assert_false(ev_num_cmp_text(ev_slice_of(none[i]),
		    EV_SLICE("1"), &order));
		assert_false(ev_num_cmp_text(EV_SLICE("1"),
		    ev_slice_of(none[i]), &order));
	}
}

static void
a_pool_goes_back_to_its_mark(void **state)
{
	struct ev_num_pool_mark mark;
	struct ev_num kept;

	(void)state;
	kept = num("1e40");
	mark = ev_num_pool_mark(&pool);
	num("3e131071");
	num("4e131071");
	ev_num_pool_rewind(&pool, mark);
	assert_int_equal(ev_num_cmp(kept, num("10e39")), 0);
	assert_int_equal(pool.used, mark.used + 1);
	ev_num_pool_reset(&pool);
}

static void
what_finds_no_room_takes_none(void **state)
{
	struct ev_err err;
	struct ev_num out;

	(void)state;
	pool.digits = EV_NUM_POOL_MAX - 100000;
	assert_int_equal(ev_num_from_text(ev_slice_of("1e131071"), &pool, &out,
			     &err),
	    EV_BAD);
	assert_true(pool.full);
	assert_int_equal(pool.digits, EV_NUM_POOL_MAX - 100000);
	assert_int_equal(ev_num_cmp(num("1e40"), num("10e39")), 0);
	ev_num_pool_reset(&pool);
}

static void
rounding_is_half_away_from_zero(void **state)
{
	static const struct {
		const char *num;
		int32_t scale;
		const char *round, *trunc;
	} table[] = {
	    {"2.5", 0, "3", "2"},
	    {"-2.5", 0, "-3", "-2"},
	    {"-0.4", 0, "0", "0"},
	    {"1.005", 2, "1.01", "1.00"},
	    {"1.5", 3, "1.500", "1.500"},
	    {"1250", -2, "1300", "1200"},
	    {"-1249.9", -2, "-1200", "-1200"},
	    {"49", -2, "0", "0"},
	    {"51", -2, "100", "0"},
	    {"5", -1, "10", "0"},
	    {"9223372036854775807.5", 0, "9223372036854775808",
		"9223372036854775807"},
	    {"0.5e-18", 18, "0.000000000000000001", "0.000000000000000000"},
	    {"1e25", -25, "10000000000000000000000000",
		"10000000000000000000000000"},
	    {"nan", 2, "NaN", "NaN"},
	    {"-inf", 2, "-Infinity", "-Infinity"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ev_num out = num(table[i].num);
		struct ev_err err;
		enum ev_status status = ev_num_round(out, table[i].scale, &pool,
		    &out, &err);

		check(show(status, out, &err), table[i].round);
		status = ev_num_trunc(num(table[i].num), table[i].scale, &pool,
		    &out, &err);
		check(show(status, out, &err), table[i].trunc);
	}
}

static void
functions_of_one_number(void **state)
{
	static const struct {
		const char *num, *neg, *abs, *sign, *ceil, *floor;
	} table[] = {
	    {"0.00", "0.00", "0.00", "0", "0", "0"},
	    {"1.50", "-1.50", "1.50", "1", "2", "1"},
	    {"-1.50", "1.50", "1.50", "-1", "-1", "-2"},
	    {"-0.5", "0.5", "0.5", "-1", "0", "-1"},
	    {"3", "-3", "3", "1", "3", "3"},
	    {"-12345678901234567890.1", "12345678901234567890.1",
		"12345678901234567890.1", "-1", "-12345678901234567890",
		"-12345678901234567891"},
	    {"nan", "NaN", "NaN", "NaN", "NaN", "NaN"},
	    {"-inf", "Infinity", "Infinity", "-1", "-Infinity", "-Infinity"},
	};
	struct ev_num out;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ev_num in = num(table[i].num);

		check(show(EV_OK, ev_num_neg(in, &pool), NULL), table[i].neg);
		check(show(EV_OK, ev_num_abs(in, &pool), NULL), table[i].abs);
		check(show(EV_OK, ev_num_sign(in), NULL), table[i].sign);
		assert_int_equal(ev_num_ceil(in, &pool, &out, &err), EV_OK);
		check(show(EV_OK, out, NULL), table[i].ceil);
		assert_int_equal(ev_num_floor(in, &pool, &out, &err), EV_OK);
		check(show(EV_OK, out, NULL), table[i].floor);
	}
}

static void
casts_to_integers(void **state)
{
	static const char range[] = "bigint out of range";
	static const struct {
		const char *num, *want;
	} table[] = {
	    {"2.5", "3"},
	    {"-2.5", "-3"},
	    {"2.4999", "2"},
	    {"1e-30", "0"},
	    {"0.9e-19", "0"},
	    {"1e18", "1000000000000000000"},
	    {"9223372036854775807.4", "9223372036854775807"},
	    {"9223372036854775807.5", range},
	    {"-9223372036854775808.4", "-9223372036854775808"},
	    {"-9223372036854775808.5", range},
	    {"1e100", range},
	    {"nan", "cannot convert NaN to bigint"},
	    {"-inf", "cannot convert infinity to bigint"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		int64_t whole = 0;
		struct ev_err err;
		enum ev_status status = ev_num_to_int(num(table[i].num), &whole,
		    &err);

		check(show(status, ev_num_from_int(whole, &pool), &err),
		    table[i].want);
	}
}

static void
numbers_live_until_the_pool_is_reset(void **state)
{
	struct ev_num kept = num("1e50"), out;
	struct ev_num_pool other = {0};
	struct ev_err err;

	(void)state;
	for (int i = 0; i < 100; i++) {
		for (int k = 0; k < 20; k++)
			assert_int_equal(ev_num_add(kept, kept, &other, &out,
					     &err),
			    EV_OK);
		assert_true(other.count < 64);
		check(show(EV_OK, out, NULL),
		    "200000000000000000000000000000000000000000000000000");
		ev_num_pool_reset(&other);
	}
	/* Small results take nothing from it. */
	assert_int_equal(ev_num_sub(kept, kept, &other, &out, &err), EV_OK);
	assert_int_equal(other.used, 0);
	ev_num_pool_release(&other);
}

static void
bigints_overflow(void **state)
{
	struct ev_err err;
	int64_t out = 7;

	(void)state;
	assert_int_equal(ev_int8_add(INT64_MAX, 1, &out, &err), EV_BAD);
	assert_string_equal(err.text, "bigint out of range");
	assert_int_equal(out, 7);
	assert_int_equal(ev_int8_sub(INT64_MIN, 1, &out, &err), EV_BAD);
	assert_int_equal(ev_int8_mul(INT64_MAX, 2, &out, &err), EV_BAD);
	assert_int_equal(ev_int8_neg(INT64_MIN, &out, &err), EV_BAD);
	assert_int_equal(ev_int8_abs(INT64_MIN, &out, &err), EV_BAD);
	assert_int_equal(ev_int8_div(INT64_MIN, -1, &out, &err), EV_BAD);
	assert_string_equal(err.text, "bigint out of range");
	assert_int_equal(ev_int8_div(1, 0, &out, &err), EV_BAD);
	assert_string_equal(err.text, "division by zero");
	assert_int_equal(ev_int8_mod(1, 0, &out, &err), EV_BAD);
	assert_int_equal(ev_int8_mod(INT64_MIN, -1, &out, &err), EV_OK);
	assert_int_equal(out, 0);
	assert_int_equal(ev_int8_div(-7, 2, &out, &err), EV_OK);
	assert_int_equal(out, -3);
	assert_int_equal(ev_int8_mod(-7, 2, &out, &err), EV_OK);
	assert_int_equal(out, -1);
}

static void
bigints_from_text(void **state)
{
	static const char *const table[][2] = {
	    {" 12 ", "12"},
	    {"+12", "12"},
	    {"-0", "0"},
	    {"9223372036854775807", "9223372036854775807"},
	    {"-9223372036854775808", "-9223372036854775808"},
	    {"9223372036854775808",
		"value \"9223372036854775808\" is out "
		"of range for type bigint"},
	    {"99999999999999999999x",
		"value \"99999999999999999999x\" is "
		"out of range for type bigint"},
	    {"", "invalid input syntax for type bigint: \"\""},
	    {"- 1", "invalid input syntax for type bigint: \"- 1\""},
	    {"1.5", "invalid input syntax for type bigint: \"1.5\""},
	    {"12 x", "invalid input syntax for type bigint: \"12 x\""},
	};
	struct ev_buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ev_err err;
		int64_t value;

		text.len = 0;
		if (ev_int8_from_text(ev_slice_of(table[i][0]), &value, &err))
			ev_buf_str(&text, err.text);
		else
			ev_int8_text(value, &text);
		assert_string_equal(ev_buf_cstr(&text), table[i][1]);
	}
	ev_buf_release(&text);
}

static void
doubles_from_and_to_text(void **state)
{
	static const char *const table[][2] = {
	    {" 1.5 ", "1.5"},
	    {"-0", "-0"},
	    {"1e15", "1e+15"},
	    {"999999999999999", "999999999999999"},
	    {"123456789012345.6", "123456789012345.6"},
	    {"0.0001", "0.0001"},
	    {"0.00001", "1e-05"},
	    {"0.1", "0.1"},
	    {"1e100", "1e+100"},
	    {"1.5e-7", "1.5e-07"},
	    {"1e23", "9.999999999999999e+22"},
	    {"5e-324", "5e-324"},
	    {"9007199254740993", "9.007199254740992e+15"},
	    {"18014398509482008", "1.8014398509482008e+16"},
	    {"1.7976931348623157e308", "1.7976931348623157e+308"},
	    {"2.2250738585072014e-308", "2.2250738585072014e-308"},
	    {"NaN", "NaN"},
	    {"-inf", "-Infinity"},
	    {"Infinity", "Infinity"},
	    {"100", "100"},
	    {"-2.50", "-2.5"},
	    {" 1e400",
		"\"1e400\" is out of range for type double "
		"precision"},
	    {"1e-400",
		"\"1e-400\" is out of range for type double "
		"precision"},
	    {"", "invalid input syntax for type double precision: \"\""},
	    {"1x",
		"invalid input syntax for type double precision: "
		"\"1x\""},
	};
	struct ev_buf text = {0};

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct ev_err err;
		double value;

		text.len = 0;
		if (ev_float8_from_text(ev_slice_of(table[i][0]), &value, &err))
			ev_buf_str(&text, err.text);
		else
			ev_float8_text(value, &text);
		assert_string_equal(ev_buf_cstr(&text), table[i][1]);
	}
	ev_buf_release(&text);
}

static void
doubles_fail_where_they_overflow(void **state)
{
	struct ev_err err;
	double out = 7;
	int64_t whole = 7;

	(void)state;
	assert_int_equal(ev_float8_add(1e308, 1e308, &out, &err), EV_BAD);
	assert_string_equal(err.text, "value out of range: overflow");
	assert_int_equal(ev_float8_sub(-1e308, 1e308, &out, &err), EV_BAD);
	assert_int_equal(ev_float8_mul(1e200, 1e200, &out, &err), EV_BAD);
	assert_int_equal(ev_float8_mul(1e-200, 1e-200, &out, &err), EV_BAD);
	assert_string_equal(err.text, "value out of range: underflow");
	assert_int_equal(ev_float8_div(1e-200, 1e200, &out, &err), EV_BAD);
	assert_int_equal(ev_float8_div(1, 0, &out, &err), EV_BAD);
	assert_string_equal(err.text, "division by zero");
	assert_true(out == 7);
	assert_int_equal(ev_float8_div(NAN, 0, &out, &err), EV_OK);
	assert_true(isnan(out));
	assert_int_equal(ev_float8_add(INFINITY, 1, &out, &err), EV_OK);
	assert_true(isinf(out));
	assert_int_equal(ev_float8_to_int(0x1p63, &whole, &err), EV_BAD);
	assert_int_equal(ev_float8_to_int(NAN, &whole, &err), EV_BAD);
	assert_string_equal(err.text, "bigint out of range");
	assert_int_equal(whole, 7);
	assert_int_equal(ev_float8_to_int(2.5, &whole, &err), EV_OK);
	assert_int_equal(whole, 2);
	assert_int_equal(ev_float8_to_int(-0x1p63, &whole, &err), EV_OK);
	assert_true(whole == INT64_MIN);
	assert_true(ev_float8_cmp(NAN, INFINITY) > 0);
	assert_true(ev_float8_cmp(NAN, NAN) == 0);
	assert_true(ev_float8_cmp(-0.0, 0.0) == 0);
}

static void
doubles_and_numerics_convert(void **state)
{
	struct ev_err err;
	double out;

	(void)state;
	check(show(EV_OK, ev_num_from_double(0.1, &pool), NULL), "0.1");
	check(show(EV_OK, ev_num_from_double(1e20, &pool), NULL),
	    "100000000000000000000");
	check(show(EV_OK, ev_num_from_double(1234567890.123456789, &pool),
		  NULL),
	    "1234567890.12346");
	check(show(EV_OK, ev_num_from_double(-INFINITY, &pool), NULL),
	    "-Infinity");
	assert_int_equal(ev_num_to_double(num("0.1"), &out, &err), EV_OK);
	assert_true(out == 0.1);
	assert_int_equal(ev_num_to_double(num("9007199254740993.0001"), &out,
			     &err),
	    EV_OK);
	assert_true(out == 9007199254740994.0);
	assert_int_equal(ev_num_to_double(num("nan"), &out, &err), EV_OK);
	assert_true(isnan(out));
	assert_int_equal(ev_num_to_double(num("1e309"), &out, &err), EV_BAD);
	assert_int_equal(ev_num_to_double(num("1e-400"), &out, &err), EV_BAD);
	assert_int_equal(ev_num_to_double(num("1e-320"), &out, &err), EV_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(json_numbers_keep_their_scale),
	    cmocka_unit_test(text_is_read_as_a_cast_reads_it),
	    cmocka_unit_test(the_limits_of_the_type_hold),
	    cmocka_unit_test(arithmetic_shows_the_digits_of_postgresql),
	    cmocka_unit_test(comparison_is_exact),
	    cmocka_unit_test(texts_are_compared_as_numbers),
	    cmocka_unit_test(a_pool_goes_back_to_its_mark),
	    cmocka_unit_test(what_finds_no_room_takes_none),
	    cmocka_unit_test(rounding_is_half_away_from_zero),
	    cmocka_unit_test(functions_of_one_number),
	    cmocka_unit_test(casts_to_integers),
	    cmocka_unit_test(numbers_live_until_the_pool_is_reset),
	    cmocka_unit_test(bigints_overflow),
	    cmocka_unit_test(bigints_from_text),
	    cmocka_unit_test(doubles_from_and_to_text),
	    cmocka_unit_test(doubles_fail_where_they_overflow),
	    cmocka_unit_test(doubles_and_numerics_convert),
	};

	return cmocka_run_group_tests(tests, NULL, reset);
}
