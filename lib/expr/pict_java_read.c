/*
 * pict_java_read: a text into fields after a picture of Java's, as
 * DateTimeFormatter reads it, in any case of letters.
 */
#include <wctype.h>

#include "base/utf8.h"
#include "expr/pict_java_item.h"
#include "expr/text.h"

struct reader {
	const struct ev_time_env *env;
	const struct ev_java_picture *picture;
	struct ev_slice text;
	struct ev_java_parsed *parsed;
	size_t at;
	size_t wrong; /* where it failed */
	bool range;   /* … for good: an offset that is none */
};

static bool
fail(struct reader *reader, size_t at)
{
	reader->wrong = at;
	return false;
}

/* A field once more must be what it is. */
static bool
set(struct reader *reader, enum ev_java_field field, int64_t value, size_t from,
    size_t end)
{
	struct ev_java_parsed *parsed = reader->parsed;

	if (ev_java_has(parsed, field) && parsed->value[field] != value)
		return fail(reader, from);
	parsed->has |= 1u << field;
	parsed->value[field] = value;
	reader->at = end;
	return true;
}

static bool
same(uint32_t a, uint32_t b)
{
	locale_t locale;

	if (a == b)
		return true;
	locale = ev_text_locale();
	return towupper_l(a, locale) == towupper_l(b, locale) ||
	    towlower_l(a, locale) == towlower_l(b, locale);
}

/* How many bytes of the text at `at` are these words, in any case; 0: they are
 * not. */
static size_t
match(const struct reader *reader, size_t at, struct ev_slice words)
{
	size_t start = at;

	for (size_t i = 0; i < words.len;) {
		uint32_t a, b;

		if (at == reader->text.len)
			return 0;
		i += ev_utf8_decode(words.ptr + i, &a);
		at += ev_utf8_decode(reader->text.ptr + at, &b);
		if (!same(a, b))
			return 0;
	}
	return at - start;
}

static bool
read_literal(struct reader *reader, const struct ev_java_item *item)
{
	size_t len = match(reader, reader->at, item->text);

	if (!len && item->text.len)
		return fail(reader, reader->at);
	reader->at += len;
	return true;
}

/* ---- numbers ---- */

/* The digits from `from` on, `most` at most. */
static size_t
count_digits(const struct reader *reader, size_t from, size_t most)
{
	size_t n = 0;

	while (n < most && from + n < reader->text.len &&
	    reader->text.ptr[from + n] >= '0' &&
	    reader->text.ptr[from + n] <= '9')
		n++;
	return n;
}

static int64_t
number_at(const struct reader *reader, size_t from, size_t *len)
{
	int64_t number = 0, next;

	for (size_t i = 0; i < *len; i++) {
		int digit = reader->text.ptr[from + i] - '0';

		if (__builtin_mul_overflow(number, 10, &next) ||
		    __builtin_add_overflow(next, digit, &next)) {
			*len = i; /* it does not go on */
			break;
		}
		number = next;
	}
	return number;
}

/* A sign, where the item may have one: 0, or which. False: there is one that
 * must not be. */
static bool
read_sign(struct reader *reader, const struct ev_java_item *item, char *sign)
{
	char c = reader->at < reader->text.len ? reader->text.ptr[reader->at]
					       : 0;

	*sign = 0;
	if (c != '+' && c != '-')
		return true;
	if (item->sign == EV_JAVA_NOT_NEGATIVE ||
	    (item->sign == EV_JAVA_NORMAL && c == '+'))
		return fail(reader, reader->at);
	*sign = c;
	reader->at++;
	return true;
}

/* EXCEEDS_PAD: more digits than min need a plus, others must not have it. */
static bool
sign_fits(const struct ev_java_item *item, char sign, size_t len)
{
	if (item->sign != EV_JAVA_EXCEEDS_PAD || sign == '-')
		return true;
	return sign ? len > item->min : len <= item->min;
}

