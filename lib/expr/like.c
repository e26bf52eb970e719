/*
 * like: LIKE and ILIKE. Patterns of the forms 'x', 'x%', '%x', '%x%' without
 * an underscore are compared as bytes; the others are walked as PostgreSQL
 * does (src/backend/utils/adt/like_match.c): % backtracks only to the last
 * one. ILIKE compares both in lower case.
 */
#include "base/utf8.h"
#include "expr/text.h"

enum shape { WHOLE, PREFIX, SUFFIX, INSIDE, WALK };

struct ev_like {
	enum shape shape;
	struct ev_slice text; /* what to compare with; of WALK the pattern */
	struct ev_slice escape;
	bool fold;
};

enum found { NO, YES, ABORT, BROKEN };

/* Is the pattern's next character the escape character? */
static bool
at_escape(const struct ev_like *like, struct ev_slice pattern)
{
	return like->escape.len && pattern.len >= like->escape.len &&
	    !memcmp(pattern.ptr, like->escape.ptr, like->escape.len);
}

static void
skip(struct ev_slice *text, size_t n)
{
	text->ptr += n;
	text->len -= n;
}

static unsigned
width(struct ev_slice text)
{
	return ev_utf8_length(text.ptr, text.len);
}

static enum found walk(const struct ev_like *like, struct ev_slice text,
    struct ev_slice pattern);

/* Behind a %: tries the rest at every place of the text. */
static enum found
walk_any(const struct ev_like *like, struct ev_slice text,
    struct ev_slice pattern)
{
	struct ev_slice first;

	while (pattern.len && !at_escape(like, pattern) &&
	    (*pattern.ptr == '%' || *pattern.ptr == '_')) {
		if (*pattern.ptr == '_') {
			if (!text.len)
				return ABORT;
			skip(&text, width(text));
		}
		skip(&pattern, 1);
	}
	if (!pattern.len)
		return YES;
	first = pattern;
	if (at_escape(like, pattern))
		skip(&first, like->escape.len);
	if (!first.len)
		return BROKEN;
	for (; text.len; skip(&text, width(text))) {
		enum found found;

		if (*text.ptr != *first.ptr)
			continue;
		found = walk(like, text, pattern);
		if (found != NO)
			return found;
	}
	return ABORT;
}

static enum found
walk(const struct ev_like *like, struct ev_slice text, struct ev_slice pattern)
{
	while (text.len && pattern.len) {
		unsigned n = 1;

		if (at_escape(like, pattern)) {
			skip(&pattern, like->escape.len);
			if (!pattern.len)
				return BROKEN;
		} else if (*pattern.ptr == '%') {
			skip(&pattern, 1);
			return walk_any(like, text, pattern);
		} else if (*pattern.ptr == '_') {
			skip(&text, width(text));
			skip(&pattern, 1);
			continue;
		}
		n = width(pattern);
		if (text.len < n || memcmp(text.ptr, pattern.ptr, n) != 0)
			return NO;
		skip(&text, n);
		skip(&pattern, n);
	}
	if (text.len)
		return NO;
	while (pattern.len && *pattern.ptr == '%' && !at_escape(like, pattern))
		skip(&pattern, 1);
	return pattern.len ? ABORT : YES;
}

/* Finds the simple shapes; escapes and underscores are for the walk. */
static void
find_shape(struct ev_like *like, struct ev_slice pattern)
{
	bool before = pattern.len && *pattern.ptr == '%';
	bool behind = pattern.len > before &&
	    pattern.ptr[pattern.len - 1] == '%';
	struct ev_slice inner = {pattern.ptr + before,
	    pattern.len - before - behind};

	like->shape = WALK;
	like->text = pattern;
	for (struct ev_slice at = pattern; at.len; skip(&at, 1))
		if (*at.ptr == '_' || at_escape(like, at))
			return;
	if (memchr(inner.ptr, '%', inner.len))
		return;
	like->shape = before ? behind ? INSIDE : SUFFIX
	    : behind         ? PREFIX
			     : WHOLE;
	like->text = inner;
	/* '%' alone, and '' */
	if (!inner.len && before)
		like->shape = INSIDE;
}

const struct ev_like *
ev_like_new(struct ev_arena *arena, struct ev_slice pattern,
    struct ev_slice escape, bool fold)
{
	struct ev_like *like = ev_arena_zalloc(arena, sizeof(*like));

	like->escape = escape;
	like->fold = fold;
	find_shape(like, pattern);
	return like;
}

/* The text in lower case; bytes only, where it is ASCII. */
static struct ev_slice
fold(struct ev_run *run, struct ev_slice text)
{
	char *out;

	if (!ev_utf8_ascii(text))
		return ev_text_case(run, text, false);
	out = ev_arena_alloc(run->arena, text.len + 1);
	for (size_t i = 0; i < text.len; i++)
		out[i] = text.ptr[i] |
		    (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? 32 : 0);
	return (struct ev_slice){out, text.len};
}

enum ev_status
ev_like_match(const struct ev_like *like, struct ev_run *run,
    struct ev_slice text, bool *matches, struct ev_err *err)
{
	struct ev_slice want = like->text;
	enum found found;

	if (like->fold)
		text = fold(run, text);
	switch (like->shape) {
	case WHOLE:
		*matches = ev_slice_equal(text, want);
		return EV_OK;
	case PREFIX:
		*matches = text.len >= want.len &&
		    !memcmp(text.ptr, want.ptr, want.len);
		return EV_OK;
	case SUFFIX:
		*matches = text.len >= want.len &&
		    !memcmp(text.ptr + text.len - want.len, want.ptr, want.len);
		return EV_OK;
	case INSIDE:
		*matches = !want.len ||
		    memmem(text.ptr, text.len, want.ptr, want.len);
		return EV_OK;
	default:
		break;
	}
	found = walk(like, text, want);
	if (found == BROKEN)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "LIKE pattern "
		    "must not end with escape character");
	*matches = found == YES;
	return EV_OK;
}
