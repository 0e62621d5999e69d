// All functions of an application, found by any spelling of their path.

package import Hull
import HullValues

/// A function with what the runtime derives from its definition once.
///
/// A class because every call carries it, and to copy a reference is cheap.
package final class RegisteredFunction: Sendable {
  /// Its name.
  package let path: FunctionPath

  /// Its name as conflicts and the log of changes print it.
  let source: String

  /// What its author declared.
  package let definition: FunctionDefinition

  /// The line that stands for it in the text of an error: `list (convex/messages.swift:12)`.
  package let frame: String

  /// What its arguments must be.
  let arguments: ArgumentsValidator

  /// What its result must be.
  let returns: ReturnsValidator

  /// Whether a result may differ from ``returns``: not when its Swift type, and the schema of the
  /// documents in it, see to that.
  let mustCheckResult: Bool

  /// Derives the rest from a definition.
  ///
  /// - Parameters:
  ///   - definition: What the author declared.
  ///   - schema: What stored documents satisfy.
  package init(_ definition: FunctionDefinition, schema: SchemaDefinition) {
    // Registration refuses other validators; one that gets here accepts nothing it should not.
    arguments = (try? ArgumentsValidator(definition.args)) ?? .validated(ObjectValidator())
    returns = ReturnsValidator(definition.returns)
    mustCheckResult =
      returns.needsValidation
      && !(definition.isResultTyped && definition.returns?.isSatisfied(by: schema) ?? true)
    path = FunctionPath(module: definition.modulePath, name: definition.name)
    source = path.stripped
    self.definition = definition
    frame = "\(definition.name) (\(Self.place(of: definition)))"
  }

  /// Where it is declared: below `convex/` when the file is named after the module, as it should.
  private static func place(of definition: FunctionDefinition) -> String {
    let location = definition.location
    let file = location.fileID.split(separator: "/").last ?? ""
    let module = definition.modulePath.split(separator: "/").last ?? ""
    return file == "\(module).swift"
      ? "convex/\(definition.modulePath).swift:\(location.line)" : "\(location)"
  }
}

extension Validator {
  /// Whether the documents in a value, which carry ids of their tables, are kept in shape by a
  /// schema.
  fileprivate func isSatisfied(by schema: SchemaDefinition) -> Bool {
    guard schema.schemaValidation else { return false }
    switch self {
    case .id(let table): return schema[table].map { $0.documentType != .any } ?? false
    case .array(let element): return element.isSatisfied(by: schema)
    case .record(let keys, let values):
      return keys.isSatisfied(by: schema) && values.isSatisfied(by: schema)
    case .object(let object):
      return object.fields.allSatisfy { $0.field.validator.isSatisfied(by: schema) }
    case .union(let members): return members.allSatisfy { $0.isSatisfied(by: schema) }
    default: return true
    }
  }
}

