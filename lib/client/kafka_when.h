/*
 * kafka_when: what --from, --until and evpos rewind --to say about where in a
 * topic: start, end, an offset, or a time: as in conditions ("2026-11-22
 * 10:00", in UTC unless it says otherwise), or "3 hours ago".
 */
#ifndef EV_CLIENT_KAFKA_WHEN_H
#define EV_CLIENT_KAFKA_WHEN_H

#include <stdint.h>

#include "base/err.h"

enum ev_kafka_when_kind {
	EV_KAFKA_START,
	EV_KAFKA_END,
	EV_KAFKA_OFFSET,
	EV_KAFKA_TIME,
};

struct ev_kafka_when {
	enum ev_kafka_when_kind kind;
	int64_t value; /* the offset; or ms since 1970 UTC */
};

/* `option` is for the message. EV_FATAL: exit 64, it is none of these. */
enum ev_status ev_kafka_when(const char *option, const char *text,
    struct ev_kafka_when *when, struct ev_err *err);

#endif
