/*
 * int8: the parts of SQL's bigint that are not worth inlining.
 */
#include <ctype.h>
#include <inttypes.h>
#include <limits.h>

#include "expr/int8.h"

enum ev_status
ev_int8_range(struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "bigint out of range");
}

static enum ev_status
zero_division(struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "division by zero");
}

static int
shown(struct ev_slice text)
{
	return (int)(text.len < INT_MAX ? text.len : INT_MAX);
}

static enum ev_status
bad_syntax(struct ev_slice text, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "invalid input syntax for type bigint: \"%.*s\"", shown(text),
	    text.ptr);
}

static enum ev_status
text_range(struct ev_slice text, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "value \"%.*s\" is out of range for type bigint", shown(text),
	    text.ptr);
}

static const char *
skip_space(const char *at, const char *end)
{
	while (at < end && isspace((unsigned char)*at))
		at++;
	return at;
}

enum ev_status
ev_int8_from_text(struct ev_slice text, int64_t *out, struct ev_err *err)
{
	const char *end = text.ptr + text.len;
	const char *at = skip_space(text.ptr, end), *digits;
	int64_t value = 0; /* negated: that side reaches one further */
	bool negative = at < end && *at == '-';

	at += at < end && (*at == '-' || *at == '+');
	for (digits = at; at < end && *at >= '0' && *at <= '9'; at++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, *at - '0', &value))
			return text_range(text, err);
	if (at == digits || skip_space(at, end) != end)
		return bad_syntax(text, err);
	if (!negative && value == INT64_MIN)
		return text_range(text, err);
	*out = negative ? value : -value;
	return EV_OK;
}

void
ev_int8_text(int64_t value, struct ev_buf *out)
{
	char text[20];
	char *end = text + sizeof text, *at = end;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--at = '-';
	ev_buf_append(out, at, (size_t)(end - at));
}

enum ev_status
ev_int8_div(int64_t a, int64_t b, int64_t *out, struct ev_err *err)
{
	if (b == 0)
		return zero_division(err);
	if (a == INT64_MIN && b == -1)
		return ev_int8_range(err);
	*out = a / b;
	return EV_OK;
}

enum ev_status
ev_int8_mod(int64_t a, int64_t b, int64_t *out, struct ev_err *err)
{
	if (b == 0)
		return zero_division(err);
	/* INT64_MIN % -1 traps on some machines; the answer is 0. */
	*out = b == -1 ? 0 : a % b;
	return EV_OK;
}

enum ev_status
ev_int8_neg(int64_t value, int64_t *out, struct ev_err *err)
{
	return ev_int8_sub(0, value, out, err);
}

enum ev_status
ev_int8_abs(int64_t value, int64_t *out, struct ev_err *err)
{
	if (value < 0)
		return ev_int8_neg(value, out, err);
	*out = value;
	return EV_OK;
}
