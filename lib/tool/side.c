/*
 * side: see side.h.
 *
 * After a crash the sidecar tells less than the record, or as much; never
 * more. A file that was removed or emptied begins again at 0 before the
 * record can know of it: then the sidecar has the id of the record that is
 * committed, and counts instead of it.
 */
#include "tool/side.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/point.h"
#include "state/log_side.h"
#include "tool/pack.h"
#include "tool/place.h"

/* The fields of a reject (bad.h), of which the last is not always there. */
#define REJECT "error,where,by,input,bytes"

static const char elsewhere[] = "write to a log, and start a pipeline from it";

/* --- what it is ---------------------------------------------------------- */

static bool
is_folder(const char *place)
{
	size_t len = strlen(place);
	struct stat there;

	return (len && place[len - 1] == '/') ||
	    (stat(place, &there) == 0 && S_ISDIR(there.st_mode));
}

static enum ev_status
refuse(const char *place, const char *why, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "cannot write side events to '%s': %s; %s", place, why, elsewhere);
}

/* .txt and .log hold whole events here, as rejects have it. */
static enum ev_status
choose_format(const char *place, bool folder, enum ev_encode_format *format,
    struct ev_err *err)
{
	struct stat there;
	size_t suffix;

	*format = EV_ENCODE_NDJSON;
	if (!ev_slice_is(ev_place_scheme(place), "file"))
		return refuse(place, "it is no file and no log folder", err);
	if (folder)
		return EV_OK;
	if (stat(place, &there) == 0 && !S_ISREG(there.st_mode))
		return refuse(place, "it is no plain file", err);
	if (ev_pack_kind(place, &suffix))
		return refuse(place, "it would be compressed", err);
	if (ev_encode_format(NULL, place, 0, format, err) != EV_OK)
		return EV_FATAL;
	if (*format == EV_ENCODE_JSON)
		return refuse(place, "a JSON array cannot be appended to", err);
	if (*format == EV_ENCODE_TEXT)
		*format = EV_ENCODE_NDJSON;
	return EV_OK;
}

/* The record of the place's sidecar: the pipeline's, of which it has the id,
 * but not its positions. So that it is taken for no other record, it says what
 * it is. */
#define MEMBER "kind"
#define KIND "side"

static char *
own_record(const struct ev_record *record)
{
	struct ev_buf text = {0};
	struct ev_record own;

	ev_record_init(&own, record->name, record->place);
	free(own.id);
	own.id = ev_mem_strdup(record->id);
	free(own.more);
	own.more = ev_mem_strdup("\"" MEMBER "\":\"" KIND "\"");
	ev_record_build(&own, &text);
	ev_buf_char(&text, '\0');
	ev_record_release(&own);
	return text.ptr;
}

bool
ev_side_is(const char *record)
{
	struct ev_value value = {record, (uint32_t)strlen(record), EV_OBJECT,
	    false};
	struct ev_value kind = ev_value_member(value, EV_SLICE(MEMBER));

	return kind.type == EV_STRING && ev_value_text_is(kind, EV_SLICE(KIND));
}

/* --- how much of it is committed ------------------------------------------ */

/* Whether the sidecar is of the commit that the record has. It may have the
 * name of another target only where the record knows the place: then that
 * target was moved. */
static enum ev_status
read_id(const struct ev_side *side, const struct ev_record *record, bool known,
    bool *same, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	struct ev_record own;

	ev_record_init(&own, "", "");
	if (ev_record_parse(&own, ev_slice_of(side->log.sidecar.record), err) !=
	    EV_OK) {
		status = EV_FATAL;
	} else if (!ev_side_is(side->log.sidecar.record) ||
	    (!known && strcmp(own.place, record->place) != 0)) {
		status = ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is no side output of the pipeline '%s' with the "
		    "target '%s'",
		    side->place, record->name, record->place);
	}
	*same = !strcmp(own.id, record->id);
	ev_record_release(&own);
	return status;
}

static bool
length_in(const struct ev_record *record, const char *place, uint64_t *length)
{
	struct ev_slice text = ev_vector_get(record->side, ev_slice_of(place));
	char *copy;

	if (!text.ptr)
		return false;
	copy = ev_mem_text(text);
	*length = strtoull(copy, NULL, 10);
	free(copy);
	return true;
}

static void
put_length(struct ev_record *record, const char *place, uint64_t length)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, length);
	ev_vector_set(record->side, ev_slice_of(place), ev_slice_of(text));
}

