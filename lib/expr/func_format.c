/*
 * func_format: format, and text quoted for SQL.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "expr/func.h"
#include "expr/text.h"

/* ---- quoting ---- */

/* What PostgreSQL 15 puts into double quotes as a name: all its keywords but
 * the unreserved ones; sorted. */
static const char *const keywords[] = {
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "bigint",
    "binary",
    "bit",
    "boolean",
    "both",
    "case",
    "cast",
    "char",
    "character",
    "check",
    "coalesce",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "dec",
    "decimal",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "exists",
    "extract",
    "false",
    "fetch",
    "float",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "greatest",
    "group",
    "grouping",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "inout",
    "int",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "least",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "national",
    "natural",
    "nchar",
    "none",
    "normalize",
    "not",
    "notnull",
    "null",
    "nullif",
    "numeric",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "out",
    "outer",
    "overlaps",
    "overlay",
    "placing",
    "position",
    "precision",
    "primary",
    "real",
    "references",
    "returning",
    "right",
    "row",
    "select",
    "session_user",
    "setof",
    "similar",
    "smallint",
    "some",
    "substring",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "time",
    "timestamp",
    "to",
    "trailing",
    "treat",
    "trim",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "values",
    "varchar",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
    "xmlattributes",
    "xmlconcat",
    "xmlelement",
    "xmlexists",
    "xmlforest",
    "xmlnamespaces",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
    "xmltable",
};

static int
by_name(const void *a, const void *b)
{
	return strcmp(a, *(const char *const *)b);
}

static bool
is_keyword(struct ev_slice word)
{
	char text[32];

	if (word.len >= sizeof(text))
		return false;
	memcpy(text, word.ptr, word.len);
	text[word.len] = '\0';
	return bsearch(text, keywords, sizeof(keywords) / sizeof(keywords[0]),
		   sizeof(keywords[0]), by_name) != NULL;
}

/* A name that may stand without quotes. */
static bool
is_plain(struct ev_slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || c == '_' ||
			(i && c >= '0' && c <= '9')))
			return false;
	}
	return name.len && !is_keyword(name);
}

static void
put_quoted(struct ev_buf *buf, struct ev_slice text, char quote, char also)
{
	ev_buf_char(buf, quote);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == quote || (also && c == also))
			ev_buf_char(buf, c);
		ev_buf_char(buf, c);
	}
	ev_buf_char(buf, quote);
}

static void
put_name(struct ev_buf *buf, struct ev_slice name)
{
	if (is_plain(name))
		ev_buf_slice(buf, name);
	else
		put_quoted(buf, name, '"', '\0');
}

/* With a backslash in it a literal is an E'' text. */
static void
put_literal(struct ev_buf *buf, struct ev_slice text)
{
	bool escapes = text.len && memchr(text.ptr, '\\', text.len);

	if (escapes)
		ev_buf_char(buf, 'E');
	put_quoted(buf, text, '\'', escapes ? '\\' : '\0');
}

static bool
quote_ident(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	put_name(ev_run_begin(run), arg[0].text);
	return ev_text_out(run, node, out);
}

static bool
quote_nullable(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_val text = arg[0];

	if (!ev_val_to(run, node, &text, EV_SQL_TEXT))
		return false;
	ev_run_begin(run);
	if (text.type == EV_SQL_NULL)
		ev_buf_str(run->buf, "NULL");
	else
		put_literal(run->buf, text.text);
	return ev_text_out(run, node, out);
}

/* ---- format ---- */

/* %[n$][-][width]type */
struct spec {
	int32_t place;       /* of the argument; 0: the next one */
	int32_t width_place; /* -1: none is asked for; 0: the next one */
	int32_t width;
	bool left;
	char type;
};

struct format {
	struct ev_run *run;
	const struct ev_node *node;
	const struct ev_val *arg;
	unsigned next; /* argument */
	const char *at, *end;
	struct ev_buf made;
};

