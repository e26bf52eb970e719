/*
 * json_lex: a strict RFC 8259 tokenizer that can stop at any byte and go on
 * with the next chunk, so that a document of any size goes through a buffer of
 * any size. It says where values and keys begin and end at one depth, the
 * `watch`, and runs through what is deeper without coming up; what it passes
 * it can append, without the white space between tokens, to a buffer.
 *
 * Documents may follow each other, with white space or nothing between them.
 * As the scanner it takes duplicate keys, \u0000 and escaped lone surrogates;
 * it overlooks a byte order mark at the very beginning.
 *
 * For lib/format/json.c and its tests.
 */
#ifndef EV_FORMAT_JSON_LEX_H
#define EV_FORMAT_JSON_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "event/scan.h"

enum ev_json_event {
	EV_JSON_MORE,  /* the chunk is used up */
	EV_JSON_BEGIN, /* a value begins, in a container of depth watch */
	EV_JSON_END,   /* a value ended, in one of depth watch or less */
	EV_JSON_KEY,   /* a key begins, in an object of depth watch */
	EV_JSON_KEY_END,
	EV_JSON_ERROR, /* reason says why; the lexer is of no use any more */
};

struct ev_json_lex {
	/* to be set by the user, also between calls */
	unsigned watch;
	struct ev_buf *out; /* NULL: nothing is appended */

	/* to be read; at stands on the first byte not taken: of a value or key
	 * that begins its first byte, of an error the wrong one */
	unsigned depth;     /* open containers */
	uint64_t line;      /* from 1 */
	uint64_t column;    /* of the error, in bytes, from 1 */
	const char *reason; /* static text */

	/* its own */
	uint8_t state;
	bool begun;          /* BEGIN or KEY was said for what comes now */
	bool key;            /* the string is a key */
	uint8_t low, high;   /* what the next byte of a character may be */
	uint8_t tails;       /* how many such bytes are still to come */
	const char *literal; /* what is still to come of true, false, null */
	uint64_t line_start; /* where the line begins in all input */
	uint64_t base;       /* where the chunk begins in all input */
	const char *chunk;   /* the chunk's first byte */
	uint8_t stack[EV_SCAN_DEPTH / 8]; /* a bit a level: 1 is an object */
};

void ev_json_lex_init(struct ev_json_lex *lex);

/* Runs over [*at, end), and moves *at. */
enum ev_json_event ev_json_lex_run(struct ev_json_lex *lex, const char **at,
    const char *end);

/* At the end of input: EV_JSON_MORE, all is said; EV_JSON_END, as above (a
 * number ended); EV_JSON_ERROR, the document is not whole. */
enum ev_json_event ev_json_lex_finish(struct ev_json_lex *lex);

#endif
