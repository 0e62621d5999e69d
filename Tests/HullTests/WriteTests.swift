@testable import Hull
import Testing

@Suite struct WriteTests {
  let host = FakeHost()
  var ctx: MutationContext { MutationContext(host: HostHandle(host)) }

  @Test func `a struct is inserted into its table without absent fields`() async throws {
    let id = try await ctx.db.insert(Customer(code: "C1", isActive: true, visits: 0))
    let inserted = try #require(host.with { $0.inserted.first })
    #expect(inserted.table == "customers")
    #expect(inserted.fields == ["code": "C1", "isActive": true, "visits": 0])
    let document = try #require(try await ctx.db.get(id))
    #expect(document.code == "C1")
  }

  @Test func `a patch sets, removes and leaves alone`() async throws {
    let id = ID<Customer>(unchecked: TestData.id(1))
    try await ctx.db.patch(id) {
      $0.set(\.code, "C2")
      $0.set(\.isActive, ifPresent: nil)
      $0.set(\.visits, ifPresent: 4)
      $0.apply(\.deletedAt, .clear)
      $0.apply(\.address, .unchanged)
    }
    #expect(host.with { $0.patches.last } == ["code": "C2", "visits": 4, "deletedAt": nil])
    try await ctx.db.patch(id, \.deletedAt, to: 5)
    #expect(host.with { $0.patches.last } == ["deletedAt": 5])
    try await ctx.db.patch(id, ["deletedAt": nil, "note": .null])
    #expect(host.with { $0.patches.last } == ["deletedAt": nil, "note": .null])
  }

  @Test func `an absent value leaves an optional field alone, too`() async throws {
    let id = ID<Customer>(unchecked: TestData.id(1))
    let nothing: Double? = nil
    try await ctx.db.patch(id) {
      $0.set(\.code, ifPresent: "C2")
      $0.set(\.deletedAt, ifPresent: nothing)
    }
    #expect(host.with { $0.patches.last } == ["code": "C2"])
    try await ctx.db.patch(id) { $0.set(\.deletedAt, ifPresent: 5) }
    #expect(host.with { $0.patches.last } == ["deletedAt": 5])
  }

  @Test func `what cannot be encoded fails the patch`() async {
    await #expect(throws: ConvexValueError.self) {
      try await ctx.db.patch(ID<Customer>(unchecked: TestData.id(1)), \.visits, to: .max)
    }
  }

  @Test func `a system table is read-only`() async {
    let error = await #expect(throws: HullError.self) { try await ctx.db.insert("_storage", [:]) }
    #expect(error?.message == "System tables (prefixed with `_`) are read-only.")
  }

  @Test func `a schema lists tables with their fields and indexes`() throws {
    let table = try #require(try Schema(Customer.self)["customers"])
    #expect(table.indexes.map(\.name) == ["by_code", "by_deleted_active", "by_city"])
    #expect(table.indexes[1].fields == ["deletedAt", "isActive"])
    #expect(table.indexes[2].fields == ["address.city"])
    #expect(table.searchIndexes.first?.filterFields == ["isActive", "deletedAt"])
    #expect(
      table.documentType
        == .object([
          "address": FieldValidator(Address.convexValidator, isOptional: true),
          "code": FieldValidator(.string),
          "deletedAt": FieldValidator(.float64, isOptional: true),
          "isActive": FieldValidator(.boolean), "visits": FieldValidator(.float64),
        ])
    )
  }
}
