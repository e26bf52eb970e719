/*
 * pict_java_zone: zones as Java names them (java.time.ZoneId).
 */
#include <stdio.h>
#include <strings.h>

#include "expr/pict_java_item.h"
#include "expr/time_word.h"

void
ev_java_offset_id(int32_t east, char *id)
{
	int32_t size = east < 0 ? -east : east;
	int len;

	if (!east) {
		memcpy(id, "Z", 2);
		return;
	}
	len = snprintf(id, EV_JAVA_ZONE_MAX, "%c%02d:%02d",
	    east < 0 ? '-' : '+', size / 3600, size / 60 % 60);
	if (size % 60)
		snprintf(id + len, EV_JAVA_ZONE_MAX - (size_t)len, ":%02d",
		    size % 60);
}

void
ev_java_zone_fixed(const struct ev_time_env *env, const char *prefix,
    int32_t east, struct ev_java_zone *zone)
{
	size_t len = strlen(prefix);

	zone->zone = ev_zones_fixed(env->zones, east);
	memcpy(zone->id, prefix, len + 1);
	if (east || !len)
		ev_java_offset_id(east, zone->id + len);
}

void
ev_java_zone_utc(const struct ev_time_env *env, struct ev_java_zone *zone)
{
	ev_java_zone_fixed(env, "UTC", 0, zone);
}

/* A zone of a POSIX string has no name that Java knows: UTC, or its offset. */
void
ev_java_zone_session(const struct ev_time_env *env, struct ev_java_zone *zone)
{
	const char *name = ev_zone_name(env->zone);

	if (!name && env->zone == ev_zones_utc(env->zones))
		name = "UTC";
	zone->zone = env->zone;
	snprintf(zone->id, sizeof(zone->id), "%s", name ? name : "");
}

/* ---- offsets ---- */

struct digits {
	struct ev_slice text;
	size_t at;
};

/* Two digits at most max, behind a colon if there must be one. */
static bool
take_two(struct digits *digits, bool colon, int max, int *value)
{
	const char *c = digits->text.ptr + digits->at;
	size_t left = digits->text.len - digits->at;

	if (colon) {
		if (!left || *c != ':')
			return false;
		c++;
		left--;
	}
	if (left < 2 || c[0] < '0' || c[0] > '9' || c[1] < '0' || c[1] > '9')
		return false;
	if ((c[0] - '0') * 10 + c[1] - '0' > max)
		return false;
	*value = (c[0] - '0') * 10 + c[1] - '0';
	digits->at += colon ? 3 : 2;
	return true;
}

/* The styles: +HH, +HHmm, +HH:mm, +HHMM, +HH:MM, +HHMMss, +HH:MM:ss; small
 * letters may be missing. */
int
ev_java_offset_scan(struct ev_slice text, unsigned style, int32_t *east)
{
	struct digits digits = {text, 1};
	bool colon = style && style % 2 == 0;
	int hour, minute = 0, second = 0;

	if (!text.len || (text.ptr[0] != '+' && text.ptr[0] != '-') ||
	    !take_two(&digits, false, 59, &hour))
		return 0;
	if (style) {
		bool there = take_two(&digits, colon, 59, &minute);

		if (!there && style > 2)
			return 0;
		if (there && style > 4)
			take_two(&digits, colon, 59, &second);
	}
	if (hour > 23)
		return -1;
	*east = hour * 3600 + minute * 60 + second;
	if (text.ptr[0] == '-')
		*east = -*east;
	return (int)digits.at;
}

static bool
in_range(int32_t east)
{
	return east >= -18 * 3600 && east <= 18 * 3600;
}

/* A whole text as ZoneOffset.of reads it. */
static bool
whole_offset(struct ev_slice text, int32_t *east)
{
	char padded[4];

	*east = 0;
	if (!text.len)
		return false;
	if (text.len == 1 && (*text.ptr == 'Z' || *text.ptr == 'z'))
		return true;
	if (text.len == 2) { /* +h */
		padded[0] = text.ptr[0];
		padded[1] = '0';
		padded[2] = text.ptr[1];
		text = (struct ev_slice){padded, 3};
	}
	for (unsigned style = 5; style <= 6; style++)
		if (text.len == 3 ? ev_java_offset_scan(text, 0, east) == 3
				  : ev_java_offset_scan(text, style, east) ==
			    (int)text.len)
			return in_range(*east);
	return false;
}

