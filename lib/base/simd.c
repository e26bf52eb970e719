/*
 * simd: the table of simd.h.
 */
#include "base/simd.h"

#ifdef EV_SIMD

#define ONE(c) \
	{ \
		[0 ... 31] = (char)(c) \
	}
#define FOUR(c) ONE(c), ONE((c) + 1), ONE((c) + 2), ONE((c) + 3)
#define SIXTEEN(c) FOUR(c), FOUR((c) + 4), FOUR((c) + 8), FOUR((c) + 12)
#define SIXTY_FOUR(c) \
	SIXTEEN(c), SIXTEEN((c) + 16), SIXTEEN((c) + 32), SIXTEEN((c) + 48)

const char ev_simd_bytes[256][32] = {SIXTY_FOUR(0), SIXTY_FOUR(64),
    SIXTY_FOUR(128), SIXTY_FOUR(192)};

#endif
