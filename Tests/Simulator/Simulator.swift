// Runs simulations: `HullSimulator --seeds 1000`.

import ArgumentParser
import Foundation

/// A fault of ``PlantedFault``, which only debug builds have.
enum PlantedFaultName: String, CaseIterable, ExpressibleByArgument {
  case skipsConflictCheck
  case allowsWriteSkew
  case publishesBeforeDurable
  case dropsInvalidation
  case reusesTimestamp
  case losesIdempotencyRecord
  case keepsStaleRows
}

@main struct Simulator: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "HullSimulator",
    abstract: "Runs the whole backend on one thread, with every choice drawn from a seed."
  )

  @Option(help: "The only seed to run, with its last events if it fails.")
  var seed: UInt64?

  @Option(help: "The first of the seeds to run.")
  var first: UInt64 = 1

  @Option(help: "How many seeds to run.")
  var seeds: UInt64 = 100

  @Option(help: "No further seed is begun after so many seconds.")
  var seconds: Double = .infinity

  @Option(help: "A fault the database makes on purpose; debug builds only.")
  var fault: PlantedFaultName?

  @Flag(help: "Prints what stands for each run, to compare it with other runs.")
  var digests = false

  @Flag(name: .customLong("events"), help: "Prints every event of the only seed as it happens.")
  var printsEvents = false

  func run() throws {
    // The order of sets and dictionaries must be that of the last time; the runtime looks at this
    // variable before any of our code runs.
    if ProcessInfo.processInfo.environment["SWIFT_DETERMINISTIC_HASHING"] == nil {
      setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
      var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
      execv("/proc/self/exe", &arguments)
      throw ValidationError("SWIFT_DETERMINISTIC_HASHING=1 must be set")
    }
    #if !DEBUG
      if fault != nil { throw ValidationError("only debug builds have faults") }
    #endif
    TrapReport.install(options: faultOption)
    SimulatedThread.takeOver()
    let template = try Template.make(at: Simulation.start)
    if let seed {
      try run(seed, template, words: printsEvents ? .printed : .kept)
      return
    }
    let begin = ContinuousClock.now
    var totals = (runs: 0, commits: 0, observations: 0, crashes: 0, atWork: 0, steps: 0)
    var (planned, met) = (0, 0)
    for seed in (0..<seeds).map({ first &+ $0 }) {
      if (ContinuousClock.now - begin) / .seconds(1) > seconds { break }
      let report = try run(seed, template, words: .none)
      totals.runs += 1
      totals.commits += report.commits
      totals.observations += report.observations
      totals.crashes += report.crashes
      totals.atWork += report.crashesAtWork
      if report.plansCrashes { planned += 1 }
      if report.plansCrashes, report.crashesAtWork > 0 { met += 1 }
      totals.steps += report.steps
    }
    let time = (ContinuousClock.now - begin) / .seconds(1)
    print(
      """
      \(totals.runs) seeds from \(first) in \(String(format: "%.1f", time)) s: \
      \(totals.commits) commits, \(totals.observations) observations, \(totals.crashes) crashes, \
      \(totals.steps) steps; \(totals.atWork) crashes came while sessions were at work, in \(met) \
      of the \(planned) runs that plan crashes
      """
    )
  }

  /// The fault as on the command line, after a space; nothing if there is none.
  private var faultOption: String { fault.map { " --fault \($0.rawValue)" } ?? "" }

  /// Runs one seed; ends the program if it fails.
  @discardableResult
  private func run(
    _ seed: UInt64,
    _ template: Template,
    words: Trace.Words
  ) throws -> Simulation.Report {
    TrapReport.seed = seed
    let simulation = Simulation(
      seed: seed,
      template: template,
      plantedFault: fault,
      words: words
    )
    let report = simulation.run()
    if digests { print("\(seed) \(String(report.digest, radix: 16))") }
    if report.violations.isEmpty { return report }
    if case .none = words {
      // Again for the words, which must make no difference.
      let again = try run(seed, template, words: .kept)
      print("seed \(seed) fails, and not when it is run again: \(simulation.plan)")
      let digests = [report, again].map { String($0.digest, radix: 16) }
      print("  the two runs are \(digests[0]) and \(digests[1])")
      try end(seed, report)
    }
    for event in report.events { print(event) }
    print("seed \(seed) fails: \(simulation.plan)")
    try end(seed, report)
  }

  /// Says what is wrong with a run and how to repeat it, and ends the program.
  private func end(_ seed: UInt64, _ report: Simulation.Report) throws -> Never {
    for violation in report.violations.prefix(10) { print("  \(violation)") }
    print("again: swift run HullSimulator --seed \(seed)\(faultOption)")
    throw ExitCode.failure
  }
}
