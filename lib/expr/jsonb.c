/*
 * jsonb: see jsonb.h. Reading, making, printing, finding.
 */
#include "expr/jsonb.h"

#include <stdlib.h>

#include "event/build.h"
#include "event/scan.h"
#include "expr/text.h"

#define LEVELS (EV_SCAN_DEPTH - 1) /* it is to be a member of an event */

/* ---- making ---- */

/* The bytes of a string's text, with its quotes. */
static size_t
string_size(struct ev_slice text)
{
	size_t size = text.len + 2;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		size += ev_build_escape[c].len ? ev_build_escape[c].len - 1u
					       : 0;
	}
	return size;
}

static bool
set_size(struct ev_run *run, const struct ev_node *node, size_t size,
    struct ev_jsonb *out)
{
	if (size > EV_EXPR_TEXT_MAX)
		return ev_text_too_long(run, node);
	out->size = (uint32_t)size;
	return true;
}

bool
ev_jsonb_string(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text, struct ev_jsonb *out)
{
	*out = (struct ev_jsonb){.type = EV_STRING, .text = text};
	return set_size(run, node, string_size(text), out);
}

static bool
set_depth(struct ev_run *run, const struct ev_node *node, unsigned inner,
    struct ev_jsonb *out)
{
	if (inner >= LEVELS)
		return ev_run_fail(run, node, "is nested more than %d deep",
		    LEVELS);
	out->depth = (uint16_t)(inner + 1);
	return true;
}

bool
ev_jsonb_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *item, size_t count, struct ev_jsonb *out)
{
	size_t size = count ? 2 * count : 2;
	unsigned depth = 0;

	for (size_t i = 0; i < count; i++) {
		size += item[i].size;
		depth = item[i].depth > depth ? item[i].depth : depth;
	}
	*out = (struct ev_jsonb){.type = EV_ARRAY,
	    .count = (uint32_t)count,
	    .item = item};
	return set_size(run, node, size, out) &&
	    set_depth(run, node, depth, out);
}

int
ev_jsonb_compare_keys(struct ev_slice a, struct ev_slice b)
{
	if (a.len != b.len)
		return a.len < b.len ? -1 : 1;
	return a.len ? memcmp(a.ptr, b.ptr, a.len) : 0;
}

/* Of equal keys the one that stands first comes first. */
static int
compare_pairs(const void *a, const void *b)
{
	const struct ev_jsonb_pair *x = *(struct ev_jsonb_pair *const *)a;
	const struct ev_jsonb_pair *y = *(struct ev_jsonb_pair *const *)b;
	int order = ev_jsonb_compare_keys(x->key, y->key);

	return order ? order : (x > y) - (x < y);
}

/* The pairs in order, in a list of their own; *count is how many are left. */
static bool
sort_pairs(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb_pair **pair, size_t *count)
{
	const struct ev_jsonb_pair **order = ev_run_take(run, node,
	    *count * sizeof(*order));
	struct ev_jsonb_pair *sorted = ev_run_take(run, node,
	    *count * sizeof(*sorted));
	size_t kept = 0;

	if (!order || !sorted)
		return false;
	for (size_t i = 0; i < *count; i++)
		order[i] = *pair + i;
	qsort(order, *count, sizeof(*order), compare_pairs);
	for (size_t i = 0; i < *count; i++) {
		if (kept && ev_slice_equal(sorted[kept - 1].key, order[i]->key))
			kept--;
		sorted[kept++] = *order[i];
	}
	*pair = sorted;
	*count = kept;
	return true;
}

bool
ev_jsonb_object(struct ev_run *run, const struct ev_node *node,
    struct ev_jsonb_pair *pair, size_t count, struct ev_jsonb *out)
{
	const struct ev_jsonb_pair *sorted = pair;
	unsigned depth = 0;
	size_t size, i = 1;

