#ifndef HULL_CSQLITE_FILE_IDENTITY_H
#define HULL_CSQLITE_FILE_IDENTITY_H

#include <stdint.h>
#include <sys/stat.h>
#if defined(__linux__)
#include <fcntl.h>
#ifndef STATX_INO
// For `struct statx`, which the header of the C library leaves out unless it is asked for.
#include <linux/stat.h>
#endif
extern int hull_statx(int, const char *, int, unsigned, struct statx *) __asm__("statx");
#endif

// Says which file a path leads to and how long it is; returns -1 if there is none.
//
// On Linux it does not ask for the time of the last change. A kernel that has been asked for it
// records the time of the next change exactly (since 6.13), and a sync that follows then has to write
// the inode as well: half as long again for each commit.
static inline int hull_file_identity(const char *path, uint64_t *device, uint64_t *number,
                                     int64_t *bytes) {
#if defined(__linux__)
  struct statx extended;
  if (hull_statx(AT_FDCWD, path, 0, STATX_INO | STATX_SIZE, &extended) == 0) {
    *device = (uint64_t)extended.stx_dev_major << 32 | extended.stx_dev_minor;
    *number = extended.stx_ino;
    *bytes = (int64_t)extended.stx_size;
    return 0;
  }
  // There is no file, or the call is not allowed, as in containers whose filter is older than it.
#endif
  struct stat status;
  if (stat(path, &status) != 0) return -1;
  *device = (uint64_t)status.st_dev;
  *number = (uint64_t)status.st_ino;
  *bytes = (int64_t)status.st_size;
  return 0;
}

#endif
