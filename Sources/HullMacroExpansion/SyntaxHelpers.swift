import SwiftSyntax
import SwiftSyntaxMacros

extension TokenSyntax {
  /// The identifier without the backticks that let a keyword be one.
  var name: String { identifier?.name ?? text }
}

extension AttributeListSyntax {
  /// The attributes of the given names, with or without the module's name before.
  func named(_ names: Set<String>) -> [AttributeSyntax] {
    compactMap { element in
      guard let attribute = element.as(AttributeSyntax.self) else { return nil }
      let name =
        attribute.attributeName.as(MemberTypeSyntax.self)?.name
        ?? attribute.attributeName.as(IdentifierTypeSyntax.self)?.name
      return name.map { names.contains($0.text) } == true ? attribute : nil
    }
  }
}

extension DeclModifierListSyntax {
  func contains(_ keyword: Keyword) -> Bool {
    contains { $0.name.tokenKind == .keyword(keyword) && $0.detail == nil }
  }

  /// The access level to repeat on what is generated, with a space behind; empty for the default.
  var access: String {
    for level in [Keyword.public, .package, .fileprivate] where contains(level) {
      return "\(level) "
    }
    // The generated members are used from the file the declaration is in, which is as far as
    // `private` reaches for them.
    return contains(.private) ? "fileprivate " : ""
  }
}

extension AttributeSyntax {
  /// The text of the attribute's first argument, if it is a string literal without interpolation.
  func literalArgument() -> (text: String, node: Syntax)? {
    guard case .argumentList(let arguments)? = arguments, let first = arguments.first,
      let literal = first.expression.as(StringLiteralExprSyntax.self),
      literal.segments.count == 1,
      case .stringSegment(let segment)? = literal.segments.first
    else { return nil }
    return (segment.content.text, Syntax(literal))
  }
}

/// The names the reference allows (spec/functions.md 2).
enum Names {
  static func isField(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count) && name.utf8.allSatisfy(isWordByte)
      && name.utf8.contains { $0 != UInt8(ascii: "_") }
  }

  static func isTable(_ name: String) -> Bool {
    isField(name) && name.utf8.first.map { $0 != UInt8(ascii: "_") && !isDigit($0) } == true
  }

  static func isModulePath(_ path: String) -> Bool {
    let components = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    let areLegal = components.allSatisfy { component in
      (1...64).contains(component.count)
        && component.allSatisfy { isWordByte($0) || $0 == UInt8(ascii: ".") }
        && component.contains { isWordByte($0) && $0 != UInt8(ascii: "_") }
    }
    return areLegal && components.last?.contains(UInt8(ascii: ".")) == false
      && components.first.map { ["_system", "_deps"].contains(String($0)) } == false
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"):
      true
    default: isDigit(byte)
    }
  }
}
