#include <sqlite3.h>
#if defined(__linux__)
#include <malloc.h>
#endif

// The two things of the C API that Swift cannot import.
static inline int baseline_disable_memory_statistics(void) {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

static inline sqlite3_destructor_type baseline_transient(void) { return SQLITE_TRANSIENT; }

// The allocator as the server sets it.
static inline void baseline_configure_allocator(void) {
#if defined(M_TOP_PAD)
  mallopt(M_TOP_PAD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, 2 << 20);
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
#endif
}
