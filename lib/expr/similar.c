/*
 * similar: see similar.h. SQL's own are % and _; | * + ? { } ( ) [ ] mean what
 * they do in regular expressions, and all else stands for itself. After
 * PostgreSQL 15, similar_escape_internal in utils/adt/regexp.c.
 */
#include "expr/similar.h"

#include "base/utf8.h"

struct similar {
	struct ev_buf *out;
	unsigned quotes; /* escaped double quotes, so far */
	bool escaped;    /* the last character was the escape */
	bool bracket;    /* between [ and ] */
};

/* The first of the three parts matches as little as it can, the second as
 * much. */
static const char *
put_quote(struct similar *similar)
{
	static const char *const between[] = {")((?-U:", "))(?:"};

	if (similar->quotes == 2)
		return "SQL regular expression may not contain more than two "
		       "escape-double-quote separators";
	ev_buf_str(similar->out, between[similar->quotes++]);
	return NULL;
}

/* Any character may be escaped, also for \d and the like. */
static const char *
put_escaped(struct similar *similar, const char *ptr, unsigned n)
{
	if (*ptr == '"' && !similar->bracket)
		return put_quote(similar);
	ev_buf_char(similar->out, '\\');
	ev_buf_append(similar->out, ptr, n);
	return NULL;
}

static void
put_in_bracket(struct similar *similar, const char *ptr, unsigned n)
{
	if (*ptr == '\\')
		ev_buf_char(similar->out, '\\');
	ev_buf_append(similar->out, ptr, n);
	if (*ptr == ']')
		similar->bracket = false;
}

static void
put_special(struct similar *similar, const char *ptr, unsigned n)
{
	char c = *ptr;

	if (n > 1 || !strchr("%_([\\.^$|*+?{})", c)) {
		ev_buf_append(similar->out, ptr, n);
	} else if (c == '%') {
		ev_buf_str(similar->out, ".*");
	} else if (c == '_') {
		ev_buf_char(similar->out, '.');
	} else if (c == '(') {
		ev_buf_str(similar->out, "(?:");
	} else if (c == '[') {
		ev_buf_char(similar->out, c);
		similar->bracket = true;
	} else {
		if (strchr("\\.^$", c))
			ev_buf_char(similar->out, '\\');
		ev_buf_char(similar->out, c);
	}
}

/* One character of a pattern, *at bytes into it. */
static const char *
put(struct similar *similar, struct ev_slice pattern, struct ev_slice escape,
    size_t *at)
{
	const char *ptr = pattern.ptr + *at;
	unsigned n = ev_utf8_length(ptr, pattern.len - *at);
	bool was_escape = similar->escaped;

	*at += n;
	similar->escaped = !was_escape && escape.len == n &&
	    !memcmp(escape.ptr, ptr, n);
	if (was_escape)
		return put_escaped(similar, ptr, n);
	if (similar->bracket && !similar->escaped)
		put_in_bracket(similar, ptr, n);
	else if (!similar->escaped)
		put_special(similar, ptr, n);
	return NULL;
}

size_t
ev_similar_place(struct ev_slice pattern, struct ev_slice escape, size_t at)
{
	struct ev_buf out = {0};
	struct similar similar = {.out = &out};
	size_t read = 0, place = 1;

	ev_buf_str(&out, "^(?:");
	while (read < pattern.len) {
		put(&similar, pattern, escape, &read);
		/* (?U) comes before it all then */
		if (out.len + (similar.quotes ? 4 : 0) > at)
			break;
		place++;
	}
	ev_buf_release(&out);
	return place;
}

const char *
ev_similar_regex(struct ev_slice pattern, struct ev_slice escape,
    struct ev_buf *out)
{
	struct similar similar = {.out = out};
	const char *why = NULL;
	size_t begin = out->len;

	ev_buf_str(out, "^(?:");
	for (size_t at = 0; at < pattern.len && !why;)
		why = put(&similar, pattern, escape, &at);
	ev_buf_str(out, ")$");
	if (similar.quotes) { /* see put_quote */
		ev_buf_str(out, "    ");
		memmove(out->ptr + begin + 4, out->ptr + begin,
		    out->len - begin - 4);
		memcpy(out->ptr + begin, "(?U)", 4);
	}
	return why;
}
