/*
 * keeper_file: the record of a file or log folder (state/log.h), for evpos.
 */
#ifndef EV_TOOL_KEEPER_FILE_H
#define EV_TOOL_KEEPER_FILE_H

#include "tool/keeper.h"

/* Answers evpos and ends the process. The place is a path, or "-" for standard
 * output, whose record is in the state folder. */
_Noreturn void ev_keeper_file(const char *name, const char *place,
    enum ev_keeper_verb verb);

#endif