static bool
fail(struct format *format, const char *why)
{
	return ev_run_fail(format->run, format->node, "%s", why);
}

static bool
more(struct format *format)
{
	return format->at < format->end ||
	    fail(format,
		"unterminated format() type specifier: for a single \"%\" "
		"use \"%%\"");
}

/* Digits: *count says how many. */
static bool
read_number(struct format *format, int32_t *number, unsigned *count)
{
	int64_t value = 0;

	*count = 0;
	for (; format->at < format->end && *format->at >= '0' &&
	     *format->at <= '9';
	     format->at++, ++*count) {
		value = value * 10 + (*format->at - '0');
		if (value > INT32_MAX)
			return fail(format, "number is out of range");
	}
	*number = (int32_t)value;
	return more(format);
}

/* Behind the dollar of an argument's place. */
static bool
check_place(struct format *format, int32_t place)
{
	format->at++;
	if (place == 0)
		return fail(format,
		    "format specifies argument 0, but arguments are "
		    "numbered from 1");
	return more(format);
}

static bool
read_width(struct format *format, struct spec *spec)
{
	unsigned digits;

	if (*format->at != '*')
		return read_number(format, &spec->width, &digits);
	format->at++;
	if (!more(format) || !read_number(format, &spec->width_place, &digits))
		return false;
	if (!digits)
		return true;
	if (*format->at != '$')
		return fail(format,
		    "width argument position must be ended by \"$\"");
	return check_place(format, spec->width_place);
}

static bool
read_spec(struct format *format, struct spec *spec)
{
	unsigned digits;
	int32_t number;

	*spec = (struct spec){.width_place = -1};
	if (!more(format) || !read_number(format, &number, &digits))
		return false;
	if (digits && *format->at != '$') {
		spec->width = number; /* and nothing but the type follows */
	} else {
		spec->place = number;
		if (digits && !check_place(format, number))
			return false;
		while (*format->at == '-') {
			spec->left = true;
			format->at++;
			if (!more(format))
				return false;
		}
		if (!read_width(format, spec))
			return false;
	}
	spec->type = *format->at++;
	return spec->type == 's' || spec->type == 'I' || spec->type == 'L' ||
	    ev_run_fail(format->run, format->node,
		"unrecognized format() type specifier \"%.*s\"",
		(int)ev_utf8_length(format->at - 1,
		    (size_t)(format->end - format->at) + 1),
		format->at - 1);
}

/* The argument at a place, or the next one; NULL: there is none. */
static const struct ev_val *
take(struct format *format, int32_t place)
{
	if (place > 0)
		format->next = (unsigned)place;
	if (format->next < format->node->argc)
		return &format->arg[format->next++];
	fail(format, "too few arguments for format()");
	return NULL;
}

static bool
take_width(struct format *format, struct spec *spec)
{
	const struct ev_val *arg;
	struct ev_val width;

	if (spec->width_place < 0)
		return true;
	arg = take(format, spec->width_place);
	if (!arg)
		return false;
	width = *arg;
	if (ev_val_is_null(&width))
		return true;
	if (!ev_val_to(format->run, format->node, &width, EV_SQL_TEXT) ||
	    !ev_val_to(format->run, format->node, &width, EV_SQL_INT4))
		return false;
	if (width.integer == INT32_MIN)
		return fail(format, "number is out of range");
	spec->left |= width.integer < 0;
	spec->width = (int32_t)llabs((long long)width.integer);
	return true;
}

/* Appends text with spaces up to its width. */
static bool
put_padded(struct format *format, const struct spec *spec, struct ev_slice text)
{
	size_t count = ev_utf8_count(text.ptr, text.len), pad;
	struct ev_buf *made = &format->made;

	pad = count < (size_t)spec->width ? (size_t)spec->width - count : 0;
	if (made->len + text.len + pad > EV_EXPR_TEXT_MAX)
		return ev_text_too_long(format->run, format->node);
	if (spec->left)
		ev_buf_slice(made, text);
	ev_buf_reserve(made, pad);
	if (pad)
		memset(made->ptr + made->len, ' ', pad);
	made->len += pad;
	if (!spec->left)
		ev_buf_slice(made, text);
	return true;
}

