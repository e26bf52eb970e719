/*
 * regex: ~ and its family, by PCRE2 (its limits on steps and depth set, so
 * that no pattern can hold up a stream). As in PostgreSQL a dot matches a
 * newline, ^ and $ only the text's ends, and \w, \d, \s are Unicode's.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "expr/text.h"

#define STEPS 1000000 /* of one match */
#define DEPTH 10000
#define HEAP_KIB 20000

struct ev_pattern {
	struct ev_buf pattern; /* the one that code is of */
	pcre2_code *code;      /* NULL: none as yet */
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_compile_context *compile;
	unsigned flags;
	int code_wrong;    /* of the last pattern that was none, PCRE2's … */
	size_t byte_wrong; /* … and where in it */
};

struct ev_pattern *
ev_pattern_new(void)
{
	struct ev_pattern *regex = ev_mem_zalloc(1, sizeof(*regex));

	regex->context = pcre2_match_context_create(NULL);
	regex->compile = pcre2_compile_context_create(NULL);
	if (!regex->context || !regex->compile)
		ev_mem_fail(sizeof(*regex));
	pcre2_set_newline(regex->compile, PCRE2_NEWLINE_LF);
	pcre2_set_match_limit(regex->context, STEPS);
	pcre2_set_depth_limit(regex->context, DEPTH);
	pcre2_set_heap_limit(regex->context, HEAP_KIB);
	return regex;
}

static void
drop(struct ev_pattern *regex)
{
	pcre2_match_data_free(regex->match);
	pcre2_code_free(regex->code);
	regex->match = NULL;
	regex->code = NULL;
}

void
ev_pattern_free(struct ev_pattern *regex)
{
	if (!regex)
		return;
	drop(regex);
	pcre2_match_context_free(regex->context);
	pcre2_compile_context_free(regex->compile);
	ev_buf_release(&regex->pattern);
	free(regex);
}

static uint32_t
options_of(unsigned flags)
{
	uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK;

	if (flags & EV_PATTERN_FOLD)
		options |= PCRE2_CASELESS;
	if (flags & EV_PATTERN_LITERAL)
		return options | PCRE2_LITERAL;
	options |= PCRE2_UCP | PCRE2_DOLLAR_ENDONLY;
	if (flags & EV_PATTERN_LINES)
		options |= PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX;
	if (!(flags & EV_PATTERN_NO_DOT))
		options |= PCRE2_DOTALL;
	if (flags & EV_PATTERN_SPACED)
		options |= PCRE2_EXTENDED;
	return options;
}

size_t
ev_pattern_wrong_at(const struct ev_pattern *regex)
{
	return regex->byte_wrong;
}

enum ev_status
ev_pattern_wrong(const struct ev_pattern *regex, const char *what, size_t place,
    struct ev_err *err)
{
	PCRE2_UCHAR reason[128];

	pcre2_get_error_message(regex->code_wrong, reason, sizeof(reason));
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "invalid %s: %s at its character %zu", what, (const char *)reason,
	    place);
}

enum ev_status
ev_pattern_set(struct ev_pattern *regex, struct ev_slice pattern,
    unsigned flags, struct ev_err *err)
{
	size_t at;

	if (regex->code && regex->flags == flags &&
	    ev_slice_equal(ev_buf_as_slice(&regex->pattern), pattern))
		return EV_OK;
	drop(regex);
	regex->code = pcre2_compile((PCRE2_SPTR)(pattern.ptr ? pattern.ptr
							     : ""),
	    pattern.len, options_of(flags), &regex->code_wrong,
	    &regex->byte_wrong, regex->compile);
	if (!regex->code) {
		at = ev_utf8_count(pattern.ptr ? pattern.ptr : "",
		    regex->byte_wrong);
		return ev_pattern_wrong(regex, "regular expression", at + 1,
		    err);
	}
	/* without it matching is slower, and works */
	(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
	if (!regex->match)
		ev_mem_fail(sizeof(*regex));
	regex->flags = flags;
	regex->pattern.len = 0;
	ev_buf_slice(&regex->pattern, pattern);
	return EV_OK;
}

enum ev_status
ev_pattern_match(struct ev_pattern *regex, struct ev_slice text, bool *matches,
    struct ev_err *err)
{
	return ev_pattern_find(regex, text, 0, matches, err);
}

unsigned
ev_pattern_groups(const struct ev_pattern *regex)
{
	return pcre2_get_ovector_count(regex->match) - 1;
}

struct ev_slice
ev_pattern_group(const struct ev_pattern *regex, struct ev_slice text,
    unsigned n)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(regex->match) +
	    2 * (size_t)n;

	if (ends[0] == PCRE2_UNSET)
		return (struct ev_slice){NULL, 0};
	/* \K in a lookbehind may put the end before the beginning */
	return (struct ev_slice){(text.ptr ? text.ptr : "") + ends[0],
	    ends[1] > ends[0] ? ends[1] - ends[0] : 0};
}

enum ev_status
ev_pattern_find(struct ev_pattern *regex, struct ev_slice text, size_t from,
    bool *matches, struct ev_err *err)
{
	PCRE2_UCHAR reason[128];
	int code = pcre2_match(regex->code,
	    (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, from,
	    PCRE2_NO_UTF_CHECK, regex->match, regex->context);

	if (code >= 0 || code == PCRE2_ERROR_NOMATCH) {
		*matches = code >= 0;
		return EV_OK;
	}
	if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT ||
	    code == PCRE2_ERROR_HEAPLIMIT || code == PCRE2_ERROR_JIT_STACKLIMIT)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "the regular "
		    "expression needs too many steps on this text");
	pcre2_get_error_message(code, reason, sizeof(reason));
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "the regular expression failed: %s", (const char *)reason);
}
