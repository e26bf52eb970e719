/*
 * shape: see shape.h.
 */
#include "shape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "tree.h"

/* A bounded run marks every 40 events; a followed one, too, or by time, as what
 * is read by others has to be. */
#define SOURCE "evsource --name p --mark-every 40 "
#define FOLLOW "evsource --name p --follow --mark-every 40 "
#define SINK " | evsink --name p "
#define SIDES \
	" | evfilter --reject bad.ndjson --else rest.ndjson '100 / (n % 7) > " \
	"20'"
#define SHOW_SIDES "cat out.ndjson; echo; cat bad.ndjson; echo; cat rest.ndjson"
/* Bytes that a reader may not see (of segments that retention gave up, and was
 * killed before it removed them) would be a leak. */
#define SHOW_KEPT \
	"n=$(cat log/*.ndjson | wc -c); set -- $(sed " \
	"'s/.*\"length\":\"\\([0-9]*\\).*\"first\":\"\\([0-9]*\\).*/\\2 " \
	"\\1/' log/.ev); [ $n = $(($2 - $1)) ] && echo $2 whole"
#define SHOW_SQLITE \
	"sqlite3 out.db 'SELECT id, k, n, text FROM t ORDER BY id, rowid'"

const struct shape shapes[] = {
    {.name = "file",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400,
	.power = true},
    {.name = "csv",
	.input = "in.csv",
	.events = 400,
	.job = {SOURCE "in.csv | evfilter 'n <> 3'" SINK "out.csv"},
	.show = "cat out.csv",
	.lines = 362,
	.power = true},
    {.name = "join",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson | evjoin users.csv --on k=id" SINK
		       "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400},
    {.name = "exec",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson | evexec sh -c 'tac | tac'" SINK
		       "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400},
    {.name = "exec-fails",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson | evexec sh -c 'head -n 9; exit 3'" SINK
		       "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400,
	.spared = true},
    {.name = "log",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "--roll 4K log/"},
	.show = "cat log/*.ndjson",
	.lines = 400,
	.power = true},
    {.name = "chain",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "--roll 8K log/",
	    "evsource --name q --mark-every 30 log/ | evfilter 'n <> 3' | "
	    "evsink --name q out.ndjson"},
	.made = "log/.ev",
	.show = "cat log/*.ndjson; echo; cat out.ndjson",
	.lines = 762,
	.power = true},
    {.name = "sides",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SIDES SINK "out.ndjson"},
	.show = SHOW_SIDES,
	.lines = 402,
	.power = true},
    {.name = "sqlite",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "--wait 1s sqlite:out.db/t"},
	.show = SHOW_SQLITE,
	.lines = 400,
	.power = true},
    {.name = "upsert",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK
		       "--wait 1s --write upsert --key k sqlite:out.db/t"},
	.show = "sqlite3 out.db 'SELECT id, k, n, text FROM t ORDER BY k'",
	.lines = 37},
    {.name = "state",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson | total k n" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400,
	.power = true},
    {.name = "stdout",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "- >>out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400,
	.at_least = true,
	.power = true},
    {.name = "folder",
	.input = "in/2.ndjson",
	.events = 400,
	.job = {SOURCE "in/" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 420,
	.power = true},
    {.name = "keep",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "--roll 4K --keep 1s log/"},
	.show = SHOW_KEPT,
	.lines = 1,
	.power = true},
    {.name = "relay",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "far/mid.ndjson",
	    "evsource --name q --mark-every 30 far/mid.ndjson | "
	    "evsink --name q out.ndjson"},
	.made = "far/mid.ndjson",
	.show = "cat far/mid.ndjson; echo; cat out.ndjson",
	.lines = 801,
	.power = true},
    {.name = "follow",
	.input = "in.ndjson",
	.events = 400,
	.job = {FOLLOW "in.ndjson | evfilter 'n <> 3'" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 361,
	.follows = true},
    {.name = "follow-chain",
	.input = "in.ndjson",
	.events = 400,
	.job = {"evsource --name p --follow in.ndjson" SINK "--roll 8K log/",
	    "evsource --name q --follow --mark-every 30 log/ | "
	    "evfilter 'n <> 3' | evsink --name q out.ndjson"},
	.made = "log/.ev",
	.show = "cat log/*.ndjson; echo; cat out.ndjson",
	.lines = 762,
	.follows = true,
	.power = true},
    {.name = "follow-sqlite",
	.input = "in.csv",
	.events = 400,
	.job = {FOLLOW "in.csv | evjoin users.csv --on k=id" SINK
		       "sqlite:out.db/t"},
	.show = SHOW_SQLITE,
	.lines = 400,
	.follows = true},
    {.name = "follow-state",
	.input = "in.ndjson",
	.events = 400,
	.job = {FOLLOW "in.ndjson | total k n" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400,
	.follows = true},
    /* What a power cut behind a finished run must not undo: a record in a
     * state folder that is new; what evpos was told. A job that is done does
     * nothing when it is started again. */
    {.name = "new-state",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson" SINK "- >>out.ndjson"},
	.show = "cat out.ndjson",
	.lines = 400,
	.power = true,
	.spared = true},
    {.name = "forget",
	.input = "in.ndjson",
	.events = 400,
	.job = {"sh -c 'if [ ! -s out.ndjson ] || [ -e out.ndjson.ev ]; then "
		"export EV_POINT=evsink-file@log.synced:3; " SOURCE
		"in.ndjson" SINK "out.ndjson; unset EV_POINT; "
		"evpos forget p --yes >/dev/null; fi'"},
	.show = "cat out.ndjson; ls -d out.ndjson.ev state/p",
	.lines = 80,
	.power = true,
	.spared = true},
    {.name = "accept",
	.input = "in.ndjson",
	.events = 400,
	.job = {"sh -c '" SOURCE "in.ndjson" SINK "out.ndjson && "
		"if ! grep -q mine out.ndjson; then "
		"echo {\"mine\":1} >>out.ndjson && "
		"evpos accept p --yes >/dev/null; fi'"},
	.show = "cat out.ndjson",
	.lines = 401,
	.power = true,
	.spared = true},
    /* What loses or mangles marks, or what stands between them. */
    {.name = "raw-grep",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson | grep -v '\"id\":7,'" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.spared = true},
    {.name = "raw-sed",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson | sed s/offset=/offset=1/" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.spared = true},
    {.name = "raw-skip",
	.input = "in.ndjson",
	.events = 400,
	.job = {SOURCE "in.ndjson | sed 2,42d" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.spared = true},
    {.name = "raw-forge",
	.input = "in.ndjson",
	.events = 400,
	.job = {"sh -c '" SOURCE "in.ndjson >one; " SOURCE
		"in.ndjson | head -n 1; tail -n +2 one'" SINK "out.ndjson"},
	.show = "cat out.ndjson",
	.spared = true},
};

const size_t shape_count = sizeof(shapes) / sizeof(shapes[0]);

const struct shape *
shape_find(const char *name)
{
	for (size_t i = 0; i < shape_count; i++)
		if (!strcmp(shapes[i].name, name))
			return &shapes[i];
	return NULL;
}

void
shape_input(const struct shape *shape, unsigned from, unsigned to,
    struct ev_buf *out)
{
	bool csv = strstr(shape->input, ".csv") != NULL;

	if (csv && from == 0)
		ev_buf_str(out, "id,k,n,text\n");
	for (unsigned i = from; i < to; i++) {
		/* By small primes: no two columns go together. */
		unsigned k = i * 7 % 37 + 1, n = i * 5 % 31 % 11;

		if (csv)
			ev_buf_printf(out,
			    "%u,%u,%u,\"a \"\"text\"\" of row %u, and "
			    "more\"\n",
			    i, k, n, i);
		else
			ev_buf_printf(out,
			    "{\"id\":%u,\"k\":%u,\"n\":%u,"
			    "\"text\":\"\\u00e9 text %u\"}\n",
			    i, k, n, i);
	}
}

static void
put(const char *folder, const char *name, struct ev_buf *bytes)
{
	char *path = ev_mem_printf("%s/%s", folder, name);

	file_write(path, ev_buf_as_slice(bytes));
	ev_buf_release(bytes);
	*bytes = (struct ev_buf){0};
	free(path);
}

static void
put_folder(const char *folder, const char *name)
{
	char *path = ev_mem_printf("%s/%s", folder, name);

	tree_make(path);
	free(path);
}

void
shape_furnish(const struct shape *shape, const char *folder)
{
	struct ev_buf bytes = {0};

	ev_buf_str(&bytes, "id,name\n");
	for (unsigned i = 1; i <= 37; i++)
		ev_buf_printf(&bytes, "%u,name %u\n", i, i);
	put(folder, "users.csv", &bytes);
	/* A folder that no sync of another file's makes last. */
	put_folder(folder, "far");
	if (strchr(shape->input, '/')) {
		put_folder(folder, "in");
		for (unsigned i = 1000; i < 1020; i++)
			ev_buf_printf(&bytes, "{\"id\":%u,\"k\":1,\"n\":2}\n",
			    i);
		put(folder, "in/1.ndjson", &bytes);
	}
	/* Made by the shell, that is by nobody who is watched. */
	if (strstr(shape->job[0], "- >>out.ndjson"))
		put(folder, "out.ndjson", &bytes);
	shape_input(shape, 0, 0, &bytes);
	put(folder, shape->input, &bytes);
}
