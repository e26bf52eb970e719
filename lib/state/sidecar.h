/*
 * sidecar: what stands beside a file that a named sink appends to (FILE.ev),
 * or in a log folder (DIR/.ev): how far it is committed, and the record of the
 * pipeline that writes it (evkit(7), class B). One JSON object:
 *
 *	{"v":"1","length":"1234","head":"<32 hex>","tail":"<32 hex>",
 *	"open":"<run>","first":"0","last":"0","record":{…}}
 *
 * Whoever reads the file reads up to `length` and no further: take the file's
 * size first, then look for a sidecar. What stands behind that is being
 * written, or is what a killed run left (`open` has its run), or somebody
 * else's (`open` is empty): the next run of the pipeline cuts it off.
 */
#ifndef EV_STATE_SIDECAR_H
#define EV_STATE_SIDECAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/control.h"

#define EV_SIDECAR_HASHED 4096     /* bytes at each end, at most */
#define EV_SIDECAR_MAX (64u << 20) /* bytes of a sidecar, at most */

/* Hashes of a file's first and last bytes, up to a length: what tells whether
 * it is the same file. */
struct ev_sidecar_hash {
	char head[33], tail[33]; /* hex digits */
};

struct ev_sidecar {
	char *record;    /* its JSON (state/record.h); owned, never NULL */
	uint64_t length; /* committed bytes: of the file, or of the whole log
	                  * from its very beginning (the offset of its end) */
	struct ev_sidecar_hash hash; /* of the file up to length; of a log:
	                              * of its last segment up to there */
	char open[EV_RUN_LEN + 1];   /* the run that writes; "": none does */
	bool log;                    /* of a log folder, which has: */
	uint64_t first, last; /* offsets of the first and the last segment;
	                       * the last one may not be there yet where
	                       * nothing is in it (last == length) */
	bool final;           /* nothing will be added, ever (record) */
};

/* The path of the sidecar of a file, or of a log folder (with or without its
 * final '/'); both with links followed. The caller's to free. */
char *ev_sidecar_path(const char *place, bool log);

/* Reads the sidecar at its path. The struct is the caller's to release, also
 * after a failure. EV_END: there is none. EV_FATAL: 70, it is damaged; 78, a
 * later version wrote it; 74. */
enum ev_status ev_sidecar_read(const char *path, struct ev_sidecar *sidecar,
    struct ev_err *err);
void ev_sidecar_release(struct ev_sidecar *sidecar);

/* What ev_sidecar_read does with the text. EV_BAD: err has why, and the exit
 * status. */
enum ev_status ev_sidecar_parse(struct ev_slice text,
    struct ev_sidecar *sidecar, struct ev_err *err);
/* Appends it, with a newline. `final` is the record's. */
void ev_sidecar_build(const struct ev_sidecar *sidecar, struct ev_buf *out);

/* The hashes of an open file up to length, which it must have. EV_FATAL: 74;
 * 70 where it is shorter. */
enum ev_status ev_sidecar_hash(int fd, const char *name, uint64_t length,
    struct ev_sidecar_hash *hash, struct ev_err *err);

/* The path of the segment that begins at an offset of the log in folder:
 * FOLDER/00000000000000000000.ndjson. The caller's to free. */
char *ev_sidecar_segment(const char *folder, uint64_t offset);
/* True of a name (not a path) that is a segment's; *offset is its. */
bool ev_sidecar_is_segment(const char *name, uint64_t *offset);

#endif
