/*
 * marks NAME FROM ITEM…: a named source for the tests of sinks: it sends a
 * begin and then the items as they are given, right or wrong.
 *
 * FROM is "copy" (the copy of the record in the state folder, as a source
 * does), "first", or "ID POS".
 *
 *	@POS        a mark with these positions (a JSON object)
 *	=SEAL POS   the seal: run, stop or final
 *	>TO EVENT   a side line
 *	~MS         nothing for so long
 *	+N          N events {"n":1} …, counted through all of the run
 *	<FILE       waits until the file is there
 *	else        a line as it is
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "event/control.h"
#include "state/pipeline.h"
#include "state/record.h"

static struct ev_pipeline pipeline;
static char run[EV_RUN_LEN + 1];
static uint64_t seq, lines, told, sides, count;

static struct ev_value
json(const char *text, enum ev_type type)
{
	return (struct ev_value){text, (uint32_t)strlen(text), (uint8_t)type,
	    false};
}

static void
put(struct ev_slice text)
{
	if (fwrite(text.ptr, 1, text.len, stdout) != text.len)
		exit(1);
}

static void
send(const struct ev_control *control)
{
	struct ev_buf out = {0};

	ev_control_build(&out, control);
	put(ev_buf_as_slice(&out));
	fflush(stdout);
	ev_buf_release(&out);
}

static void
begin(char *from)
{
	struct ev_control begin = {.kind = EV_CONTROL_BEGIN,
	    .run = ev_slice_of(run),
	    .name = ev_slice_of(pipeline.name),
	    .state = ev_slice_of(pipeline.state),
	    .sid = ev_slice_of(pipeline.sid),
	    .via = json("[\"marks\"]", EV_ARRAY),
	    .side = json(getenv("MARKS_SIDE") ? getenv("MARKS_SIDE") : "[]",
		EV_ARRAY)};
	struct ev_record record;
	struct ev_buf copy = {0}, pos = {0};
	char *space = strchr(from, ' ');

	ev_record_init(&record, pipeline.name, "");
	if (!strcmp(from, "copy") &&
	    ev_pipeline_read(&pipeline, &copy, NULL) == EV_OK)
		ev_record_parse(&record, ev_buf_as_slice(&copy), NULL);
	ev_vector_build(record.pos, &pos);
	if (space)
		*space = '\0';
	begin.base = ev_slice_of(space ? from : record.id);
	begin.pos = json(space ? space + 1 : ev_buf_cstr(&pos), EV_OBJECT);
	send(&begin);
}

static void
mark(const char *pos, enum ev_control_seal seal)
{
	struct ev_control mark = {.kind = EV_CONTROL_MARK,
	    .run = ev_slice_of(run),
	    .seq = ++seq,
	    .n = lines - told,
	    .pos = json(pos, EV_OBJECT),
	    .seal = seal,
	    .sides = sides};

	told = lines;
	sides = 0;
	send(&mark);
}

static void
side(char *text)
{
	char *space = strchr(text, ' ');
	struct ev_control side = {.kind = EV_CONTROL_SIDE,
	    .run = ev_slice_of(run),
	    .to = {text, (size_t)(space - text)},
	    .event = ev_slice_of(space + 1)};

	lines++;
	sides++;
	send(&side);
}

static void
events(uint64_t n)
{
	for (; n; n--, lines++)
		printf("{\"n\":%" PRIu64 "}\n", ++count);
	fflush(stdout);
}

static void
item(char *text)
{
	char *rest = text + 1;

	if (*text == '@') {
		mark(rest, EV_SEAL_NONE);
	} else if (*text == '=') {
		const char *pos = strchr(text, '{');

		mark(pos,
		    rest[0] == 'r'       ? EV_SEAL_RUN
			: rest[0] == 's' ? EV_SEAL_STOP
					 : EV_SEAL_FINAL);
	} else if (*text == '>') {
		side(rest);
	} else if (*text == '~') {
		usleep((useconds_t)atoi(rest) * 1000);
	} else if (*text == '+') {
		events(strtoull(rest, NULL, 10));
	} else if (*text == '<') {
		while (access(rest, F_OK))
			usleep(10000);
	} else {
		lines++;
		printf("%s\n", text);
		fflush(stdout);
	}
}

int
main(int argc, char **argv)
{
	struct ev_err err;

	if (argc < 3 ||
	    ev_pipeline_open(&pipeline, argv[1], NULL, NULL, &err) != EV_OK)
		return 1;
	ev_pipeline_run(run);
	begin(argv[2]);
	for (int i = 3; i < argc; i++)
		item(argv[i]);
	ev_pipeline_release(&pipeline);
	return 0;
}
