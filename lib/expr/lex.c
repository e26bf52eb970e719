/*
 * lex: see lex.h. Source: PostgreSQL 15, section 4.1 of its manual and
 * src/backend/parser/scan.l.
 */
#include "expr/lex.h"

#include <stdint.h>
#include <stdio.h>

#include "base/utf8.h"
#include "expr/param.h"
#include "expr/text.h"

/* Longest first. */
static const char *const operators[] = {"!~*", "->>", "||/", "#>>", "::", "=>",
    ":=", "<=", ">=", "<>", "!=", "||", "|/", "@>", "<@", "@?", "@@", "&&",
    "->", "~*", "!~", "^@", "<<", ">>", "?|", "?&", "#>", "#-", "=", "<", ">",
    "+", "-", "*", "/", "%", "~", "(", ")", ",", ".", "[", "]", ";", "^", "&",
    "|", "#", "@", ":", "?", NULL};

/* What others write, which PostgreSQL's scanner takes for operators that there
 * are none of, or for nothing. */
static const struct {
	const char *written, *here;
} elsewhere[] = {
    {"===", "SQL writes one = for equality"},
    {"==", "SQL writes one = for equality"},
    {"=~", "a regular expression stands behind ~, as in name ~ '^A'"},
    {"!==", "write <>"},
    {"<=>", "write IS NOT DISTINCT FROM"},
    {"=<", "write <="},
    {"~=", "write <>, or ~ before a regular expression"},
    {"**", "a power is written 2 ^ 3"},
    {"//", "/ of integers cuts, and a comment stands behind --"},
    {"??", "write COALESCE(email, 'none')"},
    {"$.", "a path is written user.club, without $. before it"},
    {"${", "a field is its name alone, a parameter $limit"},
    {"`", "a text stands between two ', a name between two \""},
    {"\\", "SQL's quotes need no backslash; a ' in a text is doubled"},
    {"!", "write NOT"},
    {"{", "JSON stands in quotes, as in '{\"a\":1}'::jsonb"},
    {"}", "JSON stands in quotes, as in '{\"a\":1}'::jsonb"},
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_name(char c)
{
	return ev_param_has(c) || c == '$';
}

/* The byte `ahead` of the current place, or NUL behind the end. */
static char
peek(const struct ev_lex *lex, size_t ahead)
{
	size_t at = lex->at + ahead;

	return at < lex->source.len ? lex->source.ptr[at] : '\0';
}

/* Slash-star comments nest. */
static bool
skip_comment(struct ev_lex *lex)
{
	unsigned depth = 0;

	do {
		if (lex->at >= lex->source.len)
			return false;
		if (peek(lex, 0) == '/' && peek(lex, 1) == '*') {
			depth++;
			lex->at += 2;
		} else if (peek(lex, 0) == '*' && peek(lex, 1) == '/') {
			depth--;
			lex->at += 2;
		} else {
			lex->at++;
		}
	} while (depth);
	return true;
}

/* White space and comments; false in a comment without an end. */
static bool
skip(struct ev_lex *lex)
{
	for (;;) {
		if (ev_text_is_space(peek(lex, 0))) {
			lex->at++;
		} else if (peek(lex, 0) == '-' && peek(lex, 1) == '-') {
			while (
			    lex->at < lex->source.len && peek(lex, 0) != '\n')
				lex->at++;
		} else if (peek(lex, 0) == '/' && peek(lex, 1) == '*') {
			if (!skip_comment(lex))
				return false;
		} else {
			return true;
		}
	}
}

/* Reads `digits` (at most) digits of a base; false if there is none. */
static bool
read_code(struct ev_lex *lex, unsigned digits, unsigned base, uint32_t *code)
{
	unsigned n = 0;

	for (*code = 0; n < digits; n++, lex->at++) {
		char c = peek(lex, 0);
		unsigned d = is_digit(c) ? (unsigned)(c - '0')
		    : (c | 32) >= 'a' && (c | 32) <= 'f'
		    ? (unsigned)((c | 32) - 'a' + 10)
		    : 99;

		if (d >= base)
			break;
		*code = *code * base + d;
	}
	return n > 0;
}

/* One escape of an E'' text, the backslash already read. Returns the bytes
 * written to out (at most 4), 0 if it is no escape. */
static unsigned
read_escape(struct ev_lex *lex, char *out)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	char c = peek(lex, 0);
	const char *found = c ? strchr(from, c) : NULL;
	uint32_t code;

	if (c >= '0' && c <= '7') {
		read_code(lex, 3, 8, &code);
	} else if (c == 'u' || c == 'U' || c == 'x') {
		unsigned digits = c == 'u' ? 4 : c == 'U' ? 8 : 2;
		size_t begin = ++lex->at;

		if (!read_code(lex, digits, 16, &code) ||
		    (c != 'x' && lex->at != begin + digits))
			return 0;
	} else {
		out[0] = found ? to[found - from] : c;
		lex->at++;
		return 1;
	}
	if (!code || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000) ||
	    (c != 'u' && c != 'U' && code > 0x7F))
		return 0;
	return ev_utf8_encode(code, out);
}

