/*
 * csv_row: where a record ends, and its cells, in every dialect. Two small
 * state machines over the same states: the search stops and resumes at any
 * byte, the walk has the whole record. Quotes open a cell only at its first
 * byte; an escape makes what follows it text, also a line end.
 */
#include "format/csv_impl.h"

const struct ev_csv ev_csv_list = {.set = EV_CSV_DEFAULTS};

/* The length of the delimiter at s, or 0. */
static inline size_t
delimiter_at(const struct ev_csv *csv, const char *s, const char *end)
{
	size_t len = csv->set.delimiter.len;

	if (*s != csv->set.delimiter.ptr[0])
		return 0;
	if (len == 1)
		return 1;
	if ((size_t)(end - s) < len)
		return 0;
	return memcmp(s, csv->set.delimiter.ptr, len) ? 0 : len;
}

/* True if what stands at s could still become a delimiter. */
static bool
delimiter_cut(const struct ev_csv *csv, const char *s, const char *end)
{
	size_t left = (size_t)(end - s);

	return left < csv->set.delimiter.len &&
	    !memcmp(s, csv->set.delimiter.ptr, left);
}

/* Bytes of the escape at s and what it escapes: 2, 3 for CR LF, 1 at the
 * end; 0 where that cannot be told yet. */
static size_t
escape_length(const char *s, const char *end, bool last)
{
	if (end - s < 2)
		return last ? 1 : 0;
	if (s[1] != '\r')
		return 2;
	if (end - s < 3)
		return last ? 2 : 0;
	return s[2] == '\n' ? 3 : 2;
}

static void
count_line(struct ev_csv_search *search, char c)
{
	if (c == '\r' || (c == '\n' && search->last != '\r'))
		search->lines++;
	search->last = c;
}

/* The state behind a byte that is no escape, delimiter or line end. */
static enum ev_csv_state
step(const struct ev_csv *csv, enum ev_csv_state state, char c)
{
	bool quote = csv->set.quote && c == csv->set.quote;

	switch (state) {
	case EV_CSV_CELL:
		return quote ? EV_CSV_QUOTED : EV_CSV_UNQUOTED;
	case EV_CSV_QUOTED:
		return quote ? EV_CSV_CLOSED : EV_CSV_QUOTED;
	case EV_CSV_CLOSED:
		if (quote || csv->set.lazy_quotes)
			return EV_CSV_QUOTED;
		return EV_CSV_UNQUOTED;
	default:
		return EV_CSV_UNQUOTED;
	}
}

/* Looks at the special byte at s: the bytes consumed, 0 where more are needed,
 * or -1 at the record's end. */
static long
special(const struct ev_csv *csv, struct ev_csv_search *search, const char *s,
    const char *end, bool last)
{
	bool inside = search->state == EV_CSV_QUOTED;
	size_t len;

	if (csv->set.escape && *s == csv->set.escape &&
	    (search->state != EV_CSV_CLOSED || csv->set.lazy_quotes)) {
		len = escape_length(s, end, last);
		if (!len)
			return 0;
		search->state = step(csv, search->state, *s);
		search->last = 0;
		for (size_t i = 1; i < len; i++)
			count_line(search, s[i]);
		return (long)len;
	}
	if (!inside && (*s == '\n' || *s == '\r'))
		return -1;
	if (!inside && !last && delimiter_cut(csv, s, end))
		return 0;
	len = inside ? 0 : delimiter_at(csv, s, end);
	if (len) {
		search->state = EV_CSV_CELL;
		return (long)len;
	}
	search->state = step(csv, search->state, *s);
	count_line(search, *s);
	return 1;
}

bool
ev_csv_search_end(const struct ev_csv *csv, struct ev_csv_search *search,
    const char *s, size_t len, bool last)
{
	const char *p = s + search->at, *end = s + len;

	while (p < end) {
		long n;

		if (!csv->special[(unsigned char)*p]) {
			search->state = step(csv, search->state, *p);
			do
				p++;
			while (p < end && !csv->special[(unsigned char)*p]);
			search->last = 0;
			continue;
		}
		n = special(csv, search, p, end, last);
		if (n <= 0) {
			search->at = (size_t)(p - s);
			return n < 0;
		}
		p += n;
	}
	search->at = len;
	return last;
}

