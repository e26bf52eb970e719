/*
 * pict_java_write: dates and times after a picture of Java's.
 */
#include <stdio.h>

#include "base/utf8.h"
#include "expr/pict_java_item.h"
#include "expr/time_parts.h"

static enum ev_status
wrong(struct ev_err *err, const struct ev_java_item *item, const char *why)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%c of the picture: %s",
	    item->letter, why);
}

static enum ev_status
write_number(const struct ev_java_item *item, int64_t value, struct ev_buf *out,
    struct ev_err *err)
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%llu",
	    (unsigned long long)size);

	if (len > item->max)
		return wrong(err, item, "the number has more digits");
	if (value < 0 && item->sign == EV_JAVA_NOT_NEGATIVE)
		return wrong(err, item, "the number is negative");
	if (value < 0)
		ev_buf_char(out, '-');
	else if (item->sign == EV_JAVA_EXCEEDS_PAD && len > item->min)
		ev_buf_char(out, '+');
	ev_buf_printf(out, "%0*llu", item->min, (unsigned long long)size);
	return EV_OK;
}

/* The first digits of the nanoseconds. */
static void
write_fraction(const struct ev_java_item *item, int64_t nanos,
    struct ev_buf *out)
{
	ev_buf_printf(out, "%09lld", (long long)nanos);
	out->len -= 9u - item->min;
}

static void
write_offset(const struct ev_java_item *item, int32_t east, struct ev_buf *out)
{
	unsigned style = item->style;
	const char *colon = style && style % 2 == 0 ? ":" : "";
	int32_t size = east < 0 ? -east : east;
	int hour = size / 3600, minute = size / 60 % 60, second = size % 60;

	if (!east || (!hour && !minute && (style < 5 || !second))) {
		ev_buf_str(out, item->zero);
		return;
	}
	ev_buf_printf(out, "%c%02d", east < 0 ? '-' : '+', hour);
	if (style < 3 && !minute)
		return;
	ev_buf_printf(out, "%s%02d", colon, minute);
	if (style >= 5 && second)
		ev_buf_printf(out, "%s%02d", colon, second);
}

/* GMT, GMT+2, GMT+02:00. */
static void
write_local_offset(const struct ev_java_item *item, int32_t east,
    struct ev_buf *out)
{
	bool full = item->style == EV_JAVA_FULL;
	int32_t size = east < 0 ? -east : east;

	ev_buf_str(out, "GMT");
	if (!east)
		return;
	ev_buf_printf(out, "%c%0*d", east < 0 ? '-' : '+', full ? 2 : 1,
	    size / 3600);
	if (full || size % 3600)
		ev_buf_printf(out, ":%02d", size / 60 % 60);
	if (size % 60)
		ev_buf_printf(out, ":%02d", size % 60);
}

static void
write_zone(const struct ev_java_item *item, const struct ev_java_moment *moment,
    struct ev_buf *out)
{
	char id[EV_JAVA_ZONE_MAX];
	bool named = ev_zone_name(moment->zone->zone) != NULL;

	if (item->kind == EV_JAVA_ZONE_NAME &&
	    (named || !moment->zone->id[0])) {
		ev_buf_str(out, moment->abbrev);
	} else if (moment->zone->id[0]) {
		ev_buf_str(out, moment->zone->id);
	} else {
		ev_java_offset_id(moment->east, id);
		ev_buf_str(out, id);
	}
}

static void
write_word(const struct ev_java_item *item, int64_t value, struct ev_buf *out)
{
	int64_t first;
	const char *const *words = ev_java_words(item, &first);

	if (item->field == EV_JAVA_WEEKDAY)
		value %= 7;
	ev_buf_str(out, words[value - first]);
}

