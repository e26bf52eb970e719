/*
 * shards: how evpos deals the positions of a pipeline to another number of
 * shards (state/shard.h), while all of them stand still.
 *
 * Each of the new records has the positions of all partitions, and of these
 * its source reads its own. The record of NAME.1 is written last and says how
 * many there are; until then the old dealing holds, since nobody starts beside
 * a first shard of which the state folder says that it knows of another count,
 * nor a shard beside the pipeline NAME. While that record is written the folder
 * says of it that nobody may start. So NAME, while it has a record and its copy,
 * has gone on last; else each partition's owner has, by the count that NAME.1
 * says. Those that are no more are dropped from the end on,
 * so that what is left of them follows on the others. A dealing that was
 * interrupted anywhere is thus made whole by the same command.
 */
#ifndef EV_TOOL_SHARDS_H
#define EV_TOOL_SHARDS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"

/* Says what would be done, and does it with `yes`. Where there are as many
 * already, only the copies in this state folder are brought up to date.
 * EV_FATAL: 64, no such pipeline, or a count beyond EV_SHARD_MAX; 70, its
 * positions are not of numbered partitions, or each shard writes to a place of
 * its own and there are to be more; 76, one of them runs; else as evpos's
 * other changes. */
enum ev_status ev_shards_deal(const char *name, unsigned count, bool yes,
    struct ev_buf *out, struct ev_err *err);

#endif
