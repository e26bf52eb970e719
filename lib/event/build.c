/*
 * build: see build.h.
 */
#include "event/build.h"

#include <inttypes.h>
#include <stdio.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/utf8.h"

void
ev_build_open(struct ev_buf *out)
{
	ev_buf_char(out, '{');
}

void
ev_build_close(struct ev_buf *out)
{
	ev_buf_char(out, '}');
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

void
ev_build_reopen(struct ev_buf *out)
{
	while (out->ptr[out->len - 1] != '}')
		out->len--;
	do
		out->len--;
	while (is_blank(out->ptr[out->len - 1]));
}

static void
comma(struct ev_buf *out)
{
	if (out->ptr[out->len - 1] != '{')
		ev_buf_char(out, ',');
}

void
ev_build_key(struct ev_buf *out, struct ev_slice key)
{
	comma(out);
	ev_build_text(out, key);
	ev_buf_char(out, ':');
}

void
ev_build_key_raw(struct ev_buf *out, struct ev_slice key)
{
	comma(out);
	ev_buf_slice(out, key);
	ev_buf_char(out, ':');
}

void
ev_build_raw(struct ev_buf *out, struct ev_slice json)
{
	ev_buf_slice(out, json);
}

/* What stands behind the backslash; 'u' for \u00XX; 0: not escaped. */
static char
escape_of(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return c < 0x20 ? 'u' : 0;
	}
}

/* How many bytes at ptr need no escape. */
static size_t
plain_length(const char *ptr, size_t len)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; len - i >= 16; i += 16) {
		__m128i v = _mm_loadu_si128((const void *)(ptr + i));
		__m128i control = _mm_cmpeq_epi8(v,
		    _mm_min_epu8(v, _mm_set1_epi8(0x1F)));
		__m128i stop = _mm_or_si128(control,
		    _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
			_mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))));
		unsigned mask = (unsigned)_mm_movemask_epi8(stop);

		if (mask)
			return i + (unsigned)__builtin_ctz(mask);
	}
#endif
	while (i < len && !escape_of((unsigned char)ptr[i]))
		i++;
	return i;
}

void
ev_build_text(struct ev_buf *out, struct ev_slice text)
{
	static const char hex[] = "0123456789abcdef";
	const char *ptr = text.ptr, *end = text.ptr + text.len;

	ev_buf_reserve(out, text.len + 2);
	ev_buf_char(out, '"');
	for (;;) {
		size_t plain = plain_length(ptr, (size_t)(end - ptr));
		unsigned char c;

		ev_buf_append(out, ptr, plain);
		ptr += plain;
		if (ptr == end)
			break;
		c = (unsigned char)*ptr++;
		ev_buf_char(out, '\\');
		ev_buf_char(out, escape_of(c));
		if (escape_of(c) == 'u') {
			ev_buf_append(out, "00", 2);
			ev_buf_char(out, hex[c >> 4]);
			ev_buf_char(out, hex[c & 15]);
		}
	}
	ev_buf_char(out, '"');
}

void
ev_build_int(struct ev_buf *out, int64_t number)
{
	ev_buf_printf(out, "%" PRId64, number);
}

void
ev_build_bool(struct ev_buf *out, bool truth)
{
	ev_buf_str(out, truth ? "true" : "false");
}

void
ev_build_null(struct ev_buf *out)
{
	ev_buf_str(out, "null");
}

/* RFC 4648 section 4, with padding. */
static void
base64(struct ev_buf *out, struct ev_slice bytes)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *s = (const unsigned char *)bytes.ptr;

	ev_buf_reserve(out, (bytes.len + 2) / 3 * 4);
	for (size_t i = 0; i < bytes.len; i += 3) {
		size_t left = bytes.len - i;
		uint32_t word = (uint32_t)s[i] << 16;

		if (left > 1)
			word |= (uint32_t)s[i + 1] << 8;
		if (left > 2)
			word |= s[i + 2];
		out->ptr[out->len++] = digit[word >> 18];
		out->ptr[out->len++] = digit[word >> 12 & 63];
		out->ptr[out->len++] = left > 1 ? digit[word >> 6 & 63] : '=';
		out->ptr[out->len++] = left > 2 ? digit[word & 63] : '=';
	}
}

bool
ev_build_bytes(struct ev_buf *out, struct ev_slice bytes)
{
	if (ev_utf8_check(bytes.ptr, bytes.len) == bytes.len) {
		ev_build_text(out, bytes);
		return false;
	}
	ev_build_base64(out, bytes);
	return true;
}

void
ev_build_base64(struct ev_buf *out, struct ev_slice bytes)
{
	ev_buf_char(out, '"');
	base64(out, bytes);
	ev_buf_char(out, '"');
}
