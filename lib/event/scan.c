/*
 * scan: see scan.h. What is asked for, and which pass (scan_pass.h) looks for
 * it.
 */
#include "event/scan.h"

#include <stdlib.h>

#include "base/cpu.h"
#include "base/mem.h"
#include "event/scan_impl.h"

/* The pass for the processor that we run on. */
static const struct ev_scan_pass *
fastest(void)
{
	return ev_scan_avx2.line && ev_cpu_has_avx2() ? &ev_scan_avx2
						      : &ev_scan_plain;
}

struct ev_scan *
ev_scan_new(void)
{
	struct ev_scan *scan = ev_mem_zalloc(1, sizeof(*scan));

	scan->pass = fastest();
	scan->root.slot = -1;
	for (unsigned i = 0; i <= GUESSES; i++) {
		no_guess(&scan->guess[i]);
		scan->guess[i].next = &scan->guess[i + (i < GUESSES)];
	}
	return scan;
}

static void
free_children(struct node *node)
{
	for (unsigned i = 0; i < node->children; i++) {
		free_children(&node->child[i]);
		free((char *)(uintptr_t)node->child[i].key.ptr);
	}
	free(node->child);
}

void
ev_scan_free(struct ev_scan *scan)
{
	if (!scan)
		return;
	free_children(&scan->root);
	free(scan->field);
	free(scan->member);
	free(scan);
}

static struct node *
child_of(struct node *node, struct ev_slice key)
{
	struct node *child;

	for (unsigned i = 0; i < node->children; i++)
		if (ev_slice_equal(node->child[i].key, key))
			return &node->child[i];
	node->child = ev_mem_realloc(node->child,
	    (node->children + 1) * sizeof(*node->child));
	child = &node->child[node->children++];
	*child = (struct node){{ev_mem_text(key), key.len}, -1, NULL, 0};
	return child;
}

unsigned
ev_scan_want(struct ev_scan *scan, const struct ev_slice *path, unsigned depth)
{
	struct node *node = &scan->root;

	for (unsigned i = 0; i < depth; i++)
		node = child_of(node, path[i]);
	if (node->slot < 0) {
		node->slot = (int)scan->fields++;
		scan->field = ev_mem_realloc(scan->field,
		    scan->fields * sizeof(*scan->field));
	}
	/* The tree may have moved, and with it what guesses point at. */
	for (unsigned i = 0; i <= GUESSES; i++)
		no_guess(&scan->guess[i]);
	return (unsigned)node->slot;
}

unsigned
ev_scan_want_key(struct ev_scan *scan, struct ev_slice key)
{
	return ev_scan_want(scan, &key, 1);
}

void
ev_scan_want_members(struct ev_scan *scan)
{
	scan->want_members = true;
}

const char *
ev_scan_reason(const struct ev_scan *scan)
{
	return scan->fault.reason;
}

const struct ev_value *
ev_scan_fields(const struct ev_scan *scan)
{
	return scan->field;
}

const struct ev_member *
ev_scan_members(const struct ev_scan *scan, size_t *count)
{
	*count = scan->members;
	return scan->member;
}

uint64_t
ev_scan_changes(const struct ev_scan *scan)
{
	return scan->changes;
}

const char *
ev_scan_line(struct ev_scan *scan, const char *ptr, const char **fault)
{
	return scan->pass->line(scan, ptr, fault);
}

const char *
ev_scan_any(struct ev_scan *scan, const char *ptr, const char **fault)
{
	return scan->pass->any(scan, ptr, fault);
}

const char *
ev_scan_text(const char *ptr)
{
	return fastest()->text(ptr);
}
