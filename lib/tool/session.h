/*
 * session: the files that follow hands out, read one after the other through
 * decoders, emitted, and their positions told; without --follow to their end,
 * with it for ever.
 *
 *	session = {.emit = …, .decode = …, .settings = …};
 *	ev_session_files(&session, follow);   ends the process on failure
 *	ev_session_stream(&session, path);    what has no positions: a pipe
 */
#ifndef EV_TOOL_SESSION_H
#define EV_TOOL_SESSION_H

#include "tool/decode.h"
#include "tool/emit.h"
#include "tool/file.h"
#include "tool/follow.h"
#include "tool/tap.h"

struct ev_session {
	struct ev_emit *emit; /* these three are lent */
	struct ev_decode *decode;
	const struct ev_source_settings *settings;
	/* In the place of emitting what is decoded, unless NULL; and when a
	 * part was read. */
	void (*instead)(void *arg, struct ev_decoding *decoding);
	void (*after)(void *arg, struct ev_decoding *decoding,
	    enum ev_source_format format);
	void *arg;

	/* while files are read */
	struct ev_follow *follow;
	struct ev_follow_file *file; /* handed out; or NULL */
	struct ev_tap tap;
	struct ev_filepos_sum sum; /* of what is packed in it */
	bool packed, converted;
	uint64_t base;         /* where the part begins, of the decoded bytes */
	struct ev_behind from; /* where an earlier run, or session, ended */

	struct ev_file *open; /* while a stream is read */
	int cost;             /* of the last look, in ms */
	bool final; /* nothing will come to the files any more, and all of
	             * them was read */
};

/* A path that has no positions: standard input, a FIFO, a device. */
bool ev_session_is_stream(const char *path);

void ev_session_files(struct ev_session *session, struct ev_follow *follow);
void ev_session_stream(struct ev_session *session, const char *path);

#endif
