import HullValues

/// What a store refuses to write; the texts name no contents.
extension PersistenceError {
  static func timestampNotLater(_ timestamp: Timestamp, than last: Timestamp) -> PersistenceError {
    PersistenceError(
      code: .inconsistentWrite,
      message: """
        A commit at \(timestamp) was appended after one at \(last): timestamps must increase. \
        This is an error in Hull.
        """
    )
  }

  static func documentChanged(
    _ id: DocumentID,
    expected: Timestamp?,
    found: Timestamp?,
    path: String? = nil
  ) -> PersistenceError {
    func state(_ timestamp: Timestamp?) -> String {
      timestamp.map { "written at \($0)" } ?? "absent"
    }
    return PersistenceError(
      code: .inconsistentWrite,
      message: """
        A commit takes document \(id) to be \(state(expected)), but it is \(state(found)). \
        This is an error in Hull.
        """,
      path: path
    )
  }

  static func documentMissing(
    _ id: DocumentID,
    of index: IndexID,
    path: String? = nil
  ) -> PersistenceError {
    PersistenceError(
      code: .inconsistentWrite,
      message: """
        A commit writes an entry of index \(index) for document \(id), which does not exist. \
        This is an error in Hull.
        """,
      path: path
    )
  }

  static func outcomeUnknown(
    because cause: PersistenceError?,
    path: String
  ) -> PersistenceError {
    PersistenceError(
      code: .outcomeUnknown,
      message: """
        \(cause.map { "\($0.message) " } ?? "")A commit may or may not be on disk, so \(path) takes \
        no more writes until the disk works again.
        """,
      path: path,
      resultCode: cause?.resultCode
    )
  }
}