static bool
put_value(struct format *format, const struct spec *spec,
    const struct ev_val *arg)
{
	struct ev_run *run = format->run;
	struct ev_slice text = {"", 0};

	if (ev_val_is_null(arg) && spec->type == 'I')
		return fail(format,
		    "null values cannot be formatted as an SQL identifier");
	if (ev_val_is_null(arg))
		return put_padded(format, spec,
		    spec->type == 'L' ? EV_SLICE("NULL") : text);
	if (!ev_text_output(run, format->node, arg, &text))
		return false;
	if (spec->type != 's') {
		ev_run_begin(run);
		if (spec->type == 'I')
			put_name(run->buf, text);
		else
			put_literal(run->buf, text);
		text = ev_arena_slice(run->arena, ev_buf_as_slice(run->buf));
	}
	return put_padded(format, spec, text);
}

static bool
format_all(struct format *format)
{
	struct spec spec;

	while (format->at < format->end) {
		const struct ev_val *arg;

		if (*format->at != '%') {
			ev_buf_char(&format->made, *format->at++);
			continue;
		}
		format->at++;
		if (format->at < format->end && *format->at == '%') {
			ev_buf_char(&format->made, *format->at++);
			continue;
		}
		if (!read_spec(format, &spec) || !take_width(format, &spec))
			return false;
		arg = take(format, spec.place);
		if (!arg || !put_value(format, &spec, arg))
			return false;
	}
	return true;
}

static bool
format_text(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct format format = {.run = run,
	    .node = node,
	    .arg = arg,
	    .next = 1,
	    .at = arg[0].text.ptr};
	bool ok;

	out->type = EV_SQL_NULL;
	if (ev_val_is_null(&arg[0]))
		return true;
	format.end = format.at + arg[0].text.len;
	ok = format_all(&format);
	if (ok) {
		out->type = EV_SQL_TEXT;
		out->text = ev_arena_slice(run->arena,
		    ev_buf_as_slice(&format.made));
	}
	ev_buf_release(&format.made);
	return ok;
}

#define T EV_SQL_TEXT
#define A EV_SQL_ANY

const struct ev_func ev_func_format[] = {
    {"quote_ident", T, {T}, quote_ident, "the text as a name in SQL",
	"quote_ident('Foo bar')", "\"\\\"Foo bar\\\"\"", 0},
    {"quote_literal", T, {T}, quote_nullable, "the text as one in SQL",
	"quote_literal('O''Reilly')", "\"'O''Reilly'\"", 0},
    {"quote_literal", T, {A}, quote_nullable, "the value's text as one in SQL",
	"quote_literal(42.5)", "\"'42.5'\"", EV_FUNC_BY_TEXT},
    {"quote_nullable", T, {T}, quote_nullable, "the same, NULL for NULL",
	"quote_nullable(NULL)", "\"NULL\"", EV_FUNC_NULLS},
    {"quote_nullable", T, {A}, quote_nullable, "the same, NULL for NULL",
	"quote_nullable(TRUE)", "\"'true'\"", EV_FUNC_NULLS | EV_FUNC_BY_TEXT},
    {"format", T, {T}, format_text, "the text, %% in it as %",
	"format('100 %%')", "\"100 %\"", EV_FUNC_NULLS | EV_FUNC_STABLE},
    {"format", T, {T, A}, format_text,
	"the text, %s %I %L in it replaced by values, names and literals",
	"format('Hello %s, %1$-5s|%2$5s|', 'World', 10)",
	"\"Hello World, World|   10|\"",
	EV_FUNC_NULLS | EV_FUNC_VARIADIC | EV_FUNC_STABLE},
    {.name = NULL},
};
