/*
 * pict_java: a picture of Java's into its items: appendPattern of
 * DateTimeFormatterBuilder. The rest: pict_java_*.c.
 */
#include "expr/pict_java_item.h"

#include "base/utf8.h"

struct maker {
	struct ev_slice picture;
	struct ev_java_picture *made;
	struct ev_err *err;
	int active; /* the number that others may touch, or -1 */
	unsigned pad;
	unsigned open[EV_JAVA_ITEMS], depth; /* the [ that are open */
};

/* What is wrong, with which letter (0: none), and where. */
static enum ev_status
wrong(const struct maker *maker, size_t at, const char *what, char letter)
{
	struct ev_slice picture = maker->picture;

	return ev_err_set(maker->err, EV_BAD, EV_EXIT_DATA,
	    "the picture '%.*s' %s%s%.*s%s, at character %zu", (int)picture.len,
	    picture.ptr, what, letter ? " '" : "", letter != 0, &letter,
	    letter ? "'" : "", ev_utf8_count(picture.ptr, at) + 1);
}

static enum ev_status
add_item(struct maker *maker, size_t at, struct ev_java_item item)
{
	struct ev_java_picture *made = maker->made;

	if (made->count == EV_JAVA_ITEMS)
		return wrong(maker, at, "has too many parts", 0);
	item.pad = (uint16_t)maker->pad;
	maker->pad = 0;
	maker->active = -1;
	made->item[made->count++] = item;
	return EV_OK;
}

/* Numbers that touch: the first takes what the others, of fixed width, leave;
 * a second one of no fixed width fixes the first. */
static enum ev_status
add_number(struct maker *maker, size_t at, struct ev_java_item item)
{
	int base = maker->active;
	bool padded = maker->pad != 0;
	bool fixed = item.min == item.max && item.sign == EV_JAVA_NOT_NEGATIVE;
	struct ev_java_item *first = &maker->made->item[base < 0 ? 0 : base];
	enum ev_status status;

	if (base >= 0 && fixed) {
		first->behind = (int16_t)(first->behind + item.max);
		item.behind = -1;
	} else if (base >= 0) {
		first->behind = -1;
	}
	status = add_item(maker, at, item);
	if (!padded)
		maker->active = base >= 0 && fixed
		    ? base
		    : (int)maker->made->count - 1;
	return status;
}

static const struct {
	char letter;
	uint8_t field;
} letters[] = {
    {'G', EV_JAVA_ERA},
    {'u', EV_JAVA_YEAR},
    {'y', EV_JAVA_YEAR_OF_ERA},
    {'D', EV_JAVA_DAY_OF_YEAR},
    {'M', EV_JAVA_MONTH},
    {'L', EV_JAVA_MONTH},
    {'d', EV_JAVA_DAY_OF_MONTH},
    {'Q', EV_JAVA_QUARTER},
    {'q', EV_JAVA_QUARTER},
    {'Y', EV_JAVA_WEEK_YEAR},
    {'w', EV_JAVA_WEEK},
    {'W', EV_JAVA_WEEK_OF_MONTH},
    {'E', EV_JAVA_WEEKDAY},
    {'e', EV_JAVA_LOCAL_WEEKDAY},
    {'c', EV_JAVA_LOCAL_WEEKDAY},
    {'a', EV_JAVA_AMPM},
    {'h', EV_JAVA_CLOCK_AMPM},
    {'K', EV_JAVA_HOUR_AMPM},
    {'k', EV_JAVA_CLOCK_HOUR},
    {'H', EV_JAVA_HOUR},
    {'m', EV_JAVA_MINUTE},
    {'s', EV_JAVA_SECOND},
    {'S', EV_JAVA_NANO_OF_SECOND},
    {'A', EV_JAVA_MILLI_OF_DAY},
    {'n', EV_JAVA_NANO_OF_SECOND},
    {'N', EV_JAVA_NANO_OF_DAY},
    {'V', EV_JAVA_OFFSET},
    {'z', EV_JAVA_OFFSET},
    {'O', EV_JAVA_OFFSET},
    {'X', EV_JAVA_OFFSET},
    {'x', EV_JAVA_OFFSET},
    {'Z', EV_JAVA_OFFSET},
};

