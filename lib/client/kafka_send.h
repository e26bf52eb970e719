/*
 * kafka_send: messages to a topic: sent, waited for, in transactions or
 * without.
 *
 *	ev_kafka_sender_open(&sender, &how, &err);
 *	ev_kafka_send(&sender, &message, &err); …
 *	ev_kafka_flush(&sender, &err);          all of them are acknowledged
 *	ev_kafka_sender_close(&sender);
 *
 * With how.transaction set, ev_kafka_sender_start comes first, once, and
 *
 *	ev_kafka_begin(&sender, &err);
 *	… send …
 *	ev_kafka_commit(&sender, &err);
 *
 * The library holds up to MEMORY bytes of messages that no broker has
 * acknowledged; with more ev_kafka_send waits. Brokers that do not answer are
 * waited for as long as nothing moves for how.wait ms. Messages of one
 * partition keep their order, also through retries.
 */
#ifndef EV_CLIENT_KAFKA_SEND_H
#define EV_CLIENT_KAFKA_SEND_H

#include "client/kafka_topic.h"

struct ev_kafka_batch;

struct ev_kafka_sender_settings {
	const struct ev_kafka_settings *client;
	const struct ev_kafka_place *place;
	const char *transaction; /* its id; NULL: without */
	int64_t wait;            /* ms, -1: for ever */
	/* Called once of each wait that takes long, with what is waited for;
	 * or NULL. */
	void (*slow)(const char *what);
};

/* A message that a broker has refused, and goes on without. */
struct ev_kafka_refused {
	char *text; /* its value, of a tombstone its key */
	size_t len;
	uint64_t number; /* the message's */
	char *why;
};

/* A wait that goes on. */
struct ev_kafka_wait {
	int64_t since; /* ms of the steady clock */
	bool told;
};

struct ev_kafka_sender {
	const struct ev_kafka_sender_settings *how;
	struct ev_kafka kafka;
	struct ev_kafka_limits limits;
	rd_kafka_topic_t *topic;
	struct ev_kafka_batch *batch;
	bool plain;            /* messages are not compressed */
	uint64_t sent, failed; /* messages */
	struct ev_kafka_refused *refused;
	size_t refused_count, refused_taken;
	rd_kafka_resp_err_t trouble; /* of a message that failed, not for what
	                              * it is, or in a transaction; */
	size_t trouble_size;         /* and the bytes of its key and value */
	bool open;                   /* a transaction is */
	int64_t lasts;   /* ms that a transaction may; 0: unlimited */
	int64_t begun;   /* of the steady clock */
	int64_t stalled; /* ms of the transaction in which nothing moved */
	int64_t moved;   /* when a message was acknowledged last, */
	uint64_t done;   /* and how many were, or had failed */
	struct ev_kafka_wait looks; /* of ev_kafka_look, */
	bool away;                  /* and whether it saw any on their way */
};

/* Connects, asks for the topic's limits (`make` unless NULL: makes it where
 * there is none) and takes settings that go with them. Settings are lent.
 * EV_FATAL as ev_kafka_limits. */
enum ev_status ev_kafka_sender_open(struct ev_kafka_sender *sender,
    const struct ev_kafka_sender_settings *how,
    const struct ev_kafka_topic *make, struct ev_err *err);
/* Lets go of what was not sent; aborts a transaction that is open. */
void ev_kafka_sender_close(struct ev_kafka_sender *sender);

/* Takes the message, of which it may keep a copy until the next call here that
 * sends one, pushes or flushes, and its headers in any case. EV_FATAL: 69 (75
 * in a transaction), the brokers were waited for too long; what ev_kafka_error
 * says of a message that failed, also of an earlier one; a signal. */
enum ev_status ev_kafka_send(struct ev_kafka_sender *sender,
    struct ev_kafka_message *message, struct ev_err *err);
enum ev_status ev_kafka_send_to(struct ev_kafka_sender *sender,
    rd_kafka_topic_t *topic, struct ev_kafka_message *message,
    struct ev_err *err);
/* Sends what is kept: before a wait for more. */
enum ev_status ev_kafka_push(struct ev_kafka_sender *sender,
    struct ev_err *err);
/* Looks, without waiting, at what has become of those sent: at least once a
 * second while there are some on their way. Fails as
 * ev_kafka_send does. */
enum ev_status ev_kafka_look(struct ev_kafka_sender *sender,
    struct ev_err *err);
/* Waits until all are acknowledged or refused. */
enum ev_status ev_kafka_flush(struct ev_kafka_sender *sender,
    struct ev_err *err);
/* How many are known to be written. */
uint64_t ev_kafka_acknowledged(struct ev_kafka_sender *sender);
/* One that was refused, the caller's to free; false: there is none. */
bool ev_kafka_take_refused(struct ev_kafka_sender *sender,
    struct ev_kafka_refused *one);

/* Ends what another process with this id has begun, and fences it off.
 * EV_FATAL: 75, or what another try will not change. */
enum ev_status ev_kafka_sender_start(struct ev_kafka_sender *sender,
    struct ev_err *err);
enum ev_status ev_kafka_begin(struct ev_kafka_sender *sender,
    struct ev_err *err);
/* EV_OK: it is committed. EV_FATAL: 75, it may or may not be; 78: sending took
 * longer than a transaction may last. */
enum ev_status ev_kafka_commit(struct ev_kafka_sender *sender,
    struct ev_err *err);
void ev_kafka_abort(struct ev_kafka_sender *sender);

#endif
