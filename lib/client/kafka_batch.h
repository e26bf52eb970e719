/*
 * kafka_batch: messages on their way into the library, one at a time or many.
 *
 * Many at a time cost less: those of one partition are handed over together,
 * so that its lock is taken and the clock is read once for all of them, and
 * that they lie beside each other in memory where the library walks from one
 * to the next. The order of messages of one partition is kept.
 *
 *	ev_kafka_batch_conf(batch, conf);         before the client is made
 *	if (!ev_kafka_batch_add(batch, message))
 *		… produce, and once it is empty add again; what it does not
 *		take then goes by ev_kafka_produce …
 *	ev_kafka_batch_produce(batch, topic);     until it is empty
 */
#ifndef EV_CLIENT_KAFKA_BATCH_H
#define EV_CLIENT_KAFKA_BATCH_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stddef.h>

#include "client/kafka_message.h"

struct ev_kafka_batch;

struct ev_kafka_batch *ev_kafka_batch_new(void);
void ev_kafka_batch_free(struct ev_kafka_batch *batch);

/* The partitions of messages that name none are chosen here from now on, as
 * murmur2_random chooses them, unless the configuration has another way: then
 * the library does that. */
void ev_kafka_batch_conf(struct ev_kafka_batch *batch, rd_kafka_conf_t *conf);

/* Copies a message; false: there is no room for it, or it has headers or a
 * time, which go one at a time only. */
bool ev_kafka_batch_add(struct ev_kafka_batch *batch,
    const struct ev_kafka_message *message);
/* Those in it. */
size_t ev_kafka_batch_count(const struct ev_kafka_batch *batch);

/* Hands them to the library. What it does not take, and what comes behind
 * that, stays; the code is the library's. */
rd_kafka_resp_err_t ev_kafka_batch_produce(struct ev_kafka_batch *batch,
    rd_kafka_topic_t *topic);

/* One message beside the batch, which chooses its partition. Its headers are
 * the library's afterwards, unless it failed. */
rd_kafka_resp_err_t ev_kafka_produce(struct ev_kafka_batch *batch,
    rd_kafka_t *rk, rd_kafka_topic_t *topic, struct ev_kafka_message *message);

#endif
