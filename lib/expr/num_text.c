/*
 * num_text: numbers from text and to text, as PostgreSQL's numeric_in and
 * numeric_out have it. A JSON number of up to 18 characters without exponent
 * takes the fast path: one multiplication a digit.
 */
#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "expr/float8.h"
#include "expr/num_impl.h"

#define FAST_LENGTH 18 /* so many digits fit 63 bits */

/* ---- from text ---- */

/* A number taken apart: the digits from `first` to `last`, among which a
 * point may stand, times 10^-scale. */
struct parts {
	const char *first;
	const char *last;
	size_t digits; /* without leading zeros; 0 for zero */
	int64_t scale;
	bool negative;
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *
skip_space(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at;
}

/* Reads the digits and the point; NULL if none stand there. */
static const char *
split_digits(const char *at, const char *end, struct parts *parts)
{
	bool point = false, any = false;

	parts->first = at;
	for (; at < end; at++) {
		if (is_digit(*at)) {
			any = true;
			parts->scale += point;
			if (parts->digits || *at != '0')
				parts->digits++;
		} else if (*at == '.' && !point) {
			point = true;
		} else {
			break;
		}
	}
	parts->last = at;
	return any ? at : NULL;
}

/* Reads what follows the letter e, as strtol does (white space may come
 * first). NULL if it is no number. What PostgreSQL finds too large becomes
 * INT_MAX, either way. */
static const char *
split_exponent(const char *at, const char *end, int64_t *exponent)
{
	bool negative;
	int64_t value = 0;

	at = skip_space(at, end);
	negative = at < end && *at == '-';
	if (at < end && (*at == '-' || *at == '+'))
		at++;
	if (at == end || !is_digit(*at))
		return NULL;
	for (; at < end && is_digit(*at); at++)
		if (value < INT_MAX / 2)
			value = 10 * value + (*at - '0');
	if (value >= INT_MAX / 2)
		value = INT_MAX;
	*exponent = negative ? -value : value;
	return at;
}

static uint128
wide_coef(const struct parts *parts)
{
	uint128 coef = 0;

	for (const char *at = parts->first; at < parts->last; at++)
		if (*at != '.')
			coef = 10 * coef + (unsigned)(*at - '0');
	return coef;
}

static void
big_coef(const struct parts *parts, mpz_t coef)
{
	struct ev_buf text = {0};

	ev_buf_reserve(&text, parts->digits + 1);
	for (const char *at = parts->first; at < parts->last; at++)
		if (*at != '.' && (text.len || *at != '0'))
			text.ptr[text.len++] = *at;
	mpz_set_str(coef, ev_buf_cstr(&text), 10);
	ev_buf_release(&text);
}

static bool
in_range(const struct parts *parts)
{
	return parts->scale <= EV_NUM_SCALE_MAX &&
	    (!parts->digits ||
		(int64_t)parts->digits - parts->scale <= EV_NUM_WHOLE_MAX);
}

static enum ev_status
join(const struct parts *parts, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	size_t shown = parts->scale > 0 ? (size_t)parts->scale : 0;
	/* Zeros that a positive exponent appends. */
	uint64_t zeros = parts->scale < 0 && parts->digits
	    ? (uint64_t)-parts->scale
	    : 0;
	struct ev_num_big *big;

	if (!in_range(parts))
		return ev_num_overflow(err);
	if (parts->digits + zeros <= POW10_MAX) {
		ev_num_settle_wide(parts->negative,
		    wide_coef(parts) * ev_num_pow10((unsigned)zeros), shown,
		    pool, out);
		return EV_OK;
	}
	if (pool->digits + parts->digits + zeros > EV_NUM_POOL_MAX) {
		pool->full = true;
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "the numbers would have more than %u digits together",
		    EV_NUM_POOL_MAX);
	}
	pool->digits += parts->digits + zeros;
	big = ev_num_pool_take(pool);
	big_coef(parts, big->coef);
	if (zeros)
		ev_num_scale_up(big->coef, big->coef, zeros);
	if (parts->negative)
		mpz_neg(big->coef, big->coef);
	return ev_num_settle(big, shown, pool, out, err);
}

/* Reads one finite number at the start of text and sets *rest behind it;
 * *rest is NULL if there is none. */
static enum ev_status
read_finite(struct ev_slice text, const char **rest, struct parts *parts,
    struct ev_err *err)
{
	const char *at = text.ptr, *end = at + text.len;
	int64_t exponent = 0;

