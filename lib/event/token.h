/*
 * token: the grammar of RFC 8259 over bytes that end with a newline.
 *
 * The newline is the sentinel: inside a line it is legal nowhere (a control
 * character in strings, no white space here), so every loop stops at it and
 * none checks a bound; that is worth the memchr pass that would find the end
 * first (0.06 of 0.45 s on 671 MB). The functions are forced inline into the
 * scanner: without it gcc -O2 calls them, for 0.1 s more.
 *
 * Each takes the address of a token's first byte and returns the address
 * behind its last one, or NULL, with fault set.
 */
#ifndef EV_EVENT_TOKEN_H
#define EV_EVENT_TOKEN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/simd.h"

#define EV_TOKEN static inline __attribute__((always_inline))

struct ev_fault {
	const char *at;
	const char *reason;
};

/* Kept out of line, so that the good path stays short. */
static __attribute__((noinline, cold)) const char *
ev_token_fault(struct ev_fault *fault, const char *at, const char *reason)
{
	fault->at = at;
	fault->reason = *at == '\n' ? "the line ends too early" : reason;
	return NULL;
}

EV_TOKEN const char *
ev_token_space(const char *s)
{
	/* Mostly there is none: one compare says so. */
	while (*s <= ' ' && (*s == ' ' || *s == '\t' || *s == '\r'))
		s++;
	return s;
}

#ifdef EV_SIMD
/* Where a quote, a backslash, a control character or what is not ASCII stands.
 * As signed bytes, control characters and those from 0x80 on are both less
 * than a space: one compare for the two. */
EV_TOKEN ev_simd
ev_token_stops(ev_simd v)
{
	return ev_simd_equal(v, ev_simd_all('"')) |
	    ev_simd_equal(v, ev_simd_all('\\')) |
	    ev_simd_less(v, ev_simd_all(' '));
}

/* The first such byte at or behind s. */
EV_TOKEN const char *
ev_token_plain(const char *s)
{
	for (;; s += EV_SIMD) {
		unsigned stops = ev_simd_mask(ev_token_stops(ev_simd_load(s)));

		if (stops)
			return s + __builtin_ctz(stops);
	}
}
#else
/* The first byte at or behind s that is a quote, a backslash, a control
 * character or not ASCII. Eight bytes a time, after "Bit Twiddling Hacks"
 * (Anderson): the high bit of each byte of the word becomes 1 where the byte
 * stops the scan; the lowest of them is exact, those above may be false. */
