/*
 * unpack: a compressed file or an archive as inputs, one a member, taken apart
 * by evunpack in a process of its own: libarchive is loaded by who needs it
 * and by nobody else, and if a damaged archive makes it crash, that is an
 * error here and no more.
 *
 *	ev_unpack_open(&unpack, name, fd, prefix, &limits, err);
 *	while (ev_unpack_next(unpack, &member, err) == EV_OK)
 *		… read member->in until EV_END …
 *	ev_unpack_close(unpack);
 *
 * evunpack writes frames: one byte that says what, four bytes of length (low
 * byte first), and so many bytes. The last frame is an end or an error, so
 * that a helper that was killed is not taken for the end of the data.
 */
#ifndef EV_TOOL_UNPACK_H
#define EV_TOOL_UNPACK_H

#include "base/slice.h"
#include "event/input.h"
#include "tool/opt.h"

#define EV_UNPACK_FRAME 5          /* bytes of a frame's head */
#define EV_UNPACK_DATA (64u << 10) /* bytes of data in a frame at most */

enum ev_unpack_frame {
	EV_UNPACK_MEMBER = 'm', /* a member's name; empty: a compressed file */
	EV_UNPACK_BYTES = 'd',
	EV_UNPACK_NOTE = 'n',  /* a text for the user */
	EV_UNPACK_ERROR = 'e', /* one byte of exit status, then the text */
	EV_UNPACK_END = 'z',
};

/* Texts of numbers as evunpack's options have them; NULL: the default. */
struct ev_unpack_limits {
	const char *ratio, *members, *total;
	const char *length; /* of the packed bytes, so many are read */
};

struct ev_unpack_member {
	struct ev_input in;   /* bytes count what came of the archive; name is
	                     * the place */
	struct ev_slice name; /* in the archive, any bytes; empty: none */
};

struct ev_unpack;

/* Starts evunpack on fd, which stays the caller's and must not be read any
 * more. `name` is the place (lent until close); `prefix` are the bytes that
 * were read from fd and cannot be had again, at most EV_MAGIC_MAX. EV_FATAL:
 * exit 78 where there is no evunpack. */
enum ev_status ev_unpack_open(struct ev_unpack **unpack, const char *name,
    int fd, struct ev_slice prefix, const struct ev_unpack_limits *limits,
    struct ev_err *err);

/* The next member; what was not read of the last one is passed over. It lives
 * until the next call. EV_END at the archive's whole end; EV_FATAL: what
 * evunpack says, or that it was killed. Waits. */
enum ev_status ev_unpack_next(struct ev_unpack *unpack,
    struct ev_unpack_member **member, struct ev_err *err);

/* Ends the helper if it still runs. */
void ev_unpack_close(struct ev_unpack *unpack);

#endif
