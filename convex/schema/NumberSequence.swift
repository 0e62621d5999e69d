import Hull

/// The last number given out under a key, such as `CUST` for customer codes.
@Table("numberSequences")
struct NumberSequence {
  var key: String
  var lastNumber: Double

  static let byKey = index("by_key", \.key)
}
