@testable import Hull
import HullValues
import Testing

@Suite struct CronJobTests {
  private static let module = Module("jobs") {
    $0.mutation("beat") { _, _ in }
    $0.internalAction("report") { _, _ in }
    $0.internalMutation("default") { _, _ in }
    $0.query("list") { _, _ in }
  }

  private func specs(_ jobs: CronJob...) throws -> [CronSpec] {
    try Application(
      name: "test",
      schema: SchemaDefinition(tables: []),
      modules: [Self.module, Pets.module],
      crons: jobs
    ).crons
  }

  @Test func `jobs name functions by reference, by call and by path`() throws {
    let id = ID<Pet>(unchecked: TestData.id(1))
    let specs = try specs(
      .interval("a", .minutes(2), Pets.$rename, ["id": .string(id.string)]),
      .hourly("b", Pets.$default(in: Home(town: "Ubud", street: nil, room: nil))),
      .daily("c", hourUTC: 17, Pets.$adopt(id: id)),
      .weekly("d", dayOfWeek: .sunday, hourUTC: 18, minuteUTC: 5, "jobs:beat", ["k": 1]),
      .monthly("e", day: 31, hourUTC: 0, "jobs.js:report"),
      .cron("f ~'", "0 18 * * 0", "jobs")
    )
    #expect(specs.map(\.name) == ["a", "b", "c", "d", "e", "f ~'"])
    #expect(
      specs.map(\.path) == [
        "animals/pets:rename", "animals/pets:default", "animals/pets:adopt", "jobs:beat",
        "jobs:report", "jobs:default",
      ]
    )
    #expect(
      specs.map(\.schedule) == [
        .interval(seconds: 120), .hourly(minuteUTC: nil), .daily(hourUTC: 17, minuteUTC: nil),
        .weekly(dayOfWeek: .sunday, hourUTC: 18, minuteUTC: 5),
        .monthly(day: 31, hourUTC: 0, minuteUTC: nil), .cron("0 18 * * 0"),
      ]
    )
    #expect(
      specs.map(\.arguments) == [
        ["id": .string(id.string)], ["in": ["room": .null, "town": "Ubud"]],
        ["id": .string(id.string)], ["k": 1], [:], [:],
      ]
    )
  }

  @Test func `arguments given beside a call are added to it`() throws {
    let id = ID<Pet>(unchecked: TestData.id(1))
    let job = CronJob.hourly("a", Pets.$rename(id: id, name: "A"), ["name": "B", "kind": "cat"])
    #expect(try specs(job)[0].arguments == ["id": .string(id.string), "kind": "cat", "name": "B"])
  }

  /// A job that cannot run, and what is said about it.
  private struct Refusal {
    let job: CronJob
    let message: String

    init(_ job: CronJob, _ message: String) {
      self.job = job
      self.message = message
    }
  }

  private static let refusals: [Refusal] = [
    Refusal(
      .hourly("ü", "jobs:beat", fileID: "App/Main.swift", line: 7),
      """
      Invalid cron identifier ü: use ASCII letters that are not control characters \
      (at App/Main.swift:7)
      """
    ),
    Refusal(
      .hourly("a\u{7F}", "jobs:beat"),
      "Invalid cron identifier a\u{7F}: use ASCII letters that are not control characters (at HullTests"
    ),
    Refusal(
      .hourly("a", "jobs:lost", fileID: "App/Main.swift", line: 7),
      "The cron job 'a' schedules a function that does not exist: jobs:lost (at App/Main.swift:7)"
    ),
    Refusal(.hourly("a", ""), "The cron job 'a' schedules a function that does not exist:  (at"),
    Refusal(
      .hourly("a", "jobs:list", fileID: "App/Main.swift", line: 7),
      """
      The cron job 'a' schedules a query function, only actions and mutations can be scheduled: \
      jobs:list (at App/Main.swift:7)
      """
    ),
    Refusal(
      .interval("a", .hours(.max), "jobs:beat", fileID: "App/Main.swift", line: 7),
      """
      The cron job 'a' has no schedule: Interval must be at most 3153600000 seconds (100 years) \
      (at App/Main.swift:7)
      """
    ),
    Refusal(
      .cron("a", "* * *", "jobs:beat", fileID: "App/Main.swift", line: 7),
      """
      The cron job 'a' has no schedule: Failed to parse cron expression "* * *": it has 3 fields \
      instead of five: minute, hour, day of the month, month, day of the week (at App/Main.swift:7)
      """
    ),
    Refusal(
      .hourly("a", "jobs:beat", ["text": .string(String(repeating: "x", count: 1 << 20))]),
      """
      The cron job 'a' cannot be stored: Cron job args too large (1048587 > maximum size 1048576) \
      (at HullTests
      """
    ),
    Refusal(
      .hourly("a", Pets.$rename(name: ["\u{1}": "x"])),
      "The cron job 'a' has invalid args:"
    ),
  ]

  @Test(arguments: refusals)
  private func `a job that cannot run is an error at the start that names the place`(
    refusal: Refusal
  ) {
    let error = #expect(throws: HullError.self) { try specs(refusal.job) }
    #expect(error?.code == .invalidCron)
    #expect(error?.message.hasPrefix(refusal.message) == true, "\(error?.message ?? "")")
  }

  @Test func `a name used twice names both places`() {
    let error = #expect(throws: HullError.self) {
      try specs(
        .hourly("a", "jobs:beat", fileID: "App/One.swift", line: 1),
        .daily("a", hourUTC: 1, "jobs:report", fileID: "App/Two.swift", line: 2)
      )
    }
    #expect(
      error?.message
        == "Cron identifier registered twice: a (at App/One.swift:1 and at App/Two.swift:2)"
    )
  }

  @Test func `arguments may be just below the limit`() throws {
    let text = String(repeating: "x", count: (1 << 20) - 12)
    let job = CronJob.hourly("a", "jobs:beat", ["text": .string(text)])
    #expect(try specs(job)[0].arguments["text"]?.string?.utf8.count == text.utf8.count)
  }

  @Test func `the stored form is Convex's, and is read back`() throws {
    let spec = try specs(.daily("a", hourUTC: 17, "jobs:beat", ["k": .int64(1)]))[0]
    #expect(
      spec.value == [
        "udfPath": "jobs.js:beat",
        "udfArgs": .bytes(Array(#"[{"k":{"$integer":"AQAAAAAAAAA="}}]"#.utf8)),
        "cronSchedule": ["type": "daily", "hourUTC": .int64(17)],
      ]
    )
    #expect(try CronSpec(name: "a", value: spec.value) == spec)
  }

  @Test(
    arguments: [
      ("cronSchedule", .null, ".cronSchedule: expected an object, found null"),
      ("udfArgs", "[]", ".udfArgs: expected bytes, found \"[]\""),
      ("udfArgs", .bytes(Array("[]".utf8)), ".udfArgs: expected an array of one object, found []"),
      ("udfPath", 1, ".udfPath: expected a string, found 1.0"),
    ] as [(String, ConvexValue, String)]
  )
  func `a stored form that is none is refused with the field`(
    field: String,
    value: ConvexValue,
    message: String
  ) throws {
    var stored = try specs(.hourly("a", "jobs:beat"))[0].value
    try stored.set(field, to: value)
    let error = #expect(throws: ValueDecodingError.self) {
      try CronSpec(name: "a", value: stored)
    }
    #expect(error?.description == message)
  }

  @Test func `an application lists its jobs, and has none by default`() throws {
    enum Quiet: HullApplication {
      static let name = "quiet"
      static let modules = [CronJobTests.module]
    }
    enum Busy: HullApplication {
      static let name = "busy"
      static let modules = [CronJobTests.module]
      static let crons: [CronJob] = [.interval("beat", .seconds(30), "jobs:beat")]
    }
    #expect(try Quiet.application.crons == [])
    #expect(try Busy.application.crons.map(\.name) == ["beat"])
  }
}
