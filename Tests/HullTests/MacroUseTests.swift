@testable import Hull
import Testing

/// What the macros write, run through the value level.
@Suite struct MacroUseTests {
  let host = FakeHost()

  var profile: ConvexObject {
    ["name": "Tom", "owner": .string(TestData.id(9).string), "tags": [], "weight": 4.5]
  }

  @Test func `a module lists its functions in order, with path, kind and visibility`() {
    #expect(
      Pets.functions.map(\.path)
        == ["list", "profile", "rename", "default", "version", "adopt"].map { "animals/pets:" + $0 }
    )
    #expect(Pets.functions.map(\.kind) == [.query, .query, .mutation, .mutation, .query, .action])
    #expect(
      Pets.functions.filter { $0.visibility == .internal }.map(\.name) == ["default", "version"]
    )
  }

  @Test func `two types of one path are one module`() throws {
    let application = try Application(
      name: "test",
      schema: Schema(Pet.self),
      modules: [Pets.module, MorePets.module, PublicAPI.Rooms.module]
    )
    #expect(application.functions.count == 9)
    #expect(application.functions["animals/pets:secret"]?.kind == .query)
  }

  @Test func `the signature is the contract`() {
    let list = Pets.$list.definition
    #expect(
      list.args
        == .object([
          "owner": FieldValidator(.id("owners")),
          "kinds": FieldValidator(
            .array(.union([.literal("cat"), .literal("dog")])),
            isOptional: true
          ),
          "limit": FieldValidator(.float64, isOptional: true),
        ])
    )
    #expect(list.returns == .array(.object(Pet.documentObject)))
    #expect(
      Pets.$rename.definition.args
        == .object([
          "id": FieldValidator(.id("pets")), "name": FieldValidator(.string, isOptional: true),
          "kind": FieldValidator(
            .union([.union([.literal("cat"), .literal("dog")]), .null]),
            isOptional: true
          ),
        ])
    )
    #expect(Pets.$rename.definition.returns == .null)
    #expect(Pets.$version.definition.args == .object([:]))
  }

  @Test func `the documentation comment is the description, the line the place`() {
    #expect(Pets.$list.definition.description == "Pets of an owner,\nheaviest first.")
    #expect(Pets.$profile.definition.description == nil)
    #expect(Pets.$version.definition.location.fileID == "HullTests/MacroFixtures.swift")
    #expect(Pets.$version.definition.location.line == Pets.lineOfVersion)
  }

  @Test func `a call decodes its arguments and encodes its result`() async throws {
    let document = TestData.document(number: 1, profile)
    host.with { $0.results = [document] }
    let list = try await Pets.$list.definition.run(
      on: host,
      ["owner": .string(TestData.id(9).string)]
    )
    #expect(list == .array([.object(try document.object())]))
    let query = try #require(host.with { $0.queries.last })
    #expect(
      query.source
        == .index(name: "by_owner", range: [.init(.eq, "owner", .string(TestData.id(9).string))])
    )
    guard case .limit(20)? = query.operators.last else {
      Issue.record("the default limit was not used: \(query.operators)")
      return
    }
  }

  @Test func `a patch argument changes what it says`() async throws {
    let id = ConvexValue.string(TestData.id(1).string)
    #expect(try await Pets.$rename.definition.run(on: host, ["id": id, "kind": .null]) == .null)
    #expect(host.with { $0.patches.last } == ["kind": nil])
    _ = try await Pets.$rename.definition.run(on: host, ["id": id, "kind": "dog", "name": "Rex"])
    #expect(host.with { $0.patches.last } == ["kind": "dog", "name": "Rex"])
  }

  @Test func `an argument that cannot be decoded is named`() async {
    let error = await #expect(throws: HullError.self) {
      try await Pets.$list.definition.run(
        on: host,
        ["owner": .string(TestData.id(9).string), "limit": 1.5]
      )
    }
    #expect(error?.description == "Invalid argument limit: expected a whole number, found 1.5")
  }

  @Test func `a reference's result is the declared type`() async throws {
    let document = TestData.document(number: 1, profile)
    var object = try document.object()
    try object.set("ageInDays", to: 3)
    let answer = ConvexValue.object(object)
    host.with { $0.answers["animals/pets:profile"] = answer }
    #expect(
      try await Pets.$adopt.definition.run(on: host, ["id": .string(document.id.string)]) == "Tom"
    )
    #expect(host.with { $0.calls.map(\.path) } == ["animals/pets:rename", "animals/pets:profile"])
  }

  @Test func `keywords are names like others`() async throws {
    let place: ConvexValue = ["town": "Ubud", "room": .null]
    #expect(try await Pets.$default.definition.run(on: host, ["in": place]) == "Ubud")
    #expect(Pet.convexObject["default"] == FieldValidator(.boolean, isOptional: true))
  }

  @Test func `a struct's properties are its fields, computed ones are not`() throws {
    #expect(
      Pet.convexObject.fields.map(\.name)
        == ["default", "home", "kind", "name", "owner", "tags", "weight"]
    )
    #expect(Pet.indexes.map(\.name) == ["by_owner", "by_kind_weight", "by_town", "search_name"])
    #expect(try Pet.definition.indexes[2].fields == ["home.town"])
    let pet = Pet(name: "Tom", owner: ID(unchecked: TestData.id(9)), kind: .cat)
    #expect(pet.label == "Tom (cat)")
    #expect(try Pet(convexValue: pet.convexValue()) == pet)
    #expect(try pet.encodedValue() == EncodedValue(pet.convexValue()))
  }

  @Test func `a flattened document's fields are part of the validator`() {
    #expect(
      PetProfile.convexValidator
        == .object(Pet.documentObject.extended(with: ["ageInDays": FieldValidator(.float64)]))
    )
  }

  @Test func `a union's cases are objects with the case's name`() throws {
    #expect(
      Payment.convexValidator
        == .union([
          .object([
            "type": FieldValidator(.literal("cash")), "given": FieldValidator(.float64),
          ]),
          .object([
            "type": FieldValidator(.literal("default")), "bank": FieldValidator(.string),
            "reference": FieldValidator(.string, isOptional: true),
          ]),
        ])
    )
    let payment = Payment.default(Payment.Transfer(bank: "BCA", reference: nil))
    #expect(try payment.convexValue() == ["bank": "BCA", "type": "default"])
    #expect(try Payment(convexValue: payment.convexValue()) == payment)
    #expect(try payment.encodedValue().string == #"{"bank":"BCA","type":"default"}"#)
    let error = #expect(throws: ValueDecodingError.self) {
      try Payment(convexValue: ["type": "card"])
    }
    #expect(error?.description == #".type: expected one of "cash", "default", found "card""#)
  }
}
