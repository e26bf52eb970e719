/*
 * session: see session.h.
 */
#include "tool/session_impl.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/point.h"
#include "tool/tool.h"

/* Files are looked at so often, in milliseconds, whether inotify says
 * something (which network file systems do not) or not. */
#define LOOK_HINTED 500
#define LOOK 50
/* A look that takes long, at thousands of files, is rested from so many times
 * as long, whatever inotify says. */
#define REST 8

/* A first line that is bad already is mostly of another format than was
 * thought, and where that was only a guess, of any. */
static const char guess[] =
    "; it was read as ndjson, one object a line: "
    "--format json, csv, tsv, text or regex reads other things";

static const char document[] =
    "; it was read as ndjson, one object a line: "
    "--format json reads arrays, and documents of many lines";

/* --- positions ----------------------------------------------------------- */

static void
set(void *arg, const char *key, const char *position)
{
	struct ev_session *session = arg;

	ev_marker_set(&session->emit->marker, key, position);
}

/* How far the file that is handed out was emitted. */
static void
pass(struct ev_session *session)
{
	struct ev_behind behind = ev_emit_behind(session->emit);
	struct ev_err err;

	if (!session->emit->marker.on && !session->settings->follow)
		return;
	behind.offset += session->base;
	if (!session->packed)
		session->file->seen = session->tap.at;
	if (ev_follow_passed(session->file, &behind, &session->sum,
		session->converted, &err) != EV_OK)
		ev_tool_fail(&err);
}

