/*
 * operands: random texts of numbers, for the programs that ask questions: the
 * shapes that go wrong. Near the limits of 63 bits and of the types, long,
 * tiny, with exponents, with trailing zeros, not finite, no number at all.
 */
#ifndef TESTS_ORACLE_OPERANDS_H
#define TESTS_ORACLE_OPERANDS_H

#include <inttypes.h>
#include <math.h>

#include "base/buf.h"
#include "chance.h"

static unsigned
below(unsigned n)
{
	return (unsigned)(next() % n);
}

static void
put_digits(struct ev_buf *out, unsigned count)
{
	while (count--)
		ev_buf_char(out,
		    (char)('0' + (below(4) ? below(10) : below(2) * 9)));
}

static const char *const edges[] = {
    "0",
    "0.0",
    "0.00000",
    "1",
    "0.5",
    "0.49999999999999999999",
    "0.50000000000000000000000001",
    "1.5",
    "2.5",
    "9.5",
    "9999.5",
    "9999",
    "10000",
    "9999.9999",
    "0.9999",
    "0.0001",
    "0.00010",
    "4.9",
    "999999999999999999",
    "1000000000000000000",
    "9223372036854775806",
    "9223372036854775807",
    "9223372036854775808",
    "9223372036854775807.5",
    "9223372036854775807.4",
    "9223372036854775808.5",
    "922337203685477580.7",
    "92233720368547758.08",
    "0.9223372036854775807",
    "9999999999999999999",
    "18446744073709551615",
    "18446744073709551616",
    "170141183460469231731687303715884105727",
    "340282366920938463463374607431768211456",
    "4503599627370496.5",
    "9007199254740993",
    "1e15",
    "1e16",
    "1e17",
    "123456789012345.6",
    "1e22",
    "1e23",
    "1e36",
    "1e-36",
    "1e-37",
    "1e38",
    "2e-18",
    "1e-18",
    "1e-19",
    "1e18",
    "1e19",
    "1e20",
    "1e-5",
    "1e-4",
};

static void
put_edge(struct ev_buf *out)
{
	ev_buf_str(out, edges[below(sizeof edges / sizeof *edges)]);
}

/* Near what numeric or double precision can hold at all. */
static void
put_far(struct ev_buf *out)
{
	static const int exponents[] = {
	    307,
	    308,
	    309,
	    -307,
	    -308,
	    -323,
	    -324,
	    -325,
	    1000,
	    -1000,
	    -16382,
	    -16383,
	    -16384,
	    131070,
	    131071,
	    131072,
	    1073741822,
	    1073741823,
	    -1073741823,
	};

	put_digits(out, 1 + below(3));
	if (below(2)) {
		ev_buf_char(out, '.');
		put_digits(out, 1 + below(4));
	}
	ev_buf_printf(out, "e%d",
	    exponents[below(sizeof exponents / sizeof *exponents)]);
}

static void
put_decimal(struct ev_buf *out, unsigned whole, unsigned scale)
{
	put_digits(out, 1 + below(whole));
	scale = below(scale + 1);
	if (scale) {
		ev_buf_char(out, '.');
		put_digits(out, scale);
	}
}

static void
put_junk(struct ev_buf *out)
{
	/* No '_', no 'x', no space behind an 'e': servers differ there. */
	static const char letters[] = "0123456789..ee+-nafityNIE";

	ev_buf_str(out, below(3) ? "" : " ");
	for (unsigned n = below(8); n > 0; n--)
		ev_buf_char(out, letters[below(sizeof letters - 1)]);
	ev_buf_str(out, below(3) ? "" : "  ");
}

/* A number's text; now and then none at all. */
static void
put_number(struct ev_buf *out)
{
	static const char *const specials[] = {
	    "NaN",
	    "Infinity",
	    "-inf",
	    " nan ",
	    "+Infinity",
	    "-Infinity",
	};
	unsigned shape = below(100);

	if (shape < 4)
		put_junk(out);
	else if (shape < 8)
		ev_buf_str(out, specials[below(6)]);
	if (shape < 8)
		return;
	if (below(3) == 0)
		ev_buf_char(out, '-');
	if (shape < 20)
		put_decimal(out, 3, 0);
	else if (shape < 45)
		put_decimal(out, 6, 4);
	else if (shape < 60)
		put_decimal(out, 18, 20);
	else if (shape < 70)
		put_decimal(out, 120, 90);
	else if (shape < 88)
		put_edge(out);
	else if (shape < 98)
		put_decimal(out, 4, 6);
	else
		put_far(out);
	if (shape >= 88 && shape < 98) {
		ev_buf_str(out, below(2) ? "e" : "E");
		ev_buf_str(out, (const char *[]){"", "+", "-"}[below(3)]);
		ev_buf_printf(out, "%u", below(45));
	}
}

static void
put_integer(struct ev_buf *out)
{
	switch (below(6)) {
	case 0:
		put_edge(out);
		break;
	case 1:
		ev_buf_printf(out, "%" PRId64, (int64_t)next());
		break;
	case 2:
		ev_buf_printf(out, "%" PRId64, INT64_MIN + below(3));
		break;
	case 3:
		ev_buf_printf(out, "%d", (int)next());
		break;
	default:
		ev_buf_printf(out, "%d", (int)below(2001) - 1000);
	}
}

static void
put_double(struct ev_buf *out)
{
	union {
		uint64_t bits;
		double value;
	} any;
	unsigned bits;

	switch (below(5)) {
	case 0:
		put_number(out);
		break;
	case 1: /* any double */
		any.bits = next();
		ev_buf_printf(out, "%.17g", any.value);
		break;
	case 2: /* a power of two, or its neighbour */
		any.bits = (uint64_t)below(2047) << 52;
		any.bits += below(2) ? below(3) - 1u : 0;
		ev_buf_printf(out, "%.17g", any.value);
		break;
	case 3: /* denormal */
		bits = below(52);
		any.bits = next() >> (12 + bits);
		ev_buf_printf(out, "%.17g", any.value);
		break;
	default: /* where integers turn into exponents, and halves into ties */
		bits = below(60);
		any.value = (double)(next() >> bits);
		any.value = ldexp(any.value, (int)below(24) - 20);
		ev_buf_printf(out, "%.17g", any.value);
	}
}

#endif
