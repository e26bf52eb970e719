/*
 * expr_gen_path: random jsonpaths, over events with a field j1 that holds JSON
 * made at random of few names, so that paths find something. Left out is what
 * cannot agree: .keyvalue() in subscripts, whose @ may lie in another value
 * than the ids are counted in (PostgreSQL subtracts their addresses), and
 * regular expressions beyond those that PCRE2 reads the same way.
 */
#ifndef TESTS_ORACLE_EXPR_GEN_PATH_H
#define TESTS_ORACLE_EXPR_GEN_PATH_H

#include "event/build.h"
#include "expr_gen_json.h"

/* Where the path that is made stands. */
struct place {
	bool filter;    /* @ is there */
	bool subscript; /* last is there */
};

static void gen_path_value(struct ev_buf *out, unsigned depth,
    struct place place);
static void gen_path_test(struct ev_buf *out, unsigned depth,
    struct place place);

static void
gen_path_key(struct ev_buf *out)
{
	static const char *const keys[] = {"a", "b", "c", "a", "b", "a", "b",
	    "a", "b", "c", "\"a\"", "\"é\"", "\"\"", "x", "\\u0061", "type",
	    "\"b\\tc\"", "last"};

	ev_buf_str(out, PICK(keys));
}

static void
gen_path_subscripts(struct ev_buf *out, unsigned depth, struct place place)
{
	/* what is inside has a last of its own */
	static const char *const nested[] = {"[$.a[0], last]",
	    "[$.**[0].size(), last]", "[$.size() - $.a[last].size(), last]",
	    "[$.a.size() - 1 to last, last]",
	    "[($.** ? (exists(@[0]))).size() - 1, last]",
	    "[$[($ ? (exists(@.b[0]))).size()].type().size(), last]",
	    "[($[7] == 1).size(), last]"};
	unsigned count = 1 + (below(4) == 0);

	if (below(5) == 0) {
		ev_buf_str(out, PICK(nested));
		return;
	}
	place.subscript = true;
	ev_buf_char(out, '[');
	for (unsigned i = 0; i < count; i++) {
		if (i)
			ev_buf_str(out, ", ");
		if (!depth || below(2))
			ev_buf_printf(out, "%u", below(4));
		else
			gen_path_value(out, depth - 1, place);
		if (below(3))
			continue;
		ev_buf_str(out, " to ");
		if (!depth || below(2))
			ev_buf_str(out, "last");
		else
			gen_path_value(out, depth - 1, place);
	}
	ev_buf_char(out, ']');
}

static void
gen_path_method(struct ev_buf *out, struct place place)
{
	static const char *const methods[] = {"type", "size", "double",
	    "ceiling", "floor", "abs", "type", "size", "datetime", "keyvalue"};
	static const char *const templates[] = {"yyyy-mm-dd", "HH24:MI",
	    "HH24:MI:SSTZH", "dd.mm.yyyy", "yyyy-mm-dd HH24:MI:SS TZH:TZM",
	    "yyyy-mm-dd\\\"T\\\"HH24:MI:SS", "HH12:MI AM", "yyyy", "TZH",
	    "HH24:MI:SS.FF3", "yyyy~mm", "FF2US", "", "Mon DD, YYYY", "SSSS",
	    "US", "yyyy-mm-dd HH24:MI:SS.US", "J", "yyyy-ddd", "MI TZH:TZM"};
	const char *method = methods[below(place.subscript ? 8 : 10)];

	if (strcmp(method, "datetime") != 0 || below(3))
		ev_buf_printf(out, ".%s()", method);
	else
		ev_buf_printf(out, ".datetime(\"%s\")", PICK(templates));
}

static void
gen_path_levels(struct ev_buf *out)
{
	static const char *const levels[] = {"", "", "{0}", "{1}", "{2}",
	    "{last}", "{0 to 1}", "{1 to 2}", "{1 to last}", "{2 to 1}",
	    "{last to 1}", "{last to last}"};

	ev_buf_printf(out, ".**%s", PICK(levels));
}

