package import SwiftSyntax
import SwiftSyntaxBuilder
package import SwiftSyntaxMacros

/// `@Functions("path")`: a type whose marked static functions form a module.
package struct FunctionsMacro: ExtensionMacro {
  package static func expansion(
    of node: AttributeSyntax,
    attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    let isNamespace = declaration.is(EnumDeclSyntax.self) || declaration.is(StructDeclSyntax.self)
    guard isNamespace else {
      context.report(.notANamespace, at: node)
      return []
    }
    if let parameters = declaration.asProtocol((any WithGenericParametersSyntax).self)?
      .genericParameterClause
    {
      context.report(.genericType(macro: "Functions"), at: parameters)
      return []
    }
    guard let (path, literal) = node.literalArgument() else {
      context.report(.notALiteral(what: "module path"), at: node)
      return []
    }
    guard Names.isModulePath(path) else {
      context.report(.illegalModulePath(path), at: literal)
      return []
    }
    let access = declaration.modifiers.access
    let names = functionNames(of: declaration, in: context)
    let list = names.map { "$\($0).definition" }.joined(separator: ", ")
    return [
      try ConvexObjectMacro.extensionOf(
        type,
        conformingTo: protocols,
        "FunctionModule",
        members: [
          "\(access)static var modulePath: String { \"\(path)\" }",
          "\(access)static var functions: [Hull.FunctionDefinition] { [\(list)] }",
        ]
      )
    ]
  }

  /// The names of the marked functions, without those whose own macro refuses them.
  private static func functionNames(
    of declaration: some DeclGroupSyntax,
    in context: some MacroExpansionContext
  ) -> [String] {
    var names: [String] = []
    for member in declaration.memberBlock.members {
      guard let function = member.decl.as(FunctionDeclSyntax.self) else { continue }
      let attributes = function.attributes.named(FunctionAttribute.names)
      guard attributes.count == 1, let kind = attributes.first?.functionKind else { continue }
      if names.contains(function.name.name) {
        context.report(.duplicateFunction(function.name.name), at: function.name)
      } else if FunctionSignature(function, kind: kind, report: { _, _, _ in }) != nil {
        names.append(function.name.name)
      }
    }
    return names
  }
}

extension AttributeSyntax {
  /// The kind of function the attribute makes.
  fileprivate var functionKind: FunctionKind? {
    let name = attributeName.trimmedDescription
    if name.hasSuffix("Query") { return .query }
    if name.hasSuffix("Mutation") { return .mutation }
    return name.hasSuffix("Action") ? .action : nil
  }
}
