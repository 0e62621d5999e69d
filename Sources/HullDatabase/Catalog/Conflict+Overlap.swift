internal import HullPersistence
internal import HullValues

extension Conflict {
  /// Describes where a commit changed what a transaction had read.
  init(
    _ overlap: ReadSet.Overlap,
    catalog: Catalog,
    with commit: CommittedTransaction,
    reader: String,
    readAt: Timestamp
  ) {
    let table = catalog.table(overlap.table)
    let index: String? =
      switch overlap.index {
      case .byID: "by_id"
      case .index(let id): table?.indexes.first { $0.id == id }?.name
      case nil: nil
      }
    self.init(
      table: overlap.document == nil ? nil : table?.name.rawValue,
      document: overlap.document,
      index: index,
      writer: commit.source,
      reader: reader,
      readAt: readAt,
      writtenAt: commit.timestamp
    )
  }
}
