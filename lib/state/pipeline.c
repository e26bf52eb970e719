/*
 * pipeline: see pipeline.h. What is written here is a copy or a help, but for
 * the sid and the locks: whatever is missing, the sink's own record decides.
 */
#include "state/pipeline_impl.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/lock.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/point.h"

#define SID_MAX 1024  /* bytes of its file */
#define TEMP_AGE 3600 /* seconds after which a temporary file is nobody's */
#define SID_FILE "sid"

/* --- names --------------------------------------------------------------- */

enum ev_status
ev_pipeline_check_name(const char *name, struct ev_err *err)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz"
				      "0123456789._-";
	size_t len = strlen(name);

	if (!len)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "the name of the pipeline is empty");
	if (name[0] == '.' || name[strspn(name, allowed)])
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "'%s' is no name of a pipeline: letters, digits, '.', '_' "
		    "and '-' make one, and it does not begin with '.'",
		    name);
	if (len > EV_NAME_MAX)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "'%s' is too long for the name of a pipeline: it has %zu "
		    "bytes, and at most %d are possible",
		    name, len, EV_NAME_MAX);
	if (!strcmp(name, SID_FILE))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "no pipeline can be named '%s': a file of the state folder "
		    "has that name",
		    name);
	return EV_OK;
}

void
ev_pipeline_run(char run[EV_RUN_LEN + 1])
{
	unsigned char chance[16];
	size_t got = 0;

	while (got < sizeof(chance)) {
		ssize_t n = getrandom(chance + got, sizeof(chance) - got, 0);

		/* Linux has had it since 3.17; it is only interrupted. */
		assert(n > 0 || errno == EINTR);
		if (n > 0)
			got += (size_t)n;
	}
	for (size_t i = 0; i < sizeof(chance); i++)
		snprintf(run + 2 * i, 3, "%02x", chance[i]);
}

/* --- the state folder ---------------------------------------------------- */

/* The environment's value; NULL where it is unset or empty. */
static const char *
env(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

/* The path as the rule has it, perhaps relative; NULL: none is named. */
static char *
named_folder(void)
{
	const char *path = env("EVKIT_STATE");

	if (path)
		return ev_mem_strdup(path);
	if ((path = env("STATE_DIRECTORY")))
		return ev_mem_strndup(path, strcspn(path, ":"));
	/* The XDG specification: a relative one is to be ignored. */
	if ((path = env("XDG_STATE_HOME")) && *path == '/')
		return ev_mem_printf("%s/evkit", path);
	if ((path = env("HOME")))
		return ev_mem_printf("%s/.local/state/evkit", path);
	return NULL;
}

/* Makes one folder, to last, unless it is there. */
static enum ev_status
make_folder(const char *path, struct ev_err *err)
{
	int number;

	if (mkdir(path, 0777) == 0) {
		ev_point("state.folder");
		return ev_mutant("state.no-folder-sync")
		    ? EV_OK
		    : ev_durable_sync_folder(path, err);
	}
	/* On a file system that may not be written mkdir may say that rather
	 * than that the folder is there. */
	number = errno;
	if (access(path, F_OK) == 0)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
	    "cannot make folder '%s': %s", path, ev_err_errno(number));
}

/* Makes the folder and those above it that are missing. */
static enum ev_status
make_folders(const char *path, struct ev_err *err)
{
	char *part = ev_mem_strdup(path);
	enum ev_status status = EV_OK;

	for (char *at = part + 1; *at && status == EV_OK; at++)
		if (*at == '/' && at[-1] != '/') {
			*at = '\0';
			status = make_folder(part, err);
			*at = '/';
		}
	if (status == EV_OK)
		status = make_folder(part, err);
	free(part);
	return status;
}

enum ev_status
ev_pipeline_state(char **state, bool make, struct ev_err *err)
{
	char *path = named_folder();
	enum ev_status status;

	if (!path)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "no folder for the state of pipelines: set EVKIT_STATE (or "
		    "HOME)");
	status = make ? make_folders(path, err) : EV_OK;
	*state = status == EV_OK ? realpath(path, NULL) : NULL;
	if (*state || status != EV_OK) {
		free(path);
		return status;
	}
	if (!make) {
		*state = path;
		return EV_OK;
	}
	ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
	    "cannot open the state folder '%s': %s", path, ev_err_errno(errno));
	free(path);
	return EV_FATAL;
}

/* --- sid ----------------------------------------------------------------- */

static bool
is_sid(struct ev_slice text)
{
	if (text.len && text.ptr[text.len - 1] == '\n')
		text.len--;
	return ev_slice_is_hex(text, EV_SID_LEN);
}

