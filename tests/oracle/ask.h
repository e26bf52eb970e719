/*
 * ask: what the programs that ask about times share: random numbers, a
 * question that is put together, and its answer, as agree.sql reads them.
 */
#ifndef TESTS_ORACLE_ASK_H
#define TESTS_ORACLE_ASK_H

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/err.h"
#include "expr/time.h"
#include "chance.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))
#define ANY(array) array[below((int)COUNT_OF(array))]

static struct ev_time_env env;
static struct ev_err err;
static struct ev_buf question;
/* By enum ev_time_kind. */
static const char *const kind_names[] = {"date", "timestamp", "timestamptz"};

static int
below(int n)
{
	return (int)(next() % (unsigned)n);
}

/* As an SQL string. */
static inline void
ask_text(struct ev_slice text)
{
	ev_buf_char(&question, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			ev_buf_char(&question, '\'');
		ev_buf_char(&question, text.ptr[i]);
	}
	ev_buf_char(&question, '\'');
}

/* Appends to the question. */
static inline void ask(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

static inline void
ask(const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ev_buf_str(&question, text);
}

/* "timestamptz '2019-02-26 14:30:00+00'". */
static inline void
ask_time(enum ev_time_kind kind, int64_t value)
{
	char text[EV_TIME_TEXT_MAX];

	ask("%s ", kind_names[kind]);
	ask_text((struct ev_slice){text, ev_time_out(&env, kind, value, text)});
}

/* As COPY reads it. */
static void
print_escaped(struct ev_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			putchar('\\');
		putchar(text.ptr[i]);
	}
}

static inline void
answer(enum ev_status status, struct ev_slice text)
{
	print_escaped(ev_buf_as_slice(&question));
	putchar('\t');
	if (status != EV_OK) {
		fputs("error: ", stdout);
		text = ev_slice_of(err.text);
	}
	print_escaped(text);
	putchar('\n');
}

static inline void
answer_time(enum ev_status status, enum ev_time_kind kind, int64_t value)
{
	char text[EV_TIME_TEXT_MAX];
	size_t len = status == EV_OK ? ev_time_out(&env, kind, value, text) : 0;

	answer(status, (struct ev_slice){text, len});
}

/* One byte of text becomes one of bytes, or is gone, or there is one more. */
static void
damage(struct ev_buf *text, const char *bytes)
{
	size_t at;

	if (!text->len)
		return;
	at = (size_t)below((int)text->len);
	if ((unsigned char)text->ptr[at] >= 0x80)
		return;
	switch (below(3)) {
	case 0:
		text->ptr[at] = bytes[below((int)strlen(bytes))];
		break;
	case 1:
		memmove(text->ptr + at, text->ptr + at + 1, text->len - at - 1);
		text->len--;
		break;
	default:
		ev_buf_char(text, ' ');
		memmove(text->ptr + at + 1, text->ptr + at, text->len - at - 1);
		break;
	}
}

/* SEED COUNT [ZONE]: asks COUNT of the questions; the exit status. */
static int
ask_all(int argc, char **argv, void (*const *questions)(void), int count)
{
	if (argc < 3 || argc > 4) {
		fprintf(stderr, "usage: %s SEED COUNT [ZONE]\n", argv[0]);
		return 64;
	}
	state = strtoull(argv[1], NULL, 10);
	env.zones = ev_zones_new(NULL);
	if (ev_zones_find(env.zones, ev_slice_of(argc > 3 ? argv[3] : "UTC"),
		&env.zone, &err) != EV_OK) {
		fprintf(stderr, "%s: %s\n", argv[0], err.text);
		return 65;
	}
	for (uint64_t n = strtoull(argv[2], NULL, 10); n; n--) {
		question.len = 0;
		questions[below(count)]();
	}
	ev_zones_free(env.zones);
	ev_buf_release(&question);
	return ferror(stdout) || fflush(stdout) ? 74 : 0;
}

#endif
