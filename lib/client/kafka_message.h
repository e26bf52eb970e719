/*
 * kafka_message: an event as a message of Kafka: which bytes are its key and
 * its value, its headers, timestamp and partition.
 *
 *	maker = ev_kafka_maker_new(&settings, scan);
 *	… scan an event …
 *	ev_kafka_make(maker, line, &message, &err);
 *
 * The value is the event's own bytes, without the field of `meta`; of an event
 * with "__deleted":true there is none (a tombstone). What a rule names counts
 * before what the field of `meta` has.
 */
#ifndef EV_CLIENT_KAFKA_MESSAGE_H
#define EV_CLIENT_KAFKA_MESSAGE_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/names.h"
#include "event/scan.h"

#define EV_KAFKA_KEY_MAX 16
#define EV_KAFKA_NOW 0 /* a time: the library puts the present one */

struct ev_kafka_header {
	char *name;
	struct ev_names_path field;
};

/* A path without keys (depth 0) is no rule. */
struct ev_kafka_rules {
	struct ev_names_path key[EV_KAFKA_KEY_MAX];
	unsigned keys;
	bool key_json; /* the key is an object of its fields; always, where
	                * there are several */
	struct ev_names_path partition, time;
	struct ev_names_path headers; /* an object, each member a header */
	struct ev_kafka_header *header;
	size_t header_count;
	const char *meta; /* NULL: none */
};

struct ev_kafka_message {
	struct ev_slice key;         /* ptr NULL: none */
	struct ev_slice value;       /* ptr NULL: a tombstone */
	int32_t partition;           /* RD_KAFKA_PARTITION_UA: by the key */
	int64_t time;                /* ms since 1970, or EV_KAFKA_NOW */
	rd_kafka_headers_t *headers; /* owned; NULL: none */
	size_t headers_size;         /* bytes that they take in a batch */
	uint64_t number;             /* the caller's, for one that is refused */
};

struct ev_kafka_maker;

/* Asks the scan for what the rules need. Both are lent. */
struct ev_kafka_maker *ev_kafka_maker_new(const struct ev_kafka_rules *rules,
    struct ev_scan *scan);
void ev_kafka_maker_free(struct ev_kafka_maker *maker);

/* The event that was scanned last, whose line is `line`. The message's bytes
 * live until the next call, or as long as the line. EV_BAD: it has no key, or
 * a field is not what its rule needs; there are no headers to free then. */
enum ev_status ev_kafka_make(struct ev_kafka_maker *maker, struct ev_slice line,
    struct ev_kafka_message *message, struct ev_err *err);
void ev_kafka_message_release(struct ev_kafka_message *message);

/* The partition that Java's clients choose for a key: murmur2. */
int32_t ev_kafka_partition(struct ev_slice key, int32_t partitions);

/* The bytes that a batch has which holds nothing but this message,
 * uncompressed (Kafka's record batch, version 2). At most 9 too many. */
size_t ev_kafka_message_size(const struct ev_kafka_message *message);

#endif
