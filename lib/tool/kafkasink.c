/*
 * kafkasink: see kafkasink.h.
 */
#include "tool/kafkasink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"
#include "event/build.h"
#include "tool/tool.h"

#define HELD (UINT64_C(8) << 20) /* bytes of events in memory until a mark */
#define LOOK_EVERY 256           /* events */
#define GIVE_UP 1000             /* ms for answers on the way out */

static bool
named(const struct ev_kafkasink *sink)
{
	return sink->set->ledger.name != NULL;
}

static void
fail(const struct ev_kafkasink *sink)
{
	ev_tool_fail(&sink->err);
}

void
ev_kafkasink_slow(const char *what)
{
	ev_tool_say("waiting for %s", what);
}

char *
ev_kafkasink_id(const char *name)
{
	return ev_mem_printf("ev.%s", name);
}

/* --- waiting for input ---------------------------------------------------- */

#define TICK 1000 /* ms between two looks at messages that are on their way */

static enum ev_status
wait_for_input(struct ev_input *in, struct ev_err *err)
{
	struct ev_kafkasink_input *input = (struct ev_kafkasink_input *)in;
	struct ev_kafka_sender *sender = &input->sink->sender;
	unsigned ready = 0;

	if (sender->topic && ev_kafka_push(sender, err) != EV_OK)
		return EV_FATAL;
	while (!(ready & 1)) {
		bool away = sender->kafka.rk && sender->topic &&
		    rd_kafka_outq_len(sender->kafka.rk);
		enum ev_status status = ev_io_wait_two(input->fd.fd,
		    sender->kafka.rk ? sender->kafka.wake[0] : -1,
		    away ? TICK : -1, &ready, err);

		if (status == EV_FATAL)
			return status;
		/* The time was over, or a signal came, whose grace goes on. */
		if (status == EV_AGAIN)
			ready = 0;
		if (ready & 2)
			ev_kafka_wait(&sender->kafka, 0, err);
		if (sender->topic && ev_kafka_look(sender, err) != EV_OK)
			return EV_FATAL;
	}
	return EV_OK;
}

void
ev_kafkasink_input(struct ev_kafkasink_input *input, int fd,
    struct ev_kafkasink *sink)
{
	ev_input_fd_init(&input->fd, fd, "standard input");
	input->fd.in.wait = wait_for_input;
	input->sink = sink;
}

/* --- opening ------------------------------------------------------------- */

/* After a failure, also a signal. What is on its way may be written or not;
 * what waits is not sent any more. */
static void
undo(void *arg)
{
	struct ev_kafkasink *sink = arg;
	struct ev_kafka_sender *sender = &sink->sender;

	if (!sender->kafka.rk)
		return;
	if (named(sink)) {
		ev_kafka_abort(sender);
		return;
	}
	if (!sender->sent)
		return;
	rd_kafka_purge(sender->kafka.rk, RD_KAFKA_PURGE_F_QUEUE);
	rd_kafka_flush(sender->kafka.rk, GIVE_UP);
	ev_tool_say("of %" PRIu64 " events that were sent %" PRIu64
		    " are known to be written",
	    sender->sent, ev_kafka_acknowledged(sender));
}

/* Whoever mistyped a topic does not want it made. */
static _Noreturn void
fail_to_open(struct ev_kafkasink *sink)
{
	if (!sink->set->create && strstr(sink->err.text, "nknown topic"))
		ev_tool_die(sink->err.exit, "%s (--create makes it)",
		    sink->err.text);
	ev_tool_fail(&sink->err);
}

static void
open_sender(struct ev_kafkasink *sink)
{
	const struct ev_kafkasink_settings *set = sink->set;
	struct ev_kafka_sender *sender = &sink->sender;
	rd_kafka_queue_t *queue;

	sink->how = (struct ev_kafka_sender_settings){.client = &set->client,
	    .place = &set->place,
	    .transaction = sink->id,
	    .wait = set->wait,
	    .slow = ev_kafkasink_slow};
	ev_tool_on_failure(undo, sink);
	if (ev_kafka_sender_open(sender, &sink->how,
		set->create ? &set->topic : NULL, &sink->err) != EV_OK)
		fail_to_open(sink);
	queue = rd_kafka_queue_get_main(sender->kafka.rk);
	if (ev_kafka_watch(&sender->kafka, queue, &sink->err) != EV_OK)
		fail(sink);
	rd_kafka_queue_destroy(queue);
}