static enum ev_status
too_many(struct maker *maker, size_t at, char letter)
{
	return wrong(maker, at, "has too many letters", letter);
}

static enum ev_status
add_text(struct maker *maker, size_t at, struct ev_java_item item,
    enum ev_java_style style)
{
	item.kind = EV_JAVA_TEXT;
	item.style = (uint8_t)style;
	/* the names of days are those of the day of the week, e and c too */
	if (item.field == EV_JAVA_LOCAL_WEEKDAY)
		item.field = EV_JAVA_WEEKDAY;
	return add_item(maker, at, item);
}

static enum ev_status
add_digits(struct maker *maker, size_t at, struct ev_java_item item,
    unsigned min, unsigned max, enum ev_java_sign sign)
{
	item.kind = EV_JAVA_NUMBER;
	item.min = (uint8_t)min;
	item.max = (uint8_t)max;
	item.sign = (uint8_t)sign;
	return add_number(maker, at, item);
}

/* u, y and Y. */
static enum ev_status
add_year(struct maker *maker, size_t at, struct ev_java_item item,
    unsigned count)
{
	if (count > 19)
		return too_many(maker, at, item.letter);
	if (count == 2) {
		item.kind = EV_JAVA_REDUCED;
		item.min = item.max = 2;
		item.sign = EV_JAVA_NOT_NEGATIVE;
		return add_number(maker, at, item);
	}
	return add_digits(maker, at, item, count, 19,
	    count < 4 ? EV_JAVA_NORMAL : EV_JAVA_EXCEEDS_PAD);
}

/* M L Q q E e c: numbers or words. */
static enum ev_status
add_named(struct maker *maker, size_t at, struct ev_java_item item,
    unsigned count)
{
	static const enum ev_java_style styles[] = {EV_JAVA_SHORT, EV_JAVA_FULL,
	    EV_JAVA_NARROW};

	if (count > 5 || (item.letter == 'c' && count == 2))
		return too_many(maker, at, item.letter);
	if (count > 2)
		return add_text(maker, at, item, styles[count - 3]);
	if (item.letter == 'E')
		return add_text(maker, at, item, EV_JAVA_SHORT);
	if (strchr("ec", item.letter) || count == 2)
		return add_digits(maker, at, item, count, count,
		    EV_JAVA_NOT_NEGATIVE);
	return add_digits(maker, at, item, 1, 19, EV_JAVA_NORMAL);
}

/* d h H k K m s, D, and A n N. */
static enum ev_status
add_plain(struct maker *maker, size_t at, struct ev_java_item item,
    unsigned count)
{
	bool long_one = strchr("AnN", item.letter) != NULL;
	unsigned max = long_one ? 19 : item.letter == 'D' ? 3 : 2;

	if (count > max)
		return too_many(maker, at, item.letter);
	if (count == 1 && !long_one)
		return add_digits(maker, at, item, 1, 19, EV_JAVA_NORMAL);
	return add_digits(maker, at, item, count, max, EV_JAVA_NOT_NEGATIVE);
}

