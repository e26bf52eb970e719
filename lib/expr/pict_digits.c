/*
 * pict_digits: see pict_digits.h.
 */
#include "expr/pict_digits.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A decimal taken apart: 0.digits * 10^point. */
struct decimal {
	char *digits; /* '0' … '9', without zeros at the start */
	size_t count;
	long point;
	bool minus;
};

static bool
is_finite(struct ev_slice number)
{
	char c = number.len ? number.ptr[number.len - 1] : '\0';

	return c >= '0' && c <= '9';
}

/* buf holds the digits. */
static struct decimal
take_apart(struct ev_slice number, struct ev_buf *buf)
{
	struct decimal d = {.minus = number.len && *number.ptr == '-'};
	bool fraction = false;

	for (size_t i = d.minus; i < number.len; i++) {
		char c = number.ptr[i];

		if (c == '.') {
			fraction = true;
		} else {
			/* zeros at the start are not kept */
			if (buf->len || c != '0')
				ev_buf_char(buf, c);
			if (fraction ? !buf->len : buf->len > 0)
				d.point += fraction ? -1 : 1;
		}
	}
	d.digits = buf->ptr;
	d.count = buf->len;
	return d;
}

/* Rounds away from zero at `keep` digits; a carry out of the first digit is a
 * digit more. The digits have room for one before them: digits[-1]. */
static void
round_decimal(struct decimal *d, long keep)
{
	size_t i;

	if (keep >= (long)d->count)
		return;
	if (keep < 0 || d->digits[keep] < '5') {
		d->count = keep < 0 ? 0 : (size_t)keep;
		return;
	}
	d->count = (size_t)keep;
	for (i = d->count; i > 0 && d->digits[i - 1] == '9'; i--)
		d->digits[i - 1] = '0';
	if (i > 0) {
		d->digits[i - 1]++;
	} else {
		*--d->digits = '1';
		d->count++;
		d->point++;
	}
}

static void
exact_digits(struct ev_slice number, int shift, int post,
    struct ev_pict_digits *digits)
{
	struct ev_buf buf = {0}, roomy = {0};
	struct decimal d = take_apart(number, &buf);
	long places;
	bool zero = true;

	ev_buf_char(&roomy, '0');
	ev_buf_append(&roomy, buf.ptr, buf.len);
	d.digits = roomy.ptr + 1;
	if (d.count)
		d.point += shift;
	else
		d.point = 0;
	round_decimal(&d, d.point + post);
	for (size_t i = 0; i < d.count; i++)
		zero = zero && d.digits[i] == '0';
	digits->sign = d.minus && !zero ? '-' : '+';
	places = d.point > 0 ? d.point : 1;
	for (long i = 0; i < places; i++) {
		bool none = d.point <= 0 || i >= (long)d.count;

		ev_buf_char(&digits->text, none ? '0' : d.digits[i]);
	}
	if (post)
		ev_buf_char(&digits->text, '.');
	for (long i = d.point; i < d.point + post; i++) {
		bool none = i < 0 || i >= (long)d.count;

		ev_buf_char(&digits->text, none ? '0' : d.digits[i]);
	}
	ev_buf_release(&buf);
	ev_buf_release(&roomy);
}

/* Double precision: no more than 15 digits are worth showing. */
static void
double_digits(struct ev_slice number, int shift, int *post,
    struct ev_pict_digits *digits)
{
	char *text = ev_mem_text(number);
	double value = strtod(text, NULL);
	int pre;

	free(text);
	if (shift)
		value *= pow(10, shift);
	if (isnan(value) || isinf(value)) {
		ev_buf_str(&digits->text, isnan(value) ? "NaN" : "Infinity");
		pre = (int)digits->text.len;
	} else {
		pre = snprintf(NULL, 0, "%.0f", fabs(value));
	}
	if (pre >= DBL_DIG)
		*post = 0;
	else if (pre + *post > DBL_DIG)
		*post = DBL_DIG - pre;
	digits->sign = !isnan(value) && signbit(value) ? '-' : '+';
	if (!digits->text.len)
		ev_buf_printf(&digits->text, "%.*f", *post, fabs(value));
}

static enum ev_status
check_range(enum ev_pict_number_kind kind, const struct ev_pict_digits *d,
    struct ev_err *err)
{
	const char *limit = kind == EV_PICT_INT4 ? "2147483647"
						 : "9223372036854775807";
	size_t len = strlen(limit);

	if (d->text.len < len ||
	    (d->text.len == len && memcmp(d->text.ptr, limit, len) <= 0))
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s out of range",
	    kind == EV_PICT_INT4 ? "integer" : "bigint");
}

