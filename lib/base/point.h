/*
 * point: where the tests reach into the code that must survive anything.
 *
 * ev_point("name") is a place where a process may die: between two steps that
 * are only together what they should be. ev_mutant("name") is a rule, a sync
 * or an order that a test may take away, to see that another test notices.
 * Both are compiled in with -DEV_CHAOS only (make CHAOS=1); in the programs
 * that people run they are nothing.
 */
#ifndef EV_BASE_POINT_H
#define EV_BASE_POINT_H

#include <stdbool.h>

#ifdef EV_CHAOS
/* $EV_POINT is NAME:N: the N-th passing of NAME by a process dies here, by
 * SIGKILL. $EV_POINT_LOG names a file to which every passing appends its
 * name. */
void ev_point(const char *name);
/* True if $EV_MUTANT is this name. */
bool ev_mutant(const char *name);
#else
#define ev_point(name) ((void)0)
#define ev_mutant(name) false
#endif

#endif
