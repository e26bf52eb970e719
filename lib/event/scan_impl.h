/*
 * scan_impl: what the parts of the scanner share: scan.c, which keeps what is
 * asked for, and the pass over a line (scan_pass.h), which is compiled once for
 * each kind of processor.
 */
#ifndef EV_EVENT_SCAN_IMPL_H
#define EV_EVENT_SCAN_IMPL_H

#include "event/scan.h"
#include "event/token.h"

#define GUESSES 128  /* members of a line that are guessed */
#define GUESS_LEN 32 /* bytes from the comma to the value; longer: no guess */

/* What is wanted below one key: a tree of the paths' keys. */
struct node {
	struct ev_slice key; /* owned */
	int slot;            /* -1: only members of it are wanted */
	struct node *child;
	unsigned children;
};

struct guess {
	char text[GUESS_LEN];
	uint32_t mask;    /* one bit for each byte of text to compare */
	unsigned len;     /* bytes of text; 0: no guess */
	unsigned key_at;  /* where in text the key's opening quote stands */
	unsigned key_len; /* with both quotes */
	bool escaped;
	bool wanted;             /* the value is looked at */
	const struct node *node; /* what is wanted of it; NULL: nothing */
	struct guess *next;      /* of the last one, itself */
};

/* The functions of scan.h of these names. */
struct ev_scan_pass {
	const char *(
	    *line)(struct ev_scan *scan, const char *ptr, const char **fault);
	const char *(
	    *any)(struct ev_scan *scan, const char *ptr, const char **fault);
	const char *(*text)(const char *ptr);
};

/* For every processor that the program runs on. */
extern const struct ev_scan_pass ev_scan_plain;
/* For an x86 with AVX2 and BMI; all NULL where it was not compiled. */
extern const struct ev_scan_pass ev_scan_avx2;

struct ev_scan {
	const struct ev_scan_pass *pass;
	struct node root;
	struct ev_value *field;
	unsigned fields;
	bool want_members;
	struct ev_member *member;
	size_t members, member_cap;
	uint64_t changes; /* keys that were not as guessed */
	struct ev_fault fault;
	struct guess guess[GUESSES + 1]; /* the last is never one */
};

/* A text that stands nowhere in a good line: 0xFF is no UTF-8. That saves the
 * question whether there is a guess. */
static inline void
no_guess(struct guess *guess)
{
	guess->len = 0;
	guess->text[0] = '\xFF';
	guess->mask = 1;
}

#endif
