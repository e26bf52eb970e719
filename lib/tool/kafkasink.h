/*
 * kafkasink: the run of evsink-kafka: events of a stage to a topic. Without a
 * name each leaves as it comes, and at the end all must have been acknowledged;
 * under a name each mark is a transaction, which has the record too. It ends
 * the process on failure, as the stage does.
 *
 *	ev_kafkasink_input(&input, STDIN_FILENO, &sink);
 *	ev_stage_open(&stage, …, &input.fd.in, scan, NULL);
 *	ev_kafkasink_open(&sink, &settings, &stage);   waits for begin
 *	ev_kafkasink_run(&sink);                       to the end
 *
 * Under a name events wait in memory, and beyond so much of it in a temporary
 * file, until their mark has come: a transaction that is open holds up whoever
 * reads the topic, so it lasts as long as sending does and no longer. What the
 * topic would refuse is found before it is begun.
 */
#ifndef EV_TOOL_KAFKASINK_H
#define EV_TOOL_KAFKASINK_H

#include "client/kafka_positions.h"
#include "event/input.h"
#include "tool/sinkrun.h"
#include "tool/spill.h"

struct ev_kafkasink_settings {
	struct ev_kafka_place place;
	struct ev_kafka_settings client;
	struct ev_kafka_rules rules;
	struct ev_kafka_topic topic; /* how --create makes it */
	bool create;
	struct ev_ledger_settings ledger;
	uint64_t max_event;
	int64_t wait;   /* ms for brokers that are away; -1: for ever */
	uint64_t limit; /* events */
	bool progress;
};

struct ev_kafkasink {
	const struct ev_kafkasink_settings *set;
	struct ev_stage *stage;
	struct ev_kafka_maker *maker;
	struct ev_sinkrun run;
	struct ev_kafka_sender_settings how;
	struct ev_kafka_sender sender;
	struct ev_kafka_positions positions;
	char *id;          /* of its transactions */
	struct ev_buf was; /* the record as it is stored; empty: none */
	struct ev_spill held;
	struct ev_kafka_message message;
	struct ev_err err; /* not on the stack of what runs for each event */
};

/* A descriptor whose wait sees, too, what becomes of the messages sent. */
struct ev_kafkasink_input {
	struct ev_input_fd fd;
	struct ev_kafkasink *sink;
};

void ev_kafkasink_input(struct ev_kafkasink_input *input, int fd,
    struct ev_kafkasink *sink);

/* The id of a pipeline's transactions, ev.NAME, of a shard ev.NAME.K; the
 * caller's to free. */
char *ev_kafkasink_id(const char *name);
/* Tells once of a wait that takes long. */
void ev_kafkasink_slow(const char *what);

/* Takes the stream, connects, and compares the records. Settings are lent. */
void ev_kafkasink_open(struct ev_kafkasink *sink,
    const struct ev_kafkasink_settings *settings, struct ev_stage *stage);
void ev_kafkasink_run(struct ev_kafkasink *sink, const struct ev_input *in);

#endif
