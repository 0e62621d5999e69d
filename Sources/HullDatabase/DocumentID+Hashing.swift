internal import Crypto
internal import HullValues

extension DocumentID {
  /// The id of a row of the server's own, from a hash of its name: it is found without an index.
  init(hashing name: String, in table: TableNumber) {
    let digest = Array(SHA256.hash(data: Array(name.utf8)))
    func half(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(
      tableNumber: table,
      internalID: InternalID(high: half(digest[..<8]), low: half(digest[8..<16]))
    )
  }
}
