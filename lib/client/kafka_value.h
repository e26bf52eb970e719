/*
 * kafka_value: a message of Kafka as an event: a JSON object as it is, text in
 * a field, a tombstone as a deleted row, and where it stood (--meta).
 */
#ifndef EV_CLIENT_KAFKA_VALUE_H
#define EV_CLIENT_KAFKA_VALUE_H

#include <librdkafka/rdkafka.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "event/scan.h"

#define EV_KAFKA_KEYS 8 /* fields of a key, at most */

struct ev_kafka_value {
	struct ev_scan *scan; /* lent; asked for whatever the caller wants */
	struct ev_slice key[EV_KAFKA_KEYS]; /* a tombstone's fields; lent */
	size_t keys;
	struct ev_slice meta; /* lent; ptr NULL: none */
	unsigned meta_slot;   /* of the scan */
	size_t max_event;     /* bytes */
	struct ev_buf scratch;
	char why[256]; /* of EV_BAD, where it is no static text */
};

/* In the caller's storage, zeroed, after scan, key, meta and max_event are
 * set: asks the scan for what it needs. */
void ev_kafka_value_init(struct ev_kafka_value *value);
void ev_kafka_value_release(struct ev_kafka_value *value);

/* Appends the event of a message whose value is a JSON object, or NULL, to
 * out, without a newline; its fields are in the scan, at addresses in out. A
 * value of several lines becomes one: the white space between its tokens is
 * left out. EV_BAD: it is none, out is as it was, and *why says so until the
 * next call. */
enum ev_status ev_kafka_value_event(struct ev_kafka_value *value,
    const rd_kafka_message_t *message, struct ev_buf *out, const char **why);

/* The same of a value that is text, as {"FIELD":"the text"}. */
enum ev_status ev_kafka_value_text(struct ev_kafka_value *value,
    struct ev_slice field, const rd_kafka_message_t *message,
    struct ev_buf *out, const char **why);

/* What is done last to an event that stands in out behind `start`, whoever
 * made it of the message: scanned, and given its --meta. */
enum ev_status ev_kafka_value_finish(struct ev_kafka_value *value,
    const rd_kafka_message_t *message, struct ev_buf *out, size_t start,
    const char **why);

#endif