static bool
read_number(struct reader *reader, const struct ev_java_item *item)
{
	size_t start = reader->at, len, from;
	int64_t number;
	char sign;

	if (!read_sign(reader, item, &sign))
		return false;
	from = reader->at;
	len = count_digits(reader, from,
	    item->max + (item->behind > 0 ? (size_t)item->behind : 0));
	if (len < item->min)
		return fail(reader, from);
	if (item->behind > 0)
		len = len > item->min + (size_t)item->behind
		    ? len - (size_t)item->behind
		    : item->min;
	number = number_at(reader, from, &len);
	if ((sign == '-' && !number) || !sign_fits(item, sign, len))
		return fail(reader, start);
	if (sign == '-')
		number = -number;
	if (item->kind == EV_JAVA_REDUCED)
		number += 2000;
	return set(reader, item->field, number, from, from + len);
}

static bool
read_fraction(struct reader *reader, const struct ev_java_item *item)
{
	size_t from = reader->at, len = count_digits(reader, from, item->max);
	int64_t number;

	if (len < item->min)
		return fail(reader, from);
	number = number_at(reader, from, &len);
	for (size_t i = len; i < 9; i++)
		number *= 10;
	return set(reader, item->field, number, from, from + len);
}

/* ---- words, offsets and zones ---- */

/* Of equal words the last counts, as in Java. */
static bool
read_word(struct reader *reader, const struct ev_java_item *item)
{
	int64_t first, value = -1;
	const char *const *words = ev_java_words(item, &first);
	bool weekday = item->field == EV_JAVA_WEEKDAY;
	size_t from = reader->at, len = 0;

	for (int i = 0; words[i]; i++) {
		size_t n = match(reader, from, ev_slice_of(words[i]));
		int64_t now = weekday && !i ? 7 : i + first;

		if (n && now > value) {
			value = now;
			len = n;
		}
	}
	if (!len)
		return fail(reader, from);
	return set(reader, item->field, value, from, from + len);
}

static struct ev_slice
rest_of(const struct reader *reader, size_t at)
{
	return (struct ev_slice){reader->text.ptr + at, reader->text.len - at};
}

static bool
read_offset(struct reader *reader, const struct ev_java_item *item)
{
	size_t from = reader->at;
	size_t zero = match(reader, from, ev_slice_of(item->zero));
	int32_t east = 0;
	int len;

	if (zero)
		return set(reader, EV_JAVA_OFFSET, 0, from, from + zero);
	len = ev_java_offset_scan(rest_of(reader, from), item->style, &east);
	reader->range = len < 0;
	if (len <= 0)
		return fail(reader, from);
	return set(reader, EV_JAVA_OFFSET, east, from, from + (size_t)len);
}

/* :MM and :SS behind the hour of GMT+2: the seconds; where must, the first has
 * to be there. */
static bool
read_clock(const struct reader *reader, size_t *at, bool must, int *seconds)
{
	*seconds = 0;
	for (int unit = 60; unit; unit /= 60) {
		const char *c = reader->text.ptr + *at;

		if (reader->text.len - *at < 3 || c[0] != ':' ||
		    count_digits(reader, *at + 1, 2) < 2)
			return unit == 1 || !must;
		*seconds += unit * ((c[1] - '0') * 10 + c[2] - '0');
		*at += 3;
	}
	return true;
}

static bool
read_local_offset(struct reader *reader, const struct ev_java_item *item)
{
	size_t from = reader->at, hours, at;
	bool full = item->style == EV_JAVA_FULL;
	int64_t hour;
	int seconds;
	char sign;

	if (!match(reader, from, EV_SLICE("GMT")))
		return fail(reader, from);
	at = from + 3;
	sign = at < reader->text.len ? reader->text.ptr[at] : 0;
	if (sign != '+' && sign != '-')
		return set(reader, EV_JAVA_OFFSET, 0, from, at);
	hours = count_digits(reader, at + 1, 2);
	if (hours < (full ? 2u : 1u))
		return fail(reader, from);
	hour = number_at(reader, at + 1, &hours);
	at += 1 + hours;
	if (!read_clock(reader, &at, full, &seconds))
		return fail(reader, from);
	hour = hour * 3600 + seconds;
	return set(reader, EV_JAVA_OFFSET, sign == '-' ? -hour : hour, from,
	    at);
}

