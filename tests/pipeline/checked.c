/*
 * checked: standard input to standard output, with a checksum put behind
 * control lines that have none: {"~ev":"mark",…,"pos":{} becomes
 * {"~ev":"mark",…,"pos":{},"crc":"…"}.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/crc32c.h"
#include "event/control.h"

int
main(void)
{
	char *line = NULL;
	size_t cap = 0;
	ssize_t got;

	while ((got = getline(&line, &cap, stdin)) > 0) {
		size_t len = (size_t)got - (line[got - 1] == '\n');
		struct ev_slice text = {line, len};

		printf("%.*s", (int)len, line);
		if (!strncmp(line, EV_CONTROL_PREFIX, EV_CONTROL_PREFIX_LEN) &&
		    !ev_control_ends(text))
			printf(",\"crc\":\"%08" PRIx32 "\"}",
			    ev_crc32c(line, len));
		putchar('\n');
	}
	free(line);
	return fflush(stdout) ? 1 : 0;
}
