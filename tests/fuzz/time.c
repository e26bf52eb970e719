/*
 * time: any bytes as a date, timestamp, zone, picture and number. What is
 * read must be written and read again as the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "expr/pict.h"
#include "expr/pict_java.h"
#include "expr/time.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static struct ev_time_env env;

static void
read_and_write(enum ev_time_kind kind, struct ev_slice text)
{
	struct ev_err err;
	char out[EV_TIME_TEXT_MAX];
	int64_t value, again;
	struct ev_slice written = {out, 0};

	if (ev_time_in(&env, kind, text, &value, &err) != EV_OK)
		return;
	written.len = ev_time_out(&env, kind, value, out);
	if (written.len > sizeof(out) ||
	    ev_time_in(&env, kind, written, &again, &err) != EV_OK ||
	    again != value)
		abort();
}

/* The first line is a text or a number, the rest a picture. */
static void
pictures(struct ev_slice text, struct ev_slice format)
{
	struct ev_buf out = {0};
	struct ev_err err;
	int64_t value;
	bool null;

	ev_pict_parse(&env, text, ev_pict_of(format), EV_TIME_TZ, &value, &err);
	ev_pict_parse(&env, text, ev_pict_of(format), EV_TIME_DATE, &value,
	    &err);
	ev_pict_time(&env, EV_TIME_TZ, env.now, ev_pict_of(format), &out, &null,
	    &err);
	ev_pict_number(EV_PICT_NUMERIC, EV_SLICE("-1234.5678"),
	    ev_pict_of(format), &out, &err);
	ev_pict_number(EV_PICT_DOUBLE, EV_SLICE("0.99999"), ev_pict_of(format),
	    &out, &err);
	ev_buf_release(&out);
}

/* The same with pictures of Java's. What must be text is UTF-8 there. */
static void
java_pictures(struct ev_slice text, struct ev_slice format)
{
	struct ev_arena arena = {0};
	struct ev_java_picture *picture = ev_java_picture_new(&arena);
	struct ev_java_zone zone;
	struct ev_buf out = {0};
	struct ev_err err;
	int64_t seconds, days;
	int nanos;

	if (ev_utf8_check(text.ptr, text.len) < text.len ||
	    ev_utf8_check(format.ptr, format.len) < format.len ||
	    ev_java_picture_set(picture, format, &err) != EV_OK)
		goto out;
	ev_java_zone_session(&env, &zone);
	if (ev_java_read_time(&env, text, picture, &zone, &seconds, &nanos,
		&err) == EV_OK &&
	    (nanos < 0 || nanos > 999999999))
		abort();
	ev_java_read_date(&env, text, picture, &days, &err);
	ev_java_write_date(17953, picture, &out, &err);
	if (ev_java_zone_find(&env, text, &zone, &err) != EV_OK)
		ev_java_zone_utc(&env, &zone);
	ev_java_write_time(INT64_C(604454400500000), &zone, picture, &out,
	    &err);
out:
	ev_buf_release(&out);
	ev_arena_release(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
	struct ev_slice text = {(const char *)bytes, len};
	const char *line = len ? memchr(bytes, '\n', len) : NULL;
	const struct ev_zone *zone;
	struct ev_slice rest;
	struct ev_err err;

	/* zones that are found are kept: a cache for each input */
	env.zones = ev_zones_new(NULL);
	env.zone = ev_zones_utc(env.zones);
	read_and_write(EV_TIME_DATE, text);
	read_and_write(EV_TIME_STAMP, text);
	read_and_write(EV_TIME_TZ, text);
	if (ev_zones_find(env.zones, text, &zone, &err) == EV_OK) {
		ev_zone_at(zone, 1551191400);
		ev_zone_local(zone, INT64_C(9000000000));
	}
	if (line) {
		text.len = (size_t)(line - text.ptr);
		rest = (struct ev_slice){line + 1, len - text.len - 1};
		pictures(text, rest);
		java_pictures(text, rest);
	}
	ev_zones_free(env.zones);
	return 0;
}
