/*
 * time: the date, timestamp and timestamptz of SQL expressions, as
 * PostgreSQL 15 has them (DateStyle ISO, MDY; IntervalStyle postgres).
 *
 * A value is an int64_t, and its kind says what it counts:
 *
 *   EV_TIME_DATE   days since 2000-01-01, 4713 BC to 5874897 AD
 *   EV_TIME_STAMP  timestamp: microseconds of a wall clock since
 *                  2000-01-01 00:00:00, 4713 BC to 294276 AD
 *   EV_TIME_TZ     timestamptz: microseconds since 2000-01-01 00:00:00 UTC
 *
 * EV_TIME_INF and EV_TIME_NEG_INF are infinity and -infinity in all three, so
 * values of one kind compare as integers.
 *
 * Functions write their result last and return EV_OK, or EV_BAD with
 * PostgreSQL's message in err (`invalid input syntax for type date: "x"`).
 * Nothing here allocates, except what is appended to a struct ev_buf and the
 * zones that a struct ev_zones reads when their name is first seen.
 *
 * Differs from PostgreSQL:
 * - zones, and abbreviations that stand for a zone, come from the system's
 *   zone files, not from a copy of one's own.
 * - a year and a day of it ("14970209-141") beyond the calendar is out of
 *   range; PostgreSQL's 32-bit arithmetic wraps to some other date. So are
 *   hours and minutes behind their unit (h999999) of more seconds than that.
 */
#ifndef EV_EXPR_TIME_H
#define EV_EXPR_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "expr/zone.h"

enum ev_time_kind {
	EV_TIME_DATE,
	EV_TIME_STAMP,
	EV_TIME_TZ,
};

#define EV_TIME_INF INT64_MAX
#define EV_TIME_NEG_INF INT64_MIN
/* POSIX seconds of 2000-01-01 00:00:00 UTC. */
#define EV_TIME_EPOCH INT64_C(946684800)
/* In microseconds. */
#define EV_TIME_SECOND_USEC INT64_C(1000000)
#define EV_TIME_MINUTE_USEC (60 * EV_TIME_SECOND_USEC)
#define EV_TIME_HOUR_USEC (60 * EV_TIME_MINUTE_USEC)
#define EV_TIME_DAY (24 * EV_TIME_HOUR_USEC)
/* Room for any value's text, without a NUL. */
#define EV_TIME_TEXT_MAX 64

/* What the meaning of a text depends on; the caller's. */
struct ev_time_env {
	struct ev_zones *zones;     /* where names are looked up */
	const struct ev_zone *zone; /* the session's */
	int64_t now;                /* EV_TIME_TZ; what 'now' and now() mean */
	bool *asked;                /* set when that was asked for; or NULL */
	bool fixed;                 /* now is what the user said: the clock
	                             * says nothing */
};

/* What 'now' means. */
static inline int64_t
ev_time_now(const struct ev_time_env *env)
{
	if (env->asked)
		*env->asked = true;
	return env->now;
}

/* True for the two infinities. */
static inline bool
ev_time_infinite(int64_t value)
{
	return value == EV_TIME_INF || value == EV_TIME_NEG_INF;
}

/* The SQL name of a kind: "timestamp with time zone". */
const char *ev_time_kind_name(enum ev_time_kind kind);

/* Text to value, and back. ev_time_out writes at most EV_TIME_TEXT_MAX bytes,
 * no NUL, and returns how many: `2019-02-26 14:30:00.5+00`. */
enum ev_status ev_time_in(const struct ev_time_env *env, enum ev_time_kind kind,
    struct ev_slice text, int64_t *value, struct ev_err *err);
size_t ev_time_out(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, char *out);

/* The same as JSON has it: `2019-02-26T14:30:00.5+00:00`. */
size_t ev_time_json(const struct ev_time_env *env, enum ev_time_kind kind,
    int64_t value, char *out);

/* Between kinds; a timestamp becomes a timestamptz in the session's zone.
 * EV_BAD: `date out of range for timestamp` and such. */
enum ev_status ev_time_cast(const struct ev_time_env *env,
    enum ev_time_kind from, int64_t value, enum ev_time_kind to,
    int64_t *result, struct ev_err *err);

/* value AT TIME ZONE zone: a timestamptz gives a timestamp, a timestamp gives
 * a timestamptz (*result_kind); a date is cast to timestamptz first, as
 * PostgreSQL resolves it. The zone is an abbreviation (EST, MSK), an IANA
 * name, or a POSIX string. */