/* After a text's closing quote: does it go on, as SQL lets it, behind white
 * space with a newline in it? */
static bool
goes_on(struct ev_lex *lex)
{
	size_t at = lex->at;
	bool newline = false;

	while (ev_text_is_space(peek(lex, 0)))
		newline |= lex->source.ptr[lex->at++] == '\n';
	if (newline && peek(lex, 0) == '\'') {
		lex->at++;
		return true;
	}
	lex->at = at;
	return false;
}

/* The bytes from the opening quote to the closing one, or to the source's end:
 * what they say is no longer. */
static size_t
quoted_length(struct ev_lex lex, char quote, bool escapes)
{
	size_t begin = lex.at++;

	for (; lex.at < lex.source.len; lex.at++) {
		char c = peek(&lex, 0);

		if (c == '\\' && escapes)
			lex.at++;
		else if (c == quote && peek(&lex, 1) == quote)
			lex.at++;
		else if (c == quote) {
			lex.at++;
			if (quote == '"' || !goes_on(&lex))
				break;
			lex.at--;
		}
	}
	return lex.at - begin;
}

/* A text or a name up to its closing quote, which is doubled inside it. */
static enum ev_status
read_quoted(struct ev_lex *lex, char quote, bool escapes,
    struct ev_token *token, struct ev_err *err)
{
	char *out = ev_arena_alloc(lex->arena,
	    quoted_length(*lex, quote, escapes));
	size_t len = 0;

	lex->at++;
	for (;;) {
		char c = peek(lex, 0);

		if (lex->at >= lex->source.len)
			return ev_lex_point(lex->source, token->at, err,
			    quote == '"'
				? "the name that begins here has no closing \""
				: "the text that begins here has no closing '; "
				  "a ' in a text is doubled");
		lex->at++;
		if (c == quote && peek(lex, 0) == quote) {
			out[len++] = quote;
			lex->at++;
		} else if (c == quote) {
			if (quote == '"' || !goes_on(lex))
				break;
		} else if (c == '\\' && escapes) {
			size_t at = lex->at - 1;
			unsigned n = read_escape(lex, out + len);

			if (!n)
				return ev_lex_point(lex->source, at, err,
				    "this is no escape of an E'' text");
			len += n;
		} else {
			out[len++] = c;
		}
	}
	token->text = (struct ev_slice){out, len};
	return EV_OK;
}

/* $tag$ … $tag$; the caller has seen the dollar. False if it is none. */
static bool
read_dollar(struct ev_lex *lex, struct ev_token *token)
{
	const char *begin = lex->source.ptr + lex->at, *found;
	size_t n = 1, rest = lex->source.len - lex->at;

	while (n < rest &&
	    (n > 1 ? ev_param_has(begin[n]) : ev_param_begins(begin[n])))
		n++;
	if (n >= rest || begin[n] != '$')
		return false;
	n++;
	found = memmem(begin + n, rest - n, begin, n);
	if (!found)
		return false;
	token->kind = EV_TOKEN_TEXT;
	token->text = (struct ev_slice){begin + n, (size_t)(found - begin) - n};
	lex->at += (size_t)(found - begin) + n;
	return true;
}

