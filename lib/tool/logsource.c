/*
 * logsource: see logsource.h.
 */
#include "tool/logsource.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/path.h"
#include "expr/time.h"
#include "tool/place.h"
#include "tool/tool.h"

#define LOOK 50 /* ms between two looks for a log that is not there */

/* --- a log that is not there yet ----------------------------------------- */

/* The writer makes the folder, and then the sidecar in it. */
static bool
is_nothing(const char *folder)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	bool empty = true;

	if (!dir)
		return errno == ENOENT;
	while (empty && (entry = readdir(dir)))
		empty = entry->d_name[0] == '.';
	closedir(dir);
	return empty;
}

/* Where not even the folder around it is there, it is a mistake. */
static bool
may_come(const char *place)
{
	size_t len = strlen(place);
	char *name, *around;
	bool may;

	while (len > 1 && place[len - 1] == '/')
		len--;
	name = ev_mem_strndup(place, len);
	around = ev_path_folder(name);
	may = access(around, X_OK) == 0;
	free(name);
	free(around);
	return may;
}

/* A follower of all that will be there, which has read nothing yet. */
static bool
is_awaited(const struct ev_emit *emit, const char *place)
{
	const struct ev_source_settings *settings = emit->settings;
	const char *from = settings->marker.from;
	size_t len = strlen(place);

	return settings->follow && len && place[len - 1] == '/' &&
	    (!from || !strcmp(from, "start") || !strcmp(from, "beginning") ||
		!strcmp(from, "earliest")) &&
	    (!emit->marker.on || !ev_vector_count(emit->marker.from)) &&
	    may_come(place);
}

enum ev_status
ev_logsource_await(struct ev_emit *emit, const char *place)
{
	bool awaited = is_awaited(emit, place), told = false;
	struct ev_marker *marker = &emit->marker;
	struct ev_err err;

	while (awaited && !ev_logread_is(place) && is_nothing(place)) {
		int due = ev_marker_wait(marker);

		if (!told && access(place, F_OK))
			ev_tool_say("'%s' is not there yet: waiting for it",
			    place);
		told = true;
		if (ev_marker_due_now(marker))
			ev_emit_mark(emit);
		ev_stage_flush(&emit->stage);
		if (ev_io_wait(-1, due >= 0 && due < LOOK ? due : LOOK, &err) ==
		    EV_FATAL)
			ev_tool_fail(&err);
		if (ev_io_signal() && marker->on)
			return EV_END;
	}
	return ev_logread_is(place) ? EV_OK : EV_AGAIN;
}

/* --- the input ----------------------------------------------------------- */

/* Asked to stop, a named source sends its seal instead of reading on. */
static bool
must_seal(const struct ev_logsource *source)
{
	return source->emit->marker.on && ev_io_signal();
}

static enum ev_status
source_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_logsource *source = (struct ev_logsource *)in;
	struct ev_input *log = ev_logread_input(source->log);
	enum ev_status status;

	/* The line that is half read is none: wait says that this is all. */
	if (must_seal(source))
		return EV_AGAIN;
	ev_marker_due_now(&source->emit->marker);
	status = log->read(log, buf, cap, got, err);
	in->bytes = log->bytes;
	return status;
}

static enum ev_status
source_wait(struct ev_input *in, struct ev_err *err)
{
	struct ev_logsource *source = (struct ev_logsource *)in;
	struct ev_marker *marker = &source->emit->marker;
	enum ev_status status = EV_AGAIN;

	while (status == EV_AGAIN) {
		if (must_seal(source))
			return EV_END;
		if (ev_marker_due_now(marker))
			ev_emit_mark(source->emit);
		status = ev_logread_wait(source->log, ev_marker_wait(marker),
		    err);
		if (ev_io_signal() && !marker->on)
			return ev_err_set(err, EV_FATAL, 128 + ev_io_signal(),
			    "stopped by signal %d", ev_io_signal());
	}
	/* read says so, too. */
	return status == EV_END ? EV_OK : status;
}

/* --- where to begin ------------------------------------------------------- */

/* A time as in conditions, in UTC unless it says otherwise; in ms of the
 * epoch. */
static bool
read_time(const char *text, int64_t *ms)
{
	struct ev_zones *zones = ev_zones_new(NULL);
	struct ev_time_env env = {.zones = zones,
	    .zone = ev_zones_utc(zones),
	    .now = (ev_clock_now() - EV_TIME_EPOCH * 1000) * 1000};
	int64_t value;
	bool is = ev_time_in(&env, EV_TIME_TZ, ev_slice_of(text), &value,
		      NULL) == EV_OK;

	if (is)
		*ms = value == EV_TIME_INF ? INT64_MAX
		    : value == EV_TIME_NEG_INF
		    ? INT64_MIN
		    : value / 1000 + EV_TIME_EPOCH * 1000;
	ev_zones_free(zones);
	return is;
}

static bool
read_offset(const char *text, uint64_t *offset)
{
	char *end;

	errno = 0;
	*offset = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno;
}

enum ev_status
ev_logsource_where(const struct ev_logread *log, const char *from,
    uint64_t *offset, struct ev_err *err)
{
	int64_t ms;

	if (!strcmp(from, "start") || !strcmp(from, "beginning") ||
	    !strcmp(from, "earliest"))
		*offset = ev_logread_first(log);
	else if (!strcmp(from, "end") || !strcmp(from, "latest"))
		*offset = ev_logread_end(log);
	else if (!read_offset(from, offset)) {
		if (!read_time(from, &ms))
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "'%s' is neither start nor end, nor an offset, nor "
			    "a time",
			    from);
		return ev_logread_time(log, ms, offset, err);
	}
	return EV_OK;
}

