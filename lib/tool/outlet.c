/*
 * outlet: see outlet.h.
 */
#include "tool/outlet.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/mem.h"
#include "tool/pack.h"
#include "tool/place.h"
#include "tool/tool.h"

enum ev_encode_format
ev_outlet_format(const char *place)
{
	enum ev_encode_format format;
	struct ev_err err;
	size_t packed;

	if (!ev_slice_is(ev_place_scheme(place), "file"))
		return EV_ENCODE_NDJSON;
	ev_pack_kind(place, &packed);
	if (ev_encode_format(NULL, place, packed, &format, &err) != EV_OK)
		return EV_ENCODE_NDJSON;
	return format;
}

void
ev_outlet_open(struct ev_outlet *outlet, const char *what, const char *place,
    uint64_t max_event, const char *option)
{
	/* All memory that is needed to tell the evsink of a failure is had
	 * before there is one. */
	*outlet = (struct ev_outlet){.place = place,
	    .what = what,
	    .max_event = max_event > EV_MAX_EVENT ? max_event : EV_MAX_EVENT,
	    .option = option,
	    .state = EV_OUTLET_READY,
	    .writer = ev_writer_new(-1, place)};
}

static enum ev_status
start(struct ev_outlet *outlet, struct ev_err *err)
{
	char *max = ev_mem_printf("--max-event=%" PRIu64, outlet->max_event);
	const char *option = outlet->option;
	const char *argv[] = {"evsink", max, option ? option : "--",
	    option ? "--" : outlet->place, option ? outlet->place : NULL, NULL};
	enum ev_status status = ev_child_start(&outlet->sink, "evsink",
	    (char *const *)(uintptr_t)argv, false, -1, err);

	free(max);
	if (status != EV_OK)
		return status;
	outlet->state = EV_OUTLET_STARTED;
	ev_writer_set_fd(outlet->writer, outlet->sink.fd);
	ev_tool_announce(outlet->writer, &outlet->sink);
	return EV_OK;
}

enum ev_status
ev_outlet_start(struct ev_outlet *outlet, struct ev_err *err)
{
	if (outlet->state != EV_OUTLET_READY || outlet->late)
		return EV_OK;
	return start(outlet, err);
}

bool
ev_outlet_is_owned(const struct ev_outlet *outlet)
{
	const char *path = ev_place_path(outlet->place);
	size_t len = strlen(path);
	char *sidecar;
	bool owned;

	if (!ev_slice_is(ev_place_scheme(outlet->place), "file"))
		return false;
	sidecar = ev_mem_printf("%s%s", path,
	    len && path[len - 1] == '/' ? ".ev" : "/.ev");
	owned = access(sidecar, F_OK) == 0;
	free(sidecar);
	sidecar = ev_mem_printf("%s.ev", path);
	owned |= access(sidecar, F_OK) == 0;
	free(sidecar);
	return owned;
}

/* What ends in a / is to be a log folder, whether or not it is there. */
static char *
announced(const char *place, char *absolute)
{
	size_t len = strlen(place);
	char *folder;

	if (!len || place[len - 1] != '/' ||
	    !ev_slice_is(ev_place_scheme(place), "file"))
		return absolute;
	folder = ev_mem_printf("%s/", absolute);
	free(absolute);
	return folder;
}

enum ev_status
ev_outlet_within(struct ev_outlet *outlet, ev_outlet_side side, void *arg,
    struct ev_err *err)
{
	if (outlet->state != EV_OUTLET_READY)
		return EV_OK;
	if (ev_place_absolute(outlet->place, &outlet->to, err) != EV_OK)
		return EV_FATAL;
	outlet->to = announced(outlet->place, outlet->to);
	outlet->state = EV_OUTLET_WITHIN;
	outlet->side = side;
	outlet->side_arg = arg;
	return EV_OK;
}

