/*
 * crc32c: see crc32c.h. Eight bytes a step by eight tables ("slicing by 8",
 * Kounavis and Berry, Intel 2005): a side line is checked by every command
 * that it passes, so its bytes must not cost more than those of an event. One
 * table alone does 0.4 GB/s, eight do 2.
 */
#include "base/crc32c.h"

#include <stdbool.h>

static uint32_t table[8][256];

static void
fill(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = c & 1 ? c >> 1 ^ 0x82F63B78 : c >> 1;
		table[0][i] = c;
	}
	for (unsigned t = 1; t < 8; t++)
		for (unsigned i = 0; i < 256; i++)
			table[t][i] = table[t - 1][i] >> 8 ^
			    table[0][table[t - 1][i] & 0xFF];
}

static uint32_t
word(const unsigned char *s)
{
	return (uint32_t)s[0] | (uint32_t)s[1] << 8 | (uint32_t)s[2] << 16 |
	    (uint32_t)s[3] << 24;
}

uint32_t
ev_crc32c(const void *ptr, size_t len)
{
	static bool filled;
	const unsigned char *s = ptr;
	uint32_t crc = 0xFFFFFFFF;

	if (!filled)
		fill();
	filled = true;
	for (; len >= 8; s += 8, len -= 8) {
		uint32_t low = crc ^ word(s), high = word(s + 4);

		crc = table[7][low & 0xFF] ^ table[6][low >> 8 & 0xFF] ^
		    table[5][low >> 16 & 0xFF] ^ table[4][low >> 24] ^
		    table[3][high & 0xFF] ^ table[2][high >> 8 & 0xFF] ^
		    table[1][high >> 16 & 0xFF] ^ table[0][high >> 24];
	}
	for (; len; s++, len--)
		crc = crc >> 8 ^ table[0][(crc ^ *s) & 0xFF];
	return ~crc;
}
