/*
 * time_lex: see time_lex.h.
 */
#include "expr/time_lex.h"

#include <ctype.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "expr/text.h"
#include "expr/time_word.h"

struct cursor {
	const char *at;
	const char *end;
	char *out;
	const char *out_end;
	bool full;
};

static char
peek(const struct cursor *c)
{
	return c->at < c->end ? *c->at : '\0';
}

static void
take(struct cursor *c)
{
	if (c->out + 1 >= c->out_end)
		c->full = true;
	else
		*c->out++ = (char)tolower((unsigned char)*c->at);
	c->at++;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
one_of(char c, const char *set)
{
	return c && strchr(set, c);
}

static void
take_digits(struct cursor *c, const char *more)
{
	while (is_digit(peek(c)) || one_of(peek(c), more))
		take(c);
}

/* Digits, then - / or .: two numbers are a date unless a dot divides them; a
 * third after the same sign makes a date of those too. */
static enum ev_time_lex_kind
take_date(struct cursor *c)
{
	char divider[2] = {peek(c), '\0'};

	take(c);
	if (!is_digit(peek(c))) {
		while (is_digit(peek(c)) || is_alpha(peek(c)) ||
		    peek(c) == divider[0])
			take(c);
		return EV_LEX_DATE;
	}
	take_digits(c, "");
	if (peek(c) != divider[0])
		return divider[0] == '.' ? EV_LEX_NUMBER : EV_LEX_DATE;
	take_digits(c, divider);
	return EV_LEX_DATE;
}

static enum ev_time_lex_kind
take_number(struct cursor *c)
{
	take_digits(c, "");
	if (peek(c) == ':') {
		take_digits(c, ":.");
		return EV_LEX_TIME;
	}
	return one_of(peek(c), "-/.") ? take_date(c) : EV_LEX_NUMBER;
}

/* A word; with - / . behind it, or with digits unless it is a known word
 * (feb26 is a date, t12 is not), a date or the name of a zone. */
static enum ev_time_lex_kind
take_word(struct cursor *c, char *start)
{
	while (is_alpha(peek(c)))
		take(c);
	if (!one_of(peek(c), "-/.")) {
		if (peek(c) != '+' && !is_digit(peek(c)))
			return EV_LEX_WORD;
		*c->out = '\0';
		if (ev_time_word_find(start))
			return EV_LEX_WORD;
	}
	while (
	    one_of(peek(c), "+-/_.:") || is_digit(peek(c)) || is_alpha(peek(c)))
		take(c);
	return EV_LEX_DATE;
}

/* A sign: of a zone's offset, or of infinity. */
static bool
take_signed(struct cursor *c, enum ev_time_lex_kind *kind)
{
	take(c);
	while (ev_text_is_space(peek(c)))
		c->at++;
	if (is_digit(peek(c))) {
		*kind = EV_LEX_ZONE;
		take_digits(c, ":.-");
		return true;
	}
	*kind = EV_LEX_WORD;
	if (!is_alpha(peek(c)))
		return false;
	while (is_alpha(peek(c)))
		take(c);
	return true;
}

static bool
take_field(struct cursor *c, struct ev_time_lex *lex)
{
	enum ev_time_lex_kind kind = EV_LEX_NUMBER;
	char *start = c->out;

	if (lex->count == EV_TIME_LEX_FIELDS)
		return false;
	if (is_digit(*c->at)) {
		kind = take_number(c);
	} else if (*c->at == '.') {
		take(c);
		take_digits(c, "");
	} else if (is_alpha(*c->at)) {
		kind = take_word(c, start);
	} else if (!take_signed(c, &kind)) {
		return false;
	}
	if (c->full)
		return false;
	*c->out++ = '\0';
	lex->field[lex->count].kind = kind;
	lex->field[lex->count++].text = start;
	return true;
}

bool
ev_time_lex(struct ev_slice text, size_t limit, struct ev_time_lex *lex)
{
	struct cursor c = {text.ptr, text.ptr + text.len, lex->bytes,
	    lex->bytes + limit, false};

	lex->count = 0;
	while (c.at < c.end) {
		unsigned char byte = (unsigned char)*c.at;

		if (ev_text_is_space(*c.at)) {
			c.at++;
		} else if (is_digit(*c.at) || is_alpha(*c.at) ||
		    one_of(*c.at, ".+-")) {
			if (!take_field(&c, lex))
				return false;
		} else if (byte < 0x80 && ispunct(byte)) {
			c.at++;
		} else {
			return false;
		}
	}
	return true;
}

bool
ev_time_lex_int(char **at, int *number)
{
	char *p = *at;
	bool minus = *p == '-';
	int64_t n = 0;
	bool fits = true;

	*number = 0;
	if (*p == '-' || *p == '+')
		p++;
	if (!is_digit(*p))
		return true;
	for (; is_digit(*p); p++) {
		if (n <= INT_MAX)
			n = n * 10 + (*p - '0');
	}
	if (minus)
		n = -n;
	if (n > INT_MAX || n < INT_MIN)
		fits = false;
	else
		*number = (int)n;
	*at = p;
	return fits;
}

int
ev_time_lex_fraction(char **at)
{
	static const int scale[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
	char *p = *at + 1;
	int n = 0, count = 0;

	for (; is_digit(*p) && count < 6; p++, count++)
		n = n * 10 + (*p - '0');
	if (!is_digit(*p)) {
		*at = p;
		return n * scale[count];
	}
	while (is_digit(*p))
		p++;
	/* no exponent can follow: letters are never part of such a field */
	n = (int)rint(strtod(*at, NULL) * 1000000);
	*at = p;
	return n;
}
