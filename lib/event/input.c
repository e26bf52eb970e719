/*
 * input: see input.h.
 */
#include "event/input.h"

#include "base/io.h"

static enum ev_status
fd_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_input_fd *self = (struct ev_input_fd *)in;
	enum ev_status status = ev_io_read(self->fd, in->name, buf, cap, got,
	    err);

	if (status == EV_OK)
		in->bytes += *got;
	return status;
}

static enum ev_status
fd_wait(struct ev_input *in, struct ev_err *err)
{
	return ev_io_wait(((struct ev_input_fd *)in)->fd, -1, err);
}

void
ev_input_fd_init(struct ev_input_fd *in, int fd, const char *name)
{
	*in = (struct ev_input_fd){{name, 0, fd_read, fd_wait}, fd};
}
