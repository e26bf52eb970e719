/*
 * json_lex: see json_lex.h. A state machine by hand: a state names what the
 * next byte may be, so that there is nothing to undo where a chunk ends. Long
 * runs (the inside of strings, digits, white space) have loops of their own.
 */
#include "format/json_lex.h"

#include "base/utf8.h"
#include "event/token.h"

enum state {
	DOCUMENT,    /* a value, or the end of input */
	VALUE,       /* a value, after a comma or colon */
	FIRST_VALUE, /* a value or ] */
	FIRST_KEY,   /* a key or } */
	KEY,         /* a key, after a comma */
	COLON,
	AFTER, /* a comma, or the end of the container */
	/* inside a token: all states from here on */
	STRING,
	ESCAPE,
	HEX1, /* that many digits of \u to come */
	HEX2,
	HEX3,
	HEX4,
	TAIL, /* the rest of a character of several bytes */
	MINUS,
	ZERO,
	DIGITS,
	POINT,
	FRACTION,
	EXPONENT,
	SIGN,
	POWER,
	LITERAL,
	BOM2, /* the rest of a byte order mark */
	BOM3,
	FAILED,
};

/* What was wrong with a byte, by the state that met it. */
static const char *const reasons[] = {
    [DOCUMENT] = "a value expected",
    [VALUE] = "a value expected",
    [FIRST_VALUE] = "a value or ] expected",
    [FIRST_KEY] = "a key or } expected",
    [KEY] = "a key expected",
    [COLON] = "a colon expected",
    [STRING] = "a control character in a string",
    [ESCAPE] = "no such escape",
    [HEX1] = "four hexadecimal digits expected after \\u",
    [HEX2] = "four hexadecimal digits expected after \\u",
    [HEX3] = "four hexadecimal digits expected after \\u",
    [HEX4] = "four hexadecimal digits expected after \\u",
    [TAIL] = "not UTF-8",
    [MINUS] = "a digit expected",
    [POINT] = "a digit expected",
    [EXPONENT] = "a digit expected",
    [SIGN] = "a digit expected",
    [LITERAL] = "no such word: true, false or null expected",
    [BOM2] = "a value expected",
    [BOM3] = "a value expected",
};

void
ev_json_lex_init(struct ev_json_lex *lex)
{
	*lex = (struct ev_json_lex){.line = 1};
}

static bool
in_object(const struct ev_json_lex *lex)
{
	unsigned level = lex->depth - 1;

	return lex->stack[level / 8] >> (level % 8) & 1;
}

static enum ev_json_event
fail(struct ev_json_lex *lex, const char *reason)
{
	lex->state = FAILED;
	lex->reason = reason;
	return EV_JSON_ERROR;
}

static enum ev_json_event
unexpected(struct ev_json_lex *lex)
{
	if (lex->state == AFTER)
		return fail(lex,
		    in_object(lex) ? "a comma or } expected"
				   : "a comma or ] expected");
	return fail(lex, reasons[lex->state]);
}

/* Runs through white space, and counts lines. */
static const char *
skip_space(struct ev_json_lex *lex, const char *ptr, const char *end)
{
	for (; ptr < end; ptr++) {
		if (*ptr == '\n') {
			lex->line++;
			lex->line_start = lex->base +
			    (uint64_t)(ptr - lex->chunk) + 1;
		} else if (*ptr != ' ' && *ptr != '\t' && *ptr != '\r') {
			break;
		}
	}
	return ptr;
}

/* A value is complete, in a container of depth lex->depth. */
static enum ev_json_event
end_value(struct ev_json_lex *lex)
{
	lex->state = lex->depth ? AFTER : DOCUMENT;
	return lex->depth <= lex->watch ? EV_JSON_END : EV_JSON_MORE;
}

static enum ev_json_event
open_container(struct ev_json_lex *lex, bool object)
{
	unsigned char bit = (unsigned char)(1u << (lex->depth % 8));

	if (lex->depth == EV_SCAN_DEPTH)
		return fail(lex, "nested too deep");
	if (object)
		lex->stack[lex->depth / 8] |= bit;
	else
		lex->stack[lex->depth / 8] &= (unsigned char)~bit;
	lex->depth++;
	lex->state = object ? FIRST_KEY : FIRST_VALUE;
	return EV_JSON_MORE;
}

static enum ev_json_event
close_container(struct ev_json_lex *lex)
{
	lex->depth--;
	return end_value(lex);
}

static enum ev_json_event
begin_value(struct ev_json_lex *lex, char c)
{
	switch (c) {
	case '{':
	case '[':
		return open_container(lex, c == '{');
	case '"':
		lex->key = false;
		lex->state = STRING;
		return EV_JSON_MORE;
	case 't':
	case 'f':
	case 'n':
		lex->literal = c == 't' ? "rue" : c == 'f' ? "alse" : "ull";
		lex->state = LITERAL;
		return EV_JSON_MORE;
	default:
		if (c != '-' && !ev_token_digit(c))
			return unexpected(lex);
		lex->state = c == '-' ? MINUS : c == '0' ? ZERO : DIGITS;
		return EV_JSON_MORE;
	}
}

