// Shows the thread sanitizer what it cannot see of `Synchronization.Mutex` on Linux.
//
// The lock is one word. Taking it without waiting is an atomic operation in our own code, which the
// sanitizer sees; when a thread has to wait, or to wake one that waits, that happens in Swift's library,
// which is not instrumented. The sanitizer then knows of no order between the two and reports a race in
// everything a lock protects. These two functions stand in front of the library's, call them, and tell
// what they did. Loaded with LD_PRELOAD, by `thread.sh` beside this file.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT_FUNCTION __attribute__((swiftcall))
#define SWIFT_SELF __attribute__((swift_context))

// _MutexHandle._lockSlow(UInt32) and _MutexHandle._unlockSlow(), as of Swift 6.
#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT_FUNCTION void (*LockSlow)(uint32_t thread, SWIFT_SELF void *lock);
typedef SWIFT_FUNCTION void (*UnlockSlow)(SWIFT_SELF void *lock);

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT_FUNCTION void seen_lock_slow(uint32_t thread, SWIFT_SELF void *lock) __asm__(LOCK_SLOW);
SWIFT_FUNCTION void seen_unlock_slow(SWIFT_SELF void *lock) __asm__(UNLOCK_SLOW);

// What stands behind these functions; looked up once, by whoever comes first, and always the same.
static void *behind(void **known, const char *name) {
  void *found = __atomic_load_n(known, __ATOMIC_RELAXED);
  if (found) return found;
  found = dlsym(RTLD_NEXT, name);
  if (!found) abort();
  __atomic_store_n(known, found, __ATOMIC_RELAXED);
  return found;
}

SWIFT_FUNCTION void seen_lock_slow(uint32_t thread, SWIFT_SELF void *lock) {
  static void *known;
  ((LockSlow)behind(&known, LOCK_SLOW))(thread, lock);
  if (__tsan_acquire) __tsan_acquire(lock);
}

SWIFT_FUNCTION void seen_unlock_slow(SWIFT_SELF void *lock) {
  static void *known;
  if (__tsan_release) __tsan_release(lock);
  ((UnlockSlow)behind(&known, UNLOCK_SLOW))(lock);
}
