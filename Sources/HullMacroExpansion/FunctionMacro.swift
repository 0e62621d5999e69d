import SwiftDiagnostics
package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@Query` and its siblings: a static function as a registered function.
///
/// Beside the function `list` it declares `$list`, a reference that holds the definition.
package protocol FunctionMacro: PeerMacro {
  static var kind: FunctionKind { get }
  static var isInternal: Bool { get }
}

package struct QueryMacro: FunctionMacro {
  package static let kind = FunctionKind.query
  package static let isInternal = false
}

package struct MutationMacro: FunctionMacro {
  package static let kind = FunctionKind.mutation
  package static let isInternal = false
}

package struct ActionMacro: FunctionMacro {
  package static let kind = FunctionKind.action
  package static let isInternal = false
}

package struct InternalQueryMacro: FunctionMacro {
  package static let kind = FunctionKind.query
  package static let isInternal = true
}

package struct InternalMutationMacro: FunctionMacro {
  package static let kind = FunctionKind.mutation
  package static let isInternal = true
}

package struct InternalActionMacro: FunctionMacro {
  package static let kind = FunctionKind.action
  package static let isInternal = true
}

extension FunctionMacro {
  package static func expansion(
    of node: AttributeSyntax,
    providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) -> [DeclSyntax] {
    let macro = node.attributeName.trimmedDescription
    guard let function = declaration.as(FunctionDeclSyntax.self) else {
      context.report(.notAFunction(macro: macro), at: node)
      return []
    }
    let attributes = function.attributes.named(FunctionAttribute.names)
    if attributes.count > 1 {
      // Each of them is expanded; the second speaks.
      if attributes[1].attributeName.trimmedDescription == macro {
        context.report(.markedTwice(function.name.name), at: attributes[1])
      }
      return []
    }
    if let problem = misplacement(of: function, macro: macro, in: context) {
      context.report(problem, at: function.name)
      return []
    }
    let signature = FunctionSignature(function, kind: kind) { problem, node, fixIts in
      context.report(problem, at: node, fixIts: fixIts)
    }
    guard let signature else { return [] }
    let location = context.location(
      of: function.name,
      at: .afterLeadingTrivia,
      filePathMode: .fileID
    )
    return [registration(of: signature, at: location)]
  }

  /// What is wrong with the place of the declaration, if anything.
  private static func misplacement(
    of function: FunctionDeclSyntax,
    macro: String,
    in context: some MacroExpansionContext
  ) -> HullDiagnostic? {
    guard let enclosing = context.lexicalContext.first else {
      return .outsideModule(macro: macro, function: function.name.name)
    }
    if enclosing.is(ExtensionDeclSyntax.self) {
      return .inExtension(macro: macro, function: function.name.name)
    }
    let attributes = enclosing.asProtocol((any WithAttributesSyntax).self)?.attributes
    return attributes?.named(["Functions"]).isEmpty == false
      ? nil : .outsideModule(macro: macro, function: function.name.name)
  }

  private static func registration(
    of signature: FunctionSignature,
    at location: AbstractSourceLocation?
  ) -> DeclSyntax {
    let label = ["Void", "()"].contains(signature.result) ? "procedure: " : ""
    var parts = ["\(label)\"\(signature.name)\"", "in: Self.self"]
    if isInternal { parts.append("visibility: .internal") }
    if !signature.arguments.isEmpty {
      let arguments = signature.arguments.map {
        ".init(\"\($0.name)\", \($0.type).self\($0.defaultValue == nil ? "" : ", isOptional: true"))"
      }
      parts.append("[\(arguments.joined(separator: ", "))]")
    }
    if let documentation = signature.documentation {
      parts.append("description: \(StringLiteralExprSyntax(content: documentation))")
    }
    if let location {
      parts.append("fileID: \(location.file.trimmed), line: \(location.line.trimmed)")
    }
    return """
      \(raw: signature.access)static let $\(raw: signature.name) = \
      Hull.FunctionReference<Hull.\(raw: kind.context), \(raw: signature.result)>\
      (\(raw: parts.joined(separator: ", "))) { \(raw: body(of: signature)) }
      """
  }

  /// The closure that decodes the arguments and calls the function.
  private static func body(of signature: FunctionSignature) -> String {
    let context = signature.contextLabel.map { "\($0): ctx" } ?? "ctx"
    let arguments = signature.arguments.map { argument in
      let fallback = argument.defaultValue.map { ", default: \($0)" } ?? ""
      return "\(argument.label): args[\"\(argument.name)\"\(fallback)]"
    }
    // `try` and `await` only where something throws or waits: the compiler warns otherwise.
    let mayThrow = signature.isThrowing || !arguments.isEmpty
    let effects = (mayThrow ? "try " : "") + (signature.isAsync ? "await " : "")
    let list = ([context] + arguments).joined(separator: ", ")
    return "ctx, \(arguments.isEmpty ? "_" : "args") in "
      + "\(effects)Self.\(signature.reference)(\(list))"
  }
}
