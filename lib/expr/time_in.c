/*
 * time_in: text to date, timestamp, timestamptz. The common ISO forms are
 * read by ev_time_iso; everything else is cut into fields (time_lex) which
 * are then understood one by one, in their order and by what is still
 * missing, as PostgreSQL does (appendix B of its manual; where the manual is
 * silent, the server was asked).
 */
#include <stdlib.h>
#include <string.h>

#include "expr/time_decode.h"
#include "expr/time_iso.h"

static enum ev_status
fault(enum ev_time_fault fault, enum ev_time_kind kind, struct ev_slice text,
    struct ev_err *err)
{
	const char *what = "date/time field value out of range";

	if (fault == EV_FAULT_ZONE) /* has its message */
		return EV_BAD;
	if (fault == EV_FAULT_FORMAT)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "invalid input syntax for type %s: \"%.*s\"",
		    kind == EV_TIME_STAMP ? "timestamp"
					  : ev_time_kind_name(kind),
		    (int)text.len, text.ptr);
	if (fault == EV_FAULT_DISPLACEMENT)
		what = "time zone displacement out of range";
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s: \"%.*s\"", what,
	    (int)text.len, text.ptr);
}

static enum ev_status
finish(enum ev_time_kind kind, const struct ev_time_parts *parts,
    struct ev_slice text, int64_t *value, struct ev_err *err)
{
	bool ok;

	if (kind == EV_TIME_DATE)
		ok = ev_time_join_date(parts, value);
	else if (kind == EV_TIME_STAMP)
		ok = ev_time_join(parts, value);
	else
		ok = ev_time_join_east(parts, value);
	if (ok)
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "%s out of range: \"%.*s\"",
	    kind == EV_TIME_DATE ? "date" : "timestamp", (int)text.len,
	    text.ptr);
}

enum ev_status
ev_time_in(const struct ev_time_env *env, enum ev_time_kind kind,
    struct ev_slice text, int64_t *value, struct ev_err *err)
{
	struct ev_time_decoded decoded;
	enum ev_time_fault bad;

	if (ev_time_iso(env, kind, text, value))
		return EV_OK;
	bad = ev_time_decode(env, kind, text, &decoded, err);
	if (bad)
		return fault(bad, kind, text, err);
	switch (decoded.special) {
	case EV_SPECIAL_EPOCH:
		*value = kind == EV_TIME_DATE
		    ? -EV_TIME_EPOCH_DAYS
		    : -EV_TIME_EPOCH * EV_TIME_SECOND_USEC;
		return EV_OK;
	case EV_SPECIAL_INFINITY:
		*value = EV_TIME_INF;
		return EV_OK;
	case EV_SPECIAL_NEG_INFINITY:
		*value = EV_TIME_NEG_INF;
		return EV_OK;
	default:
		return finish(kind, &decoded.parts, text, value, err);
	}
}
