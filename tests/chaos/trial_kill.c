/*
 * trial_kill: processes that are killed or stopped somewhere: kill, zombie,
 * stale and refuse of trial.h.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/mem.h"
#include "tree.h"
#include "trial_impl.h"

#define PATIENCE 20000 /* ms */

/* Somewhere in a run that takes so long. */
static void
sleep_within(unsigned ms, uint64_t *seed)
{
	uint64_t ns = chance(seed) % ((ms + 2) * 1100000ULL);
	const struct timespec time = {(time_t)(ns / 1000000000),
	    (long)(ns % 1000000000)};

	nanosleep(&time, NULL);
}

/* --- kill ---------------------------------------------------------------- */

static void
kill_some(struct world *world, uint64_t *seed)
{
	size_t jobs = world->running[1] ? 2 : 1;
	size_t which = chance(seed) % jobs;
	struct job *job = &world->job[which];

	trial_blow();
	switch (chance(seed) % 5) {
	case 0:
		for (size_t i = 0; i < jobs; i++)
			job_signal_all(&world->job[i], SIGKILL);
		break;
	case 1:
		job_signal_all(job, SIGKILL);
		break;
	case 2:
		job_signal_child(job, chance(seed) % job->count, SIGKILL);
		break;
	default:
		job_signal(job, chance(seed) % job->count, SIGKILL);
		break;
	}
}

/* Waits until what runs has ended, pipelines that follow by asking them. */
static bool
settle(struct world *world)
{
	for (size_t i = 0; i < SHAPE_JOBS; i++) {
		if (!world->running[i])
			continue;
		if (world->shape->follows)
			job_signal(&world->job[i], 0, SIGTERM);
		if (!job_wait(&world->job[i], PATIENCE))
			return world_wrong(world,
			    "pipeline %zu still runs after %d s", i,
			    PATIENCE / 1000);
		if (!world_ended(world, i))
			return false;
	}
	return true;
}

bool
try_kill(struct world *world, char *word[TRIAL_WORDS],
    const struct known *known)
{
	uint64_t seed = strtoull(word[2] ? word[2] : "0", NULL, 10);
	size_t kills = 1 + chance(&seed) % 4;
	unsigned events = world->shape->events;

	world_give(world, chance(&seed) % 3 ? events : 0);
	for (size_t i = 0; i < kills; i++) {
		for (size_t k = 0; k < SHAPE_JOBS && world->shape->job[k]; k++)
			world_start(world, k);
		/* More input, before the kill or after it. */
		sleep_within(known->ms, &seed);
		if (chance(&seed) % 2)
			world_give(world,
			    world->given +
				(unsigned)(chance(&seed) %
				    (events - world->given + 1)));
		sleep_within(known->ms / 4, &seed);
		kill_some(world, &seed);
		if (!settle(world))
			return false;
	}
	return true;
}

/* --- zombie -------------------------------------------------------------- */

/* The pipeline again, while an old process stands still. That may hold a lock
 * of ours (76) or of a database (69, or 75 every time). */
static bool
run_beside(struct world *world)
{
	world->busy = true;
	world->was_busy = false;
	for (unsigned i = 0; i < 3; i++) {
		if (!world_run(world))
			return false;
		if (world->was_busy || world_done(world))
			break;
	}
	world->busy = false;
	return true;
}

/* All but the stopped process of a job are killed; it goes on after the
 * pipeline ran again. */
static bool
revive(struct world *world, size_t victim)
{
	struct job old = world->job[0];
	bool fine;

	trial_blow();
	for (size_t i = 0; i < old.count; i++)
		if (i != victim)
			job_signal(&old, i, SIGKILL);
	world->running[0] = false;
	world->job[0].group = 0;
	trial_env(world, NULL);
	fine = run_beside(world);
	job_signal_all(&old, SIGCONT);
	if (!job_wait(&old, PATIENCE)) {
		job_clear(&old);
		return fine &&
		    world_wrong(world, "the old process does not end");
	}
	if (job_crashed(&old))
		return world_wrong(world, "the old process crashed");
	return fine;
}

bool
try_zombie(struct world *world, char *word[TRIAL_WORDS],
    const struct known *known)
{
	size_t victim = strtoul(word[2] ? word[2] : "0", NULL, 10);
	uint64_t seed = strtoull(word[2] && word[3] ? word[3] : "0", NULL, 10);

	world_start(world, 0);
	if (victim >= world->job[0].count)
		victim = world->job[0].count - 1;
	sleep_within(known->ms, &seed);
	job_signal(&world->job[0], victim, SIGSTOP);
	return revive(world, victim);
}

/* --- stale --------------------------------------------------------------- */

