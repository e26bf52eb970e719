/*
 * csv_fast: one pass from a CSV record to a JSON object: the bytes are copied
 * to the output and searched for the delimiter, for quotes, backslashes,
 * control and non-ASCII bytes in the same registers. A cell's first byte says
 * what it is (a number, empty, quoted, text); the previous rows have taught
 * the branch predictor which column is which.
 *
 * This is a body to be included once for each width, by a file that makes an
 * ev_csv_fast of convert_record and defines
 *
 *	copy_plain(&in, &out, end)  copies up to the first byte that is `end` or
 *	                            special in any cell
 *	count_digits(in)            how many digits stand at in
 *
 * each of which may read and write up to 32 bytes beyond. What ends every
 * loop is the newline behind the block's last byte (csv.c's seal). The pass
 * gives up by returning NULL or false, with nothing changed; the caller finds
 * out why.
 */
#ifndef EV_FORMAT_CSV_FAST_H
#define EV_FORMAT_CSV_FAST_H

#include "event/build.h"
#include "event/token.h"
#include "format/csv_impl.h"

#define INLINE static inline __attribute__((always_inline))

struct pass {
	const char *end; /* of the data */
	char *out;
	char delimiter;
	bool quotes; /* '"' opens a cell */
	uint64_t lines;
};

/* May read and write up to 15 bytes beyond. */
INLINE void
put_bytes(struct pass *pass, const char *from, size_t len)
{
	char *to = pass->out;

	pass->out += len;
	do {
		memcpy(to, from, 16);
		to += 16;
		from += 16;
	} while (to < pass->out);
}

/* What stands at p, special in any cell: characters that are not ASCII, up to
 * the next that is one, or a byte that JSON escapes. */
INLINE const char *
put_special(struct pass *pass, const char *p)
{
	const struct ev_build_escape *escape;

	if (*p & 0x80) {
		const char *behind = ev_token_wide(p);

		if (behind)
			put_bytes(pass, p, (size_t)(behind - p));
		return behind;
	}
	escape = &ev_build_escape[(unsigned char)*p];
	memcpy(pass->out, escape, sizeof(*escape));
	pass->out += escape->len;
	return p + 1;
}

/* A quoted cell, from its first quote; returns what stands behind its last.
 * What kind of special byte comes next nobody foretells where there are many,
 * so few branches ask for it; and behind one there may be the next, which
 * needs no look at a whole step: a third of the time where most are special. */
INLINE const char *
put_quoted(struct pass *pass, const char *p)
{
	*pass->out++ = '"';
	for (p++;;) {
		copy_plain(&p, &pass->out, '"');
		do {
			bool quote = *p == '"';

			if (quote & (p[1] != '"')) {
				*pass->out++ = '"';
				return p + 1;
			}
			if (p >= pass->end)
				return NULL;
			/* A line end counts at its last byte. */
			pass->lines += (*p == '\n') |
			    ((*p == '\r') & (p[1] != '\n'));
			p = put_special(pass, p + quote);
			if (!p)
				return NULL;
		} while (ev_build_escape[(unsigned char)*p].len);
	}
}

INLINE const char *
put_text(struct pass *pass, const char *p)
{
	*pass->out++ = '"';
	while (p) {
		copy_plain(&p, &pass->out, pass->delimiter);
		if (*p == pass->delimiter || *p == '\n' || *p == '\r')
			break;
		p = put_special(pass, p);
	}
	*pass->out++ = '"';
	return p;
}

INLINE bool
ends_cell(const struct pass *pass, char c)
{
	return c == pass->delimiter || c == '\n' || c == '\r';
}

/* A JSON number without exponent and of at most 18 digits that fills its
 * cell; NULL where it is none, and then nothing is written. */
INLINE const char *
put_number(struct pass *pass, const char *p)
{
	const char *from = p;
	size_t whole, fraction = 0;

	p += *p == '-';
	whole = count_digits(p);
	if (!whole || (whole > 1 && *p == '0'))
		return NULL;
	p += whole;
	if (*p == '.') {
		fraction = count_digits(++p);
		if (!fraction)
			return NULL;
		p += fraction;
	}
	if (whole + fraction > 18 || !ends_cell(pass, *p))
		return NULL;
	/* 18 digits, a minus and a point. */
	memcpy(pass->out, from, 16);
	memcpy(pass->out + 16, from + 16, 4);
	pass->out += p - from;
	return p;
}

