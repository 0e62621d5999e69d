// What it takes to send files and to keep them.

import Foundation

/// The rows of stored files.
struct FileRows {
  var directory: URL
  var repetitions: Int
  /// Seconds of load per repetition.
  var seconds: Double

  /// How many clients there are at a time.
  private static let connections = 4

  /// Measures files of so many bytes.
  func measure(_ size: Int) throws {
    let name = "\(size >> 20) MB"
    let server = try BackgroundProcess.hull(
      directory.appending(path: "files-\(size)"),
      ["--durability", "full"]
    )
    defer { server.stop() }
    let contents = directory.appending(path: "\(size)")
    try Data(repeating: 0x5A, count: size).write(to: contents)
    let target = try path(of: try server.call("mutation", "files:uploadURL", "{}"))
    let stored = try server.curl(target, ["--data-binary", "@\(contents.path)"])
    let upload = try JSONDecoder().decode(Upload.self, from: Data(stored.utf8))
    let source = try path(
      of: try server.call("query", "files:url", #"{"id":"\#(upload.storageId)"}"#)
    )
    let bare = try BackgroundProcess.start(try Tool.own(), ["static", contents.path])
    defer { bare.stop() }

    var downloads: [(ours: Double, anchor: Double)] = []
    var uploads: [(ours: Double, anchor: Double)] = []
    let megabytes = Double(size) / 1e6
    for repetition in 0..<repetitions {
      func download(_ server: BackgroundProcess, _ path: String) throws -> Double {
        try server.load("GET", path, connections: Self.connections, seconds: seconds).perSecond
      }
      let anchor = try download(bare, "/")
      downloads.append((try download(server, source) * megabytes, anchor * megabytes))
      let plain = try FileBaseline.write(
        in: directory.appending(path: "plain-\(size)-\(repetition)"),
        size: size,
        seconds: seconds
      )
      let ours = try server.load("POST", target, bytes: size, connections: 1, seconds: seconds)
      uploads.append((ours.perSecond * megabytes, plain * megabytes))
    }
    Row.printRates(
      "download of \(name), \(Self.connections) connections",
      downloads,
      unit: "MB/s",
      of: "bare NIO and sendfile, ",
      goal: "≥ 0.8 ×"
    )
    Row.printRates(
      "upload of \(name), 1 connection",
      uploads,
      unit: "MB/s",
      of: "written, hashed and synced by plain code, ",
      goal: ""
    )
  }

  /// Path and query of a URL that a function returned as JSON.
  private func path(of json: String) throws -> String {
    let text = try JSONDecoder().decode(String.self, from: Data(json.utf8))
    guard let url = URL(string: text) else {
      throw SQLiteBaseline.Failure(description: "\(text) is no URL")
    }
    return url.path + (url.query.map { "?" + $0 } ?? "")
  }

  /// The answer to an upload.
  private struct Upload: Decodable {
    var storageId: String
  }
}
