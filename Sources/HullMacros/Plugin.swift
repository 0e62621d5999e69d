import SwiftCompilerPlugin
import SwiftSyntaxMacros

@main
struct HullMacrosPlugin: CompilerPlugin {
  let providingMacros: [any Macro.Type] = []
}
