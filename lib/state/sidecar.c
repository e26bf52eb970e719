/*
 * sidecar: see sidecar.h.
 */
#include "state/sidecar.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/mem.h"
#include "base/siphash.h"
#include "base/utf8.h"
#include "event/build.h"
#include "state/object.h"

#define WHAT "the sidecar"
#define VERSION "1"
#define DIGITS 20 /* of a segment's name: those of UINT64_MAX */
#define SUFFIX ".ndjson"

char *
ev_sidecar_path(const char *place, bool log)
{
	size_t len = strlen(place);

	if (!log)
		return ev_mem_printf("%s.ev", place);
	while (len && place[len - 1] == '/')
		len--;
	return ev_mem_printf("%.*s/.ev", (int)len, place);
}

void
ev_sidecar_release(struct ev_sidecar *sidecar)
{
	free(sidecar->record);
	sidecar->record = NULL;
}

/* --- reading ------------------------------------------------------------- */

/* Which members were there. */
struct seen {
	struct ev_sidecar *sidecar;
	bool version, length, head, tail, first, last, record;
};

static enum ev_status
read_hex(const struct ev_member *member, char *hex, struct ev_err *err)
{
	struct ev_slice text = {NULL, 0};

	if (member->value.type == EV_STRING)
		text = ev_value_inner(member->value);
	if (!ev_slice_is_hex(text, 32))
		return ev_object_wrong(WHAT, member, "32 hex digits", err);
	memcpy(hex, text.ptr, 32);
	hex[32] = '\0';
	return EV_OK;
}

static enum ev_status
read_version(const struct ev_member *member, struct ev_err *err)
{
	if (member->value.type == EV_STRING &&
	    ev_value_text_is(member->value, EV_SLICE(VERSION)))
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_CONFIG,
	    WHAT " is of version %.*s, which this version does not know",
	    (int)ev_utf8_cut(member->value.ptr, member->value.len, 40),
	    member->value.ptr);
}

static enum ev_status
read_record(struct ev_sidecar *sidecar, const struct ev_member *member,
    struct ev_err *err)
{
	struct ev_value final;

	if (member->value.type != EV_OBJECT)
		return ev_object_wrong(WHAT, member, "an object", err);
	final = ev_value_member(member->value, EV_SLICE("final"));
	sidecar->final = final.type != EV_MISSING;
	free(sidecar->record);
	sidecar->record = ev_mem_strndup(member->value.ptr, member->value.len);
	return EV_OK;
}

static enum ev_status
read_member(void *arg, const struct ev_member *member, struct ev_err *err)
{
	struct seen *seen = arg;
	struct ev_sidecar *sidecar = seen->sidecar;
	const struct {
		const char *name;
		bool *seen;
		uint64_t *number; /* or */
		char *hex;
	} known[] = {
	    {"length", &seen->length, &sidecar->length, NULL},
	    {"first", &seen->first, &sidecar->first, NULL},
	    {"last", &seen->last, &sidecar->last, NULL},
	    {"head", &seen->head, NULL, sidecar->hash.head},
	    {"tail", &seen->tail, NULL, sidecar->hash.tail},
	    {"open", &(bool){false}, NULL, sidecar->open},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!ev_value_text_is(member->key, ev_slice_of(known[i].name)))
			continue;
		*known[i].seen = true;
		return known[i].number
		    ? ev_object_number(WHAT, member, known[i].number, err)
		    : read_hex(member, known[i].hex, err);
	}
	if (ev_value_text_is(member->key, EV_SLICE("v"))) {
		seen->version = true;
		return read_version(member, err);
	}
	if (ev_value_text_is(member->key, EV_SLICE("record"))) {
		seen->record = true;
		return read_record(sidecar, member, err);
	}
	return EV_OK;
}

static enum ev_status
check(const struct ev_sidecar *sidecar, const struct seen *seen,
    struct ev_err *err)
{
	const char *missing = !seen->version ? "v"
	    : !seen->length                  ? "length"
	    : !seen->head                    ? "head"
	    : !seen->tail                    ? "tail"
	    : seen->first && !seen->last     ? "last"
	    : !seen->first && seen->last     ? "first"
	    : !seen->record                  ? "record"
					     : NULL;

	if (missing)
		return ev_err_set(err, EV_BAD, EV_EXIT_DISAGREE,
		    WHAT " is damaged: its %s is not there", missing);
	if (sidecar->first > sidecar->last || sidecar->last > sidecar->length)
		return ev_err_set(err, EV_BAD, EV_EXIT_DISAGREE,
		    WHAT " is damaged: its segments (%" PRIu64 " to %" PRIu64
			 ") do not lie within its length, %" PRIu64,
		    sidecar->first, sidecar->last, sidecar->length);
	return EV_OK;
}

