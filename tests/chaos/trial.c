/*
 * trial: see trial.h.
 */
#include "trial.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "trial_impl.h"
#include "tree.h"

#define NO_OUTAGE "EV_POINT_WAIT=1000" /* a minute is 60 ms */

#define CUTS 40

static struct known *all_known;
static const char *mutant;
static unsigned blows;

void
trial_mutant(const char *name)
{
	mutant = name;
	/* What was recorded was so without it. */
	for (size_t i = 0; all_known && i < shape_count; i++)
		all_known[i].log = NULL;
}

unsigned
trial_blows(void)
{
	unsigned count = blows;

	blows = 0;
	return count;
}

void
trial_blow(void)
{
	blows++;
}

void
trial_env(struct world *world, const char *setting)
{
	world_env(world, NULL);
	world_env(world, NO_OUTAGE);
	if (mutant) {
		char *text = ev_mem_printf("EV_MUTANT=%s", mutant);

		world_env(world, text);
		free(text);
	}
	if (setting)
		world_env(world, setting);
}

/* --- what is known of a shape -------------------------------------------- */

static struct known *
known_of(const struct shape *shape)
{
	if (!all_known)
		all_known = ev_mem_zalloc(shape_count, sizeof(*all_known));
	return &all_known[shape - shapes];
}

bool
trial_know(struct world *world, const struct shape *shape, struct known **known)
{
	struct known *it = *known = known_of(shape);
	const char *was = mutant;
	int64_t start;
	size_t lines = 0;

	if (it->have)
		return true;
	if (it->fails)
		return world_wrong(world, "the uninterrupted run fails");
	it->fails = true;
	mutant = NULL;
	world_clear(world, shape, true);
	trial_env(world, NULL);
	mutant = was;
	start = ev_clock_steady();
	if (!world_run(world))
		return false;
	it->ms = (unsigned)(ev_clock_steady() - start);
	if (!world_done(world))
		return world_wrong(world, "the uninterrupted run fails");
	world_show(world, &it->good);
	for (size_t i = 0; i < it->good.len; i++)
		lines += it->good.ptr[i] == '\n';
	if (lines != shape->lines)
		return world_wrong(world,
		    "the uninterrupted run gives %zu lines, not %u", lines,
		    shape->lines);
	/* A run after it finds nothing new. One that follows may be asked to
	 * end before it has begun: there is nothing to wait for. */
	it->have = (shape->follows ? world_finish(world)
				   : world_run(world) && world_done(world)) &&
	    world_right(world, ev_buf_as_slice(&it->good));
	it->fails = !it->have;
	return it->have;
}

/* --- crash points -------------------------------------------------------- */

static void
point_add(struct point **point, size_t *points, const char *name,
    unsigned times)
{
	for (size_t i = 0; i < *points; i++)
		if (!strcmp((*point)[i].name, name)) {
			if ((*point)[i].times < times)
				(*point)[i].times = times;
			return;
		}
	*point = ev_mem_realloc(*point, (*points + 1) * sizeof(**point));
	(*point)[*points].times = times;
	snprintf((*point)[(*points)++].name, sizeof((*point)->name), "%s",
	    name);
}

/* A log of passings, "PROGRAM@POINT PID" a line, as points with how often one
 * process passed them. */
static void
points_read(const char *path, struct point **point, size_t *points)
{
	struct point *each = NULL; /* by name and process */
	size_t count = 0;
	struct ev_buf bytes = {0};
	char *line;

	*point = NULL;
	*points = 0;
	if (file_read(path, &bytes)) {
		ev_buf_cstr(&bytes);
		for (line = strtok(bytes.ptr, "\n"); line;
		     line = strtok(NULL, "\n")) {
			unsigned times = 0;

			for (size_t i = 0; i < count; i++)
				if (!strcmp(each[i].name, line))
					times = each[i].times;
			point_add(&each, &count, line, times + 1);
		}
	}
	for (size_t i = 0; i < count; i++) {
		*strchr(each[i].name, ' ') = '\0';
		point_add(point, points, each[i].name, each[i].times);
	}
	free(each);
	ev_buf_release(&bytes);
}

