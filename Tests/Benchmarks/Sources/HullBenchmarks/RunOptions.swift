// How long and how large.

import ArgumentParser
import Foundation

/// How long and how large; the defaults take about a quarter of an hour for all rows.
struct RunOptions: ParsableArguments {
  @Option(
    help: "Repetitions of each row, in turns with what it is compared with; the median counts."
  )
  var repetitions = 3
  @Option(help: "Seconds of load per repetition.") var seconds = 1.0
  @Option(help: "File that the table goes to as JSON.", transform: { URL(filePath: $0) })
  var json: URL?
  @Option(help: "Documents of the large store.") var documents = 1_000_000
  @Option(help: "Mutations of the bulk rows.") var mutations = 100_000
  @Option(help: "Accounts of the contention rows.") var accounts = 100_000
  @Option(help: "Writes per live row.") var writes = 300
  @Option(help: "Subscribers of the live rows.") var subscribers = 1_000
  @Option(help: "Connections and subscriptions of the memory rows.") var connections = 10_000
  @Option(help: "Scheduled functions that are due at once.") var jobs = 50_000
  @Option(help: "Seconds in which so many functions can be scheduled.") var patience = 8.0
  @Option(help: "Vectors of 768 dimensions; a million take 20 GB of disk and 8 GB of memory.")
  var vectors = 100_000
  @Option(help: "Directory for the peers' Python packages; made if missing, and kept.")
  var peerPackages = FileManager.default.temporaryDirectory.appending(path: "hull-peers").path

  func validate() throws {
    for (name, value, least) in [
      ("--repetitions", repetitions, 1), ("--documents", documents, 2_000),
      ("--mutations", mutations, 1), ("--accounts", accounts, 2), ("--writes", writes, 1),
      ("--subscribers", subscribers, 2), ("--connections", connections, 1_001),
      ("--jobs", jobs, 1), ("--vectors", vectors, 1),
    ] where value < least {
      throw ValidationError("\(name) must be at least \(least).")
    }
    guard seconds > 0, patience > 1 else {
      throw ValidationError("--seconds must be more than 0, and --patience more than 1.")
    }
  }
}