/* $name; the caller has seen that it begins no $tag$. */
static enum ev_status
read_param(struct ev_lex *lex, struct ev_token *token, struct ev_err *err)
{
	const char *begin = lex->source.ptr + ++lex->at;
	size_t n = 0;

	while (ev_param_has(peek(lex, 0))) {
		lex->at++;
		n++;
	}
	if (peek(lex, 0) == '$')
		return ev_lex_point(lex->source, token->at, err,
		    "the text that begins behind $%.*s$ has no second $%.*s$",
		    (int)n, begin, (int)n, begin);
	token->kind = EV_TOKEN_PARAM;
	token->text = (struct ev_slice){begin, n};
	if (n && ev_param_begins(*begin))
		return EV_OK;
	return ev_lex_point(lex->source, token->at, err,
	    n ? "a parameter has a name, as in $limit, and no number"
	      : "a name must follow the $ at once, as in $limit");
}

/* 12, 1.5, .5, 5., 1e10; a name may not begin at once behind it. */
static enum ev_status
read_number(struct ev_lex *lex, struct ev_token *token, struct ev_err *err)
{
	size_t exponent;

	while (is_digit(peek(lex, 0)))
		lex->at++;
	if (peek(lex, 0) == '.') {
		lex->at++;
		while (is_digit(peek(lex, 0)))
			lex->at++;
	}
	exponent = peek(lex, 1) == '+' || peek(lex, 1) == '-' ? 2 : 1;
	if ((peek(lex, 0) | 32) == 'e' && is_digit(peek(lex, exponent))) {
		lex->at += exponent;
		while (is_digit(peek(lex, 0)))
			lex->at++;
	}
	if (is_name(peek(lex, 0)))
		return ev_lex_point(lex->source, lex->at, err,
		    "a number ends here, but a letter follows at once");
	token->kind = EV_TOKEN_NUMBER;
	token->text = (struct ev_slice){lex->source.ptr + token->at,
	    lex->at - token->at};
	return EV_OK;
}

/* Does this stand here, and no comment in its last character? */
static bool
at_written(const struct ev_lex *lex, const char *written)
{
	size_t n = strlen(written);

	return n <= lex->source.len - lex->at &&
	    !memcmp(lex->source.ptr + lex->at, written, n) &&
	    !(written[n - 1] == '/' && peek(lex, n) == '*');
}

/* What stands here and is written otherwise in SQL, if it is longer than the
 * operator that stands here too (`known` bytes); *here: how. Its length, or 0. */
static size_t
foreign_length(const struct ev_lex *lex, size_t known, const char **here)
{
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		size_t n = strlen(elsewhere[i].written);

		if (n > known && at_written(lex, elsewhere[i].written)) {
			*here = elsewhere[i].here;
			return n;
		}
	}
	return 0;
}

static size_t
operator_length(const struct ev_lex *lex)
{
	size_t rest = lex->source.len - lex->at, n;

	for (const char *const *op = operators; *op; op++) {
		n = strlen(*op);
		if (n <= rest && !memcmp(*op, lex->source.ptr + lex->at, n))
			return n;
	}
	return 0;
}

static enum ev_status
read_operator(struct ev_lex *lex, struct ev_token *token, struct ev_err *err)
{
	const char *begin = lex->source.ptr + lex->at, *here;
	size_t len = operator_length(lex);
	size_t foreign = foreign_length(lex, len, &here);

	if (foreign)
		return ev_lex_point(lex->source, token->at, err,
		    "there is no %.*s: %s", (int)foreign, begin, here);
	if (!len)
		return ev_lex_point(lex->source, token->at, err,
		    "a control character (0x%02x) has no place here",
		    (unsigned)*begin);
	token->kind = EV_TOKEN_OP;
	token->text = (struct ev_slice){begin, len};
	lex->at += len;
	return EV_OK;
}

/* The quotes that word processors put in: U+2018 to U+201D. */
static bool
is_curly_quote(const struct ev_lex *lex)
{
	unsigned char last = (unsigned char)peek(lex, 2);

	return peek(lex, 0) == '\xE2' && peek(lex, 1) == '\x80' &&
	    last >= 0x98 && last <= 0x9D;
}