/* UTC, GMT or UT at the beginning, or NULL. */
static const char *
prefix_of(struct ev_slice text)
{
	static const char *const prefixes[] = {"UTC", "GMT", "UT"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (text.len >= strlen(prefixes[i]) &&
		    !strncasecmp(text.ptr, prefixes[i], strlen(prefixes[i])))
			return prefixes[i];
	return NULL;
}

/* Of IANA. */
static bool
find_region(const struct ev_time_env *env, struct ev_slice name,
    struct ev_java_zone *zone)
{
	const char *found;

	if (!name.len || name.len >= EV_JAVA_ZONE_MAX ||
	    ev_zones_find(env->zones, name, &zone->zone, NULL) != EV_OK)
		return false;
	found = ev_zone_name(zone->zone);
	if (found)
		snprintf(zone->id, sizeof(zone->id), "%s", found);
	return found != NULL;
}

/* UTC+02:00, UTC, +02:00, Z. */
static bool
find_fixed(const struct ev_time_env *env, struct ev_slice name,
    struct ev_java_zone *zone)
{
	const char *prefix = prefix_of(name);
	size_t len = prefix ? strlen(prefix) : 0;
	struct ev_slice rest = {name.ptr + len, name.len - len};
	int32_t east = 0;

	if (prefix && rest.len && *rest.ptr != '+' && *rest.ptr != '-')
		return false;
	if ((!prefix || rest.len) && !whole_offset(rest, &east))
		return false;
	ev_java_zone_fixed(env, prefix ? prefix : "", east, zone);
	return true;
}

enum ev_status
ev_java_zone_find(const struct ev_time_env *env, struct ev_slice name,
    struct ev_java_zone *zone, struct ev_err *err)
{
	if (find_fixed(env, name, zone) || find_region(env, name, zone))
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "time zone \"%.*s\" is none of Java's", (int)name.len, name.ptr);
}

/* ---- at the beginning of a text ---- */

/* Letters of an abbreviation, which do not go on. */
static size_t
scan_abbrev(const struct ev_time_env *env, struct ev_slice text,
    struct ev_java_zone *zone)
{
	const struct ev_time_abbrev *found;
	char lower[8];
	size_t len = 0;

	while (len < text.len && len < sizeof(lower) - 1 &&
	    ((text.ptr[len] | 32) >= 'a' && (text.ptr[len] | 32) <= 'z')) {
		lower[len] = (char)(text.ptr[len] | 32);
		len++;
	}
	lower[len] = '\0';
	found = ev_time_abbrev_find(lower);
	if (!found || (len < text.len && text.ptr[len] == '/'))
		return 0;
	if (found->zone)
		return find_region(env, ev_slice_of(found->zone), zone) ? len
									: 0;
	ev_java_zone_fixed(env, "", found->east, zone);
	return len;
}

/* The longest beginning that names a zone of IANA. */
static size_t
scan_region(const struct ev_time_env *env, struct ev_slice text,
    struct ev_java_zone *zone)
{
	size_t len = 0;

	while (len < text.len && len < EV_JAVA_ZONE_MAX - 1 &&
	    ((text.ptr[len] >= '+' && text.ptr[len] <= '9' &&
		 text.ptr[len] != ',' && text.ptr[len] != '.') ||
		text.ptr[len] == '_' ||
		((text.ptr[len] | 32) >= 'a' && (text.ptr[len] | 32) <= 'z')))
		len++;
	while (len && !find_region(env, (struct ev_slice){text.ptr, len}, zone))
		len = ev_zones_prefix(env->zones,
		    (struct ev_slice){text.ptr, len - 1});
	return len;
}

/* UTC, GMT or UT, and an offset if one follows; GMT0 is a zone. */
static size_t
scan_prefixed(const struct ev_time_env *env, struct ev_slice text,
    const char *prefix, struct ev_java_zone *zone)
{
	size_t len = strlen(prefix);
	int32_t east = 0;
	int more;

	if (!strcmp(prefix, "GMT") && text.len > len && text.ptr[len] == '0') {
		ev_java_zone_fixed(env, "GMT0", 0, zone);
		return len + 1;
	}
	more = ev_java_offset_scan((struct ev_slice){text.ptr + len,
				       text.len - len},
	    6, &east);
	if (more > 0 && !in_range(east))
		return 0;
	ev_java_zone_fixed(env, prefix, more > 0 ? east : 0, zone);
	return len + (more > 0 ? (size_t)more : 0);
}

size_t
ev_java_zone_scan(const struct ev_time_env *env, struct ev_slice text,
    bool abbrevs, struct ev_java_zone *zone)
{
	const char *prefix = prefix_of(text);
	int32_t east = 0;
	size_t len;
	int more;

	if (!text.len)
		return 0;
	if (*text.ptr == '+' || *text.ptr == '-') {
		more = ev_java_offset_scan(text, 6, &east);
		if (more <= 0 || !in_range(east))
			return 0;
		ev_java_zone_fixed(env, "", east, zone);
		return (size_t)more;
	}
	if (prefix)
		return scan_prefixed(env, text, prefix, zone);
	len = abbrevs ? scan_abbrev(env, text, zone) : 0;
	if (!len)
		len = scan_region(env, text, zone);
	if (len || (*text.ptr | 32) != 'z')
		return len;
	ev_java_zone_fixed(env, "", 0, zone);
	return 1;
}