	*parts = (struct parts){0};
	parts->negative = at < end && *at == '-';
	if (at < end && (*at == '-' || *at == '+'))
		at++;
	at = split_digits(at, end, parts);
	if (at && at < end && (*at == 'e' || *at == 'E'))
		at = split_exponent(at + 1, end, &exponent);
	*rest = at;
	if (at && (exponent == INT_MAX || exponent == -INT_MAX))
		return ev_num_overflow(err);
	parts->scale -= exponent;
	return EV_OK;
}

bool
ev_num_from_short(struct ev_slice text, struct ev_num *out)
{
	const char *at = text.ptr, *end = at + text.len;
	const char *point = end - 1;
	int64_t coef = 0;
	bool negative;

	if (text.len > FAST_LENGTH)
		return false;
	negative = *at == '-';
	for (at += negative; at < end; at++) {
		unsigned digit = (unsigned char)*at - (unsigned)'0';

		if (digit <= 9)
			coef = 10 * coef + digit;
		else if (*at == '.')
			point = at;
		else
			return false;
	}
	*out = (struct ev_num){{negative ? -coef : coef},
	    (uint16_t)(end - 1 - point), EV_NUM_SMALL};
	return true;
}

enum ev_status
ev_num_from_json(struct ev_slice text, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	struct parts parts;
	const char *rest;
	enum ev_status status;

	if (ev_num_from_short(text, out))
		return EV_OK;
	status = read_finite(text, &rest, &parts, err);
	if (status)
		return status;
	return join(&parts, pool, out, err);
}

/* The names of what is not finite; behind the one that stands at ptr, or
 * NULL. */
static const char *
read_special(const char *ptr, size_t len, struct ev_num *out)
{
	static const struct {
		const char *name;
		enum ev_num_kind kind;
	} table[] = {
	    {"nan", EV_NUM_NAN},
	    {"infinity", EV_NUM_PLUS_INF},
	    {"+infinity", EV_NUM_PLUS_INF},
	    {"-infinity", EV_NUM_MINUS_INF},
	    {"inf", EV_NUM_PLUS_INF},
	    {"+inf", EV_NUM_PLUS_INF},
	    {"-inf", EV_NUM_MINUS_INF},
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		size_t length = strlen(table[i].name);

		if (length <= len && !strncasecmp(ptr, table[i].name, length)) {
			*out = (struct ev_num){{0}, 0, (uint8_t)table[i].kind};
			return ptr + length;
		}
	}
	return NULL;
}

static enum ev_status
bad_syntax(struct ev_slice text, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "invalid input syntax for type numeric: \"%.*s\"",
	    (int)(text.len < INT_MAX ? text.len : INT_MAX), text.ptr);
}

enum ev_status
ev_num_from_text(struct ev_slice text, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	const char *end = text.ptr + text.len;
	const char *at = skip_space(text.ptr, end);
	struct parts parts;
	struct ev_num num;
	const char *rest = read_special(at, (size_t)(end - at), &num);
	enum ev_status status;

	if (rest) {
		if (skip_space(rest, end) != end)
			return bad_syntax(text, err);
		*out = num;
		return EV_OK;
	}
	status = read_finite((struct ev_slice){at, (size_t)(end - at)}, &rest,
	    &parts, err);
	if (status)
		return status;
	if (!rest || skip_space(rest, end) != end)
		return bad_syntax(text, err);
	return join(&parts, pool, out, err);
}

/* ---- comparing texts ---- */

/* Takes a number apart that has nothing beside it but white space. */
static bool
read_alone(struct ev_slice text, struct parts *parts)
{
	const char *end = text.ptr + text.len, *rest;
	const char *at = skip_space(text.ptr, end);

	return read_finite((struct ev_slice){at, (size_t)(end - at)}, &rest,
		   parts, NULL) == EV_OK &&
	    rest && skip_space(rest, end) == end && in_range(parts);
}

/* Goes to the next digit; 0 is what stands behind the last. */
static char
next_digit(const char **at, const char *last)
{
	if (*at < last && **at == '.')
		++*at;
	return *at < last ? *(*at)++ : '0';
}

/* The order of two sizes, neither of them 0. */
static int
order_sizes(const struct parts *a, const struct parts *b)
{
	int64_t whole_a = (int64_t)a->digits - a->scale;
	int64_t whole_b = (int64_t)b->digits - b->scale;
	const char *x = a->first, *y = b->first;

	if (whole_a != whole_b)
		return whole_a < whole_b ? -1 : 1;
	while (*x == '0' || *x == '.')
		x++;
	while (*y == '0' || *y == '.')
		y++;
	while (x < a->last || y < b->last) {
		char c = next_digit(&x, a->last), d = next_digit(&y, b->last);

		if (c != d)
			return c < d ? -1 : 1;
	}
	return 0;
}

