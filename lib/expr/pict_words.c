/*
 * pict_words: see pict_words.h.
 */
#include "expr/pict_words.h"

#include <stddef.h>
#include <string.h>

const char *const ev_pict_months[13] = {"January", "February", "March", "April",
    "May", "June", "July", "August", "September", "October", "November",
    "December", NULL};

const char *const ev_pict_months_short[13] = {"Jan", "Feb", "Mar", "Apr", "May",
    "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", NULL};

const char *const ev_pict_days[8] = {"Sunday", "Monday", "Tuesday", "Wednesday",
    "Thursday", "Friday", "Saturday", NULL};

const char *const ev_pict_days_short[8] = {"Sun", "Mon", "Tue", "Wed", "Thu",
    "Fri", "Sat", NULL};

const char *const ev_pict_romans[13] = {"XII", "XI", "X", "IX", "VIII", "VII",
    "VI", "V", "IV", "III", "II", "I", NULL};

void
ev_pict_put_word(struct ev_buf *out, const char *word,
    const struct ev_pict_node *node, int width)
{
	size_t len = strlen(word);

	ev_buf_reserve(out, len + (size_t)width);
	for (size_t i = 0; i < len; i++) {
		char c = word[i];

		if (c >= 'a' && c <= 'z' && node->key->style == EV_PICT_UPPER)
			c = (char)(c - 'a' + 'A');
		if (c >= 'A' && c <= 'Z' && node->key->style == EV_PICT_LOWER)
			c = (char)(c - 'A' + 'a');
		out->ptr[out->len++] = c;
	}
	if (node->fill || node->translated)
		return;
	for (size_t i = len; i < (size_t)width; i++)
		ev_buf_char(out, ' ');
}

void
ev_pict_put_number(struct ev_buf *out, int64_t number, int width,
    const struct ev_pict_node *node)
{
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	size_t start = out->len;
	char text[32]; /* the widest has 9 */
	char *end = text + sizeof(text), *at = end;

	do
		*--at = (char)('0' + rest % 10);
	while (rest /= 10);
	while (!node->fill && end - at + (number < 0) < width)
		*--at = '0';
	if (number < 0)
		*--at = '-';
	ev_buf_append(out, at, (size_t)(end - at));
	if (node->th != EV_PICT_NO_TH)
		ev_buf_str(out,
		    ev_pict_ordinal(out->ptr + start, out->len - start,
			node->th == EV_PICT_UPPER_TH));
}

void
ev_pict_put_fixed(struct ev_buf *out, int64_t number, int width,
    const struct ev_pict_node *node)
{
	struct ev_pict_node full = *node;

	full.fill = false;
	ev_pict_put_number(out, number, width, &full);
}
