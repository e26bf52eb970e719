/*
 * kafka: what the source and the sink of Kafka share: places, settings, a
 * client of librdkafka, and its errors as statuses. The library's own threads
 * talk to the brokers; everything of ours runs on the caller's.
 *
 * A place is kafka://HOST:PORT,HOST:PORT/TOPIC, or kafka:TOPIC with brokers
 * from -b, $EVKIT_BROKERS or the setting bootstrap.servers. A '/' behind the
 * topic is no part of it: the place of a log folder has one.
 *
 * Settings are librdkafka's properties, from the weakest to the strongest: our
 * defaults, the file that $EVKIT_KAFKA_CONFIG names, each -F file, each -X.
 * A file has key=value lines, as kcat's; one whose name ends in .properties is
 * Java's, with its escapes. Keys of Java's clients that mean the same under
 * another name are taken as well (sasl.jaas.config, the PEM ones of ssl.*), and
 * those that mean nothing here (serializers) are left out. A value env:NAME is
 * that variable's, file:PATH that file's first line, so that no password
 * stands in the arguments.
 */
#ifndef EV_CLIENT_KAFKA_H
#define EV_CLIENT_KAFKA_H

#include <librdkafka/rdkafka.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define EV_KAFKA_WAIT 60000 /* ms for a system that does not answer */

struct ev_kafka_place {
	char *brokers;  /* NULL: the settings say */
	char *topic;    /* as it stands there: of a source "a,b", "^regex" */
	char *absolute; /* kafka://BROKERS/TOPIC, without user and password */
};

struct ev_kafka_settings {
	const char *brokers;      /* -b, or NULL */
	const char *const *files; /* -F */
	size_t file_count;
	const char *const *extra; /* -X key=value */
	size_t extra_count;
	const char *const *own; /* keys of -X that are the command's, not
	                         * the library's; NULL at the end */
};

/* EV_FATAL: exit 64, it names no topic, a broker has no port that there is, or
 * no broker is known from anywhere (-b, $EVKIT_BROKERS and the settings were looked at). */
enum ev_status ev_kafka_place(const char *place,
    const struct ev_kafka_settings *settings, struct ev_kafka_place *out,
    struct ev_err *err);
void ev_kafka_place_release(struct ev_kafka_place *place);

/* The value of a key of the command's own (the last one given), with env: and
 * file: undone; NULL where there is none. The caller's to free.
 * EV_FATAL: exit 64 or 78. */
enum ev_status ev_kafka_own(const struct ev_kafka_settings *settings,
    const char *key, char **value, struct ev_err *err);

/* A client of the library, and what it last complained about. */
struct ev_kafka {
	rd_kafka_t *rk;   /* NULL: closed */
	char *brokers;    /* as the settings have them */
	char *cluster;    /* the cluster's id, once asked for */
	const char *made; /* a topic that not every broker need know yet */
	int wake[2];      /* a pipe: [0] can be read when `watched` has
	                      * something; -1: nothing is watched */
	struct ev_kafka_trouble *trouble; /* the last complaints of the
	                                   * library's threads */
};

/* A configuration: our defaults, `defaults`, what the user says, `fixed`; both
 * lists are (key, value, …, NULL), or NULL; a key in one of them that this
 * version of the library does not have is left out. What is fixed (or, as "",
 * left alone) is not for the user to change: EV_FATAL, exit 64, for another
 * value of it by -X; a file that is shared with others may have one. So is a key
 * that the library does not know (the nearest is named), or a value that it does
 * not take; exit 78 for those of a file, and for a certificate that is not
 * there. *conf is the caller's to hand to ev_kafka_open. */
enum ev_status ev_kafka_conf(const struct ev_kafka_settings *settings,
    const struct ev_kafka_place *place, const char *const *defaults,
    const char *const *fixed, rd_kafka_conf_t **conf, struct ev_err *err);

/* Makes the client; takes the configuration in any case. No broker is asked
 * yet. EV_FATAL: exit 78, the settings contradict each other. */
enum ev_status ev_kafka_open(struct ev_kafka *kafka, rd_kafka_type_t type,
    rd_kafka_conf_t *conf, struct ev_err *err);
/* Gives up at once what has not been sent; flush before. */
void ev_kafka_close(struct ev_kafka *kafka);

/* From now on kafka->wake[0] becomes readable when the queue, which was empty,
 * has something. ev_kafka_wait clears it. EV_FATAL: exit 71. */
enum ev_status ev_kafka_watch(struct ev_kafka *kafka, rd_kafka_queue_t *queue,
    struct ev_err *err);
/* Waits until the watched queue has something, or `timeout` ms. EV_OK, EV_AGAIN
 * when the time is over, EV_FATAL: a signal, or our reader has gone. */
enum ev_status ev_kafka_wait(struct ev_kafka *kafka, int timeout,
    struct ev_err *err);

/* Asks the brokers for the cluster's id and the topic's metadata (NULL: of no
 * topic), until they answer or `wait` ms (-1: for ever) are over. A broker that
 * does not know a topic that was just made is asked again. *metadata,
 * unless NULL, is freed by rd_kafka_metadata_destroy.
 * EV_FATAL: 69, nobody answers, with what the library complained of; 78, they
 * do not let us in; the topic's own error: as ev_kafka_error has it. */
enum ev_status ev_kafka_metadata(struct ev_kafka *kafka, const char *topic,
    int64_t wait, const struct rd_kafka_metadata **metadata,
    struct ev_err *err);

/* The failure of a call: "cannot WHAT: why", where why has the library's last
 * complaint if that tells more ("all brokers are down" does not). Exit 69:
 * cannot be reached; 78: not let in, or a wrong setting; 70: what another try
 * will not change (no such topic, not authorised for it, offset out of range);
 * 75: fenced, and whatever another start may mend. Always EV_FATAL. */
enum ev_status ev_kafka_error(struct ev_kafka *kafka, rd_kafka_resp_err_t code,
    const char *what, struct ev_err *err);
/* The same of an error object, which it frees. */
enum ev_status ev_kafka_error_object(struct ev_kafka *kafka,
    rd_kafka_error_t *error, const char *what, struct ev_err *err);

/* True where the library that runs is at least this version (0x020601ff is
 * 2.6.1). */
bool ev_kafka_at_least(int version);

#endif
