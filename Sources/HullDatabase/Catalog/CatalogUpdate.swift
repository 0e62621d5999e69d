internal import HullPersistence
internal import HullValues

/// Brings a store up to date with a schema before the database opens.
///
/// Every step is one commit of the store that leaves a catalog from which the next open can go on:
/// a new index is in the catalog as backfilling before it has entries, a removed one as dropped
/// before they go.
struct CatalogUpdate {
  private let persistence: any Persistence
  private let options: DatabaseOptions
  private(set) var catalog: Catalog
  private(set) var retentionFloor: Timestamp
  private var isNew: Bool

  init(persistence: any Persistence, options: DatabaseOptions) async throws {
    self.persistence = persistence
    self.options = options
    let stored = try await CatalogStore.load(from: persistence)
    catalog = stored ?? Catalog()
    isNew = stored == nil
    retentionFloor = try await CatalogStore.loadRetentionFloor(from: persistence) ?? .zero
  }

  /// Applies a schema, or finishes what an earlier open began if there is none.
  mutating func run(schema: SchemaDefinition?) async throws {
    do { try schema?.checkRules() } catch { throw DatabaseError(error) }
    var metadata: [String: [UInt8]?] = [:]
    for (name, number) in SystemTables.all {
      guard let table = updateSystemTable(name, number) else { continue }
      metadata.merge(CatalogStore.metadata(of: table)) { $1 }
    }
    if isNew {
      retentionFloor = nextTimestamp()
      metadata.merge(CatalogStore.metadata(retentionFloor: retentionFloor)) { $1 }
    }
    if let schema, try schema.json() != catalog.schema?.json() {
      let created = createTables(of: schema)
      try await validateDocuments(against: schema, except: created)
      let changed = updateIndexes(to: schema, new: created).union(created)
      catalog.schema = schema
      catalog.applyDocumentTypes()
      for number in changed {
        guard let table = catalog.table(number) else { continue }
        metadata.merge(CatalogStore.metadata(of: table)) { $1 }
      }
      metadata.merge(try CatalogStore.metadata(schema: schema)) { $1 }
      // Before the commit: if the process ends in between, the next open finds the old schema and
      // comes here again.
      try await persistence.updateViews(SystemTables.views(of: schema, catalog: catalog))
    }
    if !metadata.isEmpty {
      metadata.merge(CatalogStore.metadata(nextIndexID: catalog.nextIndexID)) { $1 }
      try await append(metadata: metadata)
    }
    for table in catalog.tablesByName {
      try await backfill(table.number)
      try await removeDropped(table.number)
    }
  }

  /// Makes a system table, or the indexes it lacks in a store of an older version.
  ///
  /// - Returns: The table as it is now; nil if nothing was missing.
  private mutating func updateSystemTable(
    _ name: TableName,
    _ number: TableNumber
  ) -> Catalog.Table? {
    let existing = catalog.table(number)
    var table = existing ?? catalog.createTable(name, number: number)
    let missing = SystemTables.indexes[number, default: []].filter {
      table.index(named: $0.name) == nil
    }
    if existing != nil, missing.isEmpty { return nil }
    for index in missing {
      table.indexes.append(
        Catalog.Index(
          id: catalog.allocateIndexID(),
          name: index.name,
          kind: .database(fields: index.fields),
          state: existing == nil ? .ready : .backfilling(through: nil),
          isStaged: false
        )
      )
    }
    catalog.insert(table)
    return table
  }

  /// Creates the tables that do not exist yet, in byte order of their names.
  private mutating func createTables(of schema: SchemaDefinition) -> Set<TableNumber> {
    var created: Set<TableNumber> = []
    for definition in schema.tables where catalog.table(named: definition.name) == nil {
      created.insert(catalog.createTable(definition.name).number)
    }
    return created
  }

  private func nextTimestamp() -> Timestamp {
    max(options.time.now(), persistence.lastTimestamp.successor)
  }

  private func append(entries: [IndexWrite] = [], metadata: [String: [UInt8]?]) async throws {
    try await persistence.append([
      CommitRecord(timestamp: nextTimestamp(), entries: entries, metadata: metadata)
    ])
  }
}

// MARK: - Documents

extension CatalogUpdate {
  /// Checks the documents of every table for which the new schema may be stricter than the old.
  private func validateDocuments(
    against schema: SchemaDefinition,
    except created: Set<TableNumber>
  ) async throws {
    guard schema.schemaValidation else { return }
    var target = catalog
    target.schema = schema
    target.applyDocumentTypes()
    for definition in schema.tables
    where schema.mustRevalidate(definition.name, replacing: catalog.schema) {
      guard let table = target.table(named: definition.name), !created.contains(table.number)
      else { continue }
      try await forEachBatch(of: table.number, after: nil) { documents in
        for document in documents {
          guard let failure = table.schemaFailure(of: try document.object(), tables: target)
          else { continue }
          throw DatabaseError(
            code: "SchemaValidationFailed",
            message: SchemaDefinition.existingDocumentMessage(
              failure,
              id: document.id,
              in: table.name
            )
          )
        }
      }
    }
  }

  /// Calls `body` with the documents of a table in id order, a batch at a time.
  private func forEachBatch(
    of table: TableNumber,
    after start: InternalID?,
    _ body: ([EncodedDocument]) async throws -> Void
  ) async throws {
    var range: KeyRange? = .all
    if let start {
      range = range?.after(IndexKey(id: DocumentID(tableNumber: table, internalID: start)))
    }
    while let rest = range {
      let page = try await persistence.scan(
        ScanRequest(source: .byID(table), range: rest, limit: options.backfillBatchDocuments),
        atLeast: persistence.lastTimestamp
      )
      try await body(page.rows.compactMap { $0.document?.document })
      range = page.isExhausted ? nil : page.rows.last.map { rest.after($0.key) }
    }
  }
}

