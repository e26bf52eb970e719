/*
 * csv_write: cells, see csv_write.h.
 *
 * Most cells need no quotes, so a cell is copied and looked at for what would
 * need them in the same pass, 16 bytes a step (SSE2; one byte a step on other
 * processors); only where something was found it is written again with quotes.
 */
#include "format/csv_write.h"

#include "base/simd.h"
#include "format/csv_impl.h"

/* Bytes that a copy may read and write too many. */
#ifdef EV_SIMD
#define STEP EV_SIMD
#else
#define STEP 16
#endif

/* --- copying ------------------------------------------------------------- */

/* Copies text, and up to STEP bytes more, to where there is room for them.
 * True if a byte of it needs quotes. */
#ifdef EV_SIMD
static inline bool
copy(const struct ev_csv_style *style, struct ev_slice text, char *to)
{
	const ev_simd delimiter = ev_simd_all(style->delimiter);
	const ev_simd quote = ev_simd_all(style->quote);
	const ev_simd lf = ev_simd_all('\n'), cr = ev_simd_all('\r');

	for (size_t i = 0; i < text.len; i += STEP) {
		ev_simd v = ev_simd_load(text.ptr + i);
		unsigned hit = ev_simd_mask(ev_simd_equal(v, delimiter) |
		    ev_simd_equal(v, quote) | ev_simd_equal(v, lf) |
		    ev_simd_equal(v, cr));

		ev_simd_store(to + i, v);
		if (text.len - i < STEP)
			hit &= (1u << (text.len - i)) - 1;
		if (hit)
			return true;
	}
	return false;
}

/* Copies, as copy does, up to the first quote; returns how many bytes stand
 * before it. */
static inline size_t
until_quote(const char *from, size_t len, char quote, char *to)
{
	for (size_t i = 0; i < len; i += STEP) {
		ev_simd v = ev_simd_load(from + i);
		unsigned hit = ev_simd_mask(
		    ev_simd_equal(v, ev_simd_all(quote)));

		ev_simd_store(to + i, v);
		if (hit) {
			i += (unsigned)__builtin_ctz(hit);
			return i < len ? i : len;
		}
	}
	return len;
}
#else
static inline bool
copy(const struct ev_csv_style *style, struct ev_slice text, char *to)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == style->delimiter || c == style->quote || c == '\n' ||
		    c == '\r')
			return true;
		to[i] = c;
	}
	return false;
}

static inline size_t
until_quote(const char *from, size_t len, char c, char *to)
{
	const char *quote = memchr(from, c, len);

	if (quote)
		len = (size_t)(quote - from);
	memcpy(to, from, len);
	return len;
}
#endif

/* --- cells --------------------------------------------------------------- */

/* True if text without a byte that needs quotes needs them all the same. */
static inline bool
reads_otherwise(const struct ev_csv_style *style, struct ev_slice text)
{
	unsigned char first;

	if (ev_slice_equal(text, style->null))
		return true; /* "" too, unless --null says otherwise */
	if (!text.len)
		return false;
	first = (unsigned char)text.ptr[0];
	if (first == '-' || (first >= '0' && first <= '9'))
		return ev_csv_is_number(text);
	if (first == '\\') /* the end of the data to psql's \copy */
		return ev_slice_is(text, "\\.");
	return first == 0xEF && text.len >= 3 && /* a BOM, at the beginning */
	    !memcmp(text.ptr, "\xEF\xBB\xBF", 3);
}

static void
append_quoted(const struct ev_csv_style *style, struct ev_slice text,
    struct ev_buf *out)
{
	const char *p = text.ptr, *end = p + text.len;
	char *to;

	ev_buf_reserve(out, 2 * text.len + 2 + STEP);
	to = out->ptr + out->len;
	*to++ = style->quote;
	while (p < end) {
		size_t len = until_quote(p, (size_t)(end - p), style->quote,
		    to);

		p += len;
		to += len;
		for (; p < end && *p == style->quote; p++) {
			*to++ = style->quote;
			*to++ = style->quote;
		}
	}
	*to++ = style->quote;
	out->len = (size_t)(to - out->ptr);
}

static enum ev_status
quote_text(const struct ev_csv_style *style, struct ev_slice text,
    struct ev_buf *out, struct ev_err *err)
{
	if (!style->quote)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "would need quotes, and there are none (--quote)");
	append_quoted(style, text, out);
	return EV_OK;
}

/* A spreadsheet computes text that begins so. (OWASP, "CSV Injection") */
static bool
is_formula(struct ev_slice text)
{
	return text.len && text.ptr[0] && strchr("=+-@\t\r", text.ptr[0]);
}

static enum ev_status
append_safe(const struct ev_csv_style *style, struct ev_slice text,
    struct ev_buf *out, struct ev_err *err)
{
	struct ev_buf marked = {0};
	enum ev_status status = EV_OK;

