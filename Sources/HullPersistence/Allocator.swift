// How the C library's allocator asks the system for memory and gives it back.

import Foundation
import Synchronization

/// The allocator of this process, as far as it is glibc's; others do without.
package enum Allocator {
  /// Whether ``configure()`` has been called.
  private static let isConfigured = Atomic<Bool>(false)
  /// Where the memory was that ``giveBackEndOfHeap()`` took; kept, so that the compiler cannot leave it
  /// out.
  private static let address = Atomic<UInt>(0)

  /// Has heaps that grow in large steps and keep some of what is freed, one for each busy thread.
  ///
  /// By itself glibc grows the heap of a thread by a few pages at a time and returns its end as soon
  /// as that is free. Documents that are read and let go make it do so over and over: ten system
  /// calls for a mutation, and a third of the time of a scan. What is kept is given back in pauses,
  /// by ``giveBackToSystem()`` and ``giveBackEndOfHeap()``, except for pages on which something is in
  /// use: with more heaps there are more of these, a megabyte or two. But threads that share a heap
  /// wait for each other: with two heaps for each core a query took an eighth longer.
  package static func configure() {
    keepEnds(true)
    // Given any of the others, glibc no longer finds this out by itself.
    set(.mmapThreshold, 4 << 20)
    set(.arenaMax, max(16, 2 * ProcessInfo.processInfo.activeProcessorCount))
    isConfigured.store(true, ordering: .relaxed)
  }

  /// Has the C library return what is free, but for the ends of all heaps save one.
  package static func giveBackToSystem() {
    #if canImport(Glibc)
      // Sound as in ``set(_:_:)``; it takes its own locks.
      typealias Trim = @convention(c) (Int) -> CInt
      guard let trim = dlsym(nil, "malloc_trim") else { return }
      _ = unsafeBitCast(trim, to: Trim.self)(0)
    #endif
  }

  /// Has the C library return the free end of the calling thread's heap.
  ///
  /// glibc looks at it when it frees something there, and only then heeds how much is to be kept. That is
  /// set for all threads: one that frees meanwhile may give back an end that it needs again.
  package static func giveBackEndOfHeap() {
    guard isConfigured.load(ordering: .relaxed) else { return }
    keepEnds(false)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 << 20, alignment: 16)
    address.store(UInt(bitPattern: memory), ordering: .relaxed)
    memory.deallocate()
    keepEnds(true)
  }

  private static func keepEnds(_ keeps: Bool) {
    set(.topPad, keeps ? 1 << 20 : 0)
    set(.trimThreshold, keeps ? 2 << 20 : 64 << 10)
  }

  /// The numbers of options in glibc's `malloc.h`.
  private enum Option: CInt {
    case trimThreshold = -1
    case topPad = -2
    case mmapThreshold = -3
    case arenaMax = -8
  }

  private static func set(_ option: Option, _ value: Int) {
    #if canImport(Glibc)
      // Sound: the function has this type wherever glibc has it. It is looked up by name since Swift's
      // module of glibc leaves its header out. What it sets are words that any thread may read meanwhile.
      typealias Set = @convention(c) (CInt, CInt) -> CInt
      guard let function = dlsym(nil, "mallopt") else { return }
      _ = unsafeBitCast(function, to: Set.self)(option.rawValue, CInt(value))
    #endif
  }
}
