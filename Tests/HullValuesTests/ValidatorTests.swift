import HullValues
import Testing

@Suite struct ValidatorTests {
  @Test func `every section of the validator vectors has a test`() {
    #expect(
      Vectors.sections("validators") == [
        "constructors", "objectHelpers", "constructorErrors", "serverParse", "argsValidatorParse",
        "returnsValidatorParse", "subset",
      ]
    )
    #expect(
      Vectors.sections("validation-errors") == ["tables", "ids", "args", "argsArity", "returns"]
    )
  }

  // MARK: Constructors

  @Test(arguments: Vectors.cases("validators", "constructors"))
  func `a constructor makes the reference's JSON and text`(vector: VectorCase) throws {
    let name = try vector.string("constructor")
    let field = try #require(constructors[name], "no Swift for \(name)").asField
    #expect(field.isOptional == (vector["isOptional"] == "optional"))
    let json = try #require(vector["json"])
    let server = try #require(vector["server"])
    if server["ok"]?.bool == true {
      #expect(field.validator.description == server["display"]?.string)
      let written = try field.validator.json()
      let expected = try Validator(json: server["reserialized"] ?? json)
      #expect(try Validator(json: written) == expected)
      #expect(expected == field.validator)
      #expect(written.description == (try Validator(json: json)).roundTripText)
    } else {
      let error = #expect(throws: ConvexValueError.self) { try field.validator.json() }
      #expect(error?.message == server["error"]?.string)
      #expect(error?.code == server["shortMsg"]?.string)
      #expect(try Validator(json: json) == field.validator)
      #expect(throws: ConvexValueError.self) { try field.validator.checkRules() }
    }
  }

  private let constructors: [String: any FieldValidatorConvertible] = [
    "v.null()": v.null(), "v.number()": v.number(), "v.float64()": v.float64(),
    "v.bigint()": v.bigint(), "v.int64()": v.int64(), "v.commitTs()": v.commitTs(),
    "v.boolean()": v.boolean(), "v.string()": v.string(), "v.bytes()": v.bytes(),
    "v.any()": v.any(), "v.id(\"users\")": v.id("users"), "v.id(\"_storage\")": v.id("_storage"),
    "v.literal(\"a\")": v.literal("a"), "v.literal(\"a\\\"b\\n\")": v.literal("a\"b\n"),
    "v.literal(1)": v.literal(1.0), "v.literal(1.5)": v.literal(1.5),
    "v.literal(-0)": v.literal(-0.0), "v.literal(1e21)": v.literal(1e21),
    "v.literal(NaN)": v.literal(Double(bitPattern: 0x7FF8_0000_0000_0000)),
    "v.literal(Infinity)": v.literal(Double.infinity), "v.literal(5n)": v.literal(5 as Int64),
    "v.literal(true)": v.literal(true), "v.array(v.string())": v.array(v.string()),
    "v.array(v.array(v.id(\"users\")))": v.array(v.array(v.id("users"))),
    "v.object({})": v.object([:]),
    "v.object({b: v.string(), a: v.optional(v.number())})":
      v.object(["b": v.string(), "a": v.optional(v.number())]),
    "v.object({o: v.object({p: v.optional(v.null())})})":
      v.object(["o": v.object(["p": v.optional(v.null())])]),
    "v.union()": v.union(), "v.union(v.string())": v.union(v.string()),
    "v.union(v.string(), v.null())": v.union(v.string(), v.null()),
    "v.union(v.literal(\"a\"), v.literal(\"b\"))": v.union(v.literal("a"), v.literal("b")),
    "v.union(v.union(v.string(), v.number()), v.null())":
      v.union(v.union(v.string(), v.number()), v.null()),
    "v.nullable(v.number())": v.nullable(v.number()),
    "v.record(v.string(), v.number())": v.record(v.string(), v.number()),
    "v.record(v.id(\"users\"), v.array(v.boolean()))":
      v.record(v.id("users"), v.array(v.boolean())),
    "v.record(v.union(v.id(\"users\"), v.id(\"teams\")), v.any())":
      v.record(v.union(v.id("users"), v.id("teams")), v.any()),
    "v.optional(v.string())": v.optional(v.string()),
    "v.optional(v.optional(v.string()))": v.optional(v.optional(v.string())),
    "v.array(v.optional(v.string())) (optional flag is lost)": v.array(v.optional(v.string())),
    "v.union(v.optional(v.string()), v.null()) (optional flag is lost)":
      v.union(v.optional(v.string()), v.null()),
    "asObjectValidator({a: v.string()})": v.object(["a": v.string()]),
  ]

  @Test(arguments: Vectors.cases("validators", "objectHelpers"))
  func `validators of objects are derived as in the reference`(vector: VectorCase) throws {
    let base: ObjectValidator = [
      "a": FieldValidator(v.string()), "b": v.optional(v.number()),
      "c": FieldValidator(v.id("users")),
    ]
    let helpers: [String: () throws -> ObjectValidator] = [
      "omit(\"a\")": { base.omitting("a") },
      "omit(\"a\",\"missing\")": { base.omitting("a", "missing") },
      "omit()": { base.omitting() },
      "pick(\"a\",\"b\")": { try base.picking("a", "b") },
      "pick()": { try base.picking() },
      "pick(\"missing\")": { try base.picking("missing") },
      "partial()": { base.partial() },
      "extend({d: v.boolean()})": { base.extended(with: ["d": FieldValidator(v.boolean())]) },
      "extend({a: v.int64()}) (overrides)": {
        base.extended(with: ["a": FieldValidator(v.int64())])
      },
      "optional object keeps optional after omit": {
        ["x": v.optional(Validator.object(base.omitting("b")))]
      },
      "partial of optional object inside object": {
        ["x": v.optional(Validator.object(base.partial()))]
      },
    ]
    let helper = try #require(helpers[try vector.string("call")])
    let result = Result { try helper() }
    switch result {
    case .success(let object):
      #expect(vector.isOK)
      #expect(try Validator.object(object).json() == vector["json"])
    case .failure(let error as ConvexValueError):
      #expect(!vector.isOK)
      #expect(error.message == vector["error"]?.string)
    case .failure(let error): throw error
    }
  }

  /// JavaScript finds these at run time; here they do not compile, but for one.
  @Test(arguments: Vectors.cases("validators", "constructorErrors"))
  func `wrong uses of constructors are compile-time errors or throw`(vector: VectorCase) throws {
    #expect(!vector.isOK)
    let call = try vector.string("call")
    if call == "base.pick(\"missing\")" {
      let error = #expect(throws: ConvexValueError.self) {
        try ObjectValidator(validating: []).picking("missing")
      }
      #expect(error?.message == vector["error"]?.string)
    } else {
      // No argument, null, undefined, an object, text or an optional where the parameter has
      // another type.
      let refusedByTypes = [
        "v.id(1)", "v.id()", "v.literal(null)", "v.literal(undefined)", "v.literal({})",
        "v.object({a: undefined})", "v.object({a: \"string\"})", "v.object({a: 1})",
        "v.array(undefined)", "v.union(v.string(), undefined)", "v.union(\"a\")",
        "v.record(undefined, v.any())", "v.record(v.string(), undefined)",
        "v.record(v.optional(v.string()), v.any())", "v.record(v.string(), v.optional(v.any()))",
        "v.record(\"a\", v.any())", "v.optional(undefined)",
      ]
      #expect(refusedByTypes.contains(call))
    }
  }

  // MARK: Reading

  @Test(arguments: Vectors.cases("validators", "serverParse"))
  func `the JSON of a validator is read as the server reads it`(vector: VectorCase) throws {
    let text = Array(try vector.string("text").utf8)
    let result = Result { try Validator(jsonText: text) }
    switch result {
    case .success(let validator):
      #expect(vector.isOK)
      #expect(validator.description == vector["display"]?.string)
      #expect(try Validator(json: try validator.json()) == validator)
      #expect(throws: Never.self) { try validator.checkRules() }
    case .failure(let error as ConvexValueError):
      #expect(!vector.isOK)
      #expect(error.code == vector["shortMsg"]?.string)
      #expect(error.message == vector["error"]?.string)
    case .failure(let error): throw error
    }
  }

  @Test func `rules on records hold for validators built by code too`() {
    for (validator, message) in [
      (v.record(v.number(), v.any()), "Records can only have string keys."),
      (
        v.object(["r": v.array(v.record(v.literal("a"), v.any()))]),
        "Invalid validator for key `r`: Records cannot have string literal keys"
      ),
      (v.union(v.literal(Double.nan)), "Infinite or NaN"),
    ] {
      let error = #expect(throws: ConvexValueError.self) { try validator.checkRules() }
      #expect(error?.message.hasPrefix(message) == true)
    }
  }

  @Test(arguments: Vectors.cases("validators", "argsValidatorParse"))
  func `a function's arguments are an object or any`(vector: VectorCase) throws {
    let json = try JSONParser().json(try vector.string("text"))
    let result = Result { try ArgumentsValidator(json: json) }
    switch result {
    case .success(let validator):
      #expect(vector.isOK)
      #expect((validator == .unvalidated) == (vector["kind"] == "unvalidated"))
    case .failure(let error as ConvexValueError):
      #expect(!vector.isOK)
      #expect(error.code == vector["shortMsg"]?.string)
      #expect(error.message == vector["error"]?.string)
    case .failure(let error): throw error
    }
  }

  @Test(arguments: Vectors.cases("validators", "returnsValidatorParse"))
  func `a function's result may be anything`(vector: VectorCase) throws {
    let json = try JSONParser().json(try vector.string("text"))
    let result = Result { try ReturnsValidator(json: json) }
    switch result {
    case .success(let validator):
      #expect(vector.isOK)
      #expect(validator.needsValidation == vector["needs"]?.bool)
    case .failure(let error as ConvexValueError):
      #expect(!vector.isOK)
      #expect(error.code == vector["shortMsg"]?.string)
      #expect(error.message == vector["error"]?.string)
    case .failure(let error): throw error
    }
  }

  @Test(arguments: Vectors.cases("validators", "subset"))
  func `one validator implies another`(vector: VectorCase) throws {
    let a = try Validator(json: try #require(vector["a"]))
    let b = try Validator(json: try #require(vector["b"]))
    #expect(a.isSubset(of: b) == vector["aIsSubsetOfB"]?.bool)
    #expect(a.isSubset(of: a))
  }

  // MARK: Checking

  /// The arguments of a vector as a call would receive them, or the error of decoding them.
  private func arguments(_ vector: VectorCase) -> Result<[ConvexValue], ConvexValueError> {
    Result { () throws(ConvexValueError) -> [ConvexValue] in
      var values: [ConvexValue] = []
      for json in vector["args"]?.array ?? [] { values.append(try ConvexValue(json: json)) }
      return values
    }
  }

  @Test(
    arguments: Vectors.cases("validation-errors", "args")
      + Vectors.cases("validation-errors", "argsArity")
  )
  func `arguments are checked with the reference's messages`(vector: VectorCase) throws {
    let tables = try tableMapping(Vectors.load("validation-errors")["tables"])
    let validator = try ArgumentsValidator(json: try #require(vector["validator"]))
    let message: String? =
      switch arguments(vector) {
      case .success(let values): validator.failureMessage(values, tables: tables)
      case .failure(let error): "Invalid arguments for messages.js:send: \(error.message)"
      }
    #expect(message == vector["error"]?.string)
    #expect((message == nil) == vector.isOK)
  }

  @Test(arguments: Vectors.cases("validation-errors", "returns"))
  func `results are checked with the reference's messages`(vector: VectorCase) throws {
    let tables = try tableMapping(Vectors.load("validation-errors")["tables"])
    let validator = try ReturnsValidator(json: try #require(vector["validator"]))
    let message = validator.failureMessage(try vector.value("returns"), tables: tables)
    #expect(message == vector["error"]?.string)
    #expect((message == nil) == vector.isOK)
  }

  @Test func `the ids of the vectors belong to the tables they are named after`() throws {
    let file = Vectors.load("validation-errors")
    let tables = try tableMapping(file["tables"])
    for (name, id) in try #require(file["ids"]?.object) {
      let id = try DocumentID(parsing: try #require(id.string))
      #expect(
        tables.tableName(for: id.tableNumber)?.rawValue == (name == "unknownTable" ? nil : name)
      )
    }
  }

  @Test func `the commit timestamp passes for an int64`() {
    let tables = FixedTableMapping([:])
    #expect(v.int64().check(.commitTimestamp, tables: tables) == nil)
    #expect(v.commitTs().check(.commitTimestamp, tables: tables) == nil)
    #expect(v.commitTs().check(.int64(1), tables: tables) == nil)
    #expect(v.float64().check(.commitTimestamp, tables: tables) != nil)
    #expect(v.union(v.null(), v.int64()).check(.commitTimestamp, tables: tables) == nil)
  }
}

extension Validator {
  /// The text of the validator's JSON.
  fileprivate var roundTripText: String { (try? json().description) ?? "" }
}
