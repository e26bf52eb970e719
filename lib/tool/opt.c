/*
 * opt: see opt.h. getopt_long does the parsing; the tables drive it.
 */
#include "tool/opt.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "tool/tool.h"

#define HELP_LINES 24
#define HELP_OPTION "help"
#define VERSION_OPTION "version"
enum { OPT_HELP = 256, OPT_VERSION, OPT_FIRST };

/* The tables flattened, as getopt_long wants them. */
struct flat {
	const struct ev_opt **opt;
	char **base;
	struct option *option;
	struct ev_buf letters;
	size_t count;
};

static void
flatten(struct flat *flat, const struct ev_opt_usage *usage,
    const struct ev_opt_table *tables)
{
	size_t total = 0, n = 0;

	for (const struct ev_opt_table *t = tables; t->opt; t++)
		total += t->count;
	flat->count = total;
	flat->opt = ev_mem_zalloc(total, sizeof(*flat->opt));
	flat->base = ev_mem_zalloc(total, sizeof(*flat->base));
	flat->option = ev_mem_zalloc(total + 3, sizeof(*flat->option));
	ev_buf_str(&flat->letters, usage->command ? "+:" : ":");
	for (const struct ev_opt_table *t = tables; t->opt; t++)
		for (size_t i = 0; i < t->count; i++, n++) {
			const struct ev_opt *opt = &t->opt[i];

			flat->opt[n] = opt;
			flat->base[n] = t->base;
			flat->option[n] = (struct option){opt->name,
			    opt->kind == EV_OPT_FLAG ? no_argument
						     : required_argument,
			    NULL, OPT_FIRST + (int)n};
			if (opt->letter)
				ev_buf_printf(&flat->letters, "%c%s",
				    opt->letter,
				    opt->kind == EV_OPT_FLAG ? "" : ":");
		}
	flat->option[n++] = (struct option){HELP_OPTION, no_argument, NULL,
	    OPT_HELP};
	flat->option[n] = (struct option){VERSION_OPTION, no_argument, NULL,
	    OPT_VERSION};
}

static void
release(struct flat *flat)
{
	free(flat->opt);
	free(flat->base);
	free(flat->option);
	ev_buf_release(&flat->letters);
}

static enum ev_status
count_of(const char *option, const char *text, uint64_t *count,
    struct ev_err *err)
{
	char *end;

	errno = 0;
	*count = strtoull(text, &end, 10);
	if (errno || end == text || *end || strchr(text, '-'))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--%s wants a whole number, not '%s'", option, text);
	return EV_OK;
}

enum ev_status
ev_opt_size(const char *option, const char *text, uint64_t *bytes,
    struct ev_err *err)
{
	static const char units[] = "KMGT";
	char *end;
	double number = strtod(text, &end);
	const char *unit = NULL;

	if (isalpha((unsigned char)*end))
		unit = strchr(units, toupper((unsigned char)*end));
	if (end != text && unit) {
		end++;
		number *= (double)(UINT64_C(1) << 10 * (unit - units + 1));
		if (*end == 'i' && (end[1] == 'B' || !end[1]))
			end++;
		if (*end == 'B')
			end++;
	}
	if (end == text || *end || !(number >= 0 && number < 1e19))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--%s wants a size such as 64K, 16M or 2G, not '%s'",
		    option, text);
	*bytes = (uint64_t)number;
	return EV_OK;
}

static enum ev_status
length_of(const char *option, const char *text, uint64_t *bytes,
    struct ev_err *err)
{
	if (ev_opt_size(option, text, bytes, err) != EV_OK)
		return EV_FATAL;
	if (*bytes > EV_OPT_LENGTH_MAX)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--%s can be 1G at most, not '%s'", option, text);
	return EV_OK;
}

static enum ev_status
choice_of(const struct ev_opt *opt, const char *text, int *choice,
    struct ev_err *err)
{
	const char *word = opt->arg;

	for (int i = 0; word; i++) {
		size_t len = strcspn(word, "|");

		if (strlen(text) == len && !memcmp(word, text, len)) {
			*choice = i;
			return EV_OK;
		}
		word = word[len] ? word + len + 1 : NULL;
	}
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "--%s wants one of %s, not '%s'", opt->name, opt->arg, text);
}

static enum ev_status
store(const struct ev_opt *opt, char *base, char *text, struct ev_err *err)
{
	void *field = base + opt->offset;
	struct ev_opt_list *list;

	switch (opt->kind) {
	case EV_OPT_FLAG:
		*(bool *)field = true;
		return EV_OK;
	case EV_OPT_TEXT:
		*(const char **)field = text;
		return EV_OK;
	case EV_OPT_LIST:
		list = field;
		list->item = ev_mem_realloc(list->item,
		    (list->count + 1) * sizeof(*list->item));
		list->item[list->count++] = text;
		return EV_OK;
	case EV_OPT_COUNT:
		return count_of(opt->name, text, field, err);
	case EV_OPT_SIZE:
		return ev_opt_size(opt->name, text, field, err);
	case EV_OPT_LENGTH:
		return length_of(opt->name, text, field, err);
	case EV_OPT_CHOICE:
		return choice_of(opt, text, field, err);
	}
	return EV_OK;
}

