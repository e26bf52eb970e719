/*
 * jsonpath_lex: see jsonpath_lex.h. The tokens are those of PostgreSQL's
 * scanner, which takes the longest of what fits, with what follows from that:
 * `1.type()` is a number that ends badly, `$. 123abc` a key, and a name with a
 * comment right behind it is lost.
 */
#include "expr/jsonpath_lex.h"

#include "base/utf8.h"

/* The byte `ahead` of the current place, or NUL behind the end. */
static char
peek(const struct ev_path_lex *lex, size_t ahead)
{
	size_t at = lex->at + ahead;

	return at < lex->source.len ? lex->source.ptr[at] : '\0';
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static bool
is_special(char c)
{
	return c && strchr("?%$.[]{}()|&!=<>@#,*:-+/", c);
}

/* What names are made of. */
static bool
is_other(char c)
{
	return c && !is_special(c) && !is_blank(c) && c != '\\' && c != '"';
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
hex(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
ev_path_wrong(struct ev_path_lex *lex, size_t at, const char *what)
{
	struct ev_slice source = lex->source;
	size_t place;

	if (at >= source.len)
		return ev_run_fail(lex->run, lex->node,
		    "invalid jsonpath: %s at its end", what);
	place = ev_utf8_count(source.ptr, at) + 1;
	return ev_run_fail(lex->run, lex->node,
	    "invalid jsonpath: %s at its character %zu, at \"%.*s\"", what,
	    place, (int)ev_utf8_cut(source.ptr + at, source.len - at, 20),
	    source.ptr + at);
}

/* What may have been meant by a token that is out of place: "" if that cannot
 * be told. */
static const char *
meant(const struct ev_path_token *token)
{
	static const struct {
		const char *word, *hint;
	} words[] = {{"and", " (and is written &&)"},
	    {"or", " (or is written ||)"}, {"not", " (not is written !)"},
	    {"in", " (write @ == 1 || @ == 2)"}};

	if (token->kind == '=')
		return " (equality is written ==)";
	if (token->kind != EV_PATH_IDENT || !token->text.len)
		return "";
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (ev_slice_is(token->text, words[i].word))
			return words[i].hint;
	return *token->text.ptr == '\''
	    ? " (a text stands in double quotes)"
	    : " (a path begins with $, a text stands in double quotes)";
}

void *
ev_path_unexpected(struct ev_path_lex *lex)
{
	struct ev_buf what = {0};

	ev_buf_printf(&what, "syntax error%s", meant(&lex->now));
	ev_path_wrong(lex, lex->now.at, ev_buf_cstr(&what));
	ev_buf_release(&what);
	return NULL;
}

/* ---- escapes ---- */

/* A \u at the current place, which it steps over; -1: it is none. */
static int64_t
take_unicode(struct ev_path_lex *lex)
{
	bool braces = peek(lex, 2) == '{';
	size_t at = braces ? 3 : 2, digits = 0, most = braces ? 6 : 4;
	int64_t code = 0;

	for (; digits < most && hex(peek(lex, at)) >= 0; digits++, at++)
		code = code * 16 + hex(peek(lex, at));
	if (braces ? !digits || peek(lex, at) != '}' : digits < 4)
		return -1;
	lex->at += at + braces;
	return code;
}

static bool
put_code(struct ev_path_lex *lex, size_t at, int64_t code, struct ev_buf *out)
{
	if (!code)
		return ev_path_wrong(lex, at, "unsupported Unicode escape");
	if (code > 0x10ffff)
		return ev_path_wrong(lex, at, "invalid Unicode code point");
	ev_buf_reserve(out, 4);
	out->len += ev_utf8_encode((uint32_t)code, out->ptr + out->len);
	return true;
}

/* A run of \u, of which two may be one character. */
static bool
put_unicode(struct ev_path_lex *lex, struct ev_buf *out)
{
	int64_t code, high = 0;
	size_t at = lex->at;

	while (peek(lex, 0) == '\\' && peek(lex, 1) == 'u') {
		at = lex->at;
		code = take_unicode(lex);
		if (code < 0)
			return ev_path_wrong(lex, at, "invalid Unicode escape");
		if ((code >= 0xdc00 && code <= 0xdfff) != (high != 0))
			return ev_path_wrong(lex, at,
			    high ? "missing low surrogate"
				 : "missing high surrogate");
		if (code >= 0xd800 && code <= 0xdbff) {
			high = code;
			continue;
		}
		if (high)
			code = 0x10000 + ((high & 0x3ff) << 10) +
			    (code & 0x3ff);
		high = 0;
		if (!put_code(lex, at, code, out))
			return false;
	}
	return !high || ev_path_wrong(lex, at, "missing low surrogate");
}

static bool
put_hex(struct ev_path_lex *lex, struct ev_buf *out)
{
	int high = hex(peek(lex, 2)), low = high < 0 ? -1 : hex(peek(lex, 3));

	if (low < 0)
		return ev_path_wrong(lex, lex->at, "invalid \\x escape");
	lex->at += 4;
	return put_code(lex, lex->at - 4, high * 16 + low, out);
}

/* What a backslash at the current place begins. */
static bool
put_escape(struct ev_path_lex *lex, struct ev_buf *out)
{
	static const char letters[] = "bfnrtv", codes[] = "\b\f\n\r\t\v";
	char c = peek(lex, 1);
	const char *letter = c ? strchr(letters, c) : NULL;

	if (c == 'u')
		return put_unicode(lex, out);
	if (c == 'x')
		return put_hex(lex, out);
	if (!c || c == '\n')
		return ev_path_wrong(lex, lex->at, "backslash before nothing");
	ev_buf_char(out, letter ? codes[letter - letters] : c);
	lex->at += 2;
	return true;
}

/* ---- strings and names ---- */

/* A text that was put together in the scratch buffer. */
static bool
take_scratch(struct ev_path_lex *lex, int kind)
{
	lex->now.kind = kind;
	lex->now.text = ev_arena_slice(lex->run->arena,
	    ev_buf_as_slice(lex->run->buf));
	return true;
}

/* Behind a double quote. */
static bool
take_quoted(struct ev_path_lex *lex, int kind)
{
	struct ev_buf *out = ev_run_begin(lex->run);
	size_t from = lex->at;

	while (lex->at < lex->source.len && peek(lex, 0) != '"') {
		if (peek(lex, 0) != '\\') {
			lex->at++;
			continue;
		}
		ev_buf_append(out, lex->source.ptr + from, lex->at - from);
		if (!put_escape(lex, out))
			return false;
		from = lex->at;
	}
	if (lex->at == lex->source.len)
		return ev_path_wrong(lex, lex->at, "unclosed quote");
	ev_buf_append(out, lex->source.ptr + from, lex->at - from);
	lex->at++;
	return take_scratch(lex, kind);
}

/* The keyword that a name is; some in small letters only. */
static int
keyword(struct ev_slice text)
{
	static const struct {
		const char *word;
		int kind;
	} words[] = {{"abs", EV_PATH_WORD_ABS},
	    {"ceiling", EV_PATH_WORD_CEILING},
	    {"datetime", EV_PATH_WORD_DATETIME},
	    {"double", EV_PATH_WORD_DOUBLE}, {"exists", EV_PATH_WORD_EXISTS},
	    {"false", EV_PATH_WORD_FALSE}, {"flag", EV_PATH_WORD_FLAG},
	    {"floor", EV_PATH_WORD_FLOOR}, {"is", EV_PATH_WORD_IS},
	    {"keyvalue", EV_PATH_WORD_KEYVALUE}, {"last", EV_PATH_WORD_LAST},
	    {"lax", EV_PATH_WORD_LAX}, {"like_regex", EV_PATH_WORD_LIKE_REGEX},
	    {"null", EV_PATH_WORD_NULL}, {"size", EV_PATH_WORD_SIZE},
	    {"starts", EV_PATH_WORD_STARTS}, {"strict", EV_PATH_WORD_STRICT},
	    {"to", EV_PATH_WORD_TO}, {"true", EV_PATH_WORD_TRUE},
	    {"type", EV_PATH_WORD_TYPE}, {"unknown", EV_PATH_WORD_UNKNOWN},
	    {"with", EV_PATH_WORD_WITH}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		int kind = words[i].kind;
		bool small = kind == EV_PATH_WORD_NULL ||
		    kind == EV_PATH_WORD_TRUE || kind == EV_PATH_WORD_FALSE;

		if (strlen(words[i].word) == text.len &&
		    !strncasecmp(words[i].word, text.ptr, text.len) &&
		    (!small || ev_slice_is(text, words[i].word)))
			return kind;
	}
	return EV_PATH_IDENT;
}

#define LOST (-1) /* a name with a comment right behind it */

/* A name, or a keyword. */
static bool
take_name(struct ev_path_lex *lex)
{
	struct ev_buf *out = ev_run_begin(lex->run);

	for (;;) {
		if (is_other(peek(lex, 0))) {
			ev_buf_char(out, peek(lex, 0));
			lex->at++;
		} else if (peek(lex, 0) != '\\') {
			break;
		} else if (!put_escape(lex, out)) {
			return false;
		}
	}
	if (peek(lex, 0) == '/' && peek(lex, 1) == '*') {
		lex->now.kind = LOST;
		return true;
	}
	take_scratch(lex, EV_PATH_IDENT);
	lex->now.kind = keyword(lex->now.text);
	return true;
}

static bool
take_comment(struct ev_path_lex *lex)
{
	lex->at += 2;
	while (lex->at < lex->source.len &&
	    !(peek(lex, 0) == '*' && peek(lex, 1) == '/'))
		lex->at++;
	if (lex->at == lex->source.len)
		return ev_path_wrong(lex, lex->at, "unclosed comment");
	lex->at += 2;
	return true;
}

/* ---- numbers ---- */

static size_t
digits(const struct ev_path_lex *lex, size_t at)
{
	while (is_digit(peek(lex, at)))
		at++;
	return at;
}

/* The bytes of a number; *kind: of which; *wrong: it has an exponent's sign
 * and no exponent. */
static size_t
number_length(const struct ev_path_lex *lex, int *kind, bool *wrong)
{
	size_t len = peek(lex, 0) == '0' ? 1 : digits(lex, 0), end;

	*kind = EV_PATH_INTEGER;
	if (peek(lex, len) == '.') {
		*kind = EV_PATH_DECIMAL;
		len = digits(lex, len + 1);
	}
	if ((peek(lex, len) | 32) != 'e')
		return len;
	end = len + 1;
	*wrong = peek(lex, end) == '+' || peek(lex, end) == '-';
	end += *wrong;
	if (!is_digit(peek(lex, end)))
		return *wrong ? end : len;
	*wrong = false;
	*kind = EV_PATH_DECIMAL;
	return digits(lex, end);
}

/* As JSON writes it: a digit stands on both sides of a point. */
static bool
take_digits(struct ev_path_lex *lex, size_t len, int kind)
{
	struct ev_buf *out = ev_run_begin(lex->run);

	if (peek(lex, 0) == '.')
		ev_buf_char(out, '0');
	for (size_t i = 0; i < len; i++)
		if (peek(lex, i) != '.' ||
		    (i + 1 < len && is_digit(peek(lex, i + 1))))
			ev_buf_char(out, peek(lex, i));
	lex->at += len;
	return take_scratch(lex, kind);
}

/* A number, or what only begins as one: the longer of both. */
static bool
take_number(struct ev_path_lex *lex)
{
	size_t name = 0, len;
	bool wrong = false;
	int kind;

	while (is_other(peek(lex, name)))
		name++;
	len = number_length(lex, &kind, &wrong);
	if (name > len + (!wrong && is_other(peek(lex, len))))
		return take_name(lex);
	if (wrong)
		return ev_path_wrong(lex, lex->at, "invalid number");
	if (is_other(peek(lex, len)))
		return ev_path_wrong(lex, lex->at,
		    "trailing junk after a number");
	return take_digits(lex, len, kind);
}

/* ---- the rest ---- */

static bool
take_variable(struct ev_path_lex *lex)
{
	size_t len = 0;

	lex->at++;
	if (peek(lex, 0) == '"') {
		lex->at++;
		return take_quoted(lex, EV_PATH_NAME);
	}
	while (is_other(peek(lex, len)))
		len++;
	lex->now.kind = len ? EV_PATH_NAME : '$';
	lex->now.text = (struct ev_slice){lex->source.ptr + lex->at, len};
	lex->at += len;
	return true;
}

static bool
take_special(struct ev_path_lex *lex)
{
	static const struct {
		char text[3];
		int kind;
	} pairs[] = {{"**", EV_PATH_2STARS}, {"&&", EV_PATH_2ANDS},
	    {"||", EV_PATH_2BARS}, {"==", EV_PATH_2EQUALS},
	    {"!=", EV_PATH_UNEQUAL}, {"<>", EV_PATH_UNEQUAL},
	    {"<=", EV_PATH_AT_MOST}, {">=", EV_PATH_AT_LEAST}};

	lex->now.kind = (unsigned char)peek(lex, 0);
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (peek(lex, 0) == pairs[i].text[0] &&
		    peek(lex, 1) == pairs[i].text[1]) {
			lex->now.kind = pairs[i].kind;
			lex->at++;
			break;
		}
	lex->at++;
	return true;
}

static bool
skip_blanks(struct ev_path_lex *lex)
{
	for (;;) {
		while (is_blank(peek(lex, 0)))
			lex->at++;
		if (peek(lex, 0) != '/' || peek(lex, 1) != '*')
			return true;
		if (!take_comment(lex))
			return false;
	}
}

static bool
take(struct ev_path_lex *lex)
{
	char c = peek(lex, 0);

	lex->now = (struct ev_path_token){.kind = EV_PATH_END, .at = lex->at};
	if (lex->at == lex->source.len)
		return true;
	if (c == '"') {
		lex->at++;
		return take_quoted(lex, EV_PATH_STRING);
	}
	if (c == '$')
		return take_variable(lex);
	if (is_digit(c) || (c == '.' && is_digit(peek(lex, 1))))
		return take_number(lex);
	return is_special(c) ? take_special(lex) : take_name(lex);
}

bool
ev_path_step(struct ev_path_lex *lex)
{
	do {
		if (!skip_blanks(lex) || !take(lex))
			return false;
	} while (lex->now.kind == LOST);
	return true;
}
