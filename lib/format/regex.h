/*
 * regex: lines of text taken apart by a regular expression (PCRE2): each named
 * group, `(?<ip>\S+)`, is a field, in the order of the groups. Values are
 * text; a group that took no part in the match is null. A line that does not
 * match (anywhere: write ^ and $ where that is meant) is bad, and so is one on
 * which the match gives up at PCRE2's limits.
 *
 * Lines are as in format/text.h.
 */
#ifndef EV_FORMAT_REGEX_H
#define EV_FORMAT_REGEX_H

#include "format/format.h"

struct ev_regex_settings {
	const char *pattern;
	size_t max_event; /* bytes of one event; a longer one is bad */
};

/* The input is lent until the decoder is freed, the settings for the call.
 * EV_FATAL: exit 64, a pattern that does not compile (the text has the offset
 * and PCRE2's reason) or has no named group. */
enum ev_status ev_regex_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_regex_settings *settings, struct ev_err *err);

#endif
