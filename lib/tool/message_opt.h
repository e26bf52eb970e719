/*
 * message_opt: the options that sinks of topics have beside those of every
 * sink (sink.h): what of an event becomes a message's key, headers, time and
 * partition. evsink knows them so that it finds the place among the arguments.
 */
#ifndef EV_TOOL_MESSAGE_OPT_H
#define EV_TOOL_MESSAGE_OPT_H

#include "tool/opt.h"

enum ev_message_key { EV_MESSAGE_KEY_TEXT, EV_MESSAGE_KEY_JSON };

struct ev_message_opts {
	const char *brokers;     /* -b; NULL: none, as with all of them */
	struct ev_opt_list file; /* -F */
	const char *key;         /* fields */
	int key_format;          /* enum ev_message_key */
	const char *partition, *time, *headers; /* fields */
	struct ev_opt_list header;              /* NAME=FIELD */
	bool create;
};

/* --brokers, --config, --key, --key-format, --partition, --time, --header,
 * --headers, --create. */
extern const struct ev_opt ev_message_options[9];

#endif