/// The functions of an application.
package struct FunctionRegistry: Sendable {
  /// All functions, by path.
  package let functions: [RegisteredFunction]

  private let byPath: [FunctionPath: RegisteredFunction]

  /// Every spelling that is accepted for each function, so that a call is one look-up.
  private let spellings: [String: [Spelling]]

  private struct Spelling {
    var function: RegisteredFunction
    /// Whether only the registration makes the text a path: it is none for those who may not know.
    var isDotted: Bool
  }

  /// Collects the functions of an application, which has checked that paths occur once.
  ///
  /// - Throws: ``RegistrationError`` naming every function that no caller could reach.
  package init(_ application: Application) throws(RegistrationError) {
    functions = application.functions.values
      .map { RegisteredFunction($0, schema: application.schema) }
      .sorted { $0.path < $1.path }
    let problems = functions.compactMap(Self.problem(of:))
    guard problems.isEmpty else { throw RegistrationError(problems: problems) }
    byPath = Dictionary(functions.map { ($0.path, $0) }) { first, _ in first }
    spellings = Self.spellings(of: functions)
  }

  /// The function with exactly this path.
  package subscript(path: FunctionPath) -> RegisteredFunction? { byPath[path] }

  /// What a caller's text names: a path, registered or not.
  struct Named {
    let path: FunctionPath
    /// The function with that path.
    let function: RegisteredFunction?
  }

  /// What a caller's text names.
  ///
  /// - Parameters:
  ///   - text: `module:name`; the module with `.js`, `.ts`, `.tsx` or `.swift` or without; without
  ///     a name for a default export. Or `module.name` with dots throughout, alone or after
  ///     `api.`, when exactly one function the caller may call has that path.
  ///   - mayCallInternal: Whether internal functions exist for the caller.
  /// - Returns: A path, registered or not.
  /// - Throws: The reference's text for everything else.
  package func resolve(
    _ text: String,
    mayCallInternal: Bool
  ) throws(FunctionPathError) -> FunctionPath {
    try lookUp(text, mayCallInternal: mayCallInternal).path
  }

  /// The same, with the function, whether or not the caller may call it.
  func lookUp(_ text: String, mayCallInternal: Bool) throws(FunctionPathError) -> Named {
    if let found = spellings[text] {
      if found.count == 1, !found[0].isDotted { return Named(found[0].function) }
      let visible = found.filter {
        !$0.isDotted || mayCallInternal || $0.function.definition.visibility == .public
      }
      if visible.count == 1 { return Named(visible[0].function) }
    }
    do {
      return named(try FunctionPath(parsing: text))
    } catch {
      // A module file named as it is in the sources names that module, registered or not.
      let (module, name) = Self.split(text)
      for fileExtension in Self.sourceExtensions where module.hasSuffix(fileExtension) {
        let stripped = String(module.dropLast(fileExtension.count)) + name
        if let path = try? FunctionPath(parsing: stripped) { return named(path) }
      }
      throw error
    }
  }

  private func named(_ path: FunctionPath) -> Named { Named(path: path, function: byPath[path]) }

  /// The function a call is about.
  ///
  /// - Parameters:
  ///   - text: The path as the caller spells it.
  ///   - kind: The kind the caller believes it to be; `nil` for any.
  ///   - mayCallInternal: Whether internal functions exist for the caller.
  /// - Returns: The function.
  /// - Throws: ``FunctionPathError`` for a text that is no path, and ``CallValidation/Rejection``
  ///   for a function that does not exist, for the caller, or is of another kind.
  func find(
    _ text: String,
    kind: FunctionKind?,
    mayCallInternal: Bool
  ) throws -> RegisteredFunction {
    try lookUp(text, mayCallInternal: mayCallInternal)
      .callable(as: kind, mayCallInternal: mayCallInternal)
  }

  private static let sourceExtensions = [".ts", ".tsx", ".swift"]

  /// The text before the last colon, and the rest with the colon.
  private static func split(_ text: String) -> (module: Substring, name: Substring) {
    let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) ?? text.endIndex
    return (text[..<colon], text[colon...])
  }

  private static func spellings(of functions: [RegisteredFunction]) -> [String: [Spelling]] {
    var result: [String: [Spelling]] = [:]
    for function in functions {
      let path = function.path
      for fileExtension in ["", ".js"] + sourceExtensions {
        let module = path.module + fileExtension
        result["\(module):\(path.name)"] = [Spelling(function: function, isDotted: false)]
        guard path.name == "default" else { continue }
        result[module] = [Spelling(function: function, isDotted: false)]
      }
    }
    for function in functions {
      let components = function.path.module.split(separator: "/") + [Substring(function.path.name)]
      let dotted = components.joined(separator: ".")
      for text in [dotted, "api." + dotted] {
        // What the reference reads as a path keeps that meaning.
        guard (try? FunctionPath(parsing: text)) == nil else { continue }
        result[text, default: []].append(Spelling(function: function, isDotted: true))
      }
    }
    return result
  }

  private static func problem(of function: RegisteredFunction) -> String? {
    let path = function.path
    let place = "at \(function.definition.location)"
    do throws(FunctionPathError) {
      let parsed = try FunctionPath(parsing: "\(path.module):\(path.name)")
      guard parsed == path else {
        return "\(place): write the module \(path.module) as \(parsed.module)"
      }
    } catch {
      return "\(place): \(error.message)"
    }
    if (try? ArgumentsValidator(function.definition.args)) == nil {
      return "\(place): Args validator must be an object or any"
    }
    let isReserved =
      ["_system", "_deps", "actions/_deps"].contains {
        path.module == $0 || path.module.hasPrefix($0 + "/")
      } || path.module == "schema"
    return isReserved ? "\(place): the module name \(path.module) is reserved" : nil
  }
}

extension FunctionRegistry.Named {
  init(_ function: RegisteredFunction) { self.init(path: function.path, function: function) }

  /// The function, if the caller may call it as it does.
  ///
  /// - Parameters:
  ///   - kind: The kind the caller believes it to be; `nil` for any.
  ///   - mayCallInternal: Whether internal functions exist for the caller.
  /// - Returns: The function.
  /// - Throws: ``CallValidation/Rejection`` for a function that does not exist, for the caller, or is
  ///   of another kind.
  func callable(
    as kind: FunctionKind?,
    mayCallInternal: Bool
  ) throws(CallValidation.Rejection) -> RegisteredFunction {
    guard let function, mayCallInternal || function.definition.visibility == .public else {
      throw CallValidation.Rejection(
        message: kind == nil
          ? "Could not find function for '\(path.stripped)'. "
            + "Did you forget to run `npx convex dev`?"
          : "Could not find public function for '\(path.stripped)'."
      )
    }
    if let kind, function.definition.kind != kind {
      throw CallValidation.Rejection(
        message: "Trying to execute \(path.canonical) as \(kind.title), "
          + "but it is defined as \(function.definition.kind.title)."
      )
    }
    return function
  }
}

/// Why an application cannot start: it has functions that could not be called.
package struct RegistrationError: Error, Sendable, CustomStringConvertible {
  /// One line for each, with the place of its definition.
  package var problems: [String]

  package var description: String {
    "The functions of this application cannot be registered:\n"
      + problems.map { "  \($0)" }.joined(separator: "\n")
  }
}
