/*
 * kafka_send: see kafka_send.h.
 *
 * Only messages that failed are reported one by one
 * (delivery.report.only.error): the library counts those on their way, so all
 * are acknowledged when there are none left and no report has come. Messages
 * have no time-out of their own (message.timeout.ms=0), which would take one
 * out of the middle of the others; instead it is seen here whether anything
 * moves.
 */
#include "client/kafka_send.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"
#include "client/kafka_batch.h"
#include "client/kafka_impl.h"

#define MEMORY "32768"   /* KiB of messages on their way, */
#define MESSAGES "60000" /* and how many: each has 200 bytes beside it */
#define BATCH 1000000    /* bytes, the library's own batch.size */
#define REASON 1000      /* ms for what a transaction failed of to be told */
#define FULL 5           /* ms until one that did not fit is tried again */
#define SLICE 100        /* ms between two looks at whether a signal came */
#define SLOW 5000        /* ms until a wait is told */
#define STILL 500        /* ms without an answer in which nobody works */
#define ABORT 3000       /* ms for one on the way out */
#define LAST 0.9         /* of its time, by which a transaction must end */

/* --- what becomes of messages -------------------------------------------- */

/* True where the message itself is what the broker does not take: others may
 * go on. */
static bool
is_of_message(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
	case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
		return true;
	default:
		return false;
	}
}

static void
refuse(struct ev_kafka_sender *sender, const rd_kafka_message_t *message)
{
	struct ev_slice text = {message->payload, message->len};
	struct ev_kafka_refused *one;

	sender->refused = ev_mem_realloc(sender->refused,
	    (sender->refused_count + 1) * sizeof(*sender->refused));
	one = &sender->refused[sender->refused_count++];
	if (!text.ptr)
		text = (struct ev_slice){message->key, message->key_len};
	one->text = ev_mem_strndup(text.ptr ? text.ptr : "", text.len);
	one->len = text.len;
	one->number = (uint64_t)(uintptr_t)message->_private;
	one->why = ev_mem_printf("the broker refuses it: %s",
	    rd_kafka_err2str(message->err));
}

/* What follows from another failure in the same transaction. */
static bool
is_consequence(rd_kafka_resp_err_t code)
{
	return code == RD_KAFKA_RESP_ERR__PURGE_QUEUE ||
	    code == RD_KAFKA_RESP_ERR__PURGE_INFLIGHT ||
	    code == RD_KAFKA_RESP_ERR__STATE;
}

/* Called within rd_kafka_poll and rd_kafka_flush, on our thread. */
static void
report(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	const struct ev_kafka_trouble *trouble = opaque;
	struct ev_kafka_sender *sender = trouble->owner;

	(void)rk;
	if (!message->err)
		return;
	sender->failed++;
	if (is_of_message(message->err) && !sender->how->transaction) {
		refuse(sender, message);
	} else if (!sender->trouble || is_consequence(sender->trouble)) {
		sender->trouble = message->err;
		sender->trouble_size = message->len + message->key_len;
	}
}

bool
ev_kafka_take_refused(struct ev_kafka_sender *sender,
    struct ev_kafka_refused *one)
{
	if (sender->refused_taken < sender->refused_count) {
		*one = sender->refused[sender->refused_taken++];
		return true;
	}
	sender->refused_count = sender->refused_taken = 0;
	return false;
}

/* What waits in the library's queue of reports is counted by it too, so this
 * may be a few too low. */
uint64_t
ev_kafka_acknowledged(struct ev_kafka_sender *sender)
{
	uint64_t away = (uint64_t)rd_kafka_outq_len(sender->kafka.rk) +
	    sender->failed;

	return sender->sent > away ? sender->sent - away : 0;
}

/* --- waiting ------------------------------------------------------------- */

static bool
transactional(const struct ev_kafka_sender *sender)
{
	return sender->how->transaction != NULL;
}

/* Under a name nothing is lost by a start from the last commit. */
static enum ev_status
settle(const struct ev_kafka_sender *sender, struct ev_err *err)
{
	if (transactional(sender) && err->exit == EV_EXIT_UNAVAILABLE)
		err->exit = EV_EXIT_AGAIN;
	return EV_FATAL;
}

