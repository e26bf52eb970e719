/*
 * siphash: SipHash-2-4 with 128 bits of output (Aumasson and Bernstein,
 * "SipHash: a fast short-input PRF"): a keyed hash that nobody who does not
 * know the key can make collide.
 */
#ifndef EV_BASE_SIPHASH_H
#define EV_BASE_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

struct ev_siphash {
	uint64_t low, high; /* of the 16 bytes, little-endian */
};

struct ev_siphash ev_siphash(const uint64_t key[2], const void *ptr,
    size_t len);

#endif