enum ev_status ev_time_at_zone(const struct ev_time_env *env,
    enum ev_time_kind kind, int64_t value, struct ev_slice zone,
    enum ev_time_kind *result_kind, int64_t *result, struct ev_err *err);

/* The comparison of two kinds, as SQL compares them (a timestamp with a
 * timestamptz by the session's zone): -1, 0, 1. */
int ev_time_compare(const struct ev_time_env *env, enum ev_time_kind a_kind,
    int64_t a, enum ev_time_kind b_kind, int64_t b);

/* date + days; EV_BAD: `date out of range`. date - date is a subtraction
 * (`cannot subtract infinite dates`). */
enum ev_status ev_time_date_add(int64_t date, int64_t days, int64_t *result,
    struct ev_err *err);
enum ev_status ev_time_date_diff(int64_t a, int64_t b, int64_t *days,
    struct ev_err *err);

/* The fields of extract and date_trunc. */
enum ev_time_field {
	EV_TIME_MICROSECONDS,
	EV_TIME_MILLISECONDS,
	EV_TIME_SECOND,
	EV_TIME_MINUTE,
	EV_TIME_HOUR,
	EV_TIME_DAY_OF_MONTH,
	EV_TIME_WEEK,
	EV_TIME_MONTH,
	EV_TIME_QUARTER,
	EV_TIME_YEAR,
	EV_TIME_DECADE,
	EV_TIME_CENTURY,
	EV_TIME_MILLENNIUM,
	EV_TIME_DOW,
	EV_TIME_ISODOW,
	EV_TIME_DOY,
	EV_TIME_ISOYEAR,
	EV_TIME_JULIAN,
	EV_TIME_EPOCH_FIELD,
	EV_TIME_TIMEZONE,
	EV_TIME_TIMEZONE_HOUR,
	EV_TIME_TIMEZONE_MINUTE,
};
#define EV_TIME_FIELDS (EV_TIME_TIMEZONE_MINUTE + 1)

/* A field by its name as PostgreSQL takes it (any case; "years", "yr", "mon"
 * … too), and a name of it. False if there is none of that name;
 * ev_time_field_wrong makes the message, with how "recognized": `unit "x" not
 * recognized for type date`. */
bool ev_time_field_find(struct ev_slice name, enum ev_time_field *field);
const char *ev_time_field_name(enum ev_time_field field);
enum ev_status ev_time_field_wrong(const char *type, struct ev_slice name,
    const char *how, struct ev_err *err);

/* The same for what may stand in an interval ("3 days") and in date_trunc. */
bool ev_time_field_unit(struct ev_slice name, enum ev_time_field *field);

/* What extract gives: a numeric. */
struct ev_time_number {
	enum {
		EV_TIME_NUMBER,  /* value / 10^scale, with that scale */
		EV_TIME_DECIMAL, /* text: does not fit into value (julian; epoch
		                     at the far end) */
		EV_TIME_INFINITE, /* text is "Infinity" or "-Infinity" */
		EV_TIME_NULL, /* SQL NULL: a field of an infinity that has none */
	} kind;
	int scale;
	int64_t value;
	char text[48]; /* NUL-terminated; set for DECIMAL and INFINITE */
};

/* extract(field FROM value). EV_BAD: `unit "hour" not supported for type
 * date`. */
enum ev_status ev_time_extract(const struct ev_time_env *env,
    enum ev_time_field field, enum ev_time_kind kind, int64_t value,
    struct ev_time_number *result, struct ev_err *err);

/* date_part where it is not extract's number as a double, because PostgreSQL
 * divides doubles and rounds twice: seconds, milliseconds, and the epoch of a
 * time. False: it is. */
bool ev_time_part(enum ev_time_field field, const struct ev_time_number *number,
    double *part);

/* date_trunc(field, value), for STAMP and TZ (a date is cast to TZ first by
 * the caller, as PostgreSQL does); zone is the third argument, NULL for the
 * session's (ev_time_zone_find). */
enum ev_status ev_time_trunc(const struct ev_time_env *env,
    enum ev_time_field field, enum ev_time_kind kind, int64_t value,
    const struct ev_zone *zone, int64_t *result, struct ev_err *err);

/* A zone as date_trunc takes it: an abbreviation (MSK: the zone behind it), an
 * IANA name or a POSIX string. Lives as long as env->zones. */
enum ev_status ev_time_zone_find(const struct ev_time_env *env,
    struct ev_slice name, const struct ev_zone **zone, struct ev_err *err);

/* to_timestamp(double precision): POSIX seconds to EV_TIME_TZ. */
enum ev_status ev_time_from_epoch(double seconds, int64_t *result,
    struct ev_err *err);

#endif
