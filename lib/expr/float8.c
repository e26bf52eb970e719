/*
 * float8: SQL's double precision. After PostgreSQL 15, utils/adt/float.c and
 * utils/float.h for the errors, common/d2s.c for the layout of the text.
 *
 * The shortest digits are found by printing 15, 16 and 17 of them until they
 * read back as the same double; about 1 us, which is what doubles cost that
 * are not integers (they appear only where an expression casts to them).
 */
#include <ctype.h>
#include <errno.h>
#include <fenv.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "expr/float8.h"
#include "expr/float8_math.h"
#include "expr/int8.h"

/* ---- from text ---- */

static int
shown(size_t len)
{
	return (int)(len < INT_MAX ? len : INT_MAX);
}

static enum ev_status
bad_syntax(struct ev_slice text, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "invalid input syntax for type double precision: \"%.*s\"",
	    shown(text.len), text.ptr);
}

/* strtod on the NUL-terminated copy of text. */
static enum ev_status
read_double(const char *copy, struct ev_slice text, double *out,
    struct ev_err *err)
{
	double value;
	char *end;

	while (isspace((unsigned char)*copy))
		copy++;
	errno = 0;
	value = strtod(copy, &end);
	if (end == copy)
		return bad_syntax(text, err);
	/* A denormal result is ERANGE too, but good. */
	if (errno == ERANGE && (value == 0 || isinf(value)))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "\"%.*s\" is out of range for type double precision",
		    shown((size_t)(end - copy)), copy);
	while (isspace((unsigned char)*end))
		end++;
	if (*end)
		return bad_syntax(text, err);
	*out = value;
	return EV_OK;
}

enum ev_status
ev_float8_from_text(struct ev_slice text, double *out, struct ev_err *err)
{
	struct ev_buf copy = {0};
	char small[64];
	enum ev_status status;

	if (text.len < sizeof small) {
		if (text.len)
			memcpy(small, text.ptr, text.len);
		small[text.len] = 0;
		return read_double(small, text, out, err);
	}
	ev_buf_slice(&copy, text);
	status = read_double(ev_buf_cstr(&copy), text, out, err);
	ev_buf_release(&copy);
	return status;
}

/* ---- to text ---- */

/* Takes d.ddde±xx apart: the digits without trailing zeros, their number,
 * and the power of ten of the first one. */
static int
split_printed(const char *text, char *digits, int *exponent)
{
	int count = 0;

	for (; *text != 'e'; text++)
		if (*text != '.')
			digits[count++] = *text;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	*exponent = (int)strtol(text + 1, NULL, 10);
	return count;
}

/* True if the text lies exactly between two doubles: it reads back as the even
 * one of them, but PostgreSQL does not use it (1e+23 is that of no double).
 * Such a number has 54 significant bits, so it is an odd integer of 54 bits
 * times a power of two, and has no more than 17 digits only if it is whole. */
static bool
is_tie(const char *text)
{
	char digits[20];
	int exponent;
	int count = split_printed(text, digits, &exponent);
	uint64_t odd = 0;

	for (int i = 0; i < count; i++)
		odd = 10 * odd + (uint64_t)(digits[i] - '0');
	if (exponent < count - 1)
		return false;
	for (; odd % 2 == 0; odd /= 2)
		;
	for (int fives = exponent - (count - 1); fives > 0; fives--)
		if (__builtin_mul_overflow(odd, 5, &odd))
			return false;
	return odd >> 53 == 1;
}

static bool
reads_back(const char *text, double value)
{
	return strtod(text, NULL) == value && !is_tie(text);
}

/* Prints value, positive, as d.ddde±xx into text, with the fewest digits
 * that read back. */
