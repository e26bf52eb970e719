/*
 * csv_sse2: the fast pass by 16 bytes. SSE2 is in every x86-64, so nothing is
 * asked at run time. A signed compare with 0x20 finds control and non-ASCII
 * bytes together.
 */
#ifdef __SSE2__

#include <emmintrin.h>
#include <string.h>

static inline __attribute__((always_inline)) unsigned
marks(__m128i v)
{
	__m128i hit =
	    _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('"')),
			     _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'))),
		_mm_cmplt_epi8(v, _mm_set1_epi8(0x20)));

	return (unsigned)_mm_movemask_epi8(hit);
}

static inline __attribute__((always_inline)) void
copy_cell(const char **in, char **out, char delimiter)
{
	for (;;) {
		__m128i v = _mm_loadu_si128((const __m128i *)*in);
		unsigned hit = marks(v) |
		    (unsigned)_mm_movemask_epi8(
			_mm_cmpeq_epi8(v, _mm_set1_epi8(delimiter)));

		_mm_storeu_si128((__m128i *)*out, v);
		if (hit) {
			*in += __builtin_ctz(hit);
			*out += __builtin_ctz(hit);
			return;
		}
		*in += 16;
		*out += 16;
	}
}

static inline __attribute__((always_inline)) void
copy_quoted(const char **in, char **out)
{
	for (;;) {
		__m128i v = _mm_loadu_si128((const __m128i *)*in);
		unsigned hit = marks(v);

		_mm_storeu_si128((__m128i *)*out, v);
		if (hit) {
			*in += __builtin_ctz(hit);
			*out += __builtin_ctz(hit);
			return;
		}
		*in += 16;
		*out += 16;
	}
}

static inline __attribute__((always_inline)) size_t
count_digits(const char *in)
{
	const char *p = in;

	for (;;) {
		__m128i v = _mm_loadu_si128((const __m128i *)p);
		/* '0' to '9' become -128 to -119. */
		__m128i low = _mm_add_epi8(v,
		    _mm_set1_epi8((char)(-128 - '0')));
		unsigned other = (unsigned)_mm_movemask_epi8(
		    _mm_cmpgt_epi8(low, _mm_set1_epi8(-119)));

		if (other)
			return (size_t)(p - in) + (size_t)__builtin_ctz(other);
		p += 16;
	}
}

#include "format/csv_fast.h"

bool
ev_csv_fast_sse2(struct ev_csv *csv, struct ev_buf *out, size_t *len)
{
	return convert_record(csv, out, len);
}

#else

/* A file must not be empty. */
extern int ev_csv_no_sse2;

#endif