bool
ev_num_cmp_text(struct ev_slice a, struct ev_slice b, int *order)
{
	struct parts x, y;
	int sign_x, sign_y;

	if (!read_alone(a, &x) || !read_alone(b, &y))
		return false;
	sign_x = !x.digits ? 0 : x.negative ? -1 : 1;
	sign_y = !y.digits ? 0 : y.negative ? -1 : 1;
	if (sign_x != sign_y || !sign_x)
		*order = sign_x - sign_y;
	else
		*order = sign_x * order_sizes(&x, &y);
	return true;
}

struct ev_num
ev_num_from_double(double value, struct ev_num_pool *pool)
{
	char text[32];
	struct ev_num num;
	/* A NaN has a sign, which the text must not have. */
	int len = snprintf(text, sizeof text, "%.15g",
	    value != value ? (double)NAN : value);

	/* Every double is within the range: this cannot fail. */
	(void)ev_num_from_text((struct ev_slice){text, (size_t)len}, pool, &num,
	    NULL);
	return num;
}

/* ---- to text ---- */

/* Digits, a point before the last `scale` of them, zeros where they are
 * too few. */
static void
put_point(const char *digits, size_t len, size_t scale, struct ev_buf *out)
{
	size_t whole = len > scale ? len - scale : 0;
	char *at;

	ev_buf_reserve(out, len + scale + 2);
	at = out->ptr + out->len;
	if (whole)
		memcpy(at, digits, whole);
	else
		*at = '0';
	at += whole ? whole : 1;
	if (scale) {
		*at++ = '.';
		memset(at, '0', scale - (len - whole));
		at += scale - (len - whole);
		memcpy(at, digits + whole, len - whole);
		at += len - whole;
	}
	out->len = (size_t)(at - out->ptr);
}

static void
small_text(struct ev_num num, struct ev_buf *out)
{
	char text[20];
	char *end = text + sizeof text, *at = end;
	uint64_t rest = num.coef < 0 ? -(uint64_t)num.coef : (uint64_t)num.coef;

	for (; rest; rest /= 10)
		*--at = (char)('0' + rest % 10);
	if (num.coef < 0)
		ev_buf_char(out, '-');
	put_point(at, (size_t)(end - at), num.scale, out);
}

static void
big_text(struct ev_num num, struct ev_buf *out)
{
	mpz_srcptr coef = num.big->coef;
	struct ev_buf text = {0};
	mpz_t size;

	if (mpz_sgn(coef) < 0)
		ev_buf_char(out, '-');
	ev_buf_reserve(&text, mpz_sizeinbase(coef, 10) + 2);
	mpz_get_str(text.ptr, 10,
	    mpz_roinit_n(size, mpz_limbs_read(coef),
		(mp_size_t)mpz_size(coef)));
	text.len = mpz_sgn(coef) ? strlen(text.ptr) : 0;
	put_point(text.ptr, text.len, num.scale, out);
	ev_buf_release(&text);
}

void
ev_num_text(struct ev_num num, struct ev_buf *out)
{
	switch (num.kind) {
	case EV_NUM_SMALL:
		small_text(num, out);
		break;
	case EV_NUM_BIG:
		big_text(num, out);
		break;
	case EV_NUM_MINUS_INF:
		ev_buf_str(out, "-Infinity");
		break;
	case EV_NUM_PLUS_INF:
		ev_buf_str(out, "Infinity");
		break;
	default:
		ev_buf_str(out, "NaN");
	}
}

/* ---- to double ---- */

static enum ev_status
text_to_double(struct ev_num num, double *out, struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status;

	ev_num_text(num, &text);
	status = ev_float8_from_text(ev_buf_as_slice(&text), out, err);
	ev_buf_release(&text);
	return status;
}

enum ev_status
ev_num_to_double(struct ev_num num, double *out, struct ev_err *err)
{
	static const double powers[] = {
	    1e0,
	    1e1,
	    1e2,
	    1e3,
	    1e4,
	    1e5,
	    1e6,
	    1e7,
	    1e8,
	    1e9,
	    1e10,
	    1e11,
	    1e12,
	    1e13,
	    1e14,
	    1e15,
	    1e16,
	    1e17,
	    1e18,
	    1e19,
	    1e20,
	    1e21,
	    1e22,
	};
	const int64_t exact = (int64_t)1 << 53;

	/* Both operands are exact, so the quotient is the nearest double. */
	if (num.kind == EV_NUM_SMALL && num.scale <= 22 && num.coef <= exact &&
	    num.coef >= -exact) {
		*out = (double)num.coef / powers[num.scale];
		return EV_OK;
	}
	return text_to_double(num, out, err);
}
