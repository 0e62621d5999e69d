/// The rules on schemas, each with the reference's code and text (spec/values.md 12.2).
enum SchemaRules {
  /// The most indexes of all kinds a table may have.
  static let maximumIndexes = 64
  /// The most fields of an index, the appended `_creationTime` included.
  static let maximumIndexFields = 16
  /// The most filter fields of a search or vector index.
  static let maximumFilterFields = 16

  static func checkIndexIdentifier(_ name: String) throws(ConvexValueError) {
    if Identifier.isValid(name) { return }
    throw ConvexValueError(
      code: "InvalidIndexName",
      message: """
        Invalid index name: "\(name)". Identifiers must be 64 characters or less, start with a \
        letter, and only contain letters, digits, underscores.
        """
    )
  }

  /// Checks the fields of a database index among themselves.
  static func checkFields(_ fields: [FieldPath]) throws(ConvexValueError) {
    if fields.count > maximumIndexFields {
      throw ConvexValueError(
        code: "IndexTooManyFields",
        message: "Indexes may have up to \(maximumIndexFields) fields."
      )
    }
    if fields.contains(.id) {
      throw ConvexValueError(
        code: "IndexFieldsContainId",
        message:
          "`_id` is not a valid index field. To load documents by ID, use `db.get(id)`."
      )
    }
    var seen: Set<FieldPath> = []
    for field in fields where !seen.insert(field).inserted {
      throw ConvexValueError(
        code: "FieldsNotUniqueWithinIndex",
        message:
          "Duplicate field \"\(field)\". Index fields must be unique within an index."
      )
    }
  }

  static func checkFilterCount(_ count: Int) throws(ConvexValueError) {
    if count > maximumFilterFields {
      throw ConvexValueError(
        code: "IndexTooManyFilterFields",
        message: "Search indexes may have up to \(maximumFilterFields) filter fields."
      )
    }
  }

  static func checkDimensions(_ dimensions: Int) throws(ConvexValueError) {
    if !(2...4096).contains(dimensions) {
      throw ConvexValueError(
        code: "InvalidVectorDimensionError",
        message: "Dimensions \(dimensions) must be between 2 and 4096."
      )
    }
  }

  /// Checks a declared index and appends `_creationTime` to its fields.
  static func storedFields(_ fields: [FieldPath]) throws(ConvexValueError) -> [FieldPath] {
    if fields.contains(.creationTime) {
      throw ConvexValueError(
        code: "IndexFieldsContainCreationTime",
        message: """
          `_creationTime` is automatically added to the end of each index. It should not be added \
          explicitly in the index definition. See https://docs.convex.dev/using/indexes for more \
          details.
          """
      )
    }
    if fields.contains(where: { $0.fields.contains { $0.utf8.first == 0x5F } }) {
      throw ConvexValueError(
        code: "IndexFieldNameReserved",
        message: "Reserved fields (starting with `_`) are not allowed in indexes."
      )
    }
    let stored = fields + [.creationTime]
    try checkFields(stored)
    return stored
  }
}

extension SchemaJSON {
  /// The rules that name the table.
  struct TableScope {
    let name: TableName

    func checkCount(_ count: Int) throws(ConvexValueError) {
      if count > SchemaRules.maximumIndexes {
        throw ConvexValueError(
          code: "TooManyIndexes",
          message:
            "Table \"\(name)\" cannot have more than \(SchemaRules.maximumIndexes) indexes."
        )
      }
    }

    /// Reads the indexes of one kind; errors get the table's name.
    func read<Definition>(
      _ json: JSONValue?,
      _ readOne: (JSONValue) throws(ConvexValueError) -> Definition
    ) throws(ConvexValueError) -> [Definition] {
      var definitions: [Definition] = []
      for json in json?.array ?? [] {
        do {
          definitions.append(try readOne(json))
        } catch {
          throw error.prefixed("In table \"\(name)\": ")
        }
      }
      return definitions
    }

    func checkNotEmpty(
      _ indexes: [IndexDefinition],
      isStaged: Bool
    ) throws(ConvexValueError) {
      for index in indexes where index.fields.isEmpty {
        throw ConvexValueError(
          code: "EmptyIndex",
          message: """
            In table "\(name)" \(isStaged ? "staged " : "")index "\(index.name)" must have at \
            least one field.
            """
        )
      }
    }

    func checkUniqueFields(_ indexes: [IndexDefinition]) throws(ConvexValueError) {
      guard let (later, earlier) = firstDuplicate(indexes, name: \.name, key: \.fields) else {
        return
      }
      throw ConvexValueError(
        code: "IndexNotUnique",
        message: """
          In table "\(name)" index "\(later)" and index "\(earlier)" have the same fields. \
          Indexes must be unique within a table.
          """
      )
    }

