// The anchor of the live rows: the least that SwiftNIO does for a WebSocket.

import ArgumentParser
import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// Echoes what it is sent at `/echo`; at `/broadcast` sends it to everyone who is connected there.
struct SocketServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sockets",
    abstract: "Serve bare NIO WebSockets, /echo and /broadcast, on an ephemeral loopback port."
  )

  func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
    let members = Members()
    let upgrader = NIOWebSocketServerUpgrader(
      shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
      upgradePipelineHandler: { channel, head in
        channel.eventLoop.makeCompletedFuture {
          let handler = SocketHandler(members: head.uri == "/broadcast" ? members : nil)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
    )
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(
            withServerUpgrade: (upgraders: [upgrader], completionHandler: { _ in })
          )
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    print("http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
    fflush(nil)
    try await channel.closeFuture.get()
  }
}

/// Who hears a broadcast, by event loop, so that each loop is woken once.
private final class Members: Sendable {
  private let loops = NIOLockedValueBox<[ObjectIdentifier: [any Channel]]>([:])

  func add(_ channel: any Channel) {
    loops.withLockedValue { $0[ObjectIdentifier(channel.eventLoop), default: []].append(channel) }
  }

  func send(_ data: ByteBuffer) {
    for channels in loops.withLockedValue({ Array($0.values) }) {
      channels[0].eventLoop.execute {
        let frame = WebSocketFrame(fin: true, opcode: .text, data: data)
        for channel in channels { channel.writeAndFlush(frame, promise: nil) }
      }
    }
  }
}

private final class SocketHandler: ChannelInboundHandler {
  typealias InboundIn = WebSocketFrame
  typealias OutboundOut = WebSocketFrame

  private let members: Members?

  init(members: Members?) { self.members = members }

  func handlerAdded(context: ChannelHandlerContext) { members?.add(context.channel) }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let frame = unwrapInboundIn(data)
    guard frame.opcode == .text else { return }
    if let members {
      members.send(frame.unmaskedData)
    } else {
      let echo = WebSocketFrame(fin: true, opcode: .text, data: frame.unmaskedData)
      context.writeAndFlush(wrapOutboundOut(echo), promise: nil)
    }
  }
}
