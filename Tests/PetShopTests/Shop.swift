import Hull
import HullTesting

@testable import PetShop

/// A backend of the pet shop for one test, with shorthands for what most tests need.
struct Shop {
  let backend: TestBackend

  init(_ options: TestOptions = TestOptions()) async throws {
    backend = try await TestBackend(PetShopApplication.self, options)
  }

  /// For tests that do in one transaction what a debug build on a busy machine needs seconds for.
  static func patient() async throws -> Shop {
    var options = TestOptions()
    options.userTimeLimit = .seconds(120)
    return try await Shop(options)
  }

  /// A time later than everything so far: each step of a test happens at a time of its own.
  func tick() async throws {
    try await backend.clock.advance(by: .seconds(1))
  }

  func customer(
    _ name: String = "Ada",
    code: String? = nil,
    phone: String? = "0812",
    email: String? = nil
  ) async throws -> ID<Customer> {
    var arguments: ConvexObject = ["name": .string(name)]
    if let code { try arguments.set("code", to: .string(code)) }
    if let phone { try arguments.set("phone", to: .string(phone)) }
    if let email { try arguments.set("email", to: .string(email)) }
    try await tick()
    return try await backend.mutation(Customers.$create, arguments)
  }

  func walkIn() async throws -> ID<Customer> {
    try await backend.mutation(WalkInCustomers.$createDefaultCustomer).id
  }

  func species(_ name: String = "Kucing") async throws -> ID<AnimalCategory> {
    try await tick()
    return try await backend.mutation(AnimalCategories.$create, ["name": .string(name)])
  }

  func pet(
    of owner: ID<Customer>,
    _ name: String = "Oyen",
    species: ID<AnimalCategory>
  ) async throws -> ID<CustomerPet> {
    try await tick()
    return try await backend.mutation(
      CustomerPets.$create,
      ["customerId": .id(owner), "name": .string(name), "categoryId": .id(species)]
    )
  }

  func get<T: Table>(_ id: ID<T>) async throws -> Document<T>? {
    try await backend.query { try await $0.db.get(id) }
  }

  /// The row, which must exist.
  func row<T: Table>(_ id: ID<T>) async throws -> Document<T> {
    guard let row = try await get(id) else { throw MissingRow() }
    return row
  }

  func all<T: Table>(_ table: T.Type) async throws -> [Document<T>] {
    try await backend.query { try await $0.db.query(table).collect() }
  }

  func metrics(of customer: ID<Customer>) async throws -> Document<CustomerMetrics>? {
    try await backend.query { try await $0.db.metrics(of: customer) }
  }

  /// Patches a customer as an import from elsewhere would have left it, past all functions.
  func patch<T: Table>(
    _ id: ID<T>,
    _ changes: @escaping @Sendable (inout PatchBuilder<T>) -> Void
  ) async throws {
    try await backend.run { try await $0.db.patch(id, changes) }
  }
}

struct MissingRow: Error {}

extension ConvexValue {
  /// An id as a function's argument.
  static func id<T>(_ id: ID<T>) -> ConvexValue { .string(id.string) }
}

/// What a function refused, and why.
struct Refused: Equatable {
  var code: String?
  var details: ConvexValue?
}

/// The refusal `body` ends in.
///
/// Its messages must be there, in two languages, and its code the first
/// key of its JSON.
func refusal<Value>(from body: () async throws -> Value) async throws -> Refused {
  let error = try await convexError(from: body)
  guard case .object(let data) = error.data, data["message"]?.string?.isEmpty == false,
    data["userMessage"]?.string?.isEmpty == false, error.description.hasPrefix(#"{"code":"#)
  else { throw error }
  return Refused(code: data["code"]?.string, details: data["details"])
}
