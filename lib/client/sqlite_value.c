/*
 * sqlite_value: see sqlite_value.h.
 */
#include "client/sqlite_value.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "base/utf8.h"
#include "client/sqlite.h"
#include "event/build.h"

#define NUMBER_MAX 400 /* digits of a double written out, and some */

/* --- types --------------------------------------------------------------- */

static bool
has(const char *declared, const char *word)
{
	return strcasestr(declared, word) != NULL;
}

struct ev_sqlite_type
ev_sqlite_type(const char *declared, bool strict)
{
	struct ev_sqlite_type type = {.affinity = EV_SQLITE_NUMERIC,
	    .boolean = !strncasecmp(declared, "BOOL", 4),
	    .json = !strncasecmp(declared, "JSON", 4)};

	if (has(declared, "INT"))
		type.affinity = EV_SQLITE_NUMERIC;
	else if (has(declared, "CHAR") || has(declared, "CLOB") ||
	    has(declared, "TEXT"))
		type.affinity = EV_SQLITE_TEXT;
	else if (!*declared || has(declared, "BLOB") ||
	    (strict && !strcasecmp(declared, "ANY")))
		type.affinity = EV_SQLITE_ANY;
	else if (has(declared, "REAL") || has(declared, "FLOA") ||
	    has(declared, "DOUB"))
		type.affinity = EV_SQLITE_REAL;
	return type;
}

/* --- numbers ------------------------------------------------------------- */

/* A decimal: 0.DIGITS times 10^point, without zeros at either end. */
struct decimal {
	char digit[NUMBER_MAX];
	size_t digits;
	long point;
	bool minus;
};

/* Reads a JSON number. False where it has more digits than fit. */
static bool
read_decimal(struct ev_slice text, struct decimal *out)
{
	const char *at = text.ptr, *end = text.ptr + text.len;
	long exponent = 0, zeros = 0;
	bool fraction = false, minus = false;

	*out = (struct decimal){.minus = *at == '-'};
	for (at += out->minus; at < end && (*at | 32) != 'e'; at++) {
		if (*at == '.') {
			fraction = true;
			continue;
		}
		if (out->digits || *at != '0')
			out->point += !fraction;
		else
			out->point -= fraction;
		if (*at == '0') {
			zeros += out->digits > 0;
			continue;
		}
		if (out->digits + (size_t)zeros >= NUMBER_MAX)
			return false;
		for (; zeros; zeros--)
			out->digit[out->digits++] = '0';
		out->digit[out->digits++] = *at;
	}
	if (at < end && (*++at == '-' || *at == '+'))
		minus = *at++ == '-';
	for (; at < end; at++)
		if (exponent < 1000000)
			exponent = exponent * 10 + (*at - '0');
	out->point += minus ? -exponent : exponent;
	if (!out->digits) {
		out->point = 0;
		out->minus = false;
	}
	return true;
}

static bool
same_decimal(struct ev_slice a, struct ev_slice b)
{
	struct decimal x, y;

	return read_decimal(a, &x) && read_decimal(b, &y) &&
	    x.minus == y.minus && x.point == y.point && x.digits == y.digits &&
	    !memcmp(x.digit, y.digit, x.digits);
}

/* 15 digits are always enough to be kept and often enough to tell the double
 * from its neighbours; 17 always are (IEEE 754). Doubles near 0 have fewer.
 * Returns the length. */
static size_t
shortest(double value, char text[32])
{
	int len = 0;

	for (int digits = fabs(value) < DBL_MIN ? 1 : 15; digits <= 17;
	     digits++) {
		len = snprintf(text, 32, "%.*g", digits, value);
		if (strtod(text, NULL) == value)
			break;
	}
	return (size_t)len;
}

/* Only digits and a sign: an integer as far as its form goes. */
static bool
as_integer(const char *text, struct ev_sqlite_cell *cell)
{
	unsigned long long magnitude = 0;
	bool minus = *text == '-';

	for (text += minus; *text; text++) {
		unsigned digit = (unsigned)(*text - '0');

		if (digit > 9 || magnitude > (UINT64_MAX - digit) / 10)
			return false;
		magnitude = magnitude * 10 + digit;
	}
	if (magnitude > (unsigned long long)INT64_MAX + minus)
		return false;
	cell->type = SQLITE_INTEGER;
	cell->integer = minus ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
	return true;
}

/* An integer below 10^19 with its digits written out: false where it is
 * none. */
static bool
plain_digits(struct ev_slice number, char text[NUMBER_MAX])
{
	struct decimal value;
	int len;

	if (!read_decimal(number, &value) || value.point > 19 ||
	    (long)value.digits > value.point)
		return false;
	len = snprintf(text, NUMBER_MAX, "%s%.*s", value.minus ? "-" : "",
	    (int)value.digits, value.digit);
	for (long i = (long)value.digits; i < value.point; i++)
		text[len++] = '0';
	text[len] = '\0';
	return true;
}

