/*
 * slice: text as <pointer, length>. A slice owns nothing; whoever hands one
 * out says how long it lives (for slices of a read buffer: until the next
 * ev_reader_next).
 */
#ifndef EV_BASE_SLICE_H
#define EV_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct ev_slice {
	const char *ptr;
	size_t len;
};

/* A slice of a string literal. */
#define EV_SLICE(literal) ((struct ev_slice){(literal), sizeof(literal) - 1})

static inline struct ev_slice
ev_slice_of(const char *text)
{
	return (struct ev_slice){text, strlen(text)};
}

static inline bool
ev_slice_equal(struct ev_slice a, struct ev_slice b)
{
	return a.len == b.len && (a.len == 0 || !memcmp(a.ptr, b.ptr, a.len));
}

/* True if a is the text of the C string b. */
static inline bool
ev_slice_is(struct ev_slice a, const char *b)
{
	return ev_slice_equal(a, ev_slice_of(b));
}

/* True of len lower-case hex digits. */
static inline bool
ev_slice_is_hex(struct ev_slice text, size_t len)
{
	if (text.len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (!(text.ptr[i] >= '0' && text.ptr[i] <= '9') &&
		    !(text.ptr[i] >= 'a' && text.ptr[i] <= 'f'))
			return false;
	return true;
}

#endif
