/*
 * zone: time zones by name, as PostgreSQL knows them.
 *
 * A name is looked for among the IANA zones in the system's files (TZif,
 * RFC 8536; case does not matter), then read as a POSIX TZ string
 * ("CET-1CEST,M3.5.0,M10.5.0/3", "<+0530>-05:30", "UTC+5": hours count
 * westward). Zones are read once and kept by their cache; there is no global
 * state (TZ, tzset and localtime are not used). A cache serves one thread.
 *
 * Seconds are POSIX seconds (since 1970-01-01 00:00:00 UTC, without leap
 * seconds), offsets are seconds east of UTC.
 */
#ifndef EV_EXPR_ZONE_H
#define EV_EXPR_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

struct ev_zones;
struct ev_zone;

struct ev_zone_at {
	int32_t east; /* seconds */
	bool dst;
	const char *abbrev; /* lives as long as the cache */
};

/* A cache that reads from dir; NULL is /usr/share/zoneinfo. */
struct ev_zones *ev_zones_new(const char *dir);
void ev_zones_free(struct ev_zones *zones);

/* The zone called name (an IANA name or a POSIX string); lives as long as the
 * cache. EV_BAD: `time zone "x" not recognized`. */
enum ev_status ev_zones_find(struct ev_zones *zones, struct ev_slice name,
    const struct ev_zone **zone, struct ev_err *err);

/* The length of the longest beginning of text that is the name of a file of
 * zones, in any case; 0: none. */
size_t ev_zones_prefix(const struct ev_zones *zones, struct ev_slice text);

/* UTC, and a zone `east` seconds east of it (less than 168 hours). */
const struct ev_zone *ev_zones_utc(struct ev_zones *zones);
const struct ev_zone *ev_zones_fixed(struct ev_zones *zones, int32_t east);

/* IANA's name of a zone; NULL if a POSIX string describes it. */
const char *ev_zone_name(const struct ev_zone *zone);

/* What holds at a moment. */
struct ev_zone_at ev_zone_at(const struct ev_zone *zone, int64_t seconds);

/* What holds when the zone's clocks show `local` (seconds of that wall clock
 * since 1970). A time that exists twice means the later one; one that
 * is skipped is read with the offset of before the change. */
struct ev_zone_at ev_zone_local(const struct ev_zone *zone, int64_t local);

/* What the abbreviation (upper case) last meant in the zone before `seconds`,
 * or first after it; false if the zone never used it. */
bool ev_zone_abbrev(const struct ev_zone *zone, const char *abbrev,
    int64_t seconds, struct ev_zone_at *at);

#endif
