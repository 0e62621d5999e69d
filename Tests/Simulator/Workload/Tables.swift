// The tables of the simulated application.

import Hull

/// A value under a key, counters included.
@Table("registers")
struct Register {
  var key: String
  var number: Double

  static let byKey = index("by_key", \.key)
}

/// A balance, which never goes below zero.
@Table("accounts")
struct Account {
  var name: String
  var balance: Double

  static let byName = index("by_name", \.name)
}

/// A list that is only appended to.
@Table("lists")
struct List {
  var key: String
  var items: [Double]

  static let byKey = index("by_key", \.key)
}

/// An item with a code of its own, in order of ranks.
@Table("items")
struct Item {
  var code: Double
  var rank: Double

  static let byCode = index("by_code", \.code)
  static let byRank = index("by_rank", \.rank)
}

/// A text that is searched.
@Table("notes")
struct Note {
  var text: String

  static let searchText = searchIndex("search_text", \.text)
}

/// Shows that an operation has been committed, and what it returned.
@Table("receipts")
struct Receipt {
  var operation: Double
  var result: ConvexValue
}
