/// Reads JSON: strictly, in one pass over the bytes, bounded in depth.
///
/// Texts of values follow the wire form (spec/values.md 5): every number is a float64; objects with
/// the single key `$integer`, `$float` or `$bytes` are int64, special floats and byte strings.
public struct JSONParser: Sendable {
  /// What the text of a value may contain.
  public struct Options: Sendable, Hashable {
    /// Whether `{"$commitTs": null}` stands for the commit timestamp of the running mutation.
    public var allowsCommitTimestamp = false
    /// Whether the text is in the export form: an integer literal is an int64.
    public var isExportForm = false
    /// How many arrays and objects of plain JSON may be inside each other.
    ///
    /// Reading recurses so deep.
    public var maximumDepth = 128

    /// The options of client input.
    public init() {}

    /// Legal where a mutation's own values are read.
    public static let mutation: Options = {
      var options = Options()
      options.allowsCommitTimestamp = true
      return options
    }()

    /// The form of snapshot exports.
    public static let export: Options = {
      var options = Options()
      options.isExportForm = true
      return options
    }()
  }

  private let options: Options

  /// Makes a parser.
  ///
  /// - Parameter options: What texts of values may contain.
  public init(options: Options = Options()) { self.options = options }

  // MARK: Values

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - text: UTF-8 bytes.
  ///   - range: The part of `text` that is read; nil for all of it.
  /// - Returns: The value.
  /// - Throws: ``JSONParseError``; an error of syntax anywhere comes before any other.
  public func value(
    _ text: [UInt8],
    in range: Range<Int>? = nil
  ) throws(JSONParseError) -> ConvexValue {
    try text.withUnsafeBufferPointer { (buffer) throws(JSONParseError) -> ConvexValue in
      try value(buffer, in: range)
    }
  }

  /// Reads a value.
  ///
  /// - Parameter text: JSON.
  /// - Returns: The value.
  /// - Throws: ``JSONParseError``.
  public func value(_ text: some StringProtocol) throws(JSONParseError) -> ConvexValue {
    try value(Array(text.utf8))
  }

  /// Reads a value.
  ///
  /// - Parameters:
  ///   - text: UTF-8 bytes, alive during the call.
  ///   - range: The part of `text` that is read; nil for all of it.
  /// - Returns: The value.
  /// - Throws: ``JSONParseError``.
  public func value(
    _ text: UnsafeBufferPointer<UInt8>,
    in range: Range<Int>? = nil
  ) throws(JSONParseError) -> ConvexValue {
    var reader = JSONValueReader(scanner: JSONScanner(text, in: range), options: options)
    if let value = try? reader.readAll() { return value }
    // Something is wrong. The tree finds out what the reference would complain about first, and
    // forgives what a later duplicate of a key makes irrelevant.
    let tree = try json(text, in: range)
    do throws(ConvexValueError) {
      return try ConvexValue(json: tree, options: options)
    } catch {
      throw .value(error)
    }
  }

  // MARK: Plain JSON

  /// Reads plain JSON.
  ///
  /// - Parameters:
  ///   - text: UTF-8 bytes.
  ///   - range: The part of `text` that is read; nil for all of it.
  /// - Returns: The tree.
  /// - Throws: ``JSONParseError/syntax(_:)``.
  public func json(
    _ text: [UInt8],
    in range: Range<Int>? = nil
  ) throws(JSONParseError) -> JSONValue {
    try text.withUnsafeBufferPointer { (buffer) throws(JSONParseError) -> JSONValue in
      try json(buffer, in: range)
    }
  }

  /// Reads plain JSON.
  ///
  /// - Parameter text: JSON.
  /// - Returns: The tree.
  /// - Throws: ``JSONParseError/syntax(_:)``.
  public func json(_ text: some StringProtocol) throws(JSONParseError) -> JSONValue {
    try json(Array(text.utf8))
  }

  /// Reads plain JSON.
  ///
  /// - Parameters:
  ///   - text: UTF-8 bytes, alive during the call.
  ///   - range: The part of `text` that is read; nil for all of it.
  /// - Returns: The tree.
  /// - Throws: ``JSONParseError/syntax(_:)``.
  public func json(
    _ text: UnsafeBufferPointer<UInt8>,
    in range: Range<Int>? = nil
  ) throws(JSONParseError) -> JSONValue {
    var reader = JSONTreeReader(
      scanner: JSONScanner(text, in: range),
      maximumDepth: options.maximumDepth
    )
    do throws(JSONSyntaxError) {
      return try reader.readAll()
    } catch {
      throw .syntax(error)
    }
  }

  /// Where the members of a top-level object are, without reading their values into memory.
  ///
  /// The whole text is checked for syntax, so that the parts can be read later, each by the rules
  /// that fit it: a request's `args` as a value, the rest as plain JSON.
  ///
  /// - Parameters:
  ///   - text: UTF-8 bytes.
  ///   - range: The part of `text` that is read; nil for all of it.
  /// - Returns: Keys with the ranges of their values in `text`, in order, duplicates included; nil
  ///   if the text is JSON but no object.
  /// - Throws: ``JSONParseError/syntax(_:)``.
  public func members(
    _ text: [UInt8],
    in range: Range<Int>? = nil
  ) throws(JSONParseError) -> [(key: String, value: Range<Int>)]? {
    try text.withUnsafeBufferPointer {
      (buffer) throws(JSONParseError) -> [(key: String, value: Range<Int>)]? in
      var reader = JSONTreeReader(
        scanner: JSONScanner(buffer, in: range),
        maximumDepth: options.maximumDepth
      )
      do throws(JSONSyntaxError) {
        return try reader.readMembers()
      } catch {
        throw .syntax(error)
      }
    }
  }

  /// Where the elements of a top-level array are; the counterpart of ``members(_:in:)``.
  ///
  /// - Parameters:
  ///   - text: UTF-8 bytes.
  ///   - range: The part of `text` that is read; nil for all of it.
  /// - Returns: The ranges of the elements in `text`, in order; nil if the text is JSON but no array.
  /// - Throws: ``JSONParseError/syntax(_:)``.
  public func elements(
    _ text: [UInt8],
    in range: Range<Int>? = nil
  ) throws(JSONParseError) -> [Range<Int>]? {
    try text.withUnsafeBufferPointer { (buffer) throws(JSONParseError) -> [Range<Int>]? in
      var reader = JSONTreeReader(
        scanner: JSONScanner(buffer, in: range),
        maximumDepth: options.maximumDepth
      )
      do throws(JSONSyntaxError) {
        return try reader.readElements()
      } catch {
        throw .syntax(error)
      }
    }
  }
}