enum ev_status
ev_sidecar_parse(struct ev_slice text, struct ev_sidecar *sidecar,
    struct ev_err *err)
{
	struct seen seen = {.sidecar = sidecar};
	enum ev_status status;

	*sidecar = (struct ev_sidecar){.record = ev_mem_strdup("")};
	status = ev_object_each(text, WHAT, read_member, &seen, err);
	if (status == EV_OK)
		status = check(sidecar, &seen, err);
	sidecar->log = seen.first;
	return status;
}

enum ev_status
ev_sidecar_read(const char *path, struct ev_sidecar *sidecar,
    struct ev_err *err)
{
	struct ev_buf text = {0};
	struct ev_err why;
	enum ev_status status = ev_durable_read(path, EV_SIDECAR_MAX, &text,
	    err);

	*sidecar = (struct ev_sidecar){0};
	if (status == EV_OK &&
	    ev_sidecar_parse(ev_buf_as_slice(&text), sidecar, &why) != EV_OK)
		status = ev_err_set(err, EV_FATAL, why.exit, "'%s': %s", path,
		    why.text);
	ev_buf_release(&text);
	return status;
}

/* --- writing ------------------------------------------------------------- */

static void
number(struct ev_buf *out, const char *key, uint64_t value)
{
	char digits[DIGITS + 1];

	snprintf(digits, sizeof(digits), "%" PRIu64, value);
	ev_build_key_text(out, key, digits);
}

void
ev_sidecar_build(const struct ev_sidecar *sidecar, struct ev_buf *out)
{
	ev_build_open(out);
	ev_build_key_text(out, "v", VERSION);
	number(out, "length", sidecar->length);
	ev_build_key_text(out, "head", sidecar->hash.head);
	ev_build_key_text(out, "tail", sidecar->hash.tail);
	if (*sidecar->open)
		ev_build_key_text(out, "open", sidecar->open);
	if (sidecar->log) {
		number(out, "first", sidecar->first);
		number(out, "last", sidecar->last);
	}
	ev_build_key(out, EV_SLICE("record"));
	ev_build_raw(out, ev_slice_of(sidecar->record));
	ev_build_close(out);
	ev_buf_char(out, '\n');
}

/* --- the file beside it -------------------------------------------------- */

static enum ev_status
hash_part(int fd, const char *name, uint64_t at, size_t len, char *hex,
    struct ev_err *err)
{
	/* Nobody is to be kept from making two files of one hash: they would
	 * have to write both. */
	static const uint64_t key[2];
	char bytes[EV_SIDECAR_HASHED];
	struct ev_siphash hash;
	size_t got = 0;
	ssize_t n = 1;

	while (got < len && n) {
		n = pread(fd, bytes + got, len - got, (off_t)(at + got));
		if (n < 0 && errno != EINTR)
			return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
			    "cannot read '%s': %s", name, ev_err_errno(errno));
		got += n > 0 ? (size_t)n : 0;
	}
	if (got < len)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is shorter than the %" PRIu64 " bytes that were "
		    "committed",
		    name, at + len);
	hash = ev_siphash(key, bytes, len);
	snprintf(hex, 33, "%016" PRIx64 "%016" PRIx64, hash.high, hash.low);
	return EV_OK;
}

enum ev_status
ev_sidecar_hash(int fd, const char *name, uint64_t length,
    struct ev_sidecar_hash *hash, struct ev_err *err)
{
	size_t len = length < EV_SIDECAR_HASHED ? (size_t)length
						: EV_SIDECAR_HASHED;
	enum ev_status status = hash_part(fd, name, length - len, len,
	    hash->tail, err);

	return status == EV_OK ? hash_part(fd, name, 0, len, hash->head, err)
			       : status;
}

char *
ev_sidecar_segment(const char *folder, uint64_t offset)
{
	return ev_mem_printf("%s/%0*" PRIu64 SUFFIX, folder, DIGITS, offset);
}

bool
ev_sidecar_is_segment(const char *name, uint64_t *offset)
{
	uint64_t n = 0;

	if (strlen(name) != DIGITS + strlen(SUFFIX) ||
	    strspn(name, "0123456789") != DIGITS ||
	    strcmp(name + DIGITS, SUFFIX) != 0)
		return false;
	for (int i = 0; i < DIGITS; i++) {
		unsigned digit = (unsigned char)name[i] - '0';

		if (n > (UINT64_MAX - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	*offset = n;
	return true;
}