/* True the first time that this value or key is come upon, if it is one that
 * the user watches for. */
static bool
announce(struct ev_json_lex *lex)
{
	lex->begun = lex->depth == lex->watch && !lex->begun;
	return lex->begun;
}

/* A byte between tokens, which is no white space. */
static enum ev_json_event
structure(struct ev_json_lex *lex, const char **at)
{
	char c = **at;

	switch (lex->state) {
	case DOCUMENT:
		if (c != '\xEF' || lex->base || *at != lex->chunk)
			break;
		++*at;
		lex->state = BOM2;
		return EV_JSON_MORE;
	case FIRST_VALUE:
	case FIRST_KEY:
		if (c == (lex->state == FIRST_KEY ? '}' : ']')) {
			++*at;
			return close_container(lex);
		}
		break;
	case COLON:
		if (c != ':')
			return unexpected(lex);
		++*at;
		lex->state = VALUE;
		return EV_JSON_MORE;
	case AFTER:
		if (c != ',' && c != (in_object(lex) ? '}' : ']'))
			return unexpected(lex);
		++*at;
		if (c != ',')
			return close_container(lex);
		lex->state = in_object(lex) ? KEY : VALUE;
		return EV_JSON_MORE;
	}
	if (lex->state == FIRST_KEY || lex->state == KEY) {
		if (c != '"')
			return unexpected(lex);
		if (announce(lex))
			return EV_JSON_KEY;
		++*at;
		lex->key = true;
		lex->state = STRING;
		return EV_JSON_MORE;
	}
	if (announce(lex))
		return EV_JSON_BEGIN;
	if (begin_value(lex, c) == EV_JSON_ERROR)
		return EV_JSON_ERROR;
	++*at;
	return EV_JSON_MORE;
}

/* The first byte in [ptr, end) that a string does not just pass on: quote,
 * backslash, control character, not ASCII. */
static inline const char *
skip_plain(const char *ptr, const char *end)
{
#ifdef EV_SIMD
	for (; end - ptr >= EV_SIMD; ptr += EV_SIMD) {
		unsigned stops = ev_simd_mask(
		    ev_token_stops(ev_simd_load(ptr)));

		if (stops)
			return ptr + __builtin_ctz(stops);
	}
#endif
	while (ptr < end && (unsigned char)*ptr >= 0x20 &&
	    (unsigned char)*ptr < 0x80 && *ptr != '"' && *ptr != '\\')
		ptr++;
	return ptr;
}

static bool
is_escape(char c)
{
	return c && strchr("\"\\/bfnrt", c);
}

/* Runs through a string as far as whole characters and escapes go; what is
 * left is for string_byte. */
static const char *
skip_string(const char *ptr, const char *end)
{
	while ((ptr = skip_plain(ptr, end)) < end) {
		unsigned len = 0;

		if ((unsigned char)*ptr >= 0x80)
			len = ev_utf8_length(ptr, (size_t)(end - ptr));
		else if (*ptr == '\\' && end - ptr >= 2 && is_escape(ptr[1]))
			len = 2;
		if (!len)
			break;
		ptr += len;
	}
	return ptr;
}

/* The first byte of a character of several. Unicode 15 table 3-7. */
static bool
begin_character(struct ev_json_lex *lex, unsigned char c)
{
	lex->low = c == 0xE0 ? 0xA0 : c == 0xF0 ? 0x90 : 0x80;
	lex->high = c == 0xED ? 0x9F : c == 0xF4 ? 0x8F : 0xBF;
	lex->tails = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : 1;
	lex->state = TAIL;
	return c >= 0xC2 && c <= 0xF4;
}

static bool
tail_byte(struct ev_json_lex *lex, unsigned char c)
{
	if (c < lex->low || c > lex->high)
		return false;
	lex->low = 0x80;
	lex->high = 0xBF;
	if (!--lex->tails)
		lex->state = STRING;
	return true;
}

/* A byte inside a string that is not its end; false if it is wrong. */
static bool
string_byte(struct ev_json_lex *lex, char c)
{
	switch (lex->state) {
	case STRING:
		if (c == '\\')
			lex->state = ESCAPE;
		else if ((unsigned char)c >= 0x80)
			return begin_character(lex, (unsigned char)c);
		return (unsigned char)c >= 0x20;
	case ESCAPE:
		if (c != 'u' && !is_escape(c))
			return false;
		lex->state = c == 'u' ? HEX4 : STRING;
		return true;
	case TAIL:
		return tail_byte(lex, (unsigned char)c);
	default:
		if (!ev_token_hex(c))
			return false;
		lex->state = lex->state == HEX1 ? STRING : lex->state - 1;
		return true;
	}
}

