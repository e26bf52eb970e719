/*
 * point: see point.h. Without EV_CHAOS there is nothing here.
 */
#include "base/point.h"

#ifdef EV_CHAOS
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* One write a passing, so that those of several processes do not mix. */
static void
log_passing(const char *path, const char *name)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
	char *line = ev_mem_printf("%s\n", name);

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		kill(getpid(), SIGABRT);
	close(fd);
	free(line);
}

void
ev_point(const char *name)
{
	static unsigned long passed;
	const char *wanted = getenv("EV_POINT");
	const char *log = getenv("EV_POINT_LOG");
	size_t len = strlen(name);

	if (log)
		log_passing(log, name);
	if (!wanted || strncmp(wanted, name, len) || wanted[len] != ':')
		return;
	if (++passed == strtoul(wanted + len + 1, NULL, 10))
		kill(getpid(), SIGKILL);
}

bool
ev_mutant(const char *name)
{
	const char *wanted = getenv("EV_MUTANT");

	return wanted && !strcmp(wanted, name);
}
#endif
