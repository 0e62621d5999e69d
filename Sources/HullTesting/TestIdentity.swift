// Who a test pretends to be.

public import Hull

extension UserIdentity {
  /// An identity for tests: what is missing follows from the attributes that are given.
  ///
  /// Equal attributes make equal identities, different ones different ones.
  ///
  /// - Parameter attributes: Attributes and custom claims by their Convex names. A missing `issuer`
  ///   is `https://convex.test`, a missing `subject` a hash of all attributes.
  /// - Returns: The identity.
  /// - Throws: `ConvexValueError` for an attribute whose name is no field name.
  public static func test(_ attributes: ConvexObject) throws -> UserIdentity {
    try UserIdentity(
      issuer: attributes["issuer"]?.string ?? "https://convex.test",
      subject: attributes["subject"]?.string ?? hash(attributes),
      attributes: attributes
    )
  }

  /// FNV-1a over the wire text: `Hasher` is seeded anew in every process.
  private static func hash(_ attributes: ConvexObject) -> String {
    let bytes = EncodedValue(attributes).bytes
    let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }
    return String(hash, radix: 16)
  }
}
