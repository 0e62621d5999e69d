import Hull
import HullTesting
import Testing

@testable import PetShop

@Suite struct CustomerRegistrationTests {
  @Test func `create stores a trimmed form with a zero metrics row`() async throws {
    let shop = try await Shop()
    let id = try await shop.backend.mutation(
      Customers.$create,
      [
        "code": " ab12 ", "name": "  Budi Santoso ", "phone": " +62 812-3456-7801 ",
        "email": " Budi@Example.com", "address": "   ", "city": "Jakarta", "gender": "FEMALE",
        "contactChannels": ["SMS", "EMAIL", "SMS"], "marketingOptIn": true,
      ]
    )
    #expect(
      try await shop.row(id).value
        == Customer(
          code: "AB12",
          name: "Budi Santoso",
          phone: "+62 812-3456-7801",
          email: "Budi@Example.com",
          city: "Jakarta",
          gender: "P",
          isActive: true,
          contactChannels: [.sms, .email],
          marketingOptIn: true,
          marketingOptInAt: shop.backend.clock.now,
          phoneNormalized: "081234567801",
          emailNormalized: "budi@example.com"
        )
    )
    let metrics = try #require(try await shop.metrics(of: id))
    #expect(CustomerFigures(metrics.value) == CustomerFigures())
    #expect(metrics.loyaltyTier == .bronze)
  }

  @Test func `create without a code gives out CUST numbers and skips taken ones`() async throws {
    let shop = try await Shop()
    _ = try await shop.customer(code: "CUST000002")
    let codes = [
      try await shop.row(try await shop.customer()).code,
      try await shop.row(try await shop.customer(code: "  ")).code,
    ]
    #expect(codes == ["CUST000001", "CUST000003"])
  }

  @Test func `twenty taken numbers in a row are refused`() async throws {
    let shop = try await Shop()
    for number in 1...20 { _ = try await shop.customer(code: "CUST" + number.padded(to: 6)) }
    let refused = try await refusal { try await shop.customer() }
    #expect(
      refused
        == Refused(code: "DUPLICATE_ENTRY", details: ["field": "code", "value": "CUST000020"])
    )
  }

  @Test(
    arguments: [
      (["name": " ", "phone": "08"], "name"),
      (["name": "Ada"], "phone"),
      (["name": "Ada", "phone": "  "], "phone"),
      (["name": "Ada", "phone": "08", "gender": "X"], "gender"),
      (["name": "Ada", "phone": "08", "dateOfBirth": .float64(.nan)], "dateOfBirth"),
    ] as [(ConvexObject, String)]
  )
  func `create refuses what makes no sense`(form: ConvexObject, field: String) async throws {
    let shop = try await Shop()
    let refused = try await refusal {
      try await shop.backend.mutation(Customers.$create, form)
    }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": .string(field)]))
  }

  @Test func `a customer with an email needs no phone`() async throws {
    let shop = try await Shop()
    let customer = try await shop.row(shop.customer(phone: nil, email: "a@b.c"))
    #expect(customer.phone == "-")
    #expect(customer.phoneNormalized == nil)
  }

  @Test(arguments: [
    ("L", "L"), ("P", "P"), ("MALE", "L"), ("female", "P"), ("UNKNOWN", nil), (" ", nil),
  ])
  func `gender is L or P by several words`(word: String, stored: String?) async throws {
    let shop = try await Shop()
    let id = try await shop.backend.mutation(
      Customers.$create,
      ["name": "Ada", "phone": "08", "gender": .string(word)]
    )
    #expect(try await shop.row(id).gender == stored)
  }

  @Test func `a live code is refused and a deleted customer's code is free`() async throws {
    let shop = try await Shop()
    let first = try await shop.customer(code: "VIP1")
    let refused = try await refusal { try await shop.customer(code: "vip1") }
    #expect(
      refused == Refused(code: "DUPLICATE_ENTRY", details: ["field": "code", "value": "VIP1"])
    )
    try await shop.backend.mutation(Customers.$remove, ["id": .id(first)])
    let second = try await shop.customer(code: "VIP1")
    #expect(second != first)
  }

  @Test func `twenty parallel creates of one code leave one row`() async throws {
    let shop = try await Shop()
    let outcomes = await withTaskGroup(of: Refused?.self, returning: [Refused?].self) { group in
      for _ in 0..<20 {
        group.addTask {
          try? await refusal {
            try await shop.backend.mutation(
              Customers.$create,
              ["code": "RACE", "name": "Ada", "phone": "08"]
            )
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0?.code == "DUPLICATE_ENTRY" } == 19)
    #expect(try await shop.all(Customer.self).map(\.code) == ["RACE"])
    #expect(try await shop.all(CustomerMetrics.self).count == 1)
  }

  @Test func `twenty parallel creates without a code get twenty codes`() async throws {
    let shop = try await Shop()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<20 {
        group.addTask {
          try await shop.backend.mutation(Customers.$create, ["name": "Ada", "phone": "08"])
        }
      }
      try await group.waitForAll()
    }
    let expected = (1...20).map { "CUST" + $0.padded(to: 6) }
    #expect(try await shop.all(Customer.self).map(\.code).sorted() == expected)
  }

  @Test func `quickCreate finds a customer whose phone is written differently`() async throws {
    let shop = try await Shop()
    let known = try await shop.customer(phone: "081234567801")
    let found = try await shop.backend.mutation(
      Customers.$quickCreate,
      ["name": "Someone", "phone": "+62 812-3456-7801"]
    )
    #expect(found.customerId == known)
    #expect(!found.created)
    #expect(try await shop.all(Customer.self).map(\.name) == ["Ada"])
  }

  @Test func `quickCreate falls back to the email and skips inactive and deleted rows`()
    async throws
  {
    let shop = try await Shop()
    let inactive = try await shop.customer("Inactive", phone: "0811", email: "x@example.com")
    try await shop.backend.mutation(
      Customers.$update,
      ["id": .id(inactive), "isActive": false]
    )
    let deleted = try await shop.customer("Deleted", phone: "0811", email: "x@example.com")
    try await shop.backend.mutation(Customers.$remove, ["id": .id(deleted)])
    let byEmail = try await shop.customer("Active", phone: "0822", email: "X@example.com")
    let found = try await shop.backend.mutation(
      Customers.$quickCreate,
      ["name": "Someone", "phone": "0811", "email": " x@EXAMPLE.com "]
    )
    #expect(found.customerId == byEmail)
    #expect(!found.created)
  }

  @Test func `quickCreate registers with a number and no visit yet`() async throws {
    let shop = try await Shop()
    let made = try await shop.backend.mutation(
      Customers.$quickCreate,
      ["name": "Ada", "phone": "0812", "marketingOptIn": true]
    )
    #expect(made.created)
    let customer = try await shop.row(made.customerId)
    #expect(customer.code == "CUST000001")
    #expect(customer.marketingOptInAt == shop.backend.clock.now)
    #expect(try await shop.metrics(of: made.customerId)?.visitCount == 0)
  }

  @Test(
    arguments: [
      (["name": "Ada"], "phone"), (["name": "Ada", "phone": "-"], "phone"),
      (["name": "", "phone": "0812"], "name"),
    ] as [(ConvexObject, String)]
  )
  func `quickCreate needs a name and a phone or email`(
    form: ConvexObject,
    field: String
  ) async throws {
    let shop = try await Shop()
    let refused = try await refusal {
      try await shop.backend.mutation(Customers.$quickCreate, form)
    }
    #expect(refused == Refused(code: "VALIDATION", details: ["field": .string(field)]))
  }

  @Test func `twenty parallel createDefaultCustomer leave one walk-in customer`() async throws {
    let shop = try await Shop()
    let answers = try await withThrowingTaskGroup(
      of: DefaultCustomer.self,
      returning: [DefaultCustomer].self
    ) { group in
      for _ in 0..<20 {
        group.addTask { try await shop.backend.mutation(WalkInCustomers.$createDefaultCustomer) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(answers.count { $0.message.contains("was created") } == 1)
    #expect(answers.count { $0.message.contains("already exists") } == 19)
    #expect(Set(answers.map(\.id)).count == 1)
    let rows = try await shop.all(Customer.self)
    #expect(rows.map(\.code) == ["UMUM"])
    #expect(rows.map(\.phone) == ["-"])
    #expect(try await shop.all(CustomerMetrics.self).isEmpty)
  }

  @Test func `getOrCreateDefault creates nothing`() async throws {
    let shop = try await Shop()
    #expect(try await shop.backend.query(WalkInCustomers.$getOrCreateDefault) == nil)
    let id = try await shop.walkIn()
    #expect(try await shop.backend.query(WalkInCustomers.$getOrCreateDefault)?.id == id)
    try await shop.backend.mutation(Customers.$remove, ["id": .id(id)])
    #expect(try await shop.backend.query(WalkInCustomers.$getOrCreateDefault) == nil)
    #expect(try await shop.walkIn() != id)
  }
}
