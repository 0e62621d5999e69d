// How a connection takes in a request: its head, then its body.

import HullRuntime
import NIOCore
import NIOHTTP1

extension HTTPConnectionHandler {
  func process(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
    switch (part, state) {
    case (.head(let head), .idle): begin(head, context: context)
    case (.body(let bytes), .collecting): collect(bytes, context: context)
    case (.end, .collecting): answer(context: context)
    default: break
    }
  }

  func begin(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
    headHasBegun = false
    state = .collecting
    let (path, query) = HTTPRequest.split(target: head.uri)
    let route = shared.router.route(method: head.method, path: path)
    request = HTTPRequest(head: head, path: path, query: query, peerAddress: peerAddress)
    self.route = route
    omitsBody = head.method == .HEAD
    version = head.version
    keepsAlive = head.isKeepAlive && head.method != .CONNECT
    isUpgradable = route.isWebSocket && WebSocketHandshake.isOffered(by: head)
    bodyIsUnread = false
    setDeadline(after: shared.timeouts.body, context: context)
    let length = head.headers.first(name: "content-length").flatMap { Int($0) }
    if let length {
      if length > route.bodyLimit {
        refuseBody(context: context)
        return
      }
      if route.isStreamed {
        open(head, length: length, context: context)
        return
      }
      // Grown in steps beyond this: a claim alone must not allocate much.
      if length > 64 * 1024 { self.request?.body.reserveCapacity(min(length, 1024 * 1024)) }
    }
    if route.isStreamed {
      open(head, length: nil, context: context)
      return
    }
    if Self.waitsForContinue(head) {
      context.writeAndFlush(wrapOutboundOut(Self.continueResponse), promise: nil)
    }
  }

  /// Whether the client sends the body only once it is told to.
  static func waitsForContinue(_ head: HTTPRequestHead) -> Bool {
    head.version == .http1_1
      && head.headers.first(name: "expect")?.lowercased() == "100-continue"
  }

  static let continueResponse = ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")

  func collect(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
    guard let limit = route?.bodyLimit else { return }
    let collected = request?.body.readableBytes ?? 0
    if collected + bytes.readableBytes > limit {
      refuseBody(context: context)
    } else if !takeBody(collected + bytes.readableBytes) {
      bodyIsUnread = true
      endIsKnown = true
      keepsAlive = false
      turnAway(Self.bodiesAreTooLarge, context: context)
    } else if collected == 0, request?.body.capacity == 0 {
      request?.body = bytes
    } else {
      request?.body.writeImmutableBuffer(bytes)
    }
  }

  /// Takes what a body of `size` bytes needs of the budget; false if there is not enough left.
  func takeBody(_ size: Int) -> Bool {
    guard size > BodyBudget.freeBytes else { return true }
    guard shared.bodies.take(size - takenBytes) else { return false }
    takenBytes = size
    return true
  }

  /// Gives back what the request, or its answer, has of the budget.
  func giveBackBody() {
    guard takenBytes > 0 else { return }
    shared.bodies.give(back: takenBytes)
    takenBytes = 0
  }

  static let bodiesAreTooLarge = BackendError(
    kind: .overloaded,
    code: "WorkerOverloaded",
    message: "Too much is being uploaded. Try again."
  )

  /// Answers without the rest of the body, and drops that rest.
  func refuseBody(context: ChannelHandlerContext) {
    request?.body = ByteBuffer()
    request?.bodyExceedsLimit = true
    bodyIsUnread = true
    endIsKnown = true
    keepsAlive = false
    answer(context: context)
  }

  /// Whether the parser takes what follows this request for another protocol.
  static func offersUpgrade(_ head: HTTPRequestHead) -> Bool {
    guard head.headers.contains(name: "upgrade") else { return head.method == .CONNECT }
    return head.headers["connection"].contains { $0.lowercased().contains("upgrade") }
  }

  /// Whether a request may become a WebSocket, so that what follows it must not be parsed yet.
  func mayUpgrade(_ head: HTTPRequestHead) -> Bool {
    guard WebSocketHandshake.isOffered(by: head) else { return false }
    let path = HTTPRequest.split(target: head.uri).path
    return shared.router.route(method: head.method, path: path).isWebSocket
  }
}
