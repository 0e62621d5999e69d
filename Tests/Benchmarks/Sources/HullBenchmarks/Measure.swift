// The command that measures.

import ArgumentParser
import BenchmarkSupport
import Foundation

/// What can be measured by itself.
enum Group: String, CaseIterable, ExpressibleByArgument {
  case all, store, http, contention, live, growth, bulk, memory, harness, peers, platform, vectors,
    overload

  /// Stands above its rows.
  fileprivate var heading: String {
    switch self {
    case .all: "All"
    case .store: "Store, without HTTP"
    case .http: "HTTP"
    case .contention: "Contention"
    case .live: "Subscriptions"
    case .growth: "Growth"
    case .bulk: "One mutation after the other"
    case .memory: "Memory"
    case .harness: "Unit tests"
    case .peers: "Beside others"
    case .platform: "Scheduled functions and files"
    case .vectors: "Vector search"
    case .overload: "Too much to do"
    }
  }
}

struct Measure: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "measure",
    abstract: "Run groups of rows and print them as one Markdown table."
  )

  @Argument(
    help: """
      Groups of rows: \(Group.allCases.map(\.rawValue).joined(separator: ", ")). What is measured \
      without HTTP is in store and harness.
      """
  )
  var groups: [Group] = [.all]

  @OptionGroup var options: RunOptions

  func run() async throws {
    SQLiteBaseline.configure()
    try Tool.checkAreBuilt()
    let run = try BenchmarkRun(options)
    defer { run.removeFiles() }
    let all = Group.allCases.filter { $0 != .all }
    for group in groups.contains(.all) ? all : groups {
      run.report.begin(group.heading)
      // A group that fails takes its own rows with it and no others.
      do { try await measure(group, run) } catch { run.report.omit("\(group): \(error)") }
    }
    try run.report.finish()
  }

  private func measure(_ group: Group, _ run: BenchmarkRun) async throws {
    switch group {
    case .all: break
    case .store: try StoreRows(run: run).measure()
    case .http: try await HTTPRows(run: run).measure()
    case .contention: try await ContentionRows(run: run).measure()
    case .live: try await LiveRows(run: run).measure()
    case .growth: try await GrowthRows(run: run).measure()
    case .bulk: try await BulkRows(run: run).measure()
    case .memory: try await MemoryRows(run: run).measure()
    case .harness: try HarnessRows(run: run).measure()
    case .peers: try await PeerRows(run: run).measure()
    case .platform: try await PlatformRows(run: run).measure()
    case .vectors: try VectorRows(run: run).measure()
    case .overload: try await OverloadRows(run: run).measure()
    }
  }
}
