/*
 * csv_portable: the fast pass by words of 8 bytes, for any processor. A word
 * is only asked whether one of its bytes is special, which needs no byte
 * order; which one, the bytes themselves say.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define EACH(byte) (0x0101010101010101u * (uint8_t)(byte))

/* The high bit of a byte is set if the byte is 0 (and of bytes above one that
 * is, so only "any" counts): Hacker's Delight, 6-1. */
static inline __attribute__((always_inline)) uint64_t
zero(uint64_t v)
{
	return (v - EACH(1)) & ~v & EACH(0x80);
}

/* Not 0 if a byte is a quote, a backslash, below 0x20 or above 0x7f. */
static inline __attribute__((always_inline)) uint64_t
marks(uint64_t v)
{
	return zero(v ^ EACH('"')) | zero(v ^ EACH('\\')) |
	    ((v - EACH(0x20)) & ~v & EACH(0x80)) | (v & EACH(0x80));
}

static inline __attribute__((always_inline)) bool
is_mark(char c)
{
	return c == '"' || c == '\\' || (unsigned char)c < 0x20 || (c & 0x80);
}

static inline __attribute__((always_inline)) void
copy_plain(const char **in, char **out, char end)
{
	const char *p = *in;
	char *o = *out;
	uint64_t v;

	for (;; p += 8, o += 8) {
		memcpy(&v, p, 8);
		if (marks(v) | zero(v ^ EACH(end)))
			break;
		memcpy(o, &v, 8);
	}
	while (!is_mark(*p) && *p != end)
		*o++ = *p++;
	*in = p;
	*out = o;
}

static inline __attribute__((always_inline)) size_t
count_digits(const char *in)
{
	const char *p = in;

	while ((unsigned char)(*p - '0') < 10)
		p++;
	return (size_t)(p - in);
}

#include "format/csv_fast.h"

ev_csv_fast *const ev_csv_fast_portable = convert_record;
