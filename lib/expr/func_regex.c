/*
 * func_regex: functions of regular expressions, and SIMILAR TO, which becomes
 * one.
 */
#include "base/utf8.h"
#include "expr/func.h"
#include "expr/result.h"
#include "expr/search.h"
#include "expr/similar.h"
#include "expr/text.h"

/* An argument that must be `least` or more. */
static bool
check_least(const struct ev_search *search, const char *name,
    const struct ev_val *arg, int64_t least)
{
	return arg->integer >= least ||
	    ev_run_fail(search->run, search->node,
		"invalid value for parameter \"%s\": %lld", name,
		(long long)arg->integer);
}

/* The search begins at a character counted from 1; *beyond says that it is
 * behind the end. */
static bool
begin_at(struct ev_search *search, const struct ev_val *start)
{
	struct ev_slice text = search->text;
	uint64_t before = (uint64_t)start->integer - 1;

	if (!check_least(search, "start", start, 1))
		return false;
	search->from = ev_text_offset(text, before);
	if (search->from == text.len &&
	    ev_utf8_count(text.ptr, text.len) < before)
		search->from = text.len + 1;
	return true;
}

/* The n-th match from here on. */
static bool
nth_match(struct ev_search *search, int64_t n, bool *found,
    struct ev_slice *match)
{
	do {
		if (!ev_search_next(search, found, match))
			return false;
	} while (*found && --n > 0);
	return true;
}

/* ---- the functions ---- */

static bool
regexp_like(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;
	struct ev_slice match;
	bool found;

	if (!ev_search_begin(&search, run, node, arg,
		node->argc > 2 ? &arg[2] : NULL) ||
	    !ev_search_next(&search, &found, &match))
		return false;
	out->type = EV_SQL_BOOL;
	out->truth = found;
	return true;
}

static bool
regexp_count(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;
	struct ev_slice match;
	int64_t count = 0;
	bool found;

	if (!ev_search_begin(&search, run, node, arg,
		node->argc > 3 ? &arg[3] : NULL) ||
	    (node->argc > 2 && !begin_at(&search, &arg[2])))
		return false;
	for (;; count++) {
		if (!ev_search_next(&search, &found, &match))
			return false;
		if (!found)
			break;
	}
	out->type = EV_SQL_INT4;
	out->integer = count;
	return true;
}

/* start, N and subexpr, which may be left out: begins at one, finds the
 * match, and says what the subexpression matched. */
static bool
find_part(struct ev_search *search, const struct ev_val *arg, unsigned group_at,
    struct ev_slice *part)
{
	unsigned argc = search->node->argc;
	int64_t n = argc > 3 ? arg[3].integer : 1;
	int64_t group = argc > group_at ? arg[group_at].integer : 0;
	bool found;

	*part = (struct ev_slice){NULL, 0};
	if ((argc > 2 && !begin_at(search, &arg[2])) ||
	    (argc > 3 && !check_least(search, "n", &arg[3], 1)) ||
	    (argc > group_at &&
		!check_least(search, "subexpr", &arg[group_at], 0)))
		return false;
	if (group > ev_pattern_groups(search->regex))
		return true;
	if (!nth_match(search, n, &found, part))
		return false;
	if (found)
		*part = ev_pattern_group(search->regex, search->text,
		    (unsigned)group);
	else
		part->ptr = NULL;
	return true;
}

static bool
regexp_substr(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;
	struct ev_slice part;

	if (!ev_search_begin(&search, run, node, arg,
		node->argc > 4 ? &arg[4] : NULL) ||
	    !find_part(&search, arg, 5, &part))
		return false;
	ev_result_text(out, part);
	return true;
}

static bool
regexp_instr(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	bool behind = node->argc > 4 && arg[4].integer == 1;
	struct ev_search search;
	struct ev_slice part;
	const char *begins;

	if (!ev_search_begin(&search, run, node, arg,
		node->argc > 5 ? &arg[5] : NULL))
		return false;
	if (node->argc > 4 && arg[4].integer != behind)
		return ev_run_fail(run, node,
		    "invalid value for parameter \"endoption\": %lld",
		    (long long)arg[4].integer);
	if (!find_part(&search, arg, 6, &part))
		return false;
	begins = search.text.ptr ? search.text.ptr : "";
	out->type = EV_SQL_INT4;
	out->integer = 0;
	if (part.ptr)
		out->integer = 1 +
		    (int64_t)ev_utf8_count(begins,
			(size_t)(part.ptr - begins) + (behind ? part.len : 0));
	return true;
}

/* ---- regexp_replace ---- */

