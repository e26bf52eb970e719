/*
 * point: where the tests reach into the code that must survive anything.
 *
 * ev_point("name") is a place where a process may die: between two steps that
 * are only together what they should be. ev_mutant("name") is a rule, a sync
 * or an order that a test may take away, to see that another test notices.
 * Both are compiled in with -DEV_CHAOS only (make CHAOS=1); in the programs
 * that people run they are nothing. tests/chaos uses them.
 */
#ifndef EV_BASE_POINT_H
#define EV_BASE_POINT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef EV_CHAOS
/* $EV_POINT is [PROGRAM@]NAME:N: the N-th passing of NAME by a process (of
 * this program) dies here, by SIGKILL; where $EV_POINT_STOP is set, it stops.
 * $EV_POINT_LOG names a file to which every passing appends a line
 * "PROGRAM@NAME PID". */
void ev_point(const char *name);
/* True if $EV_MUTANT is this name. */
bool ev_mutant(const char *name);
/* A time in ms that a test does not want to wait for: $EV_POINT_WAIT, if set,
 * divides it. */
int64_t ev_point_wait(int64_t ms);
#else
#define ev_point(name) ((void)0)
#define ev_mutant(name) false
#define ev_point_wait(ms) (ms)
#endif

#endif
