/*
 * kafkareport: tells Kafka how far a named pipeline is, as the offsets of a
 * consumer group that has no members, so that Kafka's own tools show its lag
 * (-X report.group=G). What is told is what the sink has committed, as the copy
 * of its record says. It is never read back: that it fails is said once, and
 * nothing else.
 */
#ifndef EV_TOOL_KAFKAREPORT_H
#define EV_TOOL_KAFKAREPORT_H

#include "client/kafka.h"
#include "tool/marker.h"

struct ev_kafkareport {
	struct ev_kafka *kafka;   /* lent; NULL: nothing is told */
	struct ev_marker *marker; /* lent */
	char *group;
	rd_kafka_queue_t *queue;
	char *told;     /* the id of the record that was told last */
	int64_t looked; /* ms; of the copy */
	unsigned asked; /* requests without an answer */
	bool said;      /* that one failed */
};

/* Group is copied. */
void ev_kafkareport_open(struct ev_kafkareport *report, struct ev_kafka *kafka,
    struct ev_marker *marker, const char *group);
/* Looks at the copy, once a second at most, and tells what is new. */
void ev_kafkareport_tell(struct ev_kafkareport *report);
/* After the seal: waits a few seconds for the sink to commit it, and for the
 * answers. */
void ev_kafkareport_close(struct ev_kafkareport *report);

#endif
