/// The SHA-256 of some bytes (FIPS 180-4), for the tests of legacy ids.
func sha256(_ message: [UInt8]) -> [UInt8] {
  var primes: [Double] = []
  var candidate = 2
  while primes.count < 64 {
    if !(2..<candidate).contains(where: { candidate % $0 == 0 }) {
      primes.append(Double(candidate))
    }
    candidate += 1
  }
  func fraction(_ value: Double) -> UInt32 {
    UInt32((value - value.rounded(.down)) * 0x1_0000_0000)
  }
  let constants = primes.map { fraction(cubeRoot($0)) }
  var hash = primes.prefix(8).map { fraction($0.squareRoot()) }

  var padded = message + [0x80]
  while padded.count % 64 != 56 { padded.append(0) }
  for shift in stride(from: UInt64(56), through: 0, by: -8) {
    padded.append(UInt8(truncatingIfNeeded: UInt64(message.count * 8) >> shift))
  }
  for block in stride(from: 0, to: padded.count, by: 64) {
    var words: [UInt32] = []
    for word in 0..<16 {
      var value: UInt32 = 0
      for byte in 0..<4 { value = value << 8 | UInt32(padded[block + word * 4 + byte]) }
      words.append(value)
    }
    for index in 16..<64 {
      let a = words[index - 15]
      let b = words[index - 2]
      let s0 = rotated(a, 7) ^ rotated(a, 18) ^ (a >> 3)
      let s1 = rotated(b, 17) ^ rotated(b, 19) ^ (b >> 10)
      words.append(words[index - 16] &+ s0 &+ words[index - 7] &+ s1)
    }
    var state = hash
    for index in 0..<64 {
      let e = state[4]
      let a = state[0]
      let choice = (e & state[5]) ^ (~e & state[6])
      let majority = (a & state[1]) ^ (a & state[2]) ^ (state[1] & state[2])
      let s1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let s0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let first = state[7] &+ s1 &+ choice &+ constants[index] &+ words[index]
      state = [first &+ s0 &+ majority, a, state[1], state[2], state[3] &+ first] + state[4...6]
    }
    for index in hash.indices { hash[index] &+= state[index] }
  }
  var digest: [UInt8] = []
  for word in hash {
    for shift: UInt32 in [24, 16, 8, 0] { digest.append(UInt8(truncatingIfNeeded: word >> shift)) }
  }
  return digest
}

private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
  word >> count | word << (32 - count)
}

/// Newton's iteration, to the last bits a double has.
private func cubeRoot(_ value: Double) -> Double {
  var root = value / 2
  for _ in 0..<60 { root = (2 * root + value / (root * root)) / 3 }
  return root
}
