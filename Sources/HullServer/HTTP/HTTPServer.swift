// The listening socket and its life: start, graceful end.

import HullPersistence
package import HullRuntime
package import Logging
import NIOCore
import NIOPosix

#if canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#else
  import Glibc
#endif

/// Why a server could not start listening.
package struct ServerStartError: Error, CustomStringConvertible {
  /// What stood in the way.
  package enum Reason: Sendable, Equatable {
    /// Another process listens there.
    case addressInUse
    /// The system does not let this process listen there.
    case notPermitted
    /// The host names no address of this machine.
    case addressNotAvailable
    /// Anything else, in the system's words.
    case other(String)
  }

  /// The host that was asked for.
  package var host: String
  /// The port that was asked for.
  package var port: Int
  /// What stood in the way.
  package var reason: Reason

  package var description: String {
    switch reason {
    case .addressInUse:
      "Port \(port) on \(host) is in use by another process. Stop it, or choose another --port."
    case .notPermitted:
      "This process may not listen on port \(port) of \(host). Choose a --port above 1023."
    case .addressNotAvailable:
      "\(host) is not an address of this machine. Choose another --host, such as 127.0.0.1."
    case .other(let text):
      "Cannot listen on \(host):\(port): \(text)"
    }
  }
}

/// A listening HTTP/1.1 server.
package final class HTTPServer: Sendable {
  /// The port it listens on, which the system chose when 0 was asked for.
  package let port: Int

  private let listener: any Channel
  private let connections: ConnectionRegistry

  private init(listener: any Channel, connections: ConnectionRegistry, port: Int) {
    self.listener = listener
    self.connections = connections
    self.port = port
  }

  /// Has the event loops, which all servers share, give back what the allocator keeps for them.
  package static func releaseMemory() async {
    for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() {
      // One that has ended keeps nothing.
      try? await loop.submit { Allocator.giveBackEndOfHeap() }.get()
    }
  }

  /// Starts listening.
  ///
  /// - Parameters:
  ///   - configuration: Where to listen, and every bound.
  ///   - router: Answers the requests.
  ///   - counters: Counts what happens.
  ///   - executor: Where requests are worked on.
  ///   - logger: Told of connections that fail.
  /// - Returns: The server, listening.
  /// - Throws: ``ServerStartError`` when the address cannot be bound.
  package static func start(
    _ configuration: ServerConfiguration,
    router: any HTTPRouter,
    counters: ServerCounters = ServerCounters(),
    executor: FunctionExecutor = .shared,
    logger: Logger
  ) async throws -> HTTPServer {
    let connections = ConnectionRegistry()
    let shared = ConnectionContext(
      configuration: configuration,
      timeouts: ConnectionTimeouts(configuration),
      webSocketLimits: WebSocketLimits(configuration),
      webSockets: WebSocketLoops(interval: TimeAmount(configuration.webSocketTickInterval)),
      router: router,
      gates: RequestGates(configuration),
      bodies: BodyBudget(
        limit: configuration.maximumBufferedBytes,
        counters: counters
      ),
      counters: counters,
      date: ResponseDate(),
      executor: executor,
      logger: logger
    )
    let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 4096)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            AcceptLimiter(limit: configuration.maximumConnections)
          )
        }
      }
      .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        guard connections.add(channel, counters: counters) else { return channel.close() }
        return channel.eventLoop.makeCompletedFuture {
          try HTTPConnectionHandler.install(in: channel, shared: shared)
        }
      }
    let listener: any Channel
    do {
      listener = try await bootstrap.bind(host: configuration.host, port: configuration.port).get()
    } catch {
      throw ServerStartError(
        host: configuration.host,
        port: configuration.port,
        reason: reason(of: error)
      )
    }
    return HTTPServer(
      listener: listener,
      connections: connections,
      port: listener.localAddress?.port ?? configuration.port
    )
  }

  private static func reason(of error: any Error) -> ServerStartError.Reason {
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE: .addressInUse
    case EACCES, EPERM: .notPermitted
    case EADDRNOTAVAIL: .addressNotAvailable
    default: error is SocketAddressError ? .addressNotAvailable : .other("\(error)")
    }
  }

  /// Stops accepting, lets requests in hand finish, and closes everything.
  ///
  /// - Parameter limit: How long requests may take to finish before their connections are closed.
  package func shutdown(within limit: Duration) async {
    try? await listener.close()
    let emptied = listener.eventLoop.makePromise(of: Void.self)
    connections.quiesce { emptied.succeed() }
    let timeout = listener.eventLoop.scheduleTask(in: TimeAmount(limit)) { [connections] in
      connections.closeAll()
    }
    // Closing a connection takes no round trip, so this ends soon after the timeout at the latest.
    try? await emptied.futureResult.get()
    timeout.cancel()
  }
}
