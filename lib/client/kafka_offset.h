/*
 * kafka_offset: a position in a partition as records and marks have it, which
 * is a text that tells enough to ask for it again without any option:
 *
 *	NEXT[@EPOCH] [LAST:TIME:BYTES] kafka://BROKERS/TOPIC
 *	4711@3 4709:1790000000000:133 kafka://b1:9092,b2:9092/reviews
 *
 * NEXT is the offset to read on from and EPOCH its leader's epoch, where the
 * library tells it (from 2.1 on). LAST is the last message that was read, with
 * its timestamp in ms and the bytes of key and value: whoever reads on looks
 * at it again, since a topic that was deleted and made anew, or lost its tail
 * to an unclean election, has another message there.
 */
#ifndef EV_CLIENT_KAFKA_OFFSET_H
#define EV_CLIENT_KAFKA_OFFSET_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

struct ev_kafka_offset {
	int64_t next;
	int32_t epoch; /* -1: not known */
	int64_t last;  /* -1: nothing was read yet */
	int64_t time;  /* of the last; -1: it has none */
	uint64_t bytes;
	struct ev_slice brokers, topic; /* parsed: point into the text */
};

/* EV_FATAL: exit 70, it is no such text. */
enum ev_status ev_kafka_offset_parse(struct ev_slice text,
    struct ev_kafka_offset *offset, struct ev_err *err);
/* Appends it. */
void ev_kafka_offset_build(const struct ev_kafka_offset *offset,
    struct ev_buf *out);

#endif
