/*
 * random: the numbers that the bench's generators draw, the same for the same
 * seed everywhere.
 */
#ifndef EV_BENCH_RANDOM_H
#define EV_BENCH_RANDOM_H

#include <stdint.h>

static uint64_t random_state = 0x2545F4914F6CDD1D;

/* xorshift64* (Vigna 2014). */
static inline uint64_t
random_next(void)
{
	random_state ^= random_state >> 12;
	random_state ^= random_state << 25;
	random_state ^= random_state >> 27;
	return random_state * 0x2545F4914F6CDD1D;
}

static inline unsigned
random_below(unsigned limit)
{
	return (unsigned)((random_next() >> 32) * limit >> 32);
}

#endif
