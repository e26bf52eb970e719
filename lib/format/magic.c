/*
 * magic: see magic.h. The numbers: RFC 1952 (gzip), RFC 8878 (zstd), the xz
 * file format 1.2.1, APPNOTE 6.3.10 (zip), tar(5) of libarchive.
 */
#include "format/magic.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *what;
	struct ev_slice magic;
	enum ev_magic answer;
} magics[] = {
    {"gzip", {"\x1f\x8b\x08", 3}, EV_MAGIC_PACKED},
    {"xz", {"\xfd\x37\x7a\x58\x5a\0", 6}, EV_MAGIC_PACKED},
    {"zstd", {"\x28\xb5\x2f\xfd", 4}, EV_MAGIC_PACKED},
    {"bzip2", {"BZh?1AY&SY", 10}, EV_MAGIC_PACKED},
    {"bzip2", {"BZh?\x17\x72\x45\x38\x50\x90", 10}, EV_MAGIC_PACKED},
    {"a zip archive", {"PK\3\4", 4}, EV_MAGIC_PACKED},
    {"a zip archive", {"PK\5\6", 4}, EV_MAGIC_PACKED},
    {"a 7z archive", {"7z\xbc\xaf\x27\x1c", 6}, EV_MAGIC_FOREIGN},
    {"a rar archive", {"Rar!\x1a\x07", 6}, EV_MAGIC_FOREIGN},
    {"lz4", {"\x04\x22\x4d\x18", 4}, EV_MAGIC_FOREIGN},
    {"compress (.Z)", {"\x1f\x9d", 2}, EV_MAGIC_FOREIGN},
};

/* The beginning of `first` against a magic number, in which '?' is a digit:
 * PLAIN, MORE or PACKED. */
static enum ev_magic
compare(struct ev_slice first, struct ev_slice magic)
{
	for (size_t i = 0; i < magic.len; i++) {
		if (i == first.len)
			return EV_MAGIC_MORE;
		if (magic.ptr[i] == '?'
			? first.ptr[i] < '1' || first.ptr[i] > '9'
			: first.ptr[i] != magic.ptr[i])
			return EV_MAGIC_PLAIN;
	}
	return EV_MAGIC_PACKED;
}

/* A tar header's number: octal digits, with spaces or NULs around. -1 if it
 * is none. */
static long
octal(const char *field, size_t len)
{
	long value = 0;
	size_t i = 0;

	while (i < len && field[i] == ' ')
		i++;
	for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
		value = value * 8 + (field[i] - '0');
	for (; i < len; i++)
		if (field[i] != ' ' && field[i] != '\0')
			return -1;
	return value;
}

/* The sum of the header's bytes, its own field counted as spaces; old writers
 * took them as signed. */
static bool
tar_sum_holds(const char *header)
{
	long sum = octal(header + 148, 8);
	long plain = 8L * ' ', with_sign = 8L * ' ';

	for (size_t i = 0; i < EV_MAGIC_MAX; i++) {
		if (i >= 148 && i < 156)
			continue;
		plain += (unsigned char)header[i];
		with_sign += (signed char)header[i];
	}
	return sum > 0 && (sum == plain || sum == with_sign);
}

/* Whether bytes may become a header, which begins with a file's name in 100
 * bytes and its mode in 8. Text has a newline or letters there sooner than it
 * has 512 bytes. */
static bool
may_be_tar(struct ev_slice first)
{
	size_t name = first.len < 100 ? first.len : 100;

	for (size_t i = 0; i < name && first.ptr[i]; i++)
		if ((unsigned char)first.ptr[i] < ' ')
			return false;
	if (first.len && !first.ptr[0])
		return false;
	return first.len < 108 || octal(first.ptr + 100, 8) >= 0;
}

static enum ev_magic
look_tar(struct ev_slice first)
{
	if (first.len < EV_MAGIC_MAX)
		return may_be_tar(first) ? EV_MAGIC_MORE : EV_MAGIC_PLAIN;
	return tar_sum_holds(first.ptr) ? EV_MAGIC_PACKED : EV_MAGIC_PLAIN;
}

enum ev_magic
ev_magic_look(struct ev_slice first, bool ended, const char **what)
{
	enum ev_magic answer = look_tar(first);
	const char *found = "a tar archive";

	for (size_t i = 0; i < COUNT(magics); i++) {
		enum ev_magic one = compare(first, magics[i].magic);

		if (one == EV_MAGIC_PACKED) {
			answer = magics[i].answer;
			found = magics[i].what;
			break;
		}
		if (one == EV_MAGIC_MORE)
			answer = EV_MAGIC_MORE;
	}
	if (answer == EV_MAGIC_MORE && ended)
		return EV_MAGIC_PLAIN;
	if (what && answer != EV_MAGIC_PLAIN && answer != EV_MAGIC_MORE)
		*what = found;
	return answer;
}