static enum ev_json_event
in_string(struct ev_json_lex *lex, const char **at, const char *end)
{
	if (lex->state == STRING && (*at = skip_string(*at, end)) == end)
		return EV_JSON_MORE;
	if (lex->state != STRING || **at != '"') {
		if (!string_byte(lex, **at))
			return unexpected(lex);
		++*at;
		return EV_JSON_MORE;
	}
	++*at;
	if (!lex->key)
		return end_value(lex);
	lex->state = COLON;
	return lex->depth == lex->watch ? EV_JSON_KEY_END : EV_JSON_MORE;
}

/* The state after c in a number, or DOCUMENT if the number does not go on. */
static enum state
number_byte(enum state state, char c)
{
	bool digit = ev_token_digit(c), exponent = (c | 0x20) == 'e';

	switch (state) {
	case MINUS:
		return c == '0' ? ZERO : digit ? DIGITS : DOCUMENT;
	case DIGITS:
		if (digit)
			return DIGITS;
		/* fall through */
	case ZERO:
		return c == '.' ? POINT : exponent ? EXPONENT : DOCUMENT;
	case POINT:
		return digit ? FRACTION : DOCUMENT;
	case FRACTION:
		return digit ? FRACTION : exponent ? EXPONENT : DOCUMENT;
	case EXPONENT:
		if (c == '+' || c == '-')
			return SIGN;
		/* fall through */
	default:
		return digit ? POWER : DOCUMENT;
	}
}

static bool
may_end(const struct ev_json_lex *lex)
{
	return lex->state == ZERO || lex->state == DIGITS ||
	    lex->state == FRACTION || lex->state == POWER;
}

static enum ev_json_event
in_number(struct ev_json_lex *lex, const char **at, const char *end)
{
	for (; *at < end; ++*at) {
		enum state next = number_byte(lex->state, **at);

		if (next == DOCUMENT)
			return may_end(lex) ? end_value(lex) : unexpected(lex);
		lex->state = next;
	}
	return EV_JSON_MORE;
}

static enum ev_json_event
in_literal(struct ev_json_lex *lex, const char **at, const char *end)
{
	for (; *at < end && *lex->literal; ++*at)
		if (**at != *lex->literal++)
			return unexpected(lex);
	return *lex->literal ? EV_JSON_MORE : end_value(lex);
}

/* The byte order mark EF BB BF, which is no part of the text: RFC 8259 section
 * 8.1 lets a parser overlook it. */
static enum ev_json_event
in_mark(struct ev_json_lex *lex, const char **at)
{
	if (**at != (lex->state == BOM2 ? '\xBB' : '\xBF'))
		return unexpected(lex);
	++*at;
	lex->state = lex->state == BOM2 ? BOM3 : DOCUMENT;
	lex->line_start = 3;
	return EV_JSON_MORE;
}

static enum ev_json_event
in_token(struct ev_json_lex *lex, const char **at, const char *end)
{
	if (lex->state <= TAIL)
		return in_string(lex, at, end);
	if (lex->state <= POWER)
		return in_number(lex, at, end);
	if (lex->state == LITERAL)
		return in_literal(lex, at, end);
	return in_mark(lex, at);
}

static void
append(struct ev_json_lex *lex, const char *ptr, const char *end)
{
	if (lex->out)
		ev_buf_append(lex->out, ptr, (size_t)(end - ptr));
}

enum ev_json_event
ev_json_lex_run(struct ev_json_lex *lex, const char **at, const char *end)
{
	enum ev_json_event event = EV_JSON_MORE;
	const char *ptr = *at, *span = ptr;

	lex->chunk = ptr;
	while (event == EV_JSON_MORE && ptr < end) {
		const char *token = ptr;

		if (lex->state >= STRING) {
			event = in_token(lex, &ptr, end);
			continue;
		}
		ptr = skip_space(lex, ptr, end);
		if (ptr != token) {
			append(lex, span, token);
			span = ptr;
		}
		if (ptr < end)
			event = structure(lex, &ptr);
	}
	append(lex, span, ptr);
	lex->base += (uint64_t)(ptr - lex->chunk);
	lex->column = lex->base - lex->line_start + 1;
	*at = ptr;
	return event;
}

enum ev_json_event
ev_json_lex_finish(struct ev_json_lex *lex)
{
	if (lex->state == DOCUMENT)
		return EV_JSON_MORE;
	if (!lex->depth && may_end(lex))
		return end_value(lex);
	if (lex->state <= AFTER)
		return fail(lex, "it ends inside an array or object");
	return fail(lex,
	    lex->state <= TAIL ? "it ends inside a string"
			       : "it ends inside a value");
}