/* The place as the record knows it, under its lock. */
static enum ev_status
settle_length(struct ev_side *side, struct ev_record *record, bool adopt,
    struct ev_err *err)
{
	const struct ev_sidecar *sidecar = &side->log.sidecar;
	uint64_t length = 0;
	bool same, known = length_in(record, side->place, &length);

	if (read_id(side, record, known, &same, err) != EV_OK)
		return EV_FATAL;
	if (same || (!known && adopt))
		length = sidecar->length;
	else if (!known && sidecar->length)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is not empty, and the record of the pipeline '%s' "
		    "does not know it: --adopt appends to it",
		    side->place, record->name);
	if (ev_log_claim(&side->log, length, err) != EV_OK)
		return EV_FATAL;
	put_length(record, side->place, length);
	return EV_OK;
}

/* A file that the record or the sidecar knows of was removed or emptied, by
 * whoever has dealt with what was in it. */
static enum ev_status
begin_again(struct ev_side *side, const struct ev_record *record,
    const char *run, const char *own, bool *again, struct ev_err *err)
{
	uint64_t was = 0;

	length_in(record, side->place, &was);
	*again = (side->log.sidecar.length || was) &&
	    ev_log_is_void(&side->log);
	if (!*again)
		return EV_OK;
	if (ev_log_restart(&side->log, own, run, err) != EV_OK)
		return EV_FATAL;
	ev_point("side.restarted");
	return EV_OK;
}

/* --- opening ------------------------------------------------------------- */

/* Looks at the place, and makes its sidecar where there is none. */
static enum ev_status
look(struct ev_side *side, bool folder, const struct ev_record *record,
    const char *own, const char *run, bool adopt, bool *again,
    struct ev_err *err)
{
	struct ev_log *log = &side->log;
	uint64_t was;
	enum ev_status status = ev_log_look(log, side->place, folder,
	    record->name, err);

	if (status == EV_OK)
		return begin_again(side, record, run, own, again, err);
	if (status != EV_END)
		return status;
	*again = length_in(record, side->place, &was) && was;
	return ev_log_make(log, run, own, adopt, err);
}

enum ev_status
ev_side_open(struct ev_side *side, const char *place, struct ev_record *record,
    const char *run, bool adopt, char **note, struct ev_err *err)
{
	char *own = own_record(record), *kept = NULL;
	bool folder = is_folder(place), again = false;
	size_t len = strlen(place);
	enum ev_status status;

	while (len > 1 && place[len - 1] == '/')
		len--;
	*side = (struct ev_side){.place = ev_mem_strndup(place, len)};
	*note = NULL;
	status = choose_format(side->place, folder, &side->format, err);
	if (status == EV_OK)
		status = look(side, folder, record, own, run, adopt, &again,
		    err);
	if (status == EV_OK)
		status = ev_log_open(&side->log, err);
	if (status == EV_OK)
		status = settle_length(side, record, adopt, err);
	if (status == EV_OK)
		status = ev_log_begin(&side->log, run, &kept, err);
	ev_point("side.cut");
	if (status == EV_OK)
		status = ev_log_commit(&side->log, own, 0, false, err);
	if (kept)
		*note = ev_mem_printf("'%s' had bytes behind its end that "
				      "this pipeline has not written: they "
				      "are kept in '%s'",
		    side->place, kept);
	else if (again)
		*note = ev_mem_printf("'%s' was removed or emptied: it begins "
				      "again",
		    side->place);
	free(kept);
	free(own);
	return status;
}

void
ev_side_release(struct ev_side *side)
{
	if (side->encode)
		ev_stage_release(&side->stage);
	ev_encode_free(side->encode);
	ev_writer_free(side->writer);
	ev_buf_release(&side->event);
	ev_log_release(&side->log);
	free(side->place);
}

/* --- events -------------------------------------------------------------- */

/* The first one since the last commit. */
static enum ev_status
begin_writing(struct ev_side *side, struct ev_err *err)
{
	struct ev_log *log = &side->log;
	int was = log->fd;

	if (ev_log_write(log, err) != EV_OK)
		return EV_FATAL;
	if (!side->writer)
		side->writer = ev_writer_new(log->fd, side->place);
	else if (log->fd != was)
		ev_writer_set_fd(side->writer, log->fd);
	side->held = true;
	return EV_OK;
}

