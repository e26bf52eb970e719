/*
 * kafkakeeper: the record of a pipeline that ends in a topic of Kafka, for
 * evpos (keeper.h).
 */
#ifndef EV_TOOL_KAFKAKEEPER_H
#define EV_TOOL_KAFKAKEEPER_H

/* Where evpos asks, answers and ends the process; else nothing. */
void ev_kafkakeeper(int argc, char **argv);

#endif