/* The message that a transaction failed of may be reported behind those that
 * were let go of for it. What the whole producer died of says more. */
static rd_kafka_resp_err_t
reason(struct ev_kafka_sender *sender, rd_kafka_resp_err_t code)
{
	int64_t until = ev_clock_steady() + REASON;
	rd_kafka_resp_err_t fatal;
	char why[512];

	while (!(fatal = rd_kafka_fatal_error(sender->kafka.rk, why,
		     sizeof(why))) &&
	    (!sender->trouble || is_consequence(sender->trouble)) &&
	    transactional(sender) && ev_clock_steady() < until)
		rd_kafka_poll(sender->kafka.rk, FULL);
	if (fatal)
		return fatal;
	if (sender->trouble)
		code = sender->trouble;
	if (is_consequence(code) && transactional(sender))
		fatal = ev_kafka_transaction_failure(&sender->kafka);
	return fatal ? fatal : code;
}

static enum ev_status
trouble(struct ev_kafka_sender *sender, rd_kafka_resp_err_t code,
    struct ev_err *err)
{
	char *what;

	if (code == RD_KAFKA_RESP_ERR__FATAL || is_consequence(code))
		code = reason(sender, code);
	what = is_of_message(code)
	    ? ev_mem_printf("write an event of %zu bytes to topic '%s'",
		  sender->trouble_size, sender->how->place->topic)
	    : ev_mem_printf("write to topic '%s'%s", sender->how->place->topic,
		  transactional(sender) &&
			  code == RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED
		      ? ", or the record of the pipeline"
		      : "");
	ev_kafka_error(&sender->kafka, code, what, err);
	free(what);
	return settle(sender, err);
}

static enum ev_status
object_trouble(struct ev_kafka_sender *sender, rd_kafka_error_t *error,
    const char *what, struct ev_err *err)
{
	ev_kafka_error_object(&sender->kafka, error, what, err);
	return settle(sender, err);
}

/* How long nothing has moved: brokers that do not answer, or we ourselves were
 * stopped. */
static int64_t
still(const struct ev_kafka_sender *sender, int64_t now)
{
	int64_t ms = now - sender->moved;

	return ms >= STILL ? ms : 0;
}

/* What was acknowledged until now counts from here. */
static void
moves(struct ev_kafka_sender *sender, int64_t now)
{
	sender->stalled += still(sender, now);
	sender->moved = now;
}

static struct ev_kafka_wait
wait_begin(struct ev_kafka_sender *sender)
{
	int64_t now = ev_clock_steady();

	moves(sender, now);
	return (struct ev_kafka_wait){.since = now};
}

/* Whether a transaction has come near its end while everything moved: a
 * later start would be as slow. */
static enum ev_status
check_time(struct ev_kafka_sender *sender, int64_t now, struct ev_err *err)
{
	int64_t lasted = now - sender->begun;
	int64_t stalled = sender->stalled + still(sender, now);
	uint64_t done;

	if (!sender->open || !sender->lasts ||
	    lasted < (int64_t)((double)sender->lasts * LAST))
		return EV_OK;
	if (stalled > lasted / 10)
		return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
		    "the brokers, or this process, stood still for %" PRId64
		    " s of a transaction, which may last %" PRId64 " s",
		    stalled / 1000, sender->lasts / 1000);
	done = ev_kafka_acknowledged(sender);
	return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
	    "of the events before a mark %" PRIu64 " were written in the "
	    "%" PRId64
	    " s that a transaction may last (transaction.max.timeout.ms of the "
	    "brokers): make marks more often, evsource --mark-every %" PRIu64,
	    done, sender->lasts / 1000, done / 2 + 1);
}

/* One look while waiting: a message that failed, a signal, or too long a time
 * in which nothing has moved ends the wait. */