static enum ev_status
read_name(struct ev_lex *lex, struct ev_token *token, struct ev_err *err)
{
	for (; is_name(peek(lex, 0)); lex->at++)
		if (is_curly_quote(lex))
			return ev_lex_point(lex->source, lex->at, err,
			    "this is no quote of SQL: a text stands between "
			    "two ', a name between two \"");
	token->kind = EV_TOKEN_NAME;
	token->text = (struct ev_slice){lex->source.ptr + token->at,
	    lex->at - token->at};
	return EV_OK;
}

static enum ev_status
read_token(struct ev_lex *lex, struct ev_token *token, struct ev_err *err)
{
	char c = peek(lex, 0);
	const char *here;

	if ((c == 'e' || c == 'E') && peek(lex, 1) == '\'') {
		lex->at++;
		token->kind = EV_TOKEN_TEXT;
		return read_quoted(lex, '\'', true, token, err);
	}
	if ((c == 'u' || c == 'U') && peek(lex, 1) == '&' &&
	    (peek(lex, 2) == '\'' || peek(lex, 2) == '"'))
		return ev_lex_point(lex->source, token->at, err,
		    "there is no U&%c: write %s", peek(lex, 2),
		    peek(lex, 2) == '"' ? "the name's characters themselves"
					: "E'\\u0061', or unistr('\\0061')");
	if (c == '\'' || c == '"') {
		token->kind = c == '"' ? EV_TOKEN_QUOTED : EV_TOKEN_TEXT;
		return read_quoted(lex, c, false, token, err);
	}
	if (ev_param_begins(c))
		return read_name(lex, token, err);
	if (is_digit(c) || (c == '.' && is_digit(peek(lex, 1))))
		return read_number(lex, token, err);
	if (c == '$' && !foreign_length(lex, 0, &here))
		return read_dollar(lex, token) ? EV_OK
					       : read_param(lex, token, err);
	return read_operator(lex, token, err);
}

enum ev_status
ev_lex_next(struct ev_lex *lex, struct ev_token *token, struct ev_err *err)
{
	size_t before = lex->at;
	enum ev_status status;

	if (!skip(lex))
		return ev_lex_point(lex->source, before, err,
		    "a comment has no end");
	token->at = lex->at;
	if (lex->at >= lex->source.len) {
		token->kind = EV_TOKEN_END;
		token->text = (struct ev_slice){"", 0};
		token->end = lex->at;
		return EV_OK;
	}
	status = read_token(lex, token, err);
	token->end = lex->at;
	return status;
}

#define WIDTH 72    /* bytes of the source that a message shows */
#define MESSAGE 600 /* bytes before it */

enum ev_status
ev_lex_vpoint(struct ev_slice source, size_t at, struct ev_err *err,
    const char *format, va_list args)
{
	size_t begin = at, end = at, column = 0, whole;
	char message[MESSAGE + 1];
	bool cut = vsnprintf(message, sizeof(message), format, args) > MESSAGE;

	while (begin > 0 && source.ptr[begin - 1] != '\n' &&
	    at - begin < WIDTH * 2 / 3)
		begin--;
	while (
	    end < source.len && source.ptr[end] != '\n' && end - begin < WIDTH)
		end++;
	/* not in the middle of a character */
	while (begin < at && ((unsigned char)source.ptr[begin] & 0xC0) == 0x80)
		begin++;
	while (end > at && end < source.len &&
	    ((unsigned char)source.ptr[end] & 0xC0) == 0x80)
		end--;
	column = ev_utf8_count(source.ptr + begin, at - begin);
	whole = cut ? ev_utf8_check(message, MESSAGE) : strlen(message);
	return ev_err_set(err, EV_BAD, EV_EXIT_USAGE, "%.*s%s\n  %.*s\n  %*s^",
	    (int)whole, message, cut ? "…" : "", (int)(end - begin),
	    source.ptr + begin, (int)column, "");
}

enum ev_status
ev_lex_point(struct ev_slice source, size_t at, struct ev_err *err,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ev_lex_vpoint(source, at, err, format, args);
	va_end(args);
	return EV_BAD;
}
