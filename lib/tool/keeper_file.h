/*
 * keeper_file: the record of a file or log folder (state/log.h), for evpos.
 */
#ifndef EV_TOOL_KEEPER_FILE_H
#define EV_TOOL_KEEPER_FILE_H

#include "tool/keeper.h"

/* Where evpos asks, answers and ends the process; else does nothing. The place
 * is a path, or "-" for standard output, whose record is in the state
 * folder. */
void ev_keeper_file(int argc, char **argv);

#endif
