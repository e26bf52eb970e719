/*
 * utf8: validation and code points, after Unicode 15 table 3-7 (well-formed
 * UTF-8 byte sequences: no overlong forms, no surrogates, at most U+10FFFF).
 */
#ifndef EV_BASE_UTF8_H
#define EV_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* The length in bytes (1 to 4) of the well-formed character at ptr, of which
 * len bytes (at least 1) may be read; 0 if it is not one. */
unsigned ev_utf8_length(const char *ptr, size_t len);

/* The offset of the first byte that is not part of a well-formed character;
 * len if all are. */
size_t ev_utf8_check(const char *ptr, size_t len);

/* True if all bytes are ASCII. */
bool ev_utf8_ascii(struct ev_slice text);

/* Decodes the well-formed character at ptr into *code; returns its length. */
unsigned ev_utf8_decode(const char *ptr, uint32_t *code);

/* Writes code (at most 0x10FFFF, no surrogate) to out, 4 bytes at most;
 * returns the length. */
unsigned ev_utf8_encode(uint32_t code, char *out);

/* The length of the longest beginning of well-formed text that has at most max
 * bytes and ends with a whole character. */
size_t ev_utf8_cut(const char *ptr, size_t len, size_t max);

/* The number of characters in well-formed text. */
size_t ev_utf8_count(const char *ptr, size_t len);

#endif
