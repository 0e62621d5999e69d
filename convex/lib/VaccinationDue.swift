/// Where a pet stands with its vaccinations, worked out from its records.
struct VaccinationDue: Equatable {
  var status: VaccinationStatus
  /// The earliest next date among the latest record of each vaccine, in milliseconds since 1970.
  var nextDate: Double?

  /// How long before a date a vaccination counts as due soon, in milliseconds.
  static let warningPeriod = 30.0 * 24 * 60 * 60 * 1000

  /// One vaccination given.
  struct Record {
    var vaccineName: String
    var date: Double
    var nextDate: Double?
  }

  /// The status of a vaccinated pet whose next vaccination is due at `nextDate`.
  static func status(nextDate: Double?, now: Double) -> VaccinationStatus {
    guard let nextDate else { return .upToDate }
    if nextDate < now { return .overdue }
    return nextDate <= now + warningPeriod ? .dueSoon : .upToDate
  }
}

extension VaccinationDue {
  /// The state at `now` of a pet with `records`.
  ///
  /// Only the latest record of each vaccine counts; of two on one date, the one given last in
  /// `records`. Vaccine names are compared trimmed and ignoring case.
  ///
  /// - Returns: nil without records: the stored status then stays.
  init?(records: some Sequence<Record>, now: Double) {
    var latest: [String: Record] = [:]
    for record in records {
      let name = record.vaccineName.trimmed.lowercased()
      if let known = latest[name], known.date > record.date { continue }
      latest[name] = record
    }
    guard !latest.isEmpty else { return nil }
    nextDate = latest.values.compactMap(\.nextDate).min()
    status = Self.status(nextDate: nextDate, now: now)
  }
}