// MARK: - Indexes

extension CatalogUpdate {
  /// Makes the catalog's indexes those of the schema: new ones as backfilling, others as dropped.
  ///
  /// An index whose definition changed is a new one and an old one of the same name. Those of
  /// tables that were just created have nothing to be filled with.
  private mutating func updateIndexes(
    to schema: SchemaDefinition,
    new created: Set<TableNumber>
  ) -> Set<TableNumber> {
    var changed: Set<TableNumber> = []
    for table in catalog.tablesByName where !table.isSystem {
      let wanted = schema[table.name].map(CatalogUpdate.indexes) ?? []
      var updated = table
      updated.indexes = [table.indexes[0]]
      for index in table.indexes.dropFirst() {
        guard let match = wanted.first(where: { $0.name == index.name && $0.kind == index.kind })
        else {
          updated.droppedIndexes.append(index.id)
          continue
        }
        var kept = index
        kept.isStaged = match.isStaged
        updated.indexes.append(kept)
      }
      for index in wanted
      where !updated.indexes.contains(where: { $0.name == index.name && $0.kind == index.kind }) {
        updated.indexes.append(
          Catalog.Index(
            id: catalog.allocateIndexID(),
            name: index.name,
            kind: index.kind,
            state: created.contains(table.number) || !index.kind.hasEntries
              ? .ready : .backfilling(through: nil),
            isStaged: index.isStaged
          )
        )
      }
      if updated.indexes == table.indexes, updated.droppedIndexes == table.droppedIndexes {
        continue
      }
      catalog.insert(updated)
      changed.insert(table.number)
    }
    return changed
  }

  private struct WantedIndex {
    var name: String
    var kind: Catalog.Index.Kind
    var isStaged: Bool
  }

  /// The indexes a table definition asks for.
  private static func indexes(of definition: TableDefinition) -> [WantedIndex] {
    var result: [WantedIndex] = []
    for (indexes, isStaged) in [
      (definition.indexes, false), (definition.stagedIndexes, true),
    ] {
      for index in indexes {
        result.append(
          WantedIndex(
            name: index.name,
            kind: .database(fields: index.storedFields),
            isStaged: isStaged
          )
        )
      }
    }
    for (indexes, isStaged) in [
      (definition.searchIndexes, false), (definition.stagedSearchIndexes, true),
    ] {
      for index in indexes {
        result.append(WantedIndex(name: index.name, kind: .search(index), isStaged: isStaged))
      }
    }
    for (indexes, isStaged) in [
      (definition.vectorIndexes, false), (definition.stagedVectorIndexes, true),
    ] {
      for index in indexes {
        result.append(WantedIndex(name: index.name, kind: .vector(index), isStaged: isStaged))
      }
    }
    return result
  }

  /// Gives the backfilling indexes of a table their entries, in one pass over its documents.
  private mutating func backfill(_ number: TableNumber) async throws {
    guard var table = catalog.table(number) else { return }
    let starts = table.indexes.compactMap { index -> InternalID?? in
      if case .backfilling(let through) = index.state { .some(through) } else { nil }
    }
    if starts.isEmpty { return }
    let start = starts.contains(nil) ? nil : starts.compactMap { $0 }.min()
    try await forEachBatch(of: number, after: start) { documents in
      guard let last = documents.last?.id.internalID else { return }
      var entries: [IndexWrite] = []
      for document in documents {
        let object = try document.object()
        for index in table.indexes where index.lacks(document.id.internalID) {
          index.keys(of: object, id: document.id)?.forEach { key in
            entries.append(
              IndexWrite(index: index.id, key: key, id: document.id, isPresent: true)
            )
          }
        }
      }
      for position in table.indexes.indices where table.indexes[position].lacks(last) {
        table.indexes[position].state = .backfilling(through: last)
      }
      try await append(entries: entries, metadata: CatalogStore.metadata(of: table))
    }
    for position in table.indexes.indices { table.indexes[position].state = .ready }
    catalog.insert(table)
    try await append(metadata: CatalogStore.metadata(of: table))
  }

  /// Removes the entries of indexes that are no longer defined.
  private mutating func removeDropped(_ number: TableNumber) async throws {
    guard var table = catalog.table(number), !table.droppedIndexes.isEmpty else { return }
    for index in table.droppedIndexes {
      while try await persistence.removeEntries(
        of: index,
        limit: options.backfillBatchDocuments * 20
      ) {}
    }
    var metadata: [String: [UInt8]?] = [:]
    for index in table.droppedIndexes {
      metadata.merge(SearchStatisticsStore.metadata(nil, of: index)) { $1 }
    }
    table.droppedIndexes = []
    catalog.insert(table)
    metadata.merge(CatalogStore.metadata(of: table)) { $1 }
    try await append(metadata: metadata)
  }
}

extension Catalog.Index.Kind {
  /// Whether such an index has entries in the store, which have to be made for documents that exist.
  fileprivate var hasEntries: Bool { if case .vector = self { false } else { true } }
}

extension Catalog.Index {
  /// Whether the index is being built and has not got to a document yet.
  fileprivate func lacks(_ id: InternalID) -> Bool {
    switch state {
    case .ready: false
    case .backfilling(let through): through.map { $0 < id } ?? true
    }
  }
}