EV_TOKEN const char *
ev_token_plain(const char *s)
{
	const uint64_t ones = 0x0101010101010101, highs = ones << 7;

	for (;; s += 8) {
		uint64_t w, quote, backslash, stop;

		memcpy(&w, s, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
		w = __builtin_bswap64(w);
#endif
		quote = w ^ ones * '"';
		backslash = w ^ ones * '\\';
		stop = (w | (w - ones * ' ') | ((quote - ones) & ~quote) |
			   ((backslash - ones) & ~backslash)) &
		    highs;
		if (stop)
			return s + __builtin_ctzll(stop) / 8;
	}
}
#endif

EV_TOKEN bool
ev_token_tail(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

/* Steps over the characters from 0x80 on that begin at s; NULL where one is
 * not well-formed (Unicode 15, table 3-7). */
static inline const char *
ev_token_wide(const char *s)
{
	while ((unsigned char)*s >= 0x80) {
		unsigned char c = (unsigned char)s[0];
		unsigned char d = (unsigned char)s[1];

		if (c < 0xE0) {
			if (c < 0xC2 || !ev_token_tail(s[1]))
				return NULL;
			s += 2;
		} else if (c < 0xF0) {
			if (!ev_token_tail(s[1]) || !ev_token_tail(s[2]) ||
			    (c == 0xE0 && d < 0xA0) || (c == 0xED && d > 0x9F))
				return NULL;
			s += 3;
		} else {
			if (c > 0xF4 || !ev_token_tail(s[1]) ||
			    !ev_token_tail(s[2]) || !ev_token_tail(s[3]) ||
			    (c == 0xF0 && d < 0x90) || (c == 0xF4 && d > 0x8F))
				return NULL;
			s += 4;
		}
	}
	return s;
}

EV_TOKEN bool
ev_token_hex(char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'f');
}

static inline uint32_t
ev_token_hex4(const char *s)
{
	uint32_t code = 0;

	for (int i = 0; i < 4; i++) {
		unsigned c = (unsigned char)s[i];

		code = code << 4 | (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
	}
	return code;
}

/* Surrogates, which are no characters but in pairs. */
static inline bool
ev_token_is_half(uint32_t code)
{
	return code >= 0xD800 && code <= 0xDFFF;
}

/* s stands at a backslash. A table, since no branch predicts which letter
 * follows: a third of the time of text that is all escapes. */
EV_TOKEN const char *
ev_token_escape(const char *s, struct ev_fault *fault)
{
	static const bool is_short[256] = {['"'] = true,
	    ['\\'] = true,
	    ['/'] = true,
	    ['b'] = true,
	    ['f'] = true,
	    ['n'] = true,
	    ['r'] = true,
	    ['t'] = true};

	if (is_short[(unsigned char)s[1]])
		return s + 2;
	if (s[1] != 'u')
		return ev_token_fault(fault, s + 1, "unknown escape");
	for (int i = 2; i < 6; i++)
		if (!ev_token_hex(s[i]))
			return ev_token_fault(fault, s + i,
			    "a \\u escape needs four hex digits");
	return s + 6;
}

/* What follows \u in text that was validated; *s, at its first hex digit, goes
 * behind it. Of a pair of surrogates it is the character, and both are read;
 * half a pair is what it is. */
static inline uint32_t
ev_token_unicode(const char **s)
{
	const char *at = *s;
	uint32_t code = ev_token_hex4(at), low;

	*s += 4;
	if (code < 0xD800 || code > 0xDBFF || at[4] != '\\' || at[5] != 'u')
		return code;
	low = ev_token_hex4(at + 6);
	if (low < 0xDC00 || low > 0xDFFF)
		return code;
	*s += 6;
	return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
}

/* s stands at the opening quote. *escaped becomes true if there is a
 * backslash. */
EV_TOKEN const char *
ev_token_string(const char *s, bool *escaped, struct ev_fault *fault)
{
	for (s++;;) {
		const char *wide;

		s = ev_token_plain(s);
		if (*s == '"')
			return s + 1;
		if (*s == '\\') {
			*escaped = true;
			do {
				s = ev_token_escape(s, fault);
				if (!s)
					return NULL;
			} while (*s == '\\');
		} else if ((unsigned char)*s < 0x20) {
			return ev_token_fault(fault, s,
			    "a control character in a string");
		} else {
			wide = ev_token_wide(s);
			if (!wide)
				return ev_token_fault(fault, s,
				    "not valid UTF-8");
			s = wide;
		}
	}
}

EV_TOKEN bool
ev_token_digit(char c)
{
	return (unsigned char)(c - '0') < 10;
}

/* s stands at a minus sign or a digit. */
EV_TOKEN const char *
ev_token_number(const char *s, struct ev_fault *fault)
{
	if (*s == '-')
		s++;
	if (!ev_token_digit(*s))
		return ev_token_fault(fault, s, "a number needs a digit here");
	if (*s++ != '0')
		while (ev_token_digit(*s))
			s++;
	else if (ev_token_digit(*s))
		return ev_token_fault(fault, s, "a number with a leading zero");
	if (*s == ',')
		return s; /* the most common end: one compare, not two */
	if (*s == '.') {
		if (!ev_token_digit(*++s))
			return ev_token_fault(fault, s,
			    "a number needs a digit here");
		while (ev_token_digit(*s))
			s++;
	}
	if ((*s | 32) == 'e') {
		s++;
		if (*s == '+' || *s == '-')
			s++;
		if (!ev_token_digit(*s))
			return ev_token_fault(fault, s,
			    "a number needs a digit here");
		while (ev_token_digit(*s))
			s++;
	}
	return s;
}

/* s stands at the first letter of true, false or null. */
EV_TOKEN const char *
ev_token_word(const char *s, struct ev_fault *fault)
{
	if (!memcmp(s, "true", 4) || !memcmp(s, "null", 4))
		return s + 4;
	if (!memcmp(s, "false", 5))
		return s + 5;
	return ev_token_fault(fault, s, "not a JSON value");
}

#endif