bool
ev_sqlite_exact(struct ev_slice number, struct ev_sqlite_cell *cell)
{
	char text[NUMBER_MAX], back[32];
	double real;

	if (number.len >= sizeof(text))
		return false;
	memcpy(text, number.ptr, number.len);
	text[number.len] = '\0';
	if (as_integer(text, cell))
		return true;
	real = strtod(text, NULL);
	/* An integer, in another form: a column of integers would write out all
	 * digits that the double has. */
	if (fabs(real) >= 0x1p53 && fabs(real) <= 0x1p63)
		return plain_digits(number, text) && as_integer(text, cell);
	if (!isfinite(real) ||
	    !same_decimal(number,
		(struct ev_slice){back, shortest(real, back)}))
		return false;
	cell->type = SQLITE_FLOAT;
	cell->real = real;
	return true;
}

/* The same, for a column that makes a double of every number. */
static bool
exact_real(struct ev_slice number, struct ev_sqlite_cell *cell)
{
	char back[32];

	if (!ev_sqlite_exact(number, cell))
		return false;
	if (cell->type == SQLITE_FLOAT)
		return true;
	return same_decimal(number,
	    (struct ev_slice){back, shortest((double)cell->integer, back)});
}

static void
set_text(struct ev_sqlite_cell *cell, struct ev_slice text)
{
	cell->type = SQLITE_TEXT;
	cell->text = text;
}

static enum ev_status
number_cell(struct ev_value value, struct ev_sqlite_type type,
    struct ev_sqlite_cell *cell, struct ev_err *err)
{
	struct ev_slice number = ev_value_raw(value);

	if (type.affinity == EV_SQLITE_TEXT) {
		set_text(cell, number);
		return EV_OK;
	}
	if (type.affinity == EV_SQLITE_REAL ? exact_real(number, cell)
					    : ev_sqlite_exact(number, cell))
		return EV_OK;
	if (type.affinity == EV_SQLITE_ANY) {
		set_text(cell, number);
		return EV_OK;
	}
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "SQLite's numbers cannot hold %.*s%s exactly (a column of TEXT, or "
	    "of no type, can)",
	    (int)(number.len > 60 ? 60 : number.len), number.ptr,
	    number.len > 60 ? "…" : "");
}

/* --- text ---------------------------------------------------------------- */

static bool
is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static const char *
skip_digits(const char *at, const char *end, size_t *count)
{
	const char *from = at;

	while (at < end && *at >= '0' && *at <= '9')
		at++;
	*count += (size_t)(at - from);
	return at;
}

/* True of a text that a column of numbers takes for a number (SQLite's
 * sqlite3AtoF: blanks around it, a sign, digits, a point, an exponent).
 * *plain: it is one as JSON writes it, without an exponent. */
static bool
is_numeric(struct ev_slice text, bool *plain)
{
	const char *at = text.ptr, *end = text.ptr + text.len, *whole;
	size_t before = 0, after = 0, power = 0;
	bool blanks = false, exponent = false, sign;

	for (; at < end && is_space(*at); at++)
		blanks = true;
	for (; end > at && is_space(end[-1]); end--)
		blanks = true;
	sign = at < end && *at == '+';
	at += at < end && (*at == '+' || *at == '-');
	whole = at;
	at = skip_digits(at, end, &before);
	*plain = !blanks && !sign && (before == 1 || (before && *whole != '0'));
	if (at < end && *at == '.') {
		at = skip_digits(at + 1, end, &after);
		*plain = *plain && after;
	}
	if (before + after && at < end && (*at | 32) == 'e') {
		exponent = true;
		at++;
		at += at < end && (*at == '+' || *at == '-');
		at = skip_digits(at, end, &power);
	}
	*plain = *plain && !exponent;
	return before + after && at == end && exponent == (power > 0);
}

bool
ev_sqlite_number(struct ev_slice text, struct ev_sqlite_cell *cell)
{
	bool plain;

	return is_numeric(text, &plain) && plain && ev_sqlite_exact(text, cell);
}

/* Text in a column of numbers: SQLite would make a number of '02134', without
 * its zero, and of '123456789012345678901', with other digits. */
static enum ev_status
keep_text(struct ev_slice text, struct ev_sqlite_type type,
    struct ev_sqlite_cell *cell, struct ev_err *err)
{
	bool plain;

	set_text(cell, text);
	if (!is_numeric(text, &plain))
		return EV_OK;
	if (plain &&
	    (type.affinity == EV_SQLITE_REAL ? exact_real(text, cell)
					     : ev_sqlite_exact(text, cell)))
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "the column is of numbers and would change the text '%.*s'%s",
	    (int)ev_utf8_cut(text.ptr, text.len, 60), text.ptr,
	    text.len > 60 ? "…" : "");
}

static enum ev_status
string_cell(struct ev_value value, struct ev_sqlite_type type,
    struct ev_buf *scratch, struct ev_sqlite_cell *cell, struct ev_err *err)
{
	struct ev_slice text;

	if (type.json) {
		set_text(cell, ev_value_raw(value));
		return EV_OK;
	}
	if (ev_value_text(value, scratch, &text, err) != EV_OK)
		return EV_BAD;
	if (type.affinity == EV_SQLITE_NUMERIC ||
	    type.affinity == EV_SQLITE_REAL)
		return keep_text(text, type, cell, err);
	set_text(cell, text);
	return EV_OK;
}