/* --- the record ----------------------------------------------------------- */

static const char *
topic_of(const char *place)
{
	const char *slash = strrchr(place, '/');

	return slash ? slash + 1 : place;
}

static bool
cluster_is(const struct ev_kafkasink *sink, const struct ev_record *record)
{
	struct ev_buf text = {0};
	struct ev_value object, cluster;
	bool is;

	ev_buf_printf(&text, "{%s}", record->more ? record->more : "");
	object = (struct ev_value){text.ptr, (uint32_t)text.len, EV_OBJECT,
	    false};
	cluster = ev_value_member(object, EV_SLICE("cluster"));
	is = cluster.type == EV_STRING &&
	    ev_value_text_is(cluster, ev_slice_of(sink->sender.kafka.cluster));
	ev_buf_release(&text);
	return is;
}

/* A place is a topic of a cluster, by whatever brokers it is reached. */
static bool
is_here(void *arg, const struct ev_record *record)
{
	const struct ev_kafkasink *sink = arg;

	return !strcmp(topic_of(record->place), sink->set->place.topic) &&
	    cluster_is(sink, record);
}

/* The record that is here belongs to another topic, or came with a copy of
 * another cluster's topics, whose data it does not know. */
static void
check_record(struct ev_kafkasink *sink)
{
	const char *name = sink->run.ledger.name;
	struct ev_record record;

	ev_record_init(&record, name, "");
	if (ev_record_parse(&record, ev_buf_as_slice(&sink->was), NULL) ==
		EV_OK &&
	    !is_here(sink, &record))
		ev_tool_die(EV_EXIT_DISAGREE,
		    "pipeline %s writes to '%s', as its record in topic "
		    "'" EV_KAFKA_POSITIONS "' says, not to '%s' of cluster %s: "
		    "take another name, or evpos forget %s to begin anew",
		    name, record.place, sink->set->place.absolute,
		    sink->sender.kafka.cluster, name);
	ev_record_release(&record);
}

/* Every record says which cluster it is of. */
static void
put_cluster(struct ev_kafkasink *sink)
{
	struct ev_record *record = &sink->run.ledger.record;
	struct ev_buf more = {0};

	if (cluster_is(sink, record))
		return;
	ev_build_open(&more);
	ev_build_key_text(&more, "cluster", sink->sender.kafka.cluster);
	if (record->more && *record->more)
		ev_buf_printf(&more, ",%s", record->more);
	free(record->more);
	record->more = ev_mem_strndup(more.ptr + 1, more.len - 1);
	ev_buf_release(&more);
}

/* Whether a pipeline of this name has a record of this topic. It must be dealt
 * out as we are. */
static bool
knows_topic(struct ev_kafkasink *sink, const char *name)
{
	struct ev_buf text = {0};
	struct ev_record record;
	enum ev_status status = ev_kafka_positions_read(&sink->positions, name,
	    &text, &sink->err);
	bool is = false;

	if (status == EV_FATAL)
		fail(sink);
	ev_record_init(&record, name, "");
	if (status == EV_OK &&
	    ev_record_parse(&record, ev_buf_as_slice(&text), NULL) == EV_OK) {
		is = is_here(sink, &record);
		ev_ledger_check_shard(&sink->run.ledger, record.shard);
	}
	ev_record_release(&record);
	ev_buf_release(&text);
	return is;
}

/* The other shards of this name write to the same topic. */
static bool
has_siblings(struct ev_kafkasink *sink)
{
	const char *name = sink->set->ledger.name;
	struct ev_shard shard = {0, 0};
	bool found;

	if (!*sink->run.ledger.shard)
		return false;
	ev_shard_parse("shard", ev_slice_of(sink->run.ledger.shard), &shard,
	    NULL);
	found = knows_topic(sink, name);
	for (unsigned i = 1; !found && i <= shard.count; i++) {
		char *other = ev_shard_name(name,
		    (struct ev_shard){i, shard.count});

		found = i != shard.number && knows_topic(sink, other);
		free(other);
	}
	return found;
}

/* Messages that no run of this pipeline has written: the replay of its first
 * run could not tell them from its own. */
