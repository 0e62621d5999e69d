// Calls of a running server's functions, for tests that need no client of Convex.

import Foundation

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

extension Server {
  /// What a call was answered with.
  struct Answer {
    var status: Int
    var body: String

    var isSuccess: Bool { status == 200 && body.contains(#""status":"success""#) }
  }

  /// Calls a function with arguments written in JSON.
  func call(_ kind: String, _ path: String, _ arguments: String = "{}") async throws -> Answer {
    var request = URLRequest(url: url.appending(path: "api/\(kind)"))
    request.httpMethod = "POST"
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.httpBody = Data(#"{"path":"\#(path)","args":\#(arguments),"format":"json"}"#.utf8)
    request.timeoutInterval = 60
    let (data, response) = try await URLSession.shared.data(for: request)
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    return Answer(status: status, body: String(decoding: data, as: UTF8.self))
  }

  /// Creates a customer of the pet shop.
  func createCustomer(_ name: String) async throws -> Answer {
    let phone =
      "08" + String(name.utf8.reduce(1_000_000_000) { ($0 &* 31 &+ Int($1)) % 9_999_999_999 })
    return try await call(
      "mutation",
      "master_data/customers:create",
      #"{"name":"\#(name)","phone":"\#(phone)"}"#
    )
  }

  /// The names of the pet shop's customers.
  func customerNames() async throws -> Set<String> {
    let answer = try await call("query", "master_data/customers:list")
    guard answer.isSuccess,
      let json = try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any],
      let customers = json["value"] as? [[String: Any]]
    else { throw ChildProcess.Failure(description: "\(answer.status) \(answer.body)") }
    return Set(customers.compactMap { $0["name"] as? String })
  }
}