/* EV_END: there is none. */
static enum ev_status
read_sid(const char *path, char sid[EV_SID_LEN + 1], struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status = ev_durable_read(path, SID_MAX, &text, err);

	if (status == EV_OK && !is_sid(ev_buf_as_slice(&text)))
		status = ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "'%s' is damaged: it should hold %d hex digits", path,
		    EV_SID_LEN);
	if (status == EV_OK) {
		memcpy(sid, text.ptr, EV_SID_LEN);
		sid[EV_SID_LEN] = '\0';
	}
	ev_buf_release(&text);
	return status;
}

/* Reads the state folder's sid, and makes it where it is missing. */
static enum ev_status
have_sid(const char *path, char sid[EV_SID_LEN + 1], struct ev_err *err)
{
	enum ev_status status = read_sid(path, sid, err);
	char run[33], text[EV_SID_LEN + 2];

	if (status != EV_END)
		return status;
	ev_pipeline_run(run);
	snprintf(text, sizeof(text), "%.*s\n", EV_SID_LEN, run);
	ev_pipeline_run(run);
	status = ev_durable_make(path, run, ev_slice_of(text), err);
	if (status == EV_FATAL)
		return status;
	/* Of two that make one, both use that of the winner. */
	status = read_sid(path, sid, err);
	if (status == EV_END)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "'%s' was removed while it was made", path);
	return status;
}

/* The state folder of a begin is the one that its source used. */
static enum ev_status
check_sid(const char *state, const char *path, const char *want, char *sid,
    struct ev_err *err)
{
	enum ev_status status = read_sid(path, sid, err);

	if (status == EV_OK && strcmp(sid, want))
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "the state folder '%s' is not the one that the source has "
		    "under this name: both ends of a pipeline need one and "
		    "the same (EVKIT_STATE)",
		    state);
	if (status == EV_END)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "the source keeps its state in '%s', which is not there "
		    "or no state folder: both ends of a pipeline need one and "
		    "the same (EVKIT_STATE)",
		    state);
	return status;
}

/* --- the pipeline -------------------------------------------------------- */

static enum ev_status
find_state(struct ev_pipeline *pipeline, const char *state, const char *sid,
    struct ev_err *err)
{
	enum ev_status status;
	char *path;

	if (state)
		pipeline->state = ev_mem_strdup(state);
	else if (ev_pipeline_state(&pipeline->state, true, err) != EV_OK)
		return EV_FATAL;
	path = ev_mem_printf("%s/" SID_FILE, pipeline->state);
	status = state ? check_sid(state, path, sid, pipeline->sid, err)
		       : have_sid(path, pipeline->sid, err);
	free(path);
	return status;
}

enum ev_status
ev_pipeline_open(struct ev_pipeline *pipeline, const char *name,
    const char *state, const char *sid, struct ev_err *err)
{
	*pipeline = (struct ev_pipeline){0};
	if (ev_pipeline_check_name(name, err) != EV_OK)
		return EV_FATAL;
	if (find_state(pipeline, state, sid, err) != EV_OK) {
		ev_pipeline_release(pipeline);
		return EV_FATAL;
	}
	pipeline->name = ev_mem_strdup(name);
	pipeline->folder = ev_mem_printf("%s/%s", pipeline->state, name);
	if (make_folder(pipeline->folder, err) == EV_OK)
		return EV_OK;
	ev_pipeline_release(pipeline);
	return EV_FATAL;
}

enum ev_status
ev_pipeline_find(struct ev_pipeline *pipeline, const char *name,
    struct ev_err *err)
{
	struct stat there;

	*pipeline = (struct ev_pipeline){0};
	if (ev_pipeline_check_name(name, err) != EV_OK ||
	    ev_pipeline_state(&pipeline->state, false, err) != EV_OK)
		return EV_FATAL;
	pipeline->name = ev_mem_strdup(name);
	pipeline->folder = ev_mem_printf("%s/%s", pipeline->state, name);
	if (stat(pipeline->folder, &there) == 0 && S_ISDIR(there.st_mode))
		return EV_OK;
	return EV_END;
}

void
ev_pipeline_release(struct ev_pipeline *pipeline)
{
	free(pipeline->state);
	free(pipeline->folder);
	free(pipeline->name);
	*pipeline = (struct ev_pipeline){0};
}

char *
ev_pipeline_file(const struct ev_pipeline *pipeline, const char *name)
{
	return ev_mem_printf("%s/%s", pipeline->folder, name);
}

/* Removes the temporary files that killed processes left. A young one may be
 * one's that runs. */
