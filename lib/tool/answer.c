/*
 * answer: see answer.h.
 */
#include "tool/answer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "event/build.h"

#define BLOCK (64u << 10)

void
ev_answer_text(struct ev_buf *out, const char *key, const char *text)
{
	if (text)
		ev_build_key_text(out, key, text);
}

void
ev_answer_number(struct ev_buf *out, const char *key, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, number);
	ev_answer_text(out, key, text);
}

enum ev_status
ev_answer_read(int fd, const char *name, struct ev_buf *out, struct ev_err *err)
{
	ssize_t n = 1;

	while (n && out->len < EV_ANSWER_MAX) {
		ev_buf_reserve(out, BLOCK);
		n = read(fd, out->ptr + out->len, BLOCK);
		if (n > 0)
			out->len += (size_t)n;
		if (n < 0 && errno != EINTR)
			return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
			    "cannot read '%s': %s", name, ev_err_errno(errno));
	}
	if (n)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "%s: more than any record", name);
	return EV_OK;
}

enum ev_status
ev_answer_finish(struct ev_child *child, struct ev_err *err)
{
	struct ev_err own;

	if (ev_child_wait(child, &own) == EV_OK)
		return EV_OK;
	/* A signal's death says nothing itself. */
	return ev_err_set(err, EV_FATAL, own.exit, "%s",
	    own.exit > 128 ? own.text : "");
}

enum ev_status
ev_answer_ask(const char *command, char *const *argv, int fd,
    struct ev_buf *out, struct ev_err *err)
{
	struct ev_child child;
	enum ev_status status, ended;

	if (ev_child_start(&child, command, argv, true, fd, err) != EV_OK)
		return EV_FATAL;
	status = ev_answer_read(child.fd, command, out, err);
	ended = ev_answer_finish(&child, err);
	return status == EV_OK ? ended : status;
}
