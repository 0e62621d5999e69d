// Every bound of the socket side in one value, so that tests can shrink each of them.

/// Where the server listens and how much it accepts.
public struct ServerConfiguration: Sendable {
  /// The address to bind: a host name or a literal IP address; loopback unless told otherwise.
  public var host: String

  /// The TCP port to bind; 0 takes any free one.
  public var port: Int

  /// Connections held open at once.
  ///
  /// Further ones wait in the kernel's queue until one closes.
  public var maximumConnections: Int

  /// Requests worked on at once; what is answered at once is not counted.
  ///
  /// Further ones wait, in order of arrival.
  public var maximumConcurrentRequests: Int

  /// Calls of actions worked on at once, counted by themselves: they may wait for others for minutes.
  ///
  /// Further ones wait, in order of arrival.
  public var maximumConcurrentActions: Int

  /// Requests worked on at once that take their bodies piece by piece, counted by themselves: a slow
  /// upload does not keep other requests waiting.
  ///
  /// Further ones wait, in order of arrival.
  public var maximumConcurrentStreams: Int

  /// Requests of each of these kinds that wait; one more is answered with 503 `ExecuteFullError`.
  public var maximumQueuedRequests: Int

  /// How long a request may wait before it is answered with 503 `ExpiredInQueue`.
  public var queueTimeout: Duration

  /// The same while requests have been waiting for as long as ``queueTimeout`` without a pause: more
  /// arrives than can be answered, and a long queue would only make every answer late.
  public var congestedQueueTimeout: Duration

  /// How long a request that finds the queue full is put aside before it is looked at once more, and
  /// answered with 503 `ExecuteFullError` if nothing has changed.
  ///
  /// A client that sends again at once would have the server spend its time on refusing.
  public var refusalDelay: Duration

  /// The largest single header field or request target, in bytes.
  public var maximumHeaderFieldSize: Int

  /// The largest request head, in bytes.
  public var maximumHeadSize: Int

  /// The most header fields a request may have.
  public var maximumHeaderCount: Int

  /// What the bodies of all requests being received or answered, and of answers that slow clients do not
  /// take, may have together, in bytes, with the messages of all WebSockets that arrive in parts, are
  /// kept because what they ask for is not done, or wait for a slow client.
  ///
  /// Up to 16 KiB of each connection are not counted. A request that would go beyond is answered with
  /// 503, a WebSocket closed with 1013.
  public var maximumBufferedBytes: Int

  /// How long a connection may stay open between two requests.
  public var idleTimeout: Duration

  /// How long a request head may take once its first bytes have arrived.
  public var headTimeout: Duration

  /// How long a request body may take once the head has arrived; one that is taken piece by piece,
  /// how long each 64 KiB of it may take.
  public var bodyTimeout: Duration

  /// How long an answer may take before the client gets 408 instead; and, once it is being sent, how
  /// long the client may take nothing.
  public var requestTimeout: Duration

  /// How long the server goes on dropping what a refused client still sends, so that the client
  /// gets to read the answer before the connection is reset.
  public var drainTimeout: Duration

  /// How much of a refused request is dropped at most before the connection is closed, in bytes.
  public var maximumDrainedBytes: Int

  /// The largest WebSocket message of a client, in bytes.
  public var maximumWebSocketMessageSize: Int

  /// The largest frame of such a message, in bytes.
  public var maximumWebSocketFrameSize: Int

  /// How much may wait for the client of a WebSocket before the socket is closed, in bytes.
  ///
  /// A lone message may be longer.
  public var maximumWebSocketQueuedBytes: Int

  /// How often a WebSocket client is pinged.
  public var webSocketPingInterval: Duration

  /// How long a WebSocket client may send nothing at all, not even the answer to a ping.
  public var webSocketSilenceTimeout: Duration

  /// How long the closing handshake of a WebSocket may take.
  public var webSocketCloseTimeout: Duration

  /// How often the times of WebSockets are looked at, and so how exact they are.
  public var webSocketTickInterval: Duration

  /// Creates the reference's figures on loopback, where it has any.
  ///
  /// - Parameters:
  ///   - host: The address to bind.
  ///   - port: The port to bind, 0 for any free one.
  public init(host: String = "127.0.0.1", port: Int = 3210) {
    self.host = host
    self.port = port
    maximumConnections = 16_384
    maximumConcurrentRequests = 128
    maximumConcurrentActions = 256
    maximumConcurrentStreams = 128
    maximumQueuedRequests = 2048
    queueTimeout = .seconds(5)
    congestedQueueTimeout = .milliseconds(500)
    refusalDelay = .seconds(1)
    maximumHeaderFieldSize = 16 * 1024
    maximumHeadSize = 64 * 1024
    maximumHeaderCount = 100
    maximumBufferedBytes = 512 * 1024 * 1024
    idleTimeout = .seconds(75)
    headTimeout = .seconds(15)
    bodyTimeout = .seconds(120)
    requestTimeout = .seconds(300)
    drainTimeout = .seconds(10)
    maximumDrainedBytes = 64 * 1024 * 1024
    maximumWebSocketMessageSize = 64 * 1024 * 1024
    maximumWebSocketFrameSize = 16 * 1024 * 1024
    maximumWebSocketQueuedBytes = 64 * 1024 * 1024
    webSocketPingInterval = .seconds(5)
    webSocketSilenceTimeout = .seconds(120)
    webSocketCloseTimeout = .seconds(5)
    webSocketTickInterval = .seconds(1)
  }
}
