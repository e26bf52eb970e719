/*
 * kafkaseeker: what the positions of a source of topics mean, for evpos
 * (tool/seeker.h). Brokers and topic stand in the position; settings that the
 * brokers ask for (TLS, a password) are those of the file that
 * $EVKIT_KAFKA_CONFIG names.
 */
#ifndef EV_TOOL_KAFKASEEKER_H
#define EV_TOOL_KAFKASEEKER_H

#include "tool/seeker.h"

ev_seeker_look ev_kafkaseeker_look;

#endif