static bool
run_logged(struct world *world, struct point **point, size_t *points)
{
	char *path = ev_mem_printf("%s/points", world->root);
	char *setting = ev_mem_printf("EV_POINT_LOG=%s", path);
	bool fine;

	file_write(path, EV_SLICE(""));
	trial_env(world, setting);
	fine = world_run(world);
	points_read(path, point, points);
	free(setting);
	free(path);
	return fine;
}

bool
trial_points(struct world *world, const struct shape *shape,
    struct known **known)
{
	if (!trial_know(world, shape, known))
		return false;
	if ((*known)->point)
		return true;
	world_clear(world, shape, true);
	return run_logged(world, &(*known)->point, &(*known)->points);
}

bool
trial_points_after(struct world *world, const struct shape *shape,
    const char *first, struct point **point, size_t *points)
{
	char *setting = ev_mem_printf("EV_POINT=%s", first);
	bool fine;

	world_clear(world, shape, true);
	trial_env(world, setting);
	fine = world_run(world) && run_logged(world, point, points);
	free(setting);
	return fine;
}

static bool
was_killed(const struct world *world)
{
	for (size_t i = 0; i < SHAPE_JOBS; i++)
		for (size_t k = 0; k < world->job[i].count; k++)
			if (world->job[i].proc[k].status == 128 + SIGKILL)
				return true;
	return false;
}

static bool
try_point(struct world *world, char *word[TRIAL_WORDS])
{
	for (size_t i = 2; i < TRIAL_WORDS && word[i]; i++) {
		char *setting = ev_mem_printf("EV_POINT=%s", word[i]);
		bool fine;

		trial_env(world, setting);
		free(setting);
		fine = world_run(world);
		if (!fine)
			return false;
		blows += was_killed(world);
	}
	return true;
}

/* --- all of them --------------------------------------------------------- */

static bool
hurt(struct world *world, char *word[TRIAL_WORDS], const struct known *known)
{
	if (!strcmp(word[0], "point"))
		return try_point(world, word);
	if (!strcmp(word[0], "kill"))
		return try_kill(world, word, known);
	if (!strcmp(word[0], "zombie"))
		return try_zombie(world, word, known);
	if (!strcmp(word[0], "fault"))
		return try_fault(world, word);
	if (!strcmp(word[0], "stale") || !strcmp(word[0], "halt"))
		return try_stale(world, word);
	if (!strcmp(word[0], "stranger"))
		return try_stranger(world, word);
	if (strstr(word[0], "cut"))
		return try_cut(world, word, known);
	return world_wrong(world, "'%s' is no trial", word[0]);
}

/* cuts: as many. */
static bool
run_each(struct world *world, char *word[TRIAL_WORDS])
{
	for (unsigned i = 0; i < CUTS; i++) {
		char *text = ev_mem_printf("cut %s %s %s %u", word[1],
		    word[2] ? word[2] : "", word[3] ? word[3] : "", i);
		bool fine = trial_run(world, text);

		free(text);
		world_stop(world);
		if (!fine)
			return false;
	}
	return true;
}

bool
trial_run(struct world *world, const char *text)
{
	char copy[256], *word[TRIAL_WORDS] = {NULL}, *save = NULL;
	const struct shape *shape;
	struct known *known;
	size_t count = 0;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *at = strtok_r(copy, " ", &save); at && count < TRIAL_WORDS;
	     at = strtok_r(NULL, " ", &save))
		word[count++] = at;
	shape = count > 1 ? shape_find(word[1]) : NULL;
	if (!shape)
		return world_wrong(world, "no such shape");
	if (!strcmp(word[0], "refuse"))
		return try_refuse(world, shape);
	if (!strcmp(word[0], "cuts"))
		return run_each(world, word);
	if (!trial_know(world, shape, &known))
		return false;
	if (strstr(word[0], "cut") && !trial_record(world, shape, &known))
		return false;
	world_clear(world, shape, strcmp(word[0], "kill") != 0);
	trial_env(world, NULL);
	if (!hurt(world, word, known))
		return false;
	trial_env(world, NULL);
	world_give(world, shape->events);
	/* What said that it was done must have been; what was not is. */
	if (strcmp(word[0], "point") || !world_done(world))
		if (!world_run_second(world) || !world_finish(world))
			return false;
	return world_right(world, ev_buf_as_slice(&known->good));
}
