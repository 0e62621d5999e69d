extension CronSchedule {
  /// The longest interval, in seconds: 100 years of 365 days.
  ///
  /// The next run is a point in time, and those end in 2262.
  package static let maximumInterval = 100 * 365 * 86_400

  /// The minutes at which a schedule is due; nil for an interval.
  ///
  /// - Throws: ``HullError`` `.invalidCron`, in Convex's words, for a number out of its range and for
  ///   an expression that cannot be read.
  package var expression: CronExpression? {
    get throws(HullError) {
      switch self {
      case .interval(let seconds):
        guard seconds > 0 else { throw .invalidCron("Interval must be an integer greater than 0") }
        guard seconds <= Self.maximumInterval else {
          throw .invalidCron("Interval must be at most \(Self.maximumInterval) seconds (100 years)")
        }
        return nil
      case .hourly(let minute):
        return CronExpression(minutes: try Self.checked(minute: minute))
      case .daily(let hour, let minute):
        return CronExpression(
          minutes: try Self.checked(minute: minute),
          hours: try Self.checked(hour: hour)
        )
      case .weekly(let day, let hour, let minute):
        return CronExpression(
          minutes: try Self.checked(minute: minute),
          hours: try Self.checked(hour: hour),
          daysOfWeek: .days(CronSet([day.rawValue]))
        )
      case .monthly(let day, let hour, let minute):
        guard (1...31).contains(day) else {
          throw .invalidCron("Day of month must be an integer from 1 to 31")
        }
        return CronExpression(
          minutes: try Self.checked(minute: minute),
          hours: try Self.checked(hour: hour),
          daysOfMonth: .days(CronSet([day]))
        )
      case .cron(let text):
        do { return try CronExpression(parsing: text) } catch {
          throw .invalidCron(error.description)
        }
      }
    }
  }

  /// Makes sure that the schedule is one, and that it is due at some time.
  ///
  /// - Throws: ``HullError`` `.invalidCron` in Convex's words.
  package func check() throws(HullError) {
    guard let expression = try expression, expression.next(after: 0) == nil else { return }
    throw neverDue
  }

  /// The error about a schedule that is never due.
  var neverDue: HullError {
    guard case .cron(let text) = self else {
      return .invalidCron("The schedule will never match any time")
    }
    return .invalidCron("The cron spec \"\(text)\" will never match any time")
  }

  private static func checked(hour: Int) throws(HullError) -> CronSet {
    guard (0...23).contains(hour) else {
      throw .invalidCron("Hour of day must be an integer from 0 to 23")
    }
    return CronSet([hour])
  }

  /// A job without a minute is due at the full hour and then delayed.
  private static func checked(minute: Int?) throws(HullError) -> CronSet {
    guard (0...59).contains(minute ?? 0) else {
      throw .invalidCron("Minute of hour must be an integer from 0 to 59")
    }
    return CronSet([minute ?? 0])
  }
}

extension HullError {
  static func invalidCron(_ message: String) -> HullError {
    HullError(code: .invalidCron, message: message)
  }
}