/* Appends the replacement: \1 to \9 and \& stand for what was matched. */
static void
put_replacement(const struct ev_search *search, struct ev_slice with,
    struct ev_buf *buf)
{
	for (size_t i = 0; i < with.len; i++) {
		char c = with.ptr[i], next;
		unsigned group;

		if (c != '\\' || i + 1 == with.len) {
			ev_buf_char(buf, c);
			continue;
		}
		next = with.ptr[i + 1];
		if (next == '\\') {
			ev_buf_char(buf, '\\');
			i++;
		} else if (next == '&' || (next >= '1' && next <= '9')) {
			group = next == '&' ? 0 : (unsigned)(next - '0');
			i++;
			if (group <= ev_pattern_groups(search->regex))
				ev_buf_slice(buf,
				    ev_pattern_group(search->regex,
					search->text, group));
		} else {
			ev_buf_char(buf, c);
		}
	}
}

/* Replaces the n-th match, or all of them (n is 0). */
static bool
replace(struct ev_search *search, struct ev_slice with, int64_t n,
    struct ev_val *out)
{
	struct ev_slice text = search->text, match;
	struct ev_buf *buf = ev_run_begin(search->run);
	size_t done = 0; /* bytes of the text that are in buf */
	int64_t count = 0;
	bool found;

	do {
		size_t at;

		if (!ev_search_next(search, &found, &match))
			return false;
		if (!found)
			break;
		if (++count < n)
			continue;
		at = (size_t)(match.ptr - (text.ptr ? text.ptr : ""));
		ev_buf_append(buf, text.ptr + done, at - done);
		put_replacement(search, with, buf);
		done = at + match.len;
		if (buf->len > EV_EXPR_TEXT_MAX)
			return ev_text_too_long(search->run, search->node);
	} while (count != n);
	ev_buf_append(buf, text.ptr + done, text.len - done);
	ev_run_text(search->run, out);
	return true;
}

/* (text, pattern, with [, options]) */
static bool
regexp_replace(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;

	return ev_search_begin(&search, run, node, arg,
		   node->argc > 3 ? &arg[3] : NULL) &&
	    replace(&search, arg[2].text, !search.all, out);
}

/* (text, pattern, with, start [, n [, options]]) */
static bool
regexp_replace_from(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;

	return ev_search_begin(&search, run, node, arg,
		   node->argc > 5 ? &arg[5] : NULL) &&
	    begin_at(&search, &arg[3]) &&
	    (node->argc < 5 || check_least(&search, "n", &arg[4], 0)) &&
	    replace(&search, arg[2].text, node->argc > 4 ? arg[4].integer : 1,
		out);
}

/* ---- SUBSTRING and SIMILAR TO ---- */

/* What the first parentheses match, or, without any, the whole pattern. */
static bool
substring_pattern(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;
	struct ev_slice match;
	bool found;

	if (!ev_search_begin(&search, run, node, arg, NULL) ||
	    !ev_search_next(&search, &found, &match))
		return false;
	out->type = EV_SQL_NULL;
	if (found)
		ev_result_text(out,
		    ev_pattern_group(search.regex, search.text,
			ev_pattern_groups(search.regex) > 0));
	return true;
}

/* arg[1] is a pattern of SQL, arg[2] its escape character, if it is there. */
static bool
find_similar(struct ev_search *search, struct ev_run *run,
    const struct ev_node *node, const struct ev_val *arg, bool *found)
{
	struct ev_slice escape = node->argc > 2 ? arg[2].text : EV_SLICE("\\");
	struct ev_val pattern[2] = {arg[0], arg[1]};
	struct ev_slice match;
	const char *why;

	if (ev_utf8_count(escape.ptr, escape.len) > 1)
		return ev_run_fail(run, node,
		    "invalid escape string: it must be empty or one character");
	why = ev_similar_regex(arg[1].text, escape, ev_run_begin(run));
	if (why)
		return ev_run_fail(run, node, "%s", why);
	pattern[1].text = ev_buf_as_slice(run->buf);
	if (ev_search_begin(search, run, node, pattern, NULL))
		return ev_search_next(search, found, &match);
	ev_pattern_wrong(search->regex, "pattern",
	    ev_similar_place(arg[1].text, escape,
		ev_pattern_wrong_at(search->regex)),
	    run->err);
	return false;
}

static bool
similar_to(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;
	bool found;

	if (!find_similar(&search, run, node, arg, &found))
		return false;
	out->type = EV_SQL_BOOL;
	out->truth = found;
	return true;
}

static bool
substring_similar(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;
	bool found;

	if (!find_similar(&search, run, node, arg, &found))
		return false;
	out->type = EV_SQL_NULL;
	if (found)
		ev_result_text(out,
		    ev_pattern_group(search.regex, search.text,
			ev_pattern_groups(search.regex) > 0));
	return true;
}

#define T EV_SQL_TEXT
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define R EV_FUNC_REGEX
#define RT (EV_FUNC_REGEX | EV_FUNC_TYPED)

