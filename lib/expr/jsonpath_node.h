/*
 * jsonpath_node: the tree of a path. Inside lib/expr's jsonpath only.
 *
 * What stands behind one another ($.a[*].b) is a chain by `next`; its first
 * node is what the chain begins with. Predicates stand last in the enum.
 */
#ifndef EV_EXPR_JSONPATH_NODE_H
#define EV_EXPR_JSONPATH_NODE_H

#include "expr/jsonpath.h"

enum ev_path_kind {
	EV_PATH_CONST,    /* value */
	EV_PATH_VARIABLE, /* value.text is its name */
	EV_PATH_ROOT,     /* $ */
	EV_PATH_CURRENT,  /* @ */
	EV_PATH_LAST,
	EV_PATH_KEY,      /* .key: value.text */
	EV_PATH_ANY_KEY,  /* .* */
	EV_PATH_ANY_ITEM, /* [*] */
	EV_PATH_ITEMS,    /* [range, …] */
	EV_PATH_ANY,      /* .**{first to last} */
	EV_PATH_FILTER,   /* ?(left) */
	EV_PATH_TYPE,     /* .type() … */
	EV_PATH_SIZE,
	EV_PATH_DOUBLE,
	EV_PATH_CEILING,
	EV_PATH_FLOOR,
	EV_PATH_ABS,
	EV_PATH_DATETIME, /* left is the template, or NULL */
	EV_PATH_KEYVALUE,
	EV_PATH_ADD, /* left + right */
	EV_PATH_SUB,
	EV_PATH_MUL,
	EV_PATH_DIV,
	EV_PATH_MOD,
	EV_PATH_PLUS, /* +left */
	EV_PATH_MINUS,
	EV_PATH_AND,
	EV_PATH_OR,
	EV_PATH_NOT,
	EV_PATH_IS_UNKNOWN,
	EV_PATH_EXISTS,
	EV_PATH_EQ,
	EV_PATH_NE,
	EV_PATH_LT,
	EV_PATH_LE,
	EV_PATH_GT,
	EV_PATH_GE,
	EV_PATH_STARTS_WITH,
	EV_PATH_LIKE_REGEX, /* left; value.text is the pattern */
	EV_PATH_KINDS,
};

/* The letters behind flag, and how they are printed. */
enum ev_path_flag {
	EV_PATH_FOLD = 1,    /* i */
	EV_PATH_DOTALL = 2,  /* s */
	EV_PATH_LINES = 4,   /* m */
	EV_PATH_SPACED = 8,  /* x */
	EV_PATH_LITERAL = 16 /* q */
};

struct ev_path_node;

struct ev_path_range {
	const struct ev_path_node *from, *to; /* to: NULL, or the last */
};

#define EV_PATH_LEAVES UINT32_MAX /* a level of .**: "last" */

struct ev_path_node {
	uint8_t kind;    /* enum ev_path_kind */
	uint8_t flags;   /* LIKE_REGEX: enum ev_path_flag */
	uint16_t regex;  /* LIKE_REGEX: the how manieth of the path */
	uint16_t depth;  /* of the tree that begins here */
	uint16_t length; /* of the chain that begins here */
	struct ev_path_node *next;
	struct ev_path_node *left, *right;
	union {
		struct ev_jsonb value;
		struct {
			uint32_t first, last;
		} level; /* ANY */
		struct {
			const struct ev_path_range *range;
			size_t count;
		} items;
	};
};

struct ev_jsonpath {
	const struct ev_path_node *root;
	bool lax;
};

/* "$", "+", "&&", "type" … */
const char *ev_path_name(enum ev_path_kind kind);

/* Of a LIKE_REGEX: enum ev_pattern_flag. A dot matches no newline unless s
 * says so. */
unsigned ev_path_regex_flags(const struct ev_path_node *node);

#endif
