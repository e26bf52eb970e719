/*
 * regex: see regex.h. PCRE2's 8-bit library, compiled by its JIT where there
 * is one. Its limits keep a pattern that backtracks without end from stopping
 * the stream: PCRE2's own for matches (10 million), and 64 MiB of memory.
 */
#include "format/regex.h"

#include <pcre2.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"
#include "event/build.h"
#include "format/lines.h"

#define HEAP_LIMIT (64u << 10) /* KiB, of one match */
#define JIT_STACK (1u << 20)   /* bytes */

struct group {
	char *name; /* owned */
	uint32_t number;
	bool again; /* one of this name came before: (?J) allows it */
};

struct regex {
	struct ev_decoder decoder;
	struct ev_lines *lines;
	size_t max_event;
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *context;
	pcre2_jit_stack *stack; /* NULL without a JIT */
	struct group *group;    /* the named ones, by number */
	size_t count;
};

/* The value of the first group that took part, of those with the name of
 * group i. */
static void
build_value(const struct regex *regex, size_t i, struct ev_slice line,
    struct ev_buf *out)
{
	const size_t *offset = pcre2_get_ovector_pointer(regex->match);
	const char *name = regex->group[i].name;

	for (; i < regex->count; i++) {
		size_t from = offset[2 * regex->group[i].number];
		size_t to = offset[2 * regex->group[i].number + 1];

		if (from == PCRE2_UNSET || strcmp(regex->group[i].name, name))
			continue;
		ev_build_text(out,
		    (struct ev_slice){line.ptr + from, to - from});
		return;
	}
	ev_build_null(out);
}

static void
build(const struct regex *regex, struct ev_slice line, struct ev_buf *out)
{
	ev_build_open(out);
	for (size_t i = 0; i < regex->count; i++) {
		if (regex->group[i].again)
			continue;
		ev_build_key(out, ev_slice_of(regex->group[i].name));
		build_value(regex, i, line, out);
	}
	ev_build_close(out);
}

static enum ev_status
refuse(int code, struct ev_err *err)
{
	PCRE2_UCHAR why[128];

	if (code == PCRE2_ERROR_NOMATCH)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "the line does not match the pattern");
	pcre2_get_error_message(code, why, sizeof(why));
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "the pattern gives up on the line: %s", (const char *)why);
}

static enum ev_status
regex_next(struct ev_decoder *decoder, struct ev_buf *out,
    struct ev_record *record, struct ev_err *err)
{
	struct regex *regex = (struct regex *)decoder;
	enum ev_status status = ev_lines_next(regex->lines, record, err);
	size_t mark = out->len;
	struct ev_slice line;
	int code;

	if (status != EV_OK)
		return status;
	line = record->input;
	code = pcre2_match(regex->code, (PCRE2_SPTR)line.ptr, line.len, 0,
	    PCRE2_NO_UTF_CHECK, regex->match, regex->context);
	if (code < 0)
		return refuse(code, err);
	build(regex, line, out);
	if (out->len - mark <= regex->max_event)
		return EV_OK;
	out->len = mark;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "longer than %zu bytes as an event", regex->max_event);
}

static struct ev_behind
regex_behind(const struct ev_decoder *decoder)
{
	return ev_lines_behind(((const struct regex *)decoder)->lines);
}

static enum ev_status
regex_go(struct ev_decoder *decoder, const struct ev_behind *behind,
    uint64_t *at, struct ev_err *err)
{
	(void)err;
	ev_lines_go(((struct regex *)decoder)->lines, behind, at);
	return EV_OK;
}

static void
regex_free(struct ev_decoder *decoder)
{
	struct regex *regex = (struct regex *)decoder;

	for (size_t i = 0; i < regex->count; i++)
		free(regex->group[i].name);
	free(regex->group);
	pcre2_jit_stack_free(regex->stack);
	pcre2_match_context_free(regex->context);
	pcre2_match_data_free(regex->match);
	pcre2_code_free(regex->code);
	ev_lines_free(regex->lines);
	free(regex);
}

static int
compare_groups(const void *a, const void *b)
{
	const struct group *left = a, *right = b;

	return left->number < right->number ? -1 : left->number > right->number;
}

/* Reads PCRE2's table of names: entries of `size` bytes, the group's number
 * in two, then the name and a NUL. */
static void
read_groups(struct regex *regex)
{
	uint32_t count, size;
	PCRE2_SPTR entry;

	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMECOUNT, &count);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
	pcre2_pattern_info(regex->code, PCRE2_INFO_NAMETABLE, &entry);
	regex->group = ev_mem_zalloc(count + 1, sizeof(*regex->group));
	for (; regex->count < count; regex->count++, entry += size) {
		struct group *group = &regex->group[regex->count];

		group->number = (uint32_t)entry[0] << 8 | entry[1];
		group->name = ev_mem_strdup((const char *)entry + 2);
	}
	qsort(regex->group, count, sizeof(*regex->group), compare_groups);
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < i; j++)
			regex->group[i].again |= !strcmp(regex->group[i].name,
			    regex->group[j].name);
}

static enum ev_status
compile(struct regex *regex, const char *pattern, struct ev_err *err)
{
	int code;
	size_t offset;
	PCRE2_UCHAR why[256];

	regex->code = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED,
	    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &offset, NULL);
	if (!regex->code) {
		pcre2_get_error_message(code, why, sizeof(why));
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "the pattern is wrong at its byte %zu: %s", offset + 1,
		    (const char *)why);
	}
	read_groups(regex);
	if (!regex->count)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "the pattern has no named group: write (?<name>…)");
	regex->match = pcre2_match_data_create_from_pattern(regex->code, NULL);
	regex->context = pcre2_match_context_create(NULL);
	pcre2_set_heap_limit(regex->context, HEAP_LIMIT);
	if (pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0) {
		regex->stack = pcre2_jit_stack_create(32u << 10, JIT_STACK,
		    NULL);
		pcre2_jit_stack_assign(regex->context, NULL, regex->stack);
	}
	return EV_OK;
}

enum ev_status
ev_regex_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_regex_settings *settings, struct ev_err *err)
{
	struct regex *regex = ev_mem_zalloc(1, sizeof(*regex));
	enum ev_status status;

	regex->decoder.next = regex_next;
	regex->decoder.behind = regex_behind;
	regex->decoder.go = regex_go;
	regex->decoder.free = regex_free;
	regex->max_event = settings->max_event;
	status = compile(regex, settings->pattern, err);
	if (status != EV_OK) {
		regex_free(&regex->decoder);
		return status;
	}
	regex->lines = ev_lines_new(in, settings->max_event);
	*decoder = &regex->decoder;
	return EV_OK;
}
