/*
 * zone_file: how a zone comes to be; for the cache (zones.c) only.
 */
#ifndef EV_EXPR_ZONE_FILE_H
#define EV_EXPR_ZONE_FILE_H

#include <stddef.h>

#include "expr/zone.h"

/* No zone file is bigger. */
#define EV_ZONE_FILE_MAX (1 << 20)

/* The zone that the bytes of a TZif file describe, and the one that a POSIX
 * TZ string does; NULL if they are none. */
struct ev_zone *ev_zone_parse(const char *name, const void *bytes, size_t len);
struct ev_zone *ev_zone_by_rule(const char *text);
void ev_zone_free(struct ev_zone *zone);

#endif
