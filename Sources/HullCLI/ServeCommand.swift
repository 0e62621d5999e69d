// `serve`: opens the data, listens, and stops when told to.

import ArgumentParser
import Foundation
import Hull
import HullPersistence
import Logging

/// Serves the application.
struct ServeCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "serve",
      abstract: "Serve the application over HTTP.",
      discussion: """
        Every option can also be given by the environment variable in parentheses. Interrupt or \
        terminate the process to stop it: requests in hand are finished first.
        """
    )
  }

  @OptionGroup var options: ServeOptions

  func run() async throws {
    let settings = try ServeSettings(
      options,
      environment: ProcessInfo.processInfo.environment
    )
    // Whoever reads the output may close it; that must not end the server.
    signal(SIGPIPE, SIG_IGN)
    OpenFileLimit.raise()
    Allocator.configure()
    // A file at its largest allowed size fails a write, which is reported, and no more than that.
    signal(SIGXFSZ, SIG_IGN)
    let signals = StopSignals()
    LoggingSystem.bootstrap(StreamLogHandler.standardError)
    try await reportingErrors {
      let service = try await Service<App>.start(settings)
      service.announce()
      await signals.first()
      await service.stop()
    }
  }
}
