#!/usr/bin/env bash
# Runs tests under the address sanitizer; an access that it finds ends the run.
# Usage: address.sh [FILTER]; without one, the codecs.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder="$root/.build-asan"
swift build --package-path "$root" --scratch-path "$folder" --build-tests --sanitize=address
bin=$(swift build --package-path "$root" --scratch-path "$folder" --sanitize=address --show-bin-path)
# Swift frees what it holds for the whole process only by ending: that is no leak.
export ASAN_OPTIONS="detect_leaks=0 ${ASAN_OPTIONS:-}"
export SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH=8
exec "$bin/HullPackageTests.xctest" --testing-library swift-testing --filter "${1:-HullValuesTests}"
