/*
 * func_text: functions of text. Positions and lengths count characters. The
 * case of letters is that of the C library's C.UTF-8, as PostgreSQL's is.
 */
#include <wctype.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "expr/array.h"
#include "expr/func.h"
#include "expr/result.h"
#include "expr/text.h"

bool
ev_text_too_long(struct ev_run *run, const struct ev_node *node)
{
	return ev_run_fail(run, node, "the text would be longer than %u MiB",
	    EV_EXPR_TEXT_MAX >> 20);
}

bool
ev_text_out(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	if (run->buf->len > EV_EXPR_TEXT_MAX)
		return ev_text_too_long(run, node);
	ev_run_text(run, out);
	return true;
}

static void
text_out(struct ev_val *out, const char *ptr, size_t len)
{
	out->type = EV_SQL_TEXT;
	out->text = (struct ev_slice){ptr, len};
}

size_t
ev_text_offset(struct ev_slice text, uint64_t n)
{
	size_t at = 0;

	for (; n > 0 && at < text.len; n--)
		at += ev_utf8_length(text.ptr + at, text.len - at);
	return at;
}

/* ---- case ---- */

locale_t
ev_text_locale(void)
{
	static locale_t locale;

	if (!locale)
		locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	/* It is part of the C library, so what lacks is memory (also where
	 * errno is ENOENT). To go on with "C" would give other results. */
	if (!locale)
		ev_mem_fail(sizeof(locale));
	return locale;
}

/* Appends the ASCII characters that text begins with; returns how many. To ask
 * the locale for each takes eight times as long. */
static size_t
ascii_case(struct ev_buf *buf, struct ev_slice text, bool upper)
{
	const unsigned char first = upper ? 'a' : 'A';
	size_t n = 0;
	char *to;

	ev_buf_reserve(buf, text.len);
	to = buf->ptr + buf->len;
	for (; n < text.len && !(text.ptr[n] & 0x80); n++) {
		unsigned char c = (unsigned char)text.ptr[n];

		to[n] = (char)(c ^ ((unsigned char)(c - first) < 26) << 5);
	}
	buf->len += n;
	return n;
}

struct ev_slice
ev_text_case(struct ev_run *run, struct ev_slice text, bool upper)
{
	struct ev_buf *buf = ev_run_begin(run);
	locale_t locale = ev_text_locale();

	for (;;) {
		size_t n = ascii_case(buf, text, upper);
		uint32_t code;

		if (n == text.len)
			break;
		n += ev_utf8_decode(text.ptr + n, &code);
		text.ptr += n;
		text.len -= n;
		code = upper ? (uint32_t)towupper_l(code, locale)
			     : (uint32_t)towlower_l(code, locale);
		ev_buf_reserve(buf, 4);
		buf->len += ev_utf8_encode(code, buf->ptr + buf->len);
	}
	return ev_arena_slice(run->arena, ev_buf_as_slice(buf));
}

static bool
upper(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = ev_text_case(run, arg[0].text, true);

	(void)node;
	text_out(out, text.ptr, text.len);
	return true;
}

static bool
lower(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = ev_text_case(run, arg[0].text, false);

	(void)node;
	text_out(out, text.ptr, text.len);
	return true;
}

/* ---- length and parts ---- */

static bool
length(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)run;
	(void)node;
	ev_result_int(out,
	    (int64_t)ev_utf8_count(arg[0].text.ptr, arg[0].text.len));
	return true;
}

static bool
octet_length(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	ev_result_int(out, (int64_t)arg[0].text.len);
	return true;
}

/* left(text, n): the first n characters; n < 0: all but the last -n. */
static bool
left(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = arg[0].text;
	int64_t n = arg[1].integer;

	(void)run;
	(void)node;
	if (n < 0) {
		n += (int64_t)ev_utf8_count(text.ptr, text.len);
		n = n < 0 ? 0 : n;
	}
	text_out(out, text.ptr, ev_text_offset(text, (uint64_t)n));
	return true;
}

static bool
right(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = arg[0].text;
	int64_t n = arg[1].integer, count;
	size_t at;

	(void)run;
	(void)node;
	count = (int64_t)ev_utf8_count(text.ptr, text.len);
	n = n < 0 ? -n : count - n;
	at = ev_text_offset(text, n < 0 ? 0 : (uint64_t)n);
	text_out(out, text.ptr + at, text.len - at);
	return true;
}

