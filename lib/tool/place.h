/*
 * place: what the arguments of evsource and evsink say about where events are.
 *
 * A place is a URL or a path. It is a URL if it begins with a scheme, two or
 * more of [a-z0-9+.-] of which the first is a letter, and a colon
 * (kafka://b/t, sqlite:shop.db/users); anything else, and "-", is a path. So
 * a path that looks like a URL is written ./like:this. The scheme file names a
 * path too. The rule does not look at the file system: what a command line
 * means does not depend on what lies about.
 */
#ifndef EV_TOOL_PLACE_H
#define EV_TOOL_PLACE_H

#include <stdbool.h>

#include "base/err.h"
#include "base/slice.h"
#include "tool/opt.h"

/* The scheme of a place, "file" for a path; points into it, or is static. */
struct ev_slice ev_place_scheme(const char *place);

/* The path of a place whose scheme is file: what stands behind "file:" or
 * "file://"; points into the place. */
const char *ev_place_path(const char *place);

/* True for standard input, by any of its names. A command that starts an
 * evsource for it has to hand its own on. */
bool ev_place_is_stdin(const char *place);

/* The place as records and positions have it: of a path the absolute one with
 * its links followed (its last part need not exist; of a pattern, its folder's),
 * of "-" "-", of a URL without user and password, and with the path absolute
 * where its scheme is followed by one (sqlite:shop.db/users; kafka:TOPIC is left
 * as it is). The caller's to free.
 * EV_FATAL: exit 73, its folder is not there. */
enum ev_status ev_place_absolute(const char *place, char **absolute,
    struct ev_err *err);

/* The place among the arguments: the first operand that is a URL, else the
 * first operand, NULL if there is none. The tables say which options take an
 * argument; an option of a connector that they do not know is taken to have
 * none of its own (--option=VALUE is always right). */
const char *ev_place_find(const struct ev_opt_table *tables, int argc,
    char **argv);

/* Becomes the connector of the place, COMMAND-SCHEME, with the same
 * arguments. Returns only on failure: exit 78 where there is no such
 * connector. */
enum ev_status ev_place_become(const char *command, const char *place,
    char **argv, struct ev_err *err);

#endif