/* O X x Z, VV and z. */
static enum ev_status
add_offset(struct maker *maker, size_t at, struct ev_java_item item,
    unsigned count)
{
	char letter = item.letter;

	if (letter == 'V'       ? count != 2
		: letter == 'O' ? count != 1 && count != 4
				: count > 5)
		return wrong(maker, at, "has the wrong number of letters",
		    letter);
	item.kind = EV_JAVA_OFFSET_ID;
	item.style = (uint8_t)(count + (count == 1 ? 0 : 1));
	item.zero = "Z";
	if (letter == 'x')
		item.zero = count == 1 ? "+00"
		    : count % 2 == 0   ? "+0000"
				       : "+00:00";
	if (letter == 'Z' && count < 4) {
		item.style = 3;
		item.zero = "+0000";
	}
	if (letter == 'O' || (letter == 'Z' && count == 4)) {
		item.kind = EV_JAVA_OFFSET_LOCAL;
		item.style = count == 4 ? EV_JAVA_FULL : EV_JAVA_SHORT;
	}
	if (letter == 'V' || letter == 'z')
		item.kind = letter == 'V' ? EV_JAVA_ZONE_ID : EV_JAVA_ZONE_NAME;
	if (letter == 'z' && count > 3)
		return wrong(maker, at,
		    "has long names of zones (zzzz), which are not supported",
		    0);
	return add_item(maker, at, item);
}

static enum ev_status
add_letter(struct maker *maker, size_t at, struct ev_java_item item,
    unsigned count)
{
	switch (item.letter) {
	case 'u':
	case 'y':
	case 'Y':
		return add_year(maker, at, item, count);
	case 'M':
	case 'L':
	case 'Q':
	case 'q':
	case 'E':
	case 'e':
	case 'c':
		return add_named(maker, at, item, count);
	case 'w':
	case 'W':
		if (count > (item.letter == 'w' ? 2u : 1u))
			return too_many(maker, at, item.letter);
		return add_digits(maker, at, item, count,
		    item.letter == 'w' ? 2 : 1, EV_JAVA_NOT_NEGATIVE);
	case 'G':
	case 'a':
		if (count > (item.letter == 'G' ? 5u : 1u))
			return too_many(maker, at, item.letter);
		return add_text(maker, at, item,
		    count < 4        ? EV_JAVA_SHORT
			: count == 4 ? EV_JAVA_FULL
				     : EV_JAVA_NARROW);
	case 'S':
		if (count > 9)
			return too_many(maker, at, 'S');
		item.kind = EV_JAVA_FRACTION;
		item.min = item.max = (uint8_t)count;
		item.sign = EV_JAVA_NOT_NEGATIVE;
		return add_number(maker, at, item);
	case 'V':
	case 'z':
	case 'O':
	case 'X':
	case 'x':
	case 'Z':
		return add_offset(maker, at, item, count);
	default:
		return add_plain(maker, at, item, count);
	}
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* How often the letter stands there. */
static unsigned
run_of(struct ev_slice picture, size_t at)
{
	size_t end = at;

	while (end < picture.len && picture.ptr[end] == picture.ptr[at])
		end++;
	return (unsigned)(end - at);
}

/* Letters from *at on; p takes the next with it. */
static enum ev_status
take_letters(struct maker *maker, size_t *at)
{
	struct ev_slice picture = maker->picture;
	unsigned count = run_of(picture, *at);
	size_t start = *at;
	char letter = picture.ptr[start];

	*at += count;
	if (letter == 'p') {
		if (count > 1000)
			return too_many(maker, start, 'p');
		if (*at == picture.len || !is_letter(picture.ptr[*at]))
			return wrong(maker, start,
			    "has a p without a letter that it pads", 0);
		maker->pad = count;
		maker->active = -1;
		start = *at;
		letter = picture.ptr[start];
		count = run_of(picture, start);
		*at += count;
	}
	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].letter == letter)
			return add_letter(maker, start,
			    (struct ev_java_item){.field = letters[i].field,
				.letter = letter},
			    count);
	return wrong(maker, start,
	    strchr("BFgv", letter) ? "has an unsupported letter"
				   : "has an unknown letter",
	    letter);
}

static enum ev_status
add_literal(struct maker *maker, size_t at, const char *ptr, size_t len)
{
	return add_item(maker, at,
	    (struct ev_java_item){.kind = EV_JAVA_LITERAL, .text = {ptr, len}});
}

