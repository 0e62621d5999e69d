// Mutations happen once, whatever becomes of connections and servers (spec/sync-protocol.md 7.2).

import Foundation
import Hull
import HullPersistence
import HullRuntime
import HullSync
import HullTesting
import HullValues
import Testing

@Suite(.timeLimit(.minutes(2))) struct IdempotencyTests {
  private static func register(_ m: inout ModuleBuilder) {
    m.query("get") { ctx, _ in
      try await ctx.db.query("counters").first()?["n"] ?? .float64(0)
    }
    m.mutation("increment") { ctx, _ in
      guard let counter = try await ctx.db.query("counters").first(),
        case .string(let id)? = counter["_id"]
      else {
        _ = try await ctx.db.insert("counters", ["n": 1.0])
        return 1.0
      }
      let next = (counter["n"]?.float64 ?? 0) + 1
      try await ctx.db.patch(id, fields: ["n": .float64(next)])
      return next
    }
  }

  // MARK: Broken connections

  /// Where the connection breaks, counted in messages; and where the one after it does.
  struct Cut: Sendable, CustomTestStringConvertible {
    var sends: Int?
    var receives: Int?
    var nextSends: Int?
    var nextReceives: Int?

    var testDescription: String {
      [
        ("send", sends), ("receive", receives), ("send again", nextSends),
        ("receive again", nextReceives),
      ]
      .compactMap { name, count in count.map { "\(name) \($0)" } }.joined(separator: ", ")
    }

    static var all: [Cut] {
      var cuts: [Cut] = []
      for first in 0...2 {
        cuts.append(Cut(sends: first))
        for second in 0...4 {
          cuts.append(Cut(sends: first, nextSends: second))
          cuts.append(Cut(sends: first, nextReceives: second))
        }
      }
      for first in 0...3 {
        cuts.append(Cut(receives: first))
        for second in 0...4 {
          cuts.append(Cut(receives: first, nextSends: second))
          cuts.append(Cut(receives: first, nextReceives: second))
        }
      }
      return cuts
    }
  }

  @Test(arguments: Cut.all)
  func `a mutation happens once wherever the connection breaks`(cut: Cut) async throws {
    let t = try await TestBackend(modules: [Module("counter") { Self.register(&$0) }])
    let connection = await t.connect()
    let live = try await connection.subscribe("counter:get")
    await connection.breakAfter(sending: cut.sends, receiving: cut.receives)
    let isDone = Shared(false)
    let result = try await withThrowingTaskGroup(of: ConvexValue?.self) { group in
      group.addTask {
        defer { isDone.update { $0 = true } }
        return try await connection.mutation("counter:increment")
      }
      group.addTask {
        var isFirst = true
        while !isDone.value {
          if await !connection.isConnected {
            if isFirst {
              await connection.breakAfter(sending: cut.nextSends, receiving: cut.nextReceives)
              isFirst = false
            } else {
              await connection.breakAfter()
            }
            await connection.reconnect()
          }
          await Task.yield()
        }
        return nil
      }
      return try await group.reduce(into: nil as ConvexValue?) { if let value = $1 { $0 = value } }
    }
    #expect(result == 1.0)
    await connection.breakAfter()
    await connection.reconnect()
    try await connection.settle()
    #expect(try live.value == 1.0)
    #expect(try await t.query("counter:get") == 1.0)
    #expect(await connection.violations == [])
  }

  @Test func `of racing connections of one session one runs the mutation`() async throws {
    let server = try await SyncBackend(module: "counter") { Self.register(&$0) }
    for round in 0..<20 {
      let wires = await withTaskGroup(of: Wire.self) { group in
        for _ in 0..<5 {
          group.addTask {
            let wire = await server.wire()
            await wire.connect()
            await wire.mutation(round, "counter:increment")
            return wire
          }
        }
        return await group.reduce(into: []) { $0.append($1) }
      }
      var answers: Set<String> = []
      for wire in wires {
        while true {
          let text = try await wire.text()
          guard text.contains("MutationResponse") else { continue }
          answers.insert(text)
          break
        }
        await wire.drop()
      }
      #expect(answers.count == 1, "round \(round): \(answers)")
      #expect(try await server.run("counter:get", .query) == .float64(Double(round + 1)))
    }
  }

  @Test func `sessions and numbers tell mutations apart`() async throws {
    let notes = Notes()
    let server = try await notes.backend()
    let sessions = [
      "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d11", "7b5f7c1e-6a0d-4b7e-9a53-0c3f6f1f2d12",
    ]
    for session in sessions + sessions {
      let wire = await server.wire()
      await wire.connect(session)
      for id in 0..<3 {
        await wire.mutation(id, "m:add")
        _ = try await wire.message("MutationResponse")
        _ = try await wire.sync()
      }
      await wire.drop()
    }
    #expect(try await server.run("count", .query) == 6.0)
  }

  // MARK: Failures

  @Test func `a mutation that failed runs again when it is asked for again`() async throws {
    let notes = Notes()
    let isAllowed = Shared(false)
    let server = try await notes.backend { m in
      m.mutation("sometimes") { ctx, _ in
        guard isAllowed.value else { throw ConvexError("not yet") }
        _ = try await ctx.db.insert("notes", ["body": "now"])
      }
    }
    for (attempt, isSuccess) in [false, false, true, true].enumerated() {
      if attempt == 2 { isAllowed.update { $0 = true } }
      let wire = await server.wire()
      await wire.connect()
      await wire.mutation(4, "m:sometimes")
      #expect(try await wire.message("MutationResponse")["success"] == .bool(isSuccess))
      await wire.drop()
    }
    #expect(try await server.run("count", .query) == 1.0)
  }

  // MARK: Restarts

  @Test(arguments: [true, false])
  func `an answer is remembered by the next server on the same data`(isFile: Bool) async throws {
    let directory = FileManager.default.temporaryDirectory
      .appending(component: "hull-sync-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let kept = KeptPersistence()
    let time = ManualTimeSource()
    func open() async throws -> (SyncBackend, Notes) {
      let notes = Notes()
      let store: any Persistence =
        isFile
        ? try await SQLitePersistence.open(path: directory.appending(component: "data").path)
        : kept
      return (try await notes.backend(persistence: store, time: time), notes)
    }
    let (first, _) = try await open()
    let wire = await first.wire()
    await wire.connect()
    await wire.mutation(3, "m:add")
    let answer = try await wire.text()
    await wire.drop()
    await first.backend.close()
    time.advance(by: .seconds(10))
    let (second, notes) = try await open()
    let again = await second.wire()
    await again.connect()
    await again.mutation(3, "m:add")
    #expect(try await again.text() == answer)
    #expect(notes.count("add") == 0)
    #expect(try await second.run("count", .query) == 1.0)
    await again.drop()
    await second.backend.close()
  }

  @Test(arguments: [(13, 1.0), (15, 2.0)])
  func `an answer is remembered for fourteen days`(days: Int, expected: Double) async throws {
    let store = KeptPersistence()
    let time = ManualTimeSource()
    let notes = Notes()
    let first = try await notes.backend(persistence: store, time: time)
    let wire = await first.wire()
    await wire.connect()
    await wire.mutation(0, "m:add")
    _ = try await wire.message("MutationResponse")
    time.advance(by: .seconds(days * 86_400))
    // Records go when others are made; closing waits for that.
    await wire.mutation(1, "m:nothing")
    _ = try await wire.transition()
    _ = try await wire.message("MutationResponse")
    await wire.drop()
    await first.backend.close()
    let second = try await notes.backend(persistence: store, time: time)
    let again = await second.wire()
    await again.connect()
    await again.mutation(0, "m:add")
    #expect(try await again.message("MutationResponse")["success"] == true)
    #expect(try await second.run("count", .query) == .float64(expected))
  }
}