static enum ev_status
wait_look(struct ev_kafka_sender *sender, struct ev_kafka_wait *wait,
    const char *what, struct ev_err *err)
{
	int64_t now = ev_clock_steady();
	uint64_t done = ev_kafka_acknowledged(sender) + sender->failed;

	if (sender->trouble)
		return trouble(sender, sender->trouble, err);
	if (ev_io_wait(-1, 0, err) == EV_FATAL)
		return EV_FATAL;
	if (done != sender->done) {
		sender->done = done;
		moves(sender, now);
	}
	if (now - sender->moved >= SLOW && !wait->told && sender->how->slow) {
		wait->told = true;
		sender->how->slow(what);
	}
	if (sender->how->wait >= 0 && now - sender->moved >= sender->how->wait)
		return trouble(sender, RD_KAFKA_RESP_ERR__TRANSPORT, err);
	return check_time(sender, now, err);
}

static void
wait_end(struct ev_kafka_sender *sender)
{
	moves(sender, ev_clock_steady());
}

enum ev_status
ev_kafka_look(struct ev_kafka_sender *sender, struct ev_err *err)
{
	bool away, was = sender->away;

	rd_kafka_poll(sender->kafka.rk, 0);
	away = sender->away = rd_kafka_outq_len(sender->kafka.rk) > 0;
	/* Time in which nothing was on its way does not count. */
	if (!away || !was)
		sender->moved = ev_clock_steady();
	return wait_look(sender, &sender->looks, "the brokers", err);
}

/* --- sending ------------------------------------------------------------- */

/* A message, or what is in the batch (NULL). */
static rd_kafka_resp_err_t
hand_over(struct ev_kafka_sender *sender, rd_kafka_topic_t *topic,
    struct ev_kafka_message *message)
{
	size_t count = message ? 1 : ev_kafka_batch_count(sender->batch);
	rd_kafka_resp_err_t code = message
	    ? ev_kafka_produce(sender->batch, sender->kafka.rk, topic, message)
	    : ev_kafka_batch_produce(sender->batch, topic);
	size_t left = message ? code != 0 : ev_kafka_batch_count(sender->batch);

	sender->sent += count - left;
	return code;
}

/* Waits while the library holds all that it may. */
static enum ev_status
produce(struct ev_kafka_sender *sender, rd_kafka_topic_t *topic,
    struct ev_kafka_message *message, struct ev_err *err)
{
	struct ev_kafka_wait wait = {0};
	rd_kafka_resp_err_t code;

	while ((code = hand_over(sender, topic, message)) ==
	    RD_KAFKA_RESP_ERR__QUEUE_FULL) {
		if (!wait.since)
			wait = wait_begin(sender);
		rd_kafka_poll(sender->kafka.rk, FULL);
		if (wait_look(sender, &wait, "the brokers to take events",
			err) != EV_OK)
			return EV_FATAL;
	}
	if (wait.since)
		wait_end(sender);
	return code
	    ? trouble(sender, sender->trouble ? sender->trouble : code, err)
	    : EV_OK;
}

enum ev_status
ev_kafka_push(struct ev_kafka_sender *sender, struct ev_err *err)
{
	return ev_kafka_batch_count(sender->batch)
	    ? produce(sender, sender->topic, NULL, err)
	    : EV_OK;
}

enum ev_status
ev_kafka_send_to(struct ev_kafka_sender *sender, rd_kafka_topic_t *topic,
    struct ev_kafka_message *message, struct ev_err *err)
{
	enum ev_status status = produce(sender, topic, message, err);

	ev_kafka_message_release(message);
	return status;
}

enum ev_status
ev_kafka_send(struct ev_kafka_sender *sender, struct ev_kafka_message *message,
    struct ev_err *err)
{
	if (ev_kafka_batch_add(sender->batch, message))
		return EV_OK;
	if (ev_kafka_push(sender, err) != EV_OK) {
		ev_kafka_message_release(message);
		return EV_FATAL;
	}
	return ev_kafka_batch_add(sender->batch, message)
	    ? EV_OK
	    : ev_kafka_send_to(sender, sender->topic, message, err);
}

