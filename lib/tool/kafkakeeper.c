/*
 * kafkakeeper: see kafkakeeper.h. A sink on this machine is held off by the
 * lock in the state folder, which evpos takes; one elsewhere is fenced off: this
 * process takes the id of its transactions, and it ends with 75 at its next
 * commit, from which its next start begins anew.
 */
#include "tool/kafkakeeper.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/point.h"
#include "client/kafka_positions.h"
#include "tool/kafkasink.h"
#include "tool/keeper.h"
#include "tool/tool.h"

#define WAIT 20000 /* ms */

struct store {
	struct ev_kafka_settings client;
	struct ev_kafka_place place;
	struct ev_kafka_sender_settings how;
	struct ev_kafka_sender sender;
	struct ev_kafka_positions positions;
	bool none; /* there is no topic of records */
	char *id;
	struct ev_buf was; /* the record that get found */
};

static void
undo(void *arg)
{
	struct store *store = arg;

	if (store->sender.kafka.rk)
		ev_kafka_abort(&store->sender);
}

static enum ev_status
connect_store(struct ev_keeper *keeper, struct ev_err *err)
{
	struct store *store = keeper->store;
	enum ev_status status;

	if (store->positions.topic)
		return EV_OK;
	store->how = (struct ev_kafka_sender_settings){.client = &store->client,
	    .place = &store->place,
	    .transaction = store->id,
	    .wait = WAIT,
	    .slow = ev_kafkasink_slow};
	if (ev_kafka_sender_open(&store->sender, &store->how, NULL, err) !=
	    EV_OK)
		return EV_FATAL;
	ev_tool_on_failure(undo, store);
	status = ev_kafka_positions_open(&store->positions, &store->sender,
	    keeper->name, false, err);
	store->none = status == EV_END;
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

/* evpos has the lock by which a sink on this machine is held off. */
static enum ev_status
lock(struct ev_keeper *keeper, struct ev_err *err)
{
	struct store *store = keeper->store;

	store->id = ev_kafkasink_id(keeper->name);
	if (connect_store(keeper, err) != EV_OK)
		return EV_FATAL;
	if (store->none)
		return EV_OK;
	return ev_kafka_sender_start(&store->sender, err) == EV_OK
	    ? ev_kafka_positions_claim(&store->positions, err)
	    : EV_FATAL;
}

static enum ev_status
get(struct ev_keeper *keeper, struct ev_keeper_state *state, struct ev_err *err)
{
	struct store *store = keeper->store;
	enum ev_status status = EV_END;

	if (connect_store(keeper, err) != EV_OK)
		return EV_FATAL;
	state->where = ev_mem_printf("topic " EV_KAFKA_POSITIONS " at %s",
	    store->place.brokers);
	if (!store->none)
		status = ev_kafka_positions_read(&store->positions,
		    keeper->name, &store->was, err);
	if (status == EV_OK)
		state->record = ev_mem_strdup(ev_buf_cstr(&store->was));
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

static enum ev_status
change(struct ev_keeper *keeper, struct ev_slice record, struct ev_err *err)
{
	struct store *store = keeper->store;
	enum ev_status status = ev_kafka_begin(&store->sender, err);

	if (status == EV_OK)
		status = ev_kafka_positions_write(&store->positions, record,
		    err);
	ev_point("keeper.put");
	if (status == EV_OK)
		status = ev_kafka_commit(&store->sender, err);
	ev_point("keeper.done");
	return status;
}

static enum ev_status
put(struct ev_keeper *keeper, struct ev_slice record, struct ev_err *err)
{
	return change(keeper, record, err);
}

static enum ev_status
drop(struct ev_keeper *keeper, struct ev_err *err)
{
	return change(keeper, (struct ev_slice){NULL, 0}, err);
}

void
ev_kafkakeeper(int argc, char **argv)
{
	static struct store store;
	struct ev_keeper keeper = {.store = &store,
	    .lock = lock,
	    .get = get,
	    .put = put,
	    .drop = drop};
	struct ev_err err;

	if (!ev_keeper_asked(argc, argv, &keeper))
		return;
	if (ev_kafka_place(keeper.place, &store.client, &store.place, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	ev_keeper_serve(&keeper);
}
