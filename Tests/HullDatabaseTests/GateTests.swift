import HullDatabase
import Testing

/// The lock operations of one transaction take.
@Suite struct GateTests {
  @Test func `a gate is granted in order of arrival`() async {
    let gate = FIFOGate()
    let order = Shared<[Int]>([])
    await gate.acquire()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<10 {
        let isNext = Latch()
        group.addTask {
          isNext.open()
          await gate.acquire()
          order.update { $0.append(number) }
          gate.release()
        }
        await isNext.wait()
        // The task has begun; let it get in line before the next one is made.
        while gate.waitingCount <= number { await Task.yield() }
      }
      gate.release()
    }
    #expect(order.value == Array(0..<10))
    #expect(gate.tryAcquire())
    #expect(!gate.tryAcquire())
    gate.release()
  }

  @Test func `one holds a gate at a time`() async {
    let gate = FIFOGate()
    let inside = Shared(0)
    let entries = Shared(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          for _ in 0..<20 {
            await gate.withGate {
              let count = inside.update { count in
                count += 1
                return count
              }
              #expect(count == 1)
              await Task.yield()
              inside.update { $0 -= 1 }
              entries.update { $0 += 1 }
            }
          }
        }
      }
    }
    #expect(entries.value == 1000)
  }
}
