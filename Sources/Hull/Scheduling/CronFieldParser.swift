/// Reads one field of a cron expression; see ``CronExpression`` for the grammar.
struct CronFieldParser {
  private let field: CronField
  private let text: Substring
  private let expression: String
  private var rest: Substring.UTF8View

  /// Begins to read a field.
  ///
  /// - Parameters:
  ///   - field: Which field it is.
  ///   - text: Its text.
  ///   - expression: The expression it is from, for errors.
  init(_ field: CronField, _ text: Substring, of expression: String) {
    self.field = field
    self.text = text
    self.expression = expression
    rest = text.utf8
  }

  /// Reads a field that knows only numbers; `*` is all of them.
  mutating func set() throws(CronSyntaxError) -> CronSet {
    if acceptStar() { return CronSet(field.range) }
    return try list()
  }

  /// Reads the days of the month.
  mutating func daysOfMonth() throws(CronSyntaxError) -> CronExpression.DaysOfMonth {
    if acceptStar() { return .every }
    if accept("L") {
      let offset = accept("-") ? try number(in: 1...30, "the offset") : 0
      let isWorkday = accept("W")
      try expectEnd()
      return .fromEnd(offset, isWorkday: isWorkday)
    }
    let start = rest
    guard rest.first != UInt8(ascii: "*") else { return .days(try list()) }
    let day = try value()
    if accept("W") {
      try expectEnd()
      return .fromStart(day, isWorkday: true)
    }
    rest = start
    return .days(try list())
  }

  /// Reads the days of the week.
  mutating func daysOfWeek() throws(CronSyntaxError) -> CronExpression.DaysOfWeek {
    if acceptStar() { return .every }
    if accept("L") {
      try expectEnd()
      return .days(CronSet(6...6))
    }
    let start = rest
    guard rest.first != UInt8(ascii: "*") else { return .days(try list()) }
    let day = try value()
    if accept("L") {
      try expectEnd()
      return .last(day)
    }
    if accept("#") {
      let number = try number(in: 1...5, "the number after #")
      try expectEnd()
      return .nth(number, dayOfWeek: day)
    }
    rest = start
    return .days(try list())
  }

  // MARK: Lists

  private mutating func list() throws(CronSyntaxError) -> CronSet {
    var set = CronSet()
    repeat { set.formUnion(try element()) } while accept(",")
    try expectEnd()
    return set
  }

  private mutating func element() throws(CronSyntaxError) -> CronSet {
    let range = field.range
    if accept("*") {
      guard accept("/") else {
        throw failure("`*` stands alone; in a list write it with a step, as `*/5`")
      }
      let step = try number(in: field.steps, "the step")
      return CronSet(stride(from: range.lowerBound, through: range.upperBound, by: step))
    }
    let first = try value()
    let end: Int? = accept("-") ? try value() : nil
    let step: Int? = accept("/") ? try number(in: field.steps, "the step") : nil
    let last = end ?? (step == nil ? first : range.upperBound)
    // A range that wraps around goes on after the greatest number with the least.
    let through = last < first ? last + range.count : last
    return CronSet(
      stride(from: first, through: through, by: step ?? 1).lazy.map {
        $0 > range.upperBound ? $0 - range.count : $0
      }
    )
  }

  // MARK: Values

  /// Reads a number of the field, or a name for one.
  private mutating func value() throws(CronSyntaxError) -> Int {
    let prefix = String(decoding: rest.prefix(3), as: UTF8.self).uppercased()
    if let position = field.names.firstIndex(of: prefix) {
      rest = rest.dropFirst(3)
      return field.range.lowerBound + position
    }
    return try number(in: field.range, nil)
  }

  private mutating func number(
    in range: ClosedRange<Int>,
    _ meaning: String?
  ) throws(CronSyntaxError) -> Int {
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    let names = field.names.first.map { ", or a name such as \($0)" } ?? ""
    let bounds = "from \(range.lowerBound) to \(range.upperBound)"
    guard !digits.isEmpty else {
      let found = rest.isEmpty ? "the end" : "`\(Substring(rest))`"
      let expected = meaning.map { "\($0), a number \(bounds)" } ?? "a number \(bounds)\(names)"
      throw failure("expected \(expected), found \(found)")
    }
    rest = rest[digits.endIndex...]
    guard let number = Int(Substring(digits)), range.contains(number) else {
      throw failure("\(meaning.map { "\($0) " } ?? "")\(Substring(digits)) is not \(bounds)")
    }
    return number
  }

  // MARK: Characters

  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: character) else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Reads a `*` that is the whole field.
  private mutating func acceptStar() -> Bool {
    guard rest.elementsEqual("*".utf8) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private func failure(_ reason: String) -> CronSyntaxError {
    CronSyntaxError(expression: expression, reason: "\(field.name) `\(text)`: \(reason)")
  }

  private func expectEnd() throws(CronSyntaxError) {
    guard !rest.isEmpty else { return }
    throw failure("`\(Substring(rest))` does not belong here")
  }
}
