/*
 * live: see live.h.
 */
#include "tool/live.h"

#include <stddef.h>
#include <unistd.h>

#include "base/io.h"
#include "tool/tool.h"

#define AT_ONCE 1000 /* rows between two blocks of the stream */

static enum ev_status
table_wait(struct ev_input *in, struct ev_err *err)
{
	const struct ev_live *live =
	    (const struct ev_live *)(const void *)((const char *)in -
		offsetof(struct ev_live, table));

	return live->waits ? ev_io_wait(live->table.fd, -1, err) : EV_AGAIN;
}

/* Takes rows up to the first mark. */
static void
catch_up(struct ev_live *live)
{
	struct ev_line line;

	for (;;)
		switch (ev_stage_step(live->rows, &line)) {
		case EV_STAGE_EVENT:
			live->take(live->arg, &line);
			break;
		case EV_STAGE_END:
			live->open = false;
			return;
		case EV_STAGE_MARK:
			return;
		default:
			break;
		}
}

void
ev_live_open(struct ev_live *live, const char *place,
    const struct ev_stage_settings *settings, struct ev_scan *scan,
    struct ev_stage *rows, ev_live_take take, void *arg)
{
	struct ev_err err;

	*live = (struct ev_live){.waits = true,
	    .open = true,
	    .rows = rows,
	    .take = take,
	    .arg = arg};
	if (ev_inlet_follow(&live->inlet, place, settings, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_input_fd_init(&live->table, live->inlet.source.fd, place);
	live->table.in.wait = table_wait;
	ev_stage_open(rows, settings, &live->table.in, scan, NULL);
	rows->of_events = true;
	rows->role = EV_STAGE_SINK;
	rows->name = "";
	catch_up(live);
	live->waits = false;
	/* The time that this stream's begin gave to wait for its seal after a
	 * signal is not for the other one. */
	ev_io_grace(0);
}

/* Takes the rows that are there, but not so many that the stream would have
 * to wait for them. False: there may be more. */
static bool
take_rows(struct ev_live *live)
{
	enum ev_stage_item item;
	struct ev_line line;

	for (int i = 0; i < AT_ONCE && live->open; i++) {
		if (!ev_stage_try(live->rows, &line, &item))
			return true;
		if (item == EV_STAGE_EVENT)
			live->take(live->arg, &line);
		live->open = item != EV_STAGE_END;
	}
	return !live->open;
}

static enum ev_status
stream_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_live *live = (struct ev_live *)in;
	enum ev_status status;

	take_rows(live);
	status = ev_io_read(live->stream.fd, in->name, buf, cap, got, err);
	if (status == EV_OK)
		in->bytes += *got;
	return status;
}

static enum ev_status
stream_wait(struct ev_input *in, struct ev_err *err)
{
	struct ev_live *live = (struct ev_live *)in;
	enum ev_status status = EV_OK;
	unsigned ready = 0;

	while (!(ready & 1) && (status == EV_OK || status == EV_AGAIN)) {
		int timeout = take_rows(live) ? -1 : 0;

		status = ev_io_wait_two(live->stream.fd,
		    live->open ? live->table.fd : -1, timeout, &ready, err);
	}
	return status;
}

struct ev_input *
ev_live_stream(struct ev_live *live)
{
	ev_input_fd_init(&live->stream, STDIN_FILENO, "standard input");
	live->stream.in.read = stream_read;
	live->stream.in.wait = stream_wait;
	return &live->stream.in;
}

void
ev_live_close(struct ev_live *live)
{
	ev_inlet_stop(&live->inlet);
}
