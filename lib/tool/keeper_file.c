/*
 * keeper_file: see keeper_file.h. Nothing here asks whether the file still is
 * what its record says: evpos is what one turns to when it is not.
 */
#include "tool/keeper_file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/point.h"
#include "state/pipeline.h"
#include "state/sidecar.h"
#include "tool/place.h"
#include "tool/tool.h"

struct store {
	char *path;    /* absolute: the place of a record is */
	char *sidecar; /* its path */
	bool log;
	int fd; /* locked; -1: there is nothing to lock */
};

static bool
is_folder(const char *path)
{
	struct stat there;

	return stat(path, &there) == 0 && S_ISDIR(there.st_mode);
}

static enum ev_status
cannot(const char *what, const char *path, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO, "cannot %s '%s': %s", what,
	    path, ev_err_errno(errno));
}

/* --- the locks ----------------------------------------------------------- */

static enum ev_status
lock(struct ev_keeper *keeper, struct ev_err *err)
{
	struct store *store = keeper->store;
	enum ev_status status;
	char holder[128];
	struct stat there;

	store->fd = open(store->path,
	    (store->log ? O_RDONLY | O_DIRECTORY : O_RDWR) | O_CLOEXEC);
	if (store->fd < 0 && errno == ENOENT)
		return EV_OK;
	if (store->fd < 0)
		return cannot("write", store->path, err);
	status = ev_lock_take(store->fd, store->path, err);
	if (status != EV_AGAIN)
		return status;
	if (fstat(store->fd, &there))
		return cannot("look at", store->path, err);
	ev_lock_holder(&there, holder, sizeof(holder));
	return ev_err_set(err, EV_FATAL, EV_EXIT_BUSY,
	    "'%s' is being written by %s", store->path, holder);
}

/* --- looking ------------------------------------------------------------- */

/* The file that ends with the last byte committed, and how many of its bytes
 * are. The caller's to free. */
static char *
last_file(const struct store *store, const struct ev_sidecar *sidecar,
    uint64_t *length)
{
	*length = sidecar->length - (store->log ? sidecar->last : 0);
	return store->log ? ev_sidecar_segment(store->path, sidecar->last)
			  : ev_mem_strdup(store->path);
}

/* Hashes of the last file up to `length`; EV_END: it has not so many bytes. */
static enum ev_status
hash_file(const char *path, uint64_t length, struct ev_sidecar_hash *hash,
    struct ev_err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum ev_status status;

	if (fd < 0 && (errno != ENOENT || length))
		return errno == ENOENT ? EV_END : cannot("read", path, err);
	status = ev_sidecar_hash(fd, path, length, hash, err);
	if (fd >= 0)
		close(fd);
	return status == EV_FATAL && err->exit == EV_EXIT_DISAGREE ? EV_END
								   : status;
}

/* Whether it is what the sidecar vouches for, as the sink would ask. */
static enum ev_status
compare(const char *path, uint64_t length, const struct ev_sidecar *sidecar,
    struct ev_keeper_state *state, struct ev_err *err)
{
	struct ev_sidecar_hash hash;
	enum ev_status status = hash_file(path, length, &hash, err);

