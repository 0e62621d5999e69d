// The rows of the store that write.

import BenchmarkSupport
import Foundation
import Hull
import HullTesting

extension StoreFigures {
  /// A hundred inserts, and a hundred patches, in one transaction.
  func writes() async throws -> [InProcessRow] {
    let ids = try await backend.query("loops:ids", ["first": 0, "count": 100])
    return [
      try await row("inserts, 100 in a transaction") {
        try await rate(of: 100) {
          let first = ConvexValue.float64(Double(next))
          next += 100
          try await backend.mutation(
            "notes:fill",
            ["first": first, "count": 100, "text": .string(text)]
          )
        }
      } anchor: {
        try rate(of: 100) {
          try raw.transaction {
            for number in next..<(next + 100) { try raw.insert(number: number, body: body) }
          }
          next += 100
        }
      },
      try await row("patches, 100 in a transaction") {
        try await rate(of: 100) {
          next += 1
          let changed: ConvexObject = ["ids": ids, "text": .string("\(next) \(text)")]
          try await backend.mutation("loops:patch", changed)
        }
      } anchor: {
        try rate(of: 100) {
          next += 1
          try raw.transaction {
            for number in 0..<100 { try raw.update(number: number, body: "\(next) \(body)") }
          }
        }
      },
    ]
  }

  /// Mutations that insert one document, each durable before its caller goes on.
  func commits() async throws -> [InProcessRow] {
    var (single, grouped): ([Int: [Pair]], [Int: [Pair]]) = ([:], [:])
    let callers = [1, 16, 64, 256]
    for _ in 0..<repetitions {
      let one = try rawCommits(rows: 1)
      for count in callers where Self.name(callers: count).hasPrefix(only) {
        let ours = try await commits(callers: count)
        single[count, default: []].append(Pair(ours: ours, anchor: one))
        guard count > 1 else { continue }
        let together = try rawCommits(rows: count)
        grouped[count, default: []].append(Pair(ours: ours, anchor: together))
      }
      backend.clearLogs()
    }
    return callers.flatMap { count in
      let name = Self.name(callers: count)
      var rows = [InProcessRow(name: name, pairs: single[count] ?? [])]
      if let pairs = grouped[count] {
        rows.append(InProcessRow(name: "\(name), beside groups", pairs: pairs))
      }
      return rows
    }
  }

  private static func name(callers count: Int) -> String {
    "durable commits, \(count) caller\(count == 1 ? "" : "s")"
  }

  /// Rows per second of bare SQLite, so many a commit.
  private func rawCommits(rows: Int) throws -> Double {
    try rate(of: rows) {
      try raw.transaction {
        for number in next..<(next + rows) { try raw.insert(number: number, body: body) }
      }
      next += rows
    }
  }

  /// Mutations per second of callers that each wait for their own.
  private func commits(callers: Int) async throws -> Double {
    let (backend, text, seconds) = (backend, text, seconds)
    let first = next
    let start = ContinuousClock.now
    let count = try await withThrowingTaskGroup(of: Int.self) { group in
      for caller in 0..<callers {
        group.addTask {
          var done = 0
          while ContinuousClock.now - start < .seconds(seconds) {
            let number = Double(first + done * callers + caller)
            let arguments: ConvexObject = ["number": .float64(number), "text": .string(text)]
            _ = try await backend.mutation("notes:add", arguments)
            done += 1
          }
          return done
        }
      }
      return try await group.reduce(0, +)
    }
    let elapsed = (ContinuousClock.now - start).inSeconds
    next = first + count + callers
    return Double(count) / elapsed
  }
}
