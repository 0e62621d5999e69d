#ifndef HULL_CSQLITE_SHIM_H
#define HULL_CSQLITE_SHIM_H

#include <sqlite3.h>

// `sqlite3_config` is variadic and so not imported into Swift. Memory statistics make every
// allocation of every connection take one global mutex; without them readers scale with cores.
static inline int hull_sqlite3_disable_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// `sqlite3_db_config` is variadic as well. From then on closing the connection neither copies the
// write-ahead log into the file nor removes it.
static inline int hull_sqlite3_leave_log_on_close(sqlite3 *connection) {
  return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

// A cast that Swift cannot import: tells SQLite to copy a bound buffer.
static inline sqlite3_destructor_type hull_sqlite3_transient(void) {
  return SQLITE_TRANSIENT;
}

#endif
