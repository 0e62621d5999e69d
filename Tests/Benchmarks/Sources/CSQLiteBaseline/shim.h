#include <sqlite3.h>

// The two things of the C API that Swift cannot import.
static inline int baseline_disable_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static inline sqlite3_destructor_type baseline_transient(void) { return SQLITE_TRANSIENT; }
