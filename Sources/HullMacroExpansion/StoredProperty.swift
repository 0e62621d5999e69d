import SwiftSyntax

/// A stored property of a struct, as the fields of an object are made from it.
struct StoredProperty {
  /// The field's name: the property's, without backticks.
  let name: String
  /// The property as it is written, backticks included.
  let reference: String
  /// The written type.
  let type: String
  /// Whether the fields of its value are spread into the object.
  let isFlattened: Bool

  /// The stored properties of a struct in byte order of their names; nil after a complaint.
  static func all(
    of declaration: StructDeclSyntax,
    isTable: Bool,
    report: (HullDiagnostic, Syntax) -> Void
  ) -> [StoredProperty]? {
    var properties: [StoredProperty] = []
    var isSound = true
    for member in declaration.memberBlock.members {
      guard let variable = member.decl.as(VariableDeclSyntax.self),
        !variable.modifiers.contains(.static)
      else { continue }
      let isFlattened = !variable.attributes.named(["Flatten"]).isEmpty
      // `var a, b: String` writes the type once, on the last.
      var type: TypeSyntax?
      for binding in variable.bindings.reversed() where binding.isStored {
        type = binding.typeAnnotation?.type ?? (binding.initializer == nil ? type : nil)
        guard let identifier = binding.pattern.as(IdentifierPatternSyntax.self)?.identifier else {
          continue
        }
        let problem = problem(
          with: identifier.name,
          type: type,
          isFixed: variable.bindingSpecifier.tokenKind == .keyword(.let)
            && binding.initializer != nil,
          isFlattened: isFlattened,
          isTable: isTable
        )
        guard problem == nil, let type else {
          if let problem { report(problem, Syntax(binding.pattern)) }
          isSound = false
          continue
        }
        properties.append(
          StoredProperty(
            name: identifier.name,
            reference: identifier.text,
            type: type.trimmedDescription,
            isFlattened: isFlattened
          )
        )
      }
    }
    guard isSound else { return nil }
    return properties.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  private static func problem(
    with name: String,
    type: TypeSyntax?,
    isFixed: Bool,
    isFlattened: Bool,
    isTable: Bool
  ) -> HullDiagnostic? {
    if type == nil { return .untypedProperty(name) }
    if isFixed { return .fixedConstant(name) }
    if isFlattened { return nil }
    if isTable && name.hasPrefix("_") { return .underscoredField(name) }
    return Names.isField(name) ? nil : .illegalFieldName(name)
  }
}

extension PatternBindingSyntax {
  /// Whether the binding has storage: no accessors but observers.
  fileprivate var isStored: Bool {
    switch accessorBlock?.accessors {
    case nil: true
    case .getter: false
    case .accessors(let accessors):
      accessors.allSatisfy {
        [.keyword(.willSet), .keyword(.didSet)].contains($0.accessorSpecifier.tokenKind)
      }
    }
  }
}
