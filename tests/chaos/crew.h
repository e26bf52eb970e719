/*
 * crew: a list of trials, dealt to some workers, and their results as TAP.
 */
#ifndef CHAOS_CREW_H
#define CHAOS_CREW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "world.h"

struct crew;

/* root: an empty folder, lent. */
struct crew *crew_new(const char *root);
void crew_free(struct crew *crew);

/* The trials that are added from now on are of this case. */
void crew_case(struct crew *crew, const char *name);
void crew_add(struct crew *crew, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* The case fails already, as world->why says. */
void crew_fail(struct crew *crew, const struct world *world);
/* Of the last case so many trials only, chosen by the seed. */
void crew_sample(struct crew *crew, size_t count, uint64_t seed);
/* Of every case no more trials once so many blows were dealt. */
void crew_until(struct crew *crew, size_t blows);
/* A case that is decided. */
void crew_check(struct crew *crew, bool right, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Runs all; the program's exit status. */
int crew_run(struct crew *crew, unsigned jobs);

/* Runs a table of lines "MUTANT TRIAL": the trial must pass, and fail with the
 * mutant. The program's exit status, or -1: the table cannot be read. */
int crew_mutants(struct crew *crew, const char *table);

#endif
