/// Where in the sources something is declared.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
  /// The file as `#fileID` gives it: `Module/File.swift`.
  public let fileID: String
  /// The line, from 1.
  public let line: Int

  /// Makes a location.
  ///
  /// - Parameters:
  ///   - fileID: The file as `#fileID` gives it.
  ///   - line: The line, from 1.
  public init(fileID: String, line: Int) {
    self.fileID = fileID
    self.line = line
  }

  /// The location as compilers print it: `Module/File.swift:12`.
  public var description: String { "\(fileID):\(line)" }
}
