// Other programs of a run.

import BenchmarkSupport
import Foundation

enum Tool {
  /// This executable, for the roles it plays in processes of their own.
  static func own() throws -> URL { try built("HullBenchmarks") }

  /// An executable built beside this one.
  static func built(_ name: String) throws -> URL {
    let folder = URL(filePath: CommandLine.arguments[0]).resolvingSymlinksInPath()
      .deletingLastPathComponent()
    return folder.appending(path: name)
  }

  /// Makes sure that the programs of a run are there: to run one of them builds that one only.
  ///
  /// - Throws: A ``BenchmarkFailure`` that says how to build them.
  static func checkAreBuilt() throws {
    for name in ["BenchmarkServer", "InProcessBenchmarks"] {
      guard FileManager.default.isExecutableFile(atPath: try built(name).path) else {
        throw BenchmarkFailure(
          "\(name) is not built: swift build -c release --static-swift-stdlib "
            + "--package-path Tests/Benchmarks"
        )
      }
    }
  }

  /// Runs a program found by its name to its end and returns what it printed.
  static func run(named name: String, _ arguments: [String]) throws -> String {
    try run(URL(filePath: "/usr/bin/env"), [name] + arguments)
  }

  /// Runs a program to its end and returns what it printed.
  ///
  /// - Parameters:
  ///   - executable: The program.
  ///   - arguments: Its arguments.
  /// - Returns: Its standard output.
  /// - Throws: A ``BenchmarkFailure`` with the last line of its standard error if it failed.
  static func run(_ executable: URL, _ arguments: [String]) throws -> String {
    // Files rather than pipes: a server that a program leaves behind would keep a pipe open.
    let output = try Capture()
    let errors = try Capture()
    let status = try Spawn.run(
      [executable.path] + arguments,
      output: output.handle.fileDescriptor,
      errors: errors.handle.fileDescriptor
    )
    let data = try output.read()
    let log = String(decoding: try errors.read(), as: UTF8.self)
    guard status == 0 else {
      let program = executable.lastPathComponent == "env" ? arguments.first : nil
      throw BenchmarkFailure(
        "\(program ?? executable.lastPathComponent) failed: "
          + (log.split(separator: "\n").last.map(String.init) ?? "it said nothing")
      )
    }
    return String(decoding: data, as: UTF8.self)
  }

  /// Runs a part of `InProcessBenchmarks` and returns the rows it printed.
  static func inProcess<Figures: Decodable>(_ arguments: [String]) throws -> Figures {
    let output = try run(try built("InProcessBenchmarks"), arguments)
    return try JSONDecoder().decode(Figures.self, from: Data(output.utf8))
  }
}

/// What a program writes, in a file that has no name any more.
private struct Capture {
  let handle: FileHandle

  init() throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "hull-benchmarks-\(UUID().uuidString).log")
    let descriptor = open(file.path, O_RDWR | O_CREAT | O_EXCL, 0o600)
    guard descriptor >= 0 else { throw BenchmarkFailure("cannot create \(file.path)") }
    unlink(file.path)
    handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  func read() throws -> Data {
    try handle.seek(toOffset: 0)
    return try handle.readToEnd() ?? Data()
  }
}
