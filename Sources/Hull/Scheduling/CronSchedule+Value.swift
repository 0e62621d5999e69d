import HullValues

// Stored schedules have the shape of Convex's `_cron_jobs`; numbers are int64
// (get-convex/convex-backend: npm-packages/system-udfs/convex/schema.ts).
extension CronSchedule {
  /// The stored form, for example `{type: "daily", hourUTC: 17n, minuteUTC: 30n}`; a minute that is
  /// left open is absent.
  package var value: ConvexObject {
    var fields: [(String, ConvexValue)]
    switch self {
    case .interval(let seconds):
      fields = [("type", "interval"), ("seconds", .int64(Int64(seconds)))]
    case .hourly(let minute):
      fields = [("type", "hourly")] + Self.fields(minute: minute)
    case .daily(let hour, let minute):
      fields = [("type", "daily"), ("hourUTC", .int64(Int64(hour)))] + Self.fields(minute: minute)
    case .weekly(let day, let hour, let minute):
      fields = [
        ("type", "weekly"), ("dayOfWeek", .int64(Int64(day.rawValue))),
        ("hourUTC", .int64(Int64(hour))),
      ]
      fields += Self.fields(minute: minute)
    case .monthly(let day, let hour, let minute):
      fields = [
        ("type", "monthly"), ("day", .int64(Int64(day))), ("hourUTC", .int64(Int64(hour))),
      ]
      fields += Self.fields(minute: minute)
    case .cron(let text):
      fields = [("type", "cron"), ("cronExpr", .string(text))]
    }
    return ConvexObject(literal: fields)
  }

  /// Reads the stored form.
  ///
  /// - Parameter value: What ``value`` makes; a minute may be null as well as absent, as Convex's own
  ///   rows have it.
  /// - Throws: ``ValueDecodingError`` that names the field; ``HullError`` `.invalidCron` for numbers
  ///   out of range.
  package init(value: ConvexObject) throws {
    func number(_ name: String) throws -> Int {
      Int(try decodeField(value[name], named: name) as Int64)
    }
    func minute() throws -> Int? {
      value["minuteUTC"].map(\.isNull) ?? true ? nil : try number("minuteUTC")
    }
    switch value["type"]?.string {
    case "interval": self = .interval(seconds: try number("seconds"))
    case "hourly": self = .hourly(minuteUTC: try minute())
    case "daily": self = .daily(hourUTC: try number("hourUTC"), minuteUTC: try minute())
    case "weekly":
      guard let day = DayOfWeek(rawValue: try number("dayOfWeek")) else {
        throw HullError.invalidCron("Day of week must be an integer from 0 to 6")
      }
      self = .weekly(dayOfWeek: day, hourUTC: try number("hourUTC"), minuteUTC: try minute())
    case "monthly":
      self = .monthly(
        day: try number("day"),
        hourUTC: try number("hourUTC"),
        minuteUTC: try minute()
      )
    case "cron": self = .cron(try decodeField(value["cronExpr"], named: "cronExpr"))
    default:
      throw ValueDecodingError(expected: "the type of a cron schedule", found: value["type"])
        .inside(".type")
    }
    _ = try expression
  }

  private static func fields(minute: Int?) -> [(String, ConvexValue)] {
    minute.map { [("minuteUTC", .int64(Int64($0)))] } ?? []
  }
}
