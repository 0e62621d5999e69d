import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct StructMacroTests {
  @Test func `a table has its name, its indexes, and a line per field`() {
    expectExpansion(
      of: """
        @Table("customers")
        public struct Customer {
          public var name: String
          var email: String? { didSet {} }
          static let byName = index("by_name", \\.name)
          static let limit = 5
          var shout: String { name.uppercased() }
        }
        """,
      """
      public struct Customer {
        public var name: String
        var email: String? { didSet {} }
        static let byName = index("by_name", \\.name)
        static let limit = 5
        var shout: String { name.uppercased() }

        public struct Fields: Sendable {
          public init() {
          }
          public let email = Hull.Field<Customer, String?>("email")
          public let name = Hull.Field<Customer, String>("name")
        }

        public static let fields = Fields()

        public static var convexFields: [Hull.ConvexField] {
          [
            .init("email", String?.self),
            .init("name", String.self),
          ]
        }
      }

      extension Customer: Hull.Table {
        public static var tableName: String {
          "customers"
        }
        public static var indexes: [any Hull.TableIndexProtocol] {
          [byName]
        }
        public init(from decoder: inout Hull.ObjectDecoder) throws {
          self.email = try decoder.field("email")
          self.name = try decoder.field("name")
        }
        public func encodeFields(into encoder: inout Hull.ObjectEncoder) throws {
          try encoder.field("email", self.email)
          try encoder.field("name", self.name)
        }
      }
      """
    )
  }

  @Test func `a flattened property has no field of its own`() {
    expectExpansion(
      of: """
        @ConvexObject
        struct Profile {
          @Flatten var customer: Document<Customer>
          var a, b: Int
        }
        """,
      """
      struct Profile {
        var customer: Document<Customer>
        var a, b: Int

        struct Fields: Sendable {
          let a = Hull.Field<Profile, Int>("a")
          let b = Hull.Field<Profile, Int>("b")
        }

        static let fields = Fields()

        static var convexFields: [Hull.ConvexField] {
          [
            .init("a", Int.self),
            .init("b", Int.self),
            .init(flattening: Document<Customer>.self),
          ]
        }
      }

      extension Profile: Hull.ConvexStruct {
        static var convexFlattens: Bool {
          true
        }
        init(from decoder: inout Hull.ObjectDecoder) throws {
          self.a = try decoder.field("a")
          self.b = try decoder.field("b")
          self.customer = try decoder.flattened()
        }
        func encodeFields(into encoder: inout Hull.ObjectEncoder) throws {
          try encoder.field("a", self.a)
          try encoder.field("b", self.b)
          try encoder.flatten(self.customer)
        }
      }
      """
    )
  }

  @Test(arguments: [
    (
      "var isActive = true", 3, 7,
      "'isActive' needs its type written out: a macro sees only what is written"
    ),
    (
      "let kind: String = \"a\"", 3, 7,
      "'kind' has a fixed value and cannot be read from a document; make it 'static' or a 'var'"
    ),
    (
      "var größe: Double", 3, 7,
      "'größe' cannot be a field: field names are ASCII letters, digits and '_', at most 64"
    ),
    (
      "var _hidden: Double", 3, 7,
      "'_hidden' cannot be a field of a table: names with a leading underscore belong to the system"
    ),
  ]) func `a property that cannot be a field`(
    property: String,
    line: Int,
    column: Int,
    message: String
  ) {
    expectExpansion(
      of: """
        @Table("t")
        struct T {
          \(property)
        }
        """,
      """
      struct T {
        \(property)
      }
      """,
      diagnostics: [DiagnosticSpec(message: message, line: line, column: column)]
    )
  }

  @Test func `a system field's name may be used in a result`() {
    expectExpansion(
      of: """
        @ConvexObject
        struct Row {
          var _id: String
        }
        """,
      """
      struct Row {
        var _id: String

        struct Fields: Sendable {
          let _id = Hull.Field<Row, String>("_id")
        }

        static let fields = Fields()

        static var convexFields: [Hull.ConvexField] {
          [
            .init("_id", String.self),
          ]
        }
      }

      extension Row: Hull.ConvexStruct {
        init(from decoder: inout Hull.ObjectDecoder) throws {
          self._id = try decoder.field("_id")
        }
        func encodeFields(into encoder: inout Hull.ObjectEncoder) throws {
          try encoder.field("_id", self._id)
        }
      }
      """
    )
  }

  @Test(arguments: [
    (
      "@Table(\"1st\") struct T {}", "struct T {}", 8,
      "'1st' cannot be a table: table names start with an ASCII letter and continue with letters, "
        + "digits and '_', at most 64"
    ),
    (
      "@Table(\"_users\") struct T {}", "struct T {}", 8,
      "'_users' cannot be a table: table names start with an ASCII letter and continue with "
        + "letters, digits and '_', at most 64"
    ),
    (
      "@Table(\"a\\(b)\") struct T {}", "struct T {}", 1,
      "the table name must be a plain string literal"
    ),
    (
      "@Table(\"t\") struct T<X> {}", "struct T<X> {}", 21,
      "@Table cannot be on a generic type: a validator needs the types written out"
    ),
    (
      "@ConvexObject enum T {}", "enum T {}", 15,
      "@ConvexObject belongs on a struct; for an enumeration of strings conform to ConvexLiteral"
    ),
    (
      "@ConvexObject final class T {}", "final class T {}", 21,
      "@ConvexObject belongs on a struct; for an enumeration of strings conform to ConvexLiteral"
    ),
  ]) func `a type that cannot be an object`(
    source: String,
    expanded: String,
    column: Int,
    message: String
  ) {
    expectExpansion(
      of: source,
      expanded,
      diagnostics: [DiagnosticSpec(message: message, line: 1, column: column)]
    )
  }

  @Test func `a union lists its cases with their structs`() {
    expectExpansion(
      of: """
        @ConvexUnion("type")
        public enum Payment {
          case cash(Cash), transfer(Bank.Transfer)
        }
        """,
      """
      public enum Payment {
        case cash(Cash), transfer(Bank.Transfer)

        public static var convexCases: [Hull.ConvexUnionCase<Self>] {
          [
            .init("cash", Cash.self) {
              .cash($0)
            },
            .init("transfer", Bank.Transfer.self) {
              .transfer($0)
            },
          ]
        }
      }

      extension Payment: Hull.ConvexUnion {
        public static var convexTag: String {
          "type"
        }
        public var convexCase: (name: String, value: any Hull.ConvexStruct) {
          switch self {
          case .cash(let value):
            ("cash", value)
          case .transfer(let value):
            ("transfer", value)
          }
        }
      }
      """
    )
  }

  @Test(arguments: [
    (
      "@ConvexUnion(\"type\") enum P {\n  case cash\n}", "enum P {\n  case cash\n}", 2, 8,
      "'cash' must hold exactly one @ConvexObject struct, without a label: 'case cash(Cash)'"
    ),
    (
      "@ConvexUnion(\"type\") enum P {\n  case cash(x: Cash)\n}",
      "enum P {\n  case cash(x: Cash)\n}", 2, 8,
      "'cash' must hold exactly one @ConvexObject struct, without a label: 'case cash(Cash)'"
    ),
    (
      "@ConvexUnion(\"type\") struct P {}", "struct P {}", 1, 22,
      "@ConvexUnion belongs on an enum whose cases hold one @ConvexObject struct each"
    ),
    (
      "@ConvexUnion(\"$type\") enum P {}", "enum P {}", 1, 14,
      "'$type' cannot be a field: field names are ASCII letters, digits and '_', at most 64"
    ),
  ]) func `a type that cannot be a union`(
    source: String,
    expanded: String,
    line: Int,
    column: Int,
    message: String
  ) {
    expectExpansion(
      of: source,
      expanded,
      diagnostics: [DiagnosticSpec(message: message, line: line, column: column)]
    )
  }
}
