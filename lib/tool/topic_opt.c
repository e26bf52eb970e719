/*
 * topic_opt: see topic_opt.h.
 */
#include "tool/topic_opt.h"

#define FIELD(name) offsetof(struct ev_topic_opts, name)

const struct ev_opt ev_topic_options[6] = {
    {"brokers", 'b', EV_OPT_TEXT, FIELD(brokers), "HOST:PORT,…", NULL},
    {"config", 'F', EV_OPT_LIST, FIELD(file), "FILE", NULL},
    {"partitions", 0, EV_OPT_TEXT, FIELD(partitions), "0,3-5", NULL},
    {"shard", 0, EV_OPT_TEXT, FIELD(shard), "K/N", NULL},
    {"until", 0, EV_OPT_TEXT, FIELD(until), "TIME|OFFSET", NULL},
    {"key", 0, EV_OPT_TEXT, FIELD(key), "FIELD,…", NULL},
};
