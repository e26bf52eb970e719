/*
 * csv_suggest: what --types could say of a file, after a look at every cell.
 * It promises no more than it has seen, and nothing that would change a cell's
 * text: 007 is text, and so is a number in quotes where other columns have
 * theirs without.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/map.h"
#include "base/mem.h"
#include "format/csv_impl.h"

struct tally {
	uint64_t cells; /* neither null nor empty */
	uint64_t unquoted, numbers, booleans, json;
};

struct ev_csv_suggest {
	struct ev_map *by_name; /* a struct tally *; in the order of columns */
	uint64_t unquoted;      /* cells, over all columns */
};

struct ev_csv_suggest *
ev_csv_suggest_new(void)
{
	struct ev_csv_suggest *suggest = ev_mem_zalloc(1, sizeof(*suggest));

	suggest->by_name = ev_map_new();
	return suggest;
}

static struct tally *
tally_of(const struct ev_csv_suggest *suggest, size_t i)
{
	struct ev_slice name = ev_map_key(suggest->by_name, i);

	return (struct tally *)*ev_map_get(suggest->by_name, name);
}

void
ev_csv_suggest_free(struct ev_csv_suggest *suggest)
{
	if (!suggest)
		return;
	for (size_t i = 0; i < ev_map_count(suggest->by_name); i++)
		free(tally_of(suggest, i));
	ev_map_free(suggest->by_name);
	free(suggest);
}

static bool
is_boolean(struct ev_slice text)
{
	return (text.len == 4 && !strncasecmp(text.ptr, "true", 4)) ||
	    (text.len == 5 && !strncasecmp(text.ptr, "false", 5));
}

void
ev_csv_suggest_cell(struct ev_csv_suggest *suggest, struct ev_csv *csv,
    const struct ev_csv_column *column, const struct ev_csv_cell *cell)
{
	uintptr_t *slot = ev_map_put(suggest->by_name, column->name, NULL);
	struct tally *tally = (struct tally *)*slot;
	struct ev_slice text = cell->text;

	if (!tally) {
		tally = ev_mem_zalloc(1, sizeof(*tally));
		*slot = (uintptr_t)tally;
	}
	if (!text.len || ev_csv_is_null(csv, cell))
		return;
	tally->cells++;
	tally->unquoted += !cell->quoted;
	suggest->unquoted += !cell->quoted;
	if (ev_csv_is_number(text))
		tally->numbers++;
	else if (is_boolean(text))
		tally->booleans++;
	else if ((*text.ptr == '{' || *text.ptr == '[') &&
	    ev_csv_is_json(csv, text))
		tally->json++;
}

static const char *
type_of(const struct ev_csv_suggest *suggest, const struct tally *tally)
{
	if (!tally->cells)
		return "auto";
	if (tally->json == tally->cells)
		return "json";
	if (!tally->unquoted && suggest->unquoted)
		return "text";
	if (tally->numbers == tally->cells)
		return "number";
	return tally->booleans == tally->cells ? "boolean" : "text";
}

bool
ev_csv_suggest_list(const struct ev_csv_suggest *suggest, struct ev_buf *out)
{
	struct ev_buf list = {0}, item = {0};
	size_t count = ev_map_count(suggest->by_name);

	for (size_t i = 0; i < count; i++) {
		item.len = 0;
		ev_buf_slice(&item, ev_map_key(suggest->by_name, i));
		ev_buf_char(&item, ':');
		ev_buf_str(&item, type_of(suggest, tally_of(suggest, i)));
		ev_csv_list_item(&list, ev_buf_as_slice(&item));
	}
	ev_buf_slice(out, ev_buf_as_slice(&list));
	ev_buf_release(&list);
	ev_buf_release(&item);
	return count > 0;
}
