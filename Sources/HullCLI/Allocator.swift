// How the C library's allocator asks the system for memory and gives it back.

import Foundation

/// The allocator of this process, as far as it is glibc's; others do without.
enum Allocator {
  /// Has heaps that grow in large steps and keep some of what is freed, one for each busy thread.
  ///
  /// By itself glibc grows the heap of a thread by a few pages at a time and returns its end as soon
  /// as that is free. Documents that are read and let go make it do so over and over: ten system
  /// calls for a mutation, and a third of the time of a scan. What is kept is given back in pauses,
  /// by ``giveBackToSystem()``, except for pages on which something is in use: with more heaps there
  /// are more of these, a megabyte or two. But threads that share a heap wait for each other: with two
  /// heaps for each core a query took an eighth longer.
  static func configure() {
    #if canImport(Glibc)
      // Sound: the function has this type wherever glibc has it. It is looked up by name since Swift's
      // module of glibc leaves its header out; the numbers are those of that header, `malloc.h`.
      typealias Option = @convention(c) (CInt, CInt) -> CInt
      guard let function = dlsym(nil, "mallopt") else { return }
      let set = unsafeBitCast(function, to: Option.self)
      let (topPad, trimThreshold, mmapThreshold, arenaMax) = (
        CInt(-2), CInt(-1), CInt(-3), CInt(-8)
      )
      _ = set(topPad, 1 << 20)
      _ = set(trimThreshold, 2 << 20)
      // Given any of the others, glibc no longer finds this out by itself.
      _ = set(mmapThreshold, 4 << 20)
      _ = set(arenaMax, CInt(max(16, 2 * ProcessInfo.processInfo.activeProcessorCount)))
    #endif
  }

  /// Has the C library return what is free.
  static func giveBackToSystem() {
    #if canImport(Glibc)
      // Sound as above; it takes its own locks.
      typealias Trim = @convention(c) (Int) -> CInt
      guard let trim = dlsym(nil, "malloc_trim") else { return }
      _ = unsafeBitCast(trim, to: Trim.self)(0)
    #endif
  }
}
