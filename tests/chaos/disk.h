/*
 * disk: what a power cut leaves of a folder. Built from the folder as it was
 * and from what the preloaded library wrote down (power.h); what was not
 * synced is forgotten, each operation by chance.
 *
 * The model is POSIX at its worst: the bytes of a file last when the file was
 * synced, a name when its folder was; the rest may have happened or not, in
 * any combination, and of bytes also a part.
 */
#ifndef CHAOS_DISK_H
#define CHAOS_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct disk;

/* The folder, as it is now, all of it on the disk. */
struct disk *disk_of(const char *folder);
void disk_free(struct disk *disk);
/* Another one, of a disk that was not played. */
struct disk *disk_copy(const struct disk *disk);

/* How many operations the log has. */
size_t disk_ops(struct ev_slice log);

/* Does the first `ops` operations. A disk is played once. */
void disk_play(struct disk *disk, struct ev_slice log, size_t ops);

/* The power is cut: of each operation that was not synced, `percent` in 100
 * are forgotten. 0: as if there had been no cut. */
void disk_cut(struct disk *disk, unsigned percent, uint64_t seed);

/* Replaces the folder by what the disk has. */
void disk_put(const struct disk *disk, const char *folder);

/* The number of a file of the disk's, as its folder had it, for finding what
 * was written to it in the log. */
uint64_t disk_number(const char *path);
/* The places in the log where something was written to that file: *at[i] is
 * the number of operations up to there, *text[i] what was written (lent by the
 * log). Returns their number; both are the caller's to free. */
size_t disk_written(struct ev_slice log, uint64_t number, size_t **at,
    struct ev_slice **text);

#endif
