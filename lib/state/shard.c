/*
 * shard: see shard.h.
 */
#include "state/shard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Digits up to the end or to a slash; 0: none, or more than there can be. */
static unsigned
read_number(struct ev_slice *text)
{
	unsigned number = 0;

	while (text->len && *text->ptr >= '0' && *text->ptr <= '9') {
		number = number * 10 + (unsigned)(*text->ptr - '0');
		if (number > EV_SHARD_MAX)
			return 0;
		text->ptr++;
		text->len--;
	}
	return number;
}

enum ev_status
ev_shard_parse(const char *what, struct ev_slice text, struct ev_shard *shard,
    struct ev_err *err)
{
	struct ev_slice at = text;
	bool slash;

	shard->number = read_number(&at);
	slash = at.len && *at.ptr == '/';
	at.ptr += slash;
	at.len -= slash;
	shard->count = read_number(&at);
	if (slash && !at.len && shard->number &&
	    shard->count >= shard->number) {
		if (shard->count == 1)
			*shard = (struct ev_shard){0, 0};
		return EV_OK;
	}
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "%s '%.*s': a shard is K/N, the K-th of N: 1/4, 2/4, 3/4, 4/4 "
	    "(at most %d)",
	    what, (int)text.len, text.ptr, EV_SHARD_MAX);
}

char *
ev_shard_name(const char *name, struct ev_shard shard)
{
	return shard.count ? ev_mem_printf("%s.%u", name, shard.number)
			   : ev_mem_strdup(name);
}

int
ev_shard_number(const char *name, const char *pipeline)
{
	size_t len = strlen(name);
	struct ev_slice at;
	unsigned number;

	if (strncmp(pipeline, name, len) != 0)
		return -1;
	if (!pipeline[len])
		return 0;
	if (pipeline[len] != '.')
		return -1;
	at = ev_slice_of(pipeline + len + 1);
	number = read_number(&at);
	return number && !at.len ? (int)number : -1;
}

enum ev_status
ev_shard_agree(const char *name, struct ev_shard shard, const char *text,
    struct ev_err *err)
{
	struct ev_shard was = {0, 0};

	if (!strcmp(text, EV_SHARD_DEALT))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "the positions of pipeline %s are being dealt anew: where "
		    "that was interrupted, the same evpos shards %s ends it",
		    name, name);
	if (*text &&
	    ev_shard_parse("shard", ev_slice_of(text), &was, err) != EV_OK)
		return EV_FATAL;
	if (was.count == shard.count)
		return EV_OK;
	if (!shard.count)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "pipeline %s has %u shards: start each with --shard K/%u, "
		    "or put them together by evpos shards %s 1",
		    name, was.count, was.count, name);
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "pipeline %s has %u shard%s, not %u: evpos shards %s %u deals its "
	    "positions anew, while all stand still",
	    name, was.count ? was.count : 1, was.count ? "s" : "", shard.count,
	    name, shard.count);
}

bool
ev_shard_part(struct ev_slice key, unsigned *number)
{
	const char *part = memrchr(key.ptr, '#', key.len);
	size_t len;
	char text[9];

	if (!part)
		return false;
	len = (size_t)(key.ptr + key.len - ++part);
	if (!len || len >= sizeof(text))
		return false;
	memcpy(text, part, len);
	text[len] = '\0';
	*number = (unsigned)strtoul(text, NULL, 10);
	return strspn(text, "0123456789") == len;
}
