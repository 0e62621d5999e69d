import SwiftSyntaxMacrosGenericTestSupport
import Testing

@Suite struct FunctionMacroTests {
  @Test func `a module lists its functions, each beside its registration`() {
    expectExpansion(
      of: """
        @Functions("master_data/customers")
        public enum Customers {
          /// Customers in "creation" order.
          ///
          /// - Parameter ctx: Not said twice.
          @Query
          public static func list(_ ctx: QueryContext, all: Bool?, limit: Int = 5) async throws -> [Row] { [] }

          @InternalMutation static func touch(ctx: MutationContext) {}

          static func helper() {}
        }
        """,
      """
      public enum Customers {
        /// Customers in "creation" order.
        ///
        /// - Parameter ctx: Not said twice.
        public static func list(_ ctx: QueryContext, all: Bool?, limit: Int = 5) async throws -> [Row] { [] }

        public static let $list = Hull.FunctionReference<Hull.QueryContext, [Row]>("list", in: Self.self, [.init("all", Bool?.self), .init("limit", Int.self, isOptional: true)], description: #"Customers in "creation" order."#, fileID: "TestModule/test.swift", line: 7) { ctx, args in
          try await Self.list(ctx, all: args["all"], limit: args["limit", default: 5])
        }

        static func touch(ctx: MutationContext) {}

        static let $touch = Hull.FunctionReference<Hull.MutationContext, Void>(procedure: "touch", in: Self.self, visibility: .internal, fileID: "TestModule/test.swift", line: 9) { ctx, _ in
          Self.touch(ctx: ctx)
        }

        static func helper() {}
      }

      extension Customers: Hull.FunctionModule {
        public static var modulePath: String {
          "master_data/customers"
        }
        public static var functions: [Hull.FunctionDefinition] {
          [$list.definition, $touch.definition]
        }
      }
      """
    )
  }

  /// Checks one function in a module `m` that does not get registered.
  func expectRefusal(
    of function: String,
    _ message: String,
    line: Int = 3,
    column: Int,
    stripped: String,
    fixed: String? = nil,
    fixIt: String? = nil,
    sourceLine: UInt = #line
  ) {
    expectExpansion(
      of: """
        @Functions("m")
        enum M {
          \(function)
        }
        """,
      """
      enum M {
        \(stripped)
      }

      extension M: Hull.FunctionModule {
        static var modulePath: String {
          "m"
        }
        static var functions: [Hull.FunctionDefinition] {
          []
        }
      }
      """,
      diagnostics: [
        DiagnosticSpec(
          message: message,
          line: line,
          column: column,
          fixIts: fixIt.map { [FixItSpec(message: $0)] } ?? []
        )
      ],
      fixed: fixed.map {
        """
        @Functions("m")
        enum M {
          \($0)
        }
        """
      },
      line: sourceLine
    )
  }

  @Test func `an instance method is refused and can be made static`() {
    expectRefusal(
      of: "@Query func list(_ ctx: QueryContext) {}",
      "'list' must be static: a module has no instances",
      column: 15,
      stripped: "func list(_ ctx: QueryContext) {}",
      fixed: "@Query static func list(_ ctx: QueryContext) {}",
      fixIt: "add 'static'"
    )
  }

  @Test(arguments: [
    (
      "Query", "MutationContext", "QueryContext",
      "a query only reads one snapshot, so it takes 'QueryContext', not 'MutationContext'; "
        + "change the parameter, or mark the function @Mutation"
    ),
    (
      "InternalQuery", "Hull.ActionContext", "QueryContext",
      "a query only reads one snapshot, so it takes 'QueryContext', not 'ActionContext'; "
        + "change the parameter, or mark the function @Action"
    ),
    (
      "Mutation", "ActionContext", "MutationContext",
      "a mutation is one transaction, so it takes 'MutationContext', not 'ActionContext'; "
        + "change the parameter, or mark the function @Action"
    ),
    (
      "Action", "QueryContext", "ActionContext",
      "an action has no transaction of its own, so it takes 'ActionContext', not 'QueryContext'; "
        + "change the parameter, or mark the function @Query"
    ),
    (
      "Mutation", "String", "MutationContext",
      "the first parameter of a mutation is its context: 'MutationContext', not 'String'"
    ),
  ]) func `another kind's context is refused and can be replaced`(
    attribute: String,
    context: String,
    right: String,
    message: String
  ) {
    expectRefusal(
      of: "@\(attribute) static func f(_ ctx: \(context)) {}",
      message,
      column: 26 + attribute.count,
      stripped: "static func f(_ ctx: \(context)) {}",
      fixed: "@\(attribute) static func f(_ ctx: \(right)) {}",
      fixIt: "take '\(right)'"
    )
  }

  @Test func `a function without parameters lacks its context`() {
    expectRefusal(
      of: "@Action static func f() {}",
      "the first parameter of an action must be its context: '_ ctx: ActionContext'",
      column: 24,
      stripped: "static func f() {}"
    )
  }