static void
sweep(const struct ev_pipeline *pipeline)
{
	DIR *dir = opendir(pipeline->folder);
	time_t old = time(NULL) - TEMP_AGE;
	const struct dirent *entry;
	struct stat file;

	while (dir && (entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (dot && !strcmp(dot, ".tmp") &&
		    fstatat(dirfd(dir), entry->d_name, &file,
			AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(file.st_mode) && file.st_mtime < old)
			unlinkat(dirfd(dir), entry->d_name, 0);
	}
	if (dir)
		closedir(dir);
}

bool
ev_pipeline_is_back(const struct ev_pipeline *pipeline)
{
	return access(pipeline->folder, F_OK) &&
	    make_folder(pipeline->folder, NULL) == EV_OK;
}

enum ev_status
ev_pipeline_lock(const struct ev_pipeline *pipeline, const char *lock, int *fd,
    struct ev_err *err)
{
	char *path = ev_pipeline_file(pipeline, lock), holder[128];
	enum ev_status status = ev_lock_file(path, fd, err);
	struct stat file = {0};

	if (status == EV_FATAL && ev_pipeline_is_back(pipeline))
		status = ev_lock_file(path, fd, err);
	if (status == EV_AGAIN) {
		if (stat(path, &file))
			file.st_ino = 0;
		ev_lock_holder(&file, holder, sizeof(holder));
		status = ev_err_set(err, EV_FATAL, EV_EXIT_BUSY,
		    "pipeline %s already runs: %s holds it", pipeline->name,
		    holder);
	}
	if (status == EV_OK)
		sweep(pipeline);
	free(path);
	return status;
}

bool
ev_pipeline_holder(const struct ev_pipeline *pipeline, const char *lock,
    char *text, size_t size)
{
	char *path = ev_pipeline_file(pipeline, lock);
	struct stat file;
	bool held = stat(path, &file) == 0 && ev_lock_holder(&file, text, size);

	free(path);
	return held;
}

/* Nothing is there but what only those that run need. */
static bool
has_nothing(const struct ev_pipeline *pipeline)
{
	DIR *dir = opendir(pipeline->folder);
	const struct dirent *entry;
	bool nothing = dir != NULL;

	while (dir && nothing && (entry = readdir(dir)))
		nothing = *entry->d_name == '.' ||
		    !strcmp(entry->d_name, "lock") ||
		    !strcmp(entry->d_name, "sink.lock") ||
		    !strcmp(entry->d_name, EV_PIPELINE_ACCEPTED);
	if (dir)
		closedir(dir);
	return nothing;
}

void
ev_pipeline_tidy(const struct ev_pipeline *pipeline, const char *lock)
{
	char *path;

	if (!pipeline->folder || !has_nothing(pipeline))
		return;
	/* Who waits for the lock sees that it is another's file. */
	if (lock) {
		path = ev_pipeline_file(pipeline, lock);
		unlink(path);
		free(path);
	}
	rmdir(pipeline->folder);
}

/* --- all of them --------------------------------------------------------- */

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool
is_pipeline(int folder, const char *name)
{
	struct stat there;

	return ev_pipeline_check_name(name, NULL) == EV_OK &&
	    fstatat(folder, name, &there, 0) == 0 && S_ISDIR(there.st_mode);
}

enum ev_status
ev_pipeline_list(const char *state, char ***names, size_t *count,
    struct ev_err *err)
{
	DIR *dir = opendir(state);
	const struct dirent *entry;

	*names = NULL;
	*count = 0;
	if (!dir && errno == ENOENT)
		return EV_OK;
	if (!dir)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read the state folder '%s': %s", state,
		    ev_err_errno(errno));
	while ((entry = readdir(dir)))
		if (is_pipeline(dirfd(dir), entry->d_name)) {
			*names = ev_mem_realloc(*names,
			    (*count + 1) * sizeof(**names));
			(*names)[(*count)++] = ev_mem_strdup(entry->d_name);
		}
	closedir(dir);
	if (*count)
		qsort(*names, *count, sizeof(**names), by_bytes);
	return EV_OK;
}

enum ev_status
ev_pipeline_remove(const struct ev_pipeline *pipeline, struct ev_err *err)
{
	DIR *dir = opendir(pipeline->folder);
	const struct dirent *entry;

	/* The record goes first, and the locks, which it is held by, last. */
	for (const char *const *first =
		 (const char *const[]){"record", "tries", NULL};
	     dir && *first; first++)
		unlinkat(dirfd(dir), *first, 0);
	while (dir && (entry = readdir(dir)))
		unlinkat(dirfd(dir), entry->d_name, 0);
	if (dir)
		closedir(dir);
	if (rmdir(pipeline->folder) && errno != ENOENT)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot remove folder '%s': %s", pipeline->folder,
		    ev_err_errno(errno));
	return ev_mutant("forget.no-folder-sync")
	    ? EV_OK
	    : ev_durable_sync_folder(pipeline->folder, err);
}
