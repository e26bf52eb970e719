/*
 * func_split: texts that become arrays, or rows, and arrays that become texts:
 * split at another text, or by regular expressions.
 */
#include "base/utf8.h"
#include "expr/array.h"
#include "expr/func.h"
#include "expr/result.h"
#include "expr/search.h"

#define MOST (EV_EXPR_TEXT_MAX / sizeof(struct ev_val))

/* Texts as they come, until there is no room for more. */
struct list {
	struct ev_run *run;
	struct ev_val *item;
	size_t count, cap;
};

/* A text, or with ptr NULL NULL. */
static void
add(struct list *list, struct ev_slice text)
{
	if (list->count > MOST)
		return;
	list->item = ev_arena_grow(list->run->arena, list->item, list->count,
	    &list->cap, sizeof(*list->item));
	ev_result_text(&list->item[list->count++], text);
}

static bool
list_out(struct ev_run *run, const struct ev_node *node,
    const struct list *list, struct ev_val *out)
{
	struct ev_array *array;

	if (!ev_array_room(run, node, list->count))
		return false;
	array = ev_array_new(run, list->count);
	if (list->count)
		memcpy(array->item, list->item,
		    list->count * sizeof(*array->item));
	ev_array_out(out, array, EV_SQL_TEXT);
	return true;
}

/* ---- string_to_array ---- */

/* Adds a part; one that is the text for NULL as that. */
static void
add_part(struct list *list, struct ev_slice part, const struct ev_val *null)
{
	if (!part.ptr)
		part.ptr = "";
	if (null && null->type != EV_SQL_NULL &&
	    ev_slice_equal(part, null->text))
		part.ptr = NULL;
	add(list, part);
}

static void
split_characters(struct list *list, struct ev_slice text,
    const struct ev_val *null)
{
	for (size_t at = 0; at < text.len;) {
		unsigned n = ev_utf8_length(text.ptr + at, text.len - at);

		add_part(list, (struct ev_slice){text.ptr + at, n}, null);
		at += n;
	}
}

static void
split_at(struct list *list, struct ev_slice text, struct ev_slice by,
    const struct ev_val *null)
{
	const char *found;

	while (by.len && (found = memmem(text.ptr, text.len, by.ptr, by.len))) {
		size_t n = (size_t)(found - text.ptr);

		add_part(list, (struct ev_slice){text.ptr, n}, null);
		text.ptr += n + by.len;
		text.len -= n + by.len;
	}
	add_part(list, text, null);
}

/* string_to_array, string_to_table. */
static bool
string_to_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_val *null = node->argc > 2 ? &arg[2] : NULL;
	struct list list = {.run = run};

	if (arg[0].type == EV_SQL_NULL)
		return true;
	if (arg[1].type == EV_SQL_NULL)
		split_characters(&list, arg[0].text, null);
	else if (arg[0].text.len)
		split_at(&list, arg[0].text, arg[1].text, null);
	return list_out(run, node, &list, out);
}

/* ksqlDB's: an empty text is one part, and nothing between characters. */
static bool
split(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct list list = {.run = run};

	if (arg[1].text.len || !arg[0].text.len)
		split_at(&list, arg[0].text, arg[1].text, NULL);
	else
		split_characters(&list, arg[0].text, NULL);
	return list_out(run, node, &list, out);
}

/* ---- array_to_string ---- */

/* null: what NULLs become; ptr NULL: they are left out. */
static bool
join(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, struct ev_slice by, struct ev_slice null,
    struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);
	bool first = true;

	for (uint32_t i = 0; i < array->count; i++) {
		const struct ev_val *item = &array->item[i];
		struct ev_slice text = null;

		if (ev_val_is_null(item) && !null.ptr)
			continue;
		if (!ev_val_is_null(item) &&
		    !ev_text_output(run, node, item, &text))
			return false;
		if (!first)
			ev_buf_slice(buf, by);
		first = false;
		ev_buf_slice(buf, text);
		if (buf->len > EV_EXPR_TEXT_MAX)
			return ev_text_too_long(run, node);
	}
	ev_run_text(run, out);
	return true;
}

static bool
array_to_string(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice null = {NULL, 0};

	if (arg[0].type == EV_SQL_NULL || arg[1].type == EV_SQL_NULL)
		return true;
	if (node->argc > 2 && arg[2].type != EV_SQL_NULL)
		null = arg[2].text.ptr ? arg[2].text : EV_SLICE("");
	return join(run, node, arg[0].array, arg[1].text, null, out);
}

/* ksqlDB's. */
static bool
array_join(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_slice by = EV_SLICE(",");

	if (arg[0].type == EV_SQL_NULL)
		return true;
	if (node->argc > 1)
		by = arg[1].type == EV_SQL_NULL ? EV_SLICE("") : arg[1].text;
	return join(run, node, arg[0].array, by, EV_SLICE("null"), out);
}

/* ---- regular expressions ---- */

