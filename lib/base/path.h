/*
 * path: names of files as text: the folder of one, and the one name that a
 * file has whatever it was called by.
 */
#ifndef EV_BASE_PATH_H
#define EV_BASE_PATH_H

/* The folder of a path: "." where it names none. The caller's to free. */
char *ev_path_folder(const char *path);

/* The absolute path with its links followed, also where the last of them
 * points at nothing; only its folder must be there. The caller's to free; NULL,
 * with the reason in errno, where it is not. */
char *ev_path_resolve(const char *path);

#endif
