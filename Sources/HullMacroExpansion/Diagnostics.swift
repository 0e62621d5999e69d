package import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// Everything the macros have to say to an author: what is wrong, then what to do.
package enum HullDiagnostic: DiagnosticMessage {
  // Structs
  case notAStruct(macro: String)
  case genericType(macro: String)
  case untypedProperty(String)
  case fixedConstant(String)
  case illegalFieldName(String)
  case underscoredField(String)
  case illegalTableName(String)
  case notALiteral(what: String)
  case notAnEnumeration
  case notAUnionCase(String)
  // Modules
  case notANamespace
  case illegalModulePath(String)
  case duplicateFunction(String)
  // Functions
  case notAFunction(macro: String)
  case markedTwice(String)
  case outsideModule(macro: String, function: String)
  case inExtension(macro: String, function: String)
  case notStatic(String)
  case genericFunction(String)
  case missingContext(kind: FunctionKind)
  case wrongContext(kind: FunctionKind, found: String)
  case unlabelledArgument(String)
  case variadicArgument(String)
  case inoutArgument(String)
  case illegalName(String)

  package var message: String {
    switch self {
    case .notAStruct(let macro):
      "@\(macro) belongs on a struct; for an enumeration of strings conform to ConvexLiteral"
    case .genericType(let macro):
      "@\(macro) cannot be on a generic type: a validator needs the types written out"
    case .untypedProperty(let name):
      "'\(name)' needs its type written out: a macro sees only what is written"
    case .fixedConstant(let name):
      "'\(name)' has a fixed value and cannot be read from a document; make it 'static' or a 'var'"
    case .illegalFieldName(let name):
      "'\(name)' cannot be a field: field names are ASCII letters, digits and '_', at most 64"
    case .underscoredField(let name):
      "'\(name)' cannot be a field of a table: names with a leading underscore belong to the system"
    case .illegalTableName(let name):
      "'\(name)' cannot be a table: table names start with an ASCII letter and continue with "
        + "letters, digits and '_', at most 64"
    case .notALiteral(let what):
      "the \(what) must be a plain string literal"
    case .notAnEnumeration:
      "@ConvexUnion belongs on an enum whose cases hold one @ConvexObject struct each"
    case .notAUnionCase(let name):
      "'\(name)' must hold exactly one @ConvexObject struct, without a label: "
        + "'case \(name)(\(name.prefix(1).uppercased() + name.dropFirst()))'"
    case .notANamespace:
      "@Functions belongs on an enum or struct whose static functions form a module"
    case .illegalModulePath(let path):
      "'\(path)' cannot be a module path: write components of 1 to 64 ASCII letters, digits, '_' "
        + "and '.' separated by '/', without a file extension"
    case .duplicateFunction(let name):
      "the module already has a function '\(name)'; a function is called by its name alone"
    case .notAFunction(let macro):
      "@\(macro) belongs on a function"
    case .markedTwice(let name):
      "'\(name)' has two function kinds; keep one"
    case .outsideModule(let macro, let function):
      "'\(function)' would not be registered: @\(macro) needs an enclosing type marked @Functions"
    case .inExtension(let macro, let function):
      "'\(function)' would not be registered: @Functions sees only the braces it is on. Declare "
        + "@\(macro) functions there, or in another type marked @Functions with the same path"
    case .notStatic(let name):
      "'\(name)' must be static: a module has no instances"
    case .genericFunction(let name):
      "'\(name)' cannot be generic: its signature is the contract with clients"
    case .missingContext(let kind):
      "the first parameter of \(kind.article) \(kind.rawValue) must be its context: "
        + "'_ ctx: \(kind.context)'"
    case .wrongContext(let kind, let found):
      kind.explanation(ofContext: found)
    case .unlabelledArgument(let name):
      "'\(name)' needs a label: arguments are passed by name"
    case .variadicArgument(let name):
      "'\(name)' cannot be variadic; take an array"
    case .inoutArgument(let name):
      "'\(name)' cannot be inout; return what changes"
    case .illegalName(let name):
      "'\(name)' cannot be called by clients: names are ASCII letters, digits and '_', at most 64"
    }
  }

  package var diagnosticID: MessageID {
    let name = String(describing: self).prefix { $0 != "(" }
    return MessageID(domain: "Hull", id: String(name))
  }

  package var severity: DiagnosticSeverity { .error }
}

/// What a suggested change does.
struct HullFixIt: FixItMessage {
  let message: String
  var fixItID: MessageID { MessageID(domain: "Hull", id: message) }
}

extension MacroExpansionContext {
  /// Reports a diagnostic on a node.
  func report(_ diagnostic: HullDiagnostic, at node: some SyntaxProtocol, fixIts: [FixIt] = []) {
    diagnose(Diagnostic(node: node, message: diagnostic, fixIts: fixIts))
  }
}
