/*
 * sqlitekeeper: see sqlitekeeper.h. Sinks are held off by the lock that writers
 * of the database take; those of evpos's own state folder by that one's, too. A
 * sink that runs, of another, holds it only while it has events; one that
 * commits later finds another record than its own, and ends (R1).
 */
#include "tool/sqlitekeeper.h"

#include <unistd.h>

#include "base/mem.h"
#include "base/point.h"
#include "client/sqlite_positions.h"
#include "tool/keeper.h"
#include "tool/tool.h"

#define WAIT 2000 /* ms, for a commit that goes on */

struct store {
	struct ev_sqlite_place place;
	struct ev_sqlite lite; /* db NULL: there is no file */
	struct ev_buf was;     /* the record that get found */
};

static enum ev_status
lock(struct ev_keeper *keeper, struct ev_err *err)
{
	struct store *store = keeper->store;

	store->lite.busy_exit = EV_EXIT_BUSY;
	return store->lite.db
	    ? ev_sqlite_run(&store->lite, "change", "BEGIN IMMEDIATE", err)
	    : EV_OK;
}

static enum ev_status
get(struct ev_keeper *keeper, struct ev_keeper_state *state, struct ev_err *err)
{
	struct store *store = keeper->store;
	enum ev_status status = EV_END;

	store->was.len = 0;
	state->where = ev_mem_printf("table " EV_SQLITE_POSITIONS " in %s",
	    store->place.file);
	if (store->lite.db)
		status = ev_sqlite_positions_read(&store->lite, keeper->name,
		    &store->was, err);
	if (status == EV_OK)
		state->record = ev_mem_strdup(ev_buf_cstr(&store->was));
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

static enum ev_status
commit(struct store *store, struct ev_err *err)
{
	enum ev_status status;

	ev_point("keeper.put");
	status = ev_sqlite_run(&store->lite, "change", "COMMIT", err);
	ev_point("keeper.done");
	return status;
}

static enum ev_status
put(struct ev_keeper *keeper, struct ev_slice record, struct ev_err *err)
{
	struct store *store = keeper->store;

	if (ev_sqlite_positions_swap(&store->lite, keeper->name,
		ev_buf_as_slice(&store->was), record, err) != EV_OK)
		return EV_FATAL;
	return commit(store, err);
}

static enum ev_status
drop(struct ev_keeper *keeper, struct ev_err *err)
{
	struct store *store = keeper->store;

	if (ev_sqlite_positions_drop(&store->lite, keeper->name, err) != EV_OK)
		return EV_FATAL;
	return commit(store, err);
}

void
ev_sqlitekeeper(int argc, char **argv)
{
	struct store store = {0};
	struct ev_keeper keeper = {.store = &store,
	    .lock = lock,
	    .get = get,
	    .put = put,
	    .drop = drop};
	struct ev_err err;

	if (!ev_keeper_asked(argc, argv, &keeper))
		return;
	if (ev_sqlite_place(keeper.place, true, &store.place, &err) != EV_OK)
		ev_tool_fail(&err);
	if (access(store.place.file, F_OK) == 0 &&
	    ev_sqlite_open(&store.lite, store.place.file, true, WAIT, &err) !=
		EV_OK)
		ev_tool_fail(&err);
	ev_keeper_serve(&keeper);
}
