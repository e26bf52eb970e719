/*
 * csv_sse2: the fast pass by 16 bytes. SSE2 is in every x86-64, so nothing is
 * asked at run time.
 */
#include "base/simd.h"

#ifdef EV_SIMD
#include "format/csv_simd.h"

ev_csv_fast *const ev_csv_fast_sse2 = convert_record;
#else
#include "format/csv_impl.h"

ev_csv_fast *const ev_csv_fast_sse2 = NULL;
#endif