void
ev_csv_walk_init(struct ev_csv_walk *walk, struct ev_slice row,
    struct ev_buf *scratch)
{
	*walk = (struct ev_csv_walk){.at = row.ptr,
	    .end = row.ptr + row.len,
	    .scratch = scratch};
}

/* Appends what the escape at s stands for; returns the bytes consumed. A
 * backslash has C's letters, as PostgreSQL's and MySQL's text formats do. */
static size_t
unescape(struct ev_buf *out, const char *s, const char *end)
{
	static const char letter[] = "bfnrtv", meaning[] = "\b\f\n\r\t\v";
	size_t len = escape_length(s, end, true);
	const char *found;

	if (len == 2 && s[0] == '\\' && (found = strchr(letter, s[1])) && s[1])
		ev_buf_char(out, meaning[found - letter]);
	else if (len == 1)
		ev_buf_char(out, s[0]);
	else
		ev_buf_append(out, s + 1, len - 1);
	return len;
}

/* An unquoted cell, or what stands behind a closing quote: up to a delimiter
 * or the end. Its text is appended to scratch where *copied says that what was
 * before it was, or where it holds an escape; *copied is true then. */
static const char *
unquoted(const struct ev_csv *csv, struct ev_csv_walk *walk, const char *p,
    bool *copied)
{
	const char *from = p;

	while (p < walk->end && !delimiter_at(csv, p, walk->end)) {
		if (!csv->set.escape || *p != csv->set.escape) {
			p++;
			continue;
		}
		ev_buf_append(walk->scratch, from, (size_t)(p - from));
		p += unescape(walk->scratch, p, walk->end);
		from = p;
		*copied = true;
	}
	if (*copied)
		ev_buf_append(walk->scratch, from, (size_t)(p - from));
	return p;
}

/* A quoted cell, from behind its first quote to behind its last one. */
static const char *
quoted(const struct ev_csv *csv, struct ev_csv_walk *walk, const char *p)
{
	char quote = csv->set.quote, escape = csv->set.escape;

	for (;;) {
		const char *from = p;

		while (
		    p < walk->end && *p != quote && (!escape || *p != escape))
			p++;
		ev_buf_append(walk->scratch, from, (size_t)(p - from));
		if (p == walk->end) {
			walk->fault = "a quoted cell does not end";
			return p;
		}
		if (*p != quote) {
			p += unescape(walk->scratch, p, walk->end);
			continue;
		}
		p++;
		if (p == walk->end || delimiter_at(csv, p, walk->end))
			return p;
		if (*p == quote) {
			ev_buf_char(walk->scratch, *p++);
			continue;
		}
		if (!csv->set.lazy_quotes) {
			walk->fault =
			    "text follows a closing quote "
			    "(--lazy-quotes reads such a quote as text)";
			return p;
		}
		ev_buf_char(walk->scratch, quote);
	}
}

bool
ev_csv_walk_next(const struct ev_csv *csv, struct ev_csv_walk *walk,
    struct ev_csv_cell *cell)
{
	const char *p = walk->at;
	bool copied = false;

	if (walk->done)
		return false;
	walk->scratch->len = 0;
	cell->quoted = csv->set.quote && p < walk->end && *p == csv->set.quote;
	if (cell->quoted) {
		p = quoted(csv, walk, p + 1);
		copied = true;
	}
	if (!cell->quoted || walk->fault)
		p = unquoted(csv, walk, p, &copied);
	cell->raw = (struct ev_slice){walk->at, (size_t)(p - walk->at)};
	cell->text = copied ? ev_buf_as_slice(walk->scratch) : cell->raw;
	walk->done = p == walk->end;
	walk->at = walk->done ? p : p + csv->set.delimiter.len;
	if (walk->fault)
		walk->done = true;
	return true;
}

void
ev_csv_list_item(struct ev_buf *list, struct ev_slice item)
{
	bool quote = false;

	for (size_t i = 0; i < item.len; i++)
		quote |= strchr(",\"\r\n", item.ptr[i]) && item.ptr[i];
	if (list->len)
		ev_buf_char(list, ',');
	if (quote)
		ev_buf_char(list, '"');
	for (size_t i = 0; i < item.len; i++) {
		if (item.ptr[i] == '"')
			ev_buf_char(list, '"');
		ev_buf_char(list, item.ptr[i]);
	}
	if (quote)
		ev_buf_char(list, '"');
}
