/*
 * power: the operations on files that the preloaded library writes down and
 * the model of a disk reads: one record each, in the order in which they were
 * done, of whatever process.
 */
#ifndef CHAOS_POWER_H
#define CHAOS_POWER_H

#include <stdint.h>

enum power_kind {
	POWER_CREATE, /* name in dir is the new file ino */
	POWER_MKDIR,  /* name in dir is the new folder ino */
	POWER_LINK,   /* name in dir is ino as well */
	POWER_UNLINK, /* name in dir is gone */
	POWER_RENAME, /* name in dir is now name2 in dir2 */
	POWER_WRITE,  /* bytes at offset of ino */
	POWER_LENGTH, /* ino is offset bytes long now */
	POWER_SYNC,   /* ino, a file or a folder, is on the disk */
};

/* Behind it: name, name2 (len and len2 bytes), or the bytes written (len). */
struct power_op {
	uint32_t kind;
	uint32_t len, len2;
	uint32_t pad;
	uint64_t ino, dir, dir2;
	uint64_t offset;
};

#endif
