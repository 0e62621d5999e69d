// What Hull costs without HTTP, measured in this process through the test harness.

import BenchmarkSupport
import Foundation

@main
struct InProcessBenchmarks {
  static func main() async {
    SQLiteBaseline.configure()
    do { try await run() } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func run() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    func number(_ index: Int) -> Double? {
      arguments.indices.contains(index) ? Double(arguments[index]) : nil
    }
    switch arguments.first {
    case "store":
      let figures = try await StoreFigures(
        repetitions: Int(number(1) ?? 3),
        seconds: number(2) ?? 0.5,
        only: arguments.count > 3 ? arguments[3] : ""
      )
      try print(try await figures.rows())
    case "harness":
      try print(try await HarnessFigures(seconds: number(2) ?? 1).rows())
    case "subscriptions": try await SubscriptionFigures.print()
    case "vectors": try await VectorFigures.print(vectors: Int(number(1) ?? 100_000))
    default:
      throw BenchmarkFailure("say what to measure: store, harness, subscriptions or vectors")
    }
  }

  /// Prints figures as JSON.
  private static func print(_ figures: some Encodable) throws {
    Swift.print(String(decoding: try JSONEncoder().encode(figures), as: UTF8.self))
  }
}
