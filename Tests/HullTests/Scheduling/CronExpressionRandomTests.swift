import Foundation
@testable import Hull
import TestRandomness
import Testing

/// Compares ``CronExpression`` with a walk over days and minutes that reads the fields in another way.
@Suite struct CronExpressionRandomTests {
  static let seed: UInt64 =
    ProcessInfo.processInfo.environment["HULL_SEED"].flatMap { UInt64($0) }
    ?? UInt64.random(in: 0...UInt64.max)

  /// As far as a walk goes.
  private let daysWalked: Int64 = 5 * 366

  @Test func `the next due minute is the one a walk over all minutes finds`() throws {
    var random = SeededGenerator(seed: Self.seed)
    for round in 0..<400 {
      let text = ExpressionMaker.expression(&random)
      let start = Int64.random(in: -1_000_000_000...8_000_000_000, using: &random)
      let expression = try CronExpression(parsing: text)
      let found = expression.next(after: start)
      let walked = walk(text, from: start)
      let isRight =
        if let walked { found == walked } else {
          found.map { $0 > start + (daysWalked - 1) * 86_400 } ?? true
        }
      if !isRight {
        Issue.record(
          """
          \(text) after \(UTCTime.text(start)): \(UTCTime.text(found)), not \(UTCTime.text(walked)) \
          (round \(round), HULL_SEED=\(Self.seed))
          """
        )
      }
    }
  }

  @Test func `a due minute is followed by the due minute after it`() throws {
    var random = SeededGenerator(seed: Self.seed &+ 1)
    for _ in 0..<200 {
      let text = ExpressionMaker.expression(&random)
      let expression = try CronExpression(parsing: text)
      let start = Int64.random(in: 0...4_000_000_000, using: &random)
      guard let first = expression.next(after: start) else { continue }
      // Nothing is due between a moment and its answer, wherever in between one asks.
      let between = Int64.random(in: start..<first, using: &random)
      #expect(expression.next(after: between) == first, "\(text), HULL_SEED=\(Self.seed)")
      #expect(expression.next(after: first - 1) == first, "\(text), HULL_SEED=\(Self.seed)")
      #expect(expression.next(after: first) != first, "\(text), HULL_SEED=\(Self.seed)")
    }
  }

  private func walk(_ text: String, from start: Int64) -> Int64? {
    let walk = Walk(text.split(separator: " ").map(String.init))
    let first = Int64((Double(start) / 60).rounded(.down)) + 1
    var day = Int64((Double(first) / 1440).rounded(.down))
    for _ in 0..<daysWalked {
      if walk.isDueDay(UTCTime.parts(day * 86_400)) {
        for minute in max(first, day * 1440)..<(day + 1) * 1440
        where walk.isDueMinute(of: Int(minute - day * 1440)) { return minute * 60 }
      }
      day += 1
    }
    return nil
  }
}

/// The meaning of the fields, word by word.
private struct Walk {
  private let fields: [String]
  private let minutes: [Bool]
  private let hours: [Bool]

  init(_ fields: [String]) {
    self.fields = fields
    minutes = (0...59).map { Self.contains(fields[0], $0, 0...59) }
    hours = (0...23).map { Self.contains(fields[1], $0, 0...23) }
  }

  func isDueMinute(of minuteOfDay: Int) -> Bool {
    hours[minuteOfDay / 60] && minutes[minuteOfDay % 60]
  }

  func isDueDay(_ time: tm) -> Bool {
    guard Self.contains(fields[3], Int(time.tm_mon) + 1, 1...12) else { return false }
    if fields[2] == "*" { return Self.isDueDayOfWeek(fields[4], time) }
    if fields[4] == "*" { return Self.isDueDayOfMonth(fields[2], time) }
    return Self.isDueDayOfMonth(fields[2], time) || Self.isDueDayOfWeek(fields[4], time)
  }

