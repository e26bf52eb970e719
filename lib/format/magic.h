/*
 * magic: whether bytes are packed, told by how they begin and never by a name:
 * a .gz that somebody unpacked in place is read as what it is.
 */
#ifndef EV_FORMAT_MAGIC_H
#define EV_FORMAT_MAGIC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* So many bytes always suffice: a tar archive is known by the checksum of its
 * first header. */
#define EV_MAGIC_MAX 512

enum ev_magic {
	EV_MAGIC_PLAIN,
	EV_MAGIC_MORE,    /* cannot be told yet */
	EV_MAGIC_PACKED,  /* evunpack reads it */
	EV_MAGIC_FOREIGN, /* packed in a way that nothing here reads */
};

/* Looks at the first bytes of a file; `ended` says that there are no more.
 * It says EV_MAGIC_MORE only where it must, so that the first short line of a
 * pipe is not held back. *what, unless NULL, is set where the answer is
 * packed or foreign: "gzip", "a zip archive" … */
enum ev_magic ev_magic_look(struct ev_slice first, bool ended,
    const char **what);

#endif
