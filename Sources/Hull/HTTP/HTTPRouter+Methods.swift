/// Routes by the name of their method.
extension HTTPRouter {
  /// Declares a route for GET, and for HEAD on exactly one path; see ``route(_:_:fileID:line:_:)``.
  public mutating func get(
    _ path: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.get, path, fileID: fileID, line: line, handler)
  }

  /// Declares a route for GET, and for HEAD on every path that begins with a prefix; see
  /// ``route(_:prefix:fileID:line:_:)``.
  public mutating func get(
    prefix: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.get, prefix: prefix, fileID: fileID, line: line, handler)
  }

  /// Declares a route for POST on exactly one path; see ``route(_:_:fileID:line:_:)``.
  public mutating func post(
    _ path: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.post, path, fileID: fileID, line: line, handler)
  }

  /// Declares a route for POST on every path that begins with a prefix; see
  /// ``route(_:prefix:fileID:line:_:)``.
  public mutating func post(
    prefix: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.post, prefix: prefix, fileID: fileID, line: line, handler)
  }

  /// Declares a route for PUT on exactly one path; see ``route(_:_:fileID:line:_:)``.
  public mutating func put(
    _ path: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.put, path, fileID: fileID, line: line, handler)
  }

  /// Declares a route for PUT on every path that begins with a prefix; see
  /// ``route(_:prefix:fileID:line:_:)``.
  public mutating func put(
    prefix: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.put, prefix: prefix, fileID: fileID, line: line, handler)
  }

  /// Declares a route for PATCH on exactly one path; see ``route(_:_:fileID:line:_:)``.
  public mutating func patch(
    _ path: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.patch, path, fileID: fileID, line: line, handler)
  }

  /// Declares a route for PATCH on every path that begins with a prefix; see
  /// ``route(_:prefix:fileID:line:_:)``.
  public mutating func patch(
    prefix: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.patch, prefix: prefix, fileID: fileID, line: line, handler)
  }

  /// Declares a route for DELETE on exactly one path; see ``route(_:_:fileID:line:_:)``.
  public mutating func delete(
    _ path: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.delete, path, fileID: fileID, line: line, handler)
  }

  /// Declares a route for DELETE on every path that begins with a prefix; see
  /// ``route(_:prefix:fileID:line:_:)``.
  public mutating func delete(
    prefix: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.delete, prefix: prefix, fileID: fileID, line: line, handler)
  }

  /// Declares a route for OPTIONS on exactly one path; see ``route(_:_:fileID:line:_:)``.
  public mutating func options(
    _ path: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.options, path, fileID: fileID, line: line, handler)
  }

  /// Declares a route for OPTIONS on every path that begins with a prefix; see
  /// ``route(_:prefix:fileID:line:_:)``.
  public mutating func options(
    prefix: String,
    fileID: String = #fileID,
    line: Int = #line,
    _ handler: @escaping HTTPActionRoute.Handler
  ) {
    route(.options, prefix: prefix, fileID: fileID, line: line, handler)
  }
}