    func checkUniqueFields(_ indexes: [SearchIndexDefinition]) throws(ConvexValueError) {
      let key = { (index: SearchIndexDefinition) in [index.searchField] + index.filterFields }
      guard let (later, earlier) = firstDuplicate(indexes, name: \.name, key: key) else { return }
      throw sameField(
        code: "SearchIndexFieldNotUnique",
        kind: "search",
        field: "searchField",
        subject: "Search",
        later,
        earlier
      )
    }

    func checkUniqueFields(_ indexes: [VectorIndexDefinition]) throws(ConvexValueError) {
      let key = { (index: VectorIndexDefinition) in "\(index.dimensions) \(index.vectorField)" }
      guard let (later, earlier) = firstDuplicate(indexes, name: \.name, key: key) else { return }
      throw sameField(
        code: "VectorIndexFieldNotUnique",
        kind: "vector",
        field: "vectorField",
        subject: "Vector",
        later,
        earlier
      )
    }

    /// The newline and the 13 spaces in this text are the reference's.
    private func sameField(
      code: String,
      kind: String,
      field: String,
      subject: String,
      _ later: String,
      _ earlier: String
    ) -> ConvexValueError {
      ConvexValueError(
        code: code,
        message: """
          In table "\(name)" \(kind) index "\(later)" and \(kind) index "\(earlier)" have the same \
          `\(field)`. \(subject) index fields must be unique within a table. You should combine the
                       indexes with the same `\(field)` into one index containing all \
          `filterField`s and then use different subsets of the `filterField`s at query time.
          """
      )
    }

    /// The first two indexes, in order of their names, with equal keys; of one name the last counts.
    private func firstDuplicate<Definition, Key: Hashable>(
      _ indexes: [Definition],
      name: (Definition) -> String,
      key: (Definition) -> Key
    ) -> (later: String, earlier: String)? {
      var byName: [String: Key] = [:]
      for index in indexes { byName[name(index)] = key(index) }
      var seen: [Key: String] = [:]
      for (name, key) in byName.sorted(by: { UTF8Order.isLess($0.key, $1.key) }) {
        if let earlier = seen.updateValue(name, forKey: key) { return (name, earlier) }
      }
      return nil
    }

    func checkNames(_ names: [String]) throws(ConvexValueError) {
      var seen: Set<String> = []
      for index in names {
        let isReserved =
          index == "by_id" || index == "by_creation_time"
          || (index.utf8.first == 0x5F && !index.hasPrefix("_fivetran"))
        if isReserved {
          throw ConvexValueError(
            code: "IndexNameReserved",
            message: """
              In table "\(name)" cannot name an index "\(index)" because the name is reserved. \
              Indexes may not start with an underscore or be named "by_id" or "by_creation_time".
              """
          )
        }
        if !seen.insert(index).inserted {
          throw ConvexValueError(
            code: "IndexNamesNotUnique",
            message: "Table \"\(name)\" has two or more definitions of index \"\(index)\"."
          )
        }
      }
    }
  }
}

extension TableDefinition {
  /// Checks the name of a user table.
  static func tableName(_ text: String) throws(ConvexValueError) -> TableName {
    guard let name = try? TableName(validating: text) else {
      throw ConvexValueError(
        code: "InvalidTableName",
        message: """
          Invalid table name: "\(text)". Identifiers must start with a letter and can only \
          contain letters, digits, and underscores.
          """
      )
    }
    if name.isSystem {
      throw ConvexValueError(
        code: "TableNameReserved",
        message: "\(name) is a reserved table name."
      )
    }
    return name
  }

  /// Checks the form of a document type and drops the system fields declared in it.
  static func documentType(_ validator: Validator) throws(ConvexValueError) -> Validator {
    switch validator {
    case .any: return .any
    case .object(let object): return .object(object.withoutSystemFields)
    case .union(let members):
      var objects: [Validator] = []
      for member in members {
        guard case .object(let object) = member else { throw .invalidTopLevelType(member) }
        objects.append(.object(object.withoutSystemFields))
      }
      // A union of one object is stored as that object.
      return objects.count == 1 ? objects[0] : .union(objects)
    default: throw .invalidTopLevelType(validator)
    }
  }
}

extension ObjectValidator {
  /// Without the fields whose names start with `_`.
  package var withoutSystemFields: ObjectValidator {
    keepingFields { $0.utf8.first != 0x5F }
  }
}

extension ConvexValueError {
  fileprivate static func invalidTopLevelType(_ validator: Validator) -> ConvexValueError {
    ConvexValueError(
      code: "InvalidTopLevelTypeInSchemaError",
      message: """
        The document validator in a schema must be an object, a union of objects, or `v.any()`. \
        Found \(validator). To learn more, see the schema documentation at \
        https://docs.convex.dev/database/schemas.
        """
    )
  }
}
