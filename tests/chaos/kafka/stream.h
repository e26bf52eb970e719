/*
 * stream: the events of a trial, as they are put into a topic and as they are
 * looked at in another one. An event belongs to a key and has a number there
 * (0, 1, 2 …), so that one who reads a topic from its start knows at each event
 * whether one is missing before it. What comes out of a partition is what went
 * into the same partition of the other topic, in the same order, so that one
 * that came twice, that overtook another or that came to light although it was
 * aborted (it is sent again, and then is there twice) is seen, too.
 */
#ifndef CHAOS_KAFKA_STREAM_H
#define CHAOS_KAFKA_STREAM_H

#include <stdbool.h>
#include <stdint.h>

/* --- out of a topic ------------------------------------------------------ */

struct reader;

enum reader_kind {
	READ_COMMITTED, /* looks at every event */
	READ_ALL,       /* counts them, with those that were aborted */
};

/* Of all partitions, from their start, in no group. */
struct reader *reader_new(const char *brokers, const char *topic,
    int partitions, enum reader_kind kind);
void reader_free(struct reader *reader);
/* Reads what there is, waiting at most ms for something. False, with *why, when
 * one is missing before an event, or the event is not as it was sent. */
bool reader_poll(struct reader *reader, int ms, const char **why);
/* Reads to the end of every partition. False, with *why, also where that is
 * not reached in a minute. */
bool reader_finish(struct reader *reader, const char **why);
/* What has been read of `out` stands in the same partition and the same order
 * in `in`, as often as there; `whole`: and it is all of that. False, with *why;
 * what only one of them has read yet is looked at next time. */
bool reader_same(struct reader *out, const struct reader *in, bool whole,
    const char **why);
/* Events that were read so far, each once (READ_ALL: all). */
uint32_t reader_seen(const struct reader *reader);
/* How many came once more. */
uint32_t reader_again(const struct reader *reader);

/* --- into a topic -------------------------------------------------------- */

struct feeder;

/* Of an idempotent producer: what it sends is there, and in order, but it may
 * be there twice. Where a partition gets another leader, librdkafka may send
 * what follows before what it has to send again, then numbers all anew, and
 * what the old leader had passed on comes once more (its issue 4953; 2 of 32
 * such producers of 2.0.2 whose brokers were killed and frozen). So that every
 * trial has some, one of a thousand is sent twice. The process ends where
 * librdkafka does not give a producer. */
struct feeder *feeder_new(const char *brokers, const char *topic,
    int partitions);
void feeder_free(struct feeder *feeder);
/* Sends so many events more, or fewer when its queue is full; hears what the
 * brokers have to say. False, with *why, where an event was refused. */
bool feeder_send(struct feeder *feeder, uint32_t count, const char **why);
/* True where librdkafka's producer has given up for ever, as it may after the
 * kill of a broker (out of order sequence number): nothing is sent until it is
 * mended. */
bool feeder_lost(const struct feeder *feeder);
/* Makes it give up. */
void feeder_lose(struct feeder *feeder);
/* Another producer, which sends again what is not in the topic: looked up
 * there, when all brokers are back. False, with *why, where what is there is
 * not what was sent. */
bool feeder_mend(struct feeder *feeder, const char **why);
/* True while some are not acknowledged. */
bool feeder_waits(const struct feeder *feeder);
/* Waits until all are acknowledged; false after half a minute. */
bool feeder_flush(struct feeder *feeder);
/* Events that were handed over so far. */
uint32_t feeder_sent(const struct feeder *feeder);

#endif
