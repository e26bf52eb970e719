/*
 * csv_simd: the steps of the fast pass by vectors, of the width that a file
 * which includes this is compiled for (csv_sse2.c, csv_avx2.c). A step copies a
 * whole vector and finds in the same register where it should have ended.
 */
#ifndef EV_FORMAT_CSV_SIMD_H
#define EV_FORMAT_CSV_SIMD_H

#include "event/token.h"

static inline __attribute__((always_inline)) void
copy_plain(const char **in, char **out, char end)
{
	for (;;) {
		ev_simd v = ev_simd_load(*in);
		unsigned hit = ev_simd_mask(
		    ev_token_stops(v) | ev_simd_equal(v, ev_simd_all(end)));

		ev_simd_store(*out, v);
		if (hit) {
			*in += __builtin_ctz(hit);
			*out += __builtin_ctz(hit);
			return;
		}
		*in += EV_SIMD;
		*out += EV_SIMD;
	}
}

static inline __attribute__((always_inline)) size_t
count_digits(const char *in)
{
	const char *p = in;

	for (;;) {
		/* '0' to '9' become the greatest ten, 118 to 127. */
		ev_simd high = ev_simd_add(ev_simd_load(p),
		    ev_simd_all(127 - '9'));
		unsigned other = ev_simd_mask(
		    ev_simd_less(high, ev_simd_all(118)));

		if (other)
			return (size_t)(p - in) + (size_t)__builtin_ctz(other);
		p += EV_SIMD;
	}
}

#include "format/csv_fast.h"

#endif
