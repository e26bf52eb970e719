/*
 * kafka_read: reading the partitions of topics, each from an offset of its
 * own on, without a consumer group. Who reads knows where to begin, and keeps
 * how far it came.
 *
 *	ev_kafka_reader_new(&reader, &kafka, &settings, &err);
 *	ev_kafka_reader_look(reader, &err);          which partitions there are
 *	for (… part of ev_kafka_reader_part …)
 *		ev_kafka_part_place(part, &offset);     where to begin
 *	ev_kafka_reader_start(reader, &err);
 *	while (ev_kafka_reader_pending(reader))
 *		if (ev_kafka_reader_read(reader, &err) == EV_AGAIN)
 *			… ev_kafka_wait …
 *
 * ev_kafka_reader_look and what follows may be called again, for partitions
 * that were added.
 *
 * The last message that was read is looked at again when a partition begins,
 * and when its messages come from another broker than before: the new leader
 * may have been elected without being in sync, and have others there.
 *
 * A broker that was stopped takes itself for the leader until it hears of the
 * other one, and has not what was read from that; where the library knows no
 * epochs of leaders, it believes it. So what a leader does not have is asked
 * for again until it has answered so for half a minute.
 *
 * The end of a partition is its last stable offset, or its high watermark for
 * who reads what is not committed: transactions that are open when it is looked
 * at are behind the end.
 */
#ifndef EV_CLIENT_KAFKA_READ_H
#define EV_CLIENT_KAFKA_READ_H

#include <stdbool.h>
#include <stdint.h>

#include "client/kafka.h"
#include "state/shard.h"
#include "client/kafka_offset.h"
#include "client/kafka_when.h"

struct ev_kafka_topic {
	char *name;
	size_t order; /* among the topics that were named; of a pattern 0 */
	rd_kafka_topic_t *handle; /* that messages come with; lent */
};

struct ev_kafka_part {
	const struct ev_kafka_topic *topic;
	int32_t id;
	int64_t low, high; /* the first and the end, when they were looked
	                    * at */
	int64_t found;     /* what ev_kafka_reader_find found */
	struct ev_kafka_offset at;  /* where it is; `place` of it is not set */
	int64_t goal;               /* the end that was there at the start */
	struct ev_kafka_offset was; /* checked against what comes first */
	int32_t broker; /* that its last message came from; -1: not known */
	unsigned asked; /* how often its leader was asked for what was read,
	                 * since it was not there */
	bool placed, started;
	bool reached; /* the goal; behind it nothing is taken, unless
	               * followed */
	bool moved;   /* since the caller set it to false */
	bool astray;  /* nothing is taken of it until what was read is found */
	bool gone;    /* its topic was deleted */
};

/* Takes a message (with a value or a tombstone). part->at is still before
 * it. */
typedef void (*ev_kafka_take)(void *arg, struct ev_kafka_part *part,
    const rd_kafka_message_t *message);

struct ev_kafka_reader_settings {
	const char *topics;     /* "a,b" or "^regex" */
	const char *partitions; /* "0,3-5"; NULL: all */
	struct ev_shard shard;  /* whose partitions are read */
	bool follow;
	bool await;   /* a topic that is not there at the start is waited for */
	int64_t wait; /* ms for brokers that do not answer; -1: for ever */
	ev_kafka_take take;
	void *arg;
	void (*say)(const char *text); /* that it waits */
};

struct ev_kafka_reader;

/* Settings are lent, and what they point at. EV_FATAL: exit 64, partitions or
 * a pattern that are none. */
enum ev_status ev_kafka_reader_new(struct ev_kafka_reader **reader,
    struct ev_kafka *kafka, const struct ev_kafka_reader_settings *settings,
    struct ev_err *err);
void ev_kafka_reader_free(struct ev_kafka_reader *reader);

/* Asks which partitions there are, and where those that are not started yet
 * begin and end. EV_AGAIN: nobody answers now, but what is being read goes on;
 * EV_FATAL: 69, nobody has answered for as long as settings->wait; 70, there
 * is no such topic or partition; our signal. */
enum ev_status ev_kafka_reader_look(struct ev_kafka_reader *reader,
    struct ev_err *err);

/* Asks whether the brokers are there; fails as the look does. */
enum ev_status ev_kafka_reader_ping(struct ev_kafka_reader *reader,
    struct ev_err *err);

/* The partitions that are known; they stay where they are until the next
 * look. */
size_t ev_kafka_reader_count(const struct ev_kafka_reader *reader);
struct ev_kafka_part *ev_kafka_reader_part(struct ev_kafka_reader *reader,
    size_t i);

/* The offset that `when` is, of each partition that is not started, into
 * `found`: within what is there. */
enum ev_status ev_kafka_reader_find(struct ev_kafka_reader *reader,
    const struct ev_kafka_when *when, struct ev_err *err);

/* Looks again where partitions that are not started begin and end, until each
 * of them ends at at.next or behind it, which the caller has set; EV_OK also
 * where one does not for so long. EV_FATAL as the look. */
enum ev_status ev_kafka_reader_await(struct ev_kafka_reader *reader,
    struct ev_err *err);

/* Where to begin. With a last message it is looked at again. */
void ev_kafka_part_place(struct ev_kafka_part *part,
    const struct ev_kafka_offset *offset);

/* Begins with the partitions that are placed. */
enum ev_status ev_kafka_reader_start(struct ev_kafka_reader *reader,
    struct ev_err *err);

/* Partitions that have not reached what was there at the start. */
size_t ev_kafka_reader_pending(const struct ev_kafka_reader *reader);

/* Takes what has come. EV_OK; EV_AGAIN, nothing; EV_FATAL: 70, an offset is
 * not there any more, or another message is; and what ev_kafka_error says. */
enum ev_status ev_kafka_reader_read(struct ev_kafka_reader *reader,
    struct ev_err *err);
/* After how many ms that wants to be called again though nothing has come; -1:
 * it does not. */
int ev_kafka_reader_nap(const struct ev_kafka_reader *reader);
/* True where that failed since what was read before is not there as it was. */
bool ev_kafka_reader_lost(const struct ev_kafka_reader *reader);
/* Called while a message is taken: it is the last one. */
void ev_kafka_reader_stop(struct ev_kafka_reader *reader);

#endif