static const struct ev_val *
options(const struct ev_node *node, const struct ev_val *arg)
{
	return node->argc > 2 ? &arg[2] : NULL;
}

/* What the parentheses of the last match hold; without any, the match. */
static bool
groups_out(struct ev_search *search, struct ev_val *out)
{
	unsigned groups = ev_pattern_groups(search->regex);
	struct list list = {.run = search->run};

	for (unsigned i = groups > 0; i <= groups; i++)
		add(&list, ev_pattern_group(search->regex, search->text, i));
	return list_out(search->run, search->node, &list, out);
}

static bool
regexp_match(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_search search;
	struct ev_slice match;
	bool found;

	if (!ev_search_begin(&search, run, node, arg, options(node, arg)) ||
	    !ev_search_next(&search, &found, &match))
		return false;
	return !found || groups_out(&search, out);
}

/* A row for the first match, or with g for each. */
static bool
regexp_matches(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct list rows = {.run = run};
	struct ev_search search;
	struct ev_slice match;
	bool found;

	if (!ev_search_begin(&search, run, node, arg, options(node, arg)))
		return false;
	do {
		if (!ev_search_next(&search, &found, &match))
			return false;
		if (!found)
			break;
		add(&rows, (struct ev_slice){NULL, 0});
		if (!groups_out(&search, &rows.item[rows.count - 1]) ||
		    !ev_run_has_room(run, node))
			return false;
	} while (search.all);
	return list_out(run, node, &rows, out);
}

/* regexp_split_to_array, regexp_split_to_table. An empty match splits only
 * between characters, and not behind another match. */
static bool
regexp_split(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct list list = {.run = run};
	size_t from = 0, last = 0;
	struct ev_search search;
	struct ev_slice match;
	const char *text;
	bool found;

	if (!ev_search_begin(&search, run, node, arg, options(node, arg)))
		return false;
	text = search.text.ptr ? search.text.ptr : "";
	for (;;) {
		size_t begin, end;

		if (!ev_search_next(&search, &found, &match))
			return false;
		if (!found)
			break;
		begin = (size_t)(match.ptr - text);
		end = begin + match.len;
		if (begin < search.text.len && end > last) {
			add(&list,
			    (struct ev_slice){text + from, begin - from});
			from = end;
		}
		last = end;
	}
	add(&list, (struct ev_slice){text + from, search.text.len - from});
	return list_out(run, node, &list, out);
}

/* ---- parse_ident ---- */

/* What is a space for PostgreSQL's scanner: \v is none. */
static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r' && c != '\v');
}

static bool
begins_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    (unsigned char)c >= 0x80;
}

static struct ev_slice
skip_spaces(struct ev_slice text)
{
	while (text.len && is_space(*text.ptr)) {
		text.ptr++;
		text.len--;
	}
	return text;
}

/* What stands in double quotes, "" for one of them, into buf: its length in
 * the text, or 0: it has no end. */
static size_t
take_quoted(struct ev_slice text, struct ev_buf *buf)
{
	for (size_t at = 1; at < text.len; at++) {
		if (text.ptr[at] == '"' &&
		    (++at == text.len || text.ptr[at] != '"'))
			return at;
		ev_buf_char(buf, text.ptr[at]);
	}
	return 0;
}

/* Letters, digits and such into buf, in small letters: how many. */
static size_t
take_plain(struct ev_slice text, struct ev_buf *buf)
{
	size_t at = 0;

	for (; at < text.len; at++) {
		char c = text.ptr[at];

		if (!begins_name(c) &&
		    (!at || (c != '$' && (c < '0' || c > '9'))))
			break;
		ev_buf_char(buf, c >= 'A' && c <= 'Z' ? (char)(c | 32) : c);
	}
	return at;
}

/* The name at the beginning of a text: its length there, or 0 and why it is
 * none. */
static size_t
take_name(struct list *list, struct ev_slice text, const char **why)
{
	struct ev_buf *buf = ev_run_begin(list->run);
	size_t len;

	if (text.len && *text.ptr == '"') {
		len = take_quoted(text, buf);
		*why = len ? ": a quoted identifier must not be empty"
			   : ": it has unclosed double quotes";
	} else {
		len = take_plain(text, buf);
		*why = text.len && *text.ptr == '.'
		    ? ": no valid identifier before \".\""
		    : list->count ? ": no valid identifier after \".\""
				  : "";
	}
	if (!len || !buf->len)
		return 0;
	add(list, ev_arena_slice(list->run->arena, ev_buf_as_slice(buf)));
	return len;
}

