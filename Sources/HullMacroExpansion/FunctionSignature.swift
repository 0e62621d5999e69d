import SwiftDiagnostics
import SwiftSyntax
import SwiftSyntaxMacros

/// A function that clients call, as its registration is made from it.
struct FunctionSignature {
  /// One argument after the context.
  struct Argument {
    let name: String
    /// The label in a call.
    let label: String
    let type: String
    /// The default value; nil if the argument must be given or its absence is nil.
    let defaultValue: String?
  }

  let name: String
  /// The name in a call, backticks included.
  let reference: String
  let access: String
  /// The label of the context in a call; nil if it has none.
  let contextLabel: String?
  let arguments: [Argument]
  let result: String
  let isAsync: Bool
  let isThrowing: Bool
  let documentation: String?

  /// Reads a declaration; nil if it cannot be registered, and then `report` has been told why.
  init?(
    _ function: FunctionDeclSyntax,
    kind: FunctionKind,
    report: (HullDiagnostic, Syntax, [FixIt]) -> Void
  ) {
    name = function.name.name
    reference = function.name.text
    access = function.modifiers.access
    isAsync = function.signature.effectSpecifiers?.asyncSpecifier != nil
    isThrowing = function.signature.effectSpecifiers?.throwsClause != nil
    result = function.signature.returnClause?.type.trimmedDescription ?? "Void"
    documentation = function.leadingTrivia.documentation

    var problems: [(HullDiagnostic, Syntax, [FixIt])] = []
    if !Names.isField(name) { problems.append((.illegalName(name), Syntax(function.name), [])) }
    if !function.modifiers.contains(.static) {
      problems.append((.notStatic(name), Syntax(function.name), [function.addingStatic]))
    }
    if let parameters = function.genericParameterClause {
      problems.append((.genericFunction(name), Syntax(parameters), []))
    }
    let parameters = function.signature.parameterClause.parameters
    if let first = parameters.first {
      contextLabel = first.firstName.tokenKind == .wildcard ? nil : first.firstName.text
      let found = first.type.contextName
      if found != kind.context {
        problems.append(
          (
            .wrongContext(kind: kind, found: found), Syntax(first.type),
            [first.type.replacing(with: kind.context)]
          )
        )
      }
    } else {
      contextLabel = nil
      problems.append(
        (.missingContext(kind: kind), Syntax(function.signature.parameterClause), [])
      )
    }
    arguments = parameters.dropFirst().compactMap { parameter in
      if let problem = Self.problem(with: parameter) {
        problems.append((problem, Syntax(parameter), []))
        return nil
      }
      let isNil = parameter.defaultValue?.value.is(NilLiteralExprSyntax.self) == true
      return Argument(
        name: parameter.firstName.name,
        label: parameter.firstName.text,
        type: parameter.type.trimmedDescription,
        defaultValue: isNil ? nil : parameter.defaultValue?.value.trimmedDescription
      )
    }
    for (message, node, fixIts) in problems { report(message, node, fixIts) }
    if !problems.isEmpty { return nil }
  }

  private static func problem(with parameter: FunctionParameterSyntax) -> HullDiagnostic? {
    let name = (parameter.secondName ?? parameter.firstName).name
    if parameter.firstName.tokenKind == .wildcard { return .unlabelledArgument(name) }
    if parameter.ellipsis != nil { return .variadicArgument(name) }
    if let type = parameter.type.as(AttributedTypeSyntax.self),
      type.specifiers.contains(where: { $0.trimmedDescription == "inout" })
    {
      return .inoutArgument(name)
    }
    return Names.isField(parameter.firstName.name) ? nil : .illegalName(parameter.firstName.name)
  }
}

extension TypeSyntax {
  /// The type's name without a module before it.
  fileprivate var contextName: String {
    `as`(MemberTypeSyntax.self)?.name.text ?? trimmedDescription
  }

  fileprivate func replacing(with name: String) -> FixIt {
    FixIt(
      message: HullFixIt(message: "take '\(name)'"),
      changes: [
        .replace(
          oldNode: Syntax(self),
          newNode: Syntax(
            IdentifierTypeSyntax(name: .identifier(name))
              .with(\.leadingTrivia, leadingTrivia)
              .with(\.trailingTrivia, trailingTrivia)
          )
        )
      ]
    )
  }
}

extension FunctionDeclSyntax {
  fileprivate var addingStatic: FixIt {
    var changed = self
    let space = Trivia.space
    changed.funcKeyword = funcKeyword.with(\.leadingTrivia, [])
    changed.modifiers.append(
      DeclModifierSyntax(
        leadingTrivia: funcKeyword.leadingTrivia,
        name: .keyword(.static),
        trailingTrivia: space
      )
    )
    return FixIt(
      message: HullFixIt(message: "add 'static'"),
      changes: [.replace(oldNode: Syntax(self), newNode: Syntax(changed))]
    )
  }
}