static void
tell_files(void *arg)
{
	struct ev_session *session = arg;
	struct ev_err err;

	if (session->file)
		pass(session);
	if (ev_follow_tell(session->follow, set, session, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_point("file.told");
}

/* --- waiting ------------------------------------------------------------- */

bool
ev_session_is_stopped(const struct ev_session *session)
{
	return session->emit->marker.on && ev_io_signal();
}

/* Waits for a hint or until it is time to look again, or for a mark. */
static void
wait_for_change(struct ev_session *session)
{
	int hints = ev_follow_hints(session->follow);
	int most = hints < 0 ? LOOK : LOOK_HINTED;
	int rest = session->cost * REST;
	int mark = ev_marker_wait(&session->emit->marker);
	enum ev_status status;
	struct ev_err err;

	if (mark >= 0 && rest > mark)
		rest = mark;
	status = rest > 0 ? ev_io_wait(-1, rest, &err) : EV_AGAIN;
	if (status == EV_AGAIN)
		status = ev_io_wait(hints,
		    mark >= 0 && mark < most ? mark : most, &err);
	if (status == EV_FATAL)
		ev_tool_fail(&err);
	if (status == EV_OK)
		ev_follow_drop_hints(session->follow);
}

static void
look(struct ev_session *session)
{
	int64_t begin = ev_clock_steady();
	struct ev_err err;

	if (ev_follow_look(session->follow, &err) != EV_OK)
		ev_tool_fail(&err);
	session->cost = (int)(ev_clock_steady() - begin);
}

/* Before each read of a file. */
static enum ev_status
ask(void *arg, struct ev_err *err)
{
	struct ev_session *session = arg;
	struct ev_follow_file *file = session->file;
	struct ev_tap *tap = &session->tap;

	(void)err;
	ev_marker_due_now(&session->emit->marker);
	if (ev_session_is_stopped(session))
		return EV_AGAIN;
	if (session->packed ||
	    (file->ends && !file->settled.kept && !session->settings->follow))
		return EV_OK;
	tap->limit = file->size;
	if (tap->at < tap->limit)
		return EV_OK;
	return file->ends && !file->stale ? EV_END : EV_AGAIN;
}

static enum ev_status
wait(void *arg, struct ev_err *err)
{
	struct ev_session *session = arg;
	struct ev_follow_file *file = session->file;

	if (session->packed && !ev_session_is_stopped(session))
		return session->tap.from->wait(session->tap.from, err);
	while (!ev_session_is_stopped(session)) {
		pass(session);
		look(session);
		if (file->stale)
			return EV_END;
		if (file->ends || ev_follow_has_more(file, session->tap.at))
			return EV_OK;
		if (ev_follow_others(session->follow, file) ||
		    ev_follow_is_final(session->follow))
			return EV_END;
		if (ev_marker_due_now(&session->emit->marker))
			ev_emit_mark(session->emit);
		wait_for_change(session);
	}
	return EV_END;
}

/* --- one part ------------------------------------------------------------ */

/* The part's format: said, or told by the name of the member, of the file. */
static enum ev_source_format
format_of(const struct ev_source_settings *settings, const struct ev_part *part)
{
	enum ev_source_format format;

	if (settings->format != EV_SOURCE_UNKNOWN)
		return (enum ev_source_format)settings->format;
	format = ev_source_format_of(part->member, strlen(part->member));
	if (format == EV_SOURCE_UNKNOWN)
		format = ev_source_format_of(part->file, strlen(part->file));
	return format;
}

/* Brings a decoder to where the last session, or run, ended. False: the input
 * ends before that. `fd`: the input can be moved. */
static bool
go_on(struct ev_session *session, struct ev_decoding *decoding,
    const struct ev_behind *from, int fd)
{
	struct ev_decoder *decoder = decoding->decoder;
	uint64_t at = from->offset;
	enum ev_status status = EV_OK;
	struct ev_err err;

	if (decoder && !decoder->go) {
		session->emit->drop = from->offset;
		return true;
	}
	if (decoder)
		do {
			status = decoder->go(decoder, from,
			    fd >= 0 ? &at : NULL, &err);
			if (status == EV_AGAIN)
				status = decoding->in->wait(decoding->in,
					     &err) == EV_OK
				    ? EV_AGAIN
				    : EV_END;
		} while (status == EV_AGAIN);
	if (status == EV_FATAL)
		ev_tool_fail(&err);
	if (status != EV_OK || fd < 0)
		return status == EV_OK;
	if (lseek(fd, (off_t)at, SEEK_SET) < 0)
		ev_tool_die(EV_EXIT_IO, "cannot read '%s': %s",
		    decoding->in->name, "it cannot be sought");
	session->tap.at = at;
	/* Shorter by now: then what was read before is not known any more. */
	if (ev_filepos_sum_start(&session->sum, fd, at, &err) == EV_FATAL)
		ev_tool_fail(&err);
	return true;
}

void
ev_session_part(struct ev_session *session, const struct ev_part *part,
    struct ev_input *in, const struct ev_behind *from, int fd)
{
	enum ev_source_format format = format_of(session->settings, part);
	const char *encoding = session->settings->csv.encoding;
	struct ev_emit *emit = session->emit;
	struct ev_decoding decoding;
	struct ev_err err;
	bool there = true;

	if (ev_decode_begin(session->decode, format, in, &decoding, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	session->converted = encoding && !ev_encoding_is_utf8(encoding);
	if (session->converted)
		fd = -1;
	emit->behind = from ? *from : (struct ev_behind){0};
	if (from)
		there = go_on(session, &decoding, from, fd);
	if (!there)
		emit->behind = decoding.decoder->behind(decoding.decoder);
	else if (session->instead)
		session->instead(session->arg, &decoding);
	else if (decoding.decoder)
		ev_emit_records(emit, decoding.decoder, decoding.in);
	else
		ev_emit_lines(emit, decoding.in, from, fd >= 0,
		    format == EV_SOURCE_UNKNOWN ? guess : document);
	if (session->after)
		session->after(session->arg, &decoding, format);
	ev_decode_end(&decoding);
}

/* --- files --------------------------------------------------------------- */

void
ev_session_how(const struct ev_session *session, int fd,
    struct ev_file_settings *how)
{
	const struct ev_source_settings *settings = session->settings;

	*how = (struct ev_file_settings){settings->follow,
	    {ev_source_extra(settings, "unpack-ratio"),
		ev_source_extra(settings, "unpack-members"),
		ev_source_extra(settings, "unpack-total"), NULL},
	    fd};
}

/* One part of the file that is handed out, behind those that are done. */
static void
read_file_part(struct ev_session *session, const struct ev_part *part, int fd)
{
	struct ev_behind local = session->from;
	bool again = local.offset > session->base;

	ev_tap_init(&session->tap, part->in, 0);
	session->tap.ask = ask;
	session->tap.wait = wait;
	session->tap.arg = session;
	session->tap.sum = &session->sum;
	local.offset -= session->base;
	ev_session_part(session, part, &session->tap.in, again ? &local : NULL,
	    fd);
	pass(session);
	session->base += session->emit->behind.offset;
	session->emit->behind = (struct ev_behind){0};
}

static void
read_file(struct ev_session *session)
{
	struct ev_follow_file *file = session->file;
	struct ev_file_settings how;
	enum ev_status status;
	struct ev_file *open;
	struct ev_part part;
	struct ev_err err;
	bool whole = true;
	char length[24]; /* of what is committed */

	ev_session_how(session, file->fd, &how);
	how.follow = how.follow && !file->packed;
	if (file->packed && file->settled.kept) {
		snprintf(length, sizeof(length), "%" PRIu64, file->size);
		how.limits.length = length;
	}
	session->packed = file->packed;
	session->base = 0;
	session->from = file->pos.behind;
	session->sum.length = 0;
	status = ev_file_open(&open, file->name, &how, &err);
	while (status == EV_OK && whole && !ev_emit_full(session->emit)) {
		status = ev_file_next(open, &part, &err);
		if (status != EV_OK)
			break;
		read_file_part(session, &part, ev_file_fd(open));
		whole = session->tap.ended;
	}
	if (status != EV_OK && status != EV_END)
		ev_tool_fail(&err);
	ev_file_close(open);
	if (file->settled.kept && whole && !session->settings->follow &&
	    ev_settled_check(&file->settled, file->fd, &err) != EV_OK)
		ev_tool_fail(&err);
	session->file = NULL;
	ev_follow_leave(session->follow, file, session->tap.at, whole);
}

static bool
is_over(const struct ev_session *session)
{
	return ev_emit_full(session->emit) || ev_session_is_stopped(session);
}

void
ev_session_files(struct ev_session *session, struct ev_follow *follow)
{
	struct ev_marker *marker = &session->emit->marker;
	bool first = ev_marker_first(marker);
	enum ev_status status = EV_OK;
	struct ev_err err;

	session->follow = follow;
	session->emit->tell = tell_files;
	session->emit->arg = session;
	if (ev_follow_recall(follow, marker->on ? marker->from : NULL, first,
		&err) != EV_OK)
		ev_tool_fail(&err);
	look(session);
	/* Where a pipeline begins is settled before anything else: what is
	 * rotated away from now on is known. (A mark without a name says that
	 * all has been read.) */
	if (first && session->settings->marker.name &&
	    (session->settings->marker.from || session->settings->follow))
		ev_emit_mark(session->emit);
	while (!is_over(session)) {
		status = ev_follow_next(follow, &session->file, &err);
		if (status == EV_FATAL)
			ev_tool_fail(&err);
		/* What comes next may let us wait. */
		ev_stage_flush(&session->emit->stage);
		if (status == EV_OK) {
			read_file(session);
		} else if (session->settings->follow &&
		    !ev_follow_is_final(follow)) {
			session->file = NULL;
			if (ev_marker_due_now(marker))
				ev_emit_mark(session->emit);
			wait_for_change(session);
			look(session);
		} else {
			break;
		}
	}
	session->file = NULL;
	session->final = status == EV_END && ev_follow_is_final(follow);
	tell_files(session);
	session->emit->tell = NULL;
	session->follow = NULL;
}
