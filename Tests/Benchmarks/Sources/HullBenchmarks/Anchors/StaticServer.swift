// The anchor of the download rows: the least that SwiftNIO does to send a file.

import ArgumentParser
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Answers every request with the bytes of one file, which the system sends without copying them.
struct StaticServer: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "static",
    abstract: "Serve a file by bare NIO and sendfile on an ephemeral loopback port."
  )

  @Argument(help: "The file.") var file: String

  func run() async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
    let files = NonBlockingFileIO(threadPool: .singleton)
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.backlog, value: 1024)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { [file] channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline()
          try channel.pipeline.syncOperations.addHandler(StaticHandler(file: file, files: files))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    print("http://127.0.0.1:\(channel.localAddress?.port ?? 0)")
    fflush(nil)
    try await channel.closeFuture.get()
  }
}

private final class StaticHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  private let file: String
  private let files: NonBlockingFileIO

  init(file: String, files: NonBlockingFileIO) {
    self.file = file
    self.files = files
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .end = unwrapInboundIn(data) else { return }
    // Sound: the closure runs on this event loop.
    let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
    files.openFile(_deprecatedPath: file, eventLoop: context.eventLoop).whenComplete { opened in
      let (handler, context) = bound.value
      switch opened {
      case .success(let (handle, region)): handler.send(handle, region, context)
      case .failure: context.close(promise: nil)
      }
    }
  }

  private func send(_ handle: NIOFileHandle, _ region: FileRegion, _ context: ChannelHandlerContext)
  {
    let head = HTTPResponseHead(
      version: .http1_1,
      status: .ok,
      headers: [
        "content-type": "application/octet-stream", "content-length": "\(region.readableBytes)",
      ]
    )
    context.write(wrapOutboundOut(.head(head)), promise: nil)
    context.write(wrapOutboundOut(.body(.fileRegion(region))), promise: nil)
    let written = context.eventLoop.makePromise(of: Void.self)
    written.futureResult.whenComplete { _ in try? handle.close() }
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
  }
}
