/*
 * jsonpath_print: a path as PostgreSQL prints it: names in quotes, and
 * parentheses wherever the levels of operators do not say the same.
 */
#include "event/build.h"
#include "expr/jsonpath_node.h"
#include "expr/text.h"

const char *
ev_path_name(enum ev_path_kind kind)
{
	static const char *const names[EV_PATH_KINDS] = {
	    [EV_PATH_ROOT] = "$",
	    [EV_PATH_CURRENT] = "@",
	    [EV_PATH_LAST] = "last",
	    [EV_PATH_ANY_KEY] = ".*",
	    [EV_PATH_ANY_ITEM] = "[*]",
	    [EV_PATH_TYPE] = "type",
	    [EV_PATH_SIZE] = "size",
	    [EV_PATH_DOUBLE] = "double",
	    [EV_PATH_CEILING] = "ceiling",
	    [EV_PATH_FLOOR] = "floor",
	    [EV_PATH_ABS] = "abs",
	    [EV_PATH_DATETIME] = "datetime",
	    [EV_PATH_KEYVALUE] = "keyvalue",
	    [EV_PATH_ADD] = "+",
	    [EV_PATH_SUB] = "-",
	    [EV_PATH_MUL] = "*",
	    [EV_PATH_DIV] = "/",
	    [EV_PATH_MOD] = "%",
	    [EV_PATH_PLUS] = "+",
	    [EV_PATH_MINUS] = "-",
	    [EV_PATH_AND] = "&&",
	    [EV_PATH_OR] = "||",
	    [EV_PATH_EQ] = "==",
	    [EV_PATH_NE] = "!=",
	    [EV_PATH_LT] = "<",
	    [EV_PATH_LE] = "<=",
	    [EV_PATH_GT] = ">",
	    [EV_PATH_GE] = ">=",
	    [EV_PATH_STARTS_WITH] = "starts with",
	};

	return names[kind];
}

unsigned
ev_path_regex_flags(const struct ev_path_node *node)
{
	unsigned flags = 0;

	if (node->flags & EV_PATH_FOLD)
		flags |= EV_PATTERN_FOLD;
	if (node->flags & EV_PATH_LITERAL)
		return flags | EV_PATTERN_LITERAL;
	if (!(node->flags & EV_PATH_DOTALL))
		flags |= EV_PATTERN_NO_DOT;
	if (node->flags & EV_PATH_LINES)
		flags |= EV_PATTERN_LINES;
	return flags;
}

/* How tightly an operator binds. */
static int
level(enum ev_path_kind kind)
{
	switch (kind) {
	case EV_PATH_OR:
		return 0;
	case EV_PATH_AND:
		return 1;
	case EV_PATH_EQ:
	case EV_PATH_NE:
	case EV_PATH_LT:
	case EV_PATH_LE:
	case EV_PATH_GT:
	case EV_PATH_GE:
	case EV_PATH_STARTS_WITH:
		return 2;
	case EV_PATH_ADD:
	case EV_PATH_SUB:
		return 3;
	case EV_PATH_MUL:
	case EV_PATH_DIV:
	case EV_PATH_MOD:
		return 4;
	case EV_PATH_PLUS:
	case EV_PATH_MINUS:
		return 5;
	default:
		return 6;
	}
}

static void print_chain(const struct ev_path_node *node, bool brackets,
    struct ev_buf *out);

static void
print_operand(const struct ev_path_node *of, const struct ev_path_node *operand,
    struct ev_buf *out)
{
	print_chain(operand, level(operand->kind) <= level(of->kind), out);
}

static void
print_regex(const struct ev_path_node *node, struct ev_buf *out)
{
	static const char letters[] = "ismxq";

	print_operand(node, node->left, out);
	ev_buf_str(out, " like_regex ");
	ev_build_text(out, node->value.text);
	if (!node->flags)
		return;
	ev_buf_str(out, " flag \"");
	for (unsigned i = 0; letters[i]; i++)
		if (node->flags & 1u << i)
			ev_buf_char(out, letters[i]);
	ev_buf_char(out, '"');
}

