/*
 * time_unit: the names of the fields of extract and date_trunc.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "expr/time.h"

/* PostgreSQL compares no more of a field's name than this. */
#define NAME_MAX_LEN 10

struct name {
	const char *name;
	enum ev_time_field field;
};

/* Sorted by name. */
static const struct name names[] = {
    {"c", EV_TIME_CENTURY},
    {"cent", EV_TIME_CENTURY},
    {"centuries", EV_TIME_CENTURY},
    {"century", EV_TIME_CENTURY},
    {"d", EV_TIME_DAY_OF_MONTH},
    {"day", EV_TIME_DAY_OF_MONTH},
    {"days", EV_TIME_DAY_OF_MONTH},
    {"dec", EV_TIME_DECADE},
    {"decade", EV_TIME_DECADE},
    {"decades", EV_TIME_DECADE},
    {"decs", EV_TIME_DECADE},
    {"dow", EV_TIME_DOW},
    {"doy", EV_TIME_DOY},
    {"epoch", EV_TIME_EPOCH_FIELD},
    {"h", EV_TIME_HOUR},
    {"hour", EV_TIME_HOUR},
    {"hours", EV_TIME_HOUR},
    {"hr", EV_TIME_HOUR},
    {"hrs", EV_TIME_HOUR},
    {"isodow", EV_TIME_ISODOW},
    {"isoyear", EV_TIME_ISOYEAR},
    {"j", EV_TIME_JULIAN},
    {"jd", EV_TIME_JULIAN},
    {"julian", EV_TIME_JULIAN},
    {"m", EV_TIME_MINUTE},
    {"microsecon", EV_TIME_MICROSECONDS},
    {"mil", EV_TIME_MILLENNIUM},
    {"millennia", EV_TIME_MILLENNIUM},
    {"millennium", EV_TIME_MILLENNIUM},
    {"millisecon", EV_TIME_MILLISECONDS},
    {"mils", EV_TIME_MILLENNIUM},
    {"min", EV_TIME_MINUTE},
    {"mins", EV_TIME_MINUTE},
    {"minute", EV_TIME_MINUTE},
    {"minutes", EV_TIME_MINUTE},
    {"mm", EV_TIME_MINUTE},
    {"mon", EV_TIME_MONTH},
    {"mons", EV_TIME_MONTH},
    {"month", EV_TIME_MONTH},
    {"months", EV_TIME_MONTH},
    {"ms", EV_TIME_MILLISECONDS},
    {"msec", EV_TIME_MILLISECONDS},
    {"msecond", EV_TIME_MILLISECONDS},
    {"mseconds", EV_TIME_MILLISECONDS},
    {"msecs", EV_TIME_MILLISECONDS},
    {"qtr", EV_TIME_QUARTER},
    {"quarter", EV_TIME_QUARTER},
    {"s", EV_TIME_SECOND},
    {"sec", EV_TIME_SECOND},
    {"second", EV_TIME_SECOND},
    {"seconds", EV_TIME_SECOND},
    {"secs", EV_TIME_SECOND},
    {"timezone", EV_TIME_TIMEZONE},
    {"timezone_h", EV_TIME_TIMEZONE_HOUR},
    {"timezone_m", EV_TIME_TIMEZONE_MINUTE},
    {"us", EV_TIME_MICROSECONDS},
    {"usec", EV_TIME_MICROSECONDS},
    {"usecond", EV_TIME_MICROSECONDS},
    {"useconds", EV_TIME_MICROSECONDS},
    {"usecs", EV_TIME_MICROSECONDS},
    {"w", EV_TIME_WEEK},
    {"week", EV_TIME_WEEK},
    {"weeks", EV_TIME_WEEK},
    {"y", EV_TIME_YEAR},
    {"year", EV_TIME_YEAR},
    {"years", EV_TIME_YEAR},
    {"yr", EV_TIME_YEAR},
    {"yrs", EV_TIME_YEAR},
};

/* The names for messages, by enum ev_time_field. */
static const char *const plain[] = {
    "microseconds",
    "milliseconds",
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "quarter",
    "year",
    "decade",
    "century",
    "millennium",
    "dow",
    "isodow",
    "doy",
    "isoyear",
    "julian",
    "epoch",
    "timezone",
    "timezone_hour",
    "timezone_minute",
};

static int
by_name(const void *key, const void *entry)
{
	return strcmp(key, ((const struct name *)entry)->name);
}

bool
ev_time_field_find(struct ev_slice name, enum ev_time_field *field)
{
	const struct name *found;
	char key[NAME_MAX_LEN + 1];
	size_t len = name.len < NAME_MAX_LEN ? name.len : NAME_MAX_LEN;

	/* As most write it: this is asked for every event. */
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (ev_slice_is(name, plain[i])) {
			*field = (enum ev_time_field)i;
			return true;
		}
	}
	for (size_t i = 0; i < len; i++)
		key[i] = (char)tolower((unsigned char)name.ptr[i]);
	key[len] = '\0';
	found = bsearch(key, names, sizeof(names) / sizeof(*names),
	    sizeof(*names), by_name);
	if (!found)
		return false;
	*field = found->field;
	return true;
}

bool
ev_time_field_unit(struct ev_slice name, enum ev_time_field *field)
{
	if (!ev_time_field_find(name, field))
		return false;
	if (name.len == 2 && !strncasecmp(name.ptr, "mm", 2))
		return false;
	/* dow, doy, epoch … are parts of a moment only */
	return *field < EV_TIME_DOW || *field > EV_TIME_EPOCH_FIELD;
}

const char *
ev_time_field_name(enum ev_time_field field)
{
	return plain[field];
}

enum ev_status
ev_time_field_wrong(const char *type, struct ev_slice name, const char *how,
    struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "unit \"%.*s\" not %s for type %s",
	    (int)ev_utf8_cut(name.ptr, name.len, 100), name.ptr, how, type);
}