	while (i < count &&
	    ev_jsonb_compare_keys(pair[i - 1].key, pair[i].key) < 0)
		i++;
	if (i < count && !sort_pairs(run, node, &sorted, &count))
		return false;
	size = count ? 4 * count : 2;
	for (i = 0; i < count; i++) {
		const struct ev_jsonb *value = &sorted[i].value;

		size += string_size(sorted[i].key) + value->size;
		depth = value->depth > depth ? value->depth : depth;
	}
	*out = (struct ev_jsonb){.type = EV_OBJECT,
	    .count = (uint32_t)count,
	    .pair = sorted};
	return set_size(run, node, size, out) &&
	    set_depth(run, node, depth, out);
}

/* ---- reading ---- */

struct reader {
	struct ev_run *run;
	const struct ev_node *node;
	const char *at;
	size_t numbers; /* bytes of their texts: 1e131071 has many */
};

static bool read_value(struct reader *reader, struct ev_jsonb *out);

/* Steps to the next value or closing bracket; what stands between them was
 * checked. Returns the byte there. */
static char
step(struct reader *reader)
{
	reader->at += strspn(reader->at, " \t\r\n,:");
	return *reader->at;
}

static bool
read_text(struct reader *reader, struct ev_value string, struct ev_slice *text)
{
	struct ev_run *run = reader->run;
	struct ev_buf *buf = ev_run_begin(run);

	if (ev_value_text(string, buf, text, run->err) != EV_OK)
		return ev_run_failed(run, reader->node);
	if (string.escaped)
		*text = ev_arena_slice(run->arena, *text);
	return true;
}

static bool
read_scalar(struct reader *reader, struct ev_value value, struct ev_jsonb *out)
{
	struct ev_slice text;

	if (value.type == EV_STRING)
		return read_text(reader, value, &text) &&
		    ev_jsonb_string(reader->run, reader->node, text, out);
	if (value.type == EV_NUMBER) {
		if (!ev_jsonb_number(reader->run, reader->node,
			ev_value_raw(value), out))
			return false;
		reader->numbers += out->size;
		return reader->numbers <= EV_EXPR_TEXT_MAX ||
		    ev_text_too_long(reader->run, reader->node);
	}
	*out = (struct ev_jsonb){.type = value.type, .size = value.len};
	return true;
}

static bool
read_array(struct reader *reader, struct ev_jsonb *out)
{
	struct ev_jsonb *item = NULL;
	size_t count = 0, cap = 0;

	while (step(reader) != ']') {
		item = ev_run_grow(reader->run, reader->node, item, count, &cap,
		    sizeof(*item));
		if (!item || !read_value(reader, &item[count++]))
			return false;
	}
	reader->at++;
	return ev_jsonb_array(reader->run, reader->node, item, count, out);
}

static bool
read_object(struct reader *reader, struct ev_jsonb *out)
{
	struct ev_jsonb_pair *pair = NULL;
	size_t count = 0, cap = 0;

	while (step(reader) != '}') {
		struct ev_value key = ev_value_head(reader->at);

		pair = ev_run_grow(reader->run, reader->node, pair, count, &cap,
		    sizeof(*pair));
		reader->at += key.len;
		if (!pair || !read_text(reader, key, &pair[count].key))
			return false;
		step(reader);
		if (!read_value(reader, &pair[count++].value))
			return false;
	}
	reader->at++;
	return ev_jsonb_object(reader->run, reader->node, pair, count, out);
}

static bool
read_value(struct reader *reader, struct ev_jsonb *out)
{
	struct ev_value value = ev_value_head(reader->at);

	reader->at = value.ptr + value.len;
	if (value.type == EV_ARRAY)
		return read_array(reader, out);
	if (value.type == EV_OBJECT)
		return read_object(reader, out);
	return read_scalar(reader, value, out);
}

bool
ev_jsonb_read(struct ev_run *run, const struct ev_node *node,
    struct ev_slice json, struct ev_jsonb *out)
{
	struct ev_value value = ev_value_of(json);
	struct reader reader = {run, node, value.ptr, 0};