const struct ev_func ev_func_regex[] = {
    {"regexp_like", B, {T, T}, regexp_like, "as ~",
	"regexp_like('Hello World', 'w')", "false", R},
    {"regexp_like", B, {T, T, T}, regexp_like, "the same with options",
	"regexp_like('Hello World', 'w', 'i')", "true", R},
    {"regexp_count", I, {T, T}, regexp_count, "how often the pattern matches",
	"regexp_count('a1b22', '[0-9]')", "3", R},
    {"regexp_count", I, {T, T, I}, regexp_count, "the same from a position on",
	"regexp_count('a1b22', '[0-9]', 3)", "2", R},
    {"regexp_count", I, {T, T, I, T}, regexp_count, "the same with options",
	"regexp_count('ABCABC', 'a', 1, 'i')", "2", R},
    {"regexp_instr", I, {T, T}, regexp_instr,
	"where the first match begins; 0: nowhere",
	"regexp_instr('ab12', '[0-9]')", "3", R},
    {"regexp_instr", I, {T, T, I}, regexp_instr, "the same from a position on",
	"regexp_instr('ab12', '[0-9]', 4)", "4", R},
    {"regexp_instr", I, {T, T, I, I}, regexp_instr,
	"where the n-th match begins", "regexp_instr('ab12', '[0-9]', 1, 2)",
	"4", R},
    {"regexp_instr", I, {T, T, I, I, I}, regexp_instr,
	"the same; 1: behind its end", "regexp_instr('ab12', '[0-9]', 1, 1, 1)",
	"4", R},
    {"regexp_instr", I, {T, T, I, I, I, T}, regexp_instr,
	"the same with options", "regexp_instr('ABAB', 'b', 1, 2, 0, 'i')", "4",
	R},
    {"regexp_instr", I, {T, T, I, I, I, T, I}, regexp_instr,
	"where the n-th parentheses match",
	"regexp_instr('ab12', '([a-z]+)([0-9]+)', 1, 1, 0, '', 2)", "3", R},
    {"regexp_substr", T, {T, T}, regexp_substr, "the first match",
	"regexp_substr('ab12cd34', '[0-9]+')", "\"12\"", R},
    {"regexp_substr", T, {T, T, I}, regexp_substr,
	"the same from a position on", "regexp_substr('ab12cd34', '[0-9]+', 5)",
	"\"34\"", R},
    {"regexp_substr", T, {T, T, I, I}, regexp_substr, "the n-th match",
	"regexp_substr('ab12cd34', '[0-9]+', 1, 2)", "\"34\"", R},
    {"regexp_substr", T, {T, T, I, I, T}, regexp_substr,
	"the same with options", "regexp_substr('abAB', 'A', 1, 2, 'i')",
	"\"A\"", R},
    {"regexp_substr", T, {T, T, I, I, T, I}, regexp_substr,
	"what the n-th parentheses match",
	"regexp_substr('ab12', '([a-z]+)([0-9]+)', 1, 1, '', 2)", "\"12\"", R},
    {"regexp_replace", T, {T, T, T}, regexp_replace,
	"the first match replaced; \\1 and \\& are what matched",
	"regexp_replace('Thomas', '.[mN]a.', 'M')", "\"ThM\"", R},
    {"regexp_replace", T, {T, T, T, T}, regexp_replace,
	"the same with options; g: all matches",
	"regexp_replace('a1b2', '([a-z])([0-9])', '\\2\\1', 'g')", "\"1a2b\"",
	RT | EV_FUNC_GLOBAL},
    {"regexp_replace", T, {T, T, T, I}, regexp_replace_from,
	"the first match from a position on",
	"regexp_replace('a1b2', '[0-9]', 'x', 3)", "\"a1bx\"", R},
    {"regexp_replace", T, {T, T, T, I, I}, regexp_replace_from,
	"the n-th match; 0: all", "regexp_replace('a1b2', '[0-9]', 'x', 1, 0)",
	"\"axbx\"", R},
    {"regexp_replace", T, {T, T, T, I, I, T}, regexp_replace_from,
	"the same with options", "regexp_replace('abAB', 'A', 'x', 1, 2, 'i')",
	"\"abxB\"", R | EV_FUNC_GLOBAL},
    {"substring", T, {T, T}, substring_pattern,
	"what a regular expression, or its first parentheses, matches",
	"substring('Thomas' FROM '...$')", "\"mas\"", RT},
    {"substring", T, {T, T, T}, substring_similar,
	"what stands between escape and double quote in a pattern of SIMILAR "
	"TO",
	"substring('Thomas' SIMILAR '%#\"o_a#\"_' ESCAPE '#')", "\"oma\"", RT},
    {"SIMILAR TO", B, {T, T}, similar_to,
	"does the pattern match the whole text?", "'abc' SIMILAR TO '(b|a)%'",
	"true", R},
    {"SIMILAR TO", B, {T, T, T}, similar_to,
	"the same with an escape character",
	"'50%' SIMILAR TO '[0-9]+#%' ESCAPE '#'", "true", R},
    {.name = NULL},
};
