/*
 * vector: see vector.h. Entries stand in an array in their order, with a map
 * from key to place in it. What is taken away leaves a gap there, which goes
 * when somebody next looks at the entries in order: thousands of files may
 * leave a folder at once.
 */
#include "event/vector.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "event/build.h"

struct entry {
	struct ev_slice key, value; /* owned; a gap has no value */
};

struct ev_vector {
	struct entry *entry;
	size_t entries, cap, gaps;
	struct ev_map *place; /* of a key in entry */
};

struct ev_vector *
ev_vector_new(void)
{
	struct ev_vector *vector = ev_mem_zalloc(1, sizeof(*vector));

	vector->place = ev_map_new();
	return vector;
}

static struct ev_slice
copy_of(struct ev_slice text)
{
	return (struct ev_slice){ev_mem_text(text), text.len};
}

static void
drop(struct ev_slice *text)
{
	free((char *)(uintptr_t)text->ptr);
	*text = (struct ev_slice){0};
}

void
ev_vector_clear(struct ev_vector *vector)
{
	for (size_t i = 0; i < vector->entries; i++) {
		drop(&vector->entry[i].key);
		drop(&vector->entry[i].value);
	}
	vector->entries = vector->gaps = 0;
	ev_map_free(vector->place);
	vector->place = ev_map_new();
}

void
ev_vector_free(struct ev_vector *vector)
{
	if (!vector)
		return;
	ev_vector_clear(vector);
	ev_map_free(vector->place);
	free(vector->entry);
	free(vector);
}

/* Closes the gaps. */
static void
compact(struct ev_vector *vector)
{
	size_t kept = 0;

	ev_map_free(vector->place);
	vector->place = ev_map_new();
	for (size_t i = 0; i < vector->entries; i++) {
		struct entry *entry = &vector->entry[i];

		if (!entry->value.ptr) {
			drop(&entry->key);
			continue;
		}
		*ev_map_put(vector->place, entry->key, NULL) = kept;
		vector->entry[kept++] = *entry;
	}
	vector->entries = kept;
	vector->gaps = 0;
}

static struct entry *
find(const struct ev_vector *vector, struct ev_slice key)
{
	uintptr_t *place = ev_map_get(vector->place, key);

	return place ? &vector->entry[*place] : NULL;
}

static struct entry *
add(struct ev_vector *vector, struct ev_slice key)
{
	struct entry *entry;

	if (vector->entries == vector->cap) {
		vector->cap = vector->cap ? vector->cap * 2 : 4;
		vector->entry = ev_mem_realloc(vector->entry,
		    vector->cap * sizeof(*vector->entry));
	}
	*ev_map_put(vector->place, key, NULL) = vector->entries;
	entry = &vector->entry[vector->entries++];
	*entry = (struct entry){.key = copy_of(key)};
	vector->gaps++;
	return entry;
}

void
ev_vector_set(struct ev_vector *vector, struct ev_slice key,
    struct ev_slice value)
{
	struct entry *entry = find(vector, key);
	struct ev_slice old;

	if (!entry && !value.ptr)
		return;
	/* A key that comes again stands behind those that stayed. */
	if (entry && !entry->value.ptr && value.ptr) {
		compact(vector);
		entry = NULL;
	}
	if (!entry)
		entry = add(vector, key);
	old = entry->value;
	vector->gaps -= !old.ptr;
	vector->gaps += !value.ptr;
	/* value may be what stands here */
	entry->value = value.ptr ? copy_of(value) : (struct ev_slice){0};
	drop(&old);
}

struct ev_slice
ev_vector_get(const struct ev_vector *vector, struct ev_slice key)
{
	const struct entry *entry = find(vector, key);

	return entry ? entry->value : (struct ev_slice){0};
}

void
ev_vector_copy(struct ev_vector *vector, const struct ev_vector *other)
{
	struct ev_slice key, value;

	for (size_t i = 0; i < ev_vector_count(other); i++) {
		ev_vector_at(other, i, &key, &value);
		ev_vector_set(vector, key, value);
	}
}

size_t
ev_vector_count(const struct ev_vector *vector)
{
	return vector->entries - vector->gaps;
}

void
ev_vector_at(const struct ev_vector *vector, size_t i, struct ev_slice *key,
    struct ev_slice *value)
{
	/* The gaps are no part of what a caller can see. */
	if (vector->gaps)
		compact((struct ev_vector *)(uintptr_t)vector);
	*key = vector->entry[i].key;
	*value = vector->entry[i].value;
}

/* Whether all keys and values of the object are texts, or null. */
static enum ev_status
check(struct ev_value object, struct ev_err *err)
{
	struct ev_buf scratch = {0};
	struct ev_member member;
	struct ev_slice text;
	const char *at = NULL;
	enum ev_status status = EV_OK;

	if (object.type != EV_OBJECT)
		return ev_err_set(err, EV_BAD, EV_EXIT_AGAIN,
		    "positions are not an object");
	while (status == EV_OK && ev_value_next(object, &at, &member)) {
		scratch.len = 0;
		if (member.value.type != EV_STRING &&
		    member.value.type != EV_NULL)
			status = ev_err_set(err, EV_BAD, EV_EXIT_AGAIN,
			    "a position is neither text nor null");
		if (status == EV_OK)
			status = ev_value_text(member.key, &scratch, &text,
			    err);
		if (status == EV_OK && member.value.type == EV_STRING)
			status = ev_value_text(member.value, &scratch, &text,
			    err);
	}
	ev_buf_release(&scratch);
	return status;
}

enum ev_status
ev_vector_merge(struct ev_vector *vector, struct ev_value object,
    struct ev_err *err)
{
	struct ev_buf key_text = {0}, value_text = {0};
	struct ev_slice key, value;
	struct ev_member member;
	const char *at = NULL;

	if (check(object, err) != EV_OK)
		return EV_BAD;
	while (ev_value_next(object, &at, &member)) {
		key_text.len = value_text.len = 0;
		value = (struct ev_slice){0};
		ev_value_text(member.key, &key_text, &key, NULL);
		if (member.value.type == EV_STRING)
			ev_value_text(member.value, &value_text, &value, NULL);
		ev_vector_set(vector, key, value);
	}
	ev_buf_release(&key_text);
	ev_buf_release(&value_text);
	return EV_OK;
}

void
ev_vector_build(const struct ev_vector *vector, struct ev_buf *out)
{
	ev_build_open(out);
	for (size_t i = 0; i < vector->entries; i++) {
		const struct entry *entry = &vector->entry[i];

		if (!entry->value.ptr)
			continue;
		ev_build_key(out, entry->key);
		ev_build_text(out, entry->value);
	}
	ev_build_close(out);
}

bool
ev_vector_equal(const struct ev_vector *a, const struct ev_vector *b)
{
	if (ev_vector_count(a) != ev_vector_count(b))
		return false;
	for (size_t i = 0; i < a->entries; i++) {
		const struct entry *entry = &a->entry[i], *other;

		if (!entry->value.ptr)
			continue;
		other = find(b, entry->key);
		if (!other || !other->value.ptr ||
		    !ev_slice_equal(entry->value, other->value))
			return false;
	}
	return true;
}
