/*
 * loop: see loop.h.
 */
#include "loop.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "../tree.h"
#include "base/clock.h"
#include "base/mem.h"

#define PAUSE_MS 1000

void
loop_init(struct loop *loop, const char *root, const char *name,
    const char *text)
{
	*loop = (struct loop){.text = ev_mem_strdup(text)};
	loop->folder = ev_mem_printf("%s/%s", root, name);
	loop->errors = ev_mem_printf("%s/%s.errors", root, name);
	loop->state = ev_mem_printf("EVKIT_STATE=%s/state", loop->folder);
	tree_make(loop->folder);
	file_write(loop->errors, (struct ev_slice){"", 0});
}

void
loop_release(struct loop *loop)
{
	loop_kill(loop);
	free(loop->text);
	free(loop->folder);
	free(loop->errors);
	free(loop->state);
	free(loop->mutant);
	free(loop->point);
}

static void
start(struct loop *loop)
{
	struct job_world world = {.folder = loop->folder,
	    .errors = loop->errors};
	size_t count = 0;

	world.env[count++] = loop->state;
	if (loop->mutant)
		world.env[count++] = loop->mutant;
	loop->starts++;
	if (loop->point && loop->starts == loop->at) {
		world.env[count++] = loop->point;
		if (loop->stops)
			world.env[count++] = "EV_POINT_STOP=1";
	}
	job_start(&loop->job, loop->text, &world);
	loop->running = true;
	loop->since = ev_clock_steady();
}

bool
loop_tick(struct loop *loop)
{
	if (loop->running) {
		if (!job_poll(&loop->job))
			return true;
		loop->running = false;
		loop->again = ev_clock_steady() + PAUSE_MS;
		loop->last = job_status(&loop->job);
		loop->ended[loop->last & 255]++;
		return !job_crashed(&loop->job) &&
		    (loop->last == 75 || loop->last == 137 ||
			(loop->asked && (!loop->last || loop->last == 143)));
	}
	if (loop->wanted && ev_clock_steady() >= loop->again)
		start(loop);
	return true;
}

void
loop_kill(struct loop *loop)
{
	loop->wanted = false;
	if (!loop->running)
		return;
	job_clear(&loop->job);
	loop->running = false;
}

void
loop_point(struct loop *loop, unsigned others, const char *where, bool stops)
{
	free(loop->point);
	loop->point = ev_mem_printf("EV_POINT=%s", where);
	loop->at = loop->starts + others + 1;
	loop->stops = stops;
}

bool
loop_alive(const struct loop *loop, size_t i)
{
	return loop->running && i < loop->job.count && !loop->job.proc[i].ended;
}

bool
loop_stopped(const struct loop *loop, size_t i)
{
	struct ev_buf text = {0};
	bool stopped = false;
	char *path;

	if (!loop_alive(loop, i))
		return false;
	path = ev_mem_printf("/proc/%ld/stat", (long)loop->job.proc[i].pid);
	if (file_read(path, &text))
		stopped = strstr(ev_buf_cstr(&text), ") T ") != NULL;
	ev_buf_release(&text);
	free(path);
	return stopped;
}
