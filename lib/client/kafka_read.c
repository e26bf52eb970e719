/*
 * kafka_read: see kafka_read.h.
 *
 * Messages come by rd_kafka_consume_callback_queue, which takes all that is
 * queued under one lock: 1.8 million a second where rd_kafka_consumer_poll
 * gave 1.2 and rd_kafka_queue_poll 1.1 (librdkafka 2.0.2, 130 bytes each, one
 * broker beside it). rd_kafka_consume_batch_queue of that version loses
 * messages.
 */
#include <dlfcn.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/point.h"
#include "client/kafka_read_impl.h"

/* What versions after that of the header say. */
#define LOG_TRUNCATION (-139)

#define AWAKE 0x020200ff /* the first version without ev_kafka_reader_wake */

/* --- epochs -------------------------------------------------------------- */

/* The two functions that tell epochs and take them are there from 2.1 on. */
typedef int32_t get_epoch(const rd_kafka_message_t *message);
typedef void set_epoch(rd_kafka_topic_partition_t *part, int32_t epoch);

static get_epoch *epoch_of;
static set_epoch *put_epoch;

static void
find_epochs(void)
{
	static bool looked;
	void *get, *set;

	if (looked)
		return;
	looked = true;
	get = dlsym(RTLD_DEFAULT, "rd_kafka_message_leader_epoch");
	set = dlsym(RTLD_DEFAULT, "rd_kafka_topic_partition_set_leader_epoch");
	memcpy(&epoch_of, &get, sizeof(get));
	memcpy(&put_epoch, &set, sizeof(set));
}

/* --- beginning ----------------------------------------------------------- */

/* The first message that is asked for: the last one that was read, to be
 * looked at again. */
static int64_t
first_of(const struct ev_kafka_part *part)
{
	int64_t last = part->was.last;

	return last >= part->low && last < part->at.next ? last : part->at.next;
}

static void
reach(struct ev_kafka_reader *reader, struct ev_kafka_part *part)
{
	rd_kafka_topic_partition_list_t *one;

	if (part->reached)
		return;
	part->reached = true;
	reader->pending--;
	if (reader->set->follow || !part->started || !reader->pending)
		return;
	/* The others go on: what comes of this one would be for nothing. */
	one = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(one, part->topic->name, part->id);
	rd_kafka_pause_partitions(reader->kafka->rk, one);
	rd_kafka_topic_partition_list_destroy(one);
}

/* Puts a partition into the list of what is to be fetched, unless nothing
 * is. */
static void
begin(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_topic_partition_t *one;

	reader->pending++;
	part->reached = false;
	if (part->at.next >= part->goal && !reader->set->follow &&
	    first_of(part) == part->at.next) {
		reach(reader, part);
		part->started = true;
		return;
	}
	part->started = true;
	one = rd_kafka_topic_partition_list_add(list, part->topic->name,
	    part->id);
	one->offset = first_of(part);
	if (put_epoch && part->at.epoch >= 0)
		put_epoch(one, part->at.epoch);
	if (part->at.next >= part->goal && first_of(part) == part->at.next)
		reach(reader, part);
}

static enum ev_status
assign(struct ev_kafka_reader *reader,
    const rd_kafka_topic_partition_list_t *list, struct ev_err *err)
{
	rd_kafka_t *rk = reader->kafka->rk;
	rd_kafka_error_t *error;
	rd_kafka_resp_err_t code;

	if (!reader->queue) {
		reader->queue = rd_kafka_queue_get_consumer(rk);
		code = rd_kafka_assign(rk, list);
		if (code)
			return ev_kafka_error(reader->kafka, code,
			    "assign partitions", err);
		return ev_kafka_watch(reader->kafka, reader->queue, err);
	}
	error = rd_kafka_incremental_assign(rk, list);
	return error ? ev_kafka_error_object(reader->kafka, error,
			   "assign partitions", err)
		     : EV_OK;
}

