/*
 * plain: the scanner's slow twin, its oracle: RFC 8259 byte by byte, by
 * recursion, with every bound checked and nothing guessed or vectored. It says
 * whether a line is an event, and where the value at a path stands.
 */
#ifndef EV_TESTS_PLAIN_H
#define EV_TESTS_PLAIN_H

#include <stdbool.h>
#include <string.h>

#include "event/scan.h"

struct plain {
	const char *at, *end;
	/* Looked for: the last value at this path, {NULL, 0} if there is none. */
	const struct ev_slice *path;
	unsigned path_len;
	struct ev_slice found;
	bool reserved; /* the first key is ~ev */
};

static inline bool plain_value(struct plain *plain, unsigned depth, int on);

static inline void
plain_space(struct plain *plain)
{
	while (
	    plain->at < plain->end && strchr(" \t\r", *plain->at) && *plain->at)
		plain->at++;
}

static inline bool
plain_byte(struct plain *plain, char c)
{
	if (plain->at == plain->end || *plain->at != c)
		return false;
	plain->at++;
	return true;
}

static inline unsigned
plain_digits(struct plain *plain)
{
	unsigned count = 0;

	while (
	    plain->at < plain->end && *plain->at >= '0' && *plain->at <= '9') {
		plain->at++;
		count++;
	}
	return count;
}

static inline bool
plain_number(struct plain *plain)
{
	const char *first;

	plain_byte(plain, '-');
	first = plain->at;
	if (!plain_digits(plain) || (*first == '0' && plain->at != first + 1))
		return false;
	if (plain_byte(plain, '.') && !plain_digits(plain))
		return false;
	if (plain_byte(plain, 'e') || plain_byte(plain, 'E')) {
		if (!plain_byte(plain, '+'))
			plain_byte(plain, '-');
		return plain_digits(plain) > 0;
	}
	return true;
}

/* The number of a character from 0x80 on, decoded and asked whether it is one
 * that its bytes may be (RFC 3629). */
static inline bool
plain_wide(struct plain *plain)
{
	static const unsigned long least[] = {0, 0x80, 0x800, 0x10000};
	unsigned char lead = (unsigned char)*plain->at++;
	unsigned more = lead >> 5 == 6 ? 1 : lead >> 4 == 14 ? 2 : 3;
	unsigned long c = lead & (0x3Fu >> more);

	if (lead < 0xC0 || lead > 0xF7)
		return false;
	for (unsigned i = 0; i < more; i++, plain->at++) {
		if (plain->at == plain->end || (*plain->at & 0xC0) != 0x80)
			return false;
		c = c << 6 | (*plain->at & 0x3F);
	}
	return c >= least[more] && c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
}

static inline bool
plain_escape(struct plain *plain)
{
	if (plain->at == plain->end)
		return false;
	if (*plain->at++ != 'u')
		return plain->at[-1] && strchr("\"\\/bfnrt", plain->at[-1]);
	for (int i = 0; i < 4; i++, plain->at++)
		if (plain->at == plain->end || !*plain->at ||
		    !strchr("0123456789abcdefABCDEF", *plain->at))
			return false;
	return true;
}

static inline bool
plain_string(struct plain *plain)
{
	if (!plain_byte(plain, '"'))
		return false;
	while (plain->at < plain->end) {
		if (plain_byte(plain, '"'))
			return true;
		if (plain_byte(plain, '\\')) {
			if (!plain_escape(plain))
				return false;
		} else if (*plain->at & 0x80) {
			if (!plain_wide(plain))
				return false;
		} else if (*plain->at < 0x20) {
			return false;
		} else {
			plain->at++;
		}
	}
	return false;
}

/* A member; `on` is how many keys of the path led to its object, -1: they did
 * not. */
static inline bool
plain_member(struct plain *plain, unsigned depth, int on)
{
	struct ev_value key = {plain->at, 0, EV_STRING, true};
	bool match;

	if (!plain_string(plain))
		return false;
	key.len = (uint32_t)(plain->at - key.ptr);
	plain_space(plain);
	if (!plain_byte(plain, ':'))
		return false;
	plain_space(plain);
	match = on >= 0 && on < (int)plain->path_len &&
	    ev_value_text_is(key, plain->path[on]);
	/* Of two members of one name the last one counts. */
	if (match)
		plain->found = (struct ev_slice){0};
	return plain_value(plain, depth, match ? on + 1 : -1);
}

static inline bool
plain_container(struct plain *plain, unsigned depth, int on)
{
	char close = *plain->at++ == '{' ? '}' : ']';

	plain_space(plain);
	if (plain_byte(plain, close))
		return true;
	do {
		plain_space(plain);
		if (!(close == '}' ? plain_member(plain, depth, on)
				   : plain_value(plain, depth, -1)))
			return false;
		plain_space(plain);
	} while (plain_byte(plain, ','));
	return plain_byte(plain, close);
}

static inline bool
plain_word(struct plain *plain, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(plain->end - plain->at) < len ||
	    memcmp(plain->at, word, len) != 0)
		return false;
	plain->at += len;
	return true;
}

static inline bool
plain_value(struct plain *plain, unsigned depth, int on)
{
	const char *from = plain->at;
	bool good;

	if (plain->at == plain->end)
		return false;
	if (*plain->at == '{' || *plain->at == '[')
		good = depth < EV_SCAN_DEPTH &&
		    plain_container(plain, depth + 1, on);
	else if (*plain->at == '"')
		good = plain_string(plain);
	else if (*plain->at == '-' || (*plain->at >= '0' && *plain->at <= '9'))
		good = plain_number(plain);
	else
		good = plain_word(plain, "true") ||
		    plain_word(plain, "false") || plain_word(plain, "null");
	if (on == (int)plain->path_len)
		plain->found = (struct ev_slice){from,
		    (size_t)(plain->at - from)};
	return good;
}

/* Whether the first key of the object is what only control lines have. */
static inline bool
plain_is_reserved(struct plain plain)
{
	struct ev_value key;

	plain.at++;
	plain_space(&plain);
	key = (struct ev_value){plain.at, 0, EV_STRING, true};
	if (!plain_string(&plain))
		return false;
	key.len = (uint32_t)(plain.at - key.ptr);
	return ev_value_text_is(key, EV_SLICE("~ev"));
}

/* Whether the bytes are an event; found becomes the value at the path. */
static inline bool
plain_event(struct plain *plain)
{
	plain->found = (struct ev_slice){0};
	plain_space(plain);
	if (plain->at == plain->end || *plain->at != '{' ||
	    plain_is_reserved(*plain) || !plain_value(plain, 0, 0))
		return false;
	plain_space(plain);
	return plain->at == plain->end;
}

#endif
