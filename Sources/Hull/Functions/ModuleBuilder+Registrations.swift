// The value-level registrations: one pair per kind and visibility, with and without a result.

extension ModuleBuilder {
  /// Registers a query.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func query<R: ConvexConvertible>(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (QueryContext, ConvexObject) async throws -> R
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .public, contract) { (context: QueryContext, args) in
      try await handler(context, args).encodedValue()
    }
  }
}

extension ModuleBuilder {
  /// Registers a query that returns null.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func query(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (QueryContext, ConvexObject) async throws -> Void
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .public, contract) { (context: QueryContext, args) in
      try await handler(context, args)
      return EncodedValue.null
    }
  }
}

extension ModuleBuilder {
  /// Registers a mutation.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func mutation<R: ConvexConvertible>(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (MutationContext, ConvexObject) async throws -> R
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .public, contract) { (context: MutationContext, args) in
      try await handler(context, args).encodedValue()
    }
  }
}

extension ModuleBuilder {
  /// Registers a mutation that returns null.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func mutation(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (MutationContext, ConvexObject) async throws -> Void
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .public, contract) { (context: MutationContext, args) in
      try await handler(context, args)
      return EncodedValue.null
    }
  }
}

extension ModuleBuilder {
  /// Registers an action.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func action<R: ConvexConvertible>(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (ActionContext, ConvexObject) async throws -> R
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .public, contract) { (context: ActionContext, args) in
      try await handler(context, args).encodedValue()
    }
  }
}

extension ModuleBuilder {
  /// Registers an action that returns null.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func action(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (ActionContext, ConvexObject) async throws -> Void
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .public, contract) { (context: ActionContext, args) in
      try await handler(context, args)
      return EncodedValue.null
    }
  }
}

extension ModuleBuilder {
  /// Registers an internal query.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func internalQuery<R: ConvexConvertible>(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (QueryContext, ConvexObject) async throws -> R
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .internal, contract) { (context: QueryContext, args) in
      try await handler(context, args).encodedValue()
    }
  }
}

extension ModuleBuilder {
  /// Registers an internal query that returns null.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func internalQuery(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (QueryContext, ConvexObject) async throws -> Void
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .internal, contract) { (context: QueryContext, args) in
      try await handler(context, args)
      return EncodedValue.null
    }
  }
}

extension ModuleBuilder {
  /// Registers an internal mutation.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func internalMutation<R: ConvexConvertible>(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (MutationContext, ConvexObject) async throws -> R
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .internal, contract) { (context: MutationContext, args) in
      try await handler(context, args).encodedValue()
    }
  }
}

extension ModuleBuilder {
  /// Registers an internal mutation that returns null.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func internalMutation(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (MutationContext, ConvexObject) async throws -> Void
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .internal, contract) { (context: MutationContext, args) in
      try await handler(context, args)
      return EncodedValue.null
    }
  }
}

extension ModuleBuilder {
  /// Registers an internal action.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func internalAction<R: ConvexConvertible>(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (ActionContext, ConvexObject) async throws -> R
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .internal, contract) { (context: ActionContext, args) in
      try await handler(context, args).encodedValue()
    }
  }
}

extension ModuleBuilder {
  /// Registers an internal action that returns null.
  ///
  /// - Parameters:
  ///   - name: The function's name in the module.
  ///   - args: What the arguments must be; without it anything is accepted.
  ///   - returns: What the result must be; without it anything is.
  ///   - description: What the function is for.
  ///   - fileID: The file of the registration.
  ///   - line: The line of the registration.
  ///   - handler: What the function does.
  public mutating func internalAction(
    _ name: String,
    args: Validator? = nil,
    returns: Validator? = nil,
    description: String? = nil,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping @Sendable (ActionContext, ConvexObject) async throws -> Void
  ) {
    let contract = FunctionContract(
      args: args,
      returns: returns,
      description: description,
      location: SourceLocation(fileID: fileID, line: line)
    )
    add(name, .internal, contract) { (context: ActionContext, args) in
      try await handler(context, args)
      return EncodedValue.null
    }
  }
}
