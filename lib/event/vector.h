/*
 * vector: the positions of a source, one text an input or a part of one, in
 * the order in which the keys first came. In a mark, a begin or a record it is
 * the flat JSON object `pos` (evmarks(7)); what a text means only its source
 * knows. Whoever merges marks merges vectors: the last value of a key counts,
 * null takes the entry away.
 */
#ifndef EV_EVENT_VECTOR_H
#define EV_EVENT_VECTOR_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/value.h"

struct ev_vector;

struct ev_vector *ev_vector_new(void);
void ev_vector_free(struct ev_vector *vector);
void ev_vector_clear(struct ev_vector *vector);

/* Key and value are plain UTF-8 text, copied. A value whose ptr is NULL takes
 * the entry away. */
void ev_vector_set(struct ev_vector *vector, struct ev_slice key,
    struct ev_slice value);
/* The value; ptr NULL where there is no such entry. Valid until the vector is
 * changed. */
struct ev_slice ev_vector_get(const struct ev_vector *vector,
    struct ev_slice key);

/* Sets all entries of another. */
void ev_vector_copy(struct ev_vector *vector, const struct ev_vector *other);

size_t ev_vector_count(const struct ev_vector *vector);
/* The i-th entry, i < count. */
void ev_vector_at(const struct ev_vector *vector, size_t i,
    struct ev_slice *key, struct ev_slice *value);

/* Merges a JSON object of strings and nulls. EV_BAD, nothing merged: it is no
 * such object, err says why. */
enum ev_status ev_vector_merge(struct ev_vector *vector, struct ev_value object,
    struct ev_err *err);
/* Appends it as a JSON object. */
void ev_vector_build(const struct ev_vector *vector, struct ev_buf *out);

/* The same entries, in whatever order. */
bool ev_vector_equal(const struct ev_vector *a, const struct ev_vector *b);

#endif
