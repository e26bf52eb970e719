/*
 * evpack KIND NAME: compresses its standard input to its standard output. The
 * helper of evsink-file, so that only who compresses loads libarchive. NAME is
 * for messages. KIND is one of libarchive's write filters: gzip, xz, zstd,
 * bzip2.
 *
 * It reads to the end of its input, whatever the reason of that end: whoever
 * started it decides whether what came out is kept.
 */
#include <archive.h>
#include <archive_entry.h>
#include <unistd.h>

#include "base/io.h"
#include "tool/tool.h"

#define BLOCK (64u << 10)

static _Noreturn void
fail(struct archive *archive, const char *name)
{
	int number = archive_errno(archive);
	const char *why = archive_error_string(archive);

	if (number > 0)
		why = ev_err_errno(number);
	ev_tool_die(EV_EXIT_IO, "cannot write '%s': %s", name,
	    why ? why : "compression failed");
}

/* An archive of the format "raw" is its one member's bytes, and nothing else,
 * through the filter. */
static struct archive *
open_archive(const char *kind, const char *name)
{
	struct archive *archive = archive_write_new();
	struct archive_entry *entry = archive_entry_new();

	if (!archive || !entry)
		ev_tool_die(EV_EXIT_OS, "out of memory");
	if (archive_write_add_filter_by_name(archive, kind) != ARCHIVE_OK)
		ev_tool_die(EV_EXIT_CONFIG, "cannot write '%s': %s", name,
		    archive_error_string(archive));
	archive_write_set_format_raw(archive);
	/* The same events give the same bytes: no time in the gzip header. */
	archive_write_set_filter_option(archive, "gzip", "timestamp", NULL);
	archive_write_set_bytes_in_last_block(archive, 1);
	archive_entry_set_filetype(entry, AE_IFREG);
	if (archive_write_open_fd(archive, STDOUT_FILENO) != ARCHIVE_OK ||
	    archive_write_header(archive, entry) != ARCHIVE_OK)
		fail(archive, name);
	archive_entry_free(entry);
	return archive;
}

/* The next bytes of the input; 0 at its end. */
static size_t
read_block(char *block)
{
	struct ev_err err;
	size_t got = 0;

	for (;;)
		switch (ev_io_read(STDIN_FILENO, "standard input", block, BLOCK,
		    &got, &err)) {
		case EV_OK:
			return got;
		case EV_END:
			return 0;
		case EV_AGAIN:
			if (ev_io_wait(STDIN_FILENO, -1, &err) == EV_OK)
				break;
			/* fall through */
		default:
			ev_tool_fail(&err);
		}
}

int
main(int argc, char **argv)
{
	static char block[BLOCK];
	struct archive *archive;
	size_t got;

	ev_tool_start("evpack", false);
	if (argc != 3)
		ev_tool_die(EV_EXIT_USAGE,
		    "is a helper of evsink: evpack KIND NAME");
	archive = open_archive(argv[1], argv[2]);
	while ((got = read_block(block)) > 0)
		if (archive_write_data(archive, block, got) < (ssize_t)got)
			fail(archive, argv[2]);
	if (archive_write_close(archive) != ARCHIVE_OK)
		fail(archive, argv[2]);
	archive_write_free(archive);
	ev_tool_done(EV_EXIT_OK);
}