/* Characters from..end of text, counted from 1, the last one excluded. */
static void
part(struct ev_slice text, int64_t from, int64_t end, struct ev_val *out)
{
	size_t first, behind;

	if (from < 1)
		from = 1;
	if (end < from)
		end = from;
	first = ev_text_offset(text, (uint64_t)from - 1);
	text.ptr += first;
	text.len -= first;
	behind = ev_text_offset(text, (uint64_t)(end - from));
	text_out(out, text.ptr, behind);
}

static bool
substring(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	part(arg[0].text, arg[1].integer, INT64_MAX, out);
	return true;
}

static bool
substring_for(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t from = arg[1].integer, count = arg[2].integer;

	if (count < 0)
		return ev_run_fail(run, node,
		    "negative substring length not allowed");
	part(arg[0].text, from, from + count, out);
	return true;
}

static bool
strpos(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice whole = arg[0].text, piece = arg[1].text;
	const char *found = piece.len
	    ? memmem(whole.ptr, whole.len, piece.ptr, piece.len)
	    : whole.ptr;

	(void)run;
	(void)node;
	ev_result_int(out,
	    !found ? 0
		   : 1 +
		    (int64_t)ev_utf8_count(whole.ptr,
			(size_t)(found - whole.ptr)));
	return true;
}

/* ---- trimming ---- */

/* True if the character of n bytes at ptr is one of set. */
static bool
in_set(struct ev_slice set, const char *ptr, unsigned n)
{
	for (size_t at = 0; at < set.len;) {
		unsigned m = ev_utf8_length(set.ptr + at, set.len - at);

		if (m == n && !memcmp(set.ptr + at, ptr, n))
			return true;
		at += m;
	}
	return false;
}

static struct ev_slice
trim_left(struct ev_slice text, struct ev_slice set)
{
	while (text.len) {
		unsigned n = ev_utf8_length(text.ptr, text.len);

		if (!in_set(set, text.ptr, n))
			break;
		text.ptr += n;
		text.len -= n;
	}
	return text;
}

static struct ev_slice
trim_right(struct ev_slice text, struct ev_slice set)
{
	while (text.len) {
		unsigned n = 1;

		while (n < text.len &&
		    ((unsigned char)text.ptr[text.len - n] & 0xC0) == 0x80)
			n++;
		if (!in_set(set, text.ptr + text.len - n, n))
			break;
		text.len -= n;
	}
	return text;
}

static bool
ltrim(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = trim_left(arg[0].text,
	    node->argc > 1 ? arg[1].text : EV_SLICE(" "));

	(void)run;
	text_out(out, text.ptr, text.len);
	return true;
}

static bool
rtrim(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = trim_right(arg[0].text,
	    node->argc > 1 ? arg[1].text : EV_SLICE(" "));

	(void)run;
	text_out(out, text.ptr, text.len);
	return true;
}

static bool
btrim(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice set = node->argc > 1 ? arg[1].text : EV_SLICE(" ");
	struct ev_slice text = trim_right(trim_left(arg[0].text, set), set);

	(void)run;
	text_out(out, text.ptr, text.len);
	return true;
}

/* ---- replacing and splitting ---- */

static bool
replace(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice text = arg[0].text, from = arg[1].text;
	struct ev_slice to = arg[2].text;
	struct ev_buf *buf = ev_run_begin(run);
	const char *found;

	if (!from.len) {
		*out = arg[0];
		return true;
	}
	while ((found = memmem(text.ptr, text.len, from.ptr, from.len))) {
		size_t n = (size_t)(found - text.ptr);

		if (buf->len + n + to.len > EV_EXPR_TEXT_MAX)
			return ev_text_too_long(run, node);
		ev_buf_append(buf, text.ptr, n);
		ev_buf_slice(buf, to);
		text.ptr += n + from.len;
		text.len -= n + from.len;
	}
	ev_buf_slice(buf, text);
	ev_run_text(run, out);
	return true;
}

