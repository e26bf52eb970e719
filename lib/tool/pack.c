/*
 * pack: see pack.h.
 */
#include "tool/pack.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

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

enum ev_status
ev_pack_wait(struct ev_child *child, struct ev_err *err)
{
	enum ev_status status = ev_child_wait(child, err);

	/* It has said itself why, unless something killed it. */
	if (status != EV_OK && err->exit < 128)
		*err->text = '\0';
	return status;
}

bool
ev_pack_abandon(struct ev_child *child, struct ev_err *err)
{
	if (!child->pid)
		return true;
	/* One that has ended already does not mind, and keeps its status. */
	kill(child->pid, SIGTERM);
	if (ev_pack_wait(child, err) == EV_OK || err->exit == 128 + SIGTERM)
		return true;
	/* Another signal is not one that was sent to us: libarchive 3.6
	 * crashes where it gets no memory. */
	if (err->exit > 128)
		err->exit = EV_EXIT_OS;
	return false;
}