  private static func contains(_ field: String, _ value: Int, _ range: ClosedRange<Int>) -> Bool {
    field == "*"
      || field.split(separator: ",").contains { element in
        let parts = element.split(separator: "/")
        let step = parts.count > 1 ? Int(parts[1]) ?? 0 : 1
        let ends = parts[0].split(separator: "-").compactMap { Int($0) }
        var current = ends.first ?? range.lowerBound
        let end = ends.count > 1 ? ends[1] : (parts.count > 1 ? range.upperBound : current)
        // Goes forward number by number, as a finger on a dial.
        var steps = 0
        while true {
          if steps.isMultiple(of: step), current == value { return true }
          if current == end { return false }
          current = current == range.upperBound ? range.lowerBound : current + 1
          steps += 1
        }
      }
  }

  private static func isDueDayOfMonth(_ field: String, _ time: tm) -> Bool {
    let day = Int(time.tm_mday)
    let count = [31, isLeap(time) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][
      Int(time.tm_mon)
    ]
    guard field.contains(where: { "LW".contains($0) }) else { return contains(field, day, 1...31) }
    let isWorkday = field.hasSuffix("W")
    let number = Int(field.filter(\.isNumber)) ?? 0
    let target = field.hasPrefix("L") ? count - number : number
    guard (1...count).contains(target) else { return false }
    guard isWorkday else { return day == target }
    func isWeekend(_ other: Int) -> Bool {
      [0, 6].contains(((Int(time.tm_wday) + other - day) % 7 + 7) % 7)
    }
    let nearest = (1...count).filter { !isWeekend($0) }.min { abs($0 - target) < abs($1 - target) }
    return day == nearest
  }

  private static func isDueDayOfWeek(_ field: String, _ time: tm) -> Bool {
    if field == "*" { return true }
    if field == "L" { return time.tm_wday == 6 }
    let parts = field.split(separator: "#").compactMap { Int($0) }
    if parts.count == 2 { return time.tm_wday == parts[0] && (time.tm_mday + 6) / 7 == parts[1] }
    if field.hasSuffix("L") {
      var later = time
      later.tm_mday += 7
      let next = UTCTime.parts(Int64(timegm(&later)))
      return Int(time.tm_wday) == Int(field.dropLast()) && next.tm_mon != time.tm_mon
    }
    return contains(field, Int(time.tm_wday), 0...6)
  }

  private static func isLeap(_ time: tm) -> Bool {
    let year = Int(time.tm_year) + 1900
    return year.isMultiple(of: 4) && !year.isMultiple(of: 100) || year.isMultiple(of: 400)
  }
}

/// Draws expressions.
private enum ExpressionMaker {
  static func expression(_ random: inout SeededGenerator) -> String {
    let ranges = [0...59, 0...23, 1...31, 1...12, 0...6]
    return ranges.indices.map { field(at: $0, ranges[$0], &random) }.joined(separator: " ")
  }

  private static func field(
    at place: Int,
    _ range: ClosedRange<Int>,
    _ random: inout SeededGenerator
  ) -> String {
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    switch (number(0...9), place) {
    case (0...4, _): return "*"
    case (5, 2): return ["L", "LW"][number(0...1)]
    case (6, 2): return "L-\(number(1...30))" + ["", "W"][number(0...1)]
    case (7, 2): return "\(number(1...31))W"
    case (5, 4): return "L"
    case (6, 4): return "\(number(0...6))L"
    case (7, 4): return "\(number(0...6))#\(number(1...5))"
    default:
      return (0...number(0...2)).map { _ in
        let step = number(1...(range.upperBound - range.lowerBound))
        return switch number(0...4) {
        case 0: "\(number(range))-\(number(range))"
        case 1: "\(number(range))-\(number(range))/\(step)"
        case 2: "\(number(range))/\(step)"
        case 3: "*/\(step)"
        default: "\(number(range))"
        }
      }.joined(separator: ",")
    }
  }
}
