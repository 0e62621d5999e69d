/// Why a text is not a cron expression.
package struct CronSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The text as given.
  package var expression: String
  /// What is wrong with it, beginning with the name of the field where there is one.
  package var reason: String

  /// The text and what is wrong with it.
  package var description: String {
    "Failed to parse cron expression \"\(expression)\": \(reason)"
  }
}

extension CronExpression {
  /// The longest text read, in bytes; a list of every minute has 170.
  package static let maximumLength = 1024

  /// Compiles a text.
  ///
  /// - Parameter text: Five fields separated by spaces or tabs: `15 7 * * MON-FRI`.
  /// - Throws: ``CronSyntaxError``, which names the field.
  package init(parsing text: String) throws(CronSyntaxError) {
    let utf8 = text.utf8
    func failure(_ reason: String) -> CronSyntaxError {
      CronSyntaxError(expression: text, reason: reason)
    }
    guard utf8.count <= Self.maximumLength else {
      throw CronSyntaxError(
        expression: String(text.prefix(64)) + "…",
        reason: "it has more than \(Self.maximumLength) bytes"
      )
    }
    let isBlank = { (byte: UInt8) in byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    if utf8.first.map(isBlank) == true || utf8.last.map(isBlank) == true {
      throw failure("it begins or ends with white space")
    }
    let fields = utf8.split(whereSeparator: isBlank).map { Substring($0) }
    guard fields.count == CronField.allCases.count else {
      throw failure(
        "it has \(fields.count) fields instead of five: minute, hour, day of the month, month, "
          + "day of the week"
      )
    }
    var parsers = CronField.allCases.map {
      CronFieldParser($0, fields[$0.rawValue], of: text)
    }
    self.init(
      minutes: try parsers[CronField.minute.rawValue].set(),
      hours: try parsers[CronField.hour.rawValue].set(),
      daysOfMonth: try parsers[CronField.dayOfMonth.rawValue].daysOfMonth(),
      months: try parsers[CronField.month.rawValue].set(),
      daysOfWeek: try parsers[CronField.dayOfWeek.rawValue].daysOfWeek()
    )
  }
}
