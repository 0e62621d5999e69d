// What a served application asks of other servers.

import HullServer
import Logging

/// The HTTP clients of one process, opened and closed together.
struct OutboundClients: Sendable {
  /// Gets the documents of authentication providers.
  let providers: ProviderHTTPClient
  /// Sends the requests of actions.
  let actions: ActionHTTPClient

  init(logger: Logger) {
    providers = ProviderHTTPClient(logger: logger)
    actions = ActionHTTPClient()
  }

  /// Closes all connections.
  func shutdown() async {
    await providers.shutdown()
    await actions.shutdown()
  }
}