enum ev_status
ev_kafka_reader_start(struct ev_kafka_reader *reader, struct ev_err *err)
{
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new((int)reader->parts);
	enum ev_status status = EV_OK;

	find_epochs();
	reader->dozes = !ev_kafka_at_least(AWAKE);
	reader->begun = true;
	for (size_t i = 0; i < reader->parts; i++) {
		struct ev_kafka_part *part = reader->part[i];

		if (part->placed && !part->started && !part->gone)
			begin(reader, part, list);
	}
	if (list->cnt)
		status = assign(reader, list, err);
	rd_kafka_topic_partition_list_destroy(list);
	return status;
}

size_t
ev_kafka_reader_pending(const struct ev_kafka_reader *reader)
{
	return reader->pending;
}

bool
ev_kafka_reader_lost(const struct ev_kafka_reader *reader)
{
	return reader->lost;
}

void
ev_kafka_reader_stop(struct ev_kafka_reader *reader)
{
	reader->stopped = true;
	rd_kafka_yield(reader->kafka->rk);
}

/* --- messages ------------------------------------------------------------ */

/* Messages of a partition come in runs. */
static __attribute__((noinline)) struct ev_kafka_part *
find_part(struct ev_kafka_reader *reader, const rd_kafka_message_t *message)
{
	const char *name;

	if (!message->rkt)
		return NULL;
	for (size_t i = 0; i < reader->parts; i++)
		if (reader->part[i]->topic->handle == message->rkt &&
		    reader->part[i]->id == message->partition)
			return reader->last = reader->part[i];
	name = rd_kafka_topic_name(message->rkt);
	for (size_t i = 0; i < reader->topics; i++)
		if (!strcmp(reader->topic[i]->name, name) &&
		    reader->topic[i]->handle != message->rkt) {
			reader->topic[i]->handle = message->rkt;
			return find_part(reader, message);
		}
	return NULL;
}

static inline struct ev_kafka_part *
part_of(struct ev_kafka_reader *reader, const rd_kafka_message_t *message)
{
	struct ev_kafka_part *last = reader->last;

	if (last && last->topic->handle == message->rkt &&
	    last->id == message->partition)
		return last;
	return find_part(reader, message);
}

static void
fail(struct ev_kafka_reader *reader)
{
	reader->status = EV_FATAL;
	ev_kafka_reader_stop(reader);
}

/* The message is the last one that was read, or stands where that was, or
 * behind it where there was none. */
static void
look_again(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    const rd_kafka_message_t *message)
{
	const struct ev_kafka_offset *was = &part->was;

	if (!ev_mutant("kafka.last") &&
	    (message->offset != was->last ||
		rd_kafka_message_timestamp(message, NULL) != was->time ||
		message->len + message->key_len != was->bytes)) {
		ev_err_set(&reader->err, EV_FATAL, EV_EXIT_DISAGREE,
		    "%s [%" PRId32 "] has another message at offset %" PRId64
		    " than was read there: the topic was made anew, or has "
		    "lost its tail",
		    part->topic->name, part->id, message->offset);
		reader->lost = true;
		fail(reader);
	}
	part->was.last = -1;
	part->asked = 0;
	part->broker = rd_kafka_message_broker_id(message);
	if (part->at.next >= part->goal)
		reach(reader, part);
}

/* The end of the partition as it is now: everything before it was taken, what
 * is no message for us (markers of transactions, what was aborted or compacted)
 * included. A new leader may for a moment not know that the last message that
 * was read is committed: then that has not been looked at yet. */
static void
at_end(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    int64_t offset)
{
	if (offset <= part->was.last)
		return;
	part->was.last = -1;
	part->asked = 0;
	if (!reader->set->follow && offset > part->goal)
		offset = part->goal;
	if (offset > part->at.next && !ev_mutant("kafka.holes")) {
		part->at.next = offset;
		part->moved = true;
	}
	if (part->at.next >= part->goal || ev_mutant("kafka.holes"))
		reach(reader, part);
}

/* --- what is not there --------------------------------------------------- */

static enum ev_status
not_there(struct ev_kafka_reader *reader, const struct ev_kafka_part *part,
    struct ev_err *err)
{
	reader->lost = true;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "%s [%" PRId32 "] has no offset %" PRId64
	    " any more: it was deleted before it was read, or the topic was "
	    "made anew, or has lost its tail",
	    part->topic->name, part->id, part->at.next);
}

