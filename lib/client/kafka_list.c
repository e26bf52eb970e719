/* kafka_list: the settings of Kafka's clients, from files and -X. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/durable.h"
#include "base/mem.h"
#include "client/kafka_impl.h"

#define FILE_MAX ((size_t)1 << 20)

/* Behind "topic.", where that is no part of the library's own key. */
static const char *
bare_key(const char *key)
{
	static const char *const whole[] = {"topic.metadata.",
	    "topic.blacklist"};

	for (size_t i = 0; i < sizeof(whole) / sizeof(*whole); i++)
		if (!strncmp(key, whole[i], strlen(whole[i])))
			return key;
	return strncmp(key, "topic.", 6) ? key : key + 6;
}

void
ev_kafka_list_add(struct ev_kafka_list *list, const char *key,
    const char *value, const char *where, bool typed)
{
	list->item = ev_mem_realloc(list->item,
	    (list->count + 1) * sizeof(*list->item));
	list->item[list->count++] = (struct ev_kafka_setting){
	    .key = ev_mem_strdup(bare_key(key)),
	    .value = ev_mem_strdup(value),
	    .where = ev_mem_strdup(where),
	    .typed = typed,
	};
}

void
ev_kafka_list_release(struct ev_kafka_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->item[i].key);
		free(list->item[i].value);
		free(list->item[i].where);
	}
	free(list->item);
	*list = (struct ev_kafka_list){0};
}

const char *
ev_kafka_list_get(const struct ev_kafka_list *list, const char *key,
    const char *other)
{
	for (size_t i = list->count; i-- > 0;)
		if (!strcmp(list->item[i].key, key) ||
		    (other && !strcmp(list->item[i].key, other)))
			return list->item[i].value;
	return NULL;
}

/* --- values that stand elsewhere ----------------------------------------- */

static enum ev_status
first_line(const char *path, const char *what, char **value, struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status = ev_durable_read(path, FILE_MAX, &text, err);

	if (status == EV_END)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "%s: there is no file '%s'", what, path);
	if (status == EV_OK)
		*value = ev_mem_strndup(text.len ? text.ptr : "",
		    strcspn(ev_buf_cstr(&text), "\r\n"));
	ev_buf_release(&text);
	return status;
}

enum ev_status
ev_kafka_secret(const char *text, const char *what, char **value,
    struct ev_err *err)
{
	const char *found;

	if (!strncmp(text, "file:", 5))
		return first_line(text + 5, what, value, err);
	found = strncmp(text, "env:", 4) ? text : getenv(text + 4);
	if (!found)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "%s: the variable '%s' is not set", what, text + 4);
	*value = ev_mem_strdup(found);
	return EV_OK;
}

/* --- files --------------------------------------------------------------- */

/* Undoes the backslashes of java.util.Properties, in place. \uXXXX is not
 * needed by any setting, and stays. */
static void
unescape(char *text)
{
	char *out = text;

	for (; *text; text++) {
		if (*text == '\\' && text[1] && text[1] != 'u') {
			text++;
			*out++ = (char)(*text == 'n' ? '\n'
				: *text == 't'       ? '\t'
				: *text == 'r'       ? '\r'
						     : *text);
		} else {
			*out++ = *text;
		}
	}
	*out = '\0';
}

static char *
trim(char *text)
{
	size_t len;

	text += strspn(text, " \t\f");
	for (len = strlen(text); len && strchr(" \t\f\r", text[len - 1]);)
		len--;
	text[len] = '\0';
	return text;
}

/* The next line, whose end is replaced by a NUL; with `joined` one that ends in
 * an odd number of backslashes goes on with what the next begins with behind
 * its blanks. */
static char *
next_line(char **at, bool joined, unsigned *number)
{
	char *line = *at, *end = line, *more;

	if (!*line)
		return NULL;
	for (;;) {
		size_t slashes = 0;

		end += strcspn(end, "\n");
		++*number;
		while (end - slashes > line && end[-1 - (long)slashes] == '\\')
			slashes++;
		if (!joined || !(slashes & 1) || !*end)
			break;
		more = end + 1 + strspn(end + 1, " \t\f");
		end--;
		memmove(end, more, strlen(more) + 1);
	}
	*at = *end ? end + 1 : end;
	*end = '\0';
	return line;
}

