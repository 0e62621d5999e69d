/// One page of a query: Convex's `PaginationResult`.
public struct Paginated<Element: Sendable>: Sendable {
  /// The page's elements.
  public var page: [Element]
  /// Whether nothing follows.
  public var isDone: Bool
  /// Where the next page begins.
  public var continueCursor: String
  /// Where to split the page in two, should it have grown.
  public var splitCursor: String?
  /// Whether the page should be split.
  public var pageStatus: PaginationResult.PageStatus?

  /// Makes a page.
  ///
  /// - Parameters:
  ///   - page: The page's elements.
  ///   - isDone: Whether nothing follows.
  ///   - continueCursor: Where the next page begins.
  ///   - splitCursor: Where to split the page in two.
  ///   - pageStatus: Whether the page should be split.
  public init(
    page: [Element],
    isDone: Bool,
    continueCursor: String,
    splitCursor: String? = nil,
    pageStatus: PaginationResult.PageStatus? = nil
  ) {
    self.page = page
    self.isDone = isDone
    self.continueCursor = continueCursor
    self.splitCursor = splitCursor
    self.pageStatus = pageStatus
  }

  /// The same page of other elements.
  ///
  /// - Parameter transform: Makes the new element.
  /// - Returns: A page with the same cursors.
  public func map<T: Sendable>(_ transform: (Element) throws -> T) rethrows -> Paginated<T> {
    Paginated<T>(
      page: try page.map(transform),
      isDone: isDone,
      continueCursor: continueCursor,
      splitCursor: splitCursor,
      pageStatus: pageStatus
    )
  }

  /// The same page of other elements.
  ///
  /// - Parameter transform: Makes the new element, reading more as it needs.
  /// - Returns: A page with the same cursors.
  public func map<T: Sendable>(
    _ transform: (Element) async throws -> T
  ) async rethrows -> Paginated<T> {
    var elements: [T] = []
    elements.reserveCapacity(page.count)
    for element in page { elements.append(try await transform(element)) }
    return Paginated<T>(
      page: elements,
      isDone: isDone,
      continueCursor: continueCursor,
      splitCursor: splitCursor,
      pageStatus: pageStatus
    )
  }
}
