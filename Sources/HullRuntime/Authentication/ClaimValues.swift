// Claims as values that functions can hold.

import Hull
import HullValues

extension ConvexValue {
  /// The value of a claim: numbers are float64.
  ///
  /// Members of objects whose names cannot be field names are left out.
  init(claim: JSONValue) {
    self =
      switch claim {
      case .null: .null
      case .bool(let value): .boolean(value)
      case .integer(let value): .float64(Double(value))
      case .double(let value): .float64(value)
      case .string(let value): .string(value)
      case .array(let values): .array(values.map(ConvexValue.init(claim:)))
      case .object(let members):
        .object(
          ConvexObject(
            normalizing: members.filter { FieldName.isValid($0.key) }.map {
              ConvexObject.Field(name: $0.key, value: ConvexValue(claim: $0.value))
            }
          )
        )
      }
  }
}

extension UserIdentity {
  /// Makes the identity a token describes; `nil` for more than 1024 attributes.
  ///
  /// Issuer, subject and token identifier are the verified ones, whatever other claims there are by
  /// those names. Claims whose names cannot be field names are left out.
  ///
  /// - Parameters:
  ///   - issuer: The `iss` claim.
  ///   - subject: The `sub` claim.
  ///   - claims: Attributes by name; of equal names the last counts.
  init?(issuer: String, subject: String, claims: [(name: String, value: ConvexValue)]) {
    let own: Set = ["issuer", "subject", "tokenIdentifier"]
    let fields = claims.lazy.filter { FieldName.isValid($0.name) && !own.contains($0.name) }
      .map { ConvexObject.Field(name: $0.name, value: $0.value) }
    guard
      let identity = try? UserIdentity(
        issuer: issuer,
        subject: subject,
        attributes: ConvexObject(normalizing: Array(fields))
      ), identity.attributes.count <= ValueLimits.maximumFields
    else { return nil }
    self = identity
  }
}