/* A qualified name taken apart: with spaces between its parts, as SQL allows. */
static bool
parse_ident(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct list list = {.run = run};
	struct ev_slice text = skip_spaces(arg[0].text);
	bool strict = node->argc < 2 || arg[1].truth;
	const char *why = "";

	for (;;) {
		size_t len = take_name(&list, text, &why);

		if (!len)
			break;
		text.ptr += len;
		text.len -= len;
		text = skip_spaces(text);
		if (!text.len || (*text.ptr != '.' && !strict))
			return list_out(run, node, &list, out);
		why = "";
		if (*text.ptr != '.')
			break;
		text.ptr++;
		text.len--;
		text = skip_spaces(text);
	}
	return ev_run_fail(run, node,
	    "string is not a valid identifier: \"%.*s\"%s",
	    (int)arg[0].text.len, arg[0].text.ptr, why);
}

#define T EV_SQL_TEXT
#define TA (EV_SQL_ARRAY | EV_SQL_TEXT)
#define A (EV_SQL_ARRAY | EV_SQL_ELEMENT)
#define N EV_FUNC_NULLS
#define R EV_FUNC_REGEX
#define ROWS EV_FUNC_ROWS
#define AS (EV_FUNC_SAME | EV_FUNC_STABLE)

const struct ev_func ev_func_split[] = {
    {"string_to_array", TA, {T, T}, string_to_array,
	"the parts of a text split at another; NULL: its characters",
	"string_to_array('a,b,c', ',')", "[\"a\",\"b\",\"c\"]", N},
    {"string_to_array", TA, {T, T, T}, string_to_array,
	"the same; parts that are the third text are NULL",
	"string_to_array('a,-,c', ',', '-')", "[\"a\",null,\"c\"]", N},
    {"string_to_table", T, {T, T}, string_to_array, "the same as rows",
	"string_to_table('a,b', ',')", "\"a\" \"b\"", N | ROWS},
    {"string_to_table", T, {T, T, T}, string_to_array,
	"the same with a text for NULL", "string_to_table('a,-', ',', '-')",
	"\"a\" null", N | ROWS},
    {"array_to_string", T, {A, T}, array_to_string,
	"the elements as one text, with a text between them",
	"array_to_string(ARRAY[1, NULL, 3], '-')", "\"1-3\"", AS},
    {"array_to_string", T, {A, T, T}, array_to_string,
	"the same, with a text for NULLs",
	"array_to_string(ARRAY[1, NULL, 3], '-', '*')", "\"1-*-3\"", AS | N},
    {"regexp_match", TA, {T, T}, regexp_match,
	"what the parentheses hold, or all, of the first match",
	"regexp_match('ab12', '([a-z]+)([0-9]+)')", "[\"ab\",\"12\"]", R},
    {"regexp_match", TA, {T, T, T}, regexp_match, "the same with options",
	"regexp_match('AB', 'b', 'i')", "[\"B\"]", R},
    {"regexp_matches", TA, {T, T}, regexp_matches, "the same as a row",
	"regexp_matches('ab12', '[0-9]')", "[\"1\"]", R | ROWS},
    {"regexp_matches", TA, {T, T, T}, regexp_matches,
	"the same with options; g: a row for each match",
	"regexp_matches('ab12', '[0-9]', 'g')", "[\"1\"] [\"2\"]",
	R | ROWS | EV_FUNC_GLOBAL},
    {"regexp_split_to_array", TA, {T, T}, regexp_split,
	"the parts between the matches",
	"regexp_split_to_array('a b  c', ' +')", "[\"a\",\"b\",\"c\"]", R},
    {"regexp_split_to_array", TA, {T, T, T}, regexp_split,
	"the same with options", "regexp_split_to_array('aXbxc', 'x', 'i')",
	"[\"a\",\"b\",\"c\"]", R},
    {"regexp_split_to_table", T, {T, T}, regexp_split,
	"the parts between the matches as rows",
	"regexp_split_to_table('a b', ' ')", "\"a\" \"b\"", R | ROWS},
    {"regexp_split_to_table", T, {T, T, T}, regexp_split,
	"the same with options", "regexp_split_to_table('aXb', 'x', 'i')",
	"\"a\" \"b\"", R | ROWS},
    {"parse_ident", TA, {T}, parse_ident, "the names of a qualified name",
	"parse_ident('\"SomeSchema\".someTable')",
	"[\"SomeSchema\",\"sometable\"]", 0},
    {"parse_ident", TA, {T, EV_SQL_BOOL}, parse_ident,
	"the same; false: what follows does not matter",
	"parse_ident('a.b(c)', false)", "[\"a\",\"b\"]", 0},
    {.name = NULL},
};

const struct ev_func ev_func_ksql_split[] = {
    {"split", TA, {T, T}, split,
	"the parts of a text split at another; an empty one: its characters",
	"split('a,b,c', ',')", "[\"a\",\"b\",\"c\"]", 0},
    {"array_join", T, {A}, array_join,
	"the elements as one text, with commas; NULLs are null",
	"array_join(ARRAY['a', NULL, 'c'])", "\"a,null,c\"", AS | N},
    {"array_join", T, {A, T}, array_join, "the same with another text",
	"array_join(ARRAY['a', 'b'], '; ')", "\"a; b\"", AS | N},
    {.name = NULL},
};
