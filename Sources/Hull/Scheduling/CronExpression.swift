/// A compiled cron expression: the minutes, in UTC, at which a job is due.
///
/// The grammar is that of the parser behind Convex (get-convex/saffron): five fields separated by
/// spaces or tabs.
///
/// | field | values | besides |
/// | --- | --- | --- |
/// | minute | 0-59 | |
/// | hour | 0-23 | |
/// | day of the month | 1-31 | `L` last, `L-3` three days before it, `15W` nearest Monday to Friday, `LW`, `L-3W` |
/// | month | 1-12, `JAN`-`DEC` | |
/// | day of the week | 0-6, `SUN`-`SAT` | `L` Saturday, `5L` the month's last Friday, `MON#2` its second Monday |
///
/// A field is `*` or a list of `5`, `1-5`, `1-20/5`, `10/5` and `*/5`, separated by commas. What the
/// last column shows stands alone. If neither day field is `*`, a day is due when either of them says
/// so.
///
/// Two things differ on purpose. A range whose end is before its start wraps around and holds what it
/// names: Convex adds the value before it, so that `22-2` is due at 21 as well. A lone `*` inside a
/// list is refused: Convex takes `5,*` for `5,0`.
package struct CronExpression: Hashable, Sendable {
  let minutes: CronSet
  let hours: CronSet
  let daysOfMonth: DaysOfMonth
  let months: CronSet
  let daysOfWeek: DaysOfWeek

  /// Which days of the month are due.
  enum DaysOfMonth: Hashable, Sendable {
    case every
    /// These, from 1.
    case days(CronSet)
    /// One day counted from the start, 1 being the first, or the workday nearest to it.
    case fromStart(Int, isWorkday: Bool)
    /// One day counted from the end, 0 being the last, or the workday nearest to it.
    case fromEnd(Int, isWorkday: Bool)
  }

  /// Which days of the week are due.
  enum DaysOfWeek: Hashable, Sendable {
    case every
    /// These, Sunday being 0.
    case days(CronSet)
    /// The last such day of the month.
    case last(Int)
    /// The first to fifth such day of the month.
    case nth(Int, dayOfWeek: Int)
  }

  init(
    minutes: CronSet,
    hours: CronSet = CronSet(0...23),
    daysOfMonth: DaysOfMonth = .every,
    months: CronSet = CronSet(1...12),
    daysOfWeek: DaysOfWeek = .every
  ) {
    self.minutes = minutes
    self.hours = hours
    self.daysOfMonth = daysOfMonth
    self.months = months
    self.daysOfWeek = daysOfWeek
  }
}
