/*
 * build: see build.h.
 */
#include "event/build.h"

#include <inttypes.h>
#include <stdio.h>

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

void
ev_build_text(struct ev_buf *out, struct ev_slice text)
{
	static const char hex[] = "0123456789abcdef";
	char *to;

	/* Six bytes for each at most: \u00XX. */
	ev_buf_reserve(out, text.len * 6 + 2);
	to = out->ptr + out->len;
	*to++ = '"';
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		char escape = escape_of(c);

		if (!escape) {
			*to++ = (char)c;
			continue;
		}
		*to++ = '\\';
		*to++ = escape;
		if (escape == 'u') {
			*to++ = '0';
			*to++ = '0';
			*to++ = hex[c >> 4];
			*to++ = hex[c & 15];
		}
	}
	*to++ = '"';
	out->len = (size_t)(to - out->ptr);
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
	ev_buf_char(out, '"');
	base64(out, bytes);
	ev_buf_char(out, '"');
	return true;
}
