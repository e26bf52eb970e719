/*
 * build: see build.h.
 */
#include "event/build.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/simd.h"
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
	char *to;

	ev_buf_reserve(out, key.len + 2);
	to = out->ptr + out->len;
	if (to[-1] != '{')
		*to++ = ',';
	memcpy(to, key.ptr, key.len);
	to[key.len] = ':';
	out->len = (size_t)(to - out->ptr) + key.len + 1;
}

void
ev_build_raw(struct ev_buf *out, struct ev_slice json)
{
	ev_buf_slice(out, json);
}

#define U(hex) [0x##hex] = {"\\u00" #hex, 6}

/* clang-format off */
const struct ev_build_escape ev_build_escape[256] = {
	U(00), U(01), U(02), U(03), U(04), U(05), U(06), U(07),
	['\b'] = {"\\b", 2}, ['\t'] = {"\\t", 2}, ['\n'] = {"\\n", 2},
	U(0b), ['\f'] = {"\\f", 2}, ['\r'] = {"\\r", 2}, U(0e), U(0f),
	U(10), U(11), U(12), U(13), U(14), U(15), U(16), U(17),
	U(18), U(19), U(1a), U(1b), U(1c), U(1d), U(1e), U(1f),
	['"'] = {"\\\"", 2}, ['\\'] = {"\\\\", 2},
};
/* clang-format on */

#ifdef EV_SIMD
#define STEP EV_SIMD
#else
#define STEP 16
#endif

/* Copies STEP bytes; returns how many of them stand before one that is escaped,
 * which the table would say one at a time. */
static inline unsigned
copy_step(const char *from, char *to)
{
#ifdef EV_SIMD
	ev_simd v = ev_simd_load(from);
	/* From -128 on, so that control characters are the least. */
	ev_simd control = ev_simd_less(ev_simd_add(v, ev_simd_all(-128)),
	    ev_simd_all(' ' - 128));
	uint64_t stops = ev_simd_mask(control |
	    ev_simd_equal(v, ev_simd_all('"')) |
	    ev_simd_equal(v, ev_simd_all('\\')));

	ev_simd_store(to, v);
	return (unsigned)__builtin_ctzll(stops | UINT64_C(1) << STEP);
#else
	unsigned n = 0;

	memcpy(to, from, STEP);
	while (n < STEP && !ev_build_escape[(unsigned char)from[n]].len)
		n++;
	return n;
#endif
}

/* Appends a piece of text, for which there is room. */
static char *
put_piece(char *to, const char *ptr, size_t len)
{
	const char *end = ptr + len;

	while (ptr < end) {
		const struct ev_build_escape *escape;

		if (end - ptr >= STEP) {
			unsigned n = copy_step(ptr, to);

			ptr += n;
			to += n;
			if (n == STEP)
				continue;
		}
		escape = &ev_build_escape[(unsigned char)*ptr];
		if (escape->len) {
			memcpy(to, escape, sizeof(*escape));
			to += escape->len;
		} else {
			*to++ = *ptr;
		}
		ptr++;
	}
	return to;
}

#define PIECE 4096u /* bytes of text; each may become six */

void
ev_build_text(struct ev_buf *out, struct ev_slice text)
{
	ev_buf_char(out, '"');
	while (text.len) {
		size_t len = text.len < PIECE ? text.len : PIECE;
		char *to;

		ev_buf_reserve(out, 6 * len + sizeof(struct ev_build_escape));
		to = out->ptr + out->len;
		out->len += (size_t)(put_piece(to, text.ptr, len) - to);
		text.ptr += len;
		text.len -= len;
	}
	ev_buf_char(out, '"');
}

void
ev_build_key_text(struct ev_buf *out, const char *key, const char *text)
{
	ev_build_key(out, ev_slice_of(key));
	ev_build_text(out, ev_slice_of(text));
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
