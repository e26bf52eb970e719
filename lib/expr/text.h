/*
 * text: what functions and operators of text share.
 */
#ifndef EV_EXPR_TEXT_H
#define EV_EXPR_TEXT_H

#include "expr/node.h"

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

struct ev_pattern *ev_pattern_new(bool fold);
void ev_pattern_free(struct ev_pattern *regex);
/* Makes ready for a pattern; does nothing where it is the last one. EV_BAD:
 * it is no pattern, and why. */
enum ev_status ev_pattern_set(struct ev_pattern *regex, struct ev_slice pattern,
    struct ev_err *err);
enum ev_status ev_pattern_match(struct ev_pattern *regex, struct ev_slice text,
    bool *matches, struct ev_err *err);

#endif