static void
gen_path_step(struct ev_buf *out, unsigned depth, struct place place)
{
	switch (below(depth ? 12 : 10)) {
	case 0:
	case 1:
	case 2:
	case 3:
		ev_buf_char(out, '.');
		gen_path_key(out);
		break;
	case 4:
		ev_buf_str(out, ".*");
		break;
	case 5:
	case 6:
		ev_buf_str(out, "[*]");
		break;
	case 7:
		gen_path_subscripts(out, depth, place);
		break;
	case 8:
		gen_path_levels(out);
		break;
	case 9:
		gen_path_method(out, place);
		break;
	default:
		ev_buf_str(out, " ? (");
		place.filter = true;
		gen_path_test(out, depth - 1, place);
		ev_buf_char(out, ')');
	}
}

static void
gen_path_literal(struct ev_buf *out)
{
	static const char *const literals[] = {"1", "2", "0", "1.50", "-1",
	    "\"a\"", "\"x\"", "null", "true", "false", "1e3", ".5", "$x", "$y",
	    "$\"o\"", "$nosuch", "\"2020-02-29\".datetime()",
	    "\"12:30:00\".datetime()", "\"12:30:00+02\".datetime()",
	    "\"2020-02-29 12:30:00\".datetime()",
	    "\"2020-02-29T12:30:00+01:30\".datetime()", "\"1.5\".double()",
	    "\"\\u0061\\x62\"", "100000000000000000000", "2147483648"};

	ev_buf_str(out, PICK(literals));
}

static void
gen_path_chain(struct ev_buf *out, unsigned depth, struct place place)
{
	unsigned steps = below(4);

	if (below(6) == 0) {
		gen_path_literal(out);
		return;
	}
	if (place.subscript && below(3) == 0)
		ev_buf_str(out, "last");
	else
		ev_buf_str(out,
		    place.filter && below(4) ? "@"
			: below(8) == 0      ? "$o"
					     : "$");
	for (unsigned i = 0; i < steps; i++)
		gen_path_step(out, depth, place);
}

static void
gen_path_value(struct ev_buf *out, unsigned depth, struct place place)
{
	static const char *const ops[] = {" + ", " - ", " * ", " / ", " % "};

	if (!depth || below(4)) {
		gen_path_chain(out, depth, place);
		return;
	}
	switch (below(5)) {
	case 0:
		ev_buf_str(out, below(2) ? "-" : "+");
		gen_path_value(out, depth - 1, place);
		break;
	case 1:
		ev_buf_char(out, '(');
		gen_path_value(out, depth - 1, place);
		ev_buf_char(out, ')');
		gen_path_step(out, depth - 1, place);
		break;
	case 2:
		ev_buf_char(out, '(');
		gen_path_test(out, depth - 1, place);
		ev_buf_char(out, ')');
		gen_path_step(out, depth - 1, place);
		break;
	default:
		gen_path_value(out, depth - 1, place);
		ev_buf_str(out, PICK(ops));
		gen_path_value(out, depth - 1, place);
	}
}

static void
gen_path_compare(struct ev_buf *out, unsigned depth, struct place place)
{
	static const char *const ops[] = {" == ", " != ", " < ", " <= ", " > ",
	    " >= ", " <> ", "=="};
	static const char *const patterns[] = {"\"^a\"", "\"B\" flag \"i\"",
	    "\".\"", "\"a.c\" flag \"s\"", "\"^c$\" flag \"m\"", "\"(a|x)+\"",
	    "\"a.\" flag \"q\"", "\"\\\\d+\"", "\"\""};

	gen_path_value(out, depth, place);
	switch (below(8)) {
	case 0:
		ev_buf_printf(out, " starts with %s",
		    below(3)       ? "\"a\""
			: below(2) ? "$y"
				   : "$z");
		break;
	case 1:
		ev_buf_printf(out, " like_regex %s", PICK(patterns));
		break;
	default:
		ev_buf_str(out, PICK(ops));
		gen_path_value(out, depth, place);
	}
}

static void
gen_path_test(struct ev_buf *out, unsigned depth, struct place place)
{
	static const char *const around[] = {"!(", "(", "(("};
	static const char *const behind[] = {")", ")", ") is unknown)"};
	unsigned n;

	switch (depth ? below(9) : 0) {
	case 5:
		gen_path_test(out, depth - 1, place);
		ev_buf_str(out, " && ");
		gen_path_test(out, depth - 1, place);
		break;
	case 6:
		gen_path_test(out, depth - 1, place);
		ev_buf_str(out, " || ");
		gen_path_test(out, depth - 1, place);
		break;
	case 7:
		n = below(3);
		ev_buf_str(out, around[n]);
		gen_path_test(out, depth - 1, place);
		ev_buf_str(out, behind[n]);
		break;
	case 8:
		ev_buf_str(out, "exists(");
		gen_path_value(out, depth - 1, place);
		ev_buf_char(out, ')');
		break;
	default:
		gen_path_compare(out, depth, place);
	}
}

