/*
 * shell: text that a person pastes into a command line.
 */
#ifndef EV_BASE_SHELL_H
#define EV_BASE_SHELL_H

#include "base/buf.h"

/* Appends text as one word of a shell, in single quotes where it needs them
 * (POSIX, Shell Command Language 2.2). */
void ev_shell_word(struct ev_slice text, struct ev_buf *out);

#endif
