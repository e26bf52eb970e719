/*
 * edited: the marked stream on standard input with one of its control lines
 * edited at random (EV_SEED), on standard output. To the file that is its
 * argument it writes how many events stand before the last mark that is whole,
 * and whether the first line is still a begin: "17 named". With a second
 * argument the first bytes of begin are what is edited, so that it is none.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/random_edit.h"

#define LINES 1000

static struct ev_buf line[LINES];

static bool
begins(struct ev_slice text, const char *with)
{
	return text.len >= strlen(with) &&
	    !memcmp(text.ptr, with, strlen(with));
}

static unsigned
read_lines(void)
{
	unsigned lines = 0;
	char *text = NULL;
	size_t cap = 0;
	ssize_t len;

	for (; (len = getline(&text, &cap, stdin)) > 0; lines++) {
		if (lines == LINES)
			exit(1);
		ev_buf_append(&line[lines], text, (size_t)len);
	}
	free(text);
	return lines;
}

static unsigned
some_control(unsigned lines)
{
	unsigned i;

	do
		i = random_below(lines);
	while (!begins(ev_buf_as_slice(&line[i]), EV_CONTROL_PREFIX));
	return i;
}

/* Events before the last mark that stands before line `end`. */
static unsigned
whole(unsigned end)
{
	unsigned events = 0, committed = 0;

	for (unsigned i = 0; i < end; i++) {
		struct ev_slice text = ev_buf_as_slice(&line[i]);

		if (!begins(text, EV_CONTROL_PREFIX))
			events++;
		else if (begins(text, EV_CONTROL_PREFIX "\"mark\""))
			committed = events;
	}
	return committed;
}

/* A line that still stands there is not edited, whatever else is. */
static bool
stays(const struct ev_buf *edited, const struct ev_buf *text)
{
	return edited->len >= text->len &&
	    memmem(edited->ptr, edited->len, text->ptr, text->len);
}

int
main(int argc, char **argv)
{
	unsigned lines = read_lines(), at, other;
	struct ev_buf edited = {0};
	FILE *told = argc > 1 ? fopen(argv[1], "we") : NULL;
	bool headless = argc > 2;

	if (!told || !lines)
		return 1;
	random_begin("edited");
	do {
		at = headless ? 0 : some_control(lines);
		other = some_control(lines);
		random_edit(&edited, ev_buf_as_slice(&line[at]),
		    ev_buf_as_slice(&line[other]));
	} while (stays(&edited, &line[at]) || stays(&edited, &line[other]) ||
	    (headless && begins(ev_buf_as_slice(&edited), EV_CONTROL_PREFIX)));
	fprintf(told, "%u %s\n", whole(at),
	    at || begins(ev_buf_as_slice(&edited), EV_CONTROL_PREFIX)
		? "named"
		: "unnamed");
	for (unsigned i = 0; i < lines; i++) {
		const struct ev_buf *out = i == at ? &edited : &line[i];

		fwrite(out->ptr, 1, out->len, stdout);
		ev_buf_release(&line[i]);
	}
	ev_buf_release(&edited);
	return fclose(told) || fflush(stdout);
}
