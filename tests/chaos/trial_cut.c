/*
 * trial_cut: power cuts: cut and recut of trial.h.
 *
 * One run is recorded, whole. A cut anywhere in it is then played without
 * running it again: all processes die at once, so that only what the disk has
 * counts.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "disk.h"
#include "tree.h"
#include "trial_impl.h"

struct disk_log {
	char *root;          /* of the world whose folder it names; owned */
	struct disk *before; /* the folder as it was */
	struct ev_buf bytes; /* the operations */
	uint64_t points;     /* the number of the file that logs points */
};

static void
log_release(struct disk_log *log)
{
	if (log->before)
		disk_free(log->before);
	ev_buf_release(&log->bytes);
	free(log->root);
	*log = (struct disk_log){0};
}

/* One pipeline alone, in which a process is to die. */
static bool
run_first(struct world *world)
{
	world_start(world, 0);
	return job_wait(&world->job[0], 20000)
	    ? world_ended(world, 0)
	    : world_wrong(world, "a run hangs");
}

/* Runs what stands in the folder once, recorded; where a process is to die at
 * a point (NULL: none), then once more, and *second is where that begins. */
static bool
run_recorded(struct world *world, struct disk_log *log, const char *point,
    size_t *second)
{
	char *path = ev_mem_printf("%s/power", world->root);
	char *passed = ev_mem_printf("%s/points", world->root);
	char *shim = ev_mem_printf("LD_PRELOAD=%s/tests/chaos/power.so",
	    getenv("EV_BUILD"));
	char *setting = ev_mem_printf("EV_POWER_LOG=%s", path);
	char *logged = ev_mem_printf("EV_POINT_LOG=%s", passed);
	bool fine;

	file_write(path, EV_SLICE(""));
	file_write(passed, EV_SLICE(""));
	*log = (struct disk_log){.root = ev_mem_strdup(world->root),
	    .points = disk_number(passed)};
	log->before = disk_of(world->folder);
	trial_env(world, setting);
	world_env(world, logged);
	world_env(world, shim);
	if (point) {
		char *dies = ev_mem_printf("EV_POINT=%s", point);

		world_env(world, dies);
		fine = run_first(world);
		free(dies);
		trial_env(world, setting);
		world_env(world, shim);
		fine = fine && world_run_second(world);
		file_read(path, &log->bytes);
		*second = disk_ops(ev_buf_as_slice(&log->bytes));
		log->bytes.len = 0;
		fine = fine && world_finish(world);
	} else {
		fine = world_run(world);
	}
	file_read(path, &log->bytes);
	free(path);
	free(passed);
	free(shim);
	free(setting);
	free(logged);
	return fine;
}

/* What the whole log gives must be what there is: else the library does not
 * see all that the commands do. */
static bool
check_recording(struct world *world, const struct disk_log *log)
{
	char *played = ev_mem_printf("%s/played", world->root);
	char *command = ev_mem_printf("diff -r '%s' '%s' 2>&1", world->folder,
	    played);
	struct disk *disk = disk_copy(log->before);
	struct ev_buf out = {0};
	bool same;

	disk_play(disk, ev_buf_as_slice(&log->bytes), SIZE_MAX);
	disk_cut(disk, 0, 0);
	disk_put(disk, played);
	same = shell_read("/", command, &out) == 0;
	if (!same)
		world_wrong(world, "the recording is not what was done: %s",
		    ev_buf_cstr(&out));
	tree_remove(played);
	disk_free(disk);
	free(played);
	free(command);
	ev_buf_release(&out);
	return same;
}

bool
trial_record(struct world *world, const struct shape *shape,
    struct known **known)
{
	if (!trial_know(world, shape, known))
		return false;
	/* Records name their place, so that each worker makes its own. */
	if ((*known)->log && !strcmp((*known)->log->root, world->root))
		return true;
	(*known)->log = ev_mem_zalloc(1, sizeof(*(*known)->log));
	world_clear(world, shape, true);
	return run_recorded(world, (*known)->log, NULL, NULL) &&
	    check_recording(world, (*known)->log);
}

size_t
trial_ops(const struct known *known)
{
	return disk_ops(ev_buf_as_slice(&known->log->bytes));
}

/* --- where to cut -------------------------------------------------------- */

/* How often this process has passed it: lines "PROGRAM@POINT PID" before
 * line i, and that one. */
