#!/usr/bin/env bash
# Runs tests under the thread sanitizer; a race that it finds makes the command fail.
# Usage: thread.sh [FILTER]; without one, the suites of the database and of the sync protocol.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
folder="$root/.build-tsan"

# In a folder of its own: everything is built anew, which takes about twice as long as usual.
swift build --package-path "$root" --scratch-path "$folder" --build-tests --sanitize=thread
bin=$(swift build --package-path "$root" --scratch-path "$folder" --sanitize=thread --show-bin-path)

# On Linux it has to be shown the locks. Swift's toolchain brings the compiler.
if [ "$(uname)" = Linux ]; then
  clang -O1 -Wall -shared -fPIC "$here/SeenMutex.c" -o "$folder/SeenMutex.so"
  export LD_PRELOAD="$folder/SeenMutex.so"
fi
export TSAN_OPTIONS="suppressions=$here/thread.suppressions halt_on_error=0 exitcode=66 ${TSAN_OPTIONS:-}"
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
# Left out is a test of a thousand calls, which begin so slowly here that they are refused before.
exec "$bin/HullPackageTests.xctest" --testing-library swift-testing \
  --filter "${1:-HullDatabaseTests|HullSyncTests}" --skip "a thousand and one actions may run"
