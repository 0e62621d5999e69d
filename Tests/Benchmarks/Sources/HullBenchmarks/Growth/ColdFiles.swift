// Files that the system has forgotten.

import BenchmarkSupport
import Foundation

enum ColdFiles {
  /// Has the system drop what it holds of the files of a directory in memory.
  ///
  /// On systems without `posix_fadvise` the files stay warm.
  ///
  /// - Parameter folder: The directory.
  /// - Throws: If a file cannot be opened.
  static func forget(_ folder: URL) throws {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    while let file = files?.nextObject() as? URL {
      let descriptor = open(file.path, O_RDONLY)
      guard descriptor >= 0 else { throw BenchmarkFailure("cannot open \(file.path)") }
      defer { close(descriptor) }
      #if os(Linux)
        // Only what is on the disk can be dropped.
        fsync(descriptor)
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
      #endif
    }
  }
}
