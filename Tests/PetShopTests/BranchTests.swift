import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct BranchTests {
  private func create(_ shop: Shop, _ code: String) async throws -> ID<Branch> {
    try await shop.tick()
    return try await shop.backend.mutation(
      Branches.$create,
      ["code": .string(code), "name": "Cabang", "city": " Jakarta ", "email": ""]
    )
  }

  @Test func `branches are opened, listed, changed and hidden`() async throws {
    let shop = try await Shop()
    let first = try await create(shop, "PUSAT")
    let second = try await create(shop, "BANDUNG")
    func list(_ arguments: ConvexObject = [:]) async throws -> [ID<Branch>] {
      try await shop.backend.query(Branches.$list, arguments).map(\.id)
    }
    #expect(try await list() == [first, second])
    #expect(try await shop.row(first).city == "Jakarta")
    #expect(try await shop.row(first).email == nil)
    try await shop.backend.mutation(
      Branches.$update,
      [
        "id": .id(second), "code": "BDG", "name": "Bandung", "phone": "022", "isActive": false,
      ]
    )
    let changed = try await shop.row(second)
    #expect(changed.code == "BDG")
    #expect(changed.name == "Bandung")
    #expect(changed.phone == "022")
    #expect(changed.city == "Jakarta")
    #expect(try await list() == [first])
    #expect(try await list(["includeInactive": true]) == [first, second])
    for _ in 0..<2 {
      #expect(try await shop.backend.mutation(Branches.$remove, ["id": .id(first)]) == first)
    }
    #expect(try await list(["includeInactive": true]) == [second])
    #expect(try await shop.backend.query(Branches.$get, ["id": .id(first)])?.id == first)
    #expect(
      try await refusal {
        try await shop.backend.mutation(Branches.$update, ["id": .id(first), "name": "X"])
      }.code == "NOT_FOUND"
    )
  }

  @Test func `a code is that of one live branch`() async throws {
    let shop = try await Shop()
    let first = try await create(shop, "PUSAT")
    let second = try await create(shop, "BANDUNG")
    let taken = Refused(
      code: "DUPLICATE_ENTRY",
      details: ["field": "code", "value": "PUSAT"]
    )
    #expect(try await refusal { try await create(shop, " PUSAT") } == taken)
    func rename(_ id: ID<Branch>) async throws {
      try await shop.backend.mutation(Branches.$update, ["id": .id(id), "code": "PUSAT"])
    }
    #expect(try await refusal { try await rename(second) } == taken)
    try await rename(first)
    try await shop.backend.mutation(Branches.$remove, ["id": .id(first)])
    try await rename(second)
    #expect(
      try await refusal { try await create(shop, " ") }
        == Refused(code: "VALIDATION", details: ["field": "code"])
    )
  }
}
