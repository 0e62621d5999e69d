/// Sixteen components of a vector, the unit everything here works in.
///
/// Four registers of the smallest vector unit of x86-64 and of ARM; the compiler splits it.
typealias VectorLanes = SIMD16<Float>

/// Arithmetic on vectors in single precision, and in double precision where it decides.
///
/// A scan computes a similarity in single precision, at close to the speed of memory, and knows how
/// wrong it may be (``margin(lanes:)``). Only vectors that could be among the best are computed again
/// in double precision, which is what scores and their order are made of.
enum VectorKernel {
  /// How many lanes vectors of so many dimensions take.
  static func lanes(for dimensions: Int) -> Int {
    (dimensions + VectorLanes.scalarCount - 1) / VectorLanes.scalarCount
  }

  /// The dot product in single precision.
  ///
  /// Sound for pointers to `lanes` initialised elements each.
  @inline(__always)
  static func dot(
    _ left: UnsafePointer<VectorLanes>,
    _ right: UnsafePointer<VectorLanes>,
    lanes: Int
  ) -> Float {
    // Two sums, so that an addition need not wait for the one before.
    var even = VectorLanes.zero
    var odd = VectorLanes.zero
    var position = 0
    while position &+ 2 <= lanes {
      even += left[position] * right[position]
      odd += left[position &+ 1] * right[position &+ 1]
      position &+= 2
    }
    if position < lanes { even += left[position] * right[position] }
    return (even + odd).sum()
  }

  /// How far ``dot(_:_:lanes:)`` may be from the truth, as a part of the product of both lengths.
  ///
  /// Each of the sums has `lanes` / 2 terms, and at most 17 more additions make one of them; every
  /// operation errs by at most 2⁻²⁴ of the sum of the magnitudes, which is at most the product of
  /// the lengths. The rest is slack.
  static func margin(lanes: Int) -> Double { Double(lanes / 2 + 24) * 0x1p-24 }

  /// The dot product in double precision, in which the product of two components is exact.
  ///
  /// Sound for pointers to `lanes` initialised elements each.
  static func exactDot(
    _ left: UnsafePointer<VectorLanes>,
    _ right: UnsafePointer<VectorLanes>,
    lanes: Int
  ) -> Double {
    var sums = SIMD16<Double>.zero
    for position in 0..<lanes {
      let (left, right) = (left[position], right[position])
      for lane in 0..<VectorLanes.scalarCount {
        sums[lane] += Double(left[lane]) * Double(right[lane])
      }
    }
    return sums.sum()
  }

  /// The cosine of the angle between two vectors; zero if one of them has no direction.
  ///
  /// - Parameters:
  ///   - dot: Their dot product.
  ///   - squares: The product of the squares of their lengths.
  /// - Returns: The cosine, -1…1.
  static func cosine(dot: Double, squares: Double) -> Double {
    // The root of a square is exact: a vector's cosine with itself is 1, and not nearly 1. Adding
    // zero makes the negative zero positive.
    squares > 0 ? min(max(dot / squares.squareRoot(), -1), 1) + 0 : 0
  }

  /// A vector as it is compared: in single precision, and with its largest component near one.
  ///
  /// Scaling by a power of two changes no digit and no angle, and keeps components of any magnitude
  /// within the range of single precision.
  ///
  /// - Parameter components: Finite numbers.
  /// - Returns: The lanes, the last one filled up with zeros.
  static func lanes(of components: some RandomAccessCollection<Double>) -> [VectorLanes] {
    let largest = components.reduce(0) { max($0, $1.magnitude) }
    let scale =
      largest > 0
      ? Double(sign: .plus, exponent: -max(Int(largest.exponent), -1022), significand: 1) : 0
    var lanes = [VectorLanes](repeating: .zero, count: lanes(for: components.count))
    for (position, component) in components.enumerated() {
      lanes[position / VectorLanes.scalarCount][position % VectorLanes.scalarCount] =
        Float(component * scale)
    }
    return lanes
  }
}

/// A vector that others are compared with.
struct DirectionVector: Sendable {
  /// The components, scaled.
  let lanes: [VectorLanes]
  /// The square of the length of the scaled vector.
  let square: Double

  /// Takes the direction of finite components.
  init(_ components: some RandomAccessCollection<Double>) {
    let lanes = VectorKernel.lanes(of: components)
    self.lanes = lanes
    square = lanes.withUnsafeBufferPointer { lanes in
      // An array of no lanes has no vector and no square.
      guard let start = lanes.baseAddress else { return 0 }
      return VectorKernel.exactDot(start, start, lanes: lanes.count)
    }
  }

  /// The cosine of the angle to another vector of as many dimensions.
  func cosine(to other: DirectionVector) -> Double {
    precondition(lanes.count == other.lanes.count, "both have as many dimensions")
    let dot = lanes.withUnsafeBufferPointer { left in
      other.lanes.withUnsafeBufferPointer { right in
        guard let left = left.baseAddress, let right = right.baseAddress else { return 0.0 }
        return VectorKernel.exactDot(left, right, lanes: lanes.count)
      }
    }
    return VectorKernel.cosine(dot: dot, squares: square * other.square)
  }
}
