/*
 * pict_java: the pictures of Java's java.time.format.DateTimeFormatter
 * ('yyyy-MM-dd HH:mm:ss.SSS XXX'), which ksqlDB's functions have, as
 * OpenJDK 17 reads them, locale English, ResolverStyle SMART.
 *
 *   G era           u year            y year of era     D day of year
 *   M L month       d day of month    Q q quarter       Y week-based year
 *   w week of it    W week of month   E day of week     e c the same, local
 *   a AM PM         h K k H hour      m minute          s second
 *   S fraction      A milli of day    n nano of second  N nano of day
 *   VV zone         z its short name  O X x Z offset    p padding
 *   '' a quote      'text'            [ ] optional      # { } reserved
 *
 * Not there: B, F, g, v, zzzz. z writes and reads abbreviations as PostgreSQL
 * does, not the names that Java made. Weeks begin on Sunday, and the first has
 * 1 January.
 *
 * Source: OpenJDK 17, java.time.format.DateTimeFormatterBuilder and Parsed;
 * ksqlDB, io.confluent.ksql.util.timestamp.StringToTimestampParser.
 */
#ifndef EV_EXPR_PICT_JAVA_H
#define EV_EXPR_PICT_JAVA_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "expr/time.h"

#define EV_JAVA_ZONE_MAX 64
#define EV_JAVA_PICTURE_MAX 1000 /* bytes */

/* A ZoneId: a zone of IANA, or a fixed offset ("+02:00", "UTC+02:00", "Z"). */
struct ev_java_zone {
	const struct ev_zone *zone;
	char id[EV_JAVA_ZONE_MAX]; /* "": as the offset is at the time */
};

/* The session's, UTC, and one by its name (in any case, where Java wants the
 * right one). EV_BAD: `"x" is no time zone of Java's`. */
void ev_java_zone_session(const struct ev_time_env *env,
    struct ev_java_zone *zone);
void ev_java_zone_utc(const struct ev_time_env *env, struct ev_java_zone *zone);
enum ev_status ev_java_zone_find(const struct ev_time_env *env,
    struct ev_slice name, struct ev_java_zone *zone, struct ev_err *err);

/* A picture that was read; it lives in the arena, none as yet. */
struct ev_java_picture *ev_java_picture_new(struct ev_arena *arena);
/* Reads a picture, of which it keeps a copy; the one that it has already costs
 * a comparison. EV_BAD: what is wrong with it, and at which character. */
enum ev_status ev_java_picture_set(struct ev_java_picture *picture,
    struct ev_slice text, struct ev_err *err);

/* Appends a finite EV_TIME_TZ, as the clocks of zone show it, and a date,
 * which is counted from 1970. EV_BAD: the picture writes what a date has not,
 * or a number is too long for it. */
enum ev_status ev_java_write_time(int64_t stamp,
    const struct ev_java_zone *zone, const struct ev_java_picture *picture,
    struct ev_buf *out, struct ev_err *err);
enum ev_status ev_java_write_date(int64_t days,
    const struct ev_java_picture *picture, struct ev_buf *out,
    struct ev_err *err);

/* Reads a text as StringToTimestampParser does: what the picture lacks is that
 * of 1970-01-01 00:00; zone is for texts that name none. *seconds are POSIX's,
 * of a year from -999999999 to 999999999. */
enum ev_status ev_java_read_time(const struct ev_time_env *env,
    struct ev_slice text, const struct ev_java_picture *picture,
    const struct ev_java_zone *zone, int64_t *seconds, int *nanos,
    struct ev_err *err);
/* As LocalDate.parse does: it must be a whole date. */
enum ev_status ev_java_read_date(const struct ev_time_env *env,
    struct ev_slice text, const struct ev_java_picture *picture, int64_t *days,
    struct ev_err *err);

#endif
