import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct CustomerUpdateTests {
  @Test func `update with a null email removes the key and without it keeps it`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer(email: "ada@example.com")
    try await shop.backend.mutation(Customers.$update, ["id": .id(id), "city": "Bandung"])
    #expect(try await shop.row(id).email == "ada@example.com")
    try await shop.backend.mutation(Customers.$update, ["id": .id(id), "email": .null])
    let stored: ConvexObject = try await shop.backend.query {
      try await $0.db.get("customers", id.string) ?? [:]
    }
    #expect(!stored.contains("email"))
    #expect(!stored.contains("emailNormalized"))
    #expect(stored["city"] == "Bandung")
  }

  @Test func `the keys follow phone and email`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer(phone: "0811", email: "old@example.com")
    try await shop.backend.mutation(
      Customers.$update,
      ["id": .id(id), "phone": "+62 812-3456-7899", "email": "NEW@example.com"]
    )
    let customer = try await shop.row(id)
    #expect(customer.phoneNormalized == "081234567899")
    #expect(customer.emailNormalized == "new@example.com")
  }

  @Test func `every optional field can be set and cleared`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer(email: "a@b.c")
    let before = try await shop.row(id).value
    let fields: ConvexObject = [
      "address": "Jl. Melati", "city": "Bogor", "province": "Jawa Barat", "postalCode": "16121",
      "dateOfBirth": 1000, "gender": "L", "idNumber": "3201", "notes": "VIP",
      "preferredContact": "SMS", "contactChannels": ["SMS"], "marketingOptIn": true,
    ]
    var set: ConvexObject = ["id": .id(id)]
    var clear = set
    for field in fields {
      try set.set(field.name, to: field.value)
      try clear.set(field.name, to: .null)
    }
    try await shop.backend.mutation(Customers.$update, set)
    let stored: ConvexObject = try await shop.backend.query {
      try await $0.db.get("customers", id.string) ?? [:]
    }
    for field in fields { #expect(stored[field.name] == field.value, "\(field.name)") }
    try await shop.backend.mutation(Customers.$update, clear)
    #expect(try await shop.row(id).value == before)
  }

  @Test func `blank texts change nothing`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer(email: "a@b.c")
    let before = try await shop.row(id).value
    try await shop.backend.mutation(
      Customers.$update,
      ["id": .id(id), "email": " ", "phone": "", "notes": "", "gender": ""]
    )
    #expect(try await shop.row(id).value == before)
  }

  @Test(arguments: ["code", "name"])
  func `a blank code or name is refused`(field: String) async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    var arguments: ConvexObject = ["id": .id(id)]
    try arguments.set(field, to: " ")
    let refused = try await refusal {
      try await shop.backend.mutation(Customers.$update, arguments)
    }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": .string(field)]))
  }

  @Test func `a phone is cleared only when an email remains`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    let refused = try await refusal {
      try await shop.backend.mutation(Customers.$update, ["id": .id(id), "phone": .null])
    }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": "phone"]))
    try await shop.backend.mutation(
      Customers.$update,
      ["id": .id(id), "phone": .null, "email": "a@b.c"]
    )
    #expect(try await shop.row(id).phone == "-")
  }

  @Test func `a code changes to a free one, to its own, and not to a live one`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer(code: "ONE")
    _ = try await shop.customer(code: "TWO")
    try await shop.backend.mutation(Customers.$update, ["id": .id(id), "code": "one"])
    let refused = try await refusal {
      try await shop.backend.mutation(Customers.$update, ["id": .id(id), "code": "two"])
    }
    #expect(
      refused == Refused(code: "DUPLICATE_ENTRY", details: ["field": "code", "value": "TWO"])
    )
    try await shop.backend.mutation(Customers.$update, ["id": .id(id), "code": "three"])
    #expect(try await shop.row(id).code == "THREE")
  }

  @Test func `the walk-in code neither comes nor goes`() async throws {
    let shop = try await Shop()
    let walkIn = try await shop.walkIn()
    let ada = try await shop.customer()
    try await shop.backend.mutation(
      Customers.$update,
      ["id": .id(walkIn), "code": "UMUM", "name": "Umum"]
    )
    for (id, code) in [(walkIn, "X1"), (ada, "umum")] {
      let refused = try await refusal {
        try await shop.backend.mutation(
          Customers.$update,
          ["id": .id(id), "code": .string(code)]
        )
      }
      #expect(refused == Refused(code: "VALIDATION", details: ["field": "code"]))
    }
  }

  @Test func `an opt-in is stamped when it begins and unstamped when it ends`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    func optIn(_ value: ConvexValue) async throws -> Double? {
      try await shop.tick()
      try await shop.backend.mutation(
        Customers.$updatePreferences,
        ["id": .id(id), "marketingOptIn": value]
      )
      return try await shop.row(id).marketingOptInAt
    }
    let began = try await optIn(true)
    #expect(began == shop.backend.clock.now)
    #expect(try await optIn(true) == began)
    #expect(try await optIn(false) == nil)
    #expect(try await optIn(true) == shop.backend.clock.now)
  }

  @Test func `updatePreferences changes only what is given`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.backend.mutation(
      Customers.$updatePreferences,
      ["id": .id(id), "preferredContact": "PHONE", "contactChannels": ["PHONE", "SMS"]]
    )
    try await shop.backend.mutation(
      Customers.$updatePreferences,
      ["id": .id(id), "preferredContact": .null]
    )
    let customer = try await shop.row(id)
    #expect(customer.preferredContact == nil)
    #expect(customer.contactChannels == [.phone, .sms])
    #expect(customer.marketingOptIn == nil)
  }

  @Test func `changing an unknown or deleted customer is NOT_FOUND`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.backend.mutation(Customers.$remove, ["id": .id(id)])
    let notFound = Refused(
      code: "NOT_FOUND",
      details: ["table": "customers", "id": .id(id)]
    )
    #expect(
      try await refusal { try await shop.backend.mutation(Customers.$update, ["id": .id(id)]) }
        == notFound
    )
    #expect(
      try await refusal {
        try await shop.backend.mutation(Customers.$updatePreferences, ["id": .id(id)])
      } == notFound
    )
    try await shop.backend.run { try await $0.db.delete(id) }
    #expect(
      try await refusal { try await shop.backend.mutation(Customers.$remove, ["id": .id(id)]) }
        == notFound
    )
  }

  @Test func `removing twice keeps the first time`() async throws {
    let shop = try await Shop()
    let id = try await shop.customer()
    try await shop.backend.mutation(Customers.$remove, ["id": .id(id)])
    let deletedAt = try await shop.row(id).deletedAt
    try await shop.tick()
    #expect(try await shop.backend.mutation(Customers.$remove, ["id": .id(id)]) == id)
    #expect(try await shop.row(id).deletedAt == deletedAt)
  }
}