/* What is in the value at any depth, of one kind, and what can be done with
 * that. */
static void
gen_path_deep(struct ev_buf *out, unsigned depth, struct place place)
{
	static const char *const picks[] =
	    {"$.** ? (@.type() == \"object\").keyvalue()",
		"$.** ? (@.type() == \"object\").keyvalue()",
		"$.** ? (@.type() == \"object\").keyvalue().id",
		"$.** ? (@.type() == \"object\").keyvalue().value",
		"$.** ? (@.type() == \"object\").keyvalue().keyvalue().id",
		"$o.** ? (@.type() == \"object\").keyvalue().id",
		"$.**{last} ? (exists(@.datetime())).datetime()",
		"$.**{last} ? (exists(@.datetime())).datetime()",
		"$.**{last} ? (@.type() == \"number\")",
		"$.**{last} ? (exists(@.double())).double()",
		"$.**{last} ? (@.type() == \"string\")",
		"$.** ? (@.type() == \"array\")"};
	static const char *const behind[] = {"", "", ".type()", ".abs()",
	    " ? (@ > 1)", " ? (@ <= \"12:30:00+02\".datetime())",
	    " ? (@ > \"2020-02-29\".datetime())",
	    " ? (@ == \"12:30:00\".datetime())",
	    " ? (@ >= \"10:30:00+00\".datetime())",
	    " ? (@ < \"10:30:00+00\".datetime())",
	    " ? (@ < \"2020-02-29 12:00:00\".datetime())",
	    " ? (@ >= \"2020-02-29 12:00:00+01\".datetime())", ".floor()",
	    " ? (@ like_regex \"^[ax]\")", " ? (@ starts with \"a\")",
	    ".size()", "[last]", ".ceiling()", ".value.keyvalue().id"};

	ev_buf_str(out, PICK(picks));
	if (below(4))
		ev_buf_str(out, PICK(behind));
	else
		gen_path_step(out, depth, place);
}

/* A path, at times one that is damaged. */
static void
gen_path(struct ev_buf *out, bool test)
{
	static const struct place outside;
	size_t begin = out->len;
	unsigned depth = below(4);

	if (below(3) == 0)
		ev_buf_str(out, below(4) ? "strict " : "lax ");
	if (!test && below(4) == 0)
		gen_path_deep(out, depth, outside);
	else if (test || below(4) == 0)
		gen_path_test(out, depth, outside);
	else
		gen_path_value(out, depth, outside);
	if (below(25) == 0) {
		static const char bytes[] = ".*[](){}?@$!&|+-/\"\\ab1 ,";
		size_t at = begin + below((unsigned)(out->len - begin));

		if ((unsigned char)out->ptr[at] < 0x80)
			out->ptr[at] = bytes[below(sizeof(bytes) - 1)];
	}
}

