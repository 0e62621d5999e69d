// Which instance a store belongs to: its name and its secret, kept with the data.

package import HullPersistence

/// The name and the secret of an instance, drawn once and kept with the data.
package struct Instance: Sendable {
  /// The name: the first part of an admin key.
  package let name: String
  /// What keys and cursors derive from.
  package let secret: InstanceSecret

  private static let nameKey = "instance.name"
  private static let secretKey = "instance.secret"

  /// Reads the instance of a store, or makes one for a new store.
  ///
  /// - Parameters:
  ///   - persistence: The store, not yet used by anyone else.
  ///   - name: The name of a new instance; a drawn one if `nil`. An existing instance keeps its own.
  ///   - time: The clock for the first commit.
  ///   - random: Where name and secret come from.
  /// - Returns: The instance.
  /// - Throws: What the store throws.
  package static func load(
    from persistence: any Persistence,
    name: String?,
    time: any TimeSource,
    random: any RandomSource
  ) async throws -> Instance {
    if let nameBytes = try await persistence.metadata(nameKey),
      let secretBytes = try await persistence.metadata(secretKey),
      let secret = InstanceSecret(bytes: secretBytes)
    {
      return Instance(name: String(decoding: nameBytes, as: UTF8.self), secret: secret)
    }
    let instance = Instance(name: name ?? drawName(random), secret: InstanceSecret(from: random))
    try await persistence.append([
      CommitRecord(
        timestamp: max(time.now(), persistence.lastTimestamp.successor),
        metadata: [
          nameKey: Array(instance.name.utf8),
          secretKey: instance.secret.bytes,
        ]
      )
    ])
    return instance
  }

  /// A name in the reference's form: `happy-otter-417`.
  private static func drawName(_ random: any RandomSource) -> String {
    func pick(_ words: [String]) -> String { words[Int(random.next() % UInt64(words.count))] }
    let qualities = [
      "brave", "bright", "calm", "careful", "cheerful", "clever", "eager", "gentle", "happy",
      "hardy", "keen", "kind", "lively", "nimble", "patient", "quick", "quiet", "steady", "swift",
      "warm",
    ]
    let animals = [
      "badger", "beaver", "crane", "dolphin", "falcon", "finch", "fox", "hare", "heron", "ibex",
      "lynx", "marten", "otter", "owl", "panda", "puffin", "robin", "seal", "tern", "wren",
    ]
    return "\(pick(qualities))-\(pick(animals))-\(100 + random.next() % 900)"
  }
}
