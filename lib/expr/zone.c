/*
 * zone: see zone.h. Files are TZif version 2 and later (RFC 8536): a header
 * and data of version 1, which are skipped, then the same with 64-bit times,
 * then a POSIX TZ string for what comes after the last change.
 */
#include "expr/zone_file.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "expr/zone_rule.h"

#define HEADER 44

struct ev_zone {
	char *name;
	unsigned turn_count;
	unsigned type_count;
	int64_t *turns;       /* when the clocks change, ascending */
	unsigned char *types; /* to what: an index into offsets */
	struct ev_zone_at *offsets;
	unsigned first;       /* the type before the first change … */
	unsigned first_local; /* … as ev_zone_local takes it */
	char *abbrevs;
	bool has_rule;
	struct ev_zone_rule rule; /* from the last change on */
	struct span *last;        /* what was found last, by `local` */
};

/* What holds from one change of the clocks to the next. */
struct span {
	int64_t from, until; /* seconds; until is none of it */
	struct ev_zone_at now;
	bool turns; /* what comes then is known */
	struct ev_zone_at then;
};

static struct ev_zone *
new_zone(void)
{
	struct ev_zone *zone = ev_mem_zalloc(1, sizeof(*zone));

	zone->last = ev_mem_zalloc(2, sizeof(*zone->last));
	return zone;
}

void
ev_zone_free(struct ev_zone *zone)
{
	if (!zone)
		return;
	free(zone->name);
	free(zone->turns);
	free(zone->types);
	free(zone->offsets);
	free(zone->abbrevs);
	free(zone->last);
	free(zone);
}

/* -- reading a file ------------------------------------------------------ */

static int64_t
big_endian(const unsigned char *p, unsigned size)
{
	uint64_t n = p[0] & 0x80 ? UINT64_MAX : 0;

	for (unsigned i = 0; i < size; i++)
		n = n << 8 | p[i];
	return (int64_t)n;
}

/* The counts of a TZif header, and the length of the data behind it. */
struct counts {
	uint32_t isut, isstd, leap, time, type, abbrev;
};

static bool
read_counts(const unsigned char *p, size_t len, unsigned size, struct counts *n,
    size_t *data)
{
	if (len < HEADER || memcmp(p, "TZif", 4) != 0)
		return false;
	n->isut = (uint32_t)big_endian(p + 20, 4);
	n->isstd = (uint32_t)big_endian(p + 24, 4);
	n->leap = (uint32_t)big_endian(p + 28, 4);
	n->time = (uint32_t)big_endian(p + 32, 4);
	n->type = (uint32_t)big_endian(p + 36, 4);
	n->abbrev = (uint32_t)big_endian(p + 40, 4);
	if (n->isut > EV_ZONE_FILE_MAX || n->isstd > EV_ZONE_FILE_MAX ||
	    n->leap > EV_ZONE_FILE_MAX || n->time > EV_ZONE_FILE_MAX ||
	    n->type > 256 || !n->type || n->abbrev > EV_ZONE_FILE_MAX)
		return false;
	*data = (size_t)n->time * (size + 1) + n->type * 6u + n->abbrev +
	    (size_t)n->leap * (size + 4) + n->isstd + n->isut;
	return len - HEADER >= *data;
}

/* Which type holds before the first change: type 0, unless changes lead to
 * it; then the standard time nearest before that of a first summer time; then
 * the first standard time. */
static unsigned
first_type(const struct ev_zone *zone, bool local)
{
	unsigned i;

	if (!local) {
		for (i = 0; i < zone->turn_count && zone->types[i]; i++)
			;
		if (i == zone->turn_count)
			return 0;
		for (i = zone->types[0]; zone->offsets[i].dst && i > 0;)
			if (!zone->offsets[--i].dst)
				return i;
	}
	for (i = 0; i < zone->type_count; i++)
		if (!zone->offsets[i].dst)
			return i;
	return 0;
}

static bool
fill_zone(struct ev_zone *zone, const unsigned char *p, const struct counts *n)
{
	const unsigned char *types = p + (size_t)n->time * 8;
	const unsigned char *offsets = types + n->time;
	const unsigned char *abbrevs = offsets + n->type * 6u;

	zone->turn_count = n->time;
	zone->type_count = n->type;
	zone->turns = ev_mem_alloc(n->time * sizeof(*zone->turns) + 1);
	zone->types = ev_mem_alloc(n->time + 1);
	zone->offsets = ev_mem_zalloc(n->type, sizeof(*zone->offsets));
	zone->abbrevs = ev_mem_alloc(n->abbrev + 1);
	memcpy(zone->types, types, n->time);
	memcpy(zone->abbrevs, abbrevs, n->abbrev);
	zone->abbrevs[n->abbrev] = '\0';
	for (unsigned i = 0; i < n->time; i++) {
		zone->turns[i] = big_endian(p + (size_t)i * 8, 8);
		if (zone->types[i] >= n->type ||
		    (i && zone->turns[i] <= zone->turns[i - 1]))
			return false;
	}
	for (unsigned i = 0; i < n->type; i++) {
		const unsigned char *at = offsets + i * 6u;

		if (at[5] > n->abbrev)
			return false;
		zone->offsets[i].east = (int32_t)big_endian(at, 4);
		zone->offsets[i].dst = at[4] != 0;
		zone->offsets[i].abbrev = zone->abbrevs + at[5];
	}
	zone->first = first_type(zone, false);
	zone->first_local = first_type(zone, true);
	/* changes at the end that change nothing would hide the rule's */
	while (zone->turn_count > 1 &&
	    zone->types[zone->turn_count - 1] ==
		zone->types[zone->turn_count - 2])
		zone->turn_count--;
	return true;
}

