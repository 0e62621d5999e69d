/// A day of the week, numbered as in cron expressions: Sunday is 0.
public enum DayOfWeek: Int, Sendable, Hashable, CaseIterable {
  /// Sunday, 0.
  case sunday
  /// Monday, 1.
  case monday
  /// Tuesday, 2.
  case tuesday
  /// Wednesday, 3.
  case wednesday
  /// Thursday, 4.
  case thursday
  /// Friday, 5.
  case friday
  /// Saturday, 6.
  case saturday
}
