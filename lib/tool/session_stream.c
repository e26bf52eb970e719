/*
 * session_stream: what is read as one input and has no positions: pipes. See
 * session.h.
 */
#include <string.h>
#include <sys/stat.h>

#include "base/io.h"
#include "tool/session_impl.h"
#include "tool/tool.h"

#define LOOK 500 /* ms, at most between two looks at a signal */

bool
ev_session_is_stream(const char *path)
{
	struct stat info;

	return !strcmp(path, "-") ||
	    (!stat(path, &info) && !S_ISREG(info.st_mode) &&
		!S_ISDIR(info.st_mode));
}

/* A marked stream has to go on at its pace while nothing comes. */
static enum ev_status
stream_ask(void *arg, struct ev_err *err)
{
	struct ev_session *session = arg;

	(void)err;
	ev_marker_due_now(&session->emit->marker);
	return ev_session_is_stopped(session) ? EV_AGAIN : EV_OK;
}

static enum ev_status
stream_wait(void *arg, struct ev_err *err)
{
	struct ev_session *session = arg;
	struct ev_marker *marker = &session->emit->marker;
	int fd = ev_file_wait_fd(session->open), most;
	enum ev_status status = EV_AGAIN;

	/* What is a regular file would take this for its end. */
	if (ev_session_is_stopped(session))
		return EV_END;
	if (!marker->on || fd < 0)
		return session->tap.from->wait(session->tap.from, err);
	while (status == EV_AGAIN && !ev_session_is_stopped(session)) {
		if (ev_marker_due_now(marker))
			ev_emit_mark(session->emit);
		most = ev_marker_wait(marker);
		status = ev_io_wait(fd, most >= 0 && most < LOOK ? most : LOOK,
		    err);
	}
	return status == EV_AGAIN ? EV_END : status;
}

void
ev_session_stream(struct ev_session *session, const char *path)
{
	struct ev_file_settings how;
	enum ev_status status;
	struct ev_part part;
	struct ev_err err;

	ev_session_how(session, -1, &how);
	ev_stage_flush(&session->emit->stage);
	status = ev_file_open(&session->open, path, &how, &err);
	while (status == EV_OK && !ev_emit_full(session->emit) &&
	    !ev_session_is_stopped(session)) {
		status = ev_file_next(session->open, &part, &err);
		if (status != EV_OK)
			break;
		ev_tap_init(&session->tap, part.in, 0);
		session->tap.ask = stream_ask;
		session->tap.wait = stream_wait;
		session->tap.arg = session;
		ev_session_part(session, &part, &session->tap.in, NULL, -1);
	}
	if (status != EV_OK && status != EV_END)
		ev_tool_fail(&err);
	ev_file_close(session->open);
}
