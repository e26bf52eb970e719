/*
 * similar: patterns of SIMILAR TO as regular expressions.
 */
#ifndef EV_EXPR_SIMILAR_H
#define EV_EXPR_SIMILAR_H

#include "base/buf.h"
#include "base/slice.h"

/* Appends the regular expression of PCRE2 that matches what an SQL pattern
 * does. escape is one character, or empty for none. Two escapes with a double
 * quote behind make parentheses that remember what is between them. Returns
 * NULL, or why it is no pattern. */
const char *ev_similar_regex(struct ev_slice pattern, struct ev_slice escape,
    struct ev_buf *out);

/* The character (from 1) of the pattern that the byte `at` of its regular
 * expression comes from; one behind the last for what stands behind it. */
size_t ev_similar_place(struct ev_slice pattern, struct ev_slice escape,
    size_t at);

#endif
