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
  ///   - isFirstRun: Whether a page is as long as was asked for; a page that has been shown before
  ///     ends at the item it ended at then.
  /// - Returns: Whether it is.
  func answers(_ question: Question, with value: ConvexValue, isFirstRun: Bool) -> Bool {
    guard case .page(let count) = question else { return answer(to: question) == value }
    guard case .object(let page) = value, case .array(let rows)? = page["page"],
      case .boolean(let isDone)? = page["isDone"]
    else { return false }
    let shown = rows.compactMap { row -> Double? in
      if case .object(let item) = row { item["code"]?.float64 } else { nil }
    }
    let all = codesByRank
    guard shown.count == rows.count, all.starts(with: shown) else { return false }
    if isFirstRun { return shown.count == min(count, all.count) }
    return !isDone || shown.count == all.count
  }

  /// What a query returns now; null for a page, which has no one answer.
  func answer(to question: Question) -> ConvexValue {
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
    case .page: return .null
    case .search(let word):
      return .array(notes.filter { has($0, word) }.sorted().map { .string($0) })
    }
  }
}
