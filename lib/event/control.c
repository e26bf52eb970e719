/*
 * control: see control.h. The parser goes over the line once, from byte to
 * byte: what it takes was written by ev_control_build, or by a program that
 * escapes as JSON.stringify does, in the order of evmarks(7). Only the values
 * of members that it does not know need the scanner.
 */
#include "event/control.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "base/crc32c.h"
#include "base/map.h"
#include "base/point.h"
#include "base/utf8.h"
#include "event/scan.h"

#define TAIL EV_CONTROL_TAIL_LEN

struct parse {
	struct ev_control *control;
	const char *at, *end; /* end: where the tail begins */
	struct ev_map *keys;  /* not to stand there (again); NULL: not yet
	                       * asked for */
	struct ev_buf more;
};

/* --- tokens --- */

static bool
literal(struct parse *p, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(p->end - p->at) < len || memcmp(p->at, text, len))
		return false;
	p->at += len;
	return true;
}

/* The character that stands escaped at s, behind the backslash, in the one
 * form that ev_build_text gives it; 0: none does. */
static char
escaped(const char *s, const char *end, size_t *used)
{
	static const char shorts[] = "\"\\bfnrt", means[] = "\"\\\b\f\n\r\t";
	static const char hex[] = "0123456789abcdef";
	const char *found = s < end && *s ? strchr(shorts, *s) : NULL;
	int code;

	*used = 1;
	if (found)
		return means[found - shorts];
	if (end - s < 5 || memcmp(s, "u00", 3) || (s[3] != '0' && s[3] != '1'))
		return 0;
	found = s[4] ? strchr(hex, s[4]) : NULL;
	if (!found)
		return 0;
	*used = 5;
	code = (s[3] - '0') * 16 + (int)(found - hex);
	return strchr(means + 2, code) ? 0 : (char)code;
}

/* `own` never moves once it has room for all that a line can give it: each
 * text, and once more what is not known. */
static struct ev_buf *
own(struct parse *p)
{
	if (!p->control->own.ptr)
		ev_buf_reserve(&p->control->own, 2 * p->control->text.len);
	return &p->control->own;
}

static size_t
plain_length(const char *s, const char *end)
{
	const char *from = s;

	while (s < end && *s != '"' && *s != '\\' && (unsigned char)*s >= 0x20)
		s++;
	return (size_t)(s - from);
}

static bool
string(struct parse *p, struct ev_slice *text)
{
	size_t len, used, from;
	const char *s;
	struct ev_buf *out;
	char c;

	if (!literal(p, "\""))
		return false;
	s = p->at;
	len = plain_length(s, p->end);
	*text = (struct ev_slice){s, len};
	s += len;
	if (s < p->end && *s == '\\') {
		out = own(p);
		from = out->len;
		ev_buf_slice(out, *text);
		while (s < p->end && *s == '\\') {
			c = escaped(s + 1, p->end, &used);
			if (!c)
				return false;
			ev_buf_char(out, c);
			s += 1 + used;
			len = plain_length(s, p->end);
			ev_buf_append(out, s, len);
			s += len;
		}
		*text = (struct ev_slice){out->ptr + from, out->len - from};
	}
	p->at = s;
	return literal(p, "\"") &&
	    ev_utf8_check(text->ptr, text->len) == text->len;
}

/* --- what the texts must be --- */

