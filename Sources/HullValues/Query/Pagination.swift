/// What a client asks of one page (spec/database.md 7).
public struct PaginationOptions: Sendable, Hashable {
  /// How many documents the page should have.
  public var numItems: Double
  /// Where the page starts: what the page before ended with; nil for the first page.
  public var cursor: String?
  /// Where the page ends, if that is already settled.
  public var endCursor: String?
  /// Distinguishes otherwise equal subscriptions of a client; of no meaning here.
  public var id: Double?
  /// After how many examined documents the page ends early.
  public var maximumRowsRead: Double?
  /// After how many examined bytes the page ends early.
  public var maximumBytesRead: Double?

  /// Makes options.
  ///
  /// - Parameters:
  ///   - numItems: How many documents the page should have.
  ///   - cursor: Where the page starts; nil for the first page.
  ///   - endCursor: Where the page ends, if that is settled.
  ///   - id: A client's cache key.
  ///   - maximumRowsRead: After how many examined documents the page ends early.
  ///   - maximumBytesRead: After how many examined bytes the page ends early.
  public init(
    numItems: Double,
    cursor: String? = nil,
    endCursor: String? = nil,
    id: Double? = nil,
    maximumRowsRead: Double? = nil,
    maximumBytesRead: Double? = nil
  ) {
    self.numItems = numItems
    self.cursor = cursor
    self.endCursor = endCursor
    self.id = id
    self.maximumRowsRead = maximumRowsRead
    self.maximumBytesRead = maximumBytesRead
  }

  /// The validator of the `paginationOpts` argument.
  public static let validator: Validator = .object([
    "numItems": .init(.float64),
    "cursor": .init(.union([.string, .null])),
    "endCursor": .init(.union([.string, .null]), isOptional: true),
    "id": .init(.float64, isOptional: true),
    "maximumRowsRead": .init(.float64, isOptional: true),
    "maximumBytesRead": .init(.float64, isOptional: true),
  ])

  /// Reads the `paginationOpts` argument; nil if it does not satisfy ``validator``.
  public init?(_ object: ConvexObject) {
    guard let numItems = object["numItems"]?.float64 else { return nil }
    self.init(
      numItems: numItems,
      cursor: object["cursor"]?.string,
      endCursor: object["endCursor"]?.string,
      id: object["id"]?.float64,
      maximumRowsRead: object["maximumRowsRead"]?.float64,
      maximumBytesRead: object["maximumBytesRead"]?.float64
    )
  }
}

/// One page of a query's results.
public struct PaginationResult: Sendable, Hashable {
  /// Advice to split a page that has grown.
  public enum PageStatus: String, Sendable, Hashable {
    /// The page is large; two halves would be better.
    case splitRecommended = "SplitRecommended"
    /// The page is incomplete; only its halves can be complete.
    case splitRequired = "SplitRequired"
  }

  /// The documents in order.
  public var page: [EncodedDocument]
  /// Whether nothing follows the page.
  public var isDone: Bool
  /// Where the next page starts.
  public var continueCursor: String
  /// A place inside the page where it can be split.
  public var splitCursor: String?
  /// Whether the page should be split.
  public var pageStatus: PageStatus?

  /// Makes a page.
  ///
  /// - Parameters:
  ///   - page: The documents in order.
  ///   - isDone: Whether nothing follows.
  ///   - continueCursor: Where the next page starts.
  ///   - splitCursor: A place inside the page where it can be split.
  ///   - pageStatus: Whether the page should be split.
  public init(
    page: [EncodedDocument],
    isDone: Bool,
    continueCursor: String,
    splitCursor: String? = nil,
    pageStatus: PageStatus? = nil
  ) {
    self.page = page
    self.isDone = isDone
    self.continueCursor = continueCursor
    self.splitCursor = splitCursor
    self.pageStatus = pageStatus
  }

  /// Writes the page as functions return it, splicing in the documents as they are stored.
  public func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.key("continueCursor")
    writer.string(continueCursor)
    writer.key("isDone")
    writer.bool(isDone)
    writer.key("page")
    writer.beginArray()
    for document in page { writer.encoded(document.json) }
    writer.endArray()
    if let pageStatus {
      writer.key("pageStatus")
      writer.string(pageStatus.rawValue)
    }
    if let splitCursor {
      writer.key("splitCursor")
      writer.string(splitCursor)
    }
    writer.endObject()
  }
}
