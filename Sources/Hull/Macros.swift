/// Makes a struct the documents of a table.
///
/// Every stored property is a field: its written type is the validator, `T?` may be absent. Constants
/// made by `index(…)`, `searchIndex(…)` and `vectorIndex(…)` in the braces of the struct become the
/// table's indexes. `_id` and `_creationTime` are not properties; ``Document`` has them.
///
/// - Parameter name: The table's name, a string literal.
@attached(member, names: named(Fields), named(fields), named(convexFields))
@attached(
  extension,
  conformances: Table,
  names: named(tableName),
  named(indexes),
  named(convexFlattens),
  named(init(from:)),
  named(encodeFields(into:))
)
public macro Table(_ name: String) = #externalMacro(module: "HullMacros", type: "TableMacro")

/// Makes a struct an object with fixed fields: an argument, a result, or a field of a table.
///
/// Every stored property is a field, as for ``Table(_:)``.
@attached(member, names: named(Fields), named(fields), named(convexFields))
@attached(
  extension,
  conformances: ConvexStruct,
  names: named(convexFlattens),
  named(init(from:)),
  named(encodeFields(into:))
)
public macro ConvexObject() = #externalMacro(module: "HullMacros", type: "ConvexObjectMacro")

/// Makes an enumeration of structs a union of objects that a field tells apart.
///
/// Each case holds one `@ConvexObject` struct without a label; see ``ConvexUnion``.
///
/// - Parameter field: The name of the field that holds the case's name, a string literal: `type`.
@attached(member, names: named(convexCases))
@attached(
  extension,
  conformances: ConvexUnion,
  names: named(convexTag),
  named(convexCase)
)
public macro ConvexUnion(_ field: String) =
  #externalMacro(module: "HullMacros", type: "ConvexUnionMacro")

/// Spreads the fields of a property's value, a struct or a document, into the enclosing object.
///
/// ```swift
/// @ConvexObject struct CustomerProfile {
///   @Flatten var customer: Document<Customer>
///   var visits: Int
/// }
/// ```
@attached(peer)
public macro Flatten() = #externalMacro(module: "HullMacros", type: "FlattenMacro")

/// Makes the marked static functions of an enum or struct a module.
///
/// Functions declared in extensions are not seen; the compiler says so. Spread a module over several
/// types by giving them the same path, and list each type's `module` in the application.
///
/// - Parameter path: The module's path without an extension, a string literal:
///   `master_data/customers`.
@attached(
  extension,
  conformances: FunctionModule,
  names: named(modulePath),
  named(functions)
)
public macro Functions(_ path: String) =
  #externalMacro(module: "HullMacros", type: "FunctionsMacro")

/// Registers a static function as a query that any client may call.
///
/// The signature is the contract: after the ``QueryContext`` come the arguments, by label; `T?` and
/// parameters with a default value may be left out. The result is the return value, null for none.
/// The documentation comment is the function's description. `$name` refers to the function.
@attached(peer, names: prefixed(`$`))
public macro Query() = #externalMacro(module: "HullMacros", type: "QueryMacro")

/// Registers a static function as a mutation that any client may call; see ``Query()``.
@attached(peer, names: prefixed(`$`))
public macro Mutation() = #externalMacro(module: "HullMacros", type: "MutationMacro")

/// Registers a static function as an action that any client may call; see ``Query()``.
@attached(peer, names: prefixed(`$`))
public macro Action() = #externalMacro(module: "HullMacros", type: "ActionMacro")

/// Registers a static function as a query that only functions and administrators may call.
@attached(peer, names: prefixed(`$`))
public macro InternalQuery() = #externalMacro(module: "HullMacros", type: "InternalQueryMacro")

/// Registers a static function as a mutation that only functions and administrators may call.
@attached(peer, names: prefixed(`$`))
public macro InternalMutation() =
  #externalMacro(module: "HullMacros", type: "InternalMutationMacro")

/// Registers a static function as an action that only functions and administrators may call.
@attached(peer, names: prefixed(`$`))
public macro InternalAction() = #externalMacro(module: "HullMacros", type: "InternalActionMacro")
