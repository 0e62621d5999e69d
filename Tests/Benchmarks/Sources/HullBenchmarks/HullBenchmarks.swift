// The table of figures: each row a ratio of two things measured in the same run.

import ArgumentParser
import Foundation

@main
struct HullBenchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "HullBenchmarks",
    abstract: "Measure Hull against bare SwiftNIO and bare SQLite on this machine, in this run.",
    subcommands: [
      Measure.self, Live.self, Vectors.self, Platform.self, HelloServer.self, SocketServer.self,
      StaticServer.self, LoadGenerator.self,
    ],
    defaultSubcommand: Measure.self
  )
}

struct Measure: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Run all rows and print them as a Markdown table."
  )

  @Option(help: "Repetitions of each row; the median counts.") var repetitions = 3
  @Option(help: "Seconds of load per repetition.") var seconds = 2.0
  @Option(help: "Documents of the large store.") var documents = 1_000_000

  func run() async throws {
    let directory = URL.temporaryDirectory.appending(path: "hull-benchmarks-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    SQLiteBaseline.configure()

    Row.printHeader()
    try await queries(directory)
    try inProcess(directory)
    try await mutations(directory)
    try await growth(directory)
  }

  private static let text = String(repeating: "abcdefghij", count: 18)

  /// Point queries over HTTP against a bare NIO server.
  private func queries(_ directory: URL) async throws {
    let hello = try BackgroundProcess.start(try Tool.own(), ["hello"])
    defer { hello.stop() }
    let uncached = try queryServer(directory.appending(path: "uncached"), ["--query-cache", "0"])
    defer { uncached.server.stop() }
    let cached = try queryServer(directory.appending(path: "cached"))
    defer { cached.server.stop() }

    typealias Pair = (ours: LoadReport, anchor: LoadReport)
    var (without, first, again): ([Pair], [Pair], [Pair]) = ([], [], [])
    for repetition in 0..<repetitions {
      let anchor = try hello.load("GET", "/hello", connections: 64, seconds: seconds)
      func row(_ server: BackgroundProcess, _ body: String) throws -> Pair {
        (
          try server.load("POST", "/api/query", body, connections: 64, seconds: seconds),
          anchor
        )
      }
      let question = Self.question(of: cached.id, repetition)
      without.append(
        try row(uncached.server, #"{"path":"notes:get","args":{"id":\#(uncached.id)}}"#)
      )
      first.append(try row(cached.server, question))
      again.append(
        try row(cached.server, #"{"path":"notes:get","args":{"id":\#(cached.id)}}"#)
      )
    }
    report("point query over HTTP, no cache, 64 connections", without, goal: "≥ 0.45 × GET /hello")
    report("the same with a cache, asked for the first time", first, goal: "")
    report("cached query over HTTP, 64 connections", again, goal: "≥ 0.65 × GET /hello")
  }

  /// A server with a thousand documents, and the id of one more, as JSON.
  private func queryServer(
    _ directory: URL,
    _ options: [String] = []
  ) throws -> (server: BackgroundProcess, id: String) {
    let server = try BackgroundProcess.hull(directory, options)
    try fill(server, documents: 1_000)
    let note = #"{"number":-1,"text":"\#(Self.text)"}"#
    return (server, try server.call("mutation", "notes:add", note))
  }

  /// A call that reads a document and that has not been made in an earlier repetition.
  private static func question(of id: String, _ repetition: Int) -> String {
    #"{"path":"notes:ask","args":{"id":\#(id),"number":{n}.\#(repetition + 1)1}}"#
  }

  /// What functions and backends cost without HTTP.
  private func inProcess(_ directory: URL) throws {
    var ratios: [(ours: Figures, anchor: Double)] = []
    for repetition in 0..<repetitions {
      let raw = try rawPage(directory.appending(path: "page-\(repetition).sqlite"))
      let output = try Tool.run(try Tool.named("InProcessBenchmarks"), [])
      let figures = try JSONDecoder().decode(Figures.self, from: Data(output.utf8))
      ratios.append((figures, raw))
    }
    print(
      Row(
        name: "page of 100 documents, without HTTP",
        ours: "\(Int(ratios.map(\.ours.page).median)) µs",
        anchor: "raw SQLite read and copy \(Int(ratios.map(\.anchor).median)) µs",
        ratio: ratios.map { $0.ours.page / $0.anchor }.median,
        goal: "≤ 2 ×"
      ).markdown
    )
    let call = ratios.map(\.ours.call).median
    let fresh = ratios.map(\.ours.freshBackend).median
    print(
      Row(
        name: "fresh test backend, 20 tables, 60 indexes",
        ours: "\(Int(fresh)) µs",
        anchor: "one function call \(Int(call)) µs",
        ratio: fresh / call,
        goal: "≤ 1000 µs"
      ).markdown
    )
  }

  /// What `InProcessBenchmarks` prints, in microseconds.
  private struct Figures: Decodable {
    var page: Double
    var call: Double
    var freshBackend: Double
  }

  /// Durable single-document mutations against single-row commits of bare SQLite.
  private func mutations(_ directory: URL) async throws {
    let server = try BackgroundProcess.hull(
      directory.appending(path: "mutations"),
      ["--durability", "full"]
    )
    defer { server.stop() }
    let body = #"{"path":"notes:add","args":{"number":{n},"text":"\#(Self.text)"}}"#
    var grouped: [(ours: Double, anchor: Double)] = []
    var single: [(ours: Double, anchor: Double)] = []
    for repetition in 0..<repetitions {
      let raw = try rawCommits(directory.appending(path: "raw-\(repetition).sqlite"))
      func rate(_ connections: Int) throws -> Double {
        try server.load(
          "POST",
          "/api/mutation",
          body,
          connections: connections,
          seconds: seconds
        ).perSecond
      }
      let (many, one) = (try rate(64), try rate(1))
      grouped.append((many, raw))
      single.append((one, raw))
    }
    Row.printRates("durable mutations, 64 callers", grouped, goal: "≥ 3 × raw single-row commits")
    Row.printRates("durable mutations, 1 caller", single, goal: "(≥ 0.5 ×)")
  }

  /// The point query again, with a thousand and with many documents.
  private func growth(_ directory: URL) async throws {
    var medians: [Int: [Double]] = [:]
    var servers: [(count: Int, server: BackgroundProcess, id: String)] = []
    defer { for (_, server, _) in servers { server.stop() } }
    for count in [1_000, documents] {
      let server = try BackgroundProcess.hull(
        directory.appending(path: "growth-\(count)"),
        ["--durability", "normal"]
      )
      servers.append((count, server, ""))
      try fill(server, documents: count)
      let id = try server.call("query", "notes:find", #"{"number":\#(count / 2)}"#)
      servers[servers.count - 1].id = id
    }
    for repetition in 0..<repetitions {
      for (count, server, id) in servers {
        let body = Self.question(of: id, repetition)
        let report = try server.load(
          "POST",
          "/api/query",
          body,
          connections: 1,
          seconds: seconds
        )
        medians[count, default: []].append(report.p50 * 1_000)
      }
    }
    let small = medians[1_000, default: []].median
    let large = medians[documents, default: []].median
    print(
      Row(
        name: "point query at \(documents) documents",
        ours: "\(Int(large)) µs",
        anchor: "at 1000: \(Int(small)) µs",
        ratio: large / small,
        goal: "≤ 1.3 ×"
      ).markdown
    )
  }

  // MARK: - The two sides of a row

  /// Commits per second of one row and its index entry, each made durable.
  private func rawCommits(_ file: URL) throws -> Double {
    let store = try SQLiteBaseline(file: file)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    var count = 0
    while clock.now < end {
      try store.execute("begin immediate")
      try store.insert(number: count, body: Self.text)
      try store.execute("commit")
      count += 1
    }
    return Double(count) / seconds
  }

  /// Microseconds to read 100 documents through an index and copy their bytes.
  private func rawPage(_ file: URL) throws -> Double {
    let store = try SQLiteBaseline(file: file)
    let id = "j57000820c20a1g7104gm2rc1m70ynr8"
    try store.execute("begin")
    for number in 0..<1_000 {
      try store.insert(
        number: number,
        body: #"{"_creationTime":1756000000000.25,"_id":"\#(id)","number":1.0,"#
          + #""text":"\#(Self.text)"}"#
      )
    }
    try store.execute("commit")
    var samples: [Double] = []
    var output: [UInt8] = []
    for _ in 0..<2_000 {
      output.removeAll(keepingCapacity: true)
      let elapsed = try ContinuousClock().measure { try store.page(of: 100, into: &output) }
      samples.append(Double(elapsed.components.attoseconds) / 1e12)
    }
    return samples.median
  }

  private func fill(_ server: BackgroundProcess, documents: Int) throws {
    var first = 0
    while first < documents {
      let count = min(1_000, documents - first)
      let arguments = #"{"first":\#(first),"count":\#(count),"text":"\#(Self.text)"}"#
      _ = try server.call("mutation", "notes:fill", arguments)
      first += count
    }
  }

  private func report(
    _ name: String,
    _ pairs: [(ours: LoadReport, anchor: LoadReport)],
    goal: String
  ) {
    Row.printRates(name, pairs.map { ($0.ours.perSecond, $0.anchor.perSecond) }, goal: goal)
    let p50 = pairs.map(\.ours.p50).median
    let p99 = pairs.map(\.ours.p99).median
    print(
      Row(
        name: "\(name): p99",
        ours: String(format: "%.2f ms", p99),
        anchor: String(format: "p50 %.2f ms", p50),
        ratio: p99 / p50,
        goal: "(≤ 3 ×)"
      ).markdown
    )
  }
}
