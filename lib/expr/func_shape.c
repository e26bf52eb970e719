/*
 * func_shape: functions that pad, repeat, turn round, exchange and overlay
 * text, and the codes of its characters.
 */
#include <wctype.h>

#include "base/utf8.h"
#include "expr/func.h"
#include "expr/result.h"
#include "expr/text.h"

static bool
bit_length(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	ev_result_int(out, (int64_t)arg[0].text.len * 8);
	return true;
}

static bool
initcap(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);
	struct ev_slice text = arg[0].text;
	locale_t locale = ev_text_locale();
	bool inside = false; /* a word */

	(void)node;
	for (size_t at = 0; at < text.len;) {
		uint32_t code;

		at += ev_utf8_decode(text.ptr + at, &code);
		code = inside ? (uint32_t)towlower_l(code, locale)
			      : (uint32_t)towupper_l(code, locale);
		inside = iswalnum_l(code, locale) != 0;
		ev_buf_reserve(buf, 4);
		buf->len += ev_utf8_encode(code, buf->ptr + buf->len);
	}
	ev_run_text(run, out);
	return true;
}

/* ---- padding ---- */

/* Appends count characters of fill, over and over. */
static bool
fill_up(struct ev_run *run, const struct ev_node *node, struct ev_slice fill,
    uint64_t count)
{
	struct ev_buf *buf = run->buf;
	size_t at = 0;

	for (; count; count--) {
		unsigned n = ev_utf8_length(fill.ptr + at, fill.len - at);

		if (buf->len + n > EV_EXPR_TEXT_MAX)
			return ev_text_too_long(run, node);
		ev_buf_append(buf, fill.ptr + at, n);
		at += n;
		if (at == fill.len)
			at = 0;
	}
	return true;
}

/* A text that is longer is cut; without fill it is not made longer. */
static bool
pad(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    bool before, struct ev_val *out)
{
	struct ev_slice text = arg[0].text;
	struct ev_slice fill = node->argc > 2 ? arg[2].text : EV_SLICE(" ");
	uint64_t want = arg[1].integer > 0 ? (uint64_t)arg[1].integer : 0;
	uint64_t count = ev_utf8_count(text.ptr, text.len), more;

	ev_run_begin(run);
	if (count > want)
		text.len = ev_text_offset(text, want);
	more = count < want && fill.len ? want - count : 0;
	if (before && !fill_up(run, node, fill, more))
		return false;
	ev_buf_slice(run->buf, text);
	if (!before && !fill_up(run, node, fill, more))
		return false;
	return ev_text_out(run, node, out);
}

static bool
lpad(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	return pad(run, node, arg, true, out);
}

static bool
rpad(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	return pad(run, node, arg, false, out);
}

static bool
repeat(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);
	uint64_t count = arg[1].integer > 0 ? (uint64_t)arg[1].integer : 0;
	size_t len = arg[0].text.len;

	if (!len)
		count = 0;
	if (count > EV_EXPR_TEXT_MAX / (len ? len : 1))
		return ev_text_too_long(run, node);
	while (count--)
		ev_buf_slice(buf, arg[0].text);
	ev_run_text(run, out);
	return true;
}

/* ---- characters exchanged ---- */

static bool
reverse(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice text = arg[0].text;
	char *to = ev_arena_alloc(run->arena, text.len + 1);

	(void)node;
	for (size_t at = 0; at < text.len;) {
		unsigned n = ev_utf8_length(text.ptr + at, text.len - at);

		memcpy(to + text.len - at - n, text.ptr + at, n);
		at += n;
	}
	out->type = EV_SQL_TEXT;
	out->text = (struct ev_slice){to, text.len};
	return true;
}

/* The first place of the character of n bytes at ptr among those of set,
 * counted from 0; -1: none. */
static int64_t
place_of(struct ev_slice set, const char *ptr, unsigned n)
{
	int64_t place = 0;

	for (size_t at = 0; at < set.len; place++) {
		unsigned m = ev_utf8_length(set.ptr + at, set.len - at);

		if (m == n && !memcmp(set.ptr + at, ptr, n))
			return place;
		at += m;
	}
	return -1;
}

static bool
translate(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice text = arg[0].text, from = arg[1].text;
	struct ev_slice to = arg[2].text;
	struct ev_buf *buf = ev_run_begin(run);

	for (size_t at = 0; at < text.len;) {
		unsigned n = ev_utf8_length(text.ptr + at, text.len - at);
		int64_t place = place_of(from, text.ptr + at, n);
		size_t offset;

		if (place < 0) {
			ev_buf_append(buf, text.ptr + at, n);
		} else {
			offset = ev_text_offset(to, (uint64_t)place);
			if (offset < to.len)
				ev_buf_append(buf, to.ptr + offset,
				    ev_utf8_length(to.ptr + offset,
					to.len - offset));
		}
		at += n;
	}
	return ev_text_out(run, node, out);
}