static void
print_operator(const struct ev_path_node *node, bool brackets,
    struct ev_buf *out)
{
	if (brackets)
		ev_buf_char(out, '(');
	if (node->kind == EV_PATH_LIKE_REGEX) {
		print_regex(node, out);
	} else if (node->right) {
		print_operand(node, node->left, out);
		ev_buf_printf(out, " %s ", ev_path_name(node->kind));
		print_operand(node, node->right, out);
	} else {
		ev_buf_str(out, ev_path_name(node->kind));
		print_operand(node, node->left, out);
	}
	if (brackets)
		ev_buf_char(out, ')');
}

static void
print_level(uint32_t number, struct ev_buf *out)
{
	if (number == EV_PATH_LEAVES)
		ev_buf_str(out, "last");
	else
		ev_buf_printf(out, "%u", (unsigned)number);
}

static void
print_any(const struct ev_path_node *node, struct ev_buf *out)
{
	uint32_t first = node->level.first, last = node->level.last;

	ev_buf_str(out, ".**");
	if (!first && last == EV_PATH_LEAVES)
		return;
	ev_buf_char(out, '{');
	print_level(first, out);
	if (first != last) {
		ev_buf_str(out, " to ");
		print_level(last, out);
	}
	ev_buf_char(out, '}');
}

static void
print_items(const struct ev_path_node *node, struct ev_buf *out)
{
	ev_buf_char(out, '[');
	for (size_t i = 0; i < node->items.count; i++) {
		const struct ev_path_range *range = &node->items.range[i];

		if (i)
			ev_buf_char(out, ',');
		print_chain(range->from, false, out);
		if (!range->to)
			continue;
		ev_buf_str(out, " to ");
		print_chain(range->to, false, out);
	}
	ev_buf_char(out, ']');
}

static void
print_in(const char *before, const struct ev_path_node *node,
    const char *behind, struct ev_buf *out)
{
	ev_buf_str(out, before);
	print_chain(node->left, false, out);
	ev_buf_str(out, behind);
}

static void
print_method(const struct ev_path_node *node, struct ev_buf *out)
{
	ev_buf_printf(out, ".%s(", ev_path_name(node->kind));
	if (node->left)
		print_chain(node->left, false, out);
	ev_buf_char(out, ')');
}

/* A number in front of an accessor would read on into its dot. */
static void
print_const(const struct ev_path_node *node, struct ev_buf *out)
{
	bool brackets = node->value.type == EV_NUMBER && node->next;

	if (brackets)
		ev_buf_char(out, '(');
	ev_jsonb_print(&node->value, out);
	if (brackets)
		ev_buf_char(out, ')');
}

/* One node of a chain. */
static void
print_node(const struct ev_path_node *node, bool brackets, struct ev_buf *out)
{
	switch (node->kind) {
	case EV_PATH_CONST:
		print_const(node, out);
		break;
	case EV_PATH_VARIABLE:
	case EV_PATH_KEY:
		ev_buf_char(out, node->kind == EV_PATH_KEY ? '.' : '$');
		ev_build_text(out, node->value.text);
		break;
	case EV_PATH_ROOT:
	case EV_PATH_CURRENT:
	case EV_PATH_LAST:
	case EV_PATH_ANY_KEY:
	case EV_PATH_ANY_ITEM:
		ev_buf_str(out, ev_path_name(node->kind));
		break;
	case EV_PATH_ITEMS:
		print_items(node, out);
		break;
	case EV_PATH_ANY:
		print_any(node, out);
		break;
	case EV_PATH_FILTER:
		print_in("?(", node, ")", out);
		break;
	case EV_PATH_NOT:
		print_in("!(", node, ")", out);
		break;
	case EV_PATH_IS_UNKNOWN:
		print_in("(", node, ") is unknown", out);
		break;
	case EV_PATH_EXISTS:
		print_in("exists (", node, ")", out);
		break;
	default:
		if (node->kind <= EV_PATH_KEYVALUE)
			print_method(node, out);
		else
			print_operator(node, brackets, out);
		break;
	}
}

static void
print_chain(const struct ev_path_node *node, bool brackets, struct ev_buf *out)
{
	for (; node; node = node->next) {
		print_node(node, brackets, out);
		brackets = true;
	}
}

void
ev_jsonpath_print(const struct ev_jsonpath *path, struct ev_buf *out)
{
	if (!path->lax)
		ev_buf_str(out, "strict ");
	print_chain(path->root, true, out);
}
