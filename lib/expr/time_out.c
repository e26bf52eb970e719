/*
 * time_out: values to text, as PostgreSQL writes them with DateStyle ISO.
 */
#include <string.h>

#include "expr/time_parts.h"

static char *
put_pair(char *out, int n)
{
	out[0] = (char)('0' + n / 10);
	out[1] = (char)('0' + n % 10);
	return out + 2;
}

static char *
put_year(char *out, int year)
{
	char digits[12];
	int count = 0;

	if (year < 10000)
		return put_pair(put_pair(out, year / 100), year % 100);
	for (; year; year /= 10)
		digits[count++] = (char)('0' + year % 10);
	while (count)
		*out++ = digits[--count];
	return out;
}

static char *
put_date(char *out, const struct ev_time_parts *parts)
{
	out = put_year(out, parts->year > 0 ? parts->year : 1 - parts->year);
	*out++ = '-';
	out = put_pair(out, parts->month);
	*out++ = '-';
	return put_pair(out, parts->day);
}

/* Microseconds without the zeros at the end; nothing if there are none. */
static char *
put_fraction(char *out, int usec)
{
	int count = 6;

	if (!usec)
		return out;
	while (usec % 10 == 0) {
		usec /= 10;
		count--;
	}
	*out = '.';
	for (int i = count; i > 0; i--, usec /= 10)
		out[i] = (char)('0' + usec % 10);
	return out + 1 + count;
}

static char *
put_clock(char *out, const struct ev_time_parts *parts)
{
	out = put_pair(out, parts->hour);
	*out++ = ':';
	out = put_pair(out, parts->minute);
	*out++ = ':';
	out = put_pair(out, parts->second);
	return put_fraction(out, parts->usec);
}

static char *
put_offset(char *out, int32_t east, bool minutes)
{
	int32_t size = east < 0 ? -east : east;

	*out++ = east < 0 ? '-' : '+';
	/* a zone given as a POSIX string may be a hundred hours off */
	if (size >= 360000)
		*out++ = '1';
	out = put_pair(out, size / 3600 % 100);
	if (size % 3600 || minutes) {
		*out++ = ':';
		out = put_pair(out, size / 60 % 60);
	}
	if (size % 60) {
		*out++ = ':';
		out = put_pair(out, size % 60);
	}
	return out;
}

static char *
put_text(char *out, const char *text)
{
	size_t len = strlen(text);

	memcpy(out, text, len);
	return out + len;
}

static size_t
put_time(const struct ev_time_env *env, enum ev_time_kind kind, int64_t value,
    bool json, char *out)
{
	struct ev_time_parts parts;
	char *at = out;

	if (ev_time_infinite(value)) {
		at = put_text(at, value < 0 ? "-infinity" : "infinity");
		return (size_t)(at - out);
	}
	ev_time_split_kind(kind, value, env->zone, &parts);
	at = put_date(at, &parts);
	if (kind != EV_TIME_DATE) {
		*at++ = json ? 'T' : ' ';
		at = put_clock(at, &parts);
	}
	if (kind == EV_TIME_TZ)
		at = put_offset(at, parts.east, json);
	if (parts.year <= 0)
		at = put_text(at, " BC");
	return (size_t)(at - out);
}

size_t
ev_time_out(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, char *out)
{
	return put_time(env, kind, value, false, out);
}

size_t
ev_time_json(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, char *out)
{
	return put_time(env, kind, value, true, out);
}