static bool
overlay(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice text = arg[0].text, with = arg[1].text;
	int64_t from = arg[2].integer, behind;
	struct ev_buf *buf = ev_run_begin(run);
	size_t rest;

	behind = from +
	    (node->argc > 3 ? arg[3].integer
			    : (int64_t)ev_utf8_count(with.ptr, with.len));
	if (from <= 0)
		return ev_run_fail(run, node,
		    "negative substring length not allowed");
	if (behind != (int32_t)behind)
		return ev_run_fail(run, node, "integer out of range");
	rest = behind > 1 ? ev_text_offset(text, (uint64_t)behind - 1) : 0;
	ev_buf_append(buf, text.ptr, ev_text_offset(text, (uint64_t)from - 1));
	ev_buf_slice(buf, with);
	ev_buf_append(buf, text.ptr + rest, text.len - rest);
	return ev_text_out(run, node, out);
}

static bool
starts_with(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice text = arg[0].text, start = arg[1].text;

	(void)run;
	(void)node;
	if (text.len > start.len)
		text.len = start.len;
	out->type = EV_SQL_BOOL;
	out->truth = ev_slice_equal(text, start);
	return true;
}

/* ---- codes ---- */

static bool
ascii(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	uint32_t code = 0;

	(void)run;
	(void)node;
	if (arg[0].text.len)
		ev_utf8_decode(arg[0].text.ptr, &code);
	ev_result_int(out, code);
	return true;
}

static bool
chr(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	int64_t code = arg[0].integer;
	struct ev_buf *buf = ev_run_begin(run);

	if (code < 0)
		return ev_run_fail(run, node,
		    "character number must be positive");
	if (code == 0)
		return ev_run_fail(run, node, "null character not permitted");
	if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000))
		return ev_run_fail(run, node,
		    "requested character not valid for encoding: %lld",
		    (long long)code);
	ev_buf_reserve(buf, 4);
	buf->len = ev_utf8_encode((uint32_t)code, buf->ptr);
	ev_run_text(run, out);
	return true;
}

static bool
to_hex(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);

	(void)node;
	ev_buf_printf(buf, "%llx",
	    arg[0].type == EV_SQL_INT8 ? (unsigned long long)arg[0].integer
				       : (uint32_t)arg[0].integer);
	ev_run_text(run, out);
	return true;
}

#define T EV_SQL_TEXT
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define I8 EV_SQL_INT8

const struct ev_func ev_func_shape[] = {
    {"bit_length", I, {T}, bit_length, "the number of bits",
	"bit_length('naïve')", "48", 0},
    {"initcap", T, {T}, initcap, "each word with a capital",
	"initcap('hi THOMAS')", "\"Hi Thomas\"", 0},
    {"lpad", T, {T, I}, lpad, "spaces before it up to a length, or cut to it",
	"lpad('7', 3)", "\"  7\"", 0},
    {"lpad", T, {T, I, T}, lpad, "the same with a text instead of spaces",
	"lpad('7', 3, '0')", "\"007\"", 0},
    {"rpad", T, {T, I}, rpad, "spaces behind it up to a length, or cut to it",
	"rpad('ab', 4)", "\"ab  \"", 0},
    {"rpad", T, {T, I, T}, rpad, "the same with a text instead of spaces",
	"rpad('hi', 5, 'xy')", "\"hixyx\"", 0},
    {"repeat", T, {T, I}, repeat, "the text so many times", "repeat('ab', 3)",
	"\"ababab\"", 0},
    {"reverse", T, {T}, reverse, "the last character first", "reverse('naïve')",
	"\"evïan\"", 0},
    {"translate", T, {T, T, T}, translate,
	"each character of the second text becomes the third's at its place",
	"translate('12345', '143', 'ax')", "\"a2x5\"", 0},
    {"overlay", T, {T, T, I}, overlay,
	"the second text over the first from a position on",
	"overlay('Txxxxas' PLACING 'hom' FROM 2)", "\"Thomxas\"", 0},
    {"overlay", T, {T, T, I, I}, overlay,
	"the second text instead of so many characters of the first",
	"overlay('Txxxxas' PLACING 'hom' FROM 2 FOR 4)", "\"Thomas\"", 0},
    {"starts_with", B, {T, T}, starts_with,
	"does the first text begin with the second?",
	"starts_with('alphabet', 'alph')", "true", 0},
    {"^@", B, {T, T}, starts_with, "the same as starts_with",
	"'alphabet' ^@ 'alph'", "true", 0},
    {"ascii", I, {T}, ascii, "the code point of the first character",
	"ascii('é')", "233", 0},
    {"chr", T, {I}, chr, "the character of a code point", "chr(233)", "\"é\"",
	0},
    {"to_hex", T, {I}, to_hex, "the number's hexadecimal digits",
	"to_hex(2147483647)", "\"7fffffff\"", 0},
    {"to_hex", T, {I8}, to_hex, "the number's hexadecimal digits",
	"to_hex(-1::bigint)", "\"ffffffffffffffff\"", 0},
    {.name = NULL},
};
