/// A function that may run without a caller: a mutation or an action, with or without its arguments.
///
/// `Messages.$beat` is one, and so are `Messages.$beat(count: 1)` and the path `"messages:beat"`. A
/// reference to a query is none; a path that names one is found out later.
public protocol SchedulableFunction: Sendable {
  /// The path of the function, in any spelling.
  var scheduledPath: String { get }

  /// The arguments that go with it.
  ///
  /// - Throws: `ConvexValueError` if one of them has no wire form.
  var scheduledArguments: ConvexObject { get throws }
}

extension FunctionReference: SchedulableFunction where Context: MutatingContext {
  /// The path it is registered under.
  public var scheduledPath: String { path }

  /// No arguments.
  public var scheduledArguments: ConvexObject { ConvexObject() }
}

extension FunctionInvocation: SchedulableFunction where Context: MutatingContext {
  /// The path the function is registered under.
  public var scheduledPath: String { function.path }

  /// The arguments of the call.
  public var scheduledArguments: ConvexObject { get throws { try arguments } }
}

extension String: SchedulableFunction {
  /// The path itself.
  public var scheduledPath: String { self }

  /// No arguments.
  public var scheduledArguments: ConvexObject { ConvexObject() }
}

extension ConvexObject {
  /// The fields of both; those of `other` win.
  func merging(_ other: ConvexObject) throws -> ConvexObject {
    var merged = self
    for (name, value) in other { try merged.set(name, to: value) }
    return merged
  }
}
