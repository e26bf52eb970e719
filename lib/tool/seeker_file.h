/*
 * seeker_file: what the positions of files mean (state/filepos.h), for evpos.
 */
#ifndef EV_TOOL_SEEKER_FILE_H
#define EV_TOOL_SEEKER_FILE_H

#include "tool/seeker.h"

/* For ev_seeker_answer. A key is a path, or FOLDER#NAME. */
ev_seeker_look ev_seeker_file;

#endif