/* From a quote on: '' in it is one, and so is '' alone. */
static enum ev_status
take_quoted(struct maker *maker, size_t *at)
{
	struct ev_slice picture = maker->picture;
	size_t start = (*at)++, from = *at;
	enum ev_status status = EV_OK;

	for (; status == EV_OK && *at < picture.len; ++*at) {
		size_t end = *at;

		if (picture.ptr[end] != '\'')
			continue;
		++*at;
		if (*at == picture.len || picture.ptr[*at] != '\'')
			return end == start + 1
			    ? add_literal(maker, start, "'", 1)
			    : add_literal(maker, start, picture.ptr + from,
				  end - from);
		/* with the first of the two */
		status = add_literal(maker, start, picture.ptr + from,
		    *at - from);
		from = *at + 1;
	}
	return status != EV_OK
	    ? status
	    : wrong(maker, start, "has a quote that does not end", 0);
}

static enum ev_status
take_bracket(struct maker *maker, size_t at)
{
	struct ev_java_picture *made = maker->made;
	bool opens = maker->picture.ptr[at] == '[';
	enum ev_status status;

	if (!opens && !maker->depth)
		return wrong(maker, at, "has a ] without a [", 0);
	status = add_item(maker, at,
	    (struct ev_java_item){
		.kind = opens ? EV_JAVA_OPEN : EV_JAVA_CLOSE});
	if (status != EV_OK)
		return status;
	if (opens)
		maker->open[maker->depth++] = made->count - 1;
	else
		made->item[maker->open[--maker->depth]].next =
		    (uint16_t)(made->count - 1);
	return EV_OK;
}

/* Characters that stand for themselves. */
static enum ev_status
take_others(struct maker *maker, size_t *at)
{
	struct ev_slice picture = maker->picture;
	size_t start = *at;

	if (strchr("{}#", picture.ptr[start]))
		return wrong(maker, start, "has a reserved character",
		    picture.ptr[start]);
	while (*at < picture.len && !is_letter(picture.ptr[*at]) &&
	    !strchr("'[]{}#", picture.ptr[*at]))
		++*at;
	return add_literal(maker, start, picture.ptr + start, *at - start);
}

/* Of made->text. */
static enum ev_status
make_items(struct ev_java_picture *made, struct ev_err *err)
{
	struct ev_slice picture = made->text;
	struct maker maker = {.picture = picture,
	    .made = made,
	    .err = err,
	    .active = -1};
	enum ev_status status = EV_OK;

	made->count = 0;
	for (size_t at = 0; status == EV_OK && at < picture.len;) {
		char c = picture.ptr[at];

		if (is_letter(c))
			status = take_letters(&maker, &at);
		else if (c == '\'')
			status = take_quoted(&maker, &at);
		else if (c == '[' || c == ']')
			status = take_bracket(&maker, at++);
		else
			status = take_others(&maker, &at);
	}
	/* what is not closed ends with the picture */
	while (maker.depth)
		made->item[maker.open[--maker.depth]].next =
		    (uint16_t)made->count;
	return status;
}

struct ev_java_picture *
ev_java_picture_new(struct ev_arena *arena)
{
	return ev_arena_zalloc(arena, sizeof(struct ev_java_picture));
}

enum ev_status
ev_java_picture_set(struct ev_java_picture *picture, struct ev_slice text,
    struct ev_err *err)
{
	enum ev_status status;

	if (picture->made && ev_slice_equal(picture->text, text))
		return EV_OK;
	picture->made = false;
	if (text.len > EV_JAVA_PICTURE_MAX)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "the picture has %zu bytes, more than %d", text.len,
		    EV_JAVA_PICTURE_MAX);
	if (text.len)
		memcpy(picture->room, text.ptr, text.len);
	picture->text = (struct ev_slice){picture->room, text.len};
	status = make_items(picture, err);
	picture->made = status == EV_OK;
	return status;
}
