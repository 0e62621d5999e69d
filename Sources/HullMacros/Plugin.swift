import SwiftCompilerPlugin
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
