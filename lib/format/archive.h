/*
 * archive: compressed files and archives taken apart: gz, xz, zst, bz2, tar,
 * zip, and these compressed. What evunpack does, as a function over bytes; no
 * other program links it, since libarchive alone costs milliseconds of start.
 *
 * Members come in the order in which they lie, regular files only. What is in
 * a packed member is not unpacked again: that is refused, and said.
 */
#ifndef EV_FORMAT_ARCHIVE_H
#define EV_FORMAT_ARCHIVE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/slice.h"

/* Beyond these an archive is taken for a bomb; 0: no limit. */
struct ev_archive_limits {
	uint64_t ratio;   /* bytes that come of one byte; looked at only from
	                   * EV_ARCHIVE_SMALL bytes on */
	uint64_t members; /* directories and the like included */
	uint64_t total;   /* bytes */
};

#define EV_ARCHIVE_SMALL (64u << 20)
/* Deflate cannot give more than 1,032 bytes for one, and real data hardly
 * more than 200. */
/* clang-format off */
#define EV_ARCHIVE_LIMITS \
	{.ratio = 500, .members = 100000, .total = UINT64_C(1) << 40}
/* clang-format on */

struct ev_archive_source {
	const char *name; /* the place, for messages */
	void *arg;
	uint64_t size; /* bytes, where it is known; else 0 */
	/* Reads up to cap bytes: EV_OK and *got > 0, EV_END, EV_FATAL. */
	enum ev_status (*read)(void *arg, char *buf, size_t cap, size_t *got,
	    struct ev_err *err);
	/* As lseek; NULL where the source cannot. A zip archive is then read
	 * from its front to its end, which lacks what only its directory
	 * knows. */
	int64_t (*seek)(void *arg, int64_t offset, int whence);
};

/* What the bytes are given to; what a function returns but EV_OK ends it. */
struct ev_archive_sink {
	void *arg;
	/* A member begins; the name, as it stands in the archive (any bytes),
	 * is empty where a file is only compressed. */
	enum ev_status (
	    *member)(void *arg, struct ev_slice name, struct ev_err *err);
	enum ev_status (
	    *data)(void *arg, struct ev_slice bytes, struct ev_err *err);
	/* Something was passed over: a text for the user. */
	enum ev_status (*note)(void *arg, const char *text, struct ev_err *err);
};

/* Takes the source apart. EV_OK at its whole end. EV_FATAL: exit 65 for what
 * is damaged, encrypted, beyond a limit or not understood; what could be
 * unpacked before was given. Of a gzip file that ends early that is every
 * byte; of the others all but the last 128 KiB at most, which stay inside
 * libarchive. */
enum ev_status ev_archive_unpack(const struct ev_archive_source *source,
    const struct ev_archive_limits *limits, const struct ev_archive_sink *sink,
    struct ev_err *err);

#endif
