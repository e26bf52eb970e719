/*
 * magic: packed or not, from the first bytes, as few as they are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "format/magic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
test_table(void **state)
{
	static const struct {
		struct ev_slice first;
		enum ev_magic begun, ended; /* more may come; no more does */
	} cases[] = {
	    {{"", 0}, EV_MAGIC_MORE, EV_MAGIC_PLAIN},
	    {{"{", 1}, EV_MAGIC_MORE, EV_MAGIC_PLAIN},
	    {{"{\"a\":1}\n", 8}, EV_MAGIC_PLAIN, EV_MAGIC_PLAIN},
	    {{"id,name\r\n", 9}, EV_MAGIC_PLAIN, EV_MAGIC_PLAIN},
	    {{"\n", 1}, EV_MAGIC_PLAIN, EV_MAGIC_PLAIN},
	    {{"\0\0\0", 3}, EV_MAGIC_PLAIN, EV_MAGIC_PLAIN},
	    {{"\xff\xfei\0d\0\n\0", 8}, EV_MAGIC_MORE, EV_MAGIC_PLAIN},
	    {{"\x1f", 1}, EV_MAGIC_MORE, EV_MAGIC_PLAIN},
	    {{"\x1f\x8b", 2}, EV_MAGIC_MORE, EV_MAGIC_PLAIN},
	    {{"\x1f\x8b\x08", 3}, EV_MAGIC_PACKED, EV_MAGIC_PACKED},
	    {{"\x1f\x8b\x09", 3}, EV_MAGIC_PLAIN, EV_MAGIC_PLAIN},
	    {{"\xfd\x37\x7a\x58\x5a\0", 6}, EV_MAGIC_PACKED, EV_MAGIC_PACKED},
	    {{"\x28\xb5\x2f\xfd", 4}, EV_MAGIC_PACKED, EV_MAGIC_PACKED},
	    {{"BZh9", 4}, EV_MAGIC_MORE, EV_MAGIC_PLAIN},
	    {{"BZh91AY&SY", 10}, EV_MAGIC_PACKED, EV_MAGIC_PACKED},
	    {{"BZhat is new\n", 13}, EV_MAGIC_PLAIN, EV_MAGIC_PLAIN},
	    {{"PK,name\n", 8}, EV_MAGIC_PLAIN, EV_MAGIC_PLAIN},
	    {{"PK\3\4", 4}, EV_MAGIC_PACKED, EV_MAGIC_PACKED},
	    {{"PK\5\6", 4}, EV_MAGIC_PACKED, EV_MAGIC_PACKED},
	    {{"7z\xbc\xaf\x27\x1c", 6}, EV_MAGIC_FOREIGN, EV_MAGIC_FOREIGN},
	    {{"Rar!\x1a\x07", 6}, EV_MAGIC_FOREIGN, EV_MAGIC_FOREIGN},
	};
	const char *what;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum ev_magic begun = ev_magic_look(cases[i].first, false,
		    &what);
		enum ev_magic ended = ev_magic_look(cases[i].first, true, NULL);

		if (begun != cases[i].begun || ended != cases[i].ended)
			fail_msg("case %zu: %d, %d", i, begun, ended);
	}
}

/* A v7 header: the least that a tar archive has. */
static void
make_header(char header[EV_MAGIC_MAX], const char *name)
{
	unsigned sum = 0;

	memset(header, 0, EV_MAGIC_MAX);
	snprintf(header, 100, "%s", name);
	memcpy(header + 100, "000644 \0", 8);
	memcpy(header + 108, "000000 \0", 8);
	memcpy(header + 116, "000000 \0", 8);
	memcpy(header + 124, "00000000010 ", 12);
	memcpy(header + 136, "14000000000 ", 12);
	memset(header + 148, ' ', 8);
	for (size_t i = 0; i < EV_MAGIC_MAX; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	header[155] = ' ';
}

static void
test_tar(void **state)
{
	char header[EV_MAGIC_MAX];
	const char *what = NULL;

	(void)state;
	make_header(header, "reviews.csv");
	for (size_t len = 1; len < EV_MAGIC_MAX; len++)
		assert_int_equal(ev_magic_look((struct ev_slice){header, len},
				     false, NULL),
		    EV_MAGIC_MORE);
	assert_int_equal(ev_magic_look((struct ev_slice){header, EV_MAGIC_MAX},
			     false, &what),
	    EV_MAGIC_PACKED);
	assert_string_equal(what, "a tar archive");
	header[0] ^= 1;
	assert_int_equal(ev_magic_look((struct ev_slice){header, EV_MAGIC_MAX},
			     false, NULL),
	    EV_MAGIC_PLAIN);
	/* A name that would look like lines of text in a pipe. */
	make_header(header, "a\nb");
	assert_int_equal(ev_magic_look((struct ev_slice){header, EV_MAGIC_MAX},
			     true, NULL),
	    EV_MAGIC_PACKED);
}

/* One long line without a newline is not held back for 512 bytes. */
static void
test_long_line(void **state)
{
	char line[200];

	(void)state;
	memset(line, 'x', sizeof(line));
	assert_int_equal(ev_magic_look((struct ev_slice){line, 107}, false,
			     NULL),
	    EV_MAGIC_MORE);
	assert_int_equal(ev_magic_look((struct ev_slice){line, 108}, false,
			     NULL),
	    EV_MAGIC_PLAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_table),
	    cmocka_unit_test(test_tar),
	    cmocka_unit_test(test_long_line),
	};

	return cmocka_run_group_tests_name("magic", tests, NULL, NULL);
}
