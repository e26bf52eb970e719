/*
 * time: see time.h. Conversions between the kinds, comparison, zones.
 */
#include "expr/time.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "expr/time_decode.h"

/* The first date that no timestamp has. */
#define STAMP_DATE_END 106751983

const char *
ev_time_kind_name(enum ev_time_kind kind)
{
	switch (kind) {
	case EV_TIME_DATE:
		return "date";
	case EV_TIME_STAMP:
		return "timestamp without time zone";
	case EV_TIME_TZ:
		break;
	}
	return "timestamp with time zone";
}

static enum ev_status
stamp_range(struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "timestamp out of range");
}

/* The wall clock of a zone to a timestamptz. */
static enum ev_status
from_local(const struct ev_zone *zone, int64_t stamp, int64_t *result,
    struct ev_err *err)
{
	int64_t local = ev_time_unix(stamp);
	int32_t east = ev_zone_local(zone, local).east;

	if (__builtin_sub_overflow(stamp, east * EV_TIME_SECOND_USEC, &stamp) ||
	    !ev_time_stamp_valid(stamp))
		return stamp_range(err);
	*result = stamp;
	return EV_OK;
}

static enum ev_status
to_local(int32_t east, int64_t stamp, int64_t *result, struct ev_err *err)
{
	if (__builtin_add_overflow(stamp, east * EV_TIME_SECOND_USEC, &stamp) ||
	    !ev_time_stamp_valid(stamp))
		return stamp_range(err);
	*result = stamp;
	return EV_OK;
}

static enum ev_status
date_to_stamp(const struct ev_time_env *env, int64_t date, enum ev_time_kind to,
    int64_t *result, struct ev_err *err)
{
	if (date < STAMP_DATE_END) {
		*result = date * EV_TIME_DAY;
		if (to == EV_TIME_STAMP ||
		    from_local(env->zone, *result, result, NULL) == EV_OK)
			return EV_OK;
	}
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "date out of range for timestamp");
}

enum ev_status
ev_time_cast(const struct ev_time_env *env, enum ev_time_kind from,
    int64_t value, enum ev_time_kind to, int64_t *result, struct ev_err *err)
{
	struct ev_time_parts parts;

	if (from == to || ev_time_infinite(value)) {
		*result = value;
		return EV_OK;
	}
	if (from == EV_TIME_DATE)
		return date_to_stamp(env, value, to, result, err);
	if (to == EV_TIME_TZ)
		return from_local(env->zone, value, result, err);
	if (to == EV_TIME_STAMP)
		return to_local(ev_zone_at(env->zone, ev_time_unix(value)).east,
		    value, result, err);
	ev_time_split_kind(from, value, env->zone, &parts);
	*result = ev_time_date_of(&parts);
	return EV_OK;
}

/* A kind's value as a timestamptz for comparison; beyond the end counts as
 * just before infinity. */
static int64_t
comparable(const struct ev_time_env *env, enum ev_time_kind kind, int64_t value,
    enum ev_time_kind other)
{
	enum ev_time_kind to = kind == EV_TIME_TZ || other == EV_TIME_TZ
	    ? EV_TIME_TZ
	    : EV_TIME_STAMP;
	int64_t result;

	if (ev_time_cast(env, kind, value, to, &result, NULL) != EV_OK)
		return value > 0 ? EV_TIME_INF - 1 : EV_TIME_NEG_INF + 1;
	return result;
}

int
ev_time_compare(const struct ev_time_env *env, enum ev_time_kind a_kind,
    int64_t a, enum ev_time_kind b_kind, int64_t b)
{
	if (a_kind != b_kind) {
		int64_t as = comparable(env, a_kind, a, b_kind);

		b = comparable(env, b_kind, b, a_kind);
		a = as;
	}
	return (a > b) - (a < b);
}

enum ev_status
ev_time_date_add(int64_t date, int64_t days, int64_t *result,
    struct ev_err *err)
{
	int64_t sum;

	if (ev_time_infinite(date)) {
		*result = date;
		return EV_OK;
	}
	if (__builtin_add_overflow(date, days, &sum) ||
	    !ev_time_date_valid(sum))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "date out of range");
	*result = sum;
	return EV_OK;
}

enum ev_status
ev_time_date_diff(int64_t a, int64_t b, int64_t *days, struct ev_err *err)
{
	if (ev_time_infinite(a) || ev_time_infinite(b))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "cannot subtract infinite dates");
	*days = a - b;
	return EV_OK;
}

/* -- zones --------------------------------------------------------------- */

