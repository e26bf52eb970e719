/*
 * outlet: see outlet.h.
 */
#include "tool/outlet.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>

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

enum ev_status
ev_outlet_open(struct ev_outlet *outlet, const char *what, const char *place,
    uint64_t max_event, const char *option, struct ev_err *err)
{
	char *max = ev_mem_printf("--max-event=%" PRIu64,
	    max_event > EV_MAX_EVENT ? max_event : EV_MAX_EVENT);
	const char *argv[] = {"evsink", max, option ? option : "--",
	    option ? "--" : place, option ? place : NULL, NULL};
	enum ev_status status;

	/* All memory that is needed to tell the evsink of a failure is had
	 * before there is one. */
	*outlet = (struct ev_outlet){.place = place,
	    .what = what,
	    .writer = ev_writer_new(-1, place)};
	status = ev_child_start(&outlet->sink, "evsink",
	    (char *const *)(uintptr_t)argv, false, -1, err);
	free(max);
	if (status != EV_OK)
		return status;
	ev_writer_set_fd(outlet->writer, outlet->sink.fd);
	ev_tool_announce(outlet->writer, &outlet->sink);
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
	outlet->writer = NULL;
	kill(outlet->sink.pid, SIGTERM);
	if (ev_child_wait(&outlet->sink, &cause) == EV_OK ||
	    cause.exit == 128 + SIGTERM)
		cause.exit = EV_EXIT_IO;
	return cannot(outlet, &cause, err);
}

enum ev_status
ev_outlet_pass(struct ev_outlet *outlet, const struct ev_line *line,
    struct ev_err *err)
{
	if (outlet->writer &&
	    ev_writer_pass(outlet->writer, line, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

struct ev_buf *
ev_outlet_begin(struct ev_outlet *outlet)
{
	return ev_writer_begin(outlet->writer);
}

enum ev_status
ev_outlet_end(struct ev_outlet *outlet, struct ev_err *err)
{
	if (ev_writer_end(outlet->writer, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

enum ev_status
ev_outlet_settle(struct ev_outlet *outlet, struct ev_err *err)
{
	if (outlet->writer && ev_writer_settle(outlet->writer, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

enum ev_status
ev_outlet_flush(struct ev_outlet *outlet, struct ev_err *err)
{
	if (outlet->writer && ev_writer_flush(outlet->writer, err) != EV_OK)
		return failed(outlet, err);
	return EV_OK;
}

enum ev_status
ev_outlet_close(struct ev_outlet *outlet, struct ev_err *err)
{
	enum ev_status status = ev_outlet_flush(outlet, err);
	struct ev_err cause;

	if (status != EV_OK || !outlet->writer)
		return status;
	ev_tool_hush(outlet->writer);
	ev_writer_free(outlet->writer);
	outlet->writer = NULL;
	if (ev_child_wait(&outlet->sink, &cause) != EV_OK)
		return cannot(outlet, &cause, err);
	return EV_OK;
}