/* Nothing is taken of it any more until look_for has found what was read. */
static void
go_astray(struct ev_kafka_reader *reader, struct ev_kafka_part *part, int ms)
{
	if (part->astray)
		return;
	part->astray = true;
	reader->astray++;
	reader->again = ev_clock_steady() + ms;
	if (part->was.last < 0)
		part->was = part->at;
}

static void
come_back(struct ev_kafka_reader *reader, struct ev_kafka_part *part)
{
	reader->astray -= part->astray;
	part->astray = false;
}

/* Begins with the last message that was read, once more. What is queued of the
 * partition is void then. Not by rd_kafka_seek_partitions, which refuses one
 * whose offset was not there. */
static enum ev_status
go_back(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    struct ev_err *err)
{
	rd_kafka_topic_partition_list_t *one =
	    rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_t *it = rd_kafka_topic_partition_list_add(one,
	    part->topic->name, part->id);
	rd_kafka_error_t *error;
	enum ev_status status;

	come_back(reader, part);
	it->offset = first_of(part);
	if (it->offset == part->at.next && put_epoch && part->at.epoch >= 0)
		put_epoch(it, part->at.epoch);
	error = rd_kafka_incremental_unassign(reader->kafka->rk, one);
	status = error ? ev_kafka_error_object(reader->kafka, error,
			     "look at what was read", err)
		       : assign(reader, one, err);
	rd_kafka_topic_partition_list_destroy(one);
	return status;
}

/* Asks for what was not there, and goes on where it is. A leader that does not
 * answer is waited for, and then the others' turn comes. */
static enum ev_status
look_for(struct ev_kafka_reader *reader, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	for (size_t i = 0; i < reader->parts && status == EV_OK; i++) {
		struct ev_kafka_part *part =
		    reader->part[reader->turn++ % reader->parts];

		if (!part->astray)
			continue;
		status = ev_kafka_reader_end(reader, part, err);
		if (status != EV_OK)
			continue;
		if (part->low > part->at.next ||
		    !ev_kafka_reader_hopes(reader, part))
			return not_there(reader, part, err);
		if (part->high >= part->at.next)
			status = go_back(reader, part, err);
	}
	reader->again = ev_clock_steady() +
	    (status == EV_AGAIN ? 10 : 1) * EV_KAFKA_PAUSE;
	return status;
}

/* --- trouble ------------------------------------------------------------- */

/* Nothing of it may come any more: a topic of the same name is another one. */
void
ev_kafka_reader_drop(struct ev_kafka_reader *reader, struct ev_kafka_part *part)
{
	rd_kafka_topic_partition_list_t *one =
	    rd_kafka_topic_partition_list_new(1);
	rd_kafka_error_t *error;

	rd_kafka_topic_partition_list_add(one, part->topic->name, part->id);
	error = rd_kafka_incremental_unassign(reader->kafka->rk, one);
	rd_kafka_topic_partition_list_destroy(one);
	if (error)
		rd_kafka_error_destroy(error);
	reach(reader, part);
	come_back(reader, part);
	part->gone = part->moved = true;
}

/* The topic was deleted. Of those that match a pattern it drops out. */
static void
is_gone(struct ev_kafka_reader *reader, struct ev_kafka_part *part)
{
	if (reader->matches) {
		ev_kafka_reader_drop(reader, part);
		return;
	}
	ev_err_set(&reader->err, EV_FATAL, EV_EXIT_DISAGREE,
	    "%s [%" PRId32 "] is not there any more: the topic was deleted",
	    part->topic->name, part->id);
	fail(reader);
}

static void
take_error(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    const rd_kafka_message_t *message)
{
	char *what;

	switch ((int)message->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		if (!part->astray)
			at_end(reader, part, message->offset);
		break;
	case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
	case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
	case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
		is_gone(reader, part);
		break;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
	case LOG_TRUNCATION:
		/* The library has given it up. A bounded run may want no more
		 * of it either. */
		if (!part->reached || reader->set->follow)
			go_astray(reader, part, EV_KAFKA_PAUSE);
		break;
	default:
		what = ev_mem_printf("read %s [%" PRId32 "]", part->topic->name,
		    part->id);
		ev_kafka_error(reader->kafka, message->err, what, &reader->err);
		free(what);
		/* What the library tries again is none of our business. */
		if (reader->err.exit != EV_EXIT_UNAVAILABLE)
			fail(reader);
	}
}

