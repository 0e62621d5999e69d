// What it takes to send files and to keep them.

import BenchmarkSupport
import Foundation

/// The rows of stored files.
struct FileRows {
  let run: BenchmarkRun

  /// How many clients there are at a time.
  private static let connections = 4

  /// Measures files of so many bytes.
  func measure(_ size: Int) throws {
    let name = "\(size >> 20) MB"
    let folder = try run.folder("files")
    let server = try BackgroundProcess.hull(folder.appending(path: "data"), durability: "full")
    defer { server.stop() }
    let contents = folder.appending(path: "contents")
    try Data(repeating: 0x5A, count: size).write(to: contents)
    let target = try path(of: try server.call("mutation", "files:uploadURL", "{}"))
    let stored = try server.curl(target, ["--data-binary", "@\(contents.path)"])
    let upload = try JSONDecoder().decode(Upload.self, from: Data(stored.utf8))
    let source = try path(
      of: try server.call("query", "files:url", #"{"id":"\#(upload.storageId)"}"#)
    )
    let bare = try BackgroundProcess.start(try Tool.own(), ["static", contents.path])
    defer { bare.stop() }

    var (downloads, uploads): ([Pair], [Pair]) = ([], [])
    let (megabytes, seconds) = (Double(size) / 1e6, run.options.seconds)
    for repetition in 0..<run.options.repetitions {
      run.report.progress("files of \(name), repetition \(repetition + 1)")
      func download(_ server: BackgroundProcess, _ path: String) throws -> Double {
        let load = Load.get(path, connections: Self.connections, seconds: seconds)
        return try server.load(load).perSecond * megabytes
      }
      let anchor = try download(bare, "/")
      downloads.append(Pair(ours: try download(server, source), anchor: anchor))
      let plain = try FileBaseline.write(
        in: folder.appending(path: "plain-\(repetition)"),
        size: size,
        seconds: seconds
      )
      var load = Load(method: "POST", path: target, connections: 1)
      load.bodyBytes = size
      load.seconds = seconds
      let ours = try server.load(load).perSecond
      uploads.append(Pair(ours: ours * megabytes, anchor: plain * megabytes))
    }
    run.report.add(
      Row(
        "download of \(name), \(Self.connections) connections",
        against: "bare NIO and sendfile",
        downloads,
        .megabytesPerSecond,
        goal: .atLeast(0.8)
      )
    )
    run.report.add(
      Row(
        "upload of \(name), 1 connection",
        against: "written, hashed and synced by plain code",
        uploads,
        .megabytesPerSecond,
        durability: "full"
      )
    )
  }

  /// Path and query of a URL that a function returned as JSON.
  private func path(of json: String) throws -> String {
    let text = try JSONDecoder().decode(String.self, from: Data(json.utf8))
    guard let url = URL(string: text) else { throw BenchmarkFailure("\(text) is no URL") }
    return url.path + (url.query.map { "?" + $0 } ?? "")
  }

  /// The answer to an upload.
  private struct Upload: Decodable {
    var storageId: String
  }
}
