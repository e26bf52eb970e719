/*
 * canon: see canon.h. One walk down the text, which was validated: values are
 * written as they are met, and a container's members are put in order when it
 * ends, which costs a copy only where they are not in order already.
 */
#include "event/canon.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "event/build.h"
#include "event/token.h"

/* A number is written without an exponent where its point lies at most so
 * many places to the right or left of its first digit. */
#define PLAIN_RIGHT 40
#define PLAIN_LEFT 6

/* `"key":value,` in the output. */
struct member {
	size_t from; /* its offset there */
	size_t key;  /* bytes of the key, with quotes */
	size_t len;  /* of all, with the comma */
};

struct ev_canon {
	struct ev_buf ignored; /* "a","b", */
	struct member *member; /* a stack: those of all open objects */
	size_t members, cap;
	struct ev_buf scratch; /* members, while they are put in order */
	struct ev_buf digits;  /* of a number */
};

struct ev_canon *
ev_canon_new(void)
{
	return ev_mem_zalloc(1, sizeof(struct ev_canon));
}

void
ev_canon_free(struct ev_canon *canon)
{
	if (!canon)
		return;
	ev_buf_release(&canon->ignored);
	ev_buf_release(&canon->scratch);
	ev_buf_release(&canon->digits);
	free(canon->member);
	free(canon);
}

void
ev_canon_ignore(struct ev_canon *canon, struct ev_slice key)
{
	ev_build_text(&canon->ignored, key);
	ev_buf_char(&canon->ignored, ',');
}

static void
put_code(uint32_t code, struct ev_buf *out)
{
	static const char plain[] = "\"\\\b\f\n\r\t", letter[] = "\"\\bfnrt";
	const char *at = code && code < 0x80 ? strchr(plain, (int)code) : NULL;
	char text[4];

	if (at) {
		ev_buf_char(out, '\\');
		ev_buf_char(out, letter[at - plain]);
	} else if (code < 0x20 || ev_token_is_half(code)) {
		ev_buf_printf(out, "\\u%04" PRIx32, code);
	} else {
		ev_buf_append(out, text, ev_utf8_encode(code, text));
	}
}

/* s stands at a backslash. */
static const char *
put_escape(const char *s, struct ev_buf *out)
{
	if (s[1] != 'u') {
		if (s[1] != '/')
			ev_buf_char(out, '\\');
		ev_buf_char(out, s[1]);
		return s + 2;
	}
	s += 2;
	put_code(ev_token_unicode(&s), out);
	return s;
}

/* s stands at the opening quote. */
static const char *
put_string(const char *s, struct ev_buf *out)
{
	ev_buf_char(out, '"');
	for (s++;;) {
		const char *from = s;

		s = ev_token_plain(s);
		while ((unsigned char)*s >= 0x80)
			s = ev_token_plain(s + 1);
		ev_buf_append(out, from, (size_t)(s - from));
		if (*s == '"')
			break;
		s = put_escape(s, out);
	}
	ev_buf_char(out, '"');
	return s + 1;
}

/* Adds `more` to a decimal number of so many digits that its sign cannot
 * change. */
static void
add(char *digits, size_t *len, int64_t more)
{
	size_t i = *len;

	while (i-- > 0) {
		int64_t sum = digits[i] - '0' + more % 10;

		more /= 10;
		if (sum < 0 || sum > 9) {
			more += sum < 0 ? -1 : 1;
			sum += sum < 0 ? 10 : -10;
		}
		digits[i] = (char)('0' + sum);
	}
	if (more) {
		memmove(digits + 1, digits, (*len)++);
		digits[0] = (char)('0' + more);
	} else if (*len > 1 && digits[0] == '0') {
		memmove(digits, digits + 1, --*len);
	}
}

/* "e" and the exponent behind a first digit: the number's own, `text` (digits,
 * perhaps a sign; empty is 0), and `more`. */
static void
put_exponent(struct ev_slice text, int64_t more, struct ev_buf *out)
{
	bool negative = text.len && *text.ptr == '-';
	size_t from, len;

	while (text.len &&
	    (*text.ptr == '-' || *text.ptr == '+' || *text.ptr == '0')) {
		text.ptr++;
		text.len--;
	}
	ev_buf_char(out, 'e');
	if (negative)
		ev_buf_char(out, '-');
	from = out->len;
	ev_buf_reserve(out, text.len + 2);
	memcpy(out->ptr + from, text.ptr, text.len);
	len = text.len;
	add(out->ptr + from, &len, negative ? -more : more);
	out->len = from + len;
}

