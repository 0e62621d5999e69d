// What the application does, told again without a database.

import HullValues

/// The application's data and functions, one operation at a time.
struct Model {
  private(set) var registers: [String: Double] = [:]
  private(set) var accounts: [String: Double] = [:]
  private(set) var lists: [String: [Double]] = [:]
  /// Ranks by code.
  private(set) var items: [Double: Double] = [:]
  private(set) var notes: [String] = []

  /// What an operation came to.
  enum Outcome: Equatable {
    case returned(ConvexValue)
    /// It failed with this data and changed nothing.
    case refused(ConvexValue)
  }

  /// Carries an operation out.
  mutating func apply(_ operation: Operation) -> Outcome {
    switch operation {
    case .put(let key, let value):
      return .returned(registers.updateValue(value, forKey: key).map { .float64($0) } ?? .null)
    case .increment(let key):
      registers[key, default: 0] += 1
      return .returned(.float64(registers[key] ?? 0))
    case .follow(let key, let other):
      let value = (registers[other] ?? 0) + 1
      registers[key] = value
      return .returned(.float64(value))
    case .transfer(let from, let to, let amount):
      let source = accounts[from] ?? 100
      if source < amount { return .refused(["short": .float64(source)]) }
      accounts[from] = source - amount
      let target = (accounts[to] ?? 100) + amount
      accounts[to] = target
      return .returned([.float64(source - amount), .float64(target)])
    case .append(let key, let value):
      lists[key, default: []].append(value)
      return .returned(.array((lists[key] ?? []).map { .float64($0) }))
    case .add(let code, let rank):
      if items[code] != nil { return .returned(false) }
      items[code] = rank
      return .returned(true)
    case .move(let code, let rank):
      if items[code] == nil { return .returned(false) }
      items[code] = rank
      return .returned(true)
    case .remove(let bound):
      let codes = codesByRank.filter { items[$0] ?? 0 < bound }.prefix(2)
      for code in codes { items[code] = nil }
      return .returned(.array(codes.map { .float64($0) }))
    case .write(let text):
      notes.append(text)
      return .returned(.null)
    case .forget(let word):
      let rest = notes.filter { !has($0, word) }
      defer { notes = rest }
      return .returned(.float64(Double(notes.count - rest.count)))
    case .schedule, .relay: return .returned(.null)
    }
  }

  private var codesByRank: [Double] {
    items.sorted { $0.value < $1.value }.map(\.key)
  }

  private func has(_ text: String, _ word: String) -> Bool {
    text.split(separator: " ").contains { $0 == word }
  }

  /// Whether a value is what a query returns now.
  ///
  /// - Parameters:
  ///   - question: The query.
  ///   - value: The value.
  ///   - end: Where a page ended when it was run first; nil if this is its first run.
  /// - Returns: Whether it is.
  func answers(_ question: Question, with value: ConvexValue, end: ItemPage.End?) -> Bool {
    guard case .page = question else { return answer(to: question, end: end) == value }
    return ItemPage(value)?.value == answer(to: question, end: end)
  }

  /// What a query returns now; of a page that which can be foretold.
  func answer(to question: Question, end: ItemPage.End?) -> ConvexValue {
    switch question {
    case .register(let key): return registers[key].map { .float64($0) } ?? .null
    case .balances:
      return .array(
        accounts.sorted { $0.key < $1.key }.map { .array([.string($0.key), .float64($0.value)]) }
      )
    case .list(let key): return .array((lists[key] ?? []).map { .float64($0) })
    case .items(let from, let to):
      return .array(
        codesByRank.filter { from <= (items[$0] ?? 0) && (items[$0] ?? 0) < to }.reversed()
          .map { .float64($0) }
      )
    case .page(let count): return page(of: count, end).value
    case .search(let word):
      return .array(notes.filter { has($0, word) }.sorted().map { .string($0) })
    }
  }

  /// The first page: so many items, or everything up to where it ended before.
  private func page(of count: Int, _ end: ItemPage.End?) -> ItemPage {
    let rows = codesByRank.map { [$0, items[$0] ?? 0] }
    switch end {
    // A full page does not look whether there is another item.
    case nil: return ItemPage(rows: Array(rows.prefix(count)), isDone: rows.count < count)
    case .rank(let last): return ItemPage(rows: rows.filter { $0[1] <= last }, isDone: false)
    case .last: return ItemPage(rows: rows, isDone: true)
    }
  }
}
