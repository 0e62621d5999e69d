package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@Table("name")`: a struct as the documents of a table, with the indexes declared in it.
package struct TableMacro: MemberMacro, ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax,
    providingMembersOf declaration: some DeclGroupSyntax,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) -> [DeclSyntax] {
    let report: (HullDiagnostic, Syntax) -> Void = { context.report($0, at: $1) }
    guard tableName(node, report: report) != nil else { return [] }
    let members = ConvexObjectMacro.members(
      of: declaration,
      macro: "Table",
      isTable: true,
      report: report
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
    guard let name = tableName(node),
      let members = ConvexObjectMacro.members(of: declaration, macro: "Table", isTable: true)
    else { return [] }
    let indexes = indexNames(of: declaration).joined(separator: ", ")
    return [
      try ConvexObjectMacro.extensionOf(
        type,
        conformingTo: protocols,
        "Table",
        members: [
          "\(members.access)static var tableName: String { \"\(name)\" }",
          "\(members.access)static var indexes: [any Hull.TableIndexProtocol] { [\(indexes)] }",
        ] + members.extensionMembers
      )
    ]
  }

  /// The table's name; nil if `report` has been told what is wrong with it.
  private static func tableName(
    _ node: AttributeSyntax,
    report: (HullDiagnostic, Syntax) -> Void = { _, _ in }
  ) -> String? {
    guard let (name, literal) = node.literalArgument() else {
      report(.notALiteral(what: "table name"), Syntax(node))
      return nil
    }
    guard Names.isTable(name) else {
      report(.illegalTableName(name), literal)
      return nil
    }
    return name
  }

  /// The static constants made by `index(…)`, `searchIndex(…)` and `vectorIndex(…)`.
  private static func indexNames(of declaration: some DeclGroupSyntax) -> [String] {
    declaration.memberBlock.members.flatMap { member -> [String] in
      guard let variable = member.decl.as(VariableDeclSyntax.self),
        variable.modifiers.contains(.static)
      else { return [] }
      return variable.bindings.compactMap { binding in
        guard let call = binding.initializer?.value.as(FunctionCallExprSyntax.self),
          ["index", "searchIndex", "vectorIndex"].contains(calledName(call) ?? ""),
          let name = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier
        else { return nil }
        return name.text
      }
    }
  }

  private static func calledName(_ call: FunctionCallExprSyntax) -> String? {
    call.calledExpression.as(DeclReferenceExprSyntax.self)?.baseName.text
      ?? call.calledExpression.as(MemberAccessExprSyntax.self)?.declName.baseName.text
  }
}
