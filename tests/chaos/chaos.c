/*
 * chaos: kills, stops and unplugs named pipelines, and looks whether their
 * output is that of the run that nobody hurt. Prints TAP, a case a shape.
 *
 *	chaos [--whole] [--jobs N] points|power|zombies|faults [SHAPE…]
 *	chaos [--jobs N] kill N [SHAPE…]
 *	chaos mutants TABLE
 *	chaos [--mutant NAME] try TRIAL…       (trial.h says what trials are)
 *
 * $EV_BUILD is a build with CHAOS=1, $EV_SEED chooses what is tried. What is
 * sampled says out of how many.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "crew.h"
#include "tree.h"
#include "trial.h"

static struct {
	bool whole;
	unsigned jobs;
	const char *mutant;
	uint64_t seed;
	char *root;
} set = {.jobs = 1};

static bool
wanted(const struct shape *shape, char **names)
{
	if (!names[0])
		return !shape->spared;
	for (; names[0]; names++)
		if (!strcmp(names[0], shape->name))
			return true;
	return false;
}

/* --- points -------------------------------------------------------------- */

/* The 1st, 2nd, middle and last but two of so many passings. */
static size_t
passings(unsigned times, unsigned nth[4])
{
	const unsigned wish[4] = {1, 2, times / 2,
	    times > 2 ? times - 2 : times};
	size_t count = 0;

	for (size_t i = 0; i < 4; i++) {
		bool known = wish[i] < 1 || wish[i] > times;

		for (size_t k = 0; k < count; k++)
			known |= nth[k] == wish[i];
		if (!known)
			nth[count++] = wish[i];
	}
	return count;
}

/* Every name of a point that any shape passes. */
static struct {
	char **name;
	size_t count;
} met;

static void
meet(const char *name)
{
	name = strchr(name, '@') + 1;
	for (size_t i = 0; i < met.count; i++)
		if (!strcmp(met.name[i], name))
			return;
	met.name = ev_mem_realloc(met.name,
	    (met.count + 1) * sizeof(*met.name));
	met.name[met.count++] = ev_mem_strdup(name);
}

/* A start that follows on a crash passes points that others do not; it dies
 * there, too. */
static bool
add_seconds(struct crew *crew, struct world *world, const struct shape *shape,
    const struct known *known)
{
	uint64_t seed = set.seed;

	for (unsigned i = 0; i < 4 && known->points; i++) {
		const struct point *first =
		    &known->point[chance(&seed) % known->points];
		char *crash = ev_mem_printf("%s:%u", first->name,
		    first->times / 2 + 1);
		struct point *point;
		size_t points;
		bool fine = trial_points_after(world, shape, crash, &point,
		    &points);

		for (size_t k = 0; fine && k < points; k++) {
			meet(point[k].name);
			crew_add(crew, "point %s %s %s:1", shape->name, crash,
			    point[k].name);
		}
		free(point);
		free(crash);
		if (!fine)
			return false;
	}
	return true;
}

static bool
add_points(struct crew *crew, struct world *world, const struct shape *shape)
{
	struct known *known;
	unsigned nth[4];

	if (!trial_points(world, shape, &known))
		return false;
	for (size_t i = 0; i < known->points; i++) {
		size_t count = passings(known->point[i].times, nth);

		meet(known->point[i].name);
		for (size_t k = 0; k < count; k++)
			crew_add(crew, "point %s %s:%u", shape->name,
			    known->point[i].name, nth[k]);
	}
	return add_seconds(crew, world, shape, known);
}

/* --- power --------------------------------------------------------------- */