/* The exponent's value where it is a small one: at most 18 digits. */
static bool
small_exponent(struct ev_slice text, int64_t *value)
{
	bool negative = text.len && *text.ptr == '-';
	int64_t sum = 0;

	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '-' || text.ptr[i] == '+')
			continue;
		if (sum >= 100000000000000000)
			return false;
		sum = sum * 10 + (text.ptr[i] - '0');
	}
	*value = negative ? -sum : sum;
	return true;
}

static void
put_zeros(struct ev_buf *out, int64_t count)
{
	while (count-- > 0)
		ev_buf_char(out, '0');
}

/* The number 0.DIGITS times ten to the power of point. */
static void
put_plain(const struct ev_buf *digits, int64_t point, struct ev_buf *out)
{
	size_t whole = point > 0 ? (size_t)point : 0;

	if (whole >= digits->len) {
		ev_buf_slice(out, ev_buf_as_slice(digits));
		put_zeros(out, point - (int64_t)digits->len);
		return;
	}
	if (whole)
		ev_buf_append(out, digits->ptr, whole);
	else
		ev_buf_char(out, '0');
	ev_buf_char(out, '.');
	put_zeros(out, -point);
	ev_buf_append(out, digits->ptr + whole, digits->len - whole);
}

/* DIGITS, without zeros at either end; returns how many of them stand before
 * the point (negative: how many zeros behind it), and the exponent's text. */
static int64_t
split_number(struct ev_slice text, struct ev_buf *digits,
    struct ev_slice *exponent)
{
	int64_t point = 0;
	bool whole = true;
	size_t i;

	digits->len = 0;
	for (i = 0; i < text.len && (text.ptr[i] | 32) != 'e'; i++) {
		char c = text.ptr[i];

		if (c == '.') {
			whole = false;
		} else if (c != '0' || digits->len) {
			ev_buf_char(digits, c);
			point += whole;
		} else {
			point -= !whole;
		}
	}
	i += i < text.len;
	*exponent = (struct ev_slice){text.ptr + i, text.len - i};
	while (digits->len && digits->ptr[digits->len - 1] == '0')
		digits->len--;
	return point;
}

static void
put_decimal(struct ev_canon *canon, struct ev_slice text, struct ev_buf *out)
{
	struct ev_buf *digits = &canon->digits;
	bool negative = *text.ptr == '-';
	struct ev_slice exponent;
	int64_t point, power;

	text.ptr += negative;
	text.len -= negative;
	point = split_number(text, digits, &exponent);
	if (!digits->len) {
		ev_buf_char(out, '0');
		return;
	}
	if (negative)
		ev_buf_char(out, '-');
	if (!small_exponent(exponent, &power)) {
		put_plain(digits, 1, out);
		put_exponent(exponent, point - 1, out);
		return;
	}
	point += power;
	if (point > -PLAIN_LEFT && point <= PLAIN_RIGHT) {
		put_plain(digits, point, out);
		return;
	}
	put_plain(digits, 1, out);
	ev_buf_printf(out, "e%" PRId64, point - 1);
}

static const char *
put_number(struct ev_canon *canon, const char *s, struct ev_buf *out)
{
	const char *from = s;
	bool whole;

	s += *s == '-';
	while (ev_token_digit(*s))
		s++;
	whole = *s != '.' && (*s | 32) != 'e' && s - from <= PLAIN_RIGHT;
	while (ev_token_digit(*s) || *s == '.' || *s == '+' || *s == '-' ||
	    (*s | 32) == 'e')
		s++;
	if (whole && (from[0] != '-' || from[1] != '0'))
		ev_buf_append(out, from, (size_t)(s - from));
	else
		put_decimal(canon, (struct ev_slice){from, (size_t)(s - from)},
		    out);
	return s;
}

static void
push(struct ev_canon *canon, struct member member)
{
	if (canon->members == canon->cap) {
		canon->cap = canon->cap ? canon->cap * 2 : 64;
		canon->member = ev_mem_realloc(canon->member,
		    canon->cap * sizeof(*canon->member));
	}
	canon->member[canon->members++] = member;
}