static void
check_stranger(struct ev_kafkasink *sink)
{
	bool empty;

	if (sink->set->ledger.adopt)
		return;
	if (ev_kafka_topic_empty(&sink->sender, &empty, &sink->err) != EV_OK)
		fail(sink);
	if (!empty && !has_siblings(sink))
		ev_tool_die(EV_EXIT_DISAGREE,
		    "topic '%s' is not empty, and there is no record of the "
		    "pipeline '%s': --adopt goes on with what is there",
		    sink->set->place.topic, sink->run.ledger.name);
}

static void
begin(struct ev_kafkasink *sink)
{
	if (ev_kafka_begin(&sink->sender, &sink->err) != EV_OK)
		fail(sink);
	ev_point("kafka.begun");
}

/* In the open transaction, and ends it. */
static void
commit(struct ev_kafkasink *sink, struct ev_slice record)
{
	if (ev_kafka_positions_write(&sink->positions, record, &sink->err) !=
	    EV_OK)
		fail(sink);
	ev_point("kafka.record");
	if (ev_kafka_commit(&sink->sender, &sink->err) != EV_OK)
		fail(sink);
	ev_point("kafka.committed");
}

/* The record before the first commit. With it a first run that was killed in
 * its first transaction is told from a stranger: what it leaves in the topic
 * nobody can see, but the offsets have gone on. */