/* The footer: a POSIX TZ string between two newlines; it may be empty. */
static bool
read_footer(struct ev_zone *zone, const char *p, size_t len)
{
	const char *end = len > 1 ? memchr(p + 1, '\n', len - 1) : NULL;
	char *text;

	if (!end || *p != '\n')
		return false;
	text = ev_mem_strndup(p + 1, (size_t)(end - p - 1));
	zone->has_rule = ev_zone_rule_parse(text, &zone->rule);
	free(text);
	return zone->has_rule || end == p + 1;
}

struct ev_zone *
ev_zone_parse(const char *name, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	struct ev_zone *zone;
	struct counts n;
	size_t data;

	if (!read_counts(p, len, 4, &n, &data) || p[4] < '2')
		return NULL;
	p += HEADER + data;
	len -= HEADER + data;
	if (!read_counts(p, len, 8, &n, &data))
		return NULL;
	p += HEADER;
	len -= HEADER;
	zone = new_zone();
	if (!fill_zone(zone, p, &n) ||
	    !read_footer(zone, (const char *)p + data, len - data)) {
		ev_zone_free(zone);
		return NULL;
	}
	zone->name = ev_mem_strdup(name);
	return zone;
}

struct ev_zone *
ev_zone_by_rule(const char *text)
{
	struct ev_zone *zone = new_zone();

	zone->name = ev_mem_strdup(text);
	zone->has_rule = true;
	if (ev_zone_rule_parse(zone->name, &zone->rule))
		return zone;
	ev_zone_free(zone);
	return NULL;
}

const char *
ev_zone_name(const struct ev_zone *zone)
{
	return zone->type_count ? zone->name : NULL;
}

/* -- asking -------------------------------------------------------------- */

static struct ev_zone_at
by_rule(const struct ev_zone_rule *rule, bool dst)
{
	return dst ? (struct ev_zone_at){rule->dst_east, true, rule->dst}
		   : (struct ev_zone_at){rule->std_east, false, rule->std};
}

/* The number of changes at or before seconds. */
static unsigned
turns_until(const struct ev_zone *zone, int64_t seconds)
{
	unsigned low = 0, high = zone->turn_count;

	while (low < high) {
		unsigned mid = low + (high - low) / 2;

		if (zone->turns[mid] <= seconds)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The span of `seconds`. `local` asks as ev_zone_local does before the first
 * change. */
static void
find_span(const struct ev_zone *zone, int64_t seconds, bool local,
    struct span *span)
{
	unsigned i = turns_until(zone, seconds);
	struct ev_zone_turn before, after;

	*span = (struct span){.from = i ? zone->turns[i - 1] : INT64_MIN,
	    .until = INT64_MAX};
	if (i)
		span->now = zone->offsets[zone->types[i - 1]];
	else if (zone->type_count)
		span->now =
		    zone->offsets[local ? zone->first_local : zone->first];
	if (i < zone->turn_count) {
		span->turns = true;
		span->until = zone->turns[i];
		span->then = zone->offsets[zone->types[i]];
		return;
	}
	if (!zone->has_rule)
		return;
	span->turns = ev_zone_rule_around(&zone->rule, seconds, &before,
	    &after);
	if (!i && !zone->type_count)
		span->now = by_rule(&zone->rule,
		    span->turns ? before.dst : zone->rule.has_dst);
	if (!span->turns)
		return;
	/* the last change of the file holds until the rule's next one */
	if (i && before.at > zone->turns[i - 1])
		span->now = by_rule(&zone->rule, before.dst);
	if (before.at > span->from)
		span->from = before.at;
	span->until = after.at;
	span->then = by_rule(&zone->rule, after.dst);
}

/* Times of one stream mostly lie in the span of the one before: to look there
 * first is worth 6 % of a projected date_trunc. */
static const struct span *
span_of(const struct ev_zone *zone, int64_t seconds, bool local)
{
	struct span *span = &zone->last[local];

	if (seconds < span->from || seconds >= span->until)
		find_span(zone, seconds, local, span);
	return span;
}

struct ev_zone_at
ev_zone_at(const struct ev_zone *zone, int64_t seconds)
{
	return span_of(zone, seconds, false)->now;
}

struct ev_zone_at
ev_zone_local(const struct ev_zone *zone, int64_t local)
{
	const struct span *span = span_of(zone, local - 86400, true);
	bool is_before, is_after;

	if (!span->turns)
		return span->now;
	is_before = local - span->now.east < span->until;
	is_after = local - span->then.east >= span->until;
	if (is_before != is_after)
		return is_after ? span->then : span->now;
	/* skipped (neither): as before; twice (both): the later */
	return span->now.east < span->then.east ? span->now : span->then;
}

bool
ev_zone_abbrev(const struct ev_zone *zone, const char *abbrev, int64_t seconds,
    struct ev_zone_at *at)
{
	unsigned now = turns_until(zone, seconds);

	for (unsigned i = now; i-- > 0;) {
		*at = zone->offsets[zone->types[i]];
		if (!strcmp(at->abbrev, abbrev))
			return true;
	}
	for (unsigned i = now; i < zone->turn_count; i++) {
		*at = zone->offsets[zone->types[i]];
		if (!strcmp(at->abbrev, abbrev))
			return true;
	}
	return false;
}