static enum ev_status
write_item(const struct ev_java_moment *moment, const struct ev_java_item *item,
    int64_t value, struct ev_buf *out, struct ev_err *err)
{
	switch (item->kind) {
	case EV_JAVA_NUMBER:
		return write_number(item, value, out, err);
	case EV_JAVA_REDUCED:
		ev_buf_printf(out, "%02d",
		    (int)((value < 0 ? -value : value) % 100));
		break;
	case EV_JAVA_FRACTION:
		write_fraction(item, value, out);
		break;
	case EV_JAVA_TEXT:
		write_word(item, value, out);
		break;
	case EV_JAVA_OFFSET_ID:
		write_offset(item, (int32_t)value, out);
		break;
	case EV_JAVA_OFFSET_LOCAL:
		write_local_offset(item, (int32_t)value, out);
		break;
	default:
		write_zone(item, moment, out);
		break;
	}
	return EV_OK;
}

/* Blanks before what an item wrote from `start` on. */
static enum ev_status
pad(const struct ev_java_item *item, size_t start, struct ev_buf *out,
    struct ev_err *err)
{
	size_t count, len = out->len - start;

	if (!item->pad)
		return EV_OK;
	count = ev_utf8_count(out->ptr + start, len);
	if (count > item->pad)
		return wrong(err, item, "is wider than its padding");
	count = item->pad - count;
	ev_buf_reserve(out, count);
	memmove(out->ptr + start + count, out->ptr + start, len);
	memset(out->ptr + start, ' ', count);
	out->len += count;
	return EV_OK;
}

/* What is in brackets is left out if the moment has not all of it. */
static enum ev_status
write_all(const struct ev_java_moment *moment,
    const struct ev_java_picture *picture, struct ev_buf *out,
    struct ev_err *err)
{
	struct {
		size_t len;
		unsigned next;
	} open[EV_JAVA_ITEMS];
	unsigned depth = 0;

	for (unsigned i = 0; i < picture->count; i++) {
		const struct ev_java_item *item = &picture->item[i];
		size_t start = out->len;
		int64_t value = 0;

		if (item->kind == EV_JAVA_OPEN) {
			open[depth].len = out->len;
			open[depth++].next = item->next;
		} else if (item->kind == EV_JAVA_CLOSE) {
			depth--;
		} else if (item->kind == EV_JAVA_LITERAL) {
			ev_buf_slice(out, item->text);
		} else if (ev_java_moment_get(moment, item->field, &value)) {
			if (write_item(moment, item, value, out, err) !=
				EV_OK ||
			    pad(item, start, out, err) != EV_OK)
				return EV_BAD;
		} else if (depth) {
			out->len = open[--depth].len;
			i = open[depth].next;
		} else {
			return wrong(err, item, "a date has no such part");
		}
	}
	return EV_OK;
}

enum ev_status
ev_java_write_time(int64_t stamp, const struct ev_java_zone *zone,
    const struct ev_java_picture *picture, struct ev_buf *out,
    struct ev_err *err)
{
	struct ev_java_moment moment = {.zone = zone};
	int64_t seconds = ev_time_unix(stamp);
	struct ev_zone_at at = ev_zone_at(zone->zone, seconds);
	int64_t local = seconds + at.east;
	int64_t days = local / EV_JAVA_DAY - (local % EV_JAVA_DAY < 0);

	ev_java_moment_date(&moment, days);
	moment.has_time = moment.has_zone = true;
	moment.nanos = (local - days * EV_JAVA_DAY) * EV_JAVA_NANO +
	    (stamp - ev_time_seconds(stamp) * EV_TIME_SECOND_USEC) * 1000;
	moment.east = at.east;
	moment.abbrev = at.abbrev;
	return write_all(&moment, picture, out, err);
}

enum ev_status
ev_java_write_date(int64_t days, const struct ev_java_picture *picture,
    struct ev_buf *out, struct ev_err *err)
{
	struct ev_java_moment moment = {0};

	ev_java_moment_date(&moment, days);
	return write_all(&moment, picture, out, err);
}