/* A decimal number as it is printed. */
static bool
is_number(struct ev_slice text, uint64_t *number)
{
	*number = 0;
	if (!text.len || (text.len > 1 && *text.ptr == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned digit = (unsigned)(text.ptr[i] - '0');

		if (digit > 9 || *number > (UINT64_MAX - digit) / 10)
			return false;
		*number = *number * 10 + digit;
	}
	return true;
}

/* "0", or RUN/SEQ. */
static bool
is_id(struct ev_slice text)
{
	struct ev_slice run = {text.ptr, EV_RUN_LEN};
	uint64_t seq;

	if (ev_slice_is(text, "0"))
		return true;
	if (text.len <= EV_RUN_LEN + 1 || text.ptr[EV_RUN_LEN] != '/')
		return false;
	text.ptr += EV_RUN_LEN + 1;
	text.len -= EV_RUN_LEN + 1;
	return ev_slice_is_hex(run, EV_RUN_LEN) && is_number(text, &seq) && seq;
}

static bool
number(struct parse *p, const char *key, uint64_t *value)
{
	struct ev_slice text;

	return literal(p, key) && string(p, &text) && is_number(text, value);
}

static bool
run(struct parse *p)
{
	return literal(p, ",\"run\":") && string(p, &p->control->run) &&
	    ev_slice_is_hex(p->control->run, EV_RUN_LEN);
}

static bool
texts(struct parse *p, const char *key, struct ev_value *value)
{
	struct ev_slice text;
	const char *from;

	if (!literal(p, key))
		return false;
	from = p->at;
	if (!literal(p, "["))
		return false;
	if (!literal(p, "]")) {
		do
			if (!string(p, &text))
				return false;
		while (literal(p, ","));
		if (!literal(p, "]"))
			return false;
	}
	*value = (struct ev_value){from, (uint32_t)(p->at - from), EV_ARRAY,
	    false};
	return true;
}

/* One entry of pos, whose key must be none of those that stood before. */
static bool
position(struct parse *p, struct ev_map *keys)
{
	struct ev_slice text;
	bool added;

	if (!string(p, &text))
		return false;
	ev_map_put(keys, text, &added);
	return added && literal(p, ":") &&
	    (literal(p, "null") || string(p, &text));
}

static bool
positions(struct parse *p)
{
	struct ev_map *keys = ev_map_new();
	const char *from;
	bool good = literal(p, ",\"pos\":");

	from = p->at;
	good = good && literal(p, "{");
	if (good && !literal(p, "}")) {
		do
			good = position(p, keys);
		while (good && literal(p, ","));
		good = good && literal(p, "}");
	}
	p->control->pos = (struct ev_value){from, (uint32_t)(p->at - from),
	    EV_OBJECT, false};
	ev_map_free(keys);
	return good;
}

/* --- members that this version does not know --- */

/* True if the line is JSON. It begins with {"~ev", which the scanner refuses
 * in an event, so it is scanned as a value. */
static bool
is_json(struct ev_slice line)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_buf copy = {0};
	const char *fault;

	ev_buf_reserve(&copy, line.len + 1 + EV_SCAN_PADDING);
	ev_buf_slice(&copy, line);
	ev_buf_char(&copy, '\n');
	memset(copy.ptr + copy.len, 0, EV_SCAN_PADDING);
	ev_scan_any(scan, copy.ptr, &fault);
	ev_scan_free(scan);
	ev_buf_release(&copy);
	return !fault;
}

static void
forbid(struct parse *p)
{
	static const char *const of_begin[] = {"~ev", "v", "name", "run",
	    "base", "pos", "state", "sid", "via", "side", "crc", NULL};
	static const char *const of_mark[] = {"~ev", "run", "seq", "n", "pos",
	    "crc", NULL};
	const char *const *key = p->control->kind == EV_CONTROL_BEGIN ? of_begin
								      : of_mark;

	p->keys = ev_map_new();
	for (; *key; key++)
		ev_map_put(p->keys, ev_slice_of(*key), NULL);
}

/* The member whose comma stands at `from` and whose key is `key`. */
static bool
unknown(struct parse *p, const char *from, struct ev_slice key)
{
	struct ev_slice line = p->control->text;
	struct ev_member member;
	bool added;

	if (!p->keys) {
		if (!is_json(line))
			return false;
		forbid(p);
	}
	ev_map_put(p->keys, key, &added);
	if (!added ||
	    !ev_value_next((struct ev_value){line.ptr, (uint32_t)line.len,
			       EV_OBJECT, false},
		&from, &member) ||
	    member.value.ptr != member.key.ptr + member.key.len + 1 ||
	    from > p->end)
		return false;
	p->at = from;
	if (p->more.len)
		ev_buf_char(&p->more, ',');
	ev_buf_append(&p->more, member.key.ptr,
	    (size_t)(from - member.key.ptr));
	return true;
}

