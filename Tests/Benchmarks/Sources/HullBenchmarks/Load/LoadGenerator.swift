// Keeps connections busy from a process of its own and says how the server answered.

import ArgumentParser
import Foundation
import NIOPosix

struct LoadGenerator: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Send one request over and over on several connections; print a JSON report."
  )

  @Option(help: "Port on loopback.") var port: Int
  @Option(help: "Connections, each with one request in flight.") var connections = 64
  @Option(help: "Measured time in seconds.") var seconds = 2.0
  @Option(help: "Requests, instead; 0 for as many as the time allows.") var requests = 0
  @Option(help: "Method of the request.") var method = "GET"
  @Option(help: "Path of the request.") var path = "/"
  @Option(
    help: """
      JSON body; {n} becomes a number that no other request has, {a} and {b} two different ones \
      drawn at random.
      """
  )
  var body = ""
  @Option(help: "Length of a body of bytes that mean nothing, instead.") var bodyBytes = 0
  @Option(help: "How many numbers {a} and {b} are drawn from.") var drawFrom = 0
  @Option(help: "The exponent of Zipf's law they follow; 0 if all are as likely.") var exponent =
    0.0

  func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    var load = Load(method: method, path: path, connections: connections)
    load.body = body
    load.bodyBytes = bodyBytes
    load.seconds = seconds
    load.requests = requests
    if drawFrom > 0 {
      load.draw =
        exponent == 0 ? .uniform(of: drawFrom) : .zipf(of: drawFrom, exponent: exponent)
    }
    let report = try await LoadRun.run(load, port: port, on: group)
    try await group.shutdownGracefully()
    print(String(decoding: try JSONEncoder().encode(report), as: UTF8.self))
  }
}
