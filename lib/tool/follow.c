/*
 * follow: places and what the record knows of them. See follow.h;
 * follow_impl.h says what lies where.
 */
#include "tool/follow.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tool/follow_impl.h"

/* --- places -------------------------------------------------------------- */

struct ev_follow *
ev_follow_new(const struct ev_follow_settings *settings)
{
	struct ev_follow *follow = ev_mem_zalloc(1, sizeof(*follow));

	follow->set = *settings;
	follow->hints = -1;
	return follow;
}

static void
free_line(struct ev_follow_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		ev_follow_file_free(line->before[i]);
	free(line->before);
	free(line->hollow);
	ev_follow_file_free(line->own);
	*line = (struct ev_follow_line){0};
}

void
ev_follow_track_free(struct ev_follow_track *track)
{
	free_line(&track->line);
	free(track->key);
	free(track->path);
	free(track);
}

void
ev_follow_free(struct ev_follow *follow)
{
	for (size_t i = 0; i < follow->places; i++) {
		struct ev_follow_place *place = &follow->place[i];

		for (size_t j = 0; j < place->tracks; j++)
			ev_follow_track_free(place->track[j]);
		free(place->track);
		free(place->path);
		free(place->name);
	}
	for (size_t i = 0; i < follow->stale_count; i++)
		ev_follow_file_free(follow->stale[i]);
	for (size_t i = 0; i < follow->gone_count; i++)
		free(follow->gone[i]);
	if (follow->hints >= 0)
		close(follow->hints);
	free(follow->place);
	free(follow->stale);
	free(follow->gone);
	free(follow);
}

/* What stands before the names of a place's files: the folder, or that in
 * which the first wildcard of a pattern stands. */
static size_t
base_length(const char *path)
{
	struct stat info;
	size_t len = strlen(path);

	if (!stat(path, &info))
		return S_ISDIR(info.st_mode) && path[len - 1] != '/' ? len + 1
								     : len;
	len = strcspn(path, "*?[");
	if (!path[len])
		return len + 1;
	while (len && path[len - 1] != '/')
		len--;
	return len;
}

void
ev_follow_add(struct ev_follow *follow, const char *path, const char *name)
{
	struct stat info;
	struct ev_follow_place place = {.path = ev_mem_strdup(path),
	    .name = ev_mem_strdup(name),
	    .base = base_length(path)};

	place.listed = stat(path, &info) ? strpbrk(path, "*?[") != NULL
					 : S_ISDIR(info.st_mode);
	follow->place = ev_mem_realloc(follow->place,
	    (follow->places + 1) * sizeof(place));
	follow->place[follow->places++] = place;
}

struct ev_follow_track *
ev_follow_track_add(struct ev_follow_place *place, const char *path)
{
	struct ev_follow_track *track = ev_mem_zalloc(1, sizeof(*track));

	track->path = ev_mem_strdup(path);
	track->key = place->listed
	    ? ev_mem_printf("%s#%s", place->name,
		  strlen(path) > place->base ? path + place->base : path)
	    : ev_mem_strdup(place->name);
	place->track = ev_mem_realloc(place->track,
	    (place->tracks + 1) * sizeof(struct ev_follow_track *));
	place->track[place->tracks++] = track;
	return track;
}

/* --- the record ---------------------------------------------------------- */

static enum ev_status
recall_entry(struct ev_follow_place *place, struct ev_slice key,
    struct ev_slice value, struct ev_err *err)
{
	size_t len = strlen(place->name);
	struct ev_follow_track *track;
	struct ev_filepos pos;
	char *path;

	if (key.len < len || memcmp(key.ptr, place->name, len) ||
	    (key.len > len && key.ptr[len] != '#'))
		return EV_OK;
	place->recalled = true;
	if (ev_slice_is(value, EV_FOLLOW_EMPTY)) {
		place->told_empty = true;
		return EV_OK;
	}
	if (ev_filepos_parse(value, &pos, err) != EV_OK)
		return EV_FATAL;
	if (key.len == len)
		path = ev_mem_strdup(place->path);
	else if (strlen(place->path) < place->base)
		path = ev_mem_printf("%s/%.*s", place->path,
		    (int)(key.len - len - 1), key.ptr + len + 1);
	else
		path = ev_mem_printf("%.*s%.*s", (int)place->base, place->path,
		    (int)(key.len - len - 1), key.ptr + len + 1);
	track = ev_follow_track_add(place, path);
	free(track->key);
	track->key = ev_mem_text(key);
	track->line.own = ev_follow_file_new(path, path, &pos);
	free(path);
	return EV_OK;
}

/* The inputs that the record knows, for a message. */
static void
name_inputs(const struct ev_vector *from, struct ev_buf *out)
{
	struct ev_slice key, value, last = {NULL, 0};
	size_t shown = 0;

	for (size_t i = 0; i < ev_vector_count(from) && shown < 4; i++) {
		const char *sharp;

		ev_vector_at(from, i, &key, &value);
		sharp = memchr(key.ptr, '#', key.len);
		if (sharp)
			key.len = (size_t)(sharp - key.ptr);
		if (last.ptr && ev_slice_equal(last, key))
			continue;
		ev_buf_printf(out, "%s'%.*s'", shown++ ? ", " : "",
		    (int)key.len, key.ptr);
		last = key;
	}
}

static enum ev_status
unknown(const struct ev_vector *from, const char *name, struct ev_err *err)
{
	struct ev_buf known = {0};

	name_inputs(from, &known);
	ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "the record has positions of %s and none of '%s': --input OLD if "
	    "it was moved, --changed read (or skip) if it is new",
	    ev_buf_cstr(&known), name);
	ev_buf_release(&known);
	return EV_FATAL;
}

enum ev_status
ev_follow_recall(struct ev_follow *follow, const struct ev_vector *from,
    bool first, struct ev_err *err)
{
	follow->first = first;
	for (size_t i = 0; from && i < follow->places; i++) {
		struct ev_follow_place *place = &follow->place[i];

		for (size_t j = 0; j < ev_vector_count(from); j++) {
			struct ev_slice key, value;

			ev_vector_at(from, j, &key, &value);
			if (recall_entry(place, key, value, err) != EV_OK)
				return EV_FATAL;
		}
		if (!place->recalled && ev_vector_count(from) &&
		    follow->set.changed == EV_CHANGED_STOP)
			return unknown(from, place->name, err);
	}
	return EV_OK;
}
