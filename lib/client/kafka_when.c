/*
 * kafka_when: see kafka_when.h.
 */
#include "client/kafka_when.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "expr/time.h"

static const struct {
	const char *word;
	enum ev_kafka_when_kind kind;
} words[] = {
    {"start", EV_KAFKA_START},
    {"beginning", EV_KAFKA_START},
    {"earliest", EV_KAFKA_START},
    {"end", EV_KAFKA_END},
    {"latest", EV_KAFKA_END},
};

static bool
read_word(const char *text, struct ev_kafka_when *when)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(text, words[i].word)) {
			when->kind = words[i].kind;
			return true;
		}
	return false;
}

static bool
read_offset(const char *text, struct ev_kafka_when *when)
{
	size_t digits = strspn(text, "0123456789");

	if (!digits || digits > 18 || text[digits])
		return false;
	when->kind = EV_KAFKA_OFFSET;
	when->value = strtoll(text, NULL, 10);
	return true;
}

/* The length of a unit of time by its name, in ms; 0: it is none. */
static int64_t
unit_of(const char *name, size_t len)
{
	static const struct {
		const char *name;
		int64_t ms;
	} units[] = {{"ms", 1}, {"millisecond", 1}, {"s", 1000}, {"sec", 1000},
	    {"second", 1000}, {"m", 60000}, {"min", 60000}, {"minute", 60000},
	    {"h", 3600000}, {"hour", 3600000}, {"d", 86400000},
	    {"day", 86400000}, {"w", 604800000}, {"week", 604800000}};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		size_t own = strlen(units[i].name);

		if (!strncasecmp(name, units[i].name, own) &&
		    (len == own ||
			(len == own + 1 && own > 2 && (name[own] | 32) == 's')))
			return units[i].ms;
	}
	return 0;
}

/* "3 hours ago", "1.5h ago", "1 day 2 hours ago". */
static bool
read_ago(const char *text, struct ev_kafka_when *when)
{
	double ago = 0;
	bool any = false;

	for (;;) {
		size_t digits, letters;
		int64_t unit;

		text += strspn(text, " ");
		if (!strcasecmp(text, "ago"))
			break;
		digits = strspn(text, "0123456789.");
		if (!digits || digits > 15)
			return false;
		letters = strspn(text + digits, " ") + digits;
		unit = unit_of(text + letters,
		    strcspn(text + letters, " 0123456789"));
		if (!unit)
			return false;
		ago += strtod(text, NULL) * (double)unit;
		text += letters + strcspn(text + letters, " 0123456789");
		any = true;
	}
	when->kind = EV_KAFKA_TIME;
	when->value = ev_clock_now() - (int64_t)ago;
	return any && ago < (double)ev_clock_now();
}

static bool
read_time(const char *text, struct ev_kafka_when *when)
{
	struct ev_zones *zones = ev_zones_new(NULL);
	struct ev_time_env env = {.zones = zones,
	    .zone = ev_zones_utc(zones),
	    .now = (ev_clock_now() - EV_TIME_EPOCH * 1000) * 1000};
	int64_t value;
	bool is = ev_time_in(&env, EV_TIME_TZ, ev_slice_of(text), &value,
		      NULL) == EV_OK &&
	    !ev_time_infinite(value);

	ev_zones_free(zones);
	if (!is)
		return false;
	when->kind = EV_KAFKA_TIME;
	when->value = value / 1000 + EV_TIME_EPOCH * 1000;
	if (when->value < 0)
		when->value = 0;
	return true;
}

enum ev_status
ev_kafka_when(const char *option, const char *text, struct ev_kafka_when *when,
    struct ev_err *err)
{
	*when = (struct ev_kafka_when){0};
	if (read_word(text, when) || read_offset(text, when) ||
	    read_ago(text, when) || read_time(text, when))
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "%s wants start, end, an offset, a time (2026-11-22 10:00) or how "
	    "long ago ('3 hours ago'), not '%s'",
	    option, text);
}
