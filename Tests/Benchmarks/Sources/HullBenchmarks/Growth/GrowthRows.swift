// What becomes of figures when there are a thousand times as many documents.

import BenchmarkSupport
import Foundation
import NIOPosix

/// The rows of growth: the same requests to a small and to a large store.
struct GrowthRows {
  let run: BenchmarkRun

  private static let small = 1_000

  /// A store and what is known of it.
  private struct Store {
    var name: String
    var count: Int
    var folder: URL
    var server: BackgroundProcess
    /// A document in its middle, as JSON.
    var id = ""
  }

  func measure() async throws {
    var small = try store(Self.small)
    defer { small.server.stop() }
    var large = try store(run.options.documents)
    defer { large.server.stop() }

    let (few, many) = (Unit.grouped(Double(small.count)), Unit.grouped(Double(large.count)))
    for request in Self.requests {
      run.report.progress("growth: \(request.name)")
      var pairs: [Pair] = []
      for repetition in 0..<run.options.repetitions {
        func time(_ store: Store) throws -> Double {
          let (kind, path, arguments) = request.call(store.count, store.id, repetition)
          let seconds = run.options.seconds / 2
          return try store.server.load(kind, path, arguments, connections: 1, seconds: seconds).p50
        }
        let anchor = try time(small)
        pairs.append(Pair(ours: try time(large) * 1_000, anchor: anchor * 1_000))
      }
      run.report.add(
        Row(
          "\(request.name) at \(many) documents",
          against: "at \(few)",
          pairs,
          .microseconds,
          goal: .atMost(1.3),
          durability: request.writes ? "normal" : nil
        )
      )
    }
    try memory(small, large, few, many)
    try await starts(&small, &large, many)
  }

  // MARK: Requests

  private struct Request: Sendable {
    var name: String
    var writes = false
    /// What to call on a store of so many documents, with the id of one, in a repetition.
    var call: @Sendable (Int, String, Int) -> (kind: String, path: String, arguments: String)
  }

  private static let requests = [
    Request(name: "point query") { _, id, repetition in
      ("query", "articles:ask", #"{"id":\#(id),"question":{n}.\#(repetition)1}"#)
    },
    Request(name: "page of 100") { count, _, repetition in
      ("query", "articles:page", #"{"from":\#(count / 2),"question":{n}.\#(repetition)1}"#)
    },
    Request(name: "search for a word of ten documents") { count, _, repetition in
      let word = "rare\(count / 20)x"
      return ("query", "articles:search", #"{"word":"\#(word)","question":{n}.\#(repetition)1}"#)
    },
    // Numbers that the store does not have yet, and no earlier repetition has used.
    Request(name: "insert", writes: true) { count, _, repetition in
      ("mutation", "articles:add", #"{"number":\#(count / 1_000 + repetition + 1)000{n}}"#)
    },
  ]

  /// A server with so many documents.
  private func store(_ count: Int) throws -> Store {
    run.report.progress("growth: writing \(count) documents")
    let folder = try run.folder("growth-\(count)")
    let server = try BackgroundProcess.hull(folder, durability: "normal")
    var store = Store(name: "\(count)", count: count, folder: folder, server: server)
    try server.fill("articles:fill", { #"{"batch":\#($0),"count":\#($1)}"# }, total: count)
    store.id = try server.call("query", "articles:find", #"{"number":\#(count / 2)}"#)
    guard store.id != "null" else { throw BenchmarkFailure("the documents are not all there") }
    return store
  }

  // MARK: Space

  private func memory(_ small: Store, _ large: Store, _ few: String, _ many: String) throws {
    let pair = Pair(
      ours: Double(try large.server.residentBytes()),
      anchor: Double(try small.server.residentBytes())
    )
    let own = Pair(
      ours: Double(try large.server.privateBytes()),
      anchor: Double(try small.server.privateBytes())
    )
    run.report.add(
      Row("memory at \(many) documents after these requests", against: "at \(few)", [pair], .bytes)
    )
    run.report.add(
      Row("the same without pages of the file", against: "at \(few)", [own], .bytes)
    )
    let size = try Self.bytes(in: large.folder)
    let each = Double(size) / Double(large.count)
    // The words of a document, its number, its id and its time, as the JSON that is read.
    let document = try large.server.call(
      "query",
      "articles:ask",
      #"{"id":\#(large.id),"question":0}"#
    )
    run.report.add(
      Row(
        "file per document, with 2 indexes and 8 words to find",
        against: "its JSON",
        [Pair(ours: each, anchor: Double(document.utf8.count))],
        .bytes,
        note: "\(Unit.bytes.text(Double(size))) in all"
      )
    )
  }

  private static func bytes(in folder: URL) throws -> Int {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var sum = 0
    while let file = files?.nextObject() as? URL {
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      if attributes[.type] as? FileAttributeType == .typeRegular {
        sum += attributes[.size] as? Int ?? 0
      }
    }
    return sum
  }

  // MARK: Starting

  /// From the start of the process to the first answer, with nothing of the files in memory.
  private func starts(_ small: inout Store, _ large: inout Store, _ many: String) async throws {
    run.report.progress("growth: starts")
    small.server.stop()
    large.server.stop()
    let empty = try run.folder("growth-empty")
    try BackgroundProcess.hull(empty, durability: "normal").stop()
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var pairs: [Pair] = []
    for _ in 0..<max(5, run.options.repetitions) {
      let anchor = try await start(empty, #"{"number":1}"#, group)
      let ours = try await start(large.folder, #"{"number":\#(large.count / 2)}"#, group)
      pairs.append(Pair(ours: ours, anchor: anchor))
    }
    try await group.shutdownGracefully()
    run.report.add(
      Row(
        "cold start to first answer at \(many) documents",
        against: "empty",
        pairs,
        .microseconds,
        goal: .atMost(2)
      )
    )
  }

  /// Starts a server, asks it once, and ends it; returns how long the answer took, in microseconds.
  private func start(
    _ folder: URL,
    _ arguments: String,
    _ group: MultiThreadedEventLoopGroup
  ) async throws -> Double {
    try ColdFiles.forget(folder)
    let start = ContinuousClock.now
    let server = try BackgroundProcess.hull(folder, durability: "normal")
    defer { server.stop() }
    var load = Load.call("query", "articles:find", arguments, connections: 1, seconds: 0)
    load.requests = 1
    let report = try await LoadRun.run(load, port: server.port, on: group)
    guard report.refused == 0 else { throw BenchmarkFailure("the first query was refused") }
    return (ContinuousClock.now - start).inSeconds * 1e6
  }
}
