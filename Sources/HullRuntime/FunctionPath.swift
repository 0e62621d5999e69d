// How a function is named: a module path and an export name, as in `master_data/customers:list`.

import HullValues

/// The name of one function: the module it is in, without extension, and its name there.
///
/// Two printed forms occur in messages and are not interchangeable: ``canonical`` carries the
/// `.js` every module has in the reference, ``stripped`` drops it together with `:default`.
package struct FunctionPath: Hashable, Sendable {
  /// The module, components joined by `/`, without extension: `master_data/customers`.
  package let module: String

  /// The name in the module; `default` when a caller names none.
  package let name: String

  /// A path whose parts are known to be well formed, such as those of a registered function.
  package init(module: String, name: String) {
    self.module = module
    self.name = name
  }

  /// `master_data/customers.js:list`.
  package var canonical: String { "\(module).js:\(name)" }

  /// `master_data/customers:list`, and only the module for a default export.
  package var stripped: String { name == "default" ? module : "\(module):\(name)" }

  /// Whether the function belongs to the server itself rather than to the application.
  package var isSystem: Bool { module == "_system" || module.hasPrefix("_system/") }
}

extension FunctionPath: CustomStringConvertible {
  package var description: String { stripped }
}

extension FunctionPath: Comparable {
  package static func < (left: FunctionPath, right: FunctionPath) -> Bool {
    left.module == right.module ? left.name < right.name : left.module < right.module
  }
}

/// Why a text does not name a function.
package struct FunctionPathError: Error, Hashable {
  /// The text as given.
  package var path: String

  /// What is wrong with it, as a sentence.
  package var reason: String

  /// The sentence clients get, under the code `BadConvexFunctionIdentifier`.
  package var message: String {
    "\(path) is not a valid path to a Convex function. \(reason)"
  }
}

extension FunctionPath {
  /// The longest path component or name, in bytes.
  package static let maximumComponentLength = 64

  /// Parses a path as the reference does: `[module]:[name]`, split at the last colon.
  ///
  /// The only extension a module may carry is `.js`. Without a colon the default export is meant.
  ///
  /// - Throws: The reference's text for what is wrong.
  package init(parsing text: String) throws(FunctionPathError) {
    do {
      if let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")) {
        let module = try Self.parseModule(text[..<colon])
        let name = String(text[text.index(after: colon)...])
        try Self.check(name: name)
        self.init(module: module, name: name)
      } else {
        self.init(module: try Self.parseModule(text[...]), name: "default")
      }
    } catch {
      throw FunctionPathError(path: text, reason: error.reason)
    }
  }

  /// A sentence on its way to a ``FunctionPathError``.
  struct Malformed: Error {
    var reason: String
  }

  /// Checks a module path and returns it without its extension and empty components.
  static func parseModule(_ text: Substring) throws(Malformed) -> String {
    let isAbsolute = text.utf8.first == UInt8(ascii: "/")
    let raw = text.split(separator: "/")
    // A lone dot counts only at the very start, as in a relative file path.
    let components = raw.enumerated().filter { offset, component in
      component != "." || (offset == 0 && !isAbsolute)
    }.map(\.element)
    guard let fileName = components.last, fileName != "..", fileName != "." else {
      throw Malformed(reason: "Module path \(text) doesn't have a filename.")
    }
    let stem = Self.stem(of: fileName)
    if let fileExtension = stem.fileExtension, fileExtension != "js" {
      throw Malformed(reason: "Module path (\(text)) has an extension that isn't 'js'.")
    }
    if isAbsolute {
      throw Malformed(reason: "Module paths must be relative (\(text) is absolute).")
    }
    for component in components {
      if component == "." { throw Malformed(reason: "Invalid path component CurDir in \(text).") }
      if component == ".." {
        throw Malformed(reason: "Invalid path component ParentDir in \(text).")
      }
    }
    for component in components.dropLast() { try checkComponent(String(component)) }
    try checkComponent(stem.name + ".js")
    return (components.dropLast().map(String.init) + [stem.name]).joined(separator: "/")
  }

  /// Splits a file name at its last dot; a dot at the start begins no extension.
  private static func stem(of name: Substring) -> (name: String, fileExtension: Substring?) {
    guard let dot = name.lastIndex(of: "."), dot != name.startIndex else {
      return (String(name), nil)
    }
    return (String(name[..<dot]), name[name.index(after: dot)...])
  }

  private static func checkComponent(_ component: String) throws(Malformed) {
    guard component.utf8.count <= maximumComponentLength else {
      let start = String(decoding: component.utf8.prefix(maximumComponentLength), as: UTF8.self)
      throw Malformed(
        reason: "Path component is too long (\(component.utf8.count) > maximum "
          + "\(maximumComponentLength)): \(start)..."
      )
    }
    guard component.utf8.allSatisfy({ isWord($0) || $0 == UInt8(ascii: ".") }) else {
      throw Malformed(
        reason: "Path component \(component) can only contain alphanumeric characters, "
          + "underscores, or periods."
      )
    }
    guard component.utf8.contains(where: { isWord($0) && $0 != UInt8(ascii: "_") }) else {
      throw Malformed(
        reason: "Path component \(component) must have at least one alphanumeric character."
      )
    }
  }

  private static func check(name: String) throws(Malformed) {
    do throws(ConvexValueError) {
      try Identifier.validate(name)
    } catch {
      throw Malformed(reason: error.message)
    }
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