static unsigned
passings(const struct ev_slice *text, size_t i)
{
	unsigned count = 0;

	for (size_t k = 0; k <= i; k++)
		count += text[k].len == text[i].len &&
		    !memcmp(text[k].ptr, text[i].ptr, text[i].len);
	return count;
}

/* The operations up to WHERE: a number, PROGRAM@POINT:N, or end. False: the run
 * did not come there. */
static bool
ops_at(const struct disk_log *log, const char *where, size_t *ops)
{
	const char *colon = strrchr(where, ':');
	size_t *at, count, len;
	struct ev_slice *text;
	bool found = false;

	if (!strcmp(where, "end")) {
		*ops = disk_ops(ev_buf_as_slice(&log->bytes));
		return true;
	}
	if (!colon) {
		*ops = strtoul(where, NULL, 10) %
		    (disk_ops(ev_buf_as_slice(&log->bytes)) + 1);
		return true;
	}
	len = (size_t)(colon - where);
	count = disk_written(ev_buf_as_slice(&log->bytes), log->points, &at,
	    &text);
	for (size_t i = 0; i < count && !found; i++) {
		found = text[i].len > len && text[i].ptr[len] == ' ' &&
		    !memcmp(text[i].ptr, where, len) &&
		    passings(text, i) == strtoul(colon + 1, NULL, 10);
		*ops = at[i];
	}
	free(at);
	free(text);
	return found;
}

/* --- cutting ------------------------------------------------------------- */

static void
cut(struct world *world, const struct disk_log *log, size_t ops,
    unsigned percent, uint64_t seed)
{
	struct disk *disk = disk_copy(log->before);

	disk_play(disk, ev_buf_as_slice(&log->bytes), ops);
	disk_cut(disk, percent, seed);
	disk_put(disk, world->folder);
	disk_free(disk);
	trial_blow();
}

static bool
try_killcut(struct world *world, char *word[TRIAL_WORDS])
{
	struct disk_log log;
	size_t second, all, ops;
	bool fine;

	if (!word[2] || !word[3] || !word[4] || !word[5])
		return world_wrong(world,
		    "POINT WHERE PERCENT SEED is missing");
	fine = run_recorded(world, &log, word[2], &second);
	all = disk_ops(ev_buf_as_slice(&log.bytes));
	ops = !strcmp(word[3], "end")
	    ? all
	    : second + strtoul(word[3], NULL, 10) % (all - second + 1);
	if (fine)
		cut(world, &log, ops, (unsigned)strtoul(word[4], NULL, 10),
		    strtoull(word[5], NULL, 10));
	log_release(&log);
	if (fine && word[6]) {
		char *dies = ev_mem_printf("EV_POINT=%s", word[6]);

		trial_env(world, dies);
		fine = run_first(world);
		free(dies);
	}
	return fine;
}

bool
try_cut_next(struct world *world, const char *where, unsigned percent,
    uint64_t seed)
{
	struct disk_log log;
	bool fine = run_recorded(world, &log, NULL, NULL);
	size_t ops;

	if (fine && !ops_at(&log, where, &ops))
		fine = world_wrong(world, "the run does not pass %s", where);
	if (fine)
		cut(world, &log, ops, percent, seed);
	log_release(&log);
	return fine;
}

bool
try_cut(struct world *world, char *word[TRIAL_WORDS], const struct known *known)
{
	const struct disk_log *log = known->log;
	uint64_t seed;
	unsigned percent;
	size_t ops;

	if (!strcmp(word[0], "killcut"))
		return try_killcut(world, word);
	if (!word[2] || !word[3] || !word[4])
		return world_wrong(world, "WHERE PERCENT SEED is missing");
	percent = (unsigned)strtoul(word[3], NULL, 10);
	seed = strtoull(word[4], NULL, 10);
	/* How often some points are passed hangs on who is faster. */
	if (!ops_at(log, word[2], &ops))
		return true;
	cut(world, log, ops, percent, seed);
	if (!strcmp(word[0], "recut")) {
		struct disk_log again;
		bool fine = run_recorded(world, &again, NULL, NULL);
		size_t all = disk_ops(ev_buf_as_slice(&again.bytes));

		if (fine)
			cut(world, &again, chance(&seed) % (all + 1), percent,
			    chance(&seed));
		log_release(&again);
		return fine;
	}
	return true;
}
