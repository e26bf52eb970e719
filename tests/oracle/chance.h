/*
 * chance: the random numbers of the programs that ask questions; the same
 * state gives the same.
 */
#ifndef TESTS_ORACLE_CHANCE_H
#define TESTS_ORACLE_CHANCE_H

#include <stdint.h>

static uint64_t state;

/* splitmix64 */
static uint64_t
next(void)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

#endif
