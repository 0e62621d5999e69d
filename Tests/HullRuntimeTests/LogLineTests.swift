import Hull
import HullRuntime
import Testing

@Suite struct LogLineTests {
  private let path = FunctionPath(module: "m", name: "f")

  private func line(_ messages: [String]) -> LogLine {
    LogLine(level: .log, messages: messages, timestamp: 0, path: path)
  }

  @Test func `a line shows its level and its messages`() {
    #expect(line(["'foo'", "1"]).text == "[LOG] 'foo' 1")
  }

  @Test func `a line at the limit is whole, one byte more is cut and says so`() {
    let half = String(repeating: "a", count: 16_383)
    let exact = line([half, half + "b"])
    #expect(exact.text.utf8.count == "[LOG] ".utf8.count + 32_768)
    #expect(!exact.isTruncated)
    let long = line([half, half + "bc"])
    #expect(long.isTruncated)
    #expect(long.text == exact.text + " (truncated due to length)")
  }

  @Test func `a line is cut between characters`() {
    let text = String(repeating: "a", count: 32_767) + "é"
    let cut = line([text])
    #expect(cut.messages == [String(repeating: "a", count: 32_767)])
  }

  @Test func `the 256th line is the notice that others are missing`() {
    var buffer = LogBuffer(maximumCount: 256)
    for number in 1...300 { buffer.append(line(["\(number)"])) }
    #expect(buffer.lines.count == 256)
    #expect(buffer.lines[254].text == "[LOG] 255")
    #expect(
      buffer.lines[255].text
        == "[ERROR] Log overflow (maximum 256). Remaining log lines omitted."
    )
  }

  @Test func `255 lines are all kept`() {
    var buffer = LogBuffer(maximumCount: 256)
    for number in 1...255 { buffer.append(line(["\(number)"])) }
    #expect(buffer.lines.last?.text == "[LOG] 255")
  }
}

@Suite struct FunctionFailureTests {
  @Test func `a client sees request id, message and frames`() {
    let failure = FunctionFailure(message: "Uncaught Error: boom", frames: ["f (convex/m.swift:7)"])
    let id = RequestID("2f3b9c0d1e4a5b67")
    #expect(
      failure.clientMessage(requestID: id, isRedacted: false)
        == "[Request ID: 2f3b9c0d1e4a5b67] Server Error\nUncaught Error: boom\n"
        + "    at f (convex/m.swift:7)\n"
    )
    #expect(
      failure.clientMessage(requestID: id, isRedacted: true)
        == "[Request ID: 2f3b9c0d1e4a5b67] Server Error"
    )
  }

  @Test func `a message has at most 64 KiB`() {
    let failure = FunctionFailure(message: String(repeating: "x", count: 70_000))
    #expect(failure.message.utf8.count == 65_536)
  }
}
