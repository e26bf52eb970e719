/*
 * opt: options as tables. One table says name, argument, help and where the
 * value goes; getopt_long is driven by it, --help prints it, a test checks the
 * manual page against it, and an unknown option gets the nearest name from it.
 *
 * A table writes into a struct by offset, so that a table of options which
 * several commands have stands once, in lib/tool, and each command lends its
 * own struct. A command gives an array of tables: its own, then the shared.
 */
#ifndef EV_TOOL_OPT_H
#define EV_TOOL_OPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum ev_opt_kind {
	EV_OPT_FLAG,  /* bool: true when given */
	EV_OPT_TEXT,  /* const char *: lent from argv */
	EV_OPT_LIST,  /* struct ev_opt_list: may be given several times */
	EV_OPT_COUNT, /* uint64_t: decimal digits */
	EV_OPT_SIZE, /* uint64_t bytes: digits and K, M, G, T (powers of 1024) */
	EV_OPT_LENGTH, /* the same, of something that is held in memory as one
			* piece: at most EV_OPT_LENGTH_MAX */
	EV_OPT_CHOICE, /* int: the index of the word in `arg` */
};

#define EV_OPT_LENGTH_MAX (1u << 30) /* a value's length has 32 bits */

struct ev_opt {
	const char *name; /* without the two hyphens */
	char letter;      /* the short form, or 0 */
	enum ev_opt_kind kind;
	size_t offset;    /* of the field in the table's struct */
	const char *arg;  /* "PLACE"; NULL for a flag. For EV_OPT_CHOICE the
	                      * words themselves: "stop|skip" */
	const char *help; /* a few words, at most 50 characters; NULL: --help
	                      * names it in its last lines only; "": it does
	                      * not, since it is between commands of ours */
};

struct ev_opt_list {
	const char **item; /* lent from argv; the array is never freed */
	size_t count;
};

/* Ends with {NULL, NULL, 0}. */
struct ev_opt_table {
	const struct ev_opt *opt;
	void *base;
	size_t count;
};

/* clang-format off */
#define EV_OPT_TABLE(options, object) \
	{(options), (object), sizeof(options) / sizeof((options)[0])}
/* clang-format on */

struct ev_opt_usage {
	const char *name;      /* "evfilter" */
	const char *args;      /* "[OPTION…] COND [PLACE…]" */
	const char *summary;   /* "keeps the events for which COND is true" */
	const char *example;   /* one line to paste */
	const char *elsewhere; /* whose the options are that one might expect
	                        * here: told where one is unknown; or NULL */
	/* The operands are a command: what stands behind the first of them is
	 * not ours. */
	bool command;
};

/* Parses argv: options may stand anywhere before "--", or before the first
 * operand of a command. Values go where the tables say. argv is permuted;
 * *rest is the index of the first operand. EV_OK; EV_END: --help or --version
 * was answered on stdout, exit with 0; EV_FATAL: usage, err says what is wrong
 * (and the nearest option). */
enum ev_status ev_opt_parse(const struct ev_opt_usage *usage,
    const struct ev_opt_table *tables, int argc, char **argv, int *rest,
    struct ev_err *err);

/* "10", "64K", "1.5G" as bytes. EV_FATAL if it is none. `option` is for the
 * message. */
enum ev_status ev_opt_size(const char *option, const char *text,
    uint64_t *bytes, struct ev_err *err);

#endif
