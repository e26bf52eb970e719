/*
 * world: see world.h.
 */
#include "world.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tree.h"

#define PATIENCE 20000 /* ms, after which a run hangs */

void
world_init(struct world *world, const char *root)
{
	memset(world, 0, sizeof(*world));
	world->root = ev_mem_strdup(root);
	world->folder = ev_mem_printf("%s/at", root);
	world->errors = ev_mem_printf("%s/errors", root);
}

void
world_release(struct world *world)
{
	world_stop(world);
	world_env(world, NULL);
	free(world->root);
	free(world->folder);
	free(world->errors);
}

bool
world_wrong(struct world *world, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(world->why, sizeof(world->why), format, args);
	va_end(args);
	return false;
}

/* --- the folder ---------------------------------------------------------- */

void
world_clear(struct world *world, const struct shape *shape, bool whole)
{
	world_stop(world);
	world_env(world, NULL);
	world->shape = shape;
	world->given = world->starts = 0;
	memset(world->done, 0, sizeof(world->done));
	tree_remove(world->folder);
	tree_make(world->folder);
	file_write(world->errors, EV_SLICE(""));
	shape_furnish(shape, world->folder);
	if (whole)
		world_give(world, shape->events);
}

void
world_give(struct world *world, unsigned to)
{
	char *path = ev_mem_printf("%s/%s", world->folder, world->shape->input);
	struct ev_buf bytes = {0};

	if (to > world->given) {
		shape_input(world->shape, world->given, to, &bytes);
		/* A CSV's header came with the folder. */
		if (world->given == 0 && strstr(path, ".csv")) {
			const char *end = memchr(bytes.ptr, '\n', bytes.len);

			file_append(path,
			    (struct ev_slice){end + 1,
				bytes.len - (size_t)(end + 1 - bytes.ptr)});
		} else {
			file_append(path, ev_buf_as_slice(&bytes));
		}
		world->given = to;
	}
	ev_buf_release(&bytes);
	free(path);
}

void
world_env(struct world *world, const char *setting)
{
	for (size_t i = 0; i < JOB_ENV - 2; i++) {
		if (setting && world->env[i])
			continue;
		free(world->env[i]);
		world->env[i] = setting ? ev_mem_strdup(setting) : NULL;
		if (setting)
			return;
	}
}

/* --- running ------------------------------------------------------------- */

static bool
ready(const struct world *world, size_t i)
{
	char *path;
	bool there;

	if (i == 0 || !world->shape->made)
		return true;
	path = ev_mem_printf("%s/%s", world->folder, world->shape->made);
	there = file_exists(path);
	free(path);
	return there;
}

void
world_start(struct world *world, size_t i)
{
	char *state = ev_mem_printf("EVKIT_STATE=%s/state", world->folder);
	struct job_world place = {world->folder, world->errors, {state}};

	for (size_t k = 0; k + 1 < JOB_ENV && world->env[k]; k++)
		place.env[k + 1] = world->env[k];
	if (!world->running[i] && ready(world, i)) {
		job_start(&world->job[i], world->shape->job[i], &place);
		world->running[i] = true;
		world->starts++;
	}
	free(state);
}

bool
world_ended(struct world *world, size_t i)
{
	struct job *job = &world->job[i];
	int status = job_status(job);

	world->running[i] = false;
	for (size_t k = 0; k < job->count; k++)
		if (job_crashed(job) || job->proc[k].status == 127)
			return world_wrong(world, "%s: status %d",
			    job->proc[k].program, job->proc[k].status);
	world->was_busy = world->busy && (status == 76 || status == 69);
	/* Asked to end before it had begun. */
	if (world->shape->follows && status == 128 + SIGTERM)
		status = 75;
	if (status != 0 && status != 75 && status != 128 + SIGKILL &&
	    !world->was_busy && !(world->told && status >= 64 && status <= 78))
		return world_wrong(world, "pipeline %zu ends with %d", i,
		    status);
	world->done[i] = status == 0;
	/* What the first one wrote since is still to be read. */
	if (i == 0)
		world->done[1] = false;
	return true;
}

static size_t
lines_shown(const struct world *world)
{
	struct ev_buf out = {0};
	size_t lines = 0;

	world_show(world, &out);
	for (size_t i = 0; i < out.len; i++)
		lines += out.ptr[i] == '\n';
	ev_buf_release(&out);
	return lines;
}

static bool
all_ended(struct world *world)
{
	bool all = true;

	for (size_t i = 0; i < SHAPE_JOBS; i++)
		if (world->running[i] && !job_poll(&world->job[i]))
			all = false;
	return all;
}

static bool
hangs(struct world *world, const char *what)
{
	for (size_t i = 0; i < SHAPE_JOBS; i++)
		for (size_t k = 0; world->running[i] && k < world->job[i].count;
		     k++)
			if (!world->job[i].proc[k].ended)
				return world_wrong(world,
				    "%s: process %zu of pipeline %zu (%s) "
				    "still runs after %d s",
				    what, k, i, world->job[i].proc[k].program,
				    PATIENCE / 1000);
	return world_wrong(world, "%s", what);
}

