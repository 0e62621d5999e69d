import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct FunctionListTests {
  private static let internalPaths: Set = [
    "loyalty/engine:adjustPoints", "loyalty/engine:applyEvent", "loyalty/engine:auditCustomer",
    "loyalty/engine:recomputeAll", "loyalty/engine:recomputeCustomer",
    "loyalty/engine:reverseEvent", "master_data/customerPets:refreshVaccinationStatuses",
    "master_data/customers:backfillDerived", "seed:generateBatch", "seed:generateCustomers",
    "seed:insertSample", "seed:seedAll",
  ]

  @Test func `exactly the maintenance functions are internal`() throws {
    let functions = try PetShopApplication.application.functions.values
    #expect(Set(functions.filter { $0.visibility == .internal }.map(\.path)) == Self.internalPaths)
  }

  @Test(arguments: internalPaths)
  func `an internal function called by a client answers as unknown`(path: String) async throws {
    let backend = try await TestBackend(PetShopApplication.self)
    for kind in FunctionKind.allCases {
      let answer = try await backend.client.call(path, kind)
      let unknown = try await backend.client.call("\(path)X", kind)
      guard case .failure(let error) = answer.result, case .failure(let other) = unknown.result
      else {
        Issue.record("\(path) answered as \(kind)")
        continue
      }
      #expect(error.message.contains("Could not find public function for '\(path)'"))
      #expect(
        Self.text(of: error) == Self.text(of: other).replacing("\(path)X", with: path)
      )
    }
  }

  /// The message without the name of its request.
  private static func text(of error: ClientError) -> String {
    error.message.replacing(/^\[Request ID: \w+\]/, with: "")
  }

  @Test func `every function is described and declares its result`() throws {
    for function in try PetShopApplication.application.functions.values {
      #expect(function.description?.isEmpty == false, "\(function.path)")
      #expect(function.returns != nil, "\(function.path)")
    }
  }
}
