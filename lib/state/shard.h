/*
 * shard: one of N pipelines that share the work of one name, each on the
 * partitions of its own (evsource-kafka(1)). K/N is the K-th of N, from 1. It
 * is a pipeline like any other, named NAME.K, with a record of its own, which
 * says K/N: since the count says who reads what, it is changed for all of them
 * at once and while they stand still (evpos shards), never by the way.
 */
#ifndef EV_STATE_SHARD_H
#define EV_STATE_SHARD_H

#include <stdbool.h>

#include "base/err.h"
#include "base/slice.h"

#define EV_SHARD_MAX 1000 /* pipelines of one name */

struct ev_shard {
	unsigned number; /* K */
	unsigned count;  /* N; 0: it is no shard, all is its own */
};

/* "2/4"; 1/1 is no shard. EV_FATAL, exit 64: it is none; `what` is for the
 * message. */
enum ev_status ev_shard_parse(const char *what, struct ev_slice text,
    struct ev_shard *shard, struct ev_err *err);

/* NAME.K, or a copy of the name where the shard is none; the caller's to
 * free. */
char *ev_shard_name(const char *name, struct ev_shard shard);

/* What `pipeline` is of `name`: 0 NAME itself, K its shard NAME.K (or one of its
 * own that is named so), -1 neither. */
int ev_shard_number(const char *name, const char *pipeline);

/* What NAME.1's copy says for as long as nobody shall start beside it. */
#define EV_SHARD_DEALT "?"

/* Whether a pipeline that says it is `text` ("" : no shard) is this one.
 * EV_FATAL, exit 70, where it is not: with what to type. */
enum ev_status ev_shard_agree(const char *name, struct ev_shard shard,
    const char *text, struct ev_err *err);

/* The number of a part, as the key of its position has it, INPUT#NUMBER; false:
 * it has none. */
bool ev_shard_part(struct ev_slice key, unsigned *number);

/* Whether part `number` of an input is this one's: they go round. */
static inline bool
ev_shard_owns(struct ev_shard shard, unsigned number)
{
	return !shard.count || number % shard.count == shard.number - 1;
}

#endif
