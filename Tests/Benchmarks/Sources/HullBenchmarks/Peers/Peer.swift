// A peer: another server that keeps notes.

import Foundation

/// A running peer and how notes are written to it and read from it.
struct Peer {
  var name: String
  var server: BackgroundProcess
  /// Where notes are created by POST: `{"number": …, "text": …}`.
  var notes: String
  /// The id in the answer to a POST.
  var id: (_ answer: String) throws -> String

  /// What the figures of creating and reading are meant to be.
  var goal: Goal?

  func create(connections: Int, seconds: Double) -> Load {
    var load = Load(method: "POST", path: notes, connections: connections)
    load.body = #"{"number":{n},"text":"\#(BenchmarkRun.text)"}"#
    load.seconds = seconds
    return load
  }

  /// Writes one note and returns its id.
  func add() throws -> String {
    let body = #"{"number":0,"text":"\#(BenchmarkRun.text)"}"#
    let answer = try server.curl(notes, ["-H", "Content-Type: application/json", "-d", body])
    return try id(answer)
  }
}
