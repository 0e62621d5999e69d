@testable import Hull
import Testing

@Suite struct InvocationTests {
  let host = FakeHost()
  let pet = ID<Pet>(unchecked: TestData.id(1))

  @Test func `a called reference carries Swift values, and nil leaves an argument out`() throws {
    let none: String? = nil
    let home = Home(town: "Ubud", street: nil, room: nil)
    let invocation = Pets.$rename(id: pet, name: none, kind: Pet.Kind.dog, home: home, gone: nil)
    #expect(
      try invocation.arguments
        == ["id": .string(pet.string), "kind": "dog", "home": ["room": .null, "town": "Ubud"]]
    )
    #expect(try Pets.$rename(kind: Patch<Pet.Kind>.clear).arguments == ["kind": .null])
    #expect(try Pets.$rename(kind: Patch<Pet.Kind>.unchanged).arguments == [:])
  }

  @Test func `a context runs it and returns the declared type`() async throws {
    let ctx = ActionContext(host: HostHandle(host))
    host.with { $0.answers["animals/pets:default"] = "Ubud" }
    let town: String = try await ctx.runMutation(
      Pets.$default(in: Home(town: "Ubud", street: nil, room: nil))
    )
    #expect(town == "Ubud")
    host.with { $0.answers["animals/pets:version"] = 1 }
    #expect(try await ctx.runQuery(Pets.$version()) == 1)
    #expect(try await ctx.runAction(Pets.$adopt(id: pet)) == nil)
    #expect(host.with { $0.calls.map(\.kind) } == [.mutation, .query, .action])
    #expect(host.with { $0.calls.last?.arguments } == ["id": .string(pet.string)])
  }

  @Test func `a result of another shape is not passed on`() async {
    host.with { $0.answers["animals/pets:version"] = "one" }
    await #expect(throws: ValueDecodingError.self) {
      try await QueryContext(host: HostHandle(host)).runQuery(Pets.$version)
    }
  }
}

@Suite struct ConvexErrorTests {
  @Test(
    arguments: [
      ("plain", "plain"), (1, "1"), (-0.0, "0"), (1.5, "1.5"), (1e21, "1e21"),
      (.float64(.nan), "null"),
      (.int64(5), #""5n""#), (.bytes([1]), "{}"), (.null, "null"), ([true, "a"], #"[true,"a"]"#),
      (
        ["message": "gone", "code": "NOT_FOUND", "details": ["count": 3]],
        #"{"code":"NOT_FOUND","details":{"count":3},"message":"gone"}"#
      ),
    ] as [(ConvexValue, String)]
  ) func `the text is the data as JavaScript prints it`(
    data: ConvexValue,
    text: String
  ) {
    #expect(ConvexError(data).description == text)
  }

  @Test func `a struct can be an error's data`() throws {
    #expect(
      try ConvexError(encoding: Home(town: "Ubud", street: nil, room: .value(3))).data
        == ["room": 3, "town": "Ubud"]
    )
  }
}
