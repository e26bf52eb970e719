/*
 * jsonb_number: a JSON number as numeric prints it. That is a matter of the
 * text alone: the point moves by the exponent, and zeros come or go. Going
 * through a number took 5 ms for 1e131071, which an event may hold by the
 * thousand.
 */
#include <stdlib.h>

#include "expr/jsonb.h"

#define PLAIN 1000 /* digits that numeric has room for, wherever the point */

/* Is its text numeric's own? It has no minus in front of a zero, and no
 * exponent. */
static bool
is_plain(struct ev_slice json)
{
	bool minus = *json.ptr == '-';

	for (size_t i = 0; i < json.len; i++) {
		if ((json.ptr[i] | 32) == 'e')
			return false;
		minus &= json.ptr[i] < '1' || json.ptr[i] > '9';
	}
	return json.len <= PLAIN && !minus;
}

/* A number taken apart: its digits without the point, which stands behind the
 * first `whole` of them, or more than there are, or in front of all. */
struct parts {
	struct ev_slice digits;
	int64_t whole;
	int64_t scale; /* digits behind the point */
	bool minus;
};

/* False where the exponent is beyond all numbers. */
static bool
take_apart(struct ev_run *run, struct ev_slice json, struct parts *parts)
{
	const char *end = json.ptr + json.len, *at = json.ptr;
	char *digit = ev_arena_alloc(run->arena, json.len + 1);
	size_t count = 0, before = 0;
	bool point = false;
	long exponent = 0;

	parts->minus = *at == '-';
	for (at += parts->minus; at < end && (*at | 32) != 'e'; at++) {
		point |= *at == '.';
		if (*at == '.')
			continue;
		digit[count++] = *at;
		before += !point;
	}
	if (at < end) {
		struct ev_buf *buf = ev_run_begin(run);

		ev_buf_append(buf, at + 1, (size_t)(end - at - 1));
		exponent = strtol(ev_buf_cstr(buf), NULL, 10);
	}
	parts->digits = (struct ev_slice){digit, count};
	parts->whole = (int64_t)before + exponent;
	parts->scale = (int64_t)(count - before) - exponent;
	if (parts->scale < 0)
		parts->scale = 0;
	return exponent > -1000000 && exponent < 1000000;
}

/* Digits from..to of the number, zeros where it has none. */
static void
put_digits(struct ev_buf *out, struct ev_slice digits, int64_t from, int64_t to)
{
	for (; from < to && from < 0; from++)
		ev_buf_char(out, '0');
	if (from < to && from < (int64_t)digits.len) {
		int64_t end = to < (int64_t)digits.len ? to
						       : (int64_t)digits.len;

		ev_buf_append(out, digits.ptr + from, (size_t)(end - from));
		from = end;
	}
	if (from < to) {
		ev_buf_reserve(out, (size_t)(to - from));
		memset(out->ptr + out->len, '0', (size_t)(to - from));
		out->len += (size_t)(to - from);
	}
}

/* Appends the number; false where numeric has no room for it. */
static bool
put_parts(const struct parts *parts, struct ev_buf *out)
{
	struct ev_slice digits = parts->digits;
	size_t first = 0; /* the first digit that is not zero */

	while (first < digits.len && digits.ptr[first] == '0')
		first++;
	if (parts->scale > EV_NUM_SCALE_MAX ||
	    (first < digits.len &&
		parts->whole - (int64_t)first > EV_NUM_WHOLE_MAX))
		return false;
	if (parts->minus && first < digits.len)
		ev_buf_char(out, '-');
	if (first < digits.len && parts->whole > (int64_t)first)
		put_digits(out, digits, (int64_t)first, parts->whole);
	else
		ev_buf_char(out, '0');
	if (parts->scale) {
		ev_buf_char(out, '.');
		put_digits(out, digits, parts->whole,
		    parts->whole + parts->scale);
	}
	return true;
}

static uint32_t
whole_length(struct ev_slice text)
{
	const char *point = memchr(text.ptr, '.', text.len);

	return (uint32_t)(point ? (size_t)(point - text.ptr) : text.len);
}

bool
ev_jsonb_number(struct ev_run *run, const struct ev_node *node,
    struct ev_slice json, struct ev_jsonb *out)
{
	struct ev_slice text = json;
	struct parts parts;
	struct ev_buf *buf;

	if (!is_plain(json)) {
		if (!take_apart(run, json, &parts))
			goto overflow;
		buf = ev_run_begin(run);
		if (!put_parts(&parts, buf))
			goto overflow;
		text = ev_arena_slice(run->arena, ev_buf_as_slice(buf));
	}
	*out = (struct ev_jsonb){.type = EV_NUMBER,
	    .count = whole_length(text),
	    .size = (uint32_t)text.len,
	    .text = text};
	return true;
overflow:
	return ev_run_fail(run, node, "value overflows numeric format");
}
