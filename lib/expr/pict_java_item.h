/*
 * pict_java_item: what the pictures of Java are made of. Inside lib/expr's
 * pict_java only.
 */
#ifndef EV_EXPR_PICT_JAVA_ITEM_H
#define EV_EXPR_PICT_JAVA_ITEM_H

#include "expr/pict_java.h"

#define EV_JAVA_ITEMS 80
#define EV_JAVA_NANO INT64_C(1000000000)
#define EV_JAVA_DAY 86400 /* seconds */

/* Java's fields, by their names in java.time.temporal. */
enum ev_java_field {
	EV_JAVA_ERA, /* 0: BC, 1: AD */
	EV_JAVA_YEAR_OF_ERA,
	EV_JAVA_YEAR,
	EV_JAVA_MONTH,
	EV_JAVA_DAY_OF_MONTH,
	EV_JAVA_DAY_OF_YEAR,
	EV_JAVA_QUARTER,
	EV_JAVA_WEEKDAY,       /* 1: Monday */
	EV_JAVA_LOCAL_WEEKDAY, /* 1: Sunday */
	EV_JAVA_WEEK_OF_MONTH,
	EV_JAVA_WEEK,
	EV_JAVA_WEEK_YEAR,
	EV_JAVA_AMPM,
	EV_JAVA_HOUR,
	EV_JAVA_CLOCK_HOUR, /* 1 to 24 */
	EV_JAVA_HOUR_AMPM,  /* 0 to 11 */
	EV_JAVA_CLOCK_AMPM, /* 1 to 12 */
	EV_JAVA_MINUTE,
	EV_JAVA_SECOND,
	EV_JAVA_NANO_OF_SECOND,
	EV_JAVA_NANO_OF_DAY,
	EV_JAVA_MILLI_OF_DAY,
	EV_JAVA_OFFSET, /* seconds east */
	EV_JAVA_FIELDS,
};

enum ev_java_kind {
	EV_JAVA_LITERAL,
	EV_JAVA_NUMBER,
	EV_JAVA_REDUCED, /* the last two digits of a year */
	EV_JAVA_FRACTION,
	EV_JAVA_TEXT,
	EV_JAVA_OFFSET_ID,    /* style: of PATTERNS; zero: offset 0 */
	EV_JAVA_OFFSET_LOCAL, /* GMT+2 */
	EV_JAVA_ZONE_ID,
	EV_JAVA_ZONE_NAME,
	EV_JAVA_OPEN, /* [; next is the ] */
	EV_JAVA_CLOSE,
};

enum ev_java_sign { EV_JAVA_NORMAL, EV_JAVA_NOT_NEGATIVE, EV_JAVA_EXCEEDS_PAD };
enum ev_java_style { EV_JAVA_SHORT, EV_JAVA_FULL, EV_JAVA_NARROW };

struct ev_java_item {
	uint8_t kind;     /* enum ev_java_kind */
	uint8_t field;    /* enum ev_java_field */
	uint8_t style;    /* of a TEXT, of an OFFSET */
	uint8_t sign;     /* enum ev_java_sign */
	uint8_t min, max; /* digits */
	int16_t behind;   /* digits of the numbers that touch it; -1: it has min
	                 * digits, because of what touches it */
	uint16_t pad;
	uint16_t next;
	char letter;
	const char *zero;
	struct ev_slice text; /* LITERAL, of the picture's text */
};

struct ev_java_picture {
	bool made;            /* of text; else there is none */
	struct ev_slice text; /* in room */
	unsigned count;
	struct ev_java_item item[EV_JAVA_ITEMS];
	char room[EV_JAVA_PICTURE_MAX];
};

/* A field as Java calls it in messages, and what it may be. */
struct ev_java_range {
	const char *name;
	int64_t min, max;
};
const struct ev_java_range *ev_java_field_range(enum ev_java_field field);
/* The words of a field that has some, of a style, from value *first on. */
const char *const *ev_java_words(const struct ev_java_item *item,
    int64_t *first);

/* A date or a time taken apart. */
struct ev_java_moment {
	bool has_date, has_time, has_zone;
	int64_t days; /* since 1970 */
	int64_t year;
	int month, day;
	int64_t nanos; /* of the day */
	int32_t east;
	const char *abbrev;
	const struct ev_java_zone *zone;
};
void ev_java_moment_date(struct ev_java_moment *moment, int64_t days);
/* What a moment has of a field; false: it has none. */
bool ev_java_moment_get(const struct ev_java_moment *moment,
    enum ev_java_field field, int64_t *value);
/* 1 is Monday; 1 is Sunday; of the year that the week counts in. */
int ev_java_weekday(int64_t days);
int ev_java_local_weekday(int64_t days);

/* What a text gives. */
struct ev_java_parsed {
	uint32_t has; /* a bit for each field */
	int64_t value[EV_JAVA_FIELDS];
	bool zoned;
	struct ev_java_zone zone;
	/* once resolved */
	bool has_date, has_time;
	int64_t days, nanos;
};

static inline bool
ev_java_has(const struct ev_java_parsed *parsed, enum ev_java_field field)
{
	return parsed->has >> field & 1;
}

/* pict_java_read.c */
enum ev_status ev_java_scan(const struct ev_time_env *env, struct ev_slice text,
    const struct ev_java_picture *picture, struct ev_java_parsed *parsed,
    struct ev_err *err);
/* pict_java_resolve.c: makes a date and a time of fields. */
enum ev_status ev_java_resolve(struct ev_java_parsed *parsed,
    struct ev_err *err);

/* pict_java_zone.c */
/* "+02:00", "Z"; room for EV_JAVA_ZONE_MAX. */
void ev_java_offset_id(int32_t east, char *id);
void ev_java_zone_fixed(const struct ev_time_env *env, const char *prefix,
    int32_t east, struct ev_java_zone *zone);
/* A ZoneId or an abbreviation at the beginning of a text: its length, or 0. */
size_t ev_java_zone_scan(const struct ev_time_env *env, struct ev_slice text,
    bool abbrevs, struct ev_java_zone *zone);
/* +HH … +HH:MM:ss, the PATTERNS of Java, at the beginning of a text: its
 * length, 0 or -1: a part is out of range. */
int ev_java_offset_scan(struct ev_slice text, unsigned style, int32_t *east);

#endif
