/*
 * filepos: the position of a source in one file: how far it was read, and what
 * tells that file from others. In a mark it is one text, words with a space
 * between them, that only sources of files read:
 *
 *	offset=120 lines=3 of=120 head=HASH tail=HASH at=DEV:INODE:BORN mtime=T
 *
 * and, where they mean something, end=torn|cr, packed=SIZE:HASH, done and
 * converted. What the file holds decides whether it is the same; device and
 * inode are a hint, and so is the time. Hashes are of the first KiB and of the
 * last one before the length `of`, so a file that grew is the file that it was.
 *
 * Of a packed file offset and hashes are those of what it holds, unpacked: a
 * log that was compressed meanwhile is the same file.
 */
#ifndef EV_STATE_FILEPOS_H
#define EV_STATE_FILEPOS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/input.h"

#define EV_FILEPOS_SPAN 1024 /* bytes that a hash is of, at most */

/* Fewer bytes than these tell no file from another for certain: many begin
 * with the same header. */
#define EV_FILEPOS_CERTAIN 64

/* What the file system says of a file. */
struct ev_filepos_node {
	uint64_t dev, ino;
	int64_t born;  /* ns since the epoch; 0 where nobody knows it */
	int64_t mtime; /* ns */
};

struct ev_filepos {
	struct ev_behind behind; /* what was read */
	struct ev_filepos_node node;
	uint64_t length;     /* the hashes are of so many bytes */
	uint64_t head, tail; /* hashes */
	bool packed;
	uint64_t packed_size, packed_hash; /* as it lies there */
	bool done;                         /* packed: was read to its end */
	bool converted; /* the offset is one of the bytes as --encoding makes
	                 * them; the length is one of the file's */
};

/* The text, appended. */
void ev_filepos_build(const struct ev_filepos *pos, struct ev_buf *out);
/* EV_BAD: it is none. Words that are not known are passed over. */
enum ev_status ev_filepos_parse(struct ev_slice text, struct ev_filepos *pos,
    struct ev_err *err);

/* What the file system says of an open file, or of a path (fd -1). EV_END:
 * there is none; EV_FATAL: exit 74. */
enum ev_status ev_filepos_look(int fd, const char *path,
    struct ev_filepos_node *node, uint64_t *size, struct ev_err *err);
/* The same file, as far as the file system knows. */
bool ev_filepos_same_node(const struct ev_filepos_node *a,
    const struct ev_filepos_node *b);

/* Sets length, head and tail from the first `length` bytes of a plain file.
 * EV_AGAIN: it has not so many (any more), and pos is as it was; EV_FATAL:
 * exit 74. */
enum ev_status ev_filepos_hash(struct ev_filepos *pos, int fd, uint64_t length,
    struct ev_err *err);
/* The file holds what pos has seen. EV_OK, EV_END (it does not), EV_FATAL. */
enum ev_status ev_filepos_match(const struct ev_filepos *pos, int fd,
    struct ev_err *err);

/* The same of bytes that come one after the other; {0} is the beginning. */
struct ev_filepos_sum {
	uint64_t length;
	char head[EV_FILEPOS_SPAN];
	char tail[EV_FILEPOS_SPAN]; /* a ring: byte i lies at i % SPAN */
};
void ev_filepos_sum_add(struct ev_filepos_sum *sum, const char *ptr,
    size_t len);
/* As if the first `length` bytes of an open file had been added. EV_AGAIN: it
 * has not so many; EV_FATAL: exit 74. */
enum ev_status ev_filepos_sum_start(struct ev_filepos_sum *sum, int fd,
    uint64_t length, struct ev_err *err);
void ev_filepos_sum_hash(const struct ev_filepos_sum *sum,
    struct ev_filepos *pos);

#endif
