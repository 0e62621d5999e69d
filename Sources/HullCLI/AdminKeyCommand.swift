// `admin-key`: prints a key that may do everything.

import ArgumentParser
import Foundation
import Hull
import HullPersistence
import HullRuntime

/// Prints the admin key of the data directory.
struct AdminKeyCommand<App: HullApplication>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "admin-key",
      abstract: "Print the admin key of the data directory.",
      discussion: "Makes one, and the data file, if there is none yet. Keep it secret."
    )
  }

  @Option(help: "Directory that holds the data. (HULL_DATA; default: .hull)")
  var data: String?

  func run() async throws {
    let directory = DataDirectory(
      path: Setting(option: "--data", variable: "HULL_DATA")
        .text(data, ProcessInfo.processInfo.environment) ?? ".hull"
    )
    try await reportingErrors {
      if let key = directory.adminKey {
        print(key)
        return
      }
      try directory.create()
      let persistence = try await SQLitePersistence.open(path: directory.dataFile)
      do {
        let key = try await Self.makeKey(persistence)
        try directory.keepAdminKey(key)
        print(key)
      } catch {
        await persistence.close()
        throw error
      }
      await persistence.close()
    }
  }

  private static func makeKey(_ persistence: any Persistence) async throws -> String {
    let random = SystemRandomSource()
    let instance = try await Instance.load(
      from: persistence,
      name: nil,
      time: SystemTimeSource(),
      random: random
    )
    return AdminKeyBroker(instanceName: instance.name, secret: instance.secret).issue(from: random)
  }
}
