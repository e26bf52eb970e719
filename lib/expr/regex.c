/*
 * regex: ~ and its family, by PCRE2 (its limits on steps and depth set, so
 * that no pattern can hold up a stream). As in PostgreSQL a dot matches a
 * newline, ^ and $ only the text's ends, and \w, \d, \s are Unicode's.
 */
#define PCRE2_CODE_UNIT_WIDTH 8

#include <pcre2.h>
#include <stdlib.h>

#include "base/mem.h"
#include "expr/text.h"

#define STEPS 1000000 /* of one match */
#define DEPTH 10000
#define HEAP_KIB 20000

struct ev_pattern {
	struct ev_buf pattern; /* the one that code is of */
	pcre2_code *code;      /* NULL: none as yet */
	pcre2_match_data *match;
	pcre2_match_context *context;
	bool fold;
};

struct ev_pattern *
ev_pattern_new(bool fold)
{
	struct ev_pattern *regex = ev_mem_zalloc(1, sizeof(*regex));

	regex->fold = fold;
	regex->context = pcre2_match_context_create(NULL);
	if (!regex->context)
		ev_mem_fail(sizeof(*regex));
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
	ev_buf_release(&regex->pattern);
	free(regex);
}

enum ev_status
ev_pattern_set(struct ev_pattern *regex, struct ev_slice pattern,
    struct ev_err *err)
{
	uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_DOTALL |
	    PCRE2_DOLLAR_ENDONLY | PCRE2_NO_UTF_CHECK |
	    (regex->fold ? PCRE2_CASELESS : 0);
	PCRE2_UCHAR reason[128];
	PCRE2_SIZE at;
	int code;

	if (regex->code &&
	    ev_slice_equal(ev_buf_as_slice(&regex->pattern), pattern))
		return EV_OK;
	drop(regex);
	regex->code = pcre2_compile((PCRE2_SPTR)pattern.ptr, pattern.len,
	    options, &code, &at, NULL);
	if (!regex->code) {
		pcre2_get_error_message(code, reason, sizeof(reason));
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "invalid regular expression: %s at its character %zu",
		    (const char *)reason, at + 1);
	}
	/* without it matching is slower, and works */
	(void)pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE);
	regex->match = pcre2_match_data_create(1, NULL);
	if (!regex->match)
		ev_mem_fail(sizeof(*regex));
	regex->pattern.len = 0;
	ev_buf_slice(&regex->pattern, pattern);
	return EV_OK;
}

enum ev_status
ev_pattern_match(struct ev_pattern *regex, struct ev_slice text, bool *matches,
    struct ev_err *err)
{
	PCRE2_UCHAR reason[128];
	int code = pcre2_match(regex->code,
	    (PCRE2_SPTR)(text.ptr ? text.ptr : ""), text.len, 0,
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
