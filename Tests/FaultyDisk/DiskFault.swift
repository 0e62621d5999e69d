/// What SQLite asks a disk to do.
package struct DiskOperation: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    case open, read, write, truncate, sync, delete
  }

  /// The operation's number, counted from zero over all files; reads are not counted, and have the
  /// number of the next operation that is.
  package var number: Int
  package var kind: Kind
  /// The path of the file.
  package var file: String
  /// How many bytes a write has; zero for anything else.
  package var bytes = 0
  /// Whether a write has nothing but zeros, as room for the log has.
  package var isBlank = false

  /// Whether the file is a write-ahead log.
  package var isOnLog: Bool { file.hasSuffix("-wal") }

  package var description: String {
    "operation \(number), \(kind) of \(isOnLog ? "the log" : "the data file")"
  }
}

/// How an operation goes wrong.
package enum DiskFault: Hashable, Sendable {
  /// It does nothing and reports an error of the hardware.
  case failed
  /// A write stores this many of its bytes and reports an error of the hardware.
  case shortWrite(Int)
  /// A write stores this many of its bytes and reports that the disk is full.
  case full(Int)
  /// A sync reports an error, and what it was to make durable never will be, though it can be read
  /// until the power fails: what Linux does with pages it could not write. The next sync by every other
  /// handle that was open fails, too.
  case failedSyncForgetting
  /// The power fails before it. Nothing works from then on; see ``FaultyDisk/afterCrash(_:seed:)``.
  case crash
}

/// What a power failure takes of the writes that were not synced.
package enum DiskLoss: CaseIterable, Hashable, Sendable {
  /// All of them.
  case everything
  /// None.
  case nothing
  /// All after some point, that one being torn.
  case tail
  /// Any of them, whole or in sectors.
  case anything
}
