internal import HullPersistence
package import HullValues

extension Transaction {
  /// The tables the transaction has read from or written to so far.
  package func touchedTables() async throws -> Set<TableName> {
    try await exclusively { state in
      state.foldOpenScans()
      let reads = state.reads
      var numbers = Set(state.written.map(\.id.tableNumber))
      numbers.formUnion(reads.documents.lazy.map(\.tableNumber))
      var indexes: Set<IndexID> = []
      for source in reads.ranges.keys {
        switch source {
        case .byID(let number): numbers.insert(number)
        case .index(let index): indexes.insert(index)
        }
      }
      let touched = state.catalog.tables.values.filter { table in
        numbers.contains(table.number) || table.indexes.contains { indexes.contains($0.id) }
      }
      return reads.missingTables.union(touched.map(\.name))
    }
  }
}