INLINE void
put_word(struct pass *pass, const char *word, size_t len)
{
	memcpy(pass->out, word, len);
	pass->out += len;
}

/* Behind the --null string that is the whole cell at p, or NULL. */
static const char *
find_null(const struct ev_csv *csv, const struct pass *pass, const char *p)
{
	for (size_t i = 0; i < csv->set.null_count; i++) {
		struct ev_slice null = csv->set.null[i];

		if (!memcmp(p, null.ptr, null.len) &&
		    ends_cell(pass, p[null.len]))
			return p + null.len;
	}
	return NULL;
}

static const char *
put_maybe_null(const struct ev_csv *csv, const struct ev_csv_column *column,
    struct pass *pass, const char *p)
{
	const char *behind = find_null(csv, pass, p);

	if (behind) {
		put_word(pass, "null", 4);
		return behind;
	}
	if (column->type != EV_CSV_TEXT) {
		behind = put_number(pass, p);
		if (behind || column->type == EV_CSV_NUMBER)
			return behind;
	}
	return put_text(pass, p);
}

/* A cell that begins with no digit and no plain text. */
INLINE const char *
put_other(const struct ev_csv *csv, const struct ev_csv_column *column,
    struct pass *pass, const char *p, enum ev_csv_start start)
{
	if (start == EV_CSV_START_NULL)
		return put_maybe_null(csv, column, pass, p);
	if (start == EV_CSV_START_QUOTE)
		return column->type == EV_CSV_NUMBER ? NULL
						     : put_quoted(pass, p);
	if (column->filled)
		put_word(pass, "\"\"", 2);
	else
		put_word(pass, "null", 4);
	return p;
}

/* The two common kinds first: a switch over all costs 3 % more. */
INLINE const char *
put_cell(const struct ev_csv *csv, const struct ev_csv_column *column,
    struct pass *pass, const char *p)
{
	enum ev_csv_start start = column->start[(unsigned char)*p];

	if (start == EV_CSV_START_DIGIT) {
		const char *behind = put_number(pass, p);

		if (behind)
			return behind;
	} else if (start != EV_CSV_START_TEXT) {
		return put_other(csv, column, pass, p, start);
	}
	if (column->type == EV_CSV_NUMBER)
		return NULL;
	return put_text(pass, p);
}

/* All cells of the record at p; returns its line end, or NULL. */
INLINE const char *
put_cells(const struct ev_csv *csv, struct pass *pass, const char *p)
{
	const struct ev_csv_column *column = csv->column;
	const struct ev_csv_column *last = column + csv->columns - 1;

	for (;; column++, p++) {
		put_bytes(pass, column->key.ptr, column->key.len);
		p = put_cell(csv, column, pass, p);
		if (!p || column == last)
			return p;
		if (*p != pass->delimiter)
			return NULL;
	}
}

static bool
convert_record(struct ev_csv *csv, struct ev_buf *out, size_t *len)
{
	const char *row = csv->buf + csv->start, *p;
	struct pass pass = {.end = csv->buf + csv->end,
	    .delimiter = csv->set.delimiter.ptr[0]};

	/* Six bytes for each (\u0001), null for each that is not there, and
	 * what the copies write beyond; what is not written costs nothing. */
	ev_buf_reserve(out,
	    (size_t)(pass.end - row) * 6 + csv->keys.len + csv->columns * 6 +
		64);
	pass.out = out->ptr + out->len;
	p = put_cells(csv, &pass, row);
	if (!p || (*p != '\n' && *p != '\r') || (p >= pass.end && !csv->eof))
		return false;
	*pass.out++ = '}';
	*len = (size_t)(p - row);
	if (*len > csv->set.max_event ||
	    (size_t)(pass.out - out->ptr) - out->len > csv->set.max_event)
		return false;
	out->len = (size_t)(pass.out - out->ptr);
	csv->line += pass.lines;
	if (p < pass.end) {
		csv->line++;
		csv->after_cr = *p++ == '\r';
	} else {
		csv->torn = true;
	}
	csv->start = (size_t)(p - csv->buf);
	return true;
}

#endif