  @Test(arguments: [
    ("_ name: String", "'name' needs a label: arguments are passed by name"),
    ("names: String...", "'names' cannot be variadic; take an array"),
    ("name: inout String", "'name' cannot be inout; return what changes"),
    (
      "größe: Double",
      "'größe' cannot be called by clients: names are ASCII letters, digits and '_', at most 64"
    ),
  ]) func `a parameter that cannot be an argument`(parameter: String, message: String) {
    expectRefusal(
      of: "@Query static func f(_ ctx: QueryContext, \(parameter)) {}",
      message,
      column: 45,
      stripped: "static func f(_ ctx: QueryContext, \(parameter)) {}"
    )
  }

  @Test func `a generic function is refused`() {
    expectRefusal(
      of: "@Query static func f<T>(_ ctx: QueryContext, x: T) {}",
      "'f' cannot be generic: its signature is the contract with clients",
      column: 23,
      stripped: "static func f<T>(_ ctx: QueryContext, x: T) {}"
    )
  }

  @Test func `a function has one kind`() {
    expectRefusal(
      of: "@Query @Mutation static func f(_ ctx: QueryContext) {}",
      "'f' has two function kinds; keep one",
      column: 10,
      stripped: "static func f(_ ctx: QueryContext) {}"
    )
  }

  @Test func `a property is no function`() {
    expectRefusal(
      of: "@Query static var x: Int { 1 }",
      "@Query belongs on a function",
      column: 3,
      stripped: "static var x: Int { 1 }"
    )
  }

  @Test func `two functions of one name are reported on the second`() {
    expectExpansion(
      of: """
        @Functions("m")
        enum M {
          @Query static func f(_ ctx: QueryContext) {}
          @Query static func f(_ ctx: QueryContext, x: Int) {}
        }
        """,
      """
      enum M {
        static func f(_ ctx: QueryContext) {}

        static let $f = Hull.FunctionReference<Hull.QueryContext, Void>(procedure: "f", in: Self.self, fileID: "TestModule/test.swift", line: 3) { ctx, _ in
          Self.f(ctx)
        }
        static func f(_ ctx: QueryContext, x: Int) {}

        static let $f = Hull.FunctionReference<Hull.QueryContext, Void>(procedure: "f", in: Self.self, [.init("x", Int.self)], fileID: "TestModule/test.swift", line: 4) { ctx, args in
          try Self.f(ctx, x: args["x"])
        }
      }

      extension M: Hull.FunctionModule {
        static var modulePath: String {
          "m"
        }
        static var functions: [Hull.FunctionDefinition] {
          [$f.definition]
        }
      }
      """,
      diagnostics: [
        DiagnosticSpec(
          message: "the module already has a function 'f'; a function is called by its name alone",
          line: 4,
          column: 22
        )
      ]
    )
  }

  @Test func `a function in an extension would be missed, so it is refused`() {
    expectExpansion(
      of: """
        extension M {
          @Query static func f(_ ctx: QueryContext) {}
        }
        """,
      """
      extension M {
        static func f(_ ctx: QueryContext) {}
      }
      """,
      diagnostics: [
        DiagnosticSpec(
          message: "'f' would not be registered: @Functions sees only the braces it is on. Declare "
            + "@Query functions there, or in another type marked @Functions with the same path",
          line: 2,
          column: 22
        )
      ]
    )
  }

  @Test func `a function of an unmarked type would be missed, so it is refused`() {
    expectExpansion(
      of: """
        enum M {
          @InternalAction static func f(_ ctx: ActionContext) {}
        }
        """,
      """
      enum M {
        static func f(_ ctx: ActionContext) {}
      }
      """,
      diagnostics: [
        DiagnosticSpec(
          message: "'f' would not be registered: @InternalAction needs an enclosing type marked "
            + "@Functions",
          line: 2,
          column: 31
        )
      ]
    )
  }

  @Test(arguments: [
    (
      "@Functions(\"a.ts\") enum M {}", "enum M {}", 12,
      "'a.ts' cannot be a module path: write components of 1 to 64 ASCII letters, digits, '_' "
        + "and '.' separated by '/', without a file extension"
    ),
    (
      "@Functions(\"/a\") enum M {}", "enum M {}", 12,
      "'/a' cannot be a module path: write components of 1 to 64 ASCII letters, digits, '_' "
        + "and '.' separated by '/', without a file extension"
    ),
    (
      "@Functions(path) enum M {}", "enum M {}", 1, "the module path must be a plain string literal"
    ),
    (
      "@Functions(\"a\") class M {}", "class M {}", 1,
      "@Functions belongs on an enum or struct whose static functions form a module"
    ),
    (
      "@Functions(\"a\") struct M<T> {}", "struct M<T> {}", 25,
      "@Functions cannot be on a generic type: a validator needs the types written out"
    ),
  ]) func `a type that cannot be a module`(
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
}
