/*
 * array_text: the texts of arrays: PostgreSQL's, '[2:4]={1,NULL,"a b"}', read
 * and written (its manual, 8.15.2 and 8.15.6), and nested JSON arrays, written.
 */
#include <strings.h>

#include "base/utf8.h"
#include "event/build.h"
#include "expr/array.h"
#include "expr/text.h"

/* ---- reading ---- */

struct reader {
	struct ev_run *run;
	const struct ev_node *node;
	struct ev_slice text; /* all of it */
	const char *at, *end;
	enum ev_sql element;
	struct ev_array *array;
	unsigned depth; /* in which elements stand; 0: not known yet */
};

static bool
malformed(const struct reader *reader)
{
	return ev_run_fail(reader->run, reader->node,
	    "malformed array literal: \"%.*s\"",
	    (int)ev_utf8_cut(reader->text.ptr, reader->text.len, 100),
	    reader->text.ptr);
}

static void
skip_space(struct reader *reader)
{
	while (reader->at < reader->end && ev_text_is_space(*reader->at))
		reader->at++;
}

/* The character there; NUL at the end. */
static char
peek(const struct reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

static bool
take(struct reader *reader, char c)
{
	if (peek(reader) != c || reader->at == reader->end)
		return false;
	reader->at++;
	return true;
}

/* Undoes the backslashes of what stands between begin and the reader's place.
 * Blanks at its end are cut, but for those behind a backslash. */
static struct ev_slice
unescape(struct reader *reader, const char *begin, bool quoted)
{
	struct ev_slice text = {begin, (size_t)(reader->at - begin)};
	char *out, *to, *keep;

	if (!memchr(text.ptr, '\\', text.len)) {
		while (!quoted && text.len &&
		    ev_text_is_space(text.ptr[text.len - 1]))
			text.len--;
		return text;
	}
	out = to = keep = ev_arena_alloc(reader->run->arena, text.len);
	for (size_t i = 0; i < text.len; i++) {
		bool escaped = text.ptr[i] == '\\';

		i += escaped;
		*to++ = text.ptr[i];
		if (quoted || escaped || !ev_text_is_space(text.ptr[i]))
			keep = to;
	}
	return (struct ev_slice){out, (size_t)(keep - out)};
}

static bool
add_item(struct reader *reader, struct ev_slice text, bool null)
{
	struct ev_val *item = &reader->array->item[reader->array->count++];

	item->type = null ? EV_SQL_NULL : EV_SQL_TEXT;
	item->text = text;
	return null ||
	    (ev_val_to(reader->run, reader->node, item, reader->element) &&
		ev_run_has_room(reader->run, reader->node));
}

/* "…", behind the first quote. */
static bool
read_quoted(struct reader *reader)
{
	const char *begin = reader->at;
	struct ev_slice text;

	while (reader->at < reader->end && *reader->at != '"')
		reader->at += *reader->at == '\\' ? 2 : 1;
	if (reader->at >= reader->end)
		return malformed(reader);
	text = unescape(reader, begin, true);
	reader->at++;
	skip_space(reader);
	return add_item(reader, text, false);
}

static bool
read_plain(struct reader *reader)
{
	const char *begin = reader->at;
	bool escaped = false;
	struct ev_slice text;

	while (reader->at < reader->end && !strchr("{},\"", *reader->at)) {
		escaped |= *reader->at == '\\';
		reader->at += *reader->at == '\\' ? 2 : 1;
	}
	if (reader->at >= reader->end || reader->at == begin)
		return malformed(reader);
	text = unescape(reader, begin, false);
	return add_item(reader, text,
	    !escaped && text.len == 4 && !strncasecmp(text.ptr, "null", 4));
}

static bool read_level(struct reader *reader, unsigned level);

/* One element, or a list at the next level. */
static bool
read_part(struct reader *reader, unsigned level)
{
	bool nested;

	skip_space(reader);
	nested = take(reader, '{');
	if (!nested && !reader->depth)
		reader->depth = level;
	if (reader->depth && nested != (level < reader->depth))
		return malformed(reader);
	if (!nested)
		return take(reader, '"') ? read_quoted(reader)
					 : read_plain(reader);
	if (level == EV_ARRAY_DIMS)
		return ev_run_fail(reader->run, reader->node,
		    "number of array dimensions (%u) exceeds the maximum "
		    "allowed (%d)",
		    level + 1, EV_ARRAY_DIMS);
	if (!read_level(reader, level + 1))
		return false;
	skip_space(reader);
	return true;
}

/* Behind a brace, up to the one that closes it. */
static bool
read_level(struct reader *reader, unsigned level)
{
	int32_t *length = &reader->array->length[level - 1], count = 0;

	skip_space(reader);
	if (level == 1 && take(reader, '}'))
		return true;
	do {
		if (!read_part(reader, level))
			return false;
		count++;
	} while (take(reader, ','));
	if (!take(reader, '}') || (*length && *length != count))
		return malformed(reader);
	*length = count;
	return true;
}

/* A bound: a sign and digits. */
static bool
read_bound(struct reader *reader, int64_t *bound)
{
	bool minus = peek(reader) == '-';
	const char *begin;

	*bound = 0;
	reader->at += minus || peek(reader) == '+';
	begin = reader->at;
	while (
	    peek(reader) >= '0' && peek(reader) <= '9' && *bound <= INT32_MAX)
		*bound = *bound * 10 + (*reader->at++ - '0');
	if (minus)
		*bound = -*bound;
	return reader->at > begin && *bound == (int32_t)*bound;
}

/* [2:4][5]= before the braces; length is what it says, dims how many. */
static bool
read_bounds(struct reader *reader, int64_t *length, unsigned *dims)
{
	int64_t lower, upper;

	for (*dims = 0; skip_space(reader), take(reader, '['); ++*dims) {
		if (*dims == EV_ARRAY_DIMS || !read_bound(reader, &upper))
			return malformed(reader);
		lower = 1;
		if (take(reader, ':')) {
			lower = upper;
			if (!read_bound(reader, &upper))
				return malformed(reader);
		}
		if (!take(reader, ']') || upper < lower || upper == INT32_MAX)
			return malformed(reader);
		length[*dims] = upper - lower + 1;
		reader->array->lower[*dims] = (int32_t)lower;
	}
	if (*dims && !take(reader, '='))
		return malformed(reader);
	skip_space(reader);
	return true;
}

/* As many elements as there can be: one more than commas. */
static size_t
most_items(struct ev_slice text)
{
	const char *at = text.ptr, *end = text.ptr + text.len;
	size_t n = 1;

	while ((at = memchr(at, ',', (size_t)(end - at)))) {
		at++;
		n++;
	}
	return n;
}

bool
ev_array_read(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text, enum ev_sql element, struct ev_val *out)
{
	struct reader reader = {.run = run,
	    .node = node,
	    .text = text,
	    .at = text.ptr,
	    .end = text.ptr + text.len,
	    .element = element};
	int64_t length[EV_ARRAY_DIMS];
	size_t most = most_items(text);
	struct ev_array *array;
	unsigned dims;

	if (!ev_array_room(run, node, most))
		return false;
	reader.array = array = ev_array_new(run, most);
	array->count = 0;
	array->length[0] = 0;
	for (int i = 0; i < EV_ARRAY_DIMS; i++)
		array->lower[i] = 1;
	if (!read_bounds(&reader, length, &dims))
		return false;
	if (!take(&reader, '{'))
		return malformed(&reader);
	if (!read_level(&reader, 1))
		return false;
	skip_space(&reader);
	if (reader.at != reader.end || (dims && dims != reader.depth))
		return malformed(&reader);
	for (unsigned i = 0; i < dims; i++)
		if (array->length[i] != length[i])
			return malformed(&reader);
	array->dims = reader.depth;
	ev_array_out(out, array, element);
	return true;
}

/* ---- writing ---- */

static void
add_json(struct ev_value json, struct ev_buf *out)
{
	struct ev_slice text;

	/* the text of one with escapes is put at the buffer's end */
	if (json.type != EV_STRING)
		ev_buf_slice(out, ev_value_raw(json));
	else if (!json.escaped ||
	    ev_value_text(json, out, &text, NULL) != EV_OK)
		ev_buf_slice(out, ev_value_inner(json));
}

void
ev_array_item(const struct ev_time_env *time, const struct ev_val *item,
    struct ev_buf *out)
{
	if (item->type == EV_SQL_BOOL)
		ev_buf_char(out, item->truth ? 't' : 'f');
	else if (item->type == EV_SQL_JSON)
		add_json(item->json, out);
	else
		ev_val_print(time, item, out);
}

/* Puts quotes around the text that begins at from, and backslashes into it,
 * where it needs them. */
static void
quote(struct ev_buf *out, size_t from)
{
	size_t len = out->len - from, extra = 0;
	const char *text = out->ptr + from;
	bool needed = !len || (len == 4 && !strncasecmp(text, "null", 4));
	char *to;

	for (size_t i = 0; i < len; i++) {
		bool escape = text[i] == '"' || text[i] == '\\';

		extra += escape;
		needed |= escape || ev_text_is_space(text[i]) ||
		    text[i] == '{' || text[i] == '}' || text[i] == ',';
	}
	if (!needed)
		return;
	extra += 2;
	ev_buf_reserve(out, extra);
	out->len += extra;
	to = out->ptr + out->len;
	*--to = '"';
	/* from the end, in place */
	for (size_t i = len; i-- > 0;) {
		char c = out->ptr[from + i];

		*--to = c;
		if (c == '"' || c == '\\')
			*--to = '\\';
	}
	*--to = '"';
}

static void
print_item(const struct ev_time_env *time, const struct ev_val *item,
    struct ev_buf *out)
{
	size_t from = out->len;

	if (ev_val_is_null(item)) {
		ev_buf_str(out, "NULL");
		return;
	}
	ev_array_item(time, item, out);
	quote(out, from);
}

/* How an array is written. */
struct writer {
	const struct ev_time_env *time;
	const struct ev_array *array;
	char open, close; /* of a dimension */
	void (*item)(const struct ev_time_env *, const struct ev_val *,
	    struct ev_buf *);
	size_t most; /* bytes of out, behind which it may end */
	struct ev_buf *out;
};

/* Writes one dimension and those in it; returns the element behind. */
static const struct ev_val *
put_level(const struct writer *writer, unsigned dim, const struct ev_val *item)
{
	const struct ev_array *array = writer->array;
	struct ev_buf *out = writer->out;

	ev_buf_char(out, writer->open);
	for (int32_t i = 0; i < array->length[dim] && out->len <= writer->most;
	     i++) {
		if (i)
			ev_buf_char(out, ',');
		if (dim + 1 < array->dims)
			item = put_level(writer, dim + 1, item);
		else
			writer->item(writer->time, item++, out);
	}
	ev_buf_char(out, writer->close);
	return item;
}

void
ev_array_print(const struct ev_time_env *time, const struct ev_array *array,
    struct ev_buf *out)
{
	struct writer writer = {time, array, '{', '}', print_item,
	    out->len + EV_EXPR_TEXT_MAX, out};
	bool bounds = false;

	if (!array->dims) {
		ev_buf_str(out, "{}");
		return;
	}
	for (unsigned i = 0; i < array->dims; i++)
		bounds |= array->lower[i] != 1;
	for (unsigned i = 0; bounds && i < array->dims; i++)
		ev_buf_printf(out, "[%d:%d]", (int)array->lower[i],
		    (int)array->lower[i] + (array->length[i] - 1));
	if (bounds)
		ev_buf_char(out, '=');
	put_level(&writer, 0, array->item);
}

void
ev_array_json(const struct ev_time_env *time, const struct ev_array *array,
    struct ev_buf *out)
{
	struct writer writer = {time, array, '[', ']', ev_val_json,
	    out->len + EV_EXPR_TEXT_MAX, out};

	if (array->dims)
		put_level(&writer, 0, array->item);
	else
		ev_buf_str(out, "[]");
}
