// What functions there are, for the command line and for tools.

package import Hull
package import HullValues

/// One line of the list of functions.
package struct FunctionListing: Sendable {
  /// The name as people write it: `master_data/customers:list`.
  package var path: String
  /// The name as the reference's tools print it: `master_data/customers.js:list`.
  package var identifier: String
  /// What it may do.
  package var kind: FunctionKind
  /// Who may call it.
  package var visibility: Visibility
  /// What its arguments must be.
  package var args: Validator
  /// What its result must be; `nil` when that is not declared.
  package var returns: Validator?
  /// What it is for.
  package var description: String?
  /// Where it is declared.
  package var location: SourceLocation

  init(_ function: RegisteredFunction) {
    path = function.path.stripped
    identifier = function.path.canonical
    kind = function.definition.kind
    visibility = function.definition.visibility
    args = function.definition.args
    returns = function.definition.returns
    description = function.definition.description
    location = function.definition.location
  }
}
