// A client that writes.

import Foundation
import NIOConcurrencyHelpers
import NIOCore

/// A client that writes and knows when it has been answered.
final class SyncWriter: Sendable {
  private let socket: SocketClient
  private let answers: Gathering
  private let transitions: Gathering
  private let number = NIOLockedValueBox(0)

  init(_ port: Int, _ group: any EventLoopGroup) async throws {
    let (answers, transitions) = (Gathering(count: 1), Gathering(count: 1))
    self.answers = answers
    self.transitions = transitions
    socket = try await SocketClient.open(port, "/api/sync", on: group) { text in
      let isAnswer =
        text.getString(at: text.readerIndex, length: 24) == #"{"type":"MutationRespons"#
      (isAnswer ? answers : transitions).arrive()
    }
    socket.greet()
  }

  /// Writes a note and waits for the answer and the Transition after it.
  ///
  /// - Returns: The time to the answer, in microseconds.
  func write() async -> Double {
    let time = await answers.round { self.send() }
    await transitions.wait()
    return time
  }

  func send() {
    let id = number.withLockedValue { number in
      defer { number += 1 }
      return number
    }
    socket.send(
      #"{"type":"Mutation","requestId":\#(id),"udfPath":"notes:add","#
        + #""args":[{"number":\#(id),"text":"\#(BenchmarkRun.text)"}]}"#
    )
  }

  /// Waits until what was sent last has been answered and shown.
  func settle() async {
    await answers.wait()
    await transitions.wait()
  }
}
