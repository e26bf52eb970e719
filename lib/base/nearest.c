/*
 * nearest: see nearest.h.
 */
#include "base/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#define LONGEST 64 /* names longer than this are not compared */

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool
same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* The number of insertions, deletions, replacements and swaps of neighbours
 * that make a into b. Both are at most LONGEST long. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	unsigned char row[LONGEST + 1][LONGEST + 1];

	for (size_t i = 0; i <= a_len; i++)
		row[i][0] = (unsigned char)i;
	for (size_t j = 0; j <= b_len; j++)
		row[0][j] = (unsigned char)j;
	for (size_t i = 1; i <= a_len; i++)
		for (size_t j = 1; j <= b_len; j++) {
			size_t best = row[i - 1][j - 1] +
			    !same(a[i - 1], b[j - 1]);

			best = min(best, row[i - 1][j] + 1u);
			best = min(best, row[i][j - 1] + 1u);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) &&
			    same(a[i - 2], b[j - 1]))
				best = min(best, row[i - 2][j - 2] + 1u);
			row[i][j] = (unsigned char)best;
		}
	return row[a_len][b_len];
}

struct ev_nearest
ev_nearest_to(const char *word)
{
	size_t third = strlen(word) / 3;

	return (struct ev_nearest){word, NULL, (third ? third : 1) + 1};
}

void
ev_nearest_offer(struct ev_nearest *nearest, const char *candidate)
{
	size_t len = strlen(nearest->word), other = strlen(candidate), d;

	if (len > LONGEST || other > LONGEST)
		return;
	d = distance(nearest->word, len, candidate, other);
	if (d < nearest->distance) {
		nearest->distance = d;
		nearest->best = candidate;
	}
}
