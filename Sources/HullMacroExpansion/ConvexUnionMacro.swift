package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@ConvexUnion("field")`: an enumeration of structs as objects told apart by a field.
package struct ConvexUnionMacro: MemberMacro, ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax,
    providingMembersOf declaration: some DeclGroupSyntax,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) -> [DeclSyntax] {
    guard
      let union = union(node, on: declaration, report: { context.report($0, at: $1) })
    else { return [] }
    // The types are known where the author wrote them: inside the enumeration.
    let cases = union.cases.map {
      "    .init(\"\($0.name)\", \($0.type).self) { .\($0.reference)($0) },"
    }
    return [
      """
      \(raw: union.access)static var convexCases: [Hull.ConvexUnionCase<Self>] {
        [
      \(raw: cases.joined(separator: "\n"))
        ]
      }
      """
    ]
  }

  package static func expansion(
    of node: AttributeSyntax,
    attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    guard let union = union(node, on: declaration) else { return [] }
    let cases = union.cases.map {
      "  case .\($0.reference)(let value): (\"\($0.name)\", value)"
    }
    return [
      try ConvexObjectMacro.extensionOf(
        type,
        conformingTo: protocols,
        "ConvexUnion",
        members: [
          "\(union.access)static var convexTag: String { \"\(union.tag)\" }",
          "\(union.access)var convexCase: (name: String, value: any Hull.ConvexStruct) {",
          "  switch self {", cases.joined(separator: "\n"), "  }", "}",
        ]
      )
    ]
  }

  /// A union as it is declared.
  private struct Union {
    var tag: String
    var access: String
    var cases: [(name: String, reference: String, type: String)]
  }

  /// Reads the declaration; nil if `report` has been told what is wrong with it.
  private static func union(
    _ node: AttributeSyntax,
    on declaration: some DeclGroupSyntax,
    report: (HullDiagnostic, Syntax) -> Void = { _, _ in }
  ) -> Union? {
    guard let enumeration = declaration.as(EnumDeclSyntax.self) else {
      report(.notAnEnumeration, Syntax(declaration.introducer))
      return nil
    }
    if let parameters = enumeration.genericParameterClause {
      report(.genericType(macro: "ConvexUnion"), Syntax(parameters))
      return nil
    }
    guard let (tag, literal) = node.literalArgument() else {
      report(.notALiteral(what: "field name"), Syntax(node))
      return nil
    }
    guard Names.isField(tag) else {
      report(.illegalFieldName(tag), literal)
      return nil
    }
    var union = Union(tag: tag, access: enumeration.modifiers.access, cases: [])
    var isSound = true
    let elements = enumeration.memberBlock.members.compactMap {
      $0.decl.as(EnumCaseDeclSyntax.self)
    }.flatMap(\.elements)
    for element in elements {
      let parameters = element.parameterClause?.parameters
      guard let parameters, parameters.count == 1, let value = parameters.first,
        value.firstName == nil
      else {
        report(.notAUnionCase(element.name.name), Syntax(element))
        isSound = false
        continue
      }
      union.cases.append(
        (element.name.name, element.name.text, value.type.trimmedDescription)
      )
    }
    return isSound ? union : nil
  }
}