enum ev_status
ev_kafka_flush(struct ev_kafka_sender *sender, struct ev_err *err)
{
	struct ev_kafka_wait wait;
	rd_kafka_resp_err_t code;

	if (ev_kafka_push(sender, err) != EV_OK)
		return EV_FATAL;
	wait = wait_begin(sender);
	do {
		code = rd_kafka_flush(sender->kafka.rk, SLICE);
		if (wait_look(sender, &wait,
			"the brokers to acknowledge events", err) != EV_OK)
			return EV_FATAL;
	} while (code == RD_KAFKA_RESP_ERR__TIMED_OUT);
	wait_end(sender);
	return code ? trouble(sender, code, err) : EV_OK;
}

/* --- transactions -------------------------------------------------------- */

/* Calls a step again while the library says that this may help. */
static enum ev_status
repeat(struct ev_kafka_sender *sender,
    rd_kafka_error_t *(*step)(rd_kafka_t *rk, int timeout), const char *what,
    const char *for_what, struct ev_err *err)
{
	struct ev_kafka_wait wait = wait_begin(sender);
	rd_kafka_error_t *error;

	while ((error = step(sender->kafka.rk, SLICE * 5)) &&
	    rd_kafka_error_is_retriable(error)) {
		int64_t now = ev_clock_steady();

		if (ev_io_wait(-1, 0, err) == EV_FATAL) {
			rd_kafka_error_destroy(error);
			return EV_FATAL;
		}
		if (now - wait.since >= SLOW && !wait.told &&
		    sender->how->slow) {
			wait.told = true;
			sender->how->slow(for_what);
		}
		if (sender->how->wait >= 0 &&
		    now - wait.since >= sender->how->wait)
			break;
		rd_kafka_error_destroy(error);
		rd_kafka_poll(sender->kafka.rk, 0);
	}
	wait_end(sender);
	return error ? object_trouble(sender, error, what, err) : EV_OK;
}

enum ev_status
ev_kafka_sender_start(struct ev_kafka_sender *sender, struct ev_err *err)
{
	return repeat(sender, rd_kafka_init_transactions, "start transactions",
	    "the coordinator of transactions, or an earlier run's to end", err);
}

enum ev_status
ev_kafka_begin(struct ev_kafka_sender *sender, struct ev_err *err)
{
	rd_kafka_error_t *error = rd_kafka_begin_transaction(sender->kafka.rk);

	if (error)
		return object_trouble(sender, error, "begin a transaction",
		    err);
	sender->open = true;
	sender->begun = sender->moved = ev_clock_steady();
	sender->stalled = 0;
	sender->sent = sender->failed = sender->done = 0;
	return EV_OK;
}

enum ev_status
ev_kafka_commit(struct ev_kafka_sender *sender, struct ev_err *err)
{
	if (ev_kafka_flush(sender, err) != EV_OK)
		return EV_FATAL;
	ev_point("kafka.flushed");
	if (repeat(sender, rd_kafka_commit_transaction, "commit",
		"the coordinator of transactions", err) != EV_OK)
		return EV_FATAL;
	sender->open = false;
	return EV_OK;
}

void
ev_kafka_abort(struct ev_kafka_sender *sender)
{
	rd_kafka_error_t *error;

	if (!sender->open)
		return;
	sender->open = false;
	error = rd_kafka_abort_transaction(sender->kafka.rk, ABORT);
	if (error) /* then its time-out ends it, or the next run */
		rd_kafka_error_destroy(error);
}

/* --- opening ------------------------------------------------------------- */

static bool
is_plain(const rd_kafka_conf_t *conf)
{
	char value[16] = "";
	size_t size = sizeof(value);

	return rd_kafka_conf_get(conf, "compression.codec", value, &size) !=
	    RD_KAFKA_CONF_OK ||
	    !strcmp(value, "none");
}

/* A client with what the limits ask for; 0 where they are not known yet. */
static enum ev_status
open_client(struct ev_kafka_sender *sender, int64_t batch, int64_t lasts,
    struct ev_err *err)
{
	const struct ev_kafka_sender_settings *how = sender->how;
	char size[24], timeout[24];
	const char *const defaults[] = {"enable.idempotence", "true",
	    "partitioner", "murmur2_random", "queue.buffering.max.kbytes",
	    MEMORY, "queue.buffering.max.messages", MESSAGES, "batch.size",
	    size, how->transaction ? NULL : "message.timeout.ms", "0", NULL};
	bool named = how->transaction && lasts;
	const char *const fixed[] = {"delivery.report.only.error", "true",
	    "message.max.bytes", "1000000000", "transactional.id",
	    named ? how->transaction : "", named ? "enable.idempotence" : NULL,
	    "true", "transaction.timeout.ms", timeout, NULL};
	rd_kafka_conf_t *conf;

