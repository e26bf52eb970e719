/*
 * sort: see sort.h.
 */
#include "tool/sort.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define NAME "sort"

enum ev_status
ev_sort_start(struct ev_sort *sort, uint64_t memory, const char *temp,
    struct ev_err *err)
{
	char env[] = "env", locale[] = "LC_ALL=C", sort_name[] = NAME;
	char memory_option[] = "-S", temp_option[] = "-T", size[32];
	char *argv[] = {env, locale, sort_name, memory_option, size,
	    temp ? temp_option : NULL, (char *)(uintptr_t)temp, NULL};
	enum ev_status status;
	int fd[2];

	snprintf(size, sizeof(size), "%juK", (uintmax_t)(memory >> 10));
	*sort = EV_SORT_NONE;
	if (pipe2(fd, O_CLOEXEC) < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_OS,
		    "cannot make a pipe to '" NAME "': %s",
		    ev_err_errno(errno));
	status = ev_child_start(&sort->child, "env", argv, true, fd[0], err);
	close(fd[0]);
	if (status != EV_OK) {
		close(fd[1]);
		return status;
	}
	sort->in = fd[1];
	sort->writer = ev_writer_new(fd[1], NAME);
	return EV_OK;
}

static void
close_input(struct ev_sort *sort)
{
	if (!sort->writer)
		return;
	ev_writer_free(sort->writer);
	sort->writer = NULL;
	close(sort->in);
	sort->in = -1;
}

enum ev_status
ev_sort_wait(struct ev_sort *sort, struct ev_err *err)
{
	close_input(sort);
	if (ev_child_wait(&sort->child, NULL) == EV_OK)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
	    "cannot sort the events: '" NAME "' failed");
}

/* A write failed: a signal for us, or sort is gone, and says why. */
static enum ev_status
write_failed(struct ev_sort *sort, struct ev_err *err)
{
	if (err->exit > 128 && *err->text)
		return EV_FATAL;
	if (ev_sort_wait(sort, err) == EV_OK)
		ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot sort the events: '" NAME "' ended too early");
	return EV_FATAL;
}

enum ev_status
ev_sort_line(struct ev_sort *sort, struct ev_err *err)
{
	if (ev_writer_end(sort->writer, err) != EV_OK)
		return write_failed(sort, err);
	return EV_OK;
}

enum ev_status
ev_sort_turn(struct ev_sort *sort, struct ev_err *err)
{
	if (ev_writer_flush(sort->writer, err) != EV_OK)
		return write_failed(sort, err);
	close_input(sort);
	return EV_OK;
}

void
ev_sort_stop(struct ev_sort *sort)
{
	close_input(sort);
	ev_child_stop(&sort->child);
}
