// A macro by one name that expands as another does.

import SwiftSyntax
import SwiftSyntaxMacros

protocol ForwardingPeerMacro: PeerMacro {
  associatedtype Expansion: PeerMacro
}

extension ForwardingPeerMacro {
  static func expansion(
    of node: AttributeSyntax,
    providingPeersOf declaration: some DeclSyntaxProtocol,
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    try Expansion.expansion(of: node, providingPeersOf: declaration, in: context)
  }
}

protocol ForwardingMemberMacro: MemberMacro {
  associatedtype Expansion: MemberMacro
}

extension ForwardingMemberMacro {
  static func expansion(
    of node: AttributeSyntax,
    providingMembersOf declaration: some DeclGroupSyntax,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [DeclSyntax] {
    try Expansion.expansion(
      of: node,
      providingMembersOf: declaration,
      conformingTo: protocols,
      in: context
    )
  }
}

protocol ForwardingExtensionMacro: ExtensionMacro {
  associatedtype Expansion: ExtensionMacro
}

extension ForwardingExtensionMacro {
  static func expansion(
    of node: AttributeSyntax,
    attachedTo declaration: some DeclGroupSyntax,
    providingExtensionsOf type: some TypeSyntaxProtocol,
    conformingTo protocols: [TypeSyntax],
    in context: some MacroExpansionContext
  ) throws -> [ExtensionDeclSyntax] {
    try Expansion.expansion(
      of: node,
      attachedTo: declaration,
      providingExtensionsOf: type,
      conformingTo: protocols,
      in: context
    )
  }
}
