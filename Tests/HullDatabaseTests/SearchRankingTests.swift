import Foundation
import HullDatabase
import Testing

@Suite struct SearchRankingTests {
  @Test func `lengths up to 40 are exact and longer ones are rounded down`() {
    for length in 0...40 { #expect(LengthStep(containing: length).length == length) }
    #expect(LengthStep(containing: 41).length == 40)
    #expect(LengthStep(containing: 42).length == 42)
    #expect(LengthStep(containing: 59).length == 56)
    #expect(LengthStep(containing: 60).length == 60)
    #expect(LengthStep(containing: 1000).length == 984)
    #expect(LengthStep(containing: .max) == LengthStep(rawValue: 255))
  }

  @Test func `every step begins where its own length begins`() {
    var previous = -1
    for step in UInt8.min...UInt8.max {
      let length = LengthStep(rawValue: step).length
      #expect(length > previous)
      #expect(LengthStep(containing: length).rawValue == step)
      if length > 0 { #expect(LengthStep(containing: length - 1).rawValue == step - 1) }
      previous = length
    }
  }

  @Test func `a score is BM25 with k1 of 1.2 and b of 0.75`() {
    let bm25 = BM25(statistics: SearchStatistics(documents: 10, terms: 100))
    let weight = bm25.weight(documentFrequency: 3)
    let score = bm25.score(weight: weight, termFrequency: 2, length: LengthStep(containing: 20))
    let idf = log(1 + (10 - 3 + 0.5) / (3 + 0.5))
    let norm = 1.2 * (1 - 0.75 + 0.75 * 20.0 / 10.0)
    #expect(abs(Double(score) - idf * 2.2 * 2 / (2 + norm)) < 1e-6)
  }

  @Test func `rare terms, frequent occurrences and short documents score higher`() {
    let bm25 = BM25(statistics: SearchStatistics(documents: 1000, terms: 20_000))
    func score(inDocuments: Int, times: Int, of length: Int) -> Float {
      bm25.score(
        weight: bm25.weight(documentFrequency: inDocuments),
        termFrequency: times,
        length: LengthStep(containing: length)
      )
    }
    #expect(score(inDocuments: 2, times: 1, of: 20) > score(inDocuments: 200, times: 1, of: 20))
    #expect(score(inDocuments: 2, times: 3, of: 20) > score(inDocuments: 2, times: 1, of: 20))
    #expect(score(inDocuments: 2, times: 1, of: 5) > score(inDocuments: 2, times: 1, of: 50))
    #expect(score(inDocuments: 1000, times: 1, of: 20) > 0)
  }

  @Test func `statistics that lag behind the index give finite scores`() {
    for statistics in [SearchStatistics(), SearchStatistics(documents: 2, terms: 0)] {
      let bm25 = BM25(statistics: statistics)
      let score = bm25.score(
        weight: bm25.weight(documentFrequency: 50),
        termFrequency: 1,
        length: LengthStep(containing: 7)
      )
      #expect(score.isFinite && score > 0)
    }
  }
}
