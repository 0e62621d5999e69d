import Hull

/// What the fields of a form become before they are stored, and why some are refused.
enum Form {
  /// A text that must not be blank, trimmed.
  ///
  /// - Throws: `VALIDATION`.
  static func required(_ text: String, _ field: String) throws -> String {
    guard let text = text.nonBlank else {
      throw Refusal.invalid(field, "\(field) must not be blank", "\(field) wajib diisi")
    }
    return text
  }

  /// A required text that an update may change: blank is refused, absent changes nothing.
  static func change(_ text: String?, _ field: String) throws -> String? {
    guard let text else { return nil }
    return try required(text, field)
  }

  /// `L` or `P`.
  ///
  /// `MALE` and `FEMALE` are other words for them, and `UNKNOWN` for no gender at all.
  ///
  /// - Throws: `VALIDATION` for any other word.
  static func gender(_ text: String?) throws -> String? {
    switch text?.trimmed.uppercased() {
    case nil, "", "UNKNOWN": nil
    case "L", "MALE": "L"
    case "P", "FEMALE": "P"
    default:
      throw Refusal.invalid(
        "gender",
        "gender must be L, P, MALE, FEMALE or UNKNOWN",
        "Jenis kelamin harus L atau P"
      )
    }
  }

  /// A date, or another number that must be one.
  ///
  /// - Throws: `VALIDATION` for infinities and NaN.
  static func finite(_ number: Double, _ field: String) throws -> Double {
    guard number.isFinite else {
      throw Refusal.invalid(field, "\(field) must be a finite number", "\(field) tidak valid")
    }
    return number
  }

  /// An amount of money from a caller, rounded.
  ///
  /// - Throws: `VALIDATION` for a negative one, infinities, NaN and what is too large for exact
  ///   sums.
  static func amount(_ rupiah: Double, _ field: String) throws -> Double {
    guard rupiah >= 0, rupiah < 1e13 else {
      throw Refusal.invalid(
        field,
        "\(field) must be an amount of zero or more rupiah",
        "\(field) harus nol rupiah atau lebih"
      )
    }
    return Rupiah.rounded(rupiah)
  }

  /// A quantity of goods: positive, and not necessarily whole.
  ///
  /// - Throws: `INVALID_QUANTITY`.
  static func quantity(_ quantity: Double) throws -> Double {
    guard quantity > 0, quantity < 1e9 else { throw Refusal.quantityNotPositive(quantity) }
    return quantity
  }

  /// A weight in kilograms.
  ///
  /// - Throws: `VALIDATION` for a negative one, infinities and NaN.
  static func weight(_ kilograms: Double) throws -> Double {
    guard kilograms.isFinite, kilograms >= 0 else {
      throw Refusal.invalid(
        "weight",
        "weight must be zero or more kilograms",
        "Berat harus nol kilogram atau lebih"
      )
    }
    return kilograms
  }

  /// How many rows a caller wants.
  ///
  /// - Throws: `VALIDATION` for what is no whole number from 1 to `maximum`.
  static func limit(_ limit: Double?, default standard: Int, maximum: Int) throws -> Int {
    guard let limit else { return standard }
    guard let count = Int(exactly: limit), (1...maximum).contains(count) else {
      throw Refusal.invalid(
        "limit",
        "limit must be a whole number from 1 to \(maximum)",
        "Batas harus bilangan bulat dari 1 sampai \(maximum)"
      )
    }
    return count
  }

  /// The entries of a list that say something, trimmed; nil when none does.
  static func entries(_ list: [String]?) -> [String]? {
    guard let entries = list?.compactMap(\.nonBlank), !entries.isEmpty else { return nil }
    return entries
  }

  /// The only value given of several.
  ///
  /// - Throws: `VALIDATION` unless there is exactly one.
  static func exactlyOne<Value>(_ values: (name: String, value: Value?)...) throws -> Value {
    let given = values.compactMap(\.value)
    guard given.count == 1, let value = given.first else {
      let names = values.map(\.name).joined(separator: ", ")
      throw Refusal.invalid(
        values[0].name,
        "Exactly one of \(names) must be given",
        "Isi tepat satu dari \(names)"
      )
    }
    return value
  }
}

extension Patch<String> {
  /// The change a form's text field asks for: trimmed, and none at all when it is blank.
  var trimmed: Patch<String> {
    guard case .set(let text) = self else { return self }
    return text.nonBlank.map { .set($0) } ?? .unchanged
  }
}