/* The evsink has said why, unless a signal ended it, which was not ours. */
static enum ev_status
cannot(const struct ev_outlet *outlet, const struct ev_err *cause,
    struct ev_err *err)
{
	if (cause->exit > 128)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot %s '%s': %s", outlet->what, outlet->place,
		    cause->text);
	return ev_err_set(err, EV_FATAL, cause->exit, "cannot %s '%s'",
	    outlet->what, outlet->place);
}

/* A write failed. Where that is not for a signal of ours (of which the evsink
 * is still to be told), the evsink is gone, and its status says why; if not,
 * it must not take what it has for all. */
static enum ev_status
failed(struct ev_outlet *outlet, struct ev_err *err)
{
	struct ev_err cause;

	if (ev_io_signal())
		return EV_FATAL;
	ev_tool_hush(outlet->writer);
	outlet->state = EV_OUTLET_NONE;
	kill(outlet->sink.pid, SIGTERM);
	if (ev_child_wait(&outlet->sink, &cause) == EV_OK ||
	    cause.exit == 128 + SIGTERM)
		cause.exit = EV_EXIT_IO;
	return cannot(outlet, &cause, err);
}

static void
send(struct ev_outlet *outlet, struct ev_slice event)
{
	outlet->side(outlet->side_arg, ev_slice_of(outlet->to), event);
}

enum ev_status
ev_outlet_pass(struct ev_outlet *outlet, const struct ev_line *line,
    struct ev_err *err)
{
	if (outlet->state == EV_OUTLET_READY && start(outlet, err) != EV_OK)
		return EV_FATAL;
	if (outlet->state == EV_OUTLET_WITHIN)
		send(outlet, line->text);
	if (outlet->state == EV_OUTLET_STARTED &&
	    ev_writer_pass(outlet->writer, line, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

struct ev_buf *
ev_outlet_begin(struct ev_outlet *outlet)
{
	outlet->event.len = 0;
	return outlet->state == EV_OUTLET_WITHIN
	    ? &outlet->event
	    : ev_writer_begin(outlet->writer);
}

enum ev_status
ev_outlet_end(struct ev_outlet *outlet, struct ev_err *err)
{
	if (outlet->state == EV_OUTLET_READY && start(outlet, err) != EV_OK)
		return EV_FATAL;
	if (outlet->state == EV_OUTLET_WITHIN)
		send(outlet, ev_buf_as_slice(&outlet->event));
	if (outlet->state == EV_OUTLET_STARTED &&
	    ev_writer_end(outlet->writer, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

enum ev_status
ev_outlet_settle(struct ev_outlet *outlet, struct ev_err *err)
{
	if (outlet->state == EV_OUTLET_STARTED &&
	    ev_writer_settle(outlet->writer, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

enum ev_status
ev_outlet_flush(struct ev_outlet *outlet, struct ev_err *err)
{
	if (outlet->state == EV_OUTLET_STARTED &&
	    ev_writer_flush(outlet->writer, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

/* Waits for the evsink. A table without a column is an empty file, as NDJSON
 * without an event is. */
static enum ev_status
finish(struct ev_outlet *outlet, struct ev_err *err)
{
	struct ev_err cause;

	if (outlet->state == EV_OUTLET_READY) {
		if (outlet->late)
			outlet->option = "--format=ndjson";
		if (start(outlet, err) != EV_OK)
			return EV_FATAL;
	}
	if (outlet->state != EV_OUTLET_STARTED)
		return EV_OK;
	if (ev_outlet_flush(outlet, err) != EV_OK)
		return EV_FATAL;
	ev_tool_hush(outlet->writer);
	if (ev_child_wait(&outlet->sink, &cause) != EV_OK)
		return cannot(outlet, &cause, err);
	return EV_OK;
}

enum ev_status
ev_outlet_close(struct ev_outlet *outlet, struct ev_err *err)
{
	enum ev_status status;

	if (outlet->state == EV_OUTLET_NONE)
		return EV_OK;
	status = finish(outlet, err);
	if (status != EV_OK)
		return status;
	ev_writer_free(outlet->writer);
	ev_buf_release(&outlet->event);
	free(outlet->to);
	*outlet = (struct ev_outlet){0};
	return EV_OK;
}
