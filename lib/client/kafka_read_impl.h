/*
 * kafka_read_impl: what the files of the reader share among themselves.
 */
#ifndef EV_CLIENT_KAFKA_READ_IMPL_H
#define EV_CLIENT_KAFKA_READ_IMPL_H

#include <regex.h>

#include "client/kafka_read.h"

struct ev_kafka_range {
	int32_t first, last;
};

struct ev_kafka_reader {
	struct ev_kafka *kafka;
	const struct ev_kafka_reader_settings *set;
	regex_t pattern;
	bool matches; /* the topics are those that match the pattern */
	char **name;  /* else those of these names */
	size_t names;
	struct ev_kafka_range *range; /* partitions; of 0 ranges all */
	size_t ranges;

	struct ev_kafka_topic **topic;
	size_t topics;
	struct ev_kafka_part **part;
	size_t parts;
	size_t pending;

	rd_kafka_queue_t *queue;    /* NULL: nothing is assigned yet */
	struct ev_kafka_part *last; /* whose message came last */
	size_t astray;              /* partitions, */
	size_t turn;                /* of which this one is looked for first */
	int64_t again;              /* when they are, ms of the steady clock */
	bool stopped;
	bool dozes;            /* the library needs ev_kafka_reader_wake */
	int64_t awake;         /* bytes to take before it does again */
	int64_t away;          /* since when nobody answers; 0: they do */
	bool told;             /* and it was said */
	bool begun;            /* partitions are being read */
	bool lost;             /* what was read before is not there any more */
	enum ev_status status; /* of the callback that runs */
	struct ev_err err;
};

#define EV_KAFKA_PAUSE 100 /* ms between two attempts */

/* EV_FATAL: a signal came. */
enum ev_status ev_kafka_reader_pause(struct ev_err *err);

/* Nobody answered, as err says. EV_OK: try again; EV_AGAIN: later, since
 * partitions are being read; EV_FATAL: enough of it, or a signal came. */
enum ev_status ev_kafka_reader_wait(struct ev_kafka_reader *reader,
    struct ev_err *err);
/* They do. */
void ev_kafka_reader_answered(struct ev_kafka_reader *reader);

/* Asks where the partitions that are not started begin and end, until that is
 * answered. EV_FATAL as the look. */
enum ev_status ev_kafka_reader_ends(struct ev_kafka_reader *reader,
    struct ev_err *err);
/* The same of one, into part->low and high. EV_AGAIN: nobody answers; EV_FATAL
 * as ev_kafka_error has it. */
enum ev_status ev_kafka_reader_end(struct ev_kafka_reader *reader,
    struct ev_kafka_part *part, struct ev_err *err);

/* The leader of a partition was asked, and has not what was read. False: it has
 * said so for long enough. */
bool ev_kafka_reader_hopes(struct ev_kafka_reader *reader,
    struct ev_kafka_part *part);

/* Before version 2.2 the library's thread of a broker that finds the queue full
 * looks again after a second only, however soon the queue is empty (pull
 * request 4284 of librdkafka). Any request to the broker wakes it: asks where
 * the partitions that are read end, and does not wait for the answer. */
void ev_kafka_reader_wake(struct ev_kafka_reader *reader);

/* The partition's topic was deleted: it drops out. */
void ev_kafka_reader_drop(struct ev_kafka_reader *reader,
    struct ev_kafka_part *part);

#endif