/* --- cells --------------------------------------------------------------- */

static enum ev_status
boolean_cell(struct ev_value value, struct ev_sqlite_type type,
    struct ev_sqlite_cell *cell)
{
	if (type.json || type.affinity == EV_SQLITE_TEXT) {
		set_text(cell, ev_value_raw(value));
	} else {
		cell->type = SQLITE_INTEGER;
		cell->integer = value.type == EV_TRUE;
	}
	return EV_OK;
}

enum ev_status
ev_sqlite_cell(struct ev_value value, struct ev_sqlite_type type,
    struct ev_buf *scratch, struct ev_sqlite_cell *cell, struct ev_err *err)
{
	switch ((enum ev_type)value.type) {
	case EV_FALSE:
	case EV_TRUE:
		return boolean_cell(value, type, cell);
	case EV_NUMBER:
		return number_cell(value, type, cell, err);
	case EV_STRING:
		return string_cell(value, type, scratch, cell, err);
	case EV_ARRAY:
	case EV_OBJECT:
		set_text(cell, ev_value_raw(value));
		return EV_OK;
	case EV_MISSING:
	case EV_NULL:
		break;
	}
	cell->type = SQLITE_NULL;
	return EV_OK;
}

int
ev_sqlite_bind(sqlite3_stmt *stmt, int at, const struct ev_sqlite_cell *cell)
{
	switch (cell->type) {
	case SQLITE_INTEGER:
		return sqlite3_bind_int64(stmt, at, cell->integer);
	case SQLITE_FLOAT:
		return sqlite3_bind_double(stmt, at, cell->real);
	case SQLITE_TEXT:
		return sqlite3_bind_text64(stmt, at, cell->text.ptr,
		    cell->text.len, SQLITE_STATIC, SQLITE_UTF8);
	case SQLITE_BLOB:
		return sqlite3_bind_blob64(stmt, at, cell->text.ptr,
		    cell->text.len, SQLITE_STATIC);
	default:
		return sqlite3_bind_null(stmt, at);
	}
}

/* --- to JSON ------------------------------------------------------------- */

void
ev_sqlite_double(double value, struct ev_buf *out)
{
	char text[32];
	size_t len = shortest(value, text);

	ev_buf_append(out, text, len);
	if (!memchr(text, '.', len) && !memchr(text, 'e', len))
		ev_buf_str(out, ".0");
}

static enum ev_sqlite_change
put_double(double value, struct ev_buf *out)
{
	if (isinf(value)) {
		ev_buf_str(out, value > 0 ? "\"Infinity\"" : "\"-Infinity\"");
		return EV_SQLITE_INFINITY;
	}
	ev_sqlite_double(value, out);
	return EV_SQLITE_SAME;
}

/* A JSON text as it stands, if it is one. A line end can only be white space
 * in it, where a tab may stand as well (inside of a string neither may). */
static bool
put_json(struct ev_slice text, struct ev_scan *scan, struct ev_buf *scratch,
    struct ev_buf *out)
{
	const char *fault, *end;

	scratch->len = 0;
	ev_buf_slice(scratch, text);
	for (size_t i = 0; i < scratch->len; i++)
		if (scratch->ptr[i] == '\n')
			scratch->ptr[i] = '\t';
	ev_buf_reserve(scratch, EV_SCAN_PADDING + 1);
	memset(scratch->ptr + scratch->len, '\n', EV_SCAN_PADDING + 1);
	end = ev_scan_any(scan, scratch->ptr, &fault);
	if (fault || end != scratch->ptr + scratch->len)
		return false;
	ev_buf_slice(out, ev_buf_as_slice(scratch));
	return true;
}

static enum ev_sqlite_change
put_text(struct ev_slice text, struct ev_sqlite_type type, struct ev_scan *scan,
    struct ev_buf *scratch, struct ev_buf *out)
{
	if (type.json && put_json(text, scan, scratch, out))
		return EV_SQLITE_SAME;
	return ev_build_bytes(out, text) ? EV_SQLITE_BASE64 : EV_SQLITE_SAME;
}

enum ev_sqlite_change
ev_sqlite_json(sqlite3_stmt *stmt, int at, struct ev_sqlite_type type,
    struct ev_scan *scan, struct ev_buf *scratch, struct ev_buf *out)
{
	int64_t integer;

	switch (sqlite3_column_type(stmt, at)) {
	case SQLITE_INTEGER:
		integer = sqlite3_column_int64(stmt, at);
		if (type.boolean && (integer == 0 || integer == 1))
			ev_build_bool(out, integer);
		else
			ev_build_int(out, integer);
		return EV_SQLITE_SAME;
	case SQLITE_FLOAT:
		return put_double(sqlite3_column_double(stmt, at), out);
	case SQLITE_TEXT:
		return put_text(ev_sqlite_text(stmt, at), type, scan, scratch,
		    out);
	case SQLITE_BLOB:
		ev_build_base64(out, ev_sqlite_blob(stmt, at));
		return EV_SQLITE_BASE64;
	default:
		ev_build_null(out);
		return EV_SQLITE_SAME;
	}
}
