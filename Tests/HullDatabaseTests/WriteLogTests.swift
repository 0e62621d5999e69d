import HullPersistence
import HullValues
import Testing

@testable import HullDatabase

@Suite struct WriteLogTests {
  /// A log with the commits 1 to `count`, all published.
  private func log(of count: Int64) -> WriteLog {
    var log = WriteLog(start: Timestamp(rawValue: 0))
    for number in 1...count {
      let timestamp = Timestamp(rawValue: number)
      log.append(
        CommittedTransaction(timestamp: timestamp, source: "", changes: [], createdTables: [])
      )
    }
    return log
  }

  @Test(arguments: [10, 1_000, 50_000])
  func `after a burst no memory is kept for as many commits again`(count: Int64) {
    var log = log(of: count)
    #expect(log.capacity >= Int(count))
    log.releaseMemory(published: Timestamp(rawValue: count))
    #expect(log.count == 0)
    #expect(log.start == Timestamp(rawValue: count))
    #expect(log.capacity < 10)
  }

  @Test func `commits that are not published yet stay when memory is released`() {
    var log = log(of: 5_000)
    log.releaseMemory(published: Timestamp(rawValue: 4_998))
    let kept = log.commits(after: log.start, through: Timestamp(rawValue: 5_000))
    #expect(kept.map(\.timestamp.rawValue) == [4_999, 5_000])
    #expect(log.capacity < 100)
  }
}