static void
print_shortest(double value, char *text, size_t size)
{
	int places = fpclassify(value) == FP_SUBNORMAL ? 0 : 14;
	bool power;
	int exponent;

	/* Below a power of two doubles lie closer than above: there the
	 * nearest digits may fail where the next ones up read back. */
	power = frexp(value, &exponent) == 0.5;
	for (; places < 16; places++) {
		snprintf(text, size, "%.*e", places, value);
		if (reads_back(text, value))
			return;
		if (!power)
			continue;
		fesetround(FE_UPWARD);
		snprintf(text, size, "%.*e", places, value);
		fesetround(FE_TONEAREST);
		if (reads_back(text, value))
			return;
	}
	snprintf(text, size, "%.16e", value);
}

static void
put_fixed(const char *digits, int count, int exponent, struct ev_buf *out)
{
	int i;

	if (exponent < 0) {
		ev_buf_str(out, "0.");
		for (i = exponent; i < -1; i++)
			ev_buf_char(out, '0');
		ev_buf_append(out, digits, (size_t)count);
		return;
	}
	for (i = 0; i < count || i <= exponent; i++) {
		if (i == exponent + 1)
			ev_buf_char(out, '.');
		ev_buf_char(out, i < count ? digits[i] : '0');
	}
}

static void
put_exponential(const char *digits, int count, int exponent, struct ev_buf *out)
{
	ev_buf_char(out, digits[0]);
	if (count > 1)
		ev_buf_printf(out, ".%.*s", count - 1, digits + 1);
	ev_buf_printf(out, "e%c%02d", exponent < 0 ? '-' : '+', abs(exponent));
}

void
ev_float8_text(double value, struct ev_buf *out)
{
	char text[40], digits[20];
	int count, exponent;

	if (isnan(value)) {
		ev_buf_str(out, "NaN");
		return;
	}
	if (signbit(value))
		ev_buf_char(out, '-');
	value = fabs(value);
	if (isinf(value)) {
		ev_buf_str(out, "Infinity");
	} else if (value < 1e15 && value == trunc(value)) {
		ev_int8_text((int64_t)value, out);
	} else {
		print_shortest(value, text, sizeof text);
		count = split_printed(text, digits, &exponent);
		if (exponent < -4 || exponent >= 15)
			put_exponential(digits, count, exponent, out);
		else
			put_fixed(digits, count, exponent, out);
	}
}

/* ---- arithmetic ---- */

enum ev_status
ev_float8_to_int(double value, int64_t *out, struct ev_err *err)
{
	value = rint(value);
	/* 2^63 is a double, 2^63 - 1 is not. */
	if (!(value >= -0x1p63 && value < 0x1p63))
		return ev_int8_range(err);
	*out = (int64_t)value;
	return EV_OK;
}

int
ev_float8_cmp(double a, double b)
{
	if (isnan(a) || isnan(b))
		return !!isnan(a) - !!isnan(b);
	return (a > b) - (a < b);
}

enum ev_status
ev_float8_add(double a, double b, double *out, struct ev_err *err)
{
	double sum = a + b;

	if (isinf(sum) && !isinf(a) && !isinf(b))
		return ev_float8_overflow(err);
	*out = sum;
	return EV_OK;
}

enum ev_status
ev_float8_sub(double a, double b, double *out, struct ev_err *err)
{
	return ev_float8_add(a, -b, out, err);
}

enum ev_status
ev_float8_mul(double a, double b, double *out, struct ev_err *err)
{
	double product = a * b;

	if (isinf(product) && !isinf(a) && !isinf(b))
		return ev_float8_overflow(err);
	if (product == 0 && a != 0 && b != 0)
		return ev_float8_underflow(err);
	*out = product;
	return EV_OK;
}

enum ev_status
ev_float8_div(double a, double b, double *out, struct ev_err *err)
{
	double quotient = a / b;

	if (b == 0 && !isnan(a))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "division by zero");
	if (isinf(quotient) && !isinf(a))
		return ev_float8_overflow(err);
	if (quotient == 0 && a != 0 && !isinf(b))
		return ev_float8_underflow(err);
	*out = quotient;
	return EV_OK;
}

double
ev_float8_round(double value)
{
	return rint(value);
}

double
ev_float8_sign(double value)
{
	return (value > 0) - (value < 0);
}