/* A template of .datetime(), and a text that is much like it. */
static void
gen_template(struct ev_buf *template, struct ev_buf *text)
{
	static const struct {
		const char *part, *text[3];
	} parts[] = {{"yyyy", {"2020", "0044", "12020"}},
	    {"mm", {"02", "2", "13"}}, {"dd", {"29", "9", "31"}},
	    {"HH24", {"12", "24", "7"}}, {"MI", {"30", "60", "5"}},
	    {"SS", {"59", "60", "07"}}, {"TZH", {"+02", "-15", "3"}},
	    {"TZM", {"30", "59", "60"}}, {"US", {"5", "123456", "04"}},
	    {"FF3", {"5", "123", "1234"}}, {"yy", {"20", "70", "5"}},
	    {"Mon", {"Feb", "feb", "Xxx"}}, {"MONTH", {"APRIL", "May", "M"}},
	    {"HH12", {"12", "00", "13"}}, {"AM", {"AM", "pm", "a.m."}},
	    {"MS", {"5", "123", "0"}}, {"SSSS", {"45000", "86400", "0"}},
	    {"J", {"2458909", "0", "1"}}, {"ddd", {"060", "366", "1"}},
	    {"IYYY", {"2020", "1999", "1"}}, {"IW", {"10", "53", "7"}},
	    {"ID", {"3", "7", "0"}}, {"Q", {"1", "4", "x"}},
	    {"BC", {"BC", "AD", "bc"}}, {"RM", {"IV", "xii", "V"}},
	    {"Y,YYY", {"2,020", "2020", "1,0"}}, {"FMdd", {"9", "09", "1"}},
	    {"ddth", {"29th", "1st", "2"}}, {"TZ", {"UTC", "+02", "Z"}},
	    {"\\\"T\\\"", {"T", "x", "t"}}, {"~", {"~", "", "~"}}};
	static const char separators[] = "---..:: /,;T";
	unsigned count = 1 + below(5);

	for (unsigned i = 0; i < count; i++) {
		unsigned n = below(3) ? below(10)
				      : below(sizeof(parts) / sizeof(*parts));
		char c = separators[below(sizeof(separators) - 2)];

		if (i)
			ev_buf_char(template, c);
		if (i)
			ev_buf_char(text, below(20) ? c : 'T');
		ev_buf_str(template, parts[n].part);
		ev_buf_str(text, parts[n].text[below(3)]);
	}
	if (below(20) == 0)
		ev_buf_str(text, below(2) ? " " : "1");
}

static void
gen_datetime(struct ev_buf *out)
{
	struct ev_buf template = {0}, text = {0};

	gen_template(&template, &text);
	ev_buf_printf(out,
	    "jsonb_path_query_array('\"%s\"', '$.datetime(\"%s\")%s', "
	    "silent => %s)",
	    ev_buf_cstr(&text), ev_buf_cstr(&template),
	    below(3) ? "" : ".type()", below(4) ? "true" : "false");
	ev_buf_release(&template);
	ev_buf_release(&text);
}

static void gen_json_value(struct ev_buf *out, unsigned depth);

/* A path as an argument: a literal, or the event's. */
static void
gen_path_argument(struct ev_buf *out, bool test)
{
	if (below(8) == 0) {
		ev_buf_str(out, "t1::jsonpath");
		return;
	}
	ev_buf_str(out, "$p$");
	gen_path(out, test);
	ev_buf_str(out, "$p$");
}

/* The third argument and the fourth, or none. */
static void
gen_path_rest(struct ev_buf *out)
{
	static const char vars[] =
	    "'{\"x\":2,\"y\":\"a\",\"o\":{\"a\":[1,2],"
	    "\"b\":{\"c\":\"ab\"},\"é\":-1.5},\"z\":[\"a\",\"x\"]}'";

	if (below(6) == 0) {
		ev_buf_printf(out, below(2) ? "" : ", silent => %s",
		    below(3) ? "true" : "false");
		return;
	}
	ev_buf_printf(out, ", %s", below(3) ? "" : "vars => ");
	if (below(12)) {
		ev_buf_str(out, vars);
	} else {
		ev_buf_str(out, "$v$");
		gen_json_value(out, 2);
		ev_buf_str(out, "$v$");
	}
	if (below(2))
		ev_buf_printf(out, ", silent => %s",
		    below(4) ? "true" : "false");
}

/* True also where damage made one of "$.a". */
static bool
has_variable(const char *path)
{
	while ((path = strchr(path, '$')))
		if (*++path && !strchr("$.[]()?,*/%+-<>=!&| \t\n", *path))
			return true;
	return false;
}

/* An operator and its path. No variables: PostgreSQL 15.18 takes null for each
 * of them, where 15.20 has an error, as we do. */
static void
gen_path_operator(struct ev_buf *out, bool test)
{
	struct ev_buf path = {0};

	do {
		path.len = 0;
		gen_path(&path, test);
	} while (has_variable(ev_buf_cstr(&path)));
	ev_buf_printf(out, "%s $p$%s$p$", test ? "@@" : "@?",
	    ev_buf_cstr(&path));
	ev_buf_release(&path);
}

