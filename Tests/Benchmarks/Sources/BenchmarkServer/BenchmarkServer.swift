// The application that the HTTP rows call.

import BenchmarkApplication
import Hull
import HullCLI

@main
struct BenchmarkServer: HullApplication {
  static let name = "benchmarks"
  static var schema: Schema { get throws { try Notes.schema } }
  static let modules = [
    Notes.module, Jobs.module, Files.module, Loops.module, Bank.module, Articles.module,
  ]
}