/* The number of fields that a separator makes of a text. */
static int64_t
count_fields(struct ev_slice text, struct ev_slice by)
{
	int64_t count = 1;
	const char *found;

	while ((found = memmem(text.ptr, text.len, by.ptr, by.len))) {
		size_t n = (size_t)(found - text.ptr) + by.len;

		text.ptr += n;
		text.len -= n;
		count++;
	}
	return count;
}

static bool
split_part(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice text = arg[0].text, by = arg[1].text;
	int64_t n = arg[2].integer;

	if (!n)
		return ev_run_fail(run, node,
		    "field position must not be zero");
	text_out(out, "", 0);
	if (!text.len)
		return true;
	if (!by.len) {
		if (n == 1 || n == -1)
			*out = arg[0];
		return true;
	}
	if (n < 0)
		n += count_fields(text, by) + 1;
	for (; n > 0; n--) {
		const char *found = memmem(text.ptr, text.len, by.ptr, by.len);
		size_t len = found ? (size_t)(found - text.ptr) : text.len;

		if (n == 1) {
			text_out(out, text.ptr, len);
		} else if (!found) {
			break;
		} else {
			text.ptr += len + by.len;
			text.len -= len + by.len;
		}
	}
	return true;
}

/* ---- joining ---- */

/* A field's value; false where a string is no text. */
static bool
add_field(struct ev_run *run, const struct ev_node *node, struct ev_value json,
    struct ev_buf *buf)
{
	struct ev_slice text;

	if (json.type == EV_STRING && !json.escaped)
		ev_buf_slice(buf, ev_value_inner(json));
	else if (json.type == EV_STRING)
		/* puts the text at the buffer's end */
		return ev_value_text(json, buf, &text, run->err) == EV_OK ||
		    ev_run_failed(run, node);
	else if (json.type == EV_TRUE || json.type == EV_FALSE)
		ev_buf_char(buf, json.type == EV_TRUE ? 't' : 'f');
	else
		ev_buf_slice(buf, ev_value_raw(json));
	return true;
}

bool
ev_text_output(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *val, struct ev_slice *out)
{
	struct ev_buf *buf = run->buf; /* the caller's text stands in it */
	size_t from = buf->len;
	bool ok = true;

	if (val->type == EV_SQL_TEXT) {
		*out = val->text;
		return true;
	}
	if (val->type == EV_SQL_JSON)
		ok = add_field(run, node, val->json, buf);
	else
		ev_array_item(run->time, val, buf);
	if (ok && buf->len - from > EV_EXPR_TEXT_MAX)
		ok = ev_text_too_long(run, node);
	if (ok)
		*out = ev_arena_slice(run->arena,
		    (struct ev_slice){buf->ptr + from, buf->len - from});
	buf->len = from;
	return ok;
}

/* Appends any value's text; NULL appends nothing. */
static bool
add_text(struct ev_run *run, const struct ev_node *node, struct ev_buf *buf,
    const struct ev_val *val)
{
	struct ev_slice text;

	if (ev_val_is_null(val))
		return true;
	if (!ev_text_output(run, node, val, &text))
		return false;
	if (buf->len + text.len > EV_EXPR_TEXT_MAX)
		return ev_text_too_long(run, node);
	ev_buf_slice(buf, text);
	return true;
}

static bool
concat(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);

	for (unsigned i = 0; i < node->argc; i++)
		if (!add_text(run, node, buf, &arg[i]))
			return false;
	ev_run_text(run, out);
	return true;
}

static bool
concat_ws(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);
	bool first = true;

	out->type = EV_SQL_NULL;
	if (ev_val_is_null(&arg[0]))
		return true;
	for (unsigned i = 1; i < node->argc; i++) {
		if (ev_val_is_null(&arg[i]))
			continue;
		if (!first && !add_text(run, node, buf, &arg[0]))
			return false;
		first = false;
		if (!add_text(run, node, buf, &arg[i]))
			return false;
	}
	ev_run_text(run, out);
	return true;
}

static bool
num_nulls(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t count = 0;

	(void)run;
	for (unsigned i = 0; i < node->argc; i++)
		count += ev_val_is_null(&arg[i]);
	ev_result_int(out, count);
	return true;
}

