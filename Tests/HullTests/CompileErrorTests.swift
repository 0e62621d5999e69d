import Foundation
import Testing

/// What the compiler refuses is part of the interface: these programs must not compile, for the
/// reason given behind each line.
@Suite(.enabled(if: Compiler.current != nil, "needs the build folder of SwiftPM"))
struct CompileErrorTests {
  @Test func `the compiler knows fields, index order, tables and what each context may do`() throws
  {
    let program = #"""
      import Hull

      @Table("pets") struct Pet {
        var name: String; var weight: Double?
        static let byName = index("by_name", \.name, \.weight)
        static let byAge = index("by_age", \.age)  // has no member 'age'
        static let search = searchIndex("search", \.name, filters: \.colour)  // has no member 'colour'
        static let vector = vectorIndex("vector", \.name, dimensions: 3)  // requires that 'String' conform to 'VectorFieldValue'
        static let taste = vectorIndex("taste", \.scent, dimensions: 3)  // has no member 'scent'
      }
      @Table("toys") struct Toy {
        var pet: ID<Pet>
        static let byPet = index("by_pet", \.pet)
      }

      func read(_ ctx: QueryContext, toy: ID<Toy>) async throws {
        _ = try await ctx.db.query(Pet.self).withIndex(Pet.byName) { $0.eq(5) }.collect()  // expected argument type 'String'
        _ = try await ctx.db.query(Pet.self).withIndex(Pet.byName) { $0.gt("a").eq(1) }.collect()  // has no member 'eq'
        _ = try await ctx.db.query(Pet.self).withIndex(Pet.byName) { $0.gt("a").gt("b") }.collect()  // has no member 'gt'
        _ = try await ctx.db.query(Pet.self).withIndex("a").withIndex("b").collect()  // has no member 'withIndex'
        _ = try await ctx.db.query(Pet.self).withIndex(Toy.byPet).collect()  // Toy
        _ = try await ctx.db.query(Toy.self).withIndex(Toy.byPet) { $0.eq(toy) }.collect()  // expected argument type 'ID<Pet>'
        _ = try await ctx.db.get(toy)?.name  // has no member 'name'
        _ = try await ctx.db.insert(Toy(pet: nil!))  // has no member 'insert'
        _ = try await ctx.runMutation("a:b")  // has no member 'runMutation'
        _ = try await ctx.vectorSearch("pets", "vector", vector: [1])  // has no member 'vectorSearch'
        _ = try await ctx.storage.getUrl(toy)  // requires the types 'Toy' and 'StoredFile' be equivalent
        try await ctx.storage.delete("id")  // has no member 'delete'
      }

      func write(_ ctx: MutationContext, pet: ID<Pet>) async throws {
        try await ctx.db.patch(pet) { $0.set(\.name, 5) }  // expected argument type 'String'
        try await ctx.db.patch(pet) { $0.unset(\.name) }  // Field<Pet, String>
        try await ctx.db.patch(pet, \.name, to: nil)  // 'nil'
        _ = try await ctx.runAction("a:b")  // has no member 'runAction'
        _ = try await ctx.storage.store([1])  // has no member 'store'
      }

      @Functions("m") enum M {
        @Query static func letter(_ ctx: QueryContext, x: Character) {}  // requires that 'Character' conform to 'ConvexConvertible'
        @Query static func unit(_ ctx: QueryContext) -> Character { "a" }  // requires that 'Character' conform to 'ConvexConvertible'
        @Query static func list(_ ctx: MutationContext) {}  // takes 'QueryContext', not 'MutationContext'
      }
      let crons: [CronJob] = [
        .hourly("a", N.$letter),  // requires that 'QueryContext' conform to 'MutatingContext'
        .daily("b", hourUTC: 1, N.$letter()),  // requires that 'QueryContext' conform to 'MutatingContext'
        .interval("c", .days(1), "a:b"),  // has no member 'days'
        .weekly("d", dayOfWeek: .sunday, hourUTC: 1, N.$send()),
      ]
      @Functions("n") enum N {
        @Query static func letter(_ ctx: QueryContext) {}
        @Mutation static func send(_ ctx: MutationContext) {}
      }
      extension M {
        @Query static func lost(_ ctx: QueryContext) {}  // would not be registered
      }
      """#
    let output = try #require(try Compiler.current?.errors(of: program))
    for (number, line) in program.split(separator: "\n", omittingEmptySubsequences: false)
      .enumerated()
    {
      let expected = line.firstRange(of: "  // ").map { line[$0.upperBound...] }
      let found = output[number + 1] ?? []
      if let expected {
        #expect(found.contains { $0.contains(expected) }, "line \(number + 1): \(line)\n\(found)")
      } else {
        #expect(found.isEmpty, "line \(number + 1): \(line)")
      }
    }
  }
}

/// The compiler that built these tests, with the modules it built.
struct Compiler: Sendable {
  let modules: URL
  let macros: URL

  /// Found beside the test program; nil if something else than SwiftPM built it.
  static let current: Compiler? = {
    var folder = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    while folder.path.count > 1 {
      let modules = folder.appending(path: "Modules")
      let macros = folder.appending(path: "HullMacros-tool")
      if [modules, macros].allSatisfy({ FileManager.default.fileExists(atPath: $0.path) }) {
        return Compiler(modules: modules, macros: macros)
      }
      folder.deleteLastPathComponent()
    }
    return nil
  }()

  /// The errors of a program by line; those inside expansions count for the line expanded.
  func errors(of program: String) throws -> [Int: [String]] {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "Program.swift")
    try program.write(to: file, atomically: true, encoding: .utf8)

    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "swiftc", "-typecheck", "-swift-version", "6", "-parse-as-library", "-diagnostic-style=llvm",
      "-enable-upcoming-feature", "MemberImportVisibility", "-I", modules.path,
      "-load-plugin-executable", "\(macros.path)#HullMacros", file.path,
    ]
    let pipe = Pipe()
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()

    var errors: [Int: [String]] = [:]
    var pending: String?
    for line in String(decoding: output, as: UTF8.self).split(separator: "\n") {
      let place = line.firstMatch(of: /Program\.swift:(\d+):\d+: (error|note): (.*)/)
      let number = place.flatMap { Int($0.1) }
      if let place, let number, place.2 == "error" {
        errors[number, default: []].append(String(place.3))
      } else if line.contains(": error: ") {
        pending = String(line)
      } else if let message = pending, let number, line.contains("in expansion of macro") {
        errors[number, default: []].append(message)
        pending = nil
      }
    }
    return errors
  }
}
