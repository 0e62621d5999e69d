// The table of figures: each row a ratio of two things measured in the same run.

import ArgumentParser

@main
struct HullBenchmarks: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "HullBenchmarks",
    abstract: "Measure Hull against bare SwiftNIO, bare SQLite and its peers, in one run.",
    subcommands: [
      Measure.self, HelloServer.self, SocketServer.self, StaticServer.self, LoadGenerator.self,
    ],
    defaultSubcommand: Measure.self
  )
}
