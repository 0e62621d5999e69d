// Telling of scheduled functions.

import Synchronization
import Testing

@testable import HullRuntime

struct JobSignalTests {
  @Test func `The listener is called as directly after many signals as at first`() {
    let signal = JobSignal()
    let depths = Mutex<[UInt]>([])
    signal.listen { _ in
      var local = 0
      // How deep the stack is: only the address is looked at.
      let depth = withUnsafePointer(to: &local) { UInt(bitPattern: $0) }
      depths.withLock { $0.append(depth) }
    }
    for time in 0..<100 { signal.send(Double(time)) }
    let seen = depths.withLock { $0 }
    #expect(seen.count == 100)
    #expect(Set(seen).count == 1)
  }

  @Test func `Only the last listener hears, and nobody after it is removed`() {
    let signal = JobSignal()
    let heard = Mutex<[String]>([])
    signal.listen { time in heard.withLock { $0.append("first \(Int(time))") } }
    signal.listen { time in heard.withLock { $0.append("second \(Int(time))") } }
    signal.send(1)
    signal.listen(nil)
    signal.send(2)
    #expect(heard.withLock { $0 } == ["second 1"])
  }
}
