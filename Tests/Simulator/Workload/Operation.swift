// What simulated clients ask for.

import HullValues

/// A mutation with its arguments.
enum Operation: Sendable {
  case put(key: String, value: Double)
  case increment(key: String)
  /// Reads one register and writes only another, so that two of them can cross.
  case follow(key: String, other: String)
  case transfer(from: String, to: String, amount: Double)
  case append(key: String, value: Double)
  case add(code: Double, rank: Double)
  case move(code: Double, rank: Double)
  case remove(below: Double)
  case write(text: String)
  case forget(word: String)
  /// Has a mutation increment a register as operation `later`.
  case schedule(delay: Double, later: Int, key: String)
  /// Has an action do it.
  case relay(delay: Double, later: Int, key: String)

  /// The function and its arguments.
  func call(as number: Int) -> (path: String, arguments: ConvexObject) {
    let operation = ConvexValue.float64(Double(number))
    switch self {
    case .put(let key, let value):
      return (
        "ledger:put", ["operation": operation, "key": .string(key), "value": .float64(value)]
      )
    case .increment(let key):
      return ("ledger:increment", ["operation": operation, "key": .string(key)])
    case .follow(let key, let other):
      return (
        "ledger:follow", ["operation": operation, "key": .string(key), "other": .string(other)]
      )
    case .transfer(let from, let to, let amount):
      return (
        "ledger:transfer",
        [
          "operation": operation, "from": .string(from), "to": .string(to),
          "amount": .float64(amount),
        ]
      )
    case .append(let key, let value):
      return (
        "ledger:append", ["operation": operation, "key": .string(key), "value": .float64(value)]
      )
    case .add(let code, let rank):
      return (
        "ledger:add", ["operation": operation, "code": .float64(code), "rank": .float64(rank)]
      )
    case .move(let code, let rank):
      return (
        "ledger:move", ["operation": operation, "code": .float64(code), "rank": .float64(rank)]
      )
    case .remove(let rank):
      return ("ledger:remove", ["operation": operation, "rank": .float64(rank)])
    case .write(let text):
      return ("ledger:write", ["operation": operation, "text": .string(text)])
    case .forget(let word):
      return ("ledger:forget", ["operation": operation, "word": .string(word)])
    case .schedule(let delay, let later, let key), .relay(let delay, let later, let key):
      var path = "ledger:schedule"
      if case .relay = self { path = "ledger:relay" }
      return (
        path,
        [
          "operation": operation, "delay": .float64(delay), "later": .float64(Double(later)),
          "key": .string(key),
        ]
      )
    }
  }
}

/// A query with its arguments.
enum Question: Sendable, Hashable {
  case register(key: String)
  case balances
  case list(key: String)
  case items(from: Double, to: Double)
  /// The first page; asked again it ends where it ended, whatever is in it then.
  case page(count: Int)
  case search(word: String)

  /// The function and its arguments.
  var call: (path: String, arguments: ConvexObject) {
    switch self {
    case .register(let key): ("books:register", ["key": .string(key)])
    case .balances: ("books:balances", [:])
    case .list(let key): ("books:list", ["key": .string(key)])
    case .items(let from, let to):
      ("books:items", ["from": .float64(from), "to": .float64(to)])
    case .page(let count):
      (
        "books:page",
        ["paginationOpts": ["numItems": .float64(Double(count)), "cursor": .null]]
      )
    case .search(let word): ("books:search", ["word": .string(word)])
    }
  }
}

/// Draws what clients ask for, from few keys, so that they meet.
struct Workload {
  let chance: Chance
  private static let words = ["apple", "plum", "fig", "cherry"]

  private func key() -> String { "k\(chance.below(3))" }

  /// Ranks are all different, so that their order is one.
  private func rank(_ number: Int) -> Double { Double(chance.below(20)) + Double(number) / 100_000 }

  /// A mutation.
  ///
  /// - Parameters:
  ///   - number: Its number.
  ///   - reserve: Reserves the number of another one.
  /// - Returns: The mutation.
  func operation(_ number: Int, reserve: () -> Int) -> Operation {
    switch chance.below(18) {
    case 0, 1: return .put(key: key(), value: Double(number))
    case 2, 3, 4: return .increment(key: key())
    case 5, 6:
      let from = chance.below(3)
      return .transfer(
        from: "a\(from)",
        to: "a\((from + 1 + chance.below(2)) % 3)",
        amount: Double(1 + chance.below(60))
      )
    case 7, 8: return .append(key: key(), value: Double(number))
    case 9, 10: return .add(code: Double(chance.below(8)), rank: rank(number))
    case 11: return .move(code: Double(chance.below(8)), rank: rank(number))
    case 12: return .remove(below: Double(chance.below(20)))
    case 13:
      return .write(
        text: "\(chance.pick(Self.words)) \(chance.pick(Self.words)) \(number)"
      )
    case 14:
      return chance.below(3) == 0 ? .forget(word: chance.pick(Self.words)) : scheduling(reserve)
    case 15, 16:
      let key = chance.below(3)
      return .follow(key: "k\(key)", other: "k\((key + 1 + chance.below(2)) % 3)")
    default: return scheduling(reserve)
    }
  }

  private func scheduling(_ reserve: () -> Int) -> Operation {
    let delay = Double(chance.below(3) * chance.below(400))
    return chance.below(3) == 0
      ? .relay(delay: delay, later: reserve(), key: key())
      : .schedule(delay: delay, later: reserve(), key: key())
  }

  func question() -> Question {
    switch chance.below(8) {
    case 0, 1: return .register(key: key())
    case 2: return .balances
    case 3: return .list(key: key())
    case 4, 5:
      let from = Double(chance.below(15))
      return .items(from: from, to: from + Double(1 + chance.below(12)))
    case 6: return .page(count: 1 + chance.below(4))
    default: return .search(word: chance.pick(Self.words))
    }
  }
}