/* What an abbreviation means at a moment in POSIX seconds. */
static int32_t
abbrev_at(const struct ev_time_env *env, const struct ev_time_abbrev *abbrev,
    int64_t seconds)
{
	const struct ev_zone *zone;
	struct ev_zone_at at;
	char upper[16];
	size_t len = strlen(abbrev->name);

	if (!abbrev->zone ||
	    ev_zones_find(env->zones, ev_slice_of(abbrev->zone), &zone, NULL) !=
		EV_OK)
		return abbrev->east;
	for (size_t i = 0; i <= len; i++)
		upper[i] = (char)toupper((unsigned char)abbrev->name[i]);
	if (!ev_zone_abbrev(zone, upper, seconds, &at))
		at = ev_zone_at(zone, seconds);
	return at.east;
}

int32_t
ev_time_abbrev_local(const struct ev_time_env *env,
    const struct ev_time_abbrev *abbrev, const struct ev_time_parts *parts)
{
	const struct ev_zone *zone;
	int32_t east;

	if (!abbrev->zone ||
	    ev_zones_find(env->zones, ev_slice_of(abbrev->zone), &zone, NULL) !=
		EV_OK)
		return abbrev->east;
	east = ev_time_east_at(parts, zone);
	return abbrev_at(env, abbrev, ev_time_local_seconds(parts) - east);
}

static const struct ev_time_abbrev *
find_abbrev(struct ev_slice name)
{
	char lower[16];

	if (name.len >= sizeof(lower))
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		lower[i] = (char)tolower((unsigned char)name.ptr[i]);
	lower[name.len] = '\0';
	return ev_time_abbrev_find(lower);
}

enum ev_status
ev_time_zone_find(const struct ev_time_env *env, struct ev_slice name,
    const struct ev_zone **zone, struct ev_err *err)
{
	const struct ev_time_abbrev *abbrev = find_abbrev(name);

	if (!abbrev)
		return ev_zones_find(env->zones, name, zone, err);
	if (abbrev->zone)
		return ev_zones_find(env->zones, ev_slice_of(abbrev->zone),
		    zone, err);
	*zone = ev_zones_fixed(env->zones, abbrev->east);
	return EV_OK;
}

enum ev_status
ev_time_at_zone(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, struct ev_slice name, enum ev_time_kind *result_kind,
    int64_t *result, struct ev_err *err)
{
	const struct ev_time_abbrev *abbrev = find_abbrev(name);
	const struct ev_zone *zone = NULL;
	struct ev_time_parts parts;
	int32_t east;
	enum ev_status status = EV_OK;

	if (kind == EV_TIME_DATE) {
		status = ev_time_cast(env, kind, value, EV_TIME_TZ, &value,
		    err);
		kind = EV_TIME_TZ;
	}
	*result_kind = kind == EV_TIME_TZ ? EV_TIME_STAMP : EV_TIME_TZ;
	*result = value;
	if (status != EV_OK || ev_time_infinite(value))
		return status;
	if (!abbrev) {
		status = ev_zones_find(env->zones, name, &zone, err);
		if (status != EV_OK)
			return status;
	}
	if (kind == EV_TIME_TZ) {
		east = zone ? ev_zone_at(zone, ev_time_unix(value)).east
			    : abbrev_at(env, abbrev, ev_time_unix(value));
		return to_local(east, value, result, err);
	}
	if (zone)
		return from_local(zone, value, result, err);
	ev_time_split(value, &parts);
	east = ev_time_abbrev_local(env, abbrev, &parts);
	return to_local(-east, value, result, err);
}

enum ev_status
ev_time_from_epoch(double seconds, int64_t *result, struct ev_err *err)
{
	const double low = 86400.0 * (EV_TIME_DATE_MIN + EV_TIME_EPOCH_DAYS);
	const double end = 86400.0 * (STAMP_DATE_END + EV_TIME_EPOCH_DAYS);
	double given = seconds;

	if (isnan(seconds))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "timestamp cannot be NaN");
	if (isinf(seconds)) {
		*result = seconds < 0 ? EV_TIME_NEG_INF : EV_TIME_INF;
		return EV_OK;
	}
	if (seconds >= low && seconds < end) {
		seconds = rint((seconds - (double)EV_TIME_EPOCH) * 1000000.0);
		if (seconds < 9223372036854774784.0) {
			*result = (int64_t)seconds;
			if (ev_time_stamp_valid(*result))
				return EV_OK;
		}
	}
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "timestamp out of range: \"%g\"", given);
}
