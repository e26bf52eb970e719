/*
 * random_edit: what may befall a line on its way.
 */
#ifndef EV_TESTS_RANDOM_EDIT_H
#define EV_TESTS_RANDOM_EDIT_H

#include "random_control.h"

static inline size_t
random_at(struct ev_slice line)
{
	return random_below((uint32_t)line.len);
}

static inline void
random_join(struct ev_buf *out, struct ev_slice line, size_t to, size_t from)
{
	ev_buf_append(out, line.ptr, to);
	ev_buf_append(out, line.ptr + from, line.len - from);
}

/* Two runs of bytes change their places. */
static inline void
random_swap(struct ev_buf *out, struct ev_slice line)
{
	size_t a = random_at(line), b = random_at(line);
	size_t len = 1 + random_below(8), low = a < b ? a : b;
	size_t high = a < b ? b : a;

	if (low + len > high)
		len = high - low;
	if (high + len > line.len)
		len = line.len - high;
	ev_buf_slice(out, line);
	memcpy(out->ptr + low, line.ptr + high, len);
	memcpy(out->ptr + high, line.ptr + low, len);
}

/* One edit of a line (that is not empty) into out; `other` is another line,
 * for splices. */
static inline void
random_edit(struct ev_buf *out, struct ev_slice line, struct ev_slice other)
{
	size_t at = random_at(line), len = 1 + random_below(12);

	if (len > line.len - at)
		len = line.len - at;
	out->len = 0;
	switch (random_below(9)) {
	case 0: /* a bit */
		ev_buf_slice(out, line);
		out->ptr[at] ^= (char)(1 << random_below(8));
		break;
	case 1: /* a byte */
		ev_buf_slice(out, line);
		out->ptr[at] = (char)random_below(256);
		break;
	case 2: /* bytes put in */
		ev_buf_append(out, line.ptr, at);
		while (len--)
			ev_buf_char(out, (char)random_below(256));
		ev_buf_append(out, line.ptr + at, line.len - at);
		break;
	case 3: /* bytes taken out */
		random_join(out, line, at, at + len);
		break;
	case 4:
		random_swap(out, line);
		break;
	case 5: /* cut off */
		ev_buf_append(out, line.ptr, at);
		break;
	case 6: /* a run doubled */
		random_join(out, line, at + len, at);
		break;
	case 7: /* of two lines the front and the back */
		ev_buf_append(out, line.ptr, at);
		if (other.len) {
			at = random_at(other);
			ev_buf_append(out, other.ptr + at, other.len - at);
		}
		break;
	default: /* some of these bytes that JSON is made of */
		ev_buf_slice(out, line);
		random_damage(out);
	}
}

#endif
