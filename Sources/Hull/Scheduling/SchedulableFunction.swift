/// A function that may run without a caller: a mutation or an action, with or without its arguments.
///
/// `Messages.$beat` is one, and so is `Messages.$beat(count: 1)`.
public protocol SchedulableFunction: Sendable {
  /// What the function was registered as.
  var scheduledDefinition: FunctionDefinition { get }

  /// The arguments that go with it.
  ///
  /// - Throws: `ConvexValueError` if one of them has no wire form.
  var scheduledArguments: ConvexObject { get throws }
}

extension FunctionReference: SchedulableFunction where Context: MutatingContext {
  /// What the function was registered as.
  public var scheduledDefinition: FunctionDefinition { definition }

  /// No arguments.
  public var scheduledArguments: ConvexObject { ConvexObject() }
}

extension FunctionInvocation: SchedulableFunction where Context: MutatingContext {
  /// What the function was registered as.
  public var scheduledDefinition: FunctionDefinition { function.definition }

  /// The arguments of the call.
  public var scheduledArguments: ConvexObject { get throws { try arguments } }
}

extension ConvexObject {
  /// The fields of both; those of `other` win.
  func merging(_ other: ConvexObject) throws -> ConvexObject {
    var merged = self
    for (name, value) in other { try merged.set(name, to: value) }
    return merged
  }
}
