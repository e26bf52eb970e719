/*
 * text: what functions and operators of text share.
 */
#ifndef EV_EXPR_TEXT_H
#define EV_EXPR_TEXT_H

#include <locale.h>

#include "expr/node.h"

/* White space, as PostgreSQL's input has it. */
static inline bool
ev_text_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The order of texts in locale C.UTF-8, which is that of their bytes: negative,
 * 0, positive. */
static inline int
ev_text_order(struct ev_slice a, struct ev_slice b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int order = a.ptr != b.ptr && len ? memcmp(a.ptr, b.ptr, len) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Fails with "the text would be longer than 256 MiB": returns false. */
bool ev_text_too_long(struct ev_run *run, const struct ev_node *node);
/* A text of what stands in run->buf; fails where it is longer than a text may
 * be. */
bool ev_text_out(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* A text as bytea is written: \x and hexadecimal digits, or itself with octal
 * escapes (func_code.c). */
bool ev_text_to_bytea(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val);
/* The byte offset of the n-th character (from 0), or the text's length. */
size_t ev_text_offset(struct ev_slice text, uint64_t n);
/* Whose letters have upper and lower case: the C library's C.UTF-8. */
locale_t ev_text_locale(void);
/* A value's text as PostgreSQL's output functions have it (a boolean is t or
 * f), in the event's arena; not for NULL. Leaves run->buf alone. */
bool ev_text_output(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *val, struct ev_slice *out);
/* The text in upper or lower case, in the event's arena. */
struct ev_slice ev_text_case(struct ev_run *run, struct ev_slice text,
    bool upper);

/* A LIKE pattern made ready; in an arena. */
struct ev_like;

/* escape: the escape character, empty for none. */
const struct ev_like *ev_like_new(struct ev_arena *arena,
    struct ev_slice pattern, struct ev_slice escape, bool fold);
/* EV_BAD: the pattern ends with its escape character. */
enum ev_status ev_like_match(const struct ev_like *like, struct ev_run *run,
    struct ev_slice text, bool *matches, struct ev_err *err);

/* A regular expression; it keeps memory that is not an arena's. */
struct ev_pattern;

enum ev_pattern_flag {
	EV_PATTERN_FOLD = 1,    /* case is overlooked */
	EV_PATTERN_LINES = 2,   /* ^ and $ match at the ends of lines too */
	EV_PATTERN_NO_DOT = 4,  /* . does not match a newline */
	EV_PATTERN_SPACED = 8,  /* white space and # comments do not count */
	EV_PATTERN_LITERAL = 16 /* it is a plain text */
};

struct ev_pattern *ev_pattern_new(void);
void ev_pattern_free(struct ev_pattern *regex);
/* Makes ready for a pattern with enum ev_pattern_flag; does nothing where it
 * is the last one. EV_BAD: it is no pattern, and why. */
enum ev_status ev_pattern_set(struct ev_pattern *regex, struct ev_slice pattern,
    unsigned flags, struct ev_err *err);
/* Of what was no pattern: the byte where that shows, and the message again,
 * with another name and place: for who made it of something else. */
size_t ev_pattern_wrong_at(const struct ev_pattern *regex);
enum ev_status ev_pattern_wrong(const struct ev_pattern *regex,
    const char *what, size_t place, struct ev_err *err);
enum ev_status ev_pattern_match(struct ev_pattern *regex, struct ev_slice text,
    bool *matches, struct ev_err *err);
/* The first match that does not begin before the byte `from`. */
enum ev_status ev_pattern_find(struct ev_pattern *regex, struct ev_slice text,
    size_t from, bool *matches, struct ev_err *err);
/* How many parentheses the pattern has that remember what they match. */
unsigned ev_pattern_groups(const struct ev_pattern *regex);
/* What the n-th of them matched, in the text of the last match that was found
 * (0: the whole match); ptr NULL if it had no part in it. */
struct ev_slice ev_pattern_group(const struct ev_pattern *regex,
    struct ev_slice text, unsigned n);

#endif
