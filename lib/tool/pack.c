/*
 * pack: see pack.h.
 */
#include "tool/pack.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/io.h"

static const struct {
	const char *suffix, *kind;
} kinds[] = {
    {".gz", "gzip"},
    {".xz", "xz"},
    {".zst", "zstd"},
    {".bz2", "bzip2"},
};

const char *
ev_pack_kind(const char *place, size_t *suffix)
{
	size_t len = strlen(place);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		*suffix = strlen(kinds[i].suffix);
		if (len > *suffix &&
		    !strcasecmp(place + len - *suffix, kinds[i].suffix))
			return kinds[i].kind;
	}
	*suffix = 0;
	return NULL;
}

enum ev_status
ev_pack_start(struct ev_child *child, const char *kind, int fd,
    const char *name, struct ev_err *err)
{
	char *argv[] = {(char[]){"evpack"}, (char *)(uintptr_t)kind,
	    (char *)(uintptr_t)name, NULL};

	return ev_child_start(child, "evpack", argv, false, fd, err);
}

/* Waits for its end, where it may have been sent so much as this signal: to
 * end by it is no failure of its own. libarchive 3.6 crashes where it gets no
 * memory. */
static enum ev_status
wait_for(struct ev_child *child, int sent, struct ev_err *err)
{
	enum ev_status status = ev_child_wait(child, err);

	/* It has said itself why, unless something killed it. */
	if (status != EV_OK && err->exit < 128)
		*err->text = '\0';
	else if (status != EV_OK && err->exit != 128 + sent)
		err->exit = EV_EXIT_OS;
	return status;
}

enum ev_status
ev_pack_wait(struct ev_child *child, struct ev_err *err)
{
	return wait_for(child, ev_io_signal(), err);
}

bool
ev_pack_abandon(struct ev_child *child, struct ev_err *err)
{
	if (!child->pid)
		return true;
	/* One that has ended already does not mind, and keeps its status. */
	kill(child->pid, SIGTERM);
	return wait_for(child, SIGTERM, err) == EV_OK ||
	    err->exit == 128 + SIGTERM;
}
