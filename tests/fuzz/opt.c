/*
 * Fuzzing of the option parser: the bytes are a command line, its words ended
 * by NUL bytes (the last one may lack it). What is parsed must hold what the
 * tables promise, every operand must be left, and a second parse says the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "tool/opt.h"

#define WORDS 64

struct settings {
	bool flag, other;
	const char *text;
	struct ev_opt_list list;
	uint64_t count, size;
	int choice;
};

static const struct ev_opt first[] = {
    {"stats", 's', EV_OPT_FLAG, offsetof(struct settings, flag), NULL, "help"},
    {"format", 0, EV_OPT_TEXT, offsetof(struct settings, text), "NAME", "help"},
    {"null", 'X', EV_OPT_LIST, offsetof(struct settings, list), "STRING", NULL},
};
static const struct ev_opt second[] = {
    {"limit", 'n', EV_OPT_COUNT, offsetof(struct settings, count), "N", "help"},
    {"max-event", 0, EV_OPT_SIZE, offsetof(struct settings, size), "SIZE",
	NULL},
    {"on-error", 0, EV_OPT_CHOICE, offsetof(struct settings, choice),
	"stop|skip", "help"},
    {"statistics", 0, EV_OPT_FLAG, offsetof(struct settings, other), NULL,
	"help"},
};

static enum ev_status
parse(struct settings *settings, int argc, char **argv, int *rest,
    struct ev_err *err)
{
	static const struct ev_opt_usage usage = {.name = "evtest"};
	const struct ev_opt_table tables[] = {EV_OPT_TABLE(first, settings),
	    EV_OPT_TABLE(second, settings), {NULL, NULL, 0}};

	*settings = (struct settings){.choice = -1};
	return ev_opt_parse(&usage, tables, argc, argv, rest, err);
}

static void
check_values(const struct settings *settings, int argc, int rest)
{
	if (rest < 1 || rest > argc)
		abort();
	if (settings->choice < -1 || settings->choice > 1)
		abort();
	if (settings->list.count > (size_t)argc)
		abort();
	for (size_t i = 0; i < settings->list.count; i++)
		if (strlen(settings->list.item[i]) > 4096)
			abort();
}

/* A usage error has a text that fits. */
static void
check_message(const struct ev_err *err)
{
	size_t len = strlen(err->text);

	if (!len || len >= sizeof(err->text) || err->exit != EV_EXIT_USAGE)
		abort();
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	/* --help and --version are answered on standard output. */
	if (!freopen("/dev/null", "w", stdout))
		abort();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct settings settings, again;
	char *argv[WORDS + 2] = {(char[]){"evtest"}}, *copy;
	enum ev_status status;
	struct ev_err err;
	int argc = 1, rest;

	if (size > 4096)
		return 0;
	copy = ev_mem_strndup((const char *)data, size);
	for (size_t at = 0; at < size && argc <= WORDS;) {
		argv[argc++] = copy + at;
		at += strlen(copy + at) + 1;
	}
	argv[argc] = NULL;
	status = parse(&settings, argc, argv, &rest, &err);
	if (status == EV_OK) {
		check_values(&settings, argc, rest);
		/* Permuted, it is the same command line. */
		if (parse(&again, argc, argv, &rest, &err) != EV_OK ||
		    again.flag != settings.flag ||
		    again.count != settings.count ||
		    again.size != settings.size ||
		    again.text != settings.text ||
		    again.list.count != settings.list.count)
			abort();
		free(again.list.item);
	} else if (status == EV_FATAL) {
		check_message(&err);
	} else if (status != EV_END) {
		abort();
	}
	free(settings.list.item);
	free(copy);
	return 0;
}