/* The optional member of a mark; *known is false where it is none. */
static bool
of_mark(struct parse *p, struct ev_slice key, bool *known)
{
	struct ev_control *control = p->control;
	struct ev_slice text, *slot = NULL;

	*known = true;
	if (ev_slice_is(key, "wm"))
		slot = &control->wm;
	else if (ev_slice_is(key, "t"))
		slot = &control->time;
	else if (ev_slice_is(key, "c"))
		slot = &control->committed;
	if (slot)
		return !slot->ptr && string(p, slot) &&
		    (slot != &control->committed || is_id(*slot));
	if (ev_slice_is(key, "sides"))
		return !control->sides && string(p, &text) &&
		    is_number(text, &control->sides) && control->sides;
	if (ev_slice_is(key, "end")) {
		if (control->seal != EV_SEAL_NONE || !string(p, &text))
			return false;
		for (unsigned i = EV_SEAL_RUN; i <= EV_SEAL_FINAL; i++)
			if (ev_slice_is(text,
				ev_control_seal_name((enum ev_control_seal)i)))
				control->seal = (enum ev_control_seal)i;
		return control->seal != EV_SEAL_NONE;
	}
	if (ev_slice_is(key, "hb")) {
		if (control->heartbeat || !string(p, &text))
			return false;
		return control->heartbeat = ev_slice_is(text, "1");
	}
	*known = false;
	return true;
}

/* The same of a begin. */
static bool
of_begin(struct parse *p, struct ev_slice key, bool *known)
{
	struct ev_slice *shard = &p->control->shard;

	*known = ev_slice_is(key, "shard");
	return !*known || (!shard->ptr && string(p, shard));
}

/* The members up to the tail. */
static bool
optional(struct parse *p)
{
	while (p->at < p->end) {
		const char *from = p->at;
		struct ev_slice key;
		bool known = false;

		if (!literal(p, ",") || !string(p, &key) || !literal(p, ":"))
			return false;
		if (!(p->control->kind == EV_CONTROL_MARK
			    ? of_mark(p, key, &known)
			    : of_begin(p, key, &known)))
			return false;
		if (!known && !unknown(p, from, key))
			return false;
	}
	if (p->more.len) {
		struct ev_buf *out = own(p);

		p->control->more = (struct ev_slice){out->ptr + out->len,
		    p->more.len};
		ev_buf_slice(out, ev_buf_as_slice(&p->more));
	}
	return true;
}

/* --- the kinds --- */

/* The state folder is named by both of its texts, or by none (marks without a
 * name). */
static bool
is_state(const struct ev_control *control)
{
	if (!control->name.len && !control->state.len && !control->sid.len)
		return true;
	return control->state.len && ev_slice_is_hex(control->sid, 16);
}

static bool
begin(struct parse *p)
{
	struct ev_control *control = p->control;

	return literal(p, ",\"name\":") && string(p, &control->name) &&
	    run(p) && literal(p, ",\"base\":") && string(p, &control->base) &&
	    is_id(control->base) && positions(p) && literal(p, ",\"state\":") &&
	    string(p, &control->state) && literal(p, ",\"sid\":") &&
	    string(p, &control->sid) && is_state(control) &&
	    texts(p, ",\"via\":", &control->via) &&
	    texts(p, ",\"side\":", &control->side) && optional(p);
}

static bool
mark(struct parse *p)
{
	return run(p) && number(p, ",\"seq\":", &p->control->seq) &&
	    p->control->seq && number(p, ",\"n\":", &p->control->n) &&
	    positions(p) && optional(p);
}

static bool
side(struct parse *p)
{
	if (!run(p) || !literal(p, ",\"to\":") || !string(p, &p->control->to) ||
	    !p->control->to.len || !literal(p, ",\"event\":"))
		return false;
	p->control->event = (struct ev_slice){p->at, (size_t)(p->end - p->at)};
	p->at = p->end;
	return p->control->event.len;
}

