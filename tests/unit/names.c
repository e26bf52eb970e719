/*
 * names: lists of fields as options have them, and the way back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/names.h"

static const struct {
	const char *list, *read; /* keys in <>, NULL: refused */
} cases[] = {
    {"id", "<id>"},
    {"id,name", "<id> <name>"},
    {" id , name ", "<id> <name>"},
    {"user.name,id", "<user><name> <id>"},
    {"user . name", "<user><name>"},
    {"\"a,b\",c", "<a,b> <c>"},
    {"\"a.b\".c", "<a.b><c>"},
    {"\"say \"\"hi\"\"\"", "<say \"hi\">"},
    {"\" a \"", "< a >"},
    {"\"\"", "<>"},
    {"first name", "<first name>"},
    {"a=b", "<a=b>"},
    {"\xc3\xa9t\xc3\xa9", "<\xc3\xa9t\xc3\xa9>"},
    {"", NULL},
    {",", NULL},
    {"a,", NULL},
    {"a,,b", NULL},
    {"a.", NULL},
    {".a", NULL},
    {"a..b", NULL},
    {"\"a", NULL},
    {"\"a\"b", NULL},
    {"a\"b", NULL},
    {"a \"b\"", NULL},
    {"\xff", NULL},
    {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p",
	"<a><b><c><d><e><f><g><h><i><j><k><l><m><n><o><p>"},
    {"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q", NULL},
};

/* Reads the list as in `cases`, and writes it again into `list`. */
static enum ev_status
read_list(const char *at, struct ev_buf *read, struct ev_buf *list)
{
	struct ev_names_path path;
	struct ev_err err;

	for (char end = ','; end == ',';) {
		if (ev_names_next("x", &at, ",", &end, &path, &err) != EV_OK)
			return EV_FATAL;
		ev_buf_str(read, read->len ? " " : "");
		for (unsigned i = 0; i < path.depth; i++) {
			ev_buf_printf(read, "<%s>", path.key[i].ptr);
			ev_buf_str(list, i ? "." : list->len ? "," : "");
			ev_names_quote(path.key[i], list);
		}
		ev_names_release(&path);
	}
	return EV_OK;
}

static void
test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ev_buf read = {0}, again = {0}, list = {0}, rest = {0};
		enum ev_status status = read_list(cases[i].list, &read, &list);

		assert_int_equal(cases[i].read ? EV_OK : EV_FATAL, status);
		if (status == EV_OK) {
			assert_string_equal(cases[i].read, ev_buf_cstr(&read));
			assert_int_equal(EV_OK,
			    read_list(ev_buf_cstr(&list), &again, &rest));
			assert_string_equal(cases[i].read, ev_buf_cstr(&again));
		}
		ev_buf_release(&read);
		ev_buf_release(&again);
		ev_buf_release(&list);
		ev_buf_release(&rest);
	}
}

static void
test_fields(void **state)
{
	const char *at = "\"a.b\"=1";
	struct ev_slice name;
	struct ev_err err;
	char end;

	(void)state;
	assert_int_equal(EV_OK,
	    ev_names_field("x", &at, "=", &end, &name, &err));
	assert_string_equal("a.b", name.ptr);
	assert_int_equal('=', end);
	assert_string_equal("1", at);
	free((char *)(uintptr_t)name.ptr);

	at = "a.b,c";
	assert_int_equal(EV_FATAL,
	    ev_names_field("x", &at, ",", &end, &name, &err));
	assert_int_equal(EV_EXIT_USAGE, err.exit);
	assert_string_equal("--x: 'a.b' is inside an object, and a field of "
			    "the top level is wanted (a name that has a dot "
			    "stands in double quotes)",
	    err.text);
}

static const struct {
	const char *list, *why; /* NULL: it is right */
	size_t count;           /* that are read */
} fields[] = {
    {"a", NULL, 1},
    {"a,b", NULL, 2},
    {"a,\"b,c\",A", NULL, 3},
    {"a,b,c,d", "--x: more than 3 fields", 3},
    {"a,b,a", "--x names 'a' twice", 3},
    {"\"a\" , a", "--x names 'a' twice", 2},
    {"a,", "--x: not a field's name at ''", 1},
};

static void
test_several_fields(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct ev_slice name[3];
		size_t count = 0;
		struct ev_err err = {0};
		enum ev_status status = ev_names_fields("x", fields[i].list, 3,
		    name, &count, &err);

		assert_int_equal(fields[i].why ? EV_FATAL : EV_OK, status);
		assert_string_equal(fields[i].why ? fields[i].why : "",
		    err.text);
		assert_int_equal(fields[i].count, count);
		assert_string_equal("a", name[0].ptr);
		while (count)
			free((char *)(uintptr_t)name[--count].ptr);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_fields),
	    cmocka_unit_test(test_several_fields),
	};

	return cmocka_run_group_tests_name("names", tests, NULL, NULL);
}
