/*
 * crc32c: CRC-32C (Castagnoli), RFC 3720 appendix B.4: reflected polynomial
 * 0x82F63B78, all ones before and after. "123456789" gives e3069283.
 */
#ifndef EV_BASE_CRC32C_H
#define EV_BASE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

uint32_t ev_crc32c(const void *ptr, size_t len);

#endif