static bool
fail(struct parse *p)
{
	uint64_t status;

	if (!literal(p, ",\"by\":") || !string(p, &p->control->by) ||
	    !number(p, ",\"status\":", &status) || status < 1 || status > 255)
		return false;
	p->control->status = (int)status;
	return literal(p, ",\"why\":") && string(p, &p->control->why);
}

static bool
kind_of(struct ev_slice text, enum ev_control_kind *kind)
{
	for (unsigned i = EV_CONTROL_BEGIN; i <= EV_CONTROL_FAIL; i++) {
		*kind = (enum ev_control_kind)i;
		if (ev_slice_is(text, ev_control_kind_name(*kind)))
			return true;
	}
	return false;
}

static bool
has_tail(struct ev_slice line)
{
	return ev_control_ends(line) &&
	    ev_slice_is_hex((struct ev_slice){line.ptr + line.len - TAIL + 8,
				8},
		8);
}

static bool
checksum_holds(struct ev_slice line)
{
	char crc[9];

	if (!has_tail(line))
		return false;
	snprintf(crc, sizeof(crc), "%08" PRIx32,
	    ev_crc32c(line.ptr, line.len - TAIL));
	return !memcmp(line.ptr + line.len - 10, crc, 8) || ev_mutant("R6.crc");
}

static enum ev_status
parse(struct parse *p, struct ev_err *err)
{
	static bool (*const rest[])(struct parse *) = {begin, mark, side, fail};
	struct ev_control *control = p->control;
	struct ev_slice text;
	uint64_t version;

	if (literal(p, EV_CONTROL_PREFIX) && string(p, &text)) {
		if (!kind_of(text, &control->kind))
			return ev_err_set(err, EV_BAD, EV_EXIT_CONFIG,
			    "a control line of the kind '%.*s', which this "
			    "version does not know",
			    (int)ev_utf8_cut(text.ptr, text.len, 60), text.ptr);
		if (control->kind != EV_CONTROL_BEGIN)
			version = 1;
		else if (!number(p, ",\"v\":", &version))
			version = 0;
		if (version > 1)
			return ev_err_set(err, EV_BAD, EV_EXIT_CONFIG,
			    "the stream is of version %" PRIu64
			    ", and this version knows %s",
			    version, EV_CONTROL_VERSION);
		if (version && rest[control->kind](p) && p->at == p->end)
			return EV_OK;
	}
	return ev_err_set(err, EV_BAD, EV_EXIT_AGAIN,
	    "a control line is not of the form that evmarks(7) gives it, at "
	    "byte %zu",
	    (size_t)(p->at - control->text.ptr) + 1);
}

enum ev_status
ev_control_parse(struct ev_slice line, struct ev_control *control,
    struct ev_err *err)
{
	struct parse p = {.control = control, .at = line.ptr};
	enum ev_status status;

	*control = (struct ev_control){.text = line};
	if (!checksum_holds(line))
		return ev_err_set(err, EV_BAD, EV_EXIT_AGAIN,
		    "a control line was changed on its way: its checksum is "
		    "wrong");
	p.end = line.ptr + line.len - TAIL;
	status = parse(&p, err);
	ev_map_free(p.keys);
	ev_buf_release(&p.more);
	return status;
}

void
ev_control_release(struct ev_control *control)
{
	ev_buf_release(&control->own);
}

/* What stands behind the first key of each kind, and in hardly any event. */
static bool
has_trace(struct ev_slice line)
{
	static const char *const trace[] = {"\"begin\",\"v\":\"",
	    "\"mark\",\"run\":\"", "\"side\",\"run\":\"", "\"fail\",\"by\":\""};
	size_t len = line.len < 64 ? line.len : 64;

	for (unsigned i = 0; i < sizeof(trace) / sizeof(*trace); i++)
		if (memmem(line.ptr, len, trace[i], strlen(trace[i])))
			return true;
	return false;
}

bool
ev_control_resembles(struct ev_slice line)
{
	bool tail = has_tail(line), trace = has_trace(line);

	return (tail && trace) || ((tail || trace) && !is_json(line));
}
