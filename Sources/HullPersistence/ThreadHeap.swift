import Synchronization

/// The heap that the C library has for the calling thread.
package enum ThreadHeap {
  /// Where the memory was; kept, so that the compiler cannot leave it out.
  private static let address = Atomic<UInt>(0)

  /// Has the allocator look at the free end of the heap, and give back what it is not to keep.
  ///
  /// glibc does so only when something large at the end is freed; `malloc_trim` returns what is free
  /// anywhere else, but leaves the ends of all heaps but one.
  package static func giveBackEnd() {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 2 << 20, alignment: 16)
    address.store(UInt(bitPattern: memory), ordering: .relaxed)
    memory.deallocate()
  }
}
