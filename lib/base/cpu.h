/*
 * cpu: what the processor that we run on can do, beyond what the program is
 * compiled for. Files of which the Makefile says so are compiled for more, and
 * are called only where it is there.
 */
#ifndef EV_BASE_CPU_H
#define EV_BASE_CPU_H

#include <stdbool.h>

/* Vectors of 32 bytes, and the bit instructions that came with them. */
static inline bool
ev_cpu_has_avx2(void)
{
#ifdef __x86_64__
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi");
#else
	return false;
#endif
}

#endif