/* The event as a scan wants it: a newline and readable bytes behind it. */
static bool
scan(struct ev_side *side, struct ev_scan *scanner, struct ev_slice event)
{
	const char *fault;

	side->event.len = 0;
	ev_buf_reserve(&side->event, event.len + 1 + EV_SCAN_PADDING);
	ev_buf_slice(&side->event, event);
	side->event.ptr[event.len] = '\n';
	ev_scan_line(scanner, side->event.ptr, &fault);
	return !fault;
}

static bool
is_reject(struct ev_slice event)
{
	static const char *const field[] = {"error", "where", "by", "input"};
	struct ev_value value = {event.ptr, (uint32_t)event.len, EV_OBJECT,
	    false};

	for (size_t i = 0; i < sizeof(field) / sizeof(*field); i++)
		if (ev_value_member(value, ev_slice_of(field[i])).type ==
		    EV_MISSING)
			return false;
	return true;
}

/* The columns of a file that has some are those of its header; of others, a
 * reject's, or those of the first event. */
static enum ev_status
open_columns(struct ev_side *side, struct ev_slice event, struct ev_err *err)
{
	static const struct ev_stage_settings run = EV_STAGE_DEFAULTS;
	struct ev_encode_settings form = EV_ENCODE_DEFAULTS;
	bool fresh = side->log.sidecar.length == 0;
	enum ev_status status;
	int fd;

	if (fresh && is_reject(event))
		form.columns = REJECT;
	if (ev_encode_open(&side->encode, side->format, &form, NULL, err) !=
	    EV_OK)
		return EV_FATAL;
	ev_stage_open(&side->stage, &run, NULL, ev_encode_scan(side->encode),
	    side->writer);
	side->stage.place = side->place;
	side->stage.of_events = true;
	if (fresh)
		return ev_encode_begin(side->encode, &side->stage, err);
	fd = open(side->place, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read '%s': %s", side->place, ev_err_errno(errno));
	status = ev_encode_continue(side->encode, fd, side->place, err);
	close(fd);
	return status;
}

static enum ev_status
append_row(struct ev_side *side, struct ev_slice event, struct ev_err *err)
{
	struct ev_line line = {.length = event.len, .number = ++side->events};

	if (!side->encode && open_columns(side, event, err) != EV_OK)
		return EV_FATAL;
	if (!scan(side, ev_encode_scan(side->encode), event))
		return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
		    "a side event for '%s' is none", side->place);
	line.text = (struct ev_slice){side->event.ptr, event.len};
	ev_encode_event(side->encode, &side->stage, &line);
	return ev_writer_settle(side->writer, err);
}

enum ev_status
ev_side_event(struct ev_side *side, struct ev_slice event, struct ev_err *err)
{
	if (!side->held && begin_writing(side, err) != EV_OK)
		return EV_FATAL;
	if (side->format != EV_ENCODE_NDJSON)
		return append_row(side, event, err);
	ev_buf_slice(ev_writer_begin(side->writer), event);
	return ev_writer_end(side->writer, err);
}

/* --- commits ------------------------------------------------------------- */

enum ev_status
ev_side_sync(struct ev_side *side, struct ev_record *record, struct ev_err *err)
{
	uint64_t length;

	if (!side->held)
		return EV_OK;
	if (ev_writer_flush(side->writer, err) != EV_OK)
		return EV_FATAL;
	ev_point("side.written");
	if (ev_log_prepare(&side->log,
		ev_writer_bytes(side->writer) - side->committed, &length,
		err) != EV_OK)
		return EV_FATAL;
	side->synced = true;
	put_length(record, side->place, length);
	return EV_OK;
}

enum ev_status
ev_side_committed(struct ev_side *side, const struct ev_record *record,
    bool last, struct ev_err *err)
{
	uint64_t bytes = side->writer ? ev_writer_bytes(side->writer) : 0;
	enum ev_status status;
	char *own;

	if (!side->held && !(last && *side->log.sidecar.open))
		return EV_OK;
	own = own_record(record);
	status = ev_log_commit(&side->log, own, bytes - side->committed, last,
	    err);
	free(own);
	/* The record has it: what was removed since is for the next run. */
	if (status == EV_FATAL && err->exit == EV_EXIT_DISAGREE &&
	    ev_log_is_void(&side->log))
		err->exit = EV_EXIT_AGAIN;
	if (status != EV_OK)
		return status;
	side->committed = bytes;
	side->held = side->synced = false;
	ev_point("side.told");
	return EV_OK;
}

/* What was synced may be committed, or may not: the next run knows. */
void
ev_side_undo(struct ev_side *side)
{
	if (!side->synced)
		ev_log_undo(&side->log);
}
