/*
 * pict_fields: what to_date and to_timestamp found in a text, and the moment
 * that it means. Inside lib/expr's pict only.
 */
#ifndef EV_EXPR_PICT_FIELDS_H
#define EV_EXPR_PICT_FIELDS_H

#include "expr/pict.h"
#include "expr/pict_format.h"
#include "expr/time.h"

/* 0: not there. */
struct ev_pict_fields {
	enum ev_pict_calendar calendar;
	int bc;
	int century;
	int year;
	int year_size; /* digits of the year's pattern */
	int month;
	int day;
	int weekday; /* 1: Sunday */
	int week;
	int month_week;
	int year_day;
	int julian;
	int hour;
	bool twelve; /* hours of the 12-hour clock */
	int pm;
	int minute;
	int second;
	int day_second;
	int msec;
	int usec;
	int precision; /* of FF1 … FF6: the moment is rounded to it */
	int zone_sign;
	int zone_hour;
	int zone_minute;
};

enum ev_status ev_pict_fields_value(const struct ev_time_env *env,
    struct ev_pict_fields *fields, struct ev_slice text, enum ev_time_kind kind,
    int64_t *value, struct ev_err *err);
/* As a moment that has what its flags, which are set, say. */
enum ev_status ev_pict_fields_moment(struct ev_pict_fields *fields,
    struct ev_slice text, struct ev_pict_moment *moment, struct ev_err *err);

#endif
