/*
 * source: see source.h.
 */
#include "tool/source.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/nearest.h"
#include "base/slice.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FIELD(name) offsetof(struct ev_source_settings, name)

static const struct ev_opt options[] = {
    {"format", 0, EV_OPT_CHOICE, FIELD(format),
	"ndjson|json|csv|tsv|text|regex", "how bytes become events"},
    {"path", 0, EV_OPT_TEXT, FIELD(path), "KEY.KEY", NULL},
    {"follow", 0, EV_OPT_FLAG, FIELD(follow), NULL,
	"go on as the place grows; never end"},
    {"limit", 'n', EV_OPT_COUNT, FIELD(limit), "N", "end after N events"},
    {"meta", 0, EV_OPT_TEXT, FIELD(meta), "FIELD",
	"add where each event stood, as one object"},
    {"progress", 0, EV_OPT_FLAG, FIELD(progress), NULL, NULL},
    {"set", 'X', EV_OPT_LIST, FIELD(extra), "KEY=VALUE",
	"a setting of the connector or the format"},
};

void
ev_source_tables(struct ev_source_settings *settings,
    struct ev_opt_table tables[EV_SOURCE_TABLES])
{
	tables[0] = (struct ev_opt_table)EV_OPT_TABLE(options, settings);
	tables[1] = (struct ev_opt_table)EV_OPT_TABLE(ev_bad_options,
	    &settings->stage.bad);
	tables[2] = (struct ev_opt_table)EV_OPT_TABLE(ev_stage_options,
	    &settings->stage);
	tables[3] = (struct ev_opt_table)EV_OPT_TABLE(ev_csv_options,
	    &settings->csv);
	tables[4] = (struct ev_opt_table)EV_OPT_TABLE(ev_marker_options,
	    &settings->marker);
	tables[5] = (struct ev_opt_table){NULL, NULL, 0};
}

/* The length of the key in "key=value". */
static size_t
key_length(const char *item)
{
	return strcspn(item, "=");
}

const char *
ev_source_extra(const struct ev_source_settings *settings, const char *key)
{
	for (size_t i = settings->extra.count; i > 0; i--) {
		const char *item = settings->extra.item[i - 1];
		size_t len = key_length(item);

		if (strlen(key) == len && !memcmp(item, key, len))
			return item + len + 1;
	}
	return NULL;
}

static bool
is_known(const char *item, const char *const *known)
{
	for (; *known; known++)
		if (strlen(*known) == key_length(item) &&
		    !memcmp(item, *known, key_length(item)))
			return true;
	return false;
}

static enum ev_status
unknown(const char *item, const char *const *known, struct ev_err *err)
{
	char key[64];
	struct ev_nearest nearest;

	snprintf(key, sizeof(key), "%.*s", (int)key_length(item), item);
	nearest = ev_nearest_to(key);
	for (; *known; known++)
		ev_nearest_offer(&nearest, *known);
	if (nearest.best)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "unknown setting '-X %s': did you mean '%s'?", key,
		    nearest.best);
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "unknown setting '-X %s'", key);
}

enum ev_status
ev_source_check_extra(const struct ev_source_settings *settings,
    const char *const *known, struct ev_err *err)
{
	for (size_t i = 0; i < settings->extra.count; i++) {
		const char *item = settings->extra.item[i];

		if (!is_known(item, known))
			return unknown(item, known, err);
		if (!item[key_length(item)])
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "-X %s has no value: write -X %s=VALUE", item,
			    item);
	}
	return EV_OK;
}

/* Takes an ending off the name; false if it has another one. */
static bool
take_ending(struct ev_slice *name, const char *ending)
{
	size_t len = strlen(ending);

	if (name->len <= len ||
	    strncasecmp(name->ptr + name->len - len, ending, len))
		return false;
	name->len -= len;
	return true;
}

enum ev_source_format
ev_source_format_of(const char *name, size_t len)
{
	static const char *const packed[] = {".gz", ".xz", ".zst", ".bz2",
	    ".zip", ".tar", ".tgz", ".txz", ".tbz2", ".tzst"};
	static const struct {
		const char *ending;
		enum ev_source_format format;
	} formats[] = {{".ndjson", EV_SOURCE_NDJSON},
	    {".jsonl", EV_SOURCE_NDJSON}, {".json", EV_SOURCE_JSON},
	    {".csv", EV_SOURCE_CSV}, {".tsv", EV_SOURCE_TSV},
	    {".txt", EV_SOURCE_TEXT}, {".log", EV_SOURCE_TEXT}};
	struct ev_slice left = {name, len};
	size_t i = 0;

	while (i < COUNT(packed))
		i = take_ending(&left, packed[i]) ? 0 : i + 1;
	for (i = 0; i < COUNT(formats); i++)
		if (take_ending(&left, formats[i].ending))
			return formats[i].format;
	return EV_SOURCE_UNKNOWN;
}

const char *
ev_source_format_name(enum ev_source_format format)
{
	static const char *const names[] = {
	    [EV_SOURCE_NDJSON] = "ndjson",
	    [EV_SOURCE_JSON] = "json",
	    [EV_SOURCE_CSV] = "csv",
	    [EV_SOURCE_TSV] = "tsv",
	    [EV_SOURCE_TEXT] = "text",
	    [EV_SOURCE_REGEX] = "regex",
	    [EV_SOURCE_UNKNOWN] = "ndjson",
	};

	return names[format];
}
