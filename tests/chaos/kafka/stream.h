/*
 * stream: the events of a trial, as they are put into a topic and as they are
 * looked at in another one. An event belongs to a key and has a number there
 * (0, 1, 2 …), so that one who reads a topic from its start knows at each
 * event whether it is the one that is due: one that came twice, that is
 * missing, that overtook another or that came to light although it was aborted
 * (it is sent again, and then is there twice) is seen when it is read.
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
/* Reads what there is, waiting at most ms for something. False, with *why,
 * when an event is not the one that is due. */
bool reader_poll(struct reader *reader, int ms, const char **why);
/* Reads to the end of every partition. False, with *why, also where that is
 * not reached in a minute. */
bool reader_finish(struct reader *reader, const char **why);
/* Events that were read so far. */
uint32_t reader_seen(const struct reader *reader);

/* --- into a topic -------------------------------------------------------- */

struct feeder;

/* Of an idempotent producer: what it sends is there once and in order. The
 * process ends where librdkafka does not give one. */
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
/* Waits until all are acknowledged; false after half a minute. */
bool feeder_flush(struct feeder *feeder);
/* Events that were handed over so far. */
uint32_t feeder_sent(const struct feeder *feeder);

#endif
