/*
 * sysmem: see sysmem.h.
 */
#include "base/sysmem.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GROUP "/sys/fs/cgroup/" /* version 2, as a container sees its own */

/* The number behind `label` in a file ("" for a file that is one number);
 * UINT64_MAX if there is none ("max"). */
static uint64_t
number_in(const char *path, const char *label)
{
	FILE *file = fopen(path, "re");
	uint64_t number = UINT64_MAX;
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, label, strlen(label)) &&
		    sscanf(line + strlen(label), "%" SCNu64, &number) == 1)
			break;
	if (file)
		fclose(file);
	return number;
}

uint64_t
ev_sysmem_available(void)
{
	uint64_t kib = number_in("/proc/meminfo", "MemAvailable:");
	uint64_t limit = number_in(GROUP "memory.max", "");
	uint64_t used = number_in(GROUP "memory.current", "");
	uint64_t free = kib == UINT64_MAX ? UINT64_C(1) << 30 : kib << 10;

	if (limit != UINT64_MAX && used != UINT64_MAX) {
		uint64_t left = used < limit ? limit - used : 0;

		free = left < free ? left : free;
	}
	return free;
}
