// What it takes to keep a file by plain code: the anchor of the upload rows.

import BenchmarkSupport
import Crypto
import Foundation

enum FileBaseline {
  /// Writes files until the time is up, each made durable and its SHA-256 computed on the way.
  ///
  /// - Parameters:
  ///   - directory: Where; the files are removed again.
  ///   - size: The length of each.
  ///   - seconds: How long.
  /// - Returns: Files per second.
  /// - Throws: What the disk says.
  static func write(in directory: URL, size: Int, seconds: Double) throws -> Double {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let piece = Data(repeating: 0x5A, count: 64 * 1024)
    let start = ContinuousClock.now
    var count = 0
    while ContinuousClock.now - start < .seconds(seconds) {
      let file = directory.appending(path: "\(count)")
      let descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
      guard descriptor >= 0 else {
        throw BenchmarkFailure("cannot create \(file.path)")
      }
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
      var hash = SHA256()
      var left = size
      while left > 0 {
        let part = piece.prefix(left)
        try handle.write(contentsOf: part)
        hash.update(data: part)
        left -= part.count
      }
      _ = hash.finalize()
      try handle.synchronize()
      try handle.close()
      count += 1
    }
    return Double(count) / (ContinuousClock.now - start).inSeconds
  }
}
