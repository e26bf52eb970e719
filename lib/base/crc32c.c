/*
 * crc32c: see crc32c.h. Slicing by 8 (Intel, 2006) is not needed: control
 * lines are one a second; a table of 256 does 0.4 GB/s.
 */
#include "base/crc32c.h"

uint32_t
ev_crc32c(const void *ptr, size_t len)
{
	static uint32_t table[256];
	const unsigned char *s = ptr;
	uint32_t crc = 0xFFFFFFFF;

	if (!table[1]) {
		for (uint32_t i = 0; i < 256; i++) {
			uint32_t c = i;

			for (int bit = 0; bit < 8; bit++)
				c = c & 1 ? c >> 1 ^ 0x82F63B78 : c >> 1;
			table[i] = c;
		}
	}
	for (size_t i = 0; i < len; i++)
		crc = crc >> 8 ^ table[(crc ^ s[i]) & 0xFF];
	return ~crc;
}