/* Without a record: one that evpos has set to the start begins there. */
static void
begin_new(struct ev_logsource *source)
{
	const char *from = source->emit->settings->marker.from;
	uint64_t offset;
	struct ev_err err;

	if (!from || !ev_marker_first(&source->emit->marker))
		return;
	if (ev_logsource_where(source->log, from, &offset, &err) != EV_OK)
		ev_tool_die(err.exit, "--from: %s", err.text);
	if (ev_logread_seek(source->log, offset, &err) != EV_OK)
		ev_tool_fail(&err);
}

/* The positions are of other inputs than ours. */
static _Noreturn void
unknown_input(const struct ev_logsource *source)
{
	const struct ev_vector *from = source->emit->marker.from;
	struct ev_slice key, value;

	ev_vector_at(from, 0, &key, &value);
	ev_tool_die(EV_EXIT_DISAGREE,
	    "the pipeline has read '%.*s' so far, and not '%s': --input '%.*s' "
	    "if that is the same log at another place, --changed read or skip "
	    "if it is a new one",
	    (int)key.len, key.ptr, source->key, (int)key.len, key.ptr);
}

/* The log, or its position, is not what it was: what --changed says. */
static void
begin_changed(struct ev_logsource *source, int changed)
{
	struct ev_vector *from = source->emit->marker.from;
	struct ev_logread *log = source->log;
	bool read = changed == EV_CHANGED_READ;
	uint64_t offset = read ? ev_logread_first(log) : ev_logread_end(log);
	struct ev_slice key, value;
	struct ev_err err;

	for (size_t i = 0; i < ev_vector_count(from); i++) {
		char *name;

		ev_vector_at(from, i, &key, &value);
		name = ev_mem_text(key);
		ev_marker_set(&source->emit->marker, name, NULL);
		free(name);
	}
	if (ev_logread_seek(log, offset, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_tool_say("'%s' is another log than was read: %s %" PRIu64,
	    source->in.name,
	    read ? "it is read from its start,"
		 : "what it has is skipped, up "
		   "to",
	    offset);
}

static void
go_on(struct ev_logsource *source)
{
	const struct ev_marker *marker = &source->emit->marker;
	int changed = source->emit->settings->marker.changed;
	struct ev_slice position = ev_vector_get(marker->from,
	    ev_slice_of(source->key));
	struct ev_err err;

	if (position.ptr &&
	    ev_logread_resume(source->log, position, &err) == EV_OK)
		return;
	if (changed != EV_CHANGED_STOP)
		begin_changed(source, changed);
	else if (position.ptr)
		ev_tool_fail(&err);
	else
		unknown_input(source);
}

/* --- the whole ----------------------------------------------------------- */

/* The position behind the last event that went out. */
static void
tell(void *arg)
{
	struct ev_logsource *source = arg;
	struct ev_behind behind = ev_emit_behind(source->emit);
	struct ev_buf position = {0};
	struct ev_err err;

	if (!source->emit->marker.on)
		return;
	if (ev_logread_sync(source->log, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_logread_position(source->log, behind.offset, &position);
	ev_marker_set(&source->emit->marker, source->key,
	    ev_buf_cstr(&position));
	ev_buf_release(&position);
}

static char *
key_of(const struct ev_emit *emit, const char *folder)
{
	const struct ev_opt_list *input = &emit->settings->marker.input;
	struct ev_err err;
	char *key;

	if (input->count > 1)
		ev_tool_die(EV_EXIT_USAGE, "--input: a log is one input");
	if (input->count)
		return ev_marker_input(&emit->marker, input->item[0]);
	if (ev_place_absolute(folder, &key, &err) != EV_OK)
		ev_tool_fail(&err);
	return key;
}

bool
ev_logsource_read(struct ev_logsource *source, struct ev_emit *emit,
    const char *folder)
{
	const struct ev_source_settings *settings = emit->settings;
	struct ev_behind from = {0};
	struct ev_err err;

	if (settings->format != EV_SOURCE_UNKNOWN &&
	    settings->format != EV_SOURCE_NDJSON)
		ev_tool_die(EV_EXIT_USAGE,
		    "--format: '%s' is a log, whose events are ndjson", folder);
	*source = (struct ev_logsource){.emit = emit,
	    .key = key_of(emit, folder)};
	if (ev_logread_open(&source->log, folder, settings->follow, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	source->in = (struct ev_input){ev_logread_input(source->log)->name, 0,
	    source_read, source_wait};
	if (emit->marker.on && ev_vector_count(emit->marker.from))
		go_on(source);
	else
		begin_new(source);
	from.offset = ev_logread_offset(source->log);
	emit->behind = from;
	emit->tell = tell;
	emit->arg = source;
	emit->stage.of_offsets = true;
	ev_emit_lines(emit, &source->in, &from, true, NULL);
	return ev_logread_final(source->log) &&
	    ev_emit_behind(emit).offset == ev_logread_end(source->log);
}

void
ev_logsource_close(struct ev_logsource *source)
{
	ev_logread_close(source->log);
	free(source->key);
	*source = (struct ev_logsource){0};
}