static bool
one_ended(struct world *world)
{
	bool one = false;

	for (size_t i = 0; i < SHAPE_JOBS; i++) {
		struct job *job = &world->job[i];

		if (!world->running[i])
			continue;
		job_poll(job);
		for (size_t k = 0; k < job->count; k++)
			one |= job->proc[k].ended;
	}
	return one;
}

/* Pipelines that follow: until the output has as many lines as it should, or
 * one of them ended; then all are asked to end, the first one first. */
static bool
run_following(struct world *world)
{
	int waited = 0;

	world_start(world, 0);
	if (world->shape->job[1]) {
		/* The second one waits for what the first one makes. */
		for (;
		     !ready(world, 1) && !one_ended(world) && waited < PATIENCE;
		     waited += 5)
			job_pause(5);
		world_start(world, 1);
	}
	for (; waited < PATIENCE; waited += 5) {
		if (one_ended(world))
			break;
		if (waited % 20 == 0 &&
		    lines_shown(world) >= world->shape->lines)
			break;
		job_pause(5);
	}
	/* A start that is asked to end before its source has begun, which
	 * waits where others failed, is none: the next one has longer. */
	if (waited < PATIENCE)
		job_wait(&world->job[0], (int)world->starts * 2);
	for (size_t i = 0; i < SHAPE_JOBS; i++) {
		if (!world->running[i])
			continue;
		job_signal(&world->job[i], 0, SIGTERM);
		if (!job_wait(&world->job[i], PATIENCE))
			return hangs(world, "asked to end");
		if (!world_ended(world, i))
			return false;
	}
	if (waited >= PATIENCE)
		return world_wrong(world, "not all came through in %d s",
		    PATIENCE / 1000);
	return true;
}

bool
world_run(struct world *world)
{
	if (world->shape->follows)
		return run_following(world);
	for (size_t i = 0; i < SHAPE_JOBS && world->shape->job[i]; i++) {
		world_start(world, i);
		if (!world->running[i])
			continue;
		if (!job_wait(&world->job[i], PATIENCE))
			return hangs(world, "a run");
		if (!world_ended(world, i))
			return false;
	}
	return true;
}

bool
world_run_second(struct world *world)
{
	if (!world->shape->job[1] || world->shape->follows)
		return true;
	world_start(world, 1);
	if (!world->running[1])
		return true;
	if (!job_wait(&world->job[1], PATIENCE))
		return hangs(world, "a reader");
	return world_ended(world, 1);
}

bool
world_done(const struct world *world)
{
	for (size_t i = 0; i < SHAPE_JOBS && world->shape->job[i]; i++)
		if (!world->done[i])
			return false;
	return true;
}

bool
world_finish(struct world *world)
{
	for (unsigned i = 0; i < WORLD_STARTS; i++) {
		if (!world_run(world))
			return false;
		if (world_done(world) && all_ended(world))
			return true;
	}
	return world_wrong(world, "not done after %d starts", WORLD_STARTS);
}

void
world_stop(struct world *world)
{
	for (size_t i = 0; i < SHAPE_JOBS; i++) {
		job_clear(&world->job[i]);
		world->running[i] = false;
	}
}

/* --- the result ---------------------------------------------------------- */

void
world_show(const struct world *world, struct ev_buf *out)
{
	const struct shape *shape = world->shape;
	char *command = ev_mem_printf("{ %s; } 2>/dev/null%s", shape->show,
	    shape->at_least ? " | sort -u" : "");

	shell_read(world->folder, command, out);
	free(command);
}

/* At least once: every line is there; beside it may be others, as a power cut
 * leaves them. */
static bool
all_there(struct world *world, struct ev_slice good)
{
	struct ev_buf out = {0};
	bool right = true;

	ev_buf_char(&out, '\n');
	world_show(world, &out);
	while (right && good.len) {
		const char *end = memchr(good.ptr, '\n', good.len);
		size_t len = end ? (size_t)(end - good.ptr) + 1 : good.len;

		/* With the line end before it. */
		for (const char *at = out.ptr;; at++) {
			at = memmem(at, (size_t)(out.ptr + out.len - at),
			    good.ptr, len);
			right = at != NULL;
			if (!at || at[-1] == '\n')
				break;
		}
		if (!right)
			world_wrong(world, "this line is lost: %.*s",
			    (int)len - 1, good.ptr);
		good.ptr += len;
		good.len -= len;
	}
	ev_buf_release(&out);
	return right;
}

bool
world_right(struct world *world, struct ev_slice good)
{
	struct ev_buf out = {0};
	size_t same = 0, line = 1;
	bool right;

	if (world->shape->at_least)
		return all_there(world, good);
	world_show(world, &out);
	right = out.len == good.len &&
	    (!good.len || !memcmp(out.ptr, good.ptr, good.len));
	for (; same < out.len && same < good.len &&
	     out.ptr[same] == good.ptr[same];
	     same++)
		line += out.ptr[same] == '\n';
	if (!right)
		world_wrong(world,
		    "the result has %zu bytes, not %zu, and differs from "
		    "line %zu on",
		    out.len, good.len, line);
	ev_buf_release(&out);
	return right;
}