static size_t
by_letter(const struct flat *flat, int letter)
{
	size_t i = 0;

	while (i < flat->count && flat->opt[i]->letter != letter)
		i++;
	return i;
}

/* What is expected in the middle, too. */
#define ENDS \
	"; a pipeline is named at its two ends: evsource --name NAME … | … | " \
	"evsink --name NAME …"

static enum ev_status
unknown(const struct ev_opt_usage *usage, const struct flat *flat,
    const char *word, struct ev_err *err)
{
	const char *also = usage->elsewhere ? usage->elsewhere : "";
	struct ev_nearest nearest;
	char *name;

	if (optopt && optopt < OPT_HELP)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "unknown option '-%c' (see --help%s)", optopt, also);
	if (optopt) /* known, and without an argument */
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "option '%.*s' takes no value", (int)strcspn(word, "="),
		    word);
	name = ev_mem_strndup(word + 2, strcspn(word + 2, "="));
	nearest = ev_nearest_to(name);
	for (size_t i = 0; i < flat->count + 2; i++)
		ev_nearest_offer(&nearest, flat->option[i].name);
	if (nearest.best)
		ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "unknown option '--%s': did you mean '--%s'?", name,
		    nearest.best);
	else
		ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "unknown option '--%s' (see --help%s)", name,
		    strcmp(name, "name") ? also : ENDS);
	free(name);
	return EV_FATAL;
}

/* "  -n, --limit N          help", for one that has a help text. */
static void
help_line(const struct ev_opt *opt)
{
	char left[64];
	int len = snprintf(left, sizeof(left),
	    opt->letter ? "  -%c, --%s%s%s" : "  %c   --%s%s%s",
	    opt->letter ? opt->letter : ' ', opt->name, opt->arg ? " " : "",
	    opt->arg ? opt->arg : "");

	if (len > 27)
		printf("%s  %s\n", left, opt->help);
	else
		printf("%-27s  %s\n", left, opt->help);
}

/* An option between our own commands, of which --help says nothing. */
static bool
is_internal(const struct ev_opt *opt)
{
	return opt->help && !*opt->help;
}

/* The names of the options that --help does not explain, filled into lines. */
static void
help_rest(const struct flat *flat)
{
	int column = printf("  More:");

	for (size_t i = 0; i < flat->count; i++) {
		const struct ev_opt *opt = flat->opt[i];

		if (opt->help)
			continue;
		if (column + (int)strlen(opt->name) + 3 > 79)
			column = printf("\n       ") - 1;
		column += printf(" --%s", opt->name);
	}
	printf("\n");
}

static void
help(const struct ev_opt_usage *usage, const struct flat *flat)
{
	size_t lines = 6, hidden = 0;

	printf("Usage: %s %s\n%s\n\n", usage->name, usage->args,
	    usage->summary);
	for (size_t i = 0; i < flat->count; i++) {
		if (is_internal(flat->opt[i]))
			continue;
		if (flat->opt[i]->help && lines++ < HELP_LINES)
			help_line(flat->opt[i]);
		hidden += !flat->opt[i]->help;
	}
	if (hidden)
		help_rest(flat);
	printf("\nExample: %s\nManual: man %s\n", usage->example, usage->name);
}

enum ev_status
ev_opt_parse(const struct ev_opt_usage *usage,
    const struct ev_opt_table *tables, int argc, char **argv, int *rest,
    struct ev_err *err)
{
	struct flat flat = {0};
	enum ev_status status = EV_OK;
	int c;

	flatten(&flat, usage, tables);
	opterr = 0;
	optind = 0; /* glibc: begin anew */
	while (status == EV_OK &&
	    (c = getopt_long(argc, argv, ev_buf_cstr(&flat.letters),
		 flat.option, NULL)) != -1) {
		size_t i = c >= OPT_FIRST ? (size_t)(c - OPT_FIRST)
					  : by_letter(&flat, c);

		if (c == OPT_HELP) {
			help(usage, &flat);
			status = EV_END;
		} else if (c == OPT_VERSION) {
			printf("%s (evkit) %s\n", usage->name, EV_VERSION);
			status = EV_END;
		} else if (c == ':') {
			status = ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "option '%s' wants a value", argv[optind - 1]);
		} else if (c == '?') {
			status = unknown(usage, &flat, argv[optind - 1], err);
		} else {
			status = store(flat.opt[i], flat.base[i], optarg, err);
		}
	}
	*rest = optind;
	release(&flat);
	return status;
}
