package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@ConvexObject`: a struct as an object with fixed fields.
package struct ConvexObjectMacro: MemberMacro, ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax,
    providingMembersOf declaration: some DeclGroupSyntax,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) -> [DeclSyntax] {
    let members = members(
      of: declaration,
      macro: "ConvexObject",
      isTable: false,
      report: { context.report($0, at: $1) }
    )
    return members?.members.map { DeclSyntax(stringLiteral: $0) } ?? []
  }

  package static func expansion(
    of node: AttributeSyntax,
    attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    guard let members = members(of: declaration, macro: "ConvexObject", isTable: false) else {
      return []
    }
    return [
      try extensionOf(
        type,
        conformingTo: protocols,
        "ConvexStruct",
        members: members.extensionMembers
      )
    ]
  }

  /// The members of the struct the macro is on; nil if `report` has been told what is wrong.
  static func members(
    of declaration: some DeclGroupSyntax,
    macro: String,
    isTable: Bool,
    report: (HullDiagnostic, Syntax) -> Void = { _, _ in }
  ) -> ObjectMembers? {
    guard let declaration = declaration.as(StructDeclSyntax.self) else {
      report(.notAStruct(macro: macro), Syntax(declaration.introducer))
      return nil
    }
    if let parameters = declaration.genericParameterClause {
      report(.genericType(macro: macro), Syntax(parameters))
      return nil
    }
    return StoredProperty.all(of: declaration, isTable: isTable, report: report).map {
      ObjectMembers(
        type: declaration.name.text,
        access: declaration.modifiers.access,
        properties: $0
      )
    }
  }

  /// An extension with the given members, which conforms unless the type already does.
  static func extensionOf(
    _ type: some TypeSyntaxProtocol,
    conformingTo protocols: [TypeSyntax],
    _ conformance: String,
    members: [String]
  ) throws -> ExtensionDeclSyntax {
    let clause = protocols.isEmpty ? "" : ": Hull.\(conformance)"
    return try ExtensionDeclSyntax(
      """
      extension \(type.trimmed)\(raw: clause) {
      \(raw: members.joined(separator: "\n"))
      }
      """
    )
  }
}

/// `@Flatten`: a mark that the other macros read.
package struct FlattenMacro: PeerMacro {
  package static func expansion(
    of node: AttributeSyntax,
    providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) -> [DeclSyntax] { [] }
}
