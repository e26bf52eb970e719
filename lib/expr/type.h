/*
 * type: the SQL types, and a value of one of them while an event is judged.
 *
 * A field has no type before its value is seen: its static type is
 * EV_SQL_ANY, and its value arrives as EV_SQL_JSON, a slice of the event that
 * is decoded only where something computes with it (ev_val_settle). So what
 * is only passed on keeps its bytes.
 *
 * The type of an array is EV_SQL_ARRAY and the type of its elements. A JSON
 * array that a field holds is an array of EV_SQL_ANY where an array is wanted:
 * its elements are what fields are.
 */
#ifndef EV_EXPR_TYPE_H
#define EV_EXPR_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "event/value.h"
#include "expr/interval.h"
#include "expr/num.h"

/* The integers and the numbers stand in the order of PostgreSQL's implicit
 * casts, and so do the times. */
enum ev_sql {
	EV_SQL_NULL,    /* of a value only */
	EV_SQL_UNKNOWN, /* a quoted literal, or NULL, of no type as yet */
	EV_SQL_ANY,     /* of an expression only: what a field holds */
	EV_SQL_BOOL,
	EV_SQL_INT2,
	EV_SQL_INT4,
	EV_SQL_INT8,
	EV_SQL_NUMERIC,
	EV_SQL_FLOAT8,
	EV_SQL_TEXT,
	EV_SQL_DATE,
	EV_SQL_STAMP,
	EV_SQL_STAMPTZ,
	EV_SQL_INTERVAL,
	EV_SQL_JSON,     /* of a value only: what a field holds, undecoded */
	EV_SQL_JSONTEXT, /* json: it keeps its text */
	EV_SQL_JSONB,
	EV_SQL_ELEMENT, /* of a function's row only: whatever the others are of
	               * that are ELEMENT, or arrays of it */
	EV_SQL_BYTEA, /* what the hashes give: its text, \\x and small hexadecimal
	                 * digits, whose order is that of the bytes */
	EV_SQL_JSONPATH,
	EV_SQL_ARRAY = 0x40, /* or'ed to a type: an array of it */
};

struct ev_array;

/* A quoted literal that stands beside a field: what it would be as each of
 * the types that the field may turn out to have. */
struct ev_quoted {
	struct ev_slice text;
	struct ev_num num;
	bool number;  /* it is read as a number beside one: num is set */
	int8_t truth; /* 0, 1; -1 if it is no boolean */
};

struct ev_jsonb;    /* expr/jsonb.h */
struct ev_jsonpath; /* expr/jsonpath.h */

struct ev_val {
	union {
		bool truth;
		int64_t integer; /* INT*; the times, as expr/time.h counts */
		double real;
		struct ev_num num;
		struct ev_interval interval;
		struct ev_slice text; /* TEXT, JSONTEXT, BYTEA */
		struct ev_value json;
		const struct ev_jsonb *jsonb;
		const struct ev_jsonpath *jsonpath;
		const struct ev_quoted *quoted; /* UNKNOWN */
		const struct ev_array *array;   /* ARRAY of anything */
	};
	uint8_t type; /* enum ev_sql */
};

/* A type as written in a cast: with numeric's precision and scale, varchar's
 * length, or interval's digits and fields. */
struct ev_sql_type {
	uint8_t type;
	bool limited;      /* precision (and scale) were given */
	int32_t precision; /* of varchar: the length in characters; of
	                    * interval: digits of a second */
	int32_t scale;     /* of interval: enum ev_interval_field */
};

static inline bool
ev_sql_is_int(enum ev_sql type)
{
	return type >= EV_SQL_INT2 && type <= EV_SQL_INT8;
}

static inline bool
ev_sql_is_number(enum ev_sql type)
{
	return type >= EV_SQL_INT2 && type <= EV_SQL_FLOAT8;
}

static inline bool
ev_sql_is_time(enum ev_sql type)
{
	return type >= EV_SQL_DATE && type <= EV_SQL_STAMPTZ;
}

/* A time or a span of it: what a field is only by a cast. */
static inline bool
ev_sql_is_temporal(enum ev_sql type)
{
	return type >= EV_SQL_DATE && type <= EV_SQL_INTERVAL;
}

static inline bool
ev_sql_is_array(enum ev_sql type)
{
	return type & EV_SQL_ARRAY;
}

/* The array of a type, and what an array is of. */
static inline enum ev_sql
ev_sql_array_of(enum ev_sql type)
{
	return type | EV_SQL_ARRAY;
}

static inline enum ev_sql
ev_sql_element(enum ev_sql type)
{
	return type & ~(unsigned)EV_SQL_ARRAY;
}

static inline bool
ev_sql_is_json(enum ev_sql type)
{
	return type == EV_SQL_JSONTEXT || type == EV_SQL_JSONB;
}

/* PostgreSQL's name: "double precision", "timestamp with time zone". */
const char *ev_sql_name(enum ev_sql type);

/* True where PostgreSQL casts from one to the other without being asked. */
bool ev_sql_implicit(enum ev_sql from, enum ev_sql to);

/* True where a cast depends on the session's zone or date style. */
bool ev_sql_stable_cast(enum ev_sql from, enum ev_sql to);

/* What a JSON value is called in messages: "a string", "an object". */
const char *ev_sql_json_name(struct ev_value value);
/* The same of any value: that, or the name of its type. */
const char *ev_sql_val_name(const struct ev_val *val);

#endif