static bool
stopped(pid_t pid)
{
	char *path = ev_mem_printf("/proc/%ld/stat", (long)pid);
	struct ev_buf text = {0};
	const char *behind;
	bool is = false;

	if (file_read(path, &text)) {
		behind = strrchr(ev_buf_cstr(&text), ')');
		is = behind && behind[1] && behind[2] == 'T';
	}
	ev_buf_release(&text);
	free(path);
	return is;
}

bool
try_stale(struct world *world, char *word[TRIAL_WORDS])
{
	char *setting = ev_mem_printf("EV_POINT=%s", word[2] ? word[2] : "");

	trial_env(world, setting);
	world_env(world, "EV_POINT_STOP=1");
	free(setting);
	world_start(world, 0);
	for (int waited = 0; waited < PATIENCE; waited += 5) {
		struct job *job = &world->job[0];
		bool ended = job_poll(job);

		for (size_t i = 0; i < job->count; i++) {
			if (job->proc[i].ended || !stopped(job->proc[i].pid))
				continue;
			/* The rest of the stream finds its way into pipes. */
			job_pause(20);
			job_poll(job);
			if (strcmp(word[0], "halt"))
				return revive(world, i);
			trial_blow();
			job_signal_all(job, SIGKILL);
			job_wait(job, PATIENCE);
			return world_ended(world, 0);
		}
		/* Another pipeline's point, or the fault of who is faster. */
		if (ended)
			return world_ended(world, 0);
		job_pause(5);
	}
	return world_wrong(world, "nobody came to %s", word[2]);
}

/* --- fault --------------------------------------------------------------- */

/* Either it was done all the same, or a status and a message say that not. */
bool
try_fault(struct world *world, char *word[TRIAL_WORDS])
{
	char *log = ev_mem_printf("%s/dealt", world->root);
	char *shim = ev_mem_printf("LD_PRELOAD=%s/tests/fault/nth.so",
	    getenv("EV_BUILD"));
	char *logged = ev_mem_printf("EV_FAULT_LOG=%s", log);
	struct ev_buf fault = {0}, errors = {0};
	bool fine;

	ev_buf_str(&fault, "EV_FAULT=");
	for (size_t i = 2; i < 6 && word[i]; i++)
		ev_buf_printf(&fault, "%s ", word[i]);
	file_write(log, EV_SLICE(""));
	trial_env(world, ev_buf_cstr(&fault));
	world_env(world, logged);
	world_env(world, shim);
	world->told = true;
	fine = world_run(world);
	world->told = false;
	if (fine && !world_done(world)) {
		fine = file_read(world->errors, &errors) && errors.len;
		if (!fine)
			world_wrong(world, "it fails and does not say why");
	}
	errors.len = 0;
	if (file_read(log, &errors) && errors.len)
		trial_blow();
	ev_buf_release(&fault);
	ev_buf_release(&errors);
	free(log);
	free(shim);
	free(logged);
	return fine;
}

/* --- stranger ------------------------------------------------------------ */

bool
try_stranger(struct world *world, char *word[TRIAL_WORDS])
{
	char *path = ev_mem_printf("%s/%s", world->folder, word[2]);
	struct ev_buf out = {0};
	bool fine = world_finish(world);

	if (fine) {
		file_append(path, EV_SLICE("by a stranger\n"));
		trial_blow();
	}
	if (fine && word[3] && word[4] && word[5])
		fine = try_cut_next(world, word[3],
		    (unsigned)strtoul(word[4], NULL, 10),
		    strtoull(word[5], NULL, 10));
	if (fine)
		fine = world_finish(world);
	shell_read(world->folder, "grep -rl stranger . | grep -F .cut-", &out);
	if (fine && !out.len)
		fine = world_wrong(world, "what a stranger wrote is gone");
	ev_buf_release(&out);
	free(path);
	return fine;
}

/* --- refuse -------------------------------------------------------------- */

bool
try_refuse(struct world *world, const struct shape *shape)
{
	struct ev_buf out = {0};
	int status;
	bool fine;

	world_clear(world, shape, true);
	trial_env(world, NULL);
	trial_blow();
	world_start(world, 0);
	if (!job_wait(&world->job[0], PATIENCE))
		return world_wrong(world, "it still runs after %d s",
		    PATIENCE / 1000);
	status = job_status(&world->job[0]);
	world->running[0] = false;
	world_show(world, &out);
	fine = status >= 64 && status <= 78 && out.len == 0;
	if (!fine)
		world_wrong(world, "it ends with %d, and shows %zu bytes",
		    status, out.len);
	ev_buf_release(&out);
	return fine;
}