static bool
read_zone(struct reader *reader, const struct ev_java_item *item)
{
	struct ev_java_zone zone;
	size_t len = ev_java_zone_scan(reader->env, rest_of(reader, reader->at),
	    item->kind == EV_JAVA_ZONE_NAME, &zone);

	if (!len)
		return fail(reader, reader->at);
	reader->parsed->zoned = true;
	reader->parsed->zone = zone;
	reader->at += len;
	return true;
}

/* ---- items ---- */

static bool
read_bare(struct reader *reader, const struct ev_java_item *item)
{
	switch (item->kind) {
	case EV_JAVA_LITERAL:
		return read_literal(reader, item);
	case EV_JAVA_NUMBER:
	case EV_JAVA_REDUCED:
		return read_number(reader, item);
	case EV_JAVA_FRACTION:
		return read_fraction(reader, item);
	case EV_JAVA_TEXT:
		return read_word(reader, item);
	case EV_JAVA_OFFSET_ID:
		return read_offset(reader, item);
	case EV_JAVA_OFFSET_LOCAL:
		return read_local_offset(reader, item);
	default:
		return read_zone(reader, item);
	}
}

/* What is padded has all its width, blanks first. */
static bool
read_padded(struct reader *reader, const struct ev_java_item *item)
{
	struct ev_slice whole = reader->text;
	size_t start = reader->at, end = start;
	bool ok;

	for (unsigned i = 0; i < item->pad; i++) {
		uint32_t code;

		if (end == whole.len)
			return fail(reader, start);
		end += ev_utf8_decode(whole.ptr + end, &code);
	}
	while (reader->at < end && whole.ptr[reader->at] == ' ')
		reader->at++;
	reader->text.len = end;
	ok = read_bare(reader, item);
	reader->text.len = whole.len;
	return ok && reader->at != end ? fail(reader, start) : ok;
}

/* The items from..end; what stands in brackets may be missing. */
static bool
read_items(struct reader *reader, unsigned from, unsigned end)
{
	for (unsigned i = from; i < end; i++) {
		const struct ev_java_item *item = &reader->picture->item[i];
		struct ev_java_parsed before;
		size_t at = reader->at;

		if (item->kind == EV_JAVA_CLOSE)
			continue;
		if (item->kind != EV_JAVA_OPEN) {
			if (!(item->pad ? read_padded : read_bare)(reader,
				item))
				return false;
			continue;
		}
		before = *reader->parsed;
		if (!read_items(reader, i + 1, item->next)) {
			if (reader->range)
				return false;
			*reader->parsed = before;
			reader->at = at;
		}
		i = item->next;
	}
	return true;
}

enum ev_status
ev_java_scan(const struct ev_time_env *env, struct ev_slice text,
    const struct ev_java_picture *picture, struct ev_java_parsed *parsed,
    struct ev_err *err)
{
	struct reader reader = {.env = env,
	    .picture = picture,
	    .text = text,
	    .parsed = parsed};
	const char *what = "is not what the picture says";
	size_t at;

	if (read_items(&reader, 0, picture->count)) {
		if (reader.at == text.len)
			return EV_OK;
		what = "goes on behind what the picture says";
		reader.wrong = reader.at;
	}
	at = ev_utf8_count(text.ptr, reader.wrong) + 1;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "\"%.*s\" %s, from character %zu on", (int)text.len, text.ptr, what,
	    at);
}
