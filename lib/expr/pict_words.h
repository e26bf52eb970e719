/*
 * pict_words: the words that pictures write and read (locale C; TM changes
 * nothing but the padding), and how words and numbers are written. Inside
 * lib/expr's pict only.
 */
#ifndef EV_EXPR_PICT_WORDS_H
#define EV_EXPR_PICT_WORDS_H

#include <stdint.h>

#include "base/buf.h"
#include "expr/pict_format.h"

extern const char *const ev_pict_months[13]; /* all end with NULL */
extern const char *const ev_pict_months_short[13];
extern const char *const ev_pict_days[8]; /* from Sunday */
extern const char *const ev_pict_days_short[8];
/* Months as Roman numbers, XII first, so that the longer is met first. */
extern const char *const ev_pict_romans[13];

/* A word in the node's style, with spaces up to `width` unless FM or TM. */
void ev_pict_put_word(struct ev_buf *out, const char *word,
    const struct ev_pict_node *node, int width);
/* A number of at least `width` characters, unless FM; with its ending. */
void ev_pict_put_number(struct ev_buf *out, int64_t number, int width,
    const struct ev_pict_node *node);
/* The same, but FM does not shorten it. */
void ev_pict_put_fixed(struct ev_buf *out, int64_t number, int width,
    const struct ev_pict_node *node);

#endif
