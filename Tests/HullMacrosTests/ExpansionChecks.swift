import HullMacroExpansion
import SwiftSyntax
import SwiftSyntaxBuilder
import SwiftSyntaxMacroExpansion

import SwiftSyntaxMacrosGenericTestSupport
import Testing

/// Every macro, under the names authors use.
let macros: [String: MacroSpec] = [
  "Action": MacroSpec(type: ActionMacro.self),
  "ConvexObject": MacroSpec(type: ConvexObjectMacro.self, conformances: ["ConvexStruct"]),
  "ConvexUnion": MacroSpec(type: ConvexUnionMacro.self, conformances: ["ConvexUnion"]),
  "Flatten": MacroSpec(type: FlattenMacro.self),
  "Functions": MacroSpec(type: FunctionsMacro.self, conformances: ["FunctionModule"]),
  "InternalAction": MacroSpec(type: InternalActionMacro.self),
  "InternalMutation": MacroSpec(type: InternalMutationMacro.self),
  "InternalQuery": MacroSpec(type: InternalQueryMacro.self),
  "Mutation": MacroSpec(type: MutationMacro.self),
  "Query": MacroSpec(type: QueryMacro.self),
  "Table": MacroSpec(type: TableMacro.self, conformances: ["Table"]),
]

/// Checks what macros make of a source, reporting differences where the check is written.
func expectExpansion(
  of source: String,
  _ expanded: String,
  diagnostics: [DiagnosticSpec] = [],
  fixed: String? = nil,
  fileID: StaticString = #fileID,
  filePath: StaticString = #filePath,
  line: UInt = #line,
  column: UInt = #column
) {
  assertMacroExpansion(
    source,
    expandedSource: expanded,
    diagnostics: diagnostics,
    macroSpecs: macros,
    fixedSource: fixed,
    indentationWidth: .spaces(2),
    failureHandler: { failure in
      Issue.record(
        Comment(rawValue: failure.message),
        sourceLocation: SourceLocation(
          fileID: failure.location.fileID,
          filePath: failure.location.filePath,
          line: failure.location.line,
          column: failure.location.column
        )
      )
    },
    fileID: fileID,
    filePath: filePath,
    line: line,
    column: column
  )
}