static bool
num_nonnulls(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	num_nulls(run, node, arg, out);
	out->integer = node->argc - out->integer;
	return true;
}

#define T EV_SQL_TEXT
#define I EV_SQL_INT4
#define A EV_SQL_ANY

const struct ev_func ev_func_text[] = {
    {"upper", T, {T}, upper, "the text in upper case", "upper('straße')",
	"\"STRAßE\"", 0},
    {"lower", T, {T}, lower, "the text in lower case", "lower('ÉCOLE')",
	"\"école\"", 0},
    {"length", I, {T}, length, "the number of characters", "length('naïve')",
	"5", 0},
    {"char_length", I, {T}, length, "the same as length", "char_length('abc')",
	"3", 0},
    {"character_length", I, {T}, length, "the same as length",
	"character_length('abc')", "3", 0},
    {"octet_length", I, {T}, octet_length, "the number of bytes",
	"octet_length('naïve')", "6", 0},
    {"left", T, {T, I}, left,
	"the first characters; negative: all but the last",
	"left('reviews', 3)", "\"rev\"", 0},
    {"right", T, {T, I}, right,
	"the last characters; negative: all but the first",
	"right('reviews', -3)", "\"iews\"", 0},
    {"substring", T, {T, I}, substring,
	"the characters from a position on; the first is 1",
	"substring('reviews' FROM 3)", "\"views\"", 0},
    {"substring", T, {T, I, I}, substring_for,
	"so many characters from a position on",
	"substring('reviews' FROM 3 FOR 4)", "\"view\"", 0},
    {"substr", T, {T, I}, substring, "the same as substring",
	"substr('reviews', 3)", "\"views\"", 0},
    {"substr", T, {T, I, I}, substring_for, "the same as substring",
	"substr('reviews', 3, 4)", "\"view\"", 0},
    {"strpos", I, {T, T}, strpos,
	"where the second text stands in the first; 0: nowhere",
	"strpos('reviews', 'view')", "3", 0},
    {"btrim", T, {T}, btrim, "without spaces at both ends", "btrim('  a b ')",
	"\"a b\"", 0},
    {"btrim", T, {T, T}, btrim, "without these characters at both ends",
	"btrim('xyabcyx', 'xy')", "\"abc\"", 0},
    {"ltrim", T, {T}, ltrim, "without spaces at the beginning", "ltrim('  a ')",
	"\"a \"", 0},
    {"ltrim", T, {T, T}, ltrim, "without these characters at the beginning",
	"ltrim('007', '0')", "\"7\"", 0},
    {"rtrim", T, {T}, rtrim, "without spaces at the end", "rtrim(' a  ')",
	"\" a\"", 0},
    {"rtrim", T, {T, T}, rtrim, "without these characters at the end",
	"rtrim('1.500', '0')", "\"1.5\"", 0},
    {"replace", T, {T, T, T}, replace,
	"every occurrence of the second text replaced by the third",
	"replace('a-b-c', '-', '/')", "\"a/b/c\"", 0},
    {"split_part", T, {T, T, I}, split_part,
	"the n-th part of a text split at another; negative: from the end",
	"split_part('a,b,c', ',', 2)", "\"b\"", 0},
    {"concat", T, {A}, concat, "all arguments as one text, without NULLs",
	"concat('a', 1, NULL, true)", "\"a1t\"",
	EV_FUNC_NULLS | EV_FUNC_VARIADIC | EV_FUNC_STABLE},
    {"concat_ws", T, {T, A}, concat_ws,
	"the arguments behind the first, with the first between them",
	"concat_ws(', ', 'a', NULL, 'b')", "\"a, b\"",
	EV_FUNC_NULLS | EV_FUNC_VARIADIC | EV_FUNC_STABLE},
    {"num_nulls", I, {A}, num_nulls, "how many arguments are NULL",
	"num_nulls(1, NULL, 2)", "1", EV_FUNC_NULLS | EV_FUNC_VARIADIC},
    {"num_nonnulls", I, {A}, num_nonnulls, "how many arguments are not NULL",
	"num_nonnulls(1, NULL, 2)", "2", EV_FUNC_NULLS | EV_FUNC_VARIADIC},
    {.name = NULL},
};
