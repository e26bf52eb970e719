/*
 * kafka_impl: what the files of the Kafka client share among themselves: the
 * settings as a list, and what the library complains of.
 */
#ifndef EV_CLIENT_KAFKA_IMPL_H
#define EV_CLIENT_KAFKA_IMPL_H

#include <pthread.h>

#include "client/kafka.h"

/* One setting, by the library's name for it. Texts are owned. */
struct ev_kafka_setting {
	char *key, *value;
	char *where; /* "-X" or "FILE:LINE", for messages */
	bool typed;  /* by -X, and not from a file */
};

/* All that were given, from the weakest to the strongest. */
struct ev_kafka_list {
	struct ev_kafka_setting *item;
	size_t count;
};

/* Reads $EVKIT_KAFKA_CONFIG, the -F files and -X, without the command's own.
 * The list is the caller's to release, also after a failure. EV_FATAL: exit 64
 * for an -X that is none, 78 for a file that cannot be read or has such a
 * line, or a variable or file that a value names and that is not there. */
enum ev_status ev_kafka_list(const struct ev_kafka_settings *settings,
    struct ev_kafka_list *list, struct ev_err *err);
void ev_kafka_list_release(struct ev_kafka_list *list);
/* The strongest value of a key (or of its other name, unless NULL); NULL:
 * none. */
const char *ev_kafka_list_get(const struct ev_kafka_list *list, const char *key,
    const char *other);

/* A value as it is meant: what env:NAME or file:PATH stand for, else itself.
 * `what` is for the message. The caller's to free. */
enum ev_status ev_kafka_secret(const char *text, const char *what, char **value,
    struct ev_err *err);

/* Appends a setting of a Java client's properties file as the library's, or as
 * none where it means nothing here. Returns NULL, or why it cannot be taken.
 * Texts are copied. */
const char *ev_kafka_java(struct ev_kafka_list *list, const char *key,
    const char *value, const char *where);
/* Appends a setting; texts are copied. "topic.KEY" is KEY, as kcat has it, but
 * for the library's own keys that begin so. */
void ev_kafka_list_add(struct ev_kafka_list *list, const char *key,
    const char *value, const char *where, bool typed);

bool ev_kafka_conf_is(const rd_kafka_conf_t *conf, const char *key,
    const char *wanted);

/* The last complaints. The library's threads write it. */
struct ev_kafka_trouble {
	pthread_mutex_t lock;
	char text[512];           /* of its log; empty: none */
	rd_kafka_resp_err_t code; /* _AUTHENTICATION or _SSL where a broker said
	                           * no since one last answered, else 0 */
	bool scram;               /* that mechanism is asked for */
	void *owner; /* for callbacks of whoever opens the client */
};

/* What the open transaction failed of, also where no message did: the
 * coordinator may not have let a partition into it. 0: of nothing. */
rd_kafka_resp_err_t ev_kafka_transaction_failure(struct ev_kafka *kafka);

/* Puts the callbacks that fill it in into a configuration, and itself as the
 * opaque pointer that all callbacks get. */
void ev_kafka_trouble_listen(struct ev_kafka_trouble *trouble,
    rd_kafka_conf_t *conf);

#endif
