// Relevance of a document to a term: Okapi BM25 with the constants and the rounding of Tantivy,
// in single precision as there, so that documents tie exactly where they tie in the reference.

internal import Foundation

/// The length of a document in terms, rounded down to one of 256 steps so that it fits in a byte.
///
/// Exact up to 40 terms, then in steps that double every eight: about 6 % resolution.
package struct LengthStep: RawRepresentable, Hashable, Sendable {
  /// The number of the step.
  package var rawValue: UInt8

  /// The step of a given number.
  package init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The largest step that is not above a length.
  ///
  /// - Parameter length: A number of terms, at least zero.
  package init(containing length: Int) {
    let clamped = UInt64(clamping: length)
    guard clamped >= Self.linearSteps else {
      self.init(rawValue: UInt8(clamped))
      return
    }
    let rest = clamped - Self.linearSteps
    guard rest >= 8 else {
      self.init(rawValue: UInt8(Self.linearSteps + rest))
      return
    }
    // Four significant bits: a leading one, three stored ones, and the shift in the upper bits.
    let shift = UInt64(63 - rest.leadingZeroBitCount - 3)
    let step = Self.linearSteps + (shift + 1) << 3 + (rest >> shift) & 7
    self.init(rawValue: UInt8(clamping: step))
  }

  /// The shortest length of this step.
  package var length: Int {
    let step = UInt64(rawValue)
    guard step >= Self.linearSteps + 8 else { return Int(step) }
    let rest = step - Self.linearSteps
    let shift = rest >> 3 - 1
    return Int(clamping: Self.linearSteps + (rest & 7 | 8) << shift)
  }

  /// Steps 0…23 are added to a scale that is itself exact up to 16.
  private static let linearSteps: UInt64 = 24
}

/// What the index knows of all its documents together.
package struct SearchStatistics: Hashable, Sendable {
  /// Documents in the table, those without text included.
  package var documents: Int
  /// Terms of all documents, repetitions included.
  package var terms: Int

  /// The statistics of nothing, unless given.
  package init(documents: Int = 0, terms: Int = 0) {
    self.documents = documents
    self.terms = terms
  }

  static func += (left: inout SearchStatistics, right: SearchStatistics) { left = left + right }

  static func -= (left: inout SearchStatistics, right: SearchStatistics) { left = left - right }

  package static func + (left: SearchStatistics, right: SearchStatistics) -> SearchStatistics {
    SearchStatistics(
      documents: left.documents + right.documents,
      terms: left.terms + right.terms
    )
  }

  package static func - (left: SearchStatistics, right: SearchStatistics) -> SearchStatistics {
    SearchStatistics(
      documents: left.documents - right.documents,
      terms: left.terms - right.terms
    )
  }
}

/// Scores documents of one corpus against terms.
package struct BM25: Sendable {
  private let statistics: SearchStatistics
  /// The part of the denominator that depends on the document's length, by length step.
  private let norms: [Float]

  private static let k1: Float = 1.2
  private static let b: Float = 0.75

  /// Prepares for a corpus; counters of zero are read as one document with one term.
  package init(statistics: SearchStatistics) {
    self.statistics = statistics
    let average = Float(max(statistics.terms, 1)) / Float(max(statistics.documents, 1))
    norms = (0...255).map { step in
      let length = Float(LengthStep(rawValue: UInt8(step)).length)
      return Self.k1 * (1 - Self.b + Self.b * length / average)
    }
  }

  /// How much a term says about the documents it occurs in: the rarer, the more.
  ///
  /// - Parameter documentFrequency: In how many documents the term occurs; counters that lag
  ///   behind it are raised to fit.
  /// - Returns: A factor greater than zero.
  package func weight(documentFrequency: Int) -> Float {
    let documents = Float(max(statistics.documents, documentFrequency, 1))
    let frequency = Float(documentFrequency)
    return logf(1 + (documents - frequency + 0.5) / (frequency + 0.5)) * (1 + Self.k1)
  }

  /// The score of one document for one term.
  ///
  /// - Parameters:
  ///   - weight: The term's weight.
  ///   - termFrequency: How often the term occurs in the document.
  ///   - length: The document's length.
  /// - Returns: The score, greater than zero; those of several terms are added.
  package func score(weight: Float, termFrequency: Int, length: LengthStep) -> Float {
    let frequency = Float(termFrequency)
    return weight * (frequency / (frequency + norms[Int(length.rawValue)]))
  }
}
