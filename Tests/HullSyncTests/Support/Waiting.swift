// What lets tests wait for something instead of for some time.

import Foundation
import HullPersistence
import Synchronization

/// A door that tasks wait at until a test opens it.
final class Signal: Sendable {
  /// Guards who waits.
  private let state = Mutex<(isOpen: Bool, waiting: [CheckedContinuation<Void, Never>])>(
    (false, [])
  )

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if !state.isOpen { state.waiting.append(continuation) }
        return state.isOpen
      }
      if isOpen { continuation.resume() }
    }
  }

  func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}

/// A door that stops a thread, for code that cannot wait in any other way.
///
/// `@unchecked Sendable`: the condition guards the flag.
final class Barrier: @unchecked Sendable {
  private let condition = NSCondition()
  private var isOpen = false

  func wait() {
    condition.lock()
    while !isOpen { condition.wait() }
    condition.unlock()
  }

  func open() {
    condition.lock()
    isOpen = true
    condition.broadcast()
    condition.unlock()
  }
}

/// A value that several tasks of a test change.
final class Shared<Value: Sendable>: Sendable {
  /// Guards the value.
  private let mutex: Mutex<Value>

  init(_ value: Value) { mutex = Mutex(value) }

  var value: Value { mutex.withLock { $0 } }

  @discardableResult
  func update<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    mutex.withLock { value in body(&value) }
  }
}

extension Shared<Int> {
  func increment() { update { $0 += 1 } }
}

/// What the environment sets for randomised tests: seeds to repeat, and larger or smaller counts.
enum Knob {
  static func number(_ name: String, default usual: UInt64) -> UInt64 {
    ProcessInfo.processInfo.environment[name].flatMap(UInt64.init) ?? usual
  }

  /// The seed of this run: the one of the environment, or a new one, which is printed.
  static func seed(_ name: String, _ test: String = #function) -> UInt64 {
    let seed = number(name, default: .random(in: 0 ... .max))
    print("\(test): \(name)=\(seed)")
    return seed
  }
}