/* At every point, as above, and anywhere; all forgotten, or most of it. */
static bool
add_cuts(struct crew *crew, struct world *world, const struct shape *shape)
{
	uint64_t seed = set.seed;
	struct known *known;
	unsigned nth[4];
	size_t ops;

	if (!shape->power)
		return true;
	if (!trial_points(world, shape, &known) ||
	    !trial_record(world, shape, &known))
		return false;
	for (size_t i = 0; i < known->points; i++) {
		size_t count = passings(known->point[i].times, nth);

		for (size_t k = 0; k < count; k++) {
			unsigned some = (unsigned)(chance(&seed) % 1000000);

			crew_add(crew, "cut %s %s:%u 75 %u", shape->name,
			    known->point[i].name, nth[k], some);
			crew_add(crew, "cut %s %s:%u 100 0", shape->name,
			    known->point[i].name, nth[k]);
		}
	}
	/* What was said to be done is: also where a start before it died. */
	for (size_t i = 0; i < known->points && !shape->follows; i++) {
		crew_add(crew, "killcut %s %s:1 end 100 0", shape->name,
		    known->point[i].name);
		crew_add(crew, "killcut %s %s:%u %u 75 %u", shape->name,
		    known->point[i].name, known->point[i].times / 2 + 1,
		    (unsigned)(chance(&seed) % 1000),
		    (unsigned)(chance(&seed) % 1000000));
	}
	ops = trial_ops(known);
	crew_add(crew, "cut %s %zu 100 0", shape->name, ops);
	for (size_t i = 0; i < 400; i++)
		crew_add(crew, "%s %s %zu 75 %u", i % 4 ? "cut" : "recut",
		    shape->name, (size_t)(chance(&seed) % (ops + 1)),
		    (unsigned)(chance(&seed) % 1000000));
	return true;
}

/* --- zombies ------------------------------------------------------------- */

static bool
add_zombies(struct crew *crew, struct world *world, const struct shape *shape)
{
	uint64_t seed = set.seed;
	struct known *known;
	unsigned nth[4];

	if (shape->follows)
		return true;
	if (!trial_points(world, shape, &known))
		return false;
	for (unsigned i = 0; i < 60; i++)
		crew_add(crew, "zombie %s %u %u", shape->name, i % 3,
		    (unsigned)(chance(&seed) % 1000000));
	for (size_t i = 0; i < known->points; i++) {
		size_t count = passings(known->point[i].times, nth);

		for (size_t k = 0; k < count && !strchr(shape->name, '-'); k++)
			crew_add(crew, "stale %s %s:%u", shape->name,
			    known->point[i].name, nth[k]);
	}
	return true;
}

/* --- faults -------------------------------------------------------------- */

static bool
add_faults(struct crew *crew, struct world *world, const struct shape *shape)
{
	static const struct {
		const char *name;
		int number;
	} call[] = {{"write", ENOSPC}, {"fsync", EIO}, {"rename", EACCES},
	    {"malloc", ENOMEM}, {"open", EACCES}, {"read", EIO},
	    {"fork", EAGAIN}};
	struct known *known;
	const char *last = "";

	if (shape->follows || shape->at_least)
		return true;
	if (!trial_points(world, shape, &known))
		return false;
	/* The programs that pass points are those that keep something. */
	for (size_t i = 0; i < known->points; i++) {
		const char *name = known->point[i].name;
		size_t len = strcspn(name, "@");

		if (!strncmp(name, last, len + 1))
			continue;
		last = name;
		for (size_t k = 0; k < sizeof(call) / sizeof(call[0]); k++)
			for (unsigned n = 1; n <= 60; n++)
				crew_add(crew, "fault %s %.*s %s %u %d",
				    shape->name, (int)len, name, call[k].name,
				    n, call[k].number);
	}
	return true;
}

/* --- what is asked for --------------------------------------------------- */

typedef bool lister(struct crew *crew, struct world *world,
    const struct shape *shape);

static void
list(struct crew *crew, lister *add, size_t sample, char **names)
{
	struct world world;
	char *root = ev_mem_printf("%s/first", set.root);

	tree_make(root);
	world_init(&world, root);
	for (size_t i = 0; i < shape_count; i++) {
		if (!wanted(&shapes[i], names))
			continue;
		crew_case(crew, shapes[i].name);
		if (!add(crew, &world, &shapes[i]))
			crew_fail(crew, &world);
		if (!set.whole)
			crew_sample(crew, sample, set.seed + i);
	}
	world_release(&world);
	free(root);
}

/* --- kills --------------------------------------------------------------- */

static size_t kills_each; /* of a shape */

