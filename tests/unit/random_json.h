/*
 * random_json: random JSON texts and random damage to them, for the tests
 * that hold the scanner against an oracle. Seeded by EV_SEED, which is
 * printed, so that a failure can be had again.
 */
#ifndef EV_TESTS_RANDOM_JSON_H
#define EV_TESTS_RANDOM_JSON_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"

static uint64_t random_state;

/* xorshift64* (Vigna 2014). */
static inline uint32_t
random_below(uint32_t limit)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return (
	    uint32_t)((random_state * 0x2545F4914F6CDD1D >> 32) * limit >> 32);
}

static inline void
random_begin(const char *what)
{
	const char *seed = getenv("EV_SEED");

	random_state = seed ? strtoull(seed, NULL, 10)
			    : (uint64_t)time(NULL) * 2654435761u + 1;
	fprintf(stderr, "# %s: EV_SEED=%llu\n", what,
	    (unsigned long long)random_state);
	for (int i = 0; i < 10; i++)
		random_below(2);
}

/* EV_CASES, or how many cases to try in a normal run. */
static inline unsigned long
random_cases(unsigned long normal)
{
	const char *cases = getenv("EV_CASES");

	return cases ? strtoul(cases, NULL, 10) : normal;
}

static inline void
random_pick(struct ev_buf *out, const char *const *word, unsigned count)
{
	ev_buf_str(out, word[random_below(count)]);
}

static inline void
random_space(struct ev_buf *out)
{
	static const char *const space[] = {" ", "\t", "\r", "  "};

	if (!random_below(8))
		random_pick(out, space, 4);
}

static inline void
random_string(struct ev_buf *out, int key)
{
	static const char *const keys[] = {"a", "b", "c", "id", "~ev", "rating",
	    "a long key of more than thirty-two bytes", "\\u0061",
	    "caf\xC3\xA9", ""};
	static const char *const piece[] = {"x", "plain words ", "\\n", "\\\"",
	    "\\\\", "\\u00e9", "\\uD83D\\uDE00", "\\uD800", "\\u0000",
	    "\xC3\xA9", "\xE6\x9D\xB1", "\xF0\x9F\x98\x80", "{", "]", ",", ":",
	    "0123456789abcdef", "/", "\\/", "\x7F"};

	ev_buf_char(out, '"');
	if (key)
		random_pick(out, keys, sizeof(keys) / sizeof(*keys));
	else
		/* Some are longer than what vectors look at in one step. */
		for (unsigned n = random_below(random_below(8) ? 6 : 60); n;
		     n--)
			random_pick(out, piece, sizeof(piece) / sizeof(*piece));
	ev_buf_char(out, '"');
}

static inline void
random_value(struct ev_buf *out, unsigned depth)
{
	static const char *const scalar[] = {"0", "-0", "1", "42", "-17",
	    "9007199254740993", "1.10", "0.1", "1e5", "1E-3", "2.5e+10", "true",
	    "false", "null", "123456789012345678901234567890"};
	unsigned kind = random_below(depth < 5 ? 10 : 7), n;
	int object = kind == 9 || depth == 0;

	if (depth && kind < 4) {
		random_pick(out, scalar, sizeof(scalar) / sizeof(*scalar));
		return;
	}
	if (depth && kind < 8) {
		random_string(out, 0);
		return;
	}
	ev_buf_char(out, object ? '{' : '[');
	random_space(out);
	for (n = random_below(6); n; n--) {
		if (object) {
			random_string(out, 1);
			random_space(out);
			ev_buf_char(out, ':');
			random_space(out);
		}
		random_value(out, depth + 1);
		random_space(out);
		if (n > 1)
			ev_buf_char(out, ',');
		random_space(out);
	}
	ev_buf_char(out, object ? '}' : ']');
}

/* One to three bytes changed, removed, doubled; never to a newline. */
static inline void
random_damage(struct ev_buf *text)
{
	static const char bytes[] = "\"\\{}[],:0123456789-+.eEtfn \t\x01\x80"
				    "\xC3\xED\xF4u";

	for (unsigned n = 1 + random_below(3); n && text->len > 1; n--) {
		size_t at = random_below((uint32_t)text->len);

		switch (random_below(3)) {
		case 0:
			text->ptr[at] = bytes[random_below(sizeof(bytes) - 1)];
			break;
		case 1:
			memmove(text->ptr + at, text->ptr + at + 1,
			    text->len - at - 1);
			text->len--;
			break;
		default:
			ev_buf_reserve(text, 1);
			memmove(text->ptr + at + 1, text->ptr + at,
			    text->len - at);
			text->len++;
		}
	}
}

#endif
