/*
 * kafka_topic: what a topic and its brokers take: asked of them before the
 * first message is sent, since they refuse a whole batch for one message in
 * it. And topics made.
 */
#ifndef EV_CLIENT_KAFKA_TOPIC_H
#define EV_CLIENT_KAFKA_TOPIC_H

#include "client/kafka.h"
#include "client/kafka_message.h"

struct ev_kafka_limits {
	int32_t partitions;
	int64_t size;   /* bytes of a batch at most; 0: nobody tells us */
	bool compacted; /* a message must have a key */
	/* ms that a message's own time may lie before and after the present */
	int64_t before, after;
	int64_t transaction; /* ms that one may last; 0: nobody tells us */
	int broker;          /* one of them, -1: none is known */
};

/* Waits for the topic's metadata as ev_kafka_metadata does, then asks for its
 * settings and the brokers'. Who may not see them goes on without.
 * EV_FATAL as ev_kafka_metadata, or a signal. */
enum ev_status ev_kafka_limits(struct ev_kafka *kafka, const char *topic,
    int64_t wait, struct ev_kafka_limits *limits, struct ev_err *err);

/* Whether the topic would refuse the message, which leaves uncompressed if
 * `plain`. EV_OK; EV_BAD with the reason. */
enum ev_status ev_kafka_limits_check(const struct ev_kafka_limits *limits,
    const char *topic, bool plain, const struct ev_kafka_message *message,
    struct ev_err *err);

struct ev_kafka_topic {
	const char *name;
	int partitions;             /* -1: as the brokers have it by default */
	int replication;            /* the same */
	const char *const *setting; /* key, value, …, NULL; or NULL */
};

/* Makes a topic and waits until it can be written; its name must stay as long
 * as the client. EV_OK, also where there is one already. EV_FATAL as ev_kafka_error has it. */
enum ev_status ev_kafka_create(struct ev_kafka *kafka,
    const struct ev_kafka_topic *topic, int64_t wait, struct ev_err *err);

#endif