static void
first_record(struct ev_kafkasink *sink)
{
	struct ev_buf text = {0};

	ev_record_build(&sink->run.ledger.record, &text);
	begin(sink);
	commit(sink, ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

/* Rule R1: the record here is the one that the stream began from, and nobody
 * of this name but us can change it any more. */
static void
compare_records(struct ev_kafkasink *sink)
{
	enum ev_status status;

	if (!ev_mutant("kafka.fence") &&
	    ev_kafka_sender_start(&sink->sender, &sink->err) != EV_OK)
		fail(sink);
	ev_point("kafka.fenced");
	if (!ev_mutant("kafka.fence") &&
	    ev_kafka_positions_claim(&sink->positions, &sink->err) != EV_OK)
		fail(sink);
	ev_point("kafka.claimed");
	status = ev_kafka_positions_read(&sink->positions,
	    sink->run.ledger.name, &sink->was, &sink->err);
	if (status == EV_FATAL)
		fail(sink);
	ev_point("kafka.read");
	if (ev_mutant("kafka.fence") &&
	    ev_kafka_sender_start(&sink->sender, &sink->err) != EV_OK)
		fail(sink);
	if (status == EV_OK)
		check_record(sink);
	sink->run.ledger.same = is_here;
	sink->run.ledger.same_arg = sink;
	ev_ledger_begin(&sink->run.ledger,
	    status == EV_OK ? ev_buf_as_slice(&sink->was)
			    : (struct ev_slice){NULL, 0});
	put_cluster(sink);
	if (status == EV_END) {
		check_stranger(sink);
		first_record(sink);
	}
}

/* --- events -------------------------------------------------------------- */

/* The event that was scanned last, as a message that the topic takes. */
static bool
make(struct ev_kafkasink *sink, const struct ev_line *line)
{
	struct ev_kafka_message *message = &sink->message;
	const struct ev_kafka_sender *sender = &sink->sender;
	enum ev_status status = ev_kafka_make(sink->maker, line->text, message,
	    &sink->err);

	if (status == EV_OK) {
		status = ev_kafka_limits_check(&sender->limits,
		    sink->set->place.topic, sender->plain, message, &sink->err);
		if (status != EV_OK)
			ev_kafka_message_release(message);
	}
	if (status == EV_OK)
		return true;
	ev_stage_bad(sink->stage, line, sink->err.text);
	return false;
}

/* Keeps an event for its mark. */
static void
hold(struct ev_kafkasink *sink, const struct ev_line *line)
{
	ev_kafka_message_release(&sink->message);
	if (ev_spill_append(&sink->held, line->text, &sink->err) != EV_OK ||
	    ev_spill_append(&sink->held, EV_SLICE("\n"), &sink->err) != EV_OK)
		fail(sink);
}

/* What the brokers did not take, unnamed: bad events, that were counted as
 * written. */
static void
take_refused(struct ev_kafkasink *sink)
{
	struct ev_kafka_refused one;

	while (ev_kafka_take_refused(&sink->sender, &one)) {
		struct ev_slice text = {one.text, one.len};

		sink->stage->out--;
		ev_stage_bad_at(sink->stage, one.number, one.why, text,
		    one.len);
		free(one.text);
		free(one.why);
	}
}

static void
look(struct ev_kafkasink *sink)
{
	if (ev_kafka_look(&sink->sender, &sink->err) != EV_OK)
		fail(sink);
	take_refused(sink);
}

static void
take(void *arg, const struct ev_line *line)
{
	struct ev_kafkasink *sink = arg;

	if (!make(sink, line))
		return;
	sink->stage->out++;
	if (named(sink)) {
		hold(sink, line);
		return;
	}
	sink->message.number = line->number;
	if (ev_kafka_send(&sink->sender, &sink->message, &sink->err) != EV_OK)
		fail(sink);
	if (sink->stage->out % LOOK_EVERY == 0)
		look(sink);
}

/* --- commits ------------------------------------------------------------- */

/* In the open transaction. */
static void
send_held(struct ev_kafkasink *sink)
{
	struct ev_spill_input input;
	struct ev_reader *reader;
	struct ev_line line;
	enum ev_status status;

	if (!ev_spill_length(&sink->held))
		return;
	ev_spill_read(&sink->held, &input, "the events of a mark");
	reader = ev_reader_new(&input.in, sink->set->max_event);
	while ((status = ev_reader_next(reader, sink->stage->scan, &line,
		    &sink->err)) == EV_OK) {
		status = ev_kafka_make(sink->maker, line.text, &sink->message,
		    &sink->err);
		if (status == EV_OK)
			status = ev_kafka_send(&sink->sender, &sink->message,
			    &sink->err);
		if (status != EV_OK)
			break;
	}
	if (status != EV_END)
		fail(sink);
	ev_reader_free(reader);
	ev_spill_clear(&sink->held);
}

static void
settle(void *arg)
{
	struct ev_kafkasink *sink = arg;

	begin(sink);
	send_held(sink);
	ev_point("kafka.sent");
}

static void
commit_mark(void *arg, struct ev_buf *record)
{
	struct ev_kafkasink *sink = arg;

	if (ev_mutant("kafka.apart")) {
		if (ev_kafka_commit(&sink->sender, &sink->err) != EV_OK)
			fail(sink);
		ev_point("kafka.apart");
		begin(sink);
	}
	commit(sink, ev_buf_as_slice(record));
}

/* Without a name: all must have been acknowledged. */
static void
finish(void *arg)
{
	struct ev_kafkasink *sink = arg;

	if (ev_kafka_flush(&sink->sender, &sink->err) != EV_OK)
		fail(sink);
	take_refused(sink);
	ev_stage_done(sink->stage);
}

static const struct ev_sinkrun_calls calls = {
    take,
    settle,
    commit_mark,
    finish,
};

/* --- the whole ------------------------------------------------------------ */

static void
open_named(struct ev_kafkasink *sink)
{
	const char *name = sink->run.ledger.name;

	ev_ledger_lock(&sink->run.ledger);
	sink->id = ev_kafkasink_id(name);
	open_sender(sink);
	if (ev_kafka_positions_open(&sink->positions, &sink->sender, name, true,
		&sink->err) != EV_OK)
		fail(sink);
	compare_records(sink);
	ev_sides_open(sink->run.sides, &sink->run.ledger);
	ev_spill_init(&sink->held, HELD);
}

void
ev_kafkasink_open(struct ev_kafkasink *sink,
    const struct ev_kafkasink_settings *settings, struct ev_stage *stage)
{
	*sink = (struct ev_kafkasink){.set = settings, .stage = stage};
	ev_sinkrun_open(&sink->run, &calls, sink, stage, &settings->ledger,
	    settings->place.absolute);
	sink->run.limit = settings->limit;
	sink->maker = ev_kafka_maker_new(&settings->rules, stage->scan);
	if (named(sink))
		open_named(sink);
	else
		open_sender(sink);
	if (!settings->rules.keys && !settings->rules.meta)
		ev_tool_say("messages have no key: those of one subject keep "
			    "their order only with --key FIELD");
}

void
ev_kafkasink_run(struct ev_kafkasink *sink, const struct ev_input *in)
{
	ev_sinkrun_loop(&sink->run, in, sink->set->progress);
	ev_spill_release(&sink->held);
	ev_kafka_positions_close(&sink->positions);
	ev_kafka_maker_free(sink->maker);
	ev_kafka_sender_close(&sink->sender);
}
