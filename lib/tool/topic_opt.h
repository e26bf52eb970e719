/*
 * topic_opt: the options that sources of topics have beside those of every
 * source (source.h). evsource knows them so that it finds the place among the
 * arguments.
 */
#ifndef EV_TOOL_TOPIC_OPT_H
#define EV_TOOL_TOPIC_OPT_H

#include "tool/opt.h"

struct ev_topic_opts {
	const char *brokers;     /* -b; NULL: none, as with all of them */
	struct ev_opt_list file; /* -F */
	const char *key;         /* the fields of a tombstone */
	const char *partitions, *shard, *until;
};

/* --brokers, --config, --key, --partitions, --shard, --until. */
extern const struct ev_opt ev_topic_options[6];

#endif
