/*
 * point: see point.h. Without EV_CHAOS there is nothing here.
 */
#include "base/point.h"

#ifdef EV_CHAOS
#include <errno.h>
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
	char *line = ev_mem_printf("%s@%s %ld\n", program_invocation_short_name,
	    name, (long)getpid());

	if (fd < 0 || write(fd, line, strlen(line)) < 0)
		kill(getpid(), SIGABRT);
	close(fd);
	free(line);
}

/* What is behind the point's name in $EV_POINT, NULL where it is another's. */
static const char *
count_of(const char *wanted, const char *name)
{
	const char *at = strchr(wanted, '@');
	size_t len = strlen(name);

	if (at &&
	    (strncmp(wanted, program_invocation_short_name,
		 (size_t)(at - wanted)) ||
		program_invocation_short_name[at - wanted]))
		return NULL;
	if (at)
		wanted = at + 1;
	return strncmp(wanted, name, len) || wanted[len] != ':'
	    ? NULL
	    : wanted + len + 1;
}

void
ev_point(const char *name)
{
	static unsigned long passed;
	const char *wanted = getenv("EV_POINT");
	const char *log = getenv("EV_POINT_LOG");
	const char *count = wanted ? count_of(wanted, name) : NULL;

	if (log)
		log_passing(log, name);
	if (count && ++passed == strtoul(count, NULL, 10))
		kill(getpid(), getenv("EV_POINT_STOP") ? SIGSTOP : SIGKILL);
}

bool
ev_mutant(const char *name)
{
	const char *wanted = getenv("EV_MUTANT");

	return wanted && !strcmp(wanted, name);
}

int64_t
ev_point_wait(int64_t ms)
{
	const char *divisor = getenv("EV_POINT_WAIT");
	long by = divisor ? strtol(divisor, NULL, 10) : 1;

	return by > 1 ? ms / by : ms;
}
#endif