int
ev_canon_compare_keys(struct ev_slice a, struct ev_slice b)
{
	int order = memcmp(a.ptr, b.ptr, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int
compare_keys(const char *text, const struct member *a, const struct member *b)
{
	return ev_canon_compare_keys((struct ev_slice){text + a->from, a->key},
	    (struct ev_slice){text + b->from, b->key});
}

static int
compare_members(const void *a, const void *b, void *text)
{
	const struct member *left = a, *right = b;
	int order = compare_keys(text, left, right);

	return order ? order
		     : (left->from > right->from) - (left->from < right->from);
}

/* Few members are the rule, and then this is several times as fast as
 * qsort_r. */
static void
sort_few(struct member *member, size_t count, char *text)
{
	for (size_t i = 1; i < count; i++) {
		struct member m = member[i];
		size_t j = i;

		for (; j && compare_members(&member[j - 1], &m, text) > 0; j--)
			member[j] = member[j - 1];
		member[j] = m;
	}
}

/* Puts the members from `base` on, which begin at `mark`, in order, and lets
 * go of those whose key comes again. */
static void
put_in_order(struct ev_canon *canon, size_t base, size_t mark,
    struct ev_buf *out)
{
	struct member *member = canon->member + base;
	size_t count = canon->members - base;

	if (count <= 32)
		sort_few(member, count, out->ptr);
	else
		qsort_r(member, count, sizeof(*member), compare_members,
		    out->ptr);
	canon->scratch.len = 0;
	for (size_t i = 0; i < count; i++)
		if (i + 1 == count ||
		    compare_keys(out->ptr, &member[i], &member[i + 1]))
			ev_buf_append(&canon->scratch,
			    out->ptr + member[i].from, member[i].len);
	out->len = mark;
	ev_buf_slice(out, ev_buf_as_slice(&canon->scratch));
}

static bool
is_ignored(const struct ev_canon *canon, const char *key, size_t len)
{
	const char *at = canon->ignored.ptr, *end = at + canon->ignored.len;

	while (at < end) {
		size_t one;

		for (one = 1; at[one] != '"'; one++)
			one += at[one] == '\\';
		if (++one == len && !memcmp(at, key, len))
			return true;
		at += one + 1;
	}
	return false;
}

static const char *put_value(struct ev_canon *canon, const char *s,
    struct ev_buf *out);

/* s stands at a key; writes `"key":value,` and returns what follows it. */
static const char *
put_member(struct ev_canon *canon, const char *s, struct member *member,
    struct ev_buf *out)
{
	member->from = out->len;
	s = ev_token_space(put_string(s, out));
	member->key = out->len - member->from;
	ev_buf_char(out, ':');
	s = put_value(canon, ev_token_space(s + 1), out);
	ev_buf_char(out, ',');
	member->len = out->len - member->from;
	s = ev_token_space(s);
	return *s == ',' ? ev_token_space(s + 1) : s;
}

/* Closes a container whose last member or element left a comma. */
static void
put_close(struct ev_buf *out, char close)
{
	if (out->ptr[out->len - 1] == ',')
		out->len--;
	ev_buf_char(out, close);
}

static const char *
put_object(struct ev_canon *canon, const char *s, bool top, struct ev_buf *out)
{
	size_t base = canon->members, mark;
	bool ordered = true;

	ev_buf_char(out, '{');
	mark = out->len;
	s = ev_token_space(s + 1);
	while (*s != '}') {
		struct member member;

		s = put_member(canon, s, &member, out);
		if (top &&
		    is_ignored(canon, out->ptr + member.from, member.key)) {
			out->len = member.from;
			continue;
		}
		push(canon, member);
		if (canon->members - base > 1 &&
		    compare_keys(out->ptr, canon->member + canon->members - 2,
			canon->member + canon->members - 1) >= 0)
			ordered = false;
	}
	if (!ordered)
		put_in_order(canon, base, mark, out);
	canon->members = base;
	put_close(out, '}');
	return s + 1;
}

static const char *
put_array(struct ev_canon *canon, const char *s, struct ev_buf *out)
{
	ev_buf_char(out, '[');
	s = ev_token_space(s + 1);
	while (*s != ']') {
		s = ev_token_space(put_value(canon, s, out));
		ev_buf_char(out, ',');
		if (*s == ',')
			s = ev_token_space(s + 1);
	}
	put_close(out, ']');
	return s + 1;
}

static const char *
put_value(struct ev_canon *canon, const char *s, struct ev_buf *out)
{
	size_t len;

	switch (*s) {
	case '"':
		return put_string(s, out);
	case '{':
		return put_object(canon, s, false, out);
	case '[':
		return put_array(canon, s, out);
	case 't':
	case 'f':
	case 'n':
		len = *s == 'f' ? 5 : 4;
		ev_buf_append(out, s, len);
		return s + len;
	default:
		return put_number(canon, s, out);
	}
}

void
ev_canon_event(struct ev_canon *canon, struct ev_slice event,
    struct ev_buf *out)
{
	put_object(canon, ev_token_space(event.ptr), true, out);
}

void
ev_canon_value(struct ev_canon *canon, struct ev_value value,
    struct ev_buf *out)
{
	if (value.type == EV_MISSING)
		ev_build_null(out);
	else
		put_value(canon, value.ptr, out);
}
