/*
 * utf8: see utf8.h.
 */
#include "base/utf8.h"

#include <string.h>

static bool
is_tail(unsigned char c)
{
	return (c & 0xC0) == 0x80;
}

unsigned
ev_utf8_length(const char *ptr, size_t len)
{
	const unsigned char *s = (const unsigned char *)ptr;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xC2)
		return 0; /* a tail byte, or an overlong C0 or C1 */
	if (s[0] < 0xE0)
		return len >= 2 && is_tail(s[1]) ? 2 : 0;
	if (s[0] < 0xF0) {
		if (len < 3 || !is_tail(s[1]) || !is_tail(s[2]))
			return 0;
		if (s[0] == 0xE0 && s[1] < 0xA0)
			return 0; /* overlong */
		if (s[0] == 0xED && s[1] >= 0xA0)
			return 0; /* surrogate */
		return 3;
	}
	if (s[0] > 0xF4 || len < 4 || !is_tail(s[1]) || !is_tail(s[2]) ||
	    !is_tail(s[3]))
		return 0;
	if (s[0] == 0xF0 && s[1] < 0x90)
		return 0; /* overlong */
	if (s[0] == 0xF4 && s[1] >= 0x90)
		return 0; /* beyond U+10FFFF */
	return 4;
}

size_t
ev_utf8_check(const char *ptr, size_t len)
{
	size_t i = 0;

	while (i < len) {
		uint64_t word;
		unsigned n;

		/* Most text is ASCII: eight bytes at a time. */
		if (len - i >= 8) {
			memcpy(&word, ptr + i, 8);
			if (!(word & 0x8080808080808080)) {
				i += 8;
				continue;
			}
		}
		n = ev_utf8_length(ptr + i, len - i);
		if (!n)
			return i;
		i += n;
	}
	return len;
}

bool
ev_utf8_ascii(struct ev_slice text)
{
	unsigned char all = 0;

	for (size_t i = 0; i < text.len; i++)
		all |= (unsigned char)text.ptr[i];
	return all < 0x80;
}

unsigned
ev_utf8_decode(const char *ptr, uint32_t *code)
{
	const unsigned char *s = (const unsigned char *)ptr;

	if (s[0] < 0x80) {
		*code = s[0];
		return 1;
	}
	if (s[0] < 0xE0) {
		*code = (s[0] & 0x1Fu) << 6 | (s[1] & 0x3Fu);
		return 2;
	}
	if (s[0] < 0xF0) {
		*code = (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 |
		    (s[2] & 0x3Fu);
		return 3;
	}
	*code = (s[0] & 0x07u) << 18 | (s[1] & 0x3Fu) << 12 |
	    (s[2] & 0x3Fu) << 6 | (s[3] & 0x3Fu);
	return 4;
}

unsigned
ev_utf8_encode(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

size_t
ev_utf8_count(const char *ptr, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += !is_tail((unsigned char)ptr[i]);
	return count;
}

size_t
ev_utf8_cut(const char *ptr, size_t len, size_t max)
{
	if (len <= max)
		return len;
	while (max > 0 && is_tail((unsigned char)ptr[max]))
		max--;
	return max;
}
