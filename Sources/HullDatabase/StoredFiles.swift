// The rows of stored files.
//
// What functions see is a row of `_storage`. The key, which lets whoever knows it read the file, is not
// in there: it is in a hidden row with the same internal id, and a second one leads from the key back.
// All three are written and removed in one transaction, so reading one of them is to depend on the file.

package import HullPersistence
package import HullValues

/// What the database knows of a stored file.
package struct StoredFileRecord: Sendable, Hashable {
  /// Where its bytes are.
  package var key: FileKey
  /// Length and digest of the bytes.
  package var summary: FileSummary
  /// The media type it was stored with, if any.
  package var contentType: String?

  package init(key: FileKey, summary: FileSummary, contentType: String?) {
    self.key = key
    self.summary = summary
    self.contentType = contentType
  }
}

extension DocumentID {
  /// Whether it is the id of a stored file, existing or not.
  package var isStoredFile: Bool { tableNumber == SystemTables.storedFiles }

  fileprivate init(_ table: TableNumber, _ internalID: InternalID) {
    self.init(tableNumber: table, internalID: internalID)
  }
}

extension Transaction {
  /// Adds a file whose bytes are in the store.
  ///
  /// - Returns: Its id.
  /// - Throws: ``DatabaseError`` in a read-only transaction.
  package func insertFile(_ record: StoredFileRecord) async throws -> DocumentID {
    try await exclusively { state in
      try checkMayWrite()
      let internalID = state.idGenerator.next()
      let id = DocumentID(SystemTables.storedFiles, internalID)
      try state.insert(record.fields, as: id, into: state.systemTable(id.tableNumber))
      try state.insert(
        ["key": .string(record.key.description)],
        as: DocumentID(SystemTables.fileKeys, internalID),
        into: state.systemTable(SystemTables.fileKeys)
      )
      try state.insert(
        ["file": .string(id.string)],
        as: DocumentID(SystemTables.fileIDs, record.key.internalID),
        into: state.systemTable(SystemTables.fileIDs)
      )
      return id
    }
  }

  /// The key of a file; nil if there is no such file.
  ///
  /// It counts towards no limit of the function.
  package func fileKey(of id: DocumentID) async throws -> FileKey? {
    try await exclusively { state in
      guard let row = try await state.systemRow(SystemTables.fileKeys, id.internalID) else {
        return nil
      }
      guard let key = row["key"]?.string.flatMap(FileKey.init) else { throw Self.corrupt(id) }
      return key
    }
  }

  /// The id of the file with a key; nil if there is none.
  ///
  /// It counts towards no limit of the function.
  package func fileID(of key: FileKey) async throws -> DocumentID? {
    try await exclusively { state in
      guard let row = try await state.systemRow(SystemTables.fileIDs, key.internalID) else {
        return nil
      }
      guard let id = row["file"]?.string.flatMap({ try? DocumentID(parsing: $0) }) else {
        throw Self.corrupt(DocumentID(SystemTables.fileIDs, key.internalID))
      }
      return id
    }
  }

  /// What is known of a file; nil if there is no such file.
  ///
  /// It counts towards no limit of the function.
  package func storedFile(_ id: DocumentID) async throws -> StoredFileRecord? {
    guard let key = try await fileKey(of: id) else { return nil }
    return try await exclusively { state in
      guard let row = try await state.systemRow(SystemTables.storedFiles, id.internalID),
        let record = StoredFileRecord(row, key: key)
      else { throw Self.corrupt(id) }
      return record
    }
  }

  /// Removes a file; its bytes go once that is committed.
  ///
  /// - Returns: Whether there was such a file.
  /// - Throws: ``DatabaseError`` in a read-only transaction or for a limit.
  package func removeFile(_ id: DocumentID) async throws -> Bool {
    guard let key = try await fileKey(of: id) else { return false }
    return try await exclusively { state in
      try checkMayWrite()
      // Bounds how many a function deletes.
      try state.recordRead(of: id)
      for row in [
        id,
        DocumentID(SystemTables.fileKeys, id.internalID),
        DocumentID(SystemTables.fileIDs, key.internalID),
      ] {
        try await state.remove(row, of: state.systemTable(row.tableNumber))
      }
      return true
    }
  }

  private static func corrupt(_ id: DocumentID) -> DatabaseError {
    DatabaseError(
      code: "CorruptStoredFile",
      message: "The record of a stored file cannot be read: \(id).",
      kind: .system
    )
  }
}

extension TransactionState {
  /// A row as the transaction sees it, its own writes included.
  fileprivate func systemRow(
    _ table: TableNumber,
    _ internalID: InternalID
  ) async throws -> ConvexObject? {
    try await systemDocument(DocumentID(table, internalID), of: systemTable(table))?.object
  }
}

extension StoredFileRecord {
  fileprivate init?(_ row: ConvexObject, key: FileKey) {
    guard let sha256 = row["sha256"]?.string.flatMap({ try? Base64.decode($0) }),
      case .float64(let size)? = row["size"], let size = Int(exactly: size)
    else { return nil }
    self.init(
      key: key,
      summary: FileSummary(size: size, sha256: sha256),
      contentType: row["contentType"]?.string
    )
  }

  fileprivate var fields: ConvexObject {
    [
      "contentType": contentType.map { .string($0) } ?? .null,
      "sha256": .string(Base64.encode(summary.sha256)),
      "size": .float64(Double(summary.size)),
    ]
  }
}

extension CommittedTransaction {
  /// The keys of the files it removed, whose bytes nobody needs any more.
  package var removedFiles: [FileKey] {
    changes.compactMap { change in
      guard change.id.tableNumber == SystemTables.fileIDs, change.after == nil else { return nil }
      return FileKey(change.id.internalID)
    }
  }
}

extension Database {
  /// Calls `body` with the key of every stored file.
  ///
  /// - Throws: What reading throws.
  package func forEachFileKey(_ body: (FileKey) -> Void) async throws {
    try await begin().exclusively { state in
      let scan = state.scan(
        .byID(SystemTables.fileIDs),
        in: SystemTables.fileIDs,
        range: .all,
        wantsDocuments: false
      )
      defer { state.close(scan) }
      while let row = try await state.next(scan) { body(FileKey(row.id.internalID)) }
    }
  }
}