static bool
add_kills(struct crew *crew, struct world *world, const struct shape *shape)
{
	uint64_t seed = set.seed;
	struct known *known;

	if (!trial_know(world, shape, &known))
		return false;
	for (size_t i = 0; i < kills_each; i++)
		crew_add(crew, "kill %s %u", shape->name,
		    (unsigned)(chance(&seed) % 1000000000));
	return true;
}

static int
kills(struct crew *crew, char **args)
{
	size_t count = args[0] ? strtoul(args[0], NULL, 10) : 0, shown = 0;

	if (!count)
		return -1;
	for (size_t i = 0; i < shape_count; i++)
		shown += wanted(&shapes[i], args + 1);
	kills_each = shown ? (count + shown - 1) / shown : 0;
	list(crew, add_kills, kills_each, args + 1);
	/* As many kills as were asked for, not trials. */
	crew_until(crew, kills_each);
	return 0;
}

static int
attempts(struct crew *crew, char **args)
{
	for (; args[0]; args++) {
		crew_case(crew, args[0]);
		crew_add(crew, "%s", args[0]);
	}
	return 0;
}

static int
run(struct crew *crew, char **args)
{
	const char *what = args[0] ? args[0] : "";
	char **rest = args + 1;

	trial_mutant(set.mutant);
	if (!strcmp(what, "points")) {
		list(crew, add_points, 36, rest);
		crew_check(crew, met.count >= 40 || rest[0],
		    "%zu points are passed, of at least 40", met.count);
	} else if (!strcmp(what, "power")) {
		list(crew, add_cuts, 60, rest);
	} else if (!strcmp(what, "zombies")) {
		list(crew, add_zombies, 12, rest);
	} else if (!strcmp(what, "faults")) {
		list(crew, add_faults, 40, rest);
	} else if (!strcmp(what, "kill")) {
		if (kills(crew, rest) < 0)
			return -1;
	} else if (!strcmp(what, "mutants") && rest[0]) {
		return crew_mutants(crew, rest[0]);
	} else if (!strcmp(what, "try")) {
		attempts(crew, rest);
	} else {
		return -1;
	}
	return crew_run(crew, set.jobs);
}

/* What is tried is that build's, whatever PATH says. */
static void
set_path(const char *build)
{
	const char *was = getenv("PATH");
	char *path = ev_mem_printf("%s/bin:%s/tests/chaos:%s", build, build,
	    was ? was : "/usr/bin:/bin");

	setenv("PATH", path, 1);
	free(path);
}

static void
make_root(void)
{
	const char *tmp = getenv("TMPDIR");

	/* Where syncs cost nothing, since it is not they that are tried. */
	if (!tmp)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	set.root = ev_mem_printf("%s/chaos.XXXXXX", tmp);
	if (!mkdtemp(set.root)) {
		fprintf(stderr, "chaos: %s: %s\n", set.root, strerror(errno));
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {{"whole", no_argument, NULL,
						    'w'},
	    {"jobs", required_argument, NULL, 'j'},
	    {"mutant", required_argument, NULL, 'm'}, {NULL, 0, NULL, 0}};
	const char *seed = getenv("EV_SEED");
	struct crew *crew;
	int option, status;

	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1) {
		if (option == 'w')
			set.whole = true;
		else if (option == 'j')
			set.jobs = (unsigned)strtoul(optarg, NULL, 10);
		else if (option == 'm')
			set.mutant = optarg;
		else
			return 64;
	}
	if (!getenv("EV_BUILD")) {
		fprintf(stderr, "chaos: EV_BUILD is not set\n");
		return 64;
	}
	set_path(getenv("EV_BUILD"));
	setvbuf(stdout, NULL, _IOLBF, 0);
	set.seed = seed ? strtoull(seed, NULL, 10) : 1;
	make_root();
	job_prepare();
	crew = crew_new(set.root);
	status = run(crew, argv + optind);
	if (status < 0)
		fprintf(stderr,
		    "chaos: points|power|zombies|faults|kill N|"
		    "mutants TABLE|try TRIAL…\n");
	crew_free(crew);
	tree_remove(set.root);
	free(set.root);
	return status < 0 ? 64 : status;
}