/* An expression that asks by a path. */
static void
gen_any_path(struct ev_buf *out)
{
	static const char *const functions[] = {"match", "exists", "query",
	    "query_array", "query_first", "query_array"};
	unsigned way = below(13), function = below(6);

	if (way == 12) {
		gen_datetime(out);
	} else if (way == 0) {
		ev_buf_str(out, "($p$");
		gen_path(out, false);
		ev_buf_str(out, "$p$::jsonpath::text)");
	} else if (way < 4) {
		ev_buf_str(out, "(j1::jsonb ");
		gen_path_operator(out, way == 3);
		ev_buf_char(out, ')');
	} else {
		ev_buf_printf(out, "jsonb_path_%s%s(j1::jsonb, ",
		    functions[function], below(3) ? "" : "_tz");
		gen_path_argument(out, function == 0 && below(5));
		gen_path_rest(out);
		ev_buf_char(out, ')');
	}
}

/* ---- what it is asked of ---- */

/* A text that may be a date or a time, at times one that is damaged. */
static void
gen_json_time(struct ev_buf *out)
{
	static const char *const texts[] = {"12:30:00", "12:30:00.5",
	    "10:30:00+00", "12:30:00+02", "12:30:00 -02:30", "00:00:00-15:59",
	    "2020-02-29", "2020-02-30", "2020-2-9", "0044-03-15 BC",
	    "2020-02-29 12:30:00", "2020-02-29T12:30:00+01:30",
	    "2020-02-29 11:00:00+00", "2020-02-29 00:00:00", "29.02.2020",
	    "2020-02-29T12:30:00.123456+02", "11:30 PM", "12", "2020",
	    "2020-060", "2458909", "Feb 29, 2020", "45000", "30 +02:15",
	    "294276-12-31 23:59:59", "5874897-12-31"};
	static const char bytes[] = "0123456789 -+:.T";
	size_t begin = out->len + 1;

	ev_buf_printf(out, "\"%s", PICK(texts));
	if (below(4) == 0)
		out->ptr[begin + below((unsigned)(out->len - begin))] =
		    bytes[below(sizeof(bytes) - 1)];
	ev_buf_char(out, '"');
}

static void
gen_json_scalar(struct ev_buf *out)
{
	static const char *const numbers[] = {"1", "2", "0", "3", "-1.50",
	    "1e2", "100000000000000000000000", "0.00001234", "12345678",
	    "1e-70", "0e-70", "99999999999e-9", "2147483648", "1e400", "0.0",
	    "10000"};
	static const char *const texts[] = {"\"a\"", "\"ab\"", "\"abc\"",
	    "\"x\"", "\"\"", "\"1.5\"", "\"a\\nc\"", "\"1e400\"", "\"é\"",
	    "\" 7 \"", "\"0x1F\"", "\"aB\""};
	static const char *const words[] = {"null", "true", "false"};

	switch (below(8)) {
	case 0:
	case 1:
	case 2:
	case 3:
		ev_buf_str(out, PICK(numbers));
		break;
	case 4:
	case 5:
		ev_buf_str(out, PICK(texts));
		break;
	case 6:
		gen_json_time(out);
		break;
	default:
		ev_buf_str(out, PICK(words));
	}
}

static void
gen_json_value(struct ev_buf *out, unsigned depth)
{
	static const char *const keys[] = {"a", "b", "c", "a", "b", "a", "b",
	    "c", "é", "", "x", "type", "b\\tc"};
	unsigned kind = depth ? below(8) : 0, count = below(5);

	if (kind < 2) {
		gen_json_scalar(out);
		return;
	}
	ev_buf_char(out, kind < 5 ? '[' : '{');
	for (unsigned i = 0; i < count; i++) {
		if (i)
			ev_buf_char(out, ',');
		if (kind >= 5)
			ev_buf_printf(out, "\"%s\":", PICK(keys));
		gen_json_value(out, depth - 1);
	}
	ev_buf_char(out, kind < 5 ? ']' : '}');
}

static void
gen_path_event(struct ev_buf *out)
{
	struct ev_buf path = {0};
	size_t begin;

	ev_buf_str(out, "{\"j1\":");
	do {
		begin = out->len;
		gen_json_value(out, 1 + below(4));
		/* not null, nor a string: see expr_gen_json.h */
		if (out->ptr[begin] != '"' && out->ptr[begin] != 'n')
			break;
		out->len = begin;
	} while (true);
	gen_path(&path, false);
	ev_buf_str(out, ",\"t1\":");
	ev_build_text(out, ev_buf_as_slice(&path));
	ev_buf_release(&path);
	ev_buf_char(out, '}');
}

#endif
