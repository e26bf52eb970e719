/*
 * sqlitekeeper: the record of a pipeline that ends in an SQLite database, for
 * evpos (keeper.h).
 */
#ifndef EV_TOOL_SQLITEKEEPER_H
#define EV_TOOL_SQLITEKEEPER_H

/* Where evpos asks, answers and ends the process; else nothing. */
void ev_sqlitekeeper(int argc, char **argv);

#endif
