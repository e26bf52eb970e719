/*
 * siphash: see siphash.h.
 */
#include "base/siphash.h"

#include <string.h>

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline void
round_once(struct state *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline uint64_t
load(const unsigned char *s)
{
	uint64_t word;

	memcpy(&word, s, 8);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

static inline void
absorb(struct state *s, uint64_t word)
{
	s->v3 ^= word;
	round_once(s);
	round_once(s);
	s->v0 ^= word;
}

static uint64_t
squeeze(struct state *s)
{
	for (int i = 0; i < 4; i++)
		round_once(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

struct ev_siphash
ev_siphash(const uint64_t key[2], const void *ptr, size_t len)
{
	const unsigned char *at = ptr;
	unsigned char last[8] = {0};
	struct state s = {key[0] ^ 0x736f6d6570736575,
	    key[1] ^ 0x646f72616e646f6d ^ 0xee, key[0] ^ 0x6c7967656e657261,
	    key[1] ^ 0x7465646279746573};
	struct ev_siphash hash;

	for (size_t left = len / 8; left; left--, at += 8)
		absorb(&s, load(at));
	if (len % 8)
		memcpy(last, at, len % 8);
	last[7] = (unsigned char)len;
	absorb(&s, load(last));
	s.v2 ^= 0xee;
	hash.low = squeeze(&s);
	s.v1 ^= 0xdd;
	hash.high = squeeze(&s);
	return hash;
}
