// The compiler plugin: the names `Hull` declares, each forwarding to its expansion.
//
// The expansions are a library of their own because a test target that depends on a macro target
// makes SwiftPM build everything a second time, for the host.

import HullMacroExpansion
import SwiftCompilerPlugin
import SwiftSyntax
import SwiftSyntaxMacros

@main
struct HullMacrosPlugin: CompilerPlugin {
  let providingMacros: [any Macro.Type] = [
    ActionMacro.self, ConvexObjectMacro.self, ConvexUnionMacro.self, FlattenMacro.self,
    FunctionsMacro.self,
    InternalActionMacro.self, InternalMutationMacro.self, InternalQueryMacro.self,
    MutationMacro.self, QueryMacro.self, TableMacro.self,
  ]
}

struct ActionMacro: ForwardingPeerMacro {
  typealias Expansion = HullMacroExpansion.ActionMacro
}

struct ConvexObjectMacro: ForwardingMemberMacro, ForwardingExtensionMacro {
  typealias Expansion = HullMacroExpansion.ConvexObjectMacro
}

struct ConvexUnionMacro: ForwardingMemberMacro, ForwardingExtensionMacro {
  typealias Expansion = HullMacroExpansion.ConvexUnionMacro
}

struct FlattenMacro: ForwardingPeerMacro {
  typealias Expansion = HullMacroExpansion.FlattenMacro
}

struct FunctionsMacro: ForwardingExtensionMacro {
  typealias Expansion = HullMacroExpansion.FunctionsMacro
}

struct InternalActionMacro: ForwardingPeerMacro {
  typealias Expansion = HullMacroExpansion.InternalActionMacro
}

struct InternalMutationMacro: ForwardingPeerMacro {
  typealias Expansion = HullMacroExpansion.InternalMutationMacro
}

struct InternalQueryMacro: ForwardingPeerMacro {
  typealias Expansion = HullMacroExpansion.InternalQueryMacro
}

struct MutationMacro: ForwardingPeerMacro {
  typealias Expansion = HullMacroExpansion.MutationMacro
}

struct QueryMacro: ForwardingPeerMacro {
  typealias Expansion = HullMacroExpansion.QueryMacro
}

struct TableMacro: ForwardingMemberMacro, ForwardingExtensionMacro {
  typealias Expansion = HullMacroExpansion.TableMacro
}
