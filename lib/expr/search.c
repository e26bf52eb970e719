/*
 * search: see search.h. What an option letter of PostgreSQL means is said to
 * PCRE2.
 */
#include "expr/search.h"

#include "base/utf8.h"
#include "expr/func.h"

static bool
read_option(struct ev_search *search, char c)
{
	unsigned *flags = &search->flags;

	switch (c) {
	case 'g':
		search->all = true;
		break;
	case 'i':
		*flags |= EV_PATTERN_FOLD;
		break;
	case 'c':
		*flags &= ~(unsigned)EV_PATTERN_FOLD;
		break;
	case 'n':
	case 'm':
		*flags |= EV_PATTERN_LINES | EV_PATTERN_NO_DOT;
		break;
	case 's':
		*flags &= ~(unsigned)(EV_PATTERN_LINES | EV_PATTERN_NO_DOT);
		break;
	case 'p':
		*flags |= EV_PATTERN_NO_DOT;
		*flags &= ~(unsigned)EV_PATTERN_LINES;
		break;
	case 'w':
		*flags |= EV_PATTERN_LINES;
		*flags &= ~(unsigned)EV_PATTERN_NO_DOT;
		break;
	case 'x':
		*flags |= EV_PATTERN_SPACED;
		break;
	case 't':
		*flags &= ~(unsigned)EV_PATTERN_SPACED;
		break;
	case 'q':
		*flags |= EV_PATTERN_LITERAL;
		break;
	case 'e':
		break;
	default:
		return false;
	}
	return true;
}

static bool
read_options(struct ev_search *search, struct ev_slice options)
{
	for (size_t i = 0; i < options.len; i++) {
		unsigned n = ev_utf8_length(options.ptr + i, options.len - i);

		if (!read_option(search, options.ptr[i]))
			return ev_run_fail(search->run, search->node,
			    "invalid regular expression option: \"%.*s\"",
			    (int)n, options.ptr + i);
	}
	return true;
}

bool
ev_search_begin(struct ev_search *search, struct ev_run *run,
    const struct ev_node *node, const struct ev_val *arg,
    const struct ev_val *options)
{
	*search = (struct ev_search){.run = run,
	    .node = node,
	    .regex = node->regex,
	    .text = arg[0].text};
	if (options && !read_options(search, options->text))
		return false;
	if (search->all && !(node->func->flags & EV_FUNC_GLOBAL))
		return ev_run_fail(run, node,
		    "%s() does not support the \"global\" option",
		    node->func->name);
	return ev_pattern_set(search->regex, arg[1].text, search->flags,
		   run->err) == EV_OK ||
	    ev_run_failed(run, node->arg[1]);
}

bool
ev_search_next(struct ev_search *search, bool *found, struct ev_slice *match)
{
	struct ev_slice text = search->text;
	size_t end;

	*found = false;
	if (search->from > text.len)
		return true;
	if (ev_pattern_find(search->regex, text, search->from, found,
		search->run->err) != EV_OK)
		return ev_run_failed(search->run, search->node);
	if (!*found)
		return true;
	*match = ev_pattern_group(search->regex, text, 0);
	end = (size_t)(match->ptr - (text.ptr ? text.ptr : "")) + match->len;
	search->from = end;
	if (!match->len)
		search->from += end < text.len
		    ? ev_utf8_length(text.ptr + end, text.len - end)
		    : 1;
	return true;
}
