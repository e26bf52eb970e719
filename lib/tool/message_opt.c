/*
 * message_opt: see message_opt.h.
 */
#include "tool/message_opt.h"

#define FIELD(name) offsetof(struct ev_message_opts, name)

const struct ev_opt ev_message_options[9] = {
    {"brokers", 'b', EV_OPT_TEXT, FIELD(brokers), "HOST:PORT,…",
	"the brokers to ask, $EVKIT_BROKERS without it"},
    {"config", 'F', EV_OPT_LIST, FIELD(file), "FILE",
	"settings of the client, a properties file"},
    {"key", 0, EV_OPT_TEXT, FIELD(key), "FIELD[,FIELD]",
	"what becomes the key"},
    {"key-format", 0, EV_OPT_CHOICE, FIELD(key_format), "text|json", NULL},
    {"partition", 0, EV_OPT_TEXT, FIELD(partition), "FIELD", NULL},
    {"time", 0, EV_OPT_TEXT, FIELD(time), "FIELD", NULL},
    {"header", 0, EV_OPT_LIST, FIELD(header), "NAME=FIELD", NULL},
    {"headers", 0, EV_OPT_TEXT, FIELD(headers), "FIELD", NULL},
    {"create", 0, EV_OPT_FLAG, FIELD(create), NULL,
	"make the topic (-X partitions=N -X replication=N)"},
};