	if (!ev_run_has_room(run, node))
		return false;
	/* a number on its own has nothing behind it that would end it */
	if (value.type < EV_ARRAY)
		return read_scalar(&reader, value, out);
	return read_value(&reader, out);
}

/* ---- printing ---- */

static void
print_scalar(const struct ev_jsonb *json, struct ev_buf *out)
{
	static const char *const word[] =
	    {[EV_NULL] = "null", [EV_FALSE] = "false", [EV_TRUE] = "true"};

	if (json->type == EV_STRING)
		ev_build_text(out, json->text);
	else if (json->type == EV_NUMBER)
		ev_buf_slice(out, json->text);
	else
		ev_buf_str(out, word[json->type]);
}

void
ev_jsonb_print(const struct ev_jsonb *json, struct ev_buf *out)
{
	bool object = json->type == EV_OBJECT;

	if (json->type < EV_ARRAY) {
		print_scalar(json, out);
		return;
	}
	ev_buf_char(out, object ? '{' : '[');
	for (uint32_t i = 0; i < json->count; i++) {
		if (i)
			ev_buf_str(out, ", ");
		if (object) {
			ev_build_text(out, json->pair[i].key);
			ev_buf_str(out, ": ");
		}
		ev_jsonb_print(object ? &json->pair[i].value : &json->item[i],
		    out);
	}
	ev_buf_char(out, object ? '}' : ']');
}

static void
new_line(struct ev_buf *out, unsigned indent)
{
	ev_buf_char(out, '\n');
	ev_buf_reserve(out, 4 * (size_t)indent);
	memset(out->ptr + out->len, ' ', 4 * (size_t)indent);
	out->len += 4 * (size_t)indent;
}

void
ev_jsonb_pretty(const struct ev_jsonb *json, unsigned indent,
    struct ev_buf *out)
{
	bool object = json->type == EV_OBJECT;

	if (json->type < EV_ARRAY) {
		print_scalar(json, out);
		return;
	}
	ev_buf_char(out, object ? '{' : '[');
	for (uint32_t i = 0; i < json->count && out->len <= EV_EXPR_TEXT_MAX;
	     i++) {
		if (i)
			ev_buf_char(out, ',');
		new_line(out, indent + 1);
		if (object) {
			ev_build_text(out, json->pair[i].key);
			ev_buf_str(out, ": ");
		}
		ev_jsonb_pretty(object ? &json->pair[i].value : &json->item[i],
		    indent + 1, out);
	}
	new_line(out, indent);
	ev_buf_char(out, object ? '}' : ']');
}

/* ---- finding ---- */

const struct ev_jsonb *
ev_jsonb_member(const struct ev_jsonb *json, struct ev_slice key)
{
	uint32_t low = 0, high = json->type == EV_OBJECT ? json->count : 0;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;
		int order = ev_jsonb_compare_keys(key, json->pair[mid].key);

		if (!order)
			return &json->pair[mid].value;
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	return NULL;
}

const struct ev_jsonb *
ev_jsonb_item(const struct ev_jsonb *json, int64_t index)
{
	if (json->type != EV_ARRAY)
		return NULL;
	if (index < 0)
		index += json->count;
	return index >= 0 && index < json->count ? &json->item[index] : NULL;
}

bool
ev_jsonb_index(struct ev_slice text, int64_t *index)
{
	char digits[16], *end;

	while (text.len && ev_text_is_space(*text.ptr)) {
		text.ptr++;
		text.len--;
	}
	/* zeros in front count as well: more than 15 places are none */
	if (!text.len || text.len >= sizeof(digits))
		return false;
	memcpy(digits, text.ptr, text.len);
	digits[text.len] = '\0';
	*index = strtol(digits, &end, 10);
	return end != digits && !*end && *index == (int32_t)*index;
}

const struct ev_jsonb *
ev_jsonb_step(const struct ev_jsonb *json, struct ev_slice step)
{
	int64_t index;

	if (json->type == EV_OBJECT)
		return ev_jsonb_member(json, step);
	return ev_jsonb_index(step, &index) ? ev_jsonb_item(json, index) : NULL;
}
