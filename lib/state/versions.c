/*
 * versions: see versions.h.
 *
 * The file of a version is RUN-SEQ.BASE: the mark, and the mark that its run
 * began from (BASE is RUN-SEQ, or 0), from which it is known what can follow
 * on what.
 */
#include "state/versions.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/mem.h"
#include "base/point.h"
#include "state/record.h"

#define STATE_MAX ((size_t)1 << 40) /* bytes: whatever fits into memory */

/* An id as it stands in a file's name: "/" is '-'. */
static char *
name_of(struct ev_slice id)
{
	char *name = ev_mem_text(id);

	for (char *at = name; *at; at++)
		if (*at == '/')
			*at = '-';
	return name;
}

/* All the folders on the way: what else is in them are hints, but a version
 * that is gone is gone. Who made them may have been killed before they were
 * sure to last. */
static enum ev_status
make_last(const struct ev_versions *versions,
    const struct ev_pipeline *pipeline, struct ev_err *err)
{
	if (ev_mutant("versions.no-folder-sync"))
		return EV_OK;
	if (ev_durable_sync_folder(versions->folder, err) != EV_OK ||
	    ev_durable_sync_folder(pipeline->folder, err) != EV_OK)
		return EV_FATAL;
	return ev_durable_sync_folder(pipeline->state, err);
}

enum ev_status
ev_versions_open(struct ev_versions *versions,
    const struct ev_pipeline *pipeline, const char *stage, struct ev_slice run,
    struct ev_slice base, struct ev_err *err)
{
	enum ev_status status = ev_pipeline_check_name(stage, err);

	*versions = (struct ev_versions){0};
	if (status != EV_OK)
		return status;
	versions->folder = ev_mem_printf("%s/state.%s", pipeline->folder,
	    stage);
	versions->run = ev_mem_text(run);
	versions->base = name_of(base);
	if (mkdir(versions->folder, 0777) < 0 && errno != EEXIST)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "cannot make folder '%s': %s", versions->folder,
		    ev_err_errno(errno));
	ev_point("versions.folder");
	return make_last(versions, pipeline, err);
}

void
ev_versions_release(struct ev_versions *versions)
{
	free(versions->folder);
	free(versions->run);
	free(versions->base);
	*versions = (struct ev_versions){0};
}

/* --- the versions that there are ----------------------------------------- */

struct version {
	char *file;          /* owned */
	struct ev_slice run; /* these three lie in it */
	struct ev_slice id, base;
	uint64_t seq;
	bool kept;
};

struct versions {
	struct version *at;
	size_t count;
};

/* False: it is no version's. */
static bool
read_name(struct version *version)
{
	const char *file = version->file;
	const char *dash = strchr(file, '-'), *dot = strchr(file, '.');
	char *end;

	if (!dash || !dot || dot < dash)
		return false;
	version->seq = strtoull(dash + 1, &end, 10);
	version->run = (struct ev_slice){file, (size_t)(dash - file)};
	version->id = (struct ev_slice){file, (size_t)(dot - file)};
	version->base = (struct ev_slice){dot + 1, strlen(dot + 1)};
	/* PATH.RUN.tmp of one that was not finished has a dot more. */
	return end == dot && !strchr(dot + 1, '.');
}

static enum ev_status
list(const struct ev_versions *versions, struct versions *all,
    struct ev_err *err)
{
	DIR *dir = opendir(versions->folder);
	struct dirent *entry;

	*all = (struct versions){0};
	if (!dir)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read folder '%s': %s", versions->folder,
		    ev_err_errno(errno));
	while ((entry = readdir(dir))) {
		struct version one = {.file = ev_mem_strdup(entry->d_name)};

		if (!read_name(&one)) {
			free(one.file);
			continue;
		}
		all->at = ev_mem_realloc(all->at,
		    (all->count + 1) * sizeof(*all->at));
		all->at[all->count++] = one;
	}
	closedir(dir);
	return EV_OK;
}

static void
release(struct versions *all)
{
	for (size_t i = 0; i < all->count; i++)
		free(all->at[i].file);
	free(all->at);
}

/* --- restoring and saving ------------------------------------------------ */

/* The version to begin from, NULL: it is not there. */
static const struct version *
wanted(const struct ev_versions *versions, const struct versions *all)
{
	struct ev_slice base = {versions->base, strlen(versions->base)};
	const struct version *found = NULL;
	uint64_t latest = 0;

	for (size_t i = 0; i < all->count; i++) {
		const struct version *one = &all->at[i];

		if (ev_mutant("versions.latest")
			? one->seq > latest
			: ev_slice_equal(one->id, base)) {
			found = one;
			latest = one->seq;
		}
	}
	return found;
}

enum ev_status
ev_versions_restore(const struct ev_versions *versions, struct ev_buf *out,
    struct ev_err *err)
{
	enum ev_status status = EV_OK;
	const struct version *version;
	struct versions all;
	char *path;

	if (!strcmp(versions->base, EV_RECORD_FIRST))
		return EV_END;
	status = list(versions, &all, err);
	if (status != EV_OK)
		return status;
	version = wanted(versions, &all);
	path = ev_mem_printf("%s/%s", versions->folder,
	    version ? version->file : versions->base);
	if (version)
		status = ev_durable_read(path, STATE_MAX, out, err);
	if (!version || status == EV_END)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "the state that the pipeline goes on from is gone: there "
		    "is no '%s'",
		    path);
	free(path);
	release(&all);
	return status;
}

enum ev_status
ev_versions_save(const struct ev_versions *versions, uint64_t seq,
    struct ev_slice state, struct ev_err *err)
{
	char *path = ev_mem_printf("%s/%s-%" PRIu64 ".%s", versions->folder,
	    versions->run, seq, versions->base);
	enum ev_status status;

	ev_point("versions.save");
	status = ev_durable_write(path, versions->run, state, err);
	ev_point("versions.saved");
	free(path);
	return status;
}

/* --- dropping ------------------------------------------------------------ */

/* True where a run that began from `base` may still commit: that is kept
 * itself, or is the committed mark. */
static bool
base_lives(const struct versions *all, const struct version *committed,
    struct ev_slice base)
{
	if (ev_slice_equal(base, committed->id))
		return true;
	for (size_t i = 0; i < all->count; i++)
		if (all->at[i].kept && ev_slice_equal(all->at[i].id, base))
			return true;
	return false;
}

static void
keep(struct versions *all, const struct version *committed)
{
	bool more = true;

	while (more) {
		more = false;
		for (size_t i = 0; i < all->count; i++) {
			struct version *one = &all->at[i];
			bool same = ev_slice_equal(one->run, committed->run);

			if (one->kept ||
			    !(same ? one->seq >= committed->seq
				   : base_lives(all, committed, one->base)))
				continue;
			one->kept = more = true;
		}
	}
}

void
ev_versions_drop(const struct ev_versions *versions, struct ev_slice committed)
{
	char *name = name_of(committed);
	/* As a file's name has it, with any base. */
	struct version last = {.file = ev_mem_printf("%s.0", name)};
	struct versions all;
	struct ev_err err;

	if (read_name(&last) && list(versions, &all, &err) == EV_OK) {
		keep(&all, &last);
		for (size_t i = 0; i < all.count; i++) {
			char *path = ev_mem_printf("%s/%s", versions->folder,
			    all.at[i].file);

			if (!all.at[i].kept)
				unlink(path);
			ev_point("versions.dropped");
			free(path);
		}
		release(&all);
	}
	free(last.file);
	free(name);
}