	snprintf(size, sizeof(size), "%" PRId64, batch ? batch : BATCH);
	snprintf(timeout, sizeof(timeout), "%" PRId64, lasts);
	if (ev_kafka_conf(how->client, how->place, defaults, fixed, &conf,
		err) != EV_OK)
		return EV_FATAL;
	rd_kafka_conf_set_dr_msg_cb(conf, report);
	ev_kafka_batch_conf(sender->batch, conf);
	sender->plain = is_plain(conf);
	if (ev_kafka_open(&sender->kafka, RD_KAFKA_PRODUCER, conf, err) !=
	    EV_OK)
		return EV_FATAL;
	sender->kafka.trouble->owner = sender;
	return EV_OK;
}

static enum ev_status
look_at_topic(struct ev_kafka_sender *sender, const struct ev_kafka_topic *make,
    struct ev_err *err)
{
	const struct ev_kafka_sender_settings *how = sender->how;

	if (make &&
	    (ev_kafka_metadata(&sender->kafka, NULL, how->wait, NULL, err) !=
		    EV_OK ||
		ev_kafka_create(&sender->kafka, make, how->wait, err) != EV_OK))
		return EV_FATAL;
	return ev_kafka_limits(&sender->kafka, how->place->topic, how->wait,
	    &sender->limits, err);
}

#define TRANSACTION 60000 /* ms, where the brokers do not tell their maximum */

/* A batch must not be larger than the topic takes, nor a transaction last
 * longer than the brokers let it; both stand in the configuration, which
 * cannot be changed any more. */
static enum ev_status
connect_again(struct ev_kafka_sender *sender, struct ev_err *err)
{
	int64_t size = sender->limits.size;
	char *cluster;

	if (!transactional(sender) && (!size || size >= BATCH))
		return EV_OK;
	if (transactional(sender))
		sender->lasts = sender->limits.transaction
		    ? sender->limits.transaction
		    : TRANSACTION;
	cluster = sender->kafka.cluster;
	sender->kafka.cluster = NULL;
	ev_kafka_close(&sender->kafka);
	if (open_client(sender, size && size < BATCH ? size : 0, sender->lasts,
		err) != EV_OK) {
		free(cluster);
		return EV_FATAL;
	}
	sender->kafka.cluster = cluster;
	return EV_OK;
}

enum ev_status
ev_kafka_sender_open(struct ev_kafka_sender *sender,
    const struct ev_kafka_sender_settings *how,
    const struct ev_kafka_topic *make, struct ev_err *err)
{
	*sender = (struct ev_kafka_sender){.how = how,
	    .batch = ev_kafka_batch_new()};
	if (open_client(sender, 0, 0, err) != EV_OK)
		return EV_FATAL;
	if (look_at_topic(sender, make, err) != EV_OK ||
	    connect_again(sender, err) != EV_OK)
		return settle(sender, err);
	sender->topic = rd_kafka_topic_new(sender->kafka.rk, how->place->topic,
	    NULL);
	return EV_OK;
}

void
ev_kafka_sender_close(struct ev_kafka_sender *sender)
{
	struct ev_kafka_refused one;

	ev_kafka_batch_free(sender->batch);
	sender->batch = NULL;
	if (!sender->kafka.rk)
		return;
	ev_kafka_abort(sender);
	if (sender->topic)
		rd_kafka_topic_destroy(sender->topic);
	sender->topic = NULL;
	rd_kafka_purge(sender->kafka.rk,
	    RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	ev_kafka_close(&sender->kafka);
	while (ev_kafka_take_refused(sender, &one)) {
		free(one.text);
		free(one.why);
	}
	free(sender->refused);
	sender->refused = NULL;
}
