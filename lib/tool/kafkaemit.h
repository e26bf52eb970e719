/*
 * kafkaemit: what becomes of the messages of a source of topics: the events
 * that their values are or have in them, with marks between messages, and bad
 * values set aside. It ends the process on failure, as the stage under it does.
 */
#ifndef EV_TOOL_KAFKAEMIT_H
#define EV_TOOL_KAFKAEMIT_H

#include "client/kafka_value.h"
#include "tool/kafkapos.h"
#include "tool/kafkarows.h"
#include "tool/marker.h"
#include "tool/pace.h"
#include "tool/progress.h"
#include "tool/source.h"
#include "tool/stage.h"

struct ev_kafkaemit {
	const struct ev_source_settings *settings; /* lent */
	struct ev_stage stage;
	struct ev_marker marker;
	struct ev_kafkapos pos; /* set by the caller after ev_kafkaemit_open */
	struct ev_progress progress;
	uint64_t bytes;      /* of values */
	struct ev_pace pace; /* of looks at the clock and for signals */
	struct ev_scan *scan;
	struct ev_kafka_value value;
	struct ev_slice text_field; /* --format text; else ptr is NULL */
	struct ev_kafkarows rows;   /* of --format csv and others: */
	bool has_rows;
	struct ev_slice when; /* --mark-when; ptr NULL: none */
	unsigned when_slot;
	struct ev_buf when_is; /* its value in the last event */
	bool when_known;
	struct ev_err err; /* not on the stack of what runs for each event */
};

/* Checks what --format and --key say (key NULL: it is not given), of settings,
 * which are lent; before anything is opened. */
void ev_kafkaemit_init(struct ev_kafkaemit *emit,
    const struct ev_source_settings *settings, const char *key);
/* Opens stage and marker: under a name this takes the lock and sends begin.
 * Place is lent. */
void ev_kafkaemit_open(struct ev_kafkaemit *emit, const char *place);

/* A message in its turn; an ev_kafka_take, arg being the emit. Stops the reader
 * where --limit is reached or a signal came. */
void ev_kafkaemit_take(void *arg, struct ev_kafka_part *part,
    const rd_kafka_message_t *message);

/* --limit is reached. */
bool ev_kafkaemit_full(const struct ev_kafkaemit *emit);

/* A mark behind what went out so far; the last one. */
void ev_kafkaemit_mark(struct ev_kafkaemit *emit);
void ev_kafkaemit_seal(struct ev_kafkaemit *emit);

/* Flushes, and says the counts. */
void ev_kafkaemit_done(struct ev_kafkaemit *emit);

#endif
