/*
 * kafkapos: the positions of a source of topics: where it begins in each
 * partition, by the record, by --from, or because the partition is new; and
 * what it tells in marks.
 *
 * A position's key is INPUT#PARTITION, where INPUT is kafka:CLUSTER/TOPIC (the
 * cluster's id, not its brokers, which come and go) or what --input names. Its
 * text is that of client/kafka_offset.h.
 *
 * It ends the process where positions and the world disagree (70).
 */
#ifndef EV_TOOL_KAFKAPOS_H
#define EV_TOOL_KAFKAPOS_H

#include "client/kafka_read.h"
#include "tool/marker.h"

struct ev_kafkapos {
	struct ev_kafka *kafka; /* these are lent */
	struct ev_kafka_reader *reader;
	struct ev_marker *marker;
	const struct ev_kafka_reader_settings *how;
	const struct ev_kafka_when *from;  /* --from */
	const struct ev_kafka_when *until; /* NULL: to the end */
	bool begun;                        /* its own */
};

/* Places all partitions that are not placed yet. Those of the first call begin
 * where the record or --from says, those of later ones at their start. EV_FATAL
 * as ev_kafka_reader_look; what the record forbids ends the process. */
enum ev_status ev_kafkapos_place(struct ev_kafkapos *pos, struct ev_err *err);

/* Tells the marker where every partition is that has moved. */
void ev_kafkapos_tell(struct ev_kafkapos *pos);

/* The command to type where a named pipeline disagrees with the world: ": evpos
 * rewind NAME --to start …", or nothing. The caller's to free. */
char *ev_kafkapos_advice(const struct ev_marker *marker);

#endif
