/*
 * kafka_positions: the records of named pipelines, in the compacted topic
 * ev_positions of the cluster that they write to (class A of evkit(7)): one
 * message a pipeline, its key the pipeline's name, written in the transaction
 * of its data. The last one of a key counts; one without a value takes the
 * record away.
 *
 * A pipeline's partition is that of its name as Java's clients have it.
 *
 * A broker that was stopped while others took over takes itself for the leader
 * until it hears of them, and a client that has just begun believes it. Who
 * must have the last record therefore writes a message there first, which only
 * the real leader with its replicas takes, and reads until it has come: the
 * claim. It has no value, and a key of its own, so that compaction removes it.
 */
#ifndef EV_CLIENT_KAFKA_POSITIONS_H
#define EV_CLIENT_KAFKA_POSITIONS_H

#include "base/buf.h"
#include "client/kafka_send.h"

#define EV_KAFKA_POSITIONS "ev_positions"

struct ev_kafka_positions {
	struct ev_kafka_sender *sender; /* lent */
	const char *name;               /* of the record; lent */
	rd_kafka_topic_t *topic;
	int32_t partitions;
	char *claim; /* the key of ours; NULL: none was made */
};

/* `make`: makes the topic where there is none, else that is EV_END. The sender
 * is open and, if a record is to be written, has a transaction's id. EV_FATAL
 * as ev_kafka_create. */
enum ev_status ev_kafka_positions_open(struct ev_kafka_positions *positions,
    struct ev_kafka_sender *sender, const char *name, bool make,
    struct ev_err *err);
void ev_kafka_positions_close(struct ev_kafka_positions *positions);

/* After ev_kafka_sender_start: what is read of positions->name from now on is
 * the last record that there will be but for this process's own (rule R1). A
 * transaction of its own. EV_FATAL as ev_kafka_commit. */
enum ev_status ev_kafka_positions_claim(struct ev_kafka_positions *positions,
    struct ev_err *err);

/* Replaces out by the committed record of a name. EV_END: there is none.
 * EV_FATAL as ev_kafka_send. */
enum ev_status ev_kafka_positions_read(struct ev_kafka_positions *positions,
    const char *name, struct ev_buf *out, struct ev_err *err);

/* In the open transaction: writes the record; ptr NULL: takes it away. */
enum ev_status ev_kafka_positions_write(struct ev_kafka_positions *positions,
    struct ev_slice record, struct ev_err *err);

/* Whether no message was ever committed to the sender's topic that is still
 * there. */
enum ev_status ev_kafka_topic_empty(struct ev_kafka_sender *sender, bool *empty,
    struct ev_err *err);

#endif