enum ev_status
ev_pict_digits(enum ev_pict_number_kind kind, struct ev_slice number, int shift,
    int pre, int *post, struct ev_pict_digits *digits, struct ev_err *err)
{
	const char *dot;
	int len;

	*digits = (struct ev_pict_digits){.sign = '+'};
	if (kind == EV_PICT_DOUBLE) {
		double_digits(number, shift, post, digits);
	} else if (is_finite(number)) {
		exact_digits(number, shift, *post, digits);
	} else {
		if (*number.ptr == '-') {
			digits->sign = '-';
			number.ptr++;
			number.len--;
		}
		ev_buf_slice(&digits->text, number);
	}
	if (shift && kind < EV_PICT_NUMERIC &&
	    check_range(kind, digits, err) != EV_OK) {
		ev_buf_release(&digits->text);
		return EV_BAD;
	}
	dot = memchr(digits->text.ptr, '.', digits->text.len);
	len = (int)(dot ? (size_t)(dot - digits->text.ptr) : digits->text.len);
	if (len < pre) {
		digits->spaces = pre - len;
	} else if (len > pre) {
		digits->text.len = 0;
		for (int i = 0; i < pre + *post + 1; i++)
			ev_buf_char(&digits->text, i == pre ? '.' : '#');
	}
	return EV_OK;
}

/* One digit before the point; what rounding carries makes two of it, as
 * PostgreSQL's numeric does (9.99 with one decimal is 10.0e+00). */
static void
exact_scientific(struct ev_slice number, int post, struct ev_buf *out)
{
	struct ev_buf buf = {0}, unit = {0};
	struct decimal d = take_apart(number, &buf);
	struct ev_pict_digits digits = {.sign = '+'};
	long exponent = d.count ? d.point - 1 : 0;

	for (size_t i = 0; i < d.count; i++) {
		ev_buf_char(&unit, d.digits[i]);
		if (!i)
			ev_buf_char(&unit, '.');
	}
	if (!d.count)
		ev_buf_char(&unit, '0');
	exact_digits(ev_buf_as_slice(&unit), 0, post, &digits);
	ev_buf_char(out, d.minus && d.count ? '-' : ' ');
	ev_buf_slice(out, ev_buf_as_slice(&digits.text));
	ev_buf_printf(out, "e%+03ld", exponent);
	ev_buf_release(&buf);
	ev_buf_release(&unit);
	ev_buf_release(&digits.text);
}

void
ev_pict_scientific(enum ev_pict_number_kind kind, struct ev_slice number,
    int pre, int post, struct ev_buf *out)
{
	char *text;
	size_t start = out->len;

	if (!is_finite(number)) {
		for (int i = 0; i < pre + post + 6; i++)
			ev_buf_char(out,
			    i == 0             ? ' '
				: i == pre + 1 ? '.'
					       : '#');
	} else if (kind == EV_PICT_NUMERIC || kind == EV_PICT_INT8) {
		exact_scientific(number, post, out);
	} else {
		text = ev_mem_text(number);
		ev_buf_printf(out, "%+.*e", post, strtod(text, NULL));
		free(text);
		if (out->ptr[start] == '+')
			out->ptr[start] = ' ';
	}
}

static void
put_roman(int n, struct ev_buf *out)
{
	static const struct {
		int size;
		const char *text;
	} parts[] = {{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"},
	    {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"},
	    {5, "V"}, {4, "IV"}, {1, "I"}};

	for (size_t i = 0; n; i++)
		for (; n >= parts[i].size; n -= parts[i].size)
			ev_buf_str(out, parts[i].text);
}

/* Rounded to an integer; false if it is none of 32 bits. */
static bool
to_int(enum ev_pict_number_kind kind, struct ev_slice number, int *n)
{
	struct ev_pict_digits digits = {.sign = '+'};
	char *text = ev_mem_text(number);
	double value = rint(strtod(text, NULL));

	free(text);
	if (kind != EV_PICT_DOUBLE && is_finite(number)) {
		exact_digits(number, 0, 0, &digits);
		value = strtod(ev_buf_cstr(&digits.text), NULL);
		if (digits.sign == '-')
			value = -value;
		ev_buf_release(&digits.text);
	}
	*n = 0;
	if (isnan(value) || value < INT32_MIN || value > INT32_MAX)
		return false;
	*n = (int)value;
	return true;
}

enum ev_status
ev_pict_roman(enum ev_pict_number_kind kind, struct ev_slice number,
    struct ev_buf *out, struct ev_err *err)
{
	int n;

	if (kind == EV_PICT_NUMERIC && !is_finite(number))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "cannot convert %s to integer",
		    *number.ptr == 'N' ? "NaN" : "infinity");
	if (!to_int(kind, number, &n) && kind != EV_PICT_DOUBLE)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "integer out of range");
	if (n >= 1 && n <= 3999)
		put_roman(n, out);
	else
		ev_buf_str(out, "###############");
	return EV_OK;
}
