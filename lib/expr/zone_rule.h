/*
 * zone_rule: POSIX TZ strings (IEEE Std 1003.1, 8.3; RFC 8536 section 3.3
 * widens the hours to -167..167), as PostgreSQL reads them: the name of
 * standard time may be empty ("+5"), and a summer time without a rule has the
 * one of the United States.
 */
#ifndef EV_EXPR_ZONE_RULE_H
#define EV_EXPR_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#define EV_ZONE_ABBREV_MAX 256

/* When a change happens in every year. */
struct ev_zone_change {
	enum {
		EV_ZONE_JULIAN,  /* day 1..365, 29 February not counted */
		EV_ZONE_DAY,     /* day 0..365 */
		EV_ZONE_WEEKDAY, /* of a week (5: the last) of a month */
	} form;
	int day;
	int week;
	int month;
	int32_t time; /* seconds after midnight of the clock before it */
};

struct ev_zone_rule {
	bool has_dst;
	int32_t std_east;
	int32_t dst_east;
	struct ev_zone_change start; /* of summer time */
	struct ev_zone_change end;
	char std[EV_ZONE_ABBREV_MAX];
	char dst[EV_ZONE_ABBREV_MAX];
};

/* A change of the clocks at a moment. */
struct ev_zone_turn {
	int64_t at;
	bool dst;
};

/* Parses the whole of text; false if it is not one. */
bool ev_zone_rule_parse(const char *text, struct ev_zone_rule *rule);

/* The last change at or before `seconds` and the first one after it. False if
 * the rule has no changes: what holds is then summer time where the rule has
 * one (it lasts the whole year), else standard time. */
bool ev_zone_rule_around(const struct ev_zone_rule *rule, int64_t seconds,
    struct ev_zone_turn *before, struct ev_zone_turn *after);

#endif