static enum ev_status
take_line(struct ev_kafka_list *list, char *line, bool java, const char *where,
    struct ev_err *err)
{
	char *key = trim(line), *value;
	const char *why;

	if (!*key || *key == '#' || *key == '!')
		return EV_OK;
	value = key + strcspn(key, java ? "=: \t" : "=");
	if (!*value && !java)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "%s: no KEY=VALUE", where);
	if (*value) {
		char *rest = value + 1;

		if (java && strchr(" \t", *value)) {
			rest += strspn(rest, " \t");
			rest += *rest == '=' || *rest == ':';
		}
		*value = '\0';
		value = trim(rest);
	}
	key = trim(key);
	if (java)
		unescape(value);
	why = ev_kafka_java(list, key, value, where);
	if (why)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG, "%s: %s",
		    where, why);
	return EV_OK;
}

/* A file whose name ends in .properties is Java's: backslashes escape. In
 * another, as in kcat's, they are what they are. */
static enum ev_status
take_file(struct ev_kafka_list *list, const char *path, struct ev_err *err)
{
	size_t len = strlen(path);
	bool java = len > 11 && !strcmp(path + len - 11, ".properties");
	struct ev_buf text = {0};
	enum ev_status status = ev_durable_read(path, FILE_MAX, &text, err);
	unsigned number = 0, first;
	char *at, *line;

	if (status == EV_END)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "cannot read '%s': there is no such file", path);
	ev_buf_cstr(&text);
	at = text.ptr;
	for (first = 1; status == EV_OK; first = number + 1) {
		char *where;

		line = next_line(&at, java, &number);
		if (!line)
			break;
		where = ev_mem_printf("%s:%u", path, first);
		status = take_line(list, line, java, where, err);
		free(where);
	}
	ev_buf_release(&text);
	return status;
}

/* --- -X ------------------------------------------------------------------ */

static bool
is_own(const struct ev_kafka_settings *settings, const char *item, size_t len)
{
	for (const char *const *own = settings->own; own && *own; own++)
		if (strlen(*own) == len && !strncmp(*own, item, len))
			return true;
	return false;
}

static enum ev_status
take_extra(struct ev_kafka_list *list, const struct ev_kafka_settings *settings,
    const char *item, struct ev_err *err)
{
	size_t len = strcspn(item, "=");
	char *key;

	if (!item[len] || !len)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "-X %s: a setting is KEY=VALUE", item);
	if (is_own(settings, item, len))
		return EV_OK;
	key = ev_mem_strndup(item, len);
	ev_kafka_list_add(list, key, item + len + 1, "-X", true);
	free(key);
	return EV_OK;
}

static enum ev_status
undo_secrets(struct ev_kafka_list *list, struct ev_err *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct ev_kafka_setting *one = &list->item[i];
		char *what, *value;
		enum ev_status status;

		if (strncmp(one->value, "env:", 4) &&
		    strncmp(one->value, "file:", 5))
			continue;
		what = ev_mem_printf("%s: %s", one->where, one->key);
		status = ev_kafka_secret(one->value, what, &value, err);
		free(what);
		if (status != EV_OK)
			return status;
		free(one->value);
		one->value = value;
	}
	return EV_OK;
}

enum ev_status
ev_kafka_list(const struct ev_kafka_settings *settings,
    struct ev_kafka_list *list, struct ev_err *err)
{
	const char *usual = getenv("EVKIT_KAFKA_CONFIG");
	enum ev_status status = EV_OK;

	*list = (struct ev_kafka_list){0};
	if (usual && *usual)
		status = take_file(list, usual, err);
	for (size_t i = 0; status == EV_OK && i < settings->file_count; i++)
		status = take_file(list, settings->files[i], err);
	for (size_t i = 0; status == EV_OK && i < settings->extra_count; i++)
		status = take_extra(list, settings, settings->extra[i], err);
	return status == EV_OK ? undo_secrets(list, err) : status;
}

enum ev_status
ev_kafka_own(const struct ev_kafka_settings *settings, const char *key,
    char **value, struct ev_err *err)
{
	size_t len = strlen(key);

	*value = NULL;
	for (size_t i = settings->extra_count; i-- > 0;) {
		const char *item = settings->extra[i];

		if (!strncmp(item, key, len) && item[len] == '=')
			return ev_kafka_secret(item + len + 1, key, value, err);
	}
	return EV_OK;
}
