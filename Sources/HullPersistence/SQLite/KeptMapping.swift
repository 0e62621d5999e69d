import CSQLite

/// Has SQLite keep a data file mapped from one snapshot to the next.
///
/// SQLite unmaps the file whenever a connection takes a snapshot after a commit of another one, as the
/// file might have become shorter since. To map it again, with a fault for every stretch of it that is
/// read, takes a tenth of all time where reads and writes alternate. Here it is unmapped only if its
/// length is another one than the last time: a checkpoint makes it longer, and nothing but a `VACUUM` by
/// another program shorter. A mapping shows what is written to the file like any other read.
///
/// Not `Sendable`: it belongs to a connection, and must live until that is closed.
final class KeptMapping {
  private let table: UnsafeMutablePointer<MappedFileTable>

  /// Takes the place of the methods of an open file; nil if they cannot map.
  init?(of file: UnsafeMutablePointer<sqlite3_file>) {
    guard let base = file.pointee.pMethods, base.pointee.iVersion >= 3,
      base.pointee.xUnfetch != nil
    else { return nil }
    table = .allocate(capacity: 1)
    table.initialize(to: MappedFileTable(base: base))
    file.pointee.pMethods = UnsafeRawPointer(table).assumingMemoryBound(to: sqlite3_io_methods.self)
  }

  deinit {
    table.deallocate()
  }
}

/// SQLite's table of the methods of a file, and what ours needs besides, in the same memory.
private struct MappedFileTable {
  /// First, so that its address is that of the whole.
  private var methods: sqlite3_io_methods
  private let base: UnsafePointer<sqlite3_io_methods>
  /// The length of the file when it was last unmapped; a mapping made since has at least that.
  private var length: sqlite3_int64 = -1

  /// Takes over all methods but one; they are called with the same file.
  init(base: UnsafePointer<sqlite3_io_methods>) {
    self.base = base
    methods = base.pointee
    methods.xUnfetch = { file, offset, page in
      guard let file, let methods = file.pointee.pMethods else { return SQLITE_INTERNAL }
      // Sound: the methods of a file that has this one among them are a table of this kind, which no
      // other thread uses.
      let table = UnsafeMutableRawPointer(mutating: UnsafeRawPointer(methods))
        .assumingMemoryBound(to: MappedFileTable.self)
      // With a page it is only that page that is not used any more.
      if page == nil, !table.pointee.hasNewLength(file) { return SQLITE_OK }
      return table.pointee.base.pointee.xUnfetch(file, offset, page)
    }
  }

  private mutating func hasNewLength(_ file: UnsafeMutablePointer<sqlite3_file>) -> Bool {
    var current: sqlite3_int64 = -1
    if base.pointee.xFileSize(file, &current) != SQLITE_OK { current = -1 }
    defer { length = current }
    return current == -1 || current != length
  }
}