	state->gone = status == EV_END && access(path, F_OK) != 0;
	if (state->gone)
		state->wrong = ev_mem_printf("'%s' is gone, of which %" PRIu64
					     " bytes were committed",
		    path, length);
	else if (status == EV_END)
		state->wrong = ev_mem_printf("'%s' has not the %" PRIu64
					     " bytes that were committed",
		    path, length);
	else if (status == EV_OK &&
	    (strcmp(hash.head, sidecar->hash.head) != 0 ||
		strcmp(hash.tail, sidecar->hash.tail) != 0))
		state->wrong = ev_mem_printf("'%s' is not what was committed: "
					     "its first or last bytes "
					     "have changed",
		    path);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

static enum ev_status
get(struct ev_keeper *keeper, struct ev_keeper_state *state, struct ev_err *err)
{
	struct store *store = keeper->store;
	struct ev_sidecar sidecar = {0};
	enum ev_status status = ev_sidecar_read(store->sidecar, &sidecar, err);
	struct stat there;
	uint64_t length;
	char holder[128], *last;

	if (status == EV_OK) {
		last = last_file(store, &sidecar, &length);
		state->record = ev_mem_strdup(sidecar.record);
		state->strange = !*sidecar.open;
		if (stat(last, &there) == 0 && (uint64_t)there.st_size > length)
			state->tail = (uint64_t)there.st_size - length;
		status = compare(last, length, &sidecar, state, err);
		free(last);
	}
	state->where = ev_mem_strdup(store->sidecar);
	state->log = true;
	if (stat(store->path, &there) == 0 &&
	    ev_lock_holder(&there, holder, sizeof(holder)))
		state->held = ev_mem_strdup(holder);
	ev_sidecar_release(&sidecar);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

/* --- changing ------------------------------------------------------------ */

static enum ev_status
read_again(const struct store *store, struct ev_sidecar *sidecar,
    struct ev_err *err)
{
	enum ev_status status = ev_sidecar_read(store->sidecar, sidecar, err);

	if (status == EV_END)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' was removed meanwhile", store->sidecar);
	return status;
}

static enum ev_status
replace(const struct store *store, const struct ev_sidecar *sidecar,
    struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status;
	char run[33];

	ev_sidecar_build(sidecar, &text);
	ev_pipeline_run(run);
	ev_point("keeper.put");
	status = ev_durable_write(store->sidecar, run, ev_buf_as_slice(&text),
	    err);
	ev_point("keeper.done");
	ev_buf_release(&text);
	return status;
}

static enum ev_status
put(struct ev_keeper *keeper, struct ev_slice record, struct ev_err *err)
{
	struct ev_sidecar sidecar = {0};
	enum ev_status status = read_again(keeper->store, &sidecar, err);

	if (status == EV_OK) {
		free(sidecar.record);
		sidecar.record = ev_mem_text(record);
		status = replace(keeper->store, &sidecar, err);
	}
	ev_sidecar_release(&sidecar);
	return status;
}

/* What a person has made of the file, synced by us, counts from here on. */
static enum ev_status
take_file(const char *path, struct ev_sidecar *sidecar, uint64_t start,
    struct ev_err *err)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	struct stat there;
	enum ev_status status = EV_OK;

	if (fd < 0 && errno == ENOENT)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is gone: bring it back", path);
	if (fd < 0 || fstat(fd, &there) ||
	    (!ev_mutant("accept.no-sync") && fsync(fd)))
		status = cannot("write", path, err);
	if (status == EV_OK) {
		sidecar->length = start + (uint64_t)there.st_size;
		*sidecar->open = '\0';
		status = ev_sidecar_hash(fd, path, (uint64_t)there.st_size,
		    &sidecar->hash, err);
	}
	if (fd >= 0)
		close(fd);
	return status;
}

static enum ev_status
accept_now(struct ev_keeper *keeper, struct ev_err *err)
{
	struct store *store = keeper->store;
	struct ev_sidecar sidecar = {0};
	enum ev_status status = read_again(store, &sidecar, err);
	uint64_t length;
	char *last;

	if (status == EV_OK) {
		last = last_file(store, &sidecar, &length);
		status = take_file(last, &sidecar,
		    store->log ? sidecar.last : 0, err);
		free(last);
	}
	ev_point("keeper.taken");
	if (status == EV_OK)
		status = replace(store, &sidecar, err);
	ev_sidecar_release(&sidecar);
	return status;
}

/* Cuts off what a run of ours has written and not committed, so that it lasts:
 * without the sidecar it would count. */
static enum ev_status
cut(const char *path, uint64_t length, struct ev_err *err)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	enum ev_status status = EV_OK;
	struct stat there;

	if (fd < 0)
		return errno == ENOENT ? EV_OK : cannot("write", path, err);
	if (fstat(fd, &there) ||
	    ((uint64_t)there.st_size > length &&
		(ftruncate(fd, (off_t)length) ||
		    (!ev_mutant("forget.no-cut-sync") && fsync(fd)))))
		status = cannot("cut", path, err);
	close(fd);
	return status;
}

static enum ev_status
drop(struct ev_keeper *keeper, struct ev_err *err)
{
	struct store *store = keeper->store;
	struct ev_sidecar sidecar = {0};
	enum ev_status status = ev_sidecar_read(store->sidecar, &sidecar, err);
	uint64_t length;
	char *last;

	if (status == EV_OK && *sidecar.open) {
		last = last_file(store, &sidecar, &length);
		status = cut(last, length, err);
		free(last);
	}
	ev_sidecar_release(&sidecar);
	ev_point("keeper.cut");
	return status == EV_OK ? ev_durable_remove(store->sidecar, err)
			       : status;
}

/* --- a terminal, or a file of the shell's: the state folder has it -------- */

static enum ev_status
get_nowhere(struct ev_keeper *keeper, struct ev_keeper_state *state,
    struct ev_err *err)
{
	(void)keeper;
	(void)err;
	state->in_state = true;
	return EV_OK;
}

void
ev_keeper_file(int argc, char **argv)
{
	struct store store = {.fd = -1};
	struct ev_keeper keeper = {.store = &store,
	    .lock = lock,
	    .get = get,
	    .put = put,
	    .drop = drop,
	    .accept = accept_now};

	if (!ev_keeper_asked(argc, argv, &keeper))
		return;
	if (!strcmp(keeper.place, "-")) {
		keeper.get = get_nowhere;
		ev_keeper_serve(&keeper);
	}
	store.path = ev_mem_strdup(ev_place_path(keeper.place));
	store.sidecar = ev_sidecar_path(store.path, true);
	store.log = is_folder(store.path) || access(store.sidecar, F_OK) == 0;
	if (!store.log) {
		free(store.sidecar);
		store.sidecar = ev_sidecar_path(store.path, false);
	}
	ev_keeper_serve(&keeper);
}
