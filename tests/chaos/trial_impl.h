/*
 * trial_impl: what the files of trial.h share. A trial's words are its text's;
 * those that hurt return false, with world->why, when the pipeline behaved
 * wrongly already while it was hurt.
 */
#ifndef CHAOS_TRIAL_IMPL_H
#define CHAOS_TRIAL_IMPL_H

#include "trial.h"

#define TRIAL_WORDS 8

/* The environment of the next starts: no outage's waits, the mutant, and one
 * more setting or NULL. */
void trial_env(struct world *world, const char *setting);
/* One more blow was dealt. */
void trial_blow(void);

bool try_kill(struct world *world, char *word[TRIAL_WORDS],
    const struct known *known);
bool try_zombie(struct world *world, char *word[TRIAL_WORDS],
    const struct known *known);
bool try_stale(struct world *world, char *word[TRIAL_WORDS]);
bool try_cut(struct world *world, char *word[TRIAL_WORDS],
    const struct known *known);
/* Runs it, and cuts the power within that, at WHERE. */
bool try_cut_next(struct world *world, const char *where, unsigned percent,
    uint64_t seed);
bool try_fault(struct world *world, char *word[TRIAL_WORDS]);
bool try_stranger(struct world *world, char *word[TRIAL_WORDS]);
bool try_refuse(struct world *world, const struct shape *shape);

#endif
