import Hull
import HullTesting
import Testing

@testable import PetShop

/// Who works at the clinics.
@Suite struct ClinicStaffTests {
  private let shop: Shop
  private let branch: ID<Branch>

  init() async throws {
    shop = try await Shop()
    branch = try await shop.branch()
  }

  private func create(
    _ code: String,
    name: String = "Ratna",
    role: String = "Veterinarian",
    at branch: ID<Branch>? = nil,
    _ more: ConvexObject = [:]
  ) async throws -> ID<ClinicStaff> {
    var arguments: ConvexObject = [
      "code": .string(code), "name": .string(name), "role": .string(role),
      "branchId": .id(branch ?? self.branch),
    ]
    for field in more { try arguments.set(field.name, to: field.value) }
    try await shop.tick()
    return try await shop.backend.mutation(ClinicStaffMembers.$create, arguments)
  }

  private func update(_ id: ID<ClinicStaff>, _ changes: ConvexObject) async throws {
    var arguments = changes
    try arguments.set("id", to: .id(id))
    #expect(try await shop.backend.mutation(ClinicStaffMembers.$update, arguments) == id)
  }

  private func list(_ arguments: ConvexObject = [:]) async throws -> [ID<ClinicStaff>] {
    try await shop.backend.query(ClinicStaffMembers.$list, arguments).map(\.member.id)
  }

  @Test func `a staff member is added active with texts trimmed and blanks left out`()
    async throws
  {
    let id = try await create(
      " DR1 ",
      name: " Ratna ",
      ["specialization": " Bedah ", "phone": " ", "email": "r@example.com"]
    )
    let row = try await shop.row(id)
    #expect(row.code == "DR1")
    #expect(row.name == "Ratna")
    #expect(row.role == "Veterinarian")
    #expect(row.specialization == "Bedah")
    #expect(row.phone == nil)
    #expect(row.email == "r@example.com")
    #expect(row.branchId == branch)
    #expect(row.isActive)
  }

  @Test func `code name and role are not blank and the branch is live`() async throws {
    for (field, body) in [
      ("code", { try await create(" ") }), ("name", { try await create("A", name: "") }),
      ("role", { try await create("A", role: " ") }),
    ] as [(String, () async throws -> ID<ClinicStaff>)] {
      #expect(
        try await refusal(from: body)
          == Refused(code: "VALIDATION", details: ["field": .string(field)])
      )
    }
    try await shop.patch(branch) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await create("A") }
        == Refused(code: "NOT_FOUND", details: ["table": "branches", "id": .id(branch)])
    )
    #expect(try await shop.all(ClinicStaff.self).isEmpty)
  }

  @Test func `a list is of a branch, of a role, or of all who are active`() async throws {
    let bandung = try await shop.branch()
    let vet = try await create("A")
    let groomer = try await create("B", role: "Groomer")
    let there = try await create("C", at: bandung)
    let resting = try await create("D")
    let gone = try await create("E")
    try await update(resting, ["isActive": false])
    try await shop.backend.mutation(ClinicStaffMembers.$remove(id: gone))
    #expect(try await list() == [vet, groomer, there])
    #expect(try await list(["includeInactive": true]) == [vet, groomer, there, resting])
    #expect(try await list(["branchId": .id(branch)]) == [vet, groomer])
    #expect(try await list(["role": "Veterinarian"]) == [vet, there])
    #expect(try await list(["branchId": .id(branch), "role": "Groomer"]) == [groomer])
    let rows = try await shop.backend.query(ClinicStaffMembers.$list)
    #expect(try rows.map { try $0.branch.value?.decoded().name } == ["Pusat", "Pusat", "Pusat"])
  }

  @Test func `a staff member is shown with the branch, and is null when deleted`() async throws {
    let id = try await create("A")
    func get() async throws -> StaffWithBranch? {
      try await shop.backend.query(ClinicStaffMembers.$get(id: id))
    }
    let shown = try #require(try await get())
    #expect(shown.member.code == "A")
    #expect(try shown.branch.value?.decoded().id == branch)
    #expect(try await shop.backend.mutation(ClinicStaffMembers.$remove(id: id)) == id)
    #expect(try await get() == nil)
    try await shop.backend.run { try await $0.db.delete(id) }
    #expect(try await get() == nil)
  }

  @Test func `an update changes what is given`() async throws {
    let bandung = try await shop.branch()
    let id = try await create("A", ["phone": "0812", "specialization": "Bedah"])
    try await update(id, ["name": " Bayu ", "phone": " ", "branchId": .id(bandung)])
    var row = try await shop.row(id)
    #expect(row.name == "Bayu")
    #expect(row.code == "A")
    #expect(row.phone == "0812")
    #expect(row.branchId == bandung)
    try await update(
      id,
      [
        "code": "B", "role": "Groomer", "specialization": "Kucing", "phone": "0899",
        "email": "b@c.d", "isActive": false,
      ]
    )
    row = try await shop.row(id)
    #expect([row.code, row.role] == ["B", "Groomer"])
    #expect([row.specialization, row.phone, row.email] == ["Kucing", "0899", "b@c.d"])
    #expect(!row.isActive)
  }

  @Test func `an update is of a live staff member with a live branch and no blanks`()
    async throws
  {
    let id = try await create("A")
    for field in ["code", "name", "role"] {
      #expect(
        try await refusal {
          try await update(id, ConvexObject(validating: [(field, .string(" "))]))
        }
          == Refused(code: "VALIDATION", details: ["field": .string(field)])
      )
    }
    let closed = try await shop.branch()
    try await shop.patch(closed) { $0.set(\.deletedAt, 1) }
    #expect(
      try await refusal { try await update(id, ["branchId": .id(closed)]) }.code == "NOT_FOUND"
    )
    try await shop.backend.mutation(ClinicStaffMembers.$remove(id: id))
    #expect(
      try await refusal { try await update(id, ["name": "Bayu"]) }
        == Refused(code: "NOT_FOUND", details: ["table": "clinicStaff", "id": .id(id)])
    )
    #expect(
      try await refusalWords { try await update(id, ["name": "Bayu"]) }
        == ["Staff not found", "Staf tidak ditemukan"]
    )
  }

  @Test func `deleting twice keeps the first moment`() async throws {
    let id = try await create("A")
    try await shop.backend.mutation(ClinicStaffMembers.$remove(id: id))
    let deleted = try await shop.row(id)
    #expect(deleted.deletedAt == shop.backend.clock.now)
    try await shop.tick()
    try await shop.backend.mutation(ClinicStaffMembers.$remove(id: id))
    #expect(try await shop.row(id) == deleted)
    try await shop.backend.run { try await $0.db.delete(id) }
    #expect(
      try await refusal {
        try await shop.backend.mutation(ClinicStaffMembers.$remove(id: id))
      }.code == "NOT_FOUND"
    )
  }
}