	ev_buf_reserve(&marked, 1 + text.len + STEP);
	ev_buf_char(&marked, '\'');
	ev_buf_slice(&marked, text);
	ev_buf_reserve(out, marked.len + STEP);
	text = ev_buf_as_slice(&marked);
	if (copy(style, text, out->ptr + out->len))
		status = quote_text(style, text, out, err);
	else
		out->len += text.len;
	ev_buf_release(&marked);
	return status;
}

/* STEP bytes behind text must be readable. */
static inline enum ev_status
append_text(const struct ev_csv_style *style, struct ev_slice text,
    struct ev_buf *out, struct ev_err *err)
{
	if (style->safe && is_formula(text))
		return append_safe(style, text, out, err);
	ev_buf_reserve(out, text.len + STEP);
	if (reads_otherwise(style, text) ||
	    copy(style, text, out->ptr + out->len))
		return quote_text(style, text, out, err);
	out->len += text.len;
	return EV_OK;
}

/* Each line end in text becomes one space; returns the new length. */
static size_t
join_lines(char *text, size_t len)
{
	size_t to = 0;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\r' && i + 1 < len && text[i + 1] == '\n')
			continue;
		text[to++] = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
	}
	return to;
}

bool
ev_csv_write_newlines(enum ev_csv_newlines newlines, struct ev_slice *text)
{
	if (newlines == EV_CSV_NEWLINES_KEEP ||
	    (!memchr(text->ptr, '\n', text->len) &&
		!memchr(text->ptr, '\r', text->len)))
		return true;
	if (newlines == EV_CSV_NEWLINES_SPACE)
		text->len = join_lines((char *)(uintptr_t)text->ptr, text->len);
	return newlines == EV_CSV_NEWLINES_SPACE;
}

static enum ev_status
append_escaped(const struct ev_csv_style *style, struct ev_value value,
    struct ev_buf *scratch, struct ev_buf *out, struct ev_err *err)
{
	struct ev_slice text;

	/* Room for all, so that the text does not move. */
	scratch->len = 0;
	ev_buf_reserve(scratch, value.len + STEP);
	if (ev_value_text(value, scratch, &text, err) != EV_OK)
		return EV_BAD;
	if (!ev_csv_write_newlines(style->newlines, &text))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "has a line end in it");
	return append_text(style, text, out, err);
}

/* What needs no quotes, and is short. STEP bytes behind it are readable. */
static inline void
append_word(struct ev_slice word, struct ev_buf *out)
{
	ev_buf_reserve(out, word.len + STEP);
	if (word.len <= STEP)
		memcpy(out->ptr + out->len, word.ptr, STEP);
	else
		memcpy(out->ptr + out->len, word.ptr, word.len);
	out->len += word.len;
}

static inline enum ev_status
append_value(const struct ev_csv_style *style, struct ev_value value,
    struct ev_buf *scratch, struct ev_buf *out, struct ev_err *err)
{
	switch ((enum ev_type)value.type) {
	case EV_MISSING:
	case EV_NULL:
		ev_buf_slice(out, style->null);
		return EV_OK;
	case EV_FALSE:
	case EV_TRUE:
	case EV_NUMBER:
		append_word(ev_value_raw(value), out);
		return EV_OK;
	case EV_STRING:
		if (value.escaped)
			return append_escaped(style, value, scratch, out, err);
		return append_text(style, ev_value_inner(value), out, err);
	case EV_ARRAY:
	case EV_OBJECT:
		break;
	}
	return append_text(style, ev_value_raw(value), out, err);
}

enum ev_status
ev_csv_write_values(const struct ev_csv_style *style,
    const struct ev_value *values, size_t count, struct ev_buf *scratch,
    struct ev_buf *out, size_t *bad, struct ev_err *err)
{
	size_t begin = out->len;

	for (size_t i = 0; i < count; i++) {
		if (i)
			ev_buf_char(out, style->delimiter);
		if (append_value(style, values[i], scratch, out, err) !=
		    EV_OK) {
			out->len = begin;
			*bad = i;
			return EV_BAD;
		}
	}
	return EV_OK;
}

enum ev_status
ev_csv_write_name(const struct ev_csv_style *style, struct ev_slice name,
    struct ev_buf *out, struct ev_err *err)
{
	struct ev_buf padded = {0};
	enum ev_status status = EV_OK;

	ev_buf_reserve(&padded, name.len + STEP);
	ev_buf_slice(&padded, name);
	name = ev_buf_as_slice(&padded);
	ev_buf_reserve(out, name.len + STEP);
	if (style->safe && is_formula(name))
		status = append_safe(style, name, out, err);
	else if (!name.len || !memcmp(name.ptr, "\xEF\xBB\xBF", 3) ||
	    copy(style, name, out->ptr + out->len))
		status = quote_text(style, name, out, err);
	else
		out->len += name.len;
	ev_buf_release(&padded);
	return status;
}
