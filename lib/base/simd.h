/*
 * simd: vectors of bytes, as wide as they are on the processor that a file is
 * compiled for: EV_SIMD bytes, 32 with AVX2 and 16 with SSE2, which every
 * x86-64 has. Elsewhere there is no EV_SIMD, and who asks for it (#ifdef) has
 * another way. EV_SIMD_NONE before this header stands for such a processor, in
 * tests of that way.
 *
 * A question about each byte is answered in the highest bit of the byte, and |
 * joins two answers; ev_simd_mask makes a number of them.
 */
#ifndef EV_BASE_SIMD_H
#define EV_BASE_SIMD_H

#if defined(EV_SIMD_NONE)
#elif defined(__AVX2__)
#include <immintrin.h>

#define EV_SIMD 32
#define EV_SIMD_OP(name) _mm256_##name
typedef __m256i ev_simd;
typedef __m256i_u ev_simd_anywhere; /* at any address */
#elif defined(__SSE2__)
#include <emmintrin.h>

#define EV_SIMD 16
#define EV_SIMD_OP(name) _mm_##name
typedef __m128i ev_simd;
typedef __m128i_u ev_simd_anywhere;
#endif

#ifdef EV_SIMD

static inline ev_simd
ev_simd_load(const char *from)
{
	return *(const ev_simd_anywhere *)(const void *)from;
}

static inline void
ev_simd_store(char *to, ev_simd v)
{
	*(ev_simd_anywhere *)(void *)to = v;
}

/* Each byte, in all places of a vector. */
extern const char ev_simd_bytes[256][32]
    __attribute__((aligned(32), visibility("hidden")));

/* c in all places: from memory, since gcc makes the vector of a constant anew
 * for every cell or string, in three instructions. With AVX2 that is 2 % of a
 * filter's, and 3 % of those from CSV to NDJSON. */
static inline ev_simd
ev_simd_all(char c)
{
	return ev_simd_load(ev_simd_bytes[(unsigned char)c]);
}

/* Sums of signed bytes; beyond 127 comes -128. */
static inline ev_simd
ev_simd_add(ev_simd v, ev_simd w)
{
	return EV_SIMD_OP(add_epi8)(v, w);
}

/* Is the byte the one of w? */
static inline ev_simd
ev_simd_equal(ev_simd v, ev_simd w)
{
	return EV_SIMD_OP(cmpeq_epi8)(v, w);
}

/* Is the signed byte less than the one of w? The difference, -128 at the least,
 * is negative then. (gcc makes two instructions of the compare, where w is a
 * constant.) */
static inline ev_simd
ev_simd_less(ev_simd v, ev_simd w)
{
	return EV_SIMD_OP(subs_epi8)(v, w);
}

/* The answers, 1 for yes, the first byte's in the lowest bit. */
static inline unsigned
ev_simd_mask(ev_simd answers)
{
	return (unsigned)EV_SIMD_OP(movemask_epi8)(answers);
}

#endif

#endif
