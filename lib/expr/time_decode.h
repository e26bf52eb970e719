/*
 * time_decode: the general way from text to the parts of a date and time.
 * Inside lib/expr's time only.
 */
#ifndef EV_EXPR_TIME_DECODE_H
#define EV_EXPR_TIME_DECODE_H

#include "expr/time_parts.h"
#include "expr/time_word.h"

enum ev_time_fault {
	EV_FAULT_NONE,
	EV_FAULT_FORMAT,
	EV_FAULT_RANGE,
	EV_FAULT_DISPLACEMENT, /* a zone too far from UTC */
	EV_FAULT_ZONE,         /* a zone unknown; err has the message */
};

struct ev_time_decoded {
	/* With parts.east; not set where special is epoch or an infinity. */
	struct ev_time_parts parts;
	enum ev_time_special special;
};

enum ev_time_fault ev_time_decode(const struct ev_time_env *env,
    enum ev_time_kind kind, struct ev_slice text,
    struct ev_time_decoded *decoded, struct ev_err *err);

/* "+01", "+0100", "-01:00:30", all of it, to seconds east. */
enum ev_time_fault ev_time_decode_offset(char *text, int32_t *east);

/* The offset that a (dynamic) abbreviation means at the local time of parts. */
int32_t ev_time_abbrev_local(const struct ev_time_env *env,
    const struct ev_time_abbrev *abbrev, const struct ev_time_parts *parts);

#endif