/* A message that is not simply the next one. */
static void
take_other(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    const rd_kafka_message_t *message)
{
	if (reader->stopped || !part || part->gone || !part->started)
		return;
	if (message->err)
		take_error(reader, part, message);
	else if (part->reached && !reader->set->follow)
		return;
	else if (part->was.last >= 0)
		look_again(reader, part, message);
	else if (message->offset >= part->goal && !reader->set->follow)
		at_end(reader, part, message->offset);
}

/* The partition's messages come from `broker` now. Unless it is known to have
 * what was read, the message is not taken: it comes again. */
static __attribute__((noinline)) bool
is_in_doubt(struct ev_kafka_reader *reader, struct ev_kafka_part *part,
    int32_t broker)
{
	bool known = part->broker >= 0 && part->at.last >= 0;

	part->broker = broker;
	part->asked = 0;
	if (!known || ev_mutant("kafka.broker"))
		return false;
	go_astray(reader, part, 0);
	return true;
}

/* Bytes taken between two calls of ev_kafka_reader_wake, a quarter of what the queue
 * holds by evsource's own setting, and the least that a message counts, since
 * 100,000 of them fill it as well: 4 million events of 160 bytes come in 2.3 to
 * 3.1 s, without it in 4.6 to 8.4. */
#define WAKE_EVERY (4 << 20)
#define WAKE_LEAST 168

static __attribute__((noinline)) void
wake(struct ev_kafka_reader *reader)
{
	reader->awake = reader->dozes ? WAKE_EVERY : INT64_MAX;
	if (reader->dozes)
		ev_kafka_reader_wake(reader);
}

static void
on_message(rd_kafka_message_t *message, void *opaque)
{
	struct ev_kafka_reader *reader = opaque;
	struct ev_kafka_part *part = part_of(reader, message);
	size_t size = message->len + message->key_len;
	int32_t broker;

	if (part && part->astray && !message->err)
		return;
	/* The last one that was read may be gone meanwhile. */
	if (part && !message->err && part->was.last >= 0 &&
	    message->offset >= part->at.next) {
		part->was.last = -1;
		part->asked = 0;
	}
	if (reader->stopped || !part || !part->started || part->gone ||
	    message->err || part->was.last >= 0 ||
	    message->offset < part->at.next ||
	    (!reader->set->follow &&
		(part->reached || message->offset >= part->goal))) {
		take_other(reader, part, message);
		return;
	}
	broker = rd_kafka_message_broker_id(message);
	if (broker != part->broker && is_in_doubt(reader, part, broker))
		return;
	if (ev_mutant("kafka.ahead"))
		part->at.next = message->offset + 1;
	reader->set->take(reader->set->arg, part, message);
	part->at.next = message->offset + 1;
	part->at.last = message->offset;
	part->at.time = rd_kafka_message_timestamp(message, NULL);
	part->at.bytes = size;
	if (epoch_of)
		part->at.epoch = epoch_of(message);
	part->moved = true;
	reader->awake -= size > WAKE_LEAST ? (int64_t)size : WAKE_LEAST;
	if (reader->awake < 0)
		wake(reader);
	if (!part->reached && part->at.next >= part->goal)
		reach(reader, part);
}

int
ev_kafka_reader_nap(const struct ev_kafka_reader *reader)
{
	int64_t left = reader->again - ev_clock_steady();

	if (!reader->astray)
		return -1;
	return left < 0 ? 0 : (int)left;
}

enum ev_status
ev_kafka_reader_read(struct ev_kafka_reader *reader, struct ev_err *err)
{
	int count;

	if (!reader->queue || reader->stopped)
		return EV_AGAIN;
	if (reader->astray && !ev_kafka_reader_nap(reader) &&
	    look_for(reader, err) == EV_FATAL)
		return EV_FATAL;
	reader->status = EV_OK;
	count = rd_kafka_consume_callback_queue(reader->queue, 0, on_message,
	    reader);
	if (reader->status != EV_OK) {
		*err = reader->err;
		return EV_FATAL;
	}
	if (count > 0)
		ev_kafka_reader_answered(reader);
	return count > 0 ? EV_OK : EV_AGAIN;
}
