/*
 * answer: what connectors answer to evpos: JSON objects of texts, whole, on
 * their standard output (keeper.h, seeker.h).
 */
#ifndef EV_TOOL_ANSWER_H
#define EV_TOOL_ANSWER_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "tool/child.h"

#define EV_ANSWER_MAX (256u << 20) /* bytes */

/* A member; none where the text is NULL. */
void ev_answer_text(struct ev_buf *out, const char *key, const char *text);
void ev_answer_number(struct ev_buf *out, const char *key, uint64_t number);

/* Appends all that can be read. EV_FATAL: 74, also where it is too much. */
enum ev_status ev_answer_read(int fd, const char *name, struct ev_buf *out,
    struct ev_err *err);

/* Starts the command, which reads fd (-1: nothing), and appends what it
 * writes. EV_FATAL: its exit status; it has said why, and the text is empty;
 * 78: there is no such command. */
enum ev_status ev_answer_ask(const char *command, char *const *argv, int fd,
    struct ev_buf *out, struct ev_err *err);

/* Waits for the command's end, in the same way. */
enum ev_status ev_answer_finish(struct ev_child *child, struct ev_err *err);

#endif
