/*
 * chance: a trial's own, which a seed repeats.
 */
#ifndef CHAOS_CHANCE_H
#define CHAOS_CHANCE_H

#include <stdint.h>

/* splitmix64. */
static inline uint64_t
chance(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

#endif
