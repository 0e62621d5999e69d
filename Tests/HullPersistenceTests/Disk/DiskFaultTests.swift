import FaultyDisk
import HullPersistence
import HullValues
import Synchronization
import Testing

/// Disks that fail now and then, and are well again.
@Suite struct DiskFaultTests {
  @Test func `a failure is reported to whoever's commit failed, and the store goes on`()
    async throws
  {
    print("HULL_SEED=\(diskSeed)")
    var failures: [PersistenceError.Code: Int] = [:]
    for round in 0..<(4 * diskRounds) {
      let seed = diskSeed &+ UInt64(round)
      let context = "round \(round), HULL_SEED=\(diskSeed)"
      let weather = DiskWeather(seed: seed)
      let disk = FaultyDisk(isUneven: true)
      try await withTemporaryFile { path in
        var run = DiskRun(path: path, seed: seed)
        let store = try await run.open(on: disk)
        disk.setFault { weather.fault($0) }
        for _ in 0..<60 {
          weather.set(chance: [0, 20, 100, 400][run.workload.number(below: 4)])
          let error = await run.append(to: store)
          await checkReads(of: store, &run, context)
          weather.set(chance: 0)
          guard let error else { continue }
          failures[error.code, default: 0] += 1
          #expect(error.message.contains(path), "\(context)")
          if error.code == .outcomeUnknown {
            // The disk is well by now, but may have a loss to tell of.
            var isWritten = try? await store.settle()
            if isWritten == nil { isWritten = try await store.settle() }
            if isWritten == true { run.acceptUnsettled() }
          }
          let found = try await run.contents(of: store)
          #expect(found.normalized == run.acknowledged.normalized, "\(error) \(context)")
        }
        // The same here: a commit may be told of a loss, and is settled by then.
        let told = await run.append(to: store)
        #expect(told == nil || told?.code == .inputOutput, "\(context)")
        // Whatever had happened, a disk that is well again is enough.
        #expect(await run.append(to: store) == nil, "\(context)")
        #expect(
          try await run.contents(of: store).normalized == run.acknowledged.normalized,
          "\(context)"
        )
        let image = disk.afterCrash(.anything, seed: seed)
        await store.close()
        try await run.verify(image, "power failure, \(context)")
        try await run.verify(disk, "closed, \(context)")
      }
    }
    print("failures: \(failures)")
    #expect(failures[.inputOutput, default: 0] > 0)
    #expect(failures[.diskFull, default: 0] > 0)
  }

  /// Reads documents at random snapshots: a read may fail, but what it returns is right for the
  /// timestamp it comes with.
  private func checkReads(
    of store: SQLitePersistence,
    _ run: inout DiskRun,
    _ context: String
  ) async {
    for _ in 0..<8 {
      let key = id(UInt64(run.workload.number(below: 200)))
      let times = run.history.keys.sorted()
      let atLeast = times[run.workload.number(below: times.count)]
      guard let (document, readAt) = try? await store.document(key, atLeast: atLeast) else {
        continue
      }
      guard let model = run.history[readAt] else { continue }
      #expect(document == model.documents[key], "read at \(readAt), \(context)")
    }
  }

  @Test func `a read that fails within an insertion is not taken for a document that is there`()
    async throws
  {
    let disk = FaultyDisk()
    try await withTemporaryFile { path in
      let store = try await DiskRun(path: path, seed: 1).open(on: disk)
      let text = ConvexValue.string(String(repeating: "x", count: 3000))
      let documents = (1...100).map { document($0, ["text": text]) }
      try await store.append([
        CommitRecord(timestamp: 1, documents: documents.map { .insert($0) })
      ])
      // One transaction that takes a document away and puts it back, at the end of the table.
      let batch = [
        CommitRecord(timestamp: 2, documents: [.delete(stored(documents[0], at: 1))]),
        CommitRecord(timestamp: 3, documents: [.insert(documents[0])]),
      ]
      var failures = 0
      for failing in 0... {
        // The pages it needs are not in memory.
        await store.releaseMemory()
        let reads = Atomic<Int>(0)
        disk.setFault { operation in
          guard operation.kind == .read else { return nil }
          let number = reads.add(1, ordering: .sequentiallyConsistent).oldValue
          return number == failing ? .failed : nil
        }
        defer { disk.setFault(nil) }
        do { try await store.append(batch) } catch let error as PersistenceError {
          #expect(error.code == .inputOutput, "\(error)")
          failures += 1
          continue
        }
        break
      }
      #expect(failures > 3)
      disk.setFault(nil)
      #expect(try await store.document(id(1)) == stored(documents[0], at: 3))
      await store.close()
    }
  }

  @Test func `a read that fails does not make the next one see another snapshot`() async throws {
    let failsReads = Atomic<Bool>(false)
    let disk = FaultyDisk()
    disk.setFault { operation in
      operation.kind == .read && failsReads.load(ordering: .sequentiallyConsistent) ? .failed : nil
    }
    try await withTemporaryFile { path in
      let store = try await DiskRun(path: path, seed: 1).open(on: disk)
      let text = ConvexValue.string(String(repeating: "x", count: 3000))
      func rewrite(_ n: UInt64, at timestamp: Timestamp, from before: Timestamp?) async throws {
        let new = document(n, ["text": text, "version": .int64(timestamp.rawValue)])
        let old = before.map { before in
          let fields: ConvexObject = ["text": text, "version": .int64(before.rawValue)]
          return stored(document(n, fields), at: before)
        }
        let write = DocumentWrite(id: id(n), before: old, after: new)
        try await store.append([CommitRecord(timestamp: timestamp, documents: [write])])
      }
      for n in 1...100 {
        try await rewrite(UInt64(n), at: Timestamp(rawValue: Int64(n)), from: nil)
      }
      let (_, first) = try await store.document(id(1), atLeast: 100)
      #expect(first == 100)
      failsReads.store(true, ordering: .sequentiallyConsistent)
      let error = await #expect(throws: PersistenceError.self) {
        for n in 1...100 { _ = try await store.document(id(UInt64(n)), atLeast: 100) }
      }
      #expect(error?.code == .inputOutput)
      failsReads.store(false, ordering: .sequentiallyConsistent)
      try await rewrite(1, at: 101, from: 1)
      // Either snapshot will do, but not one under the name of the other.
      let (read, readAt) = try await store.document(id(1), atLeast: 100)
      #expect(read?.timestamp == (readAt == 100 ? 1 : 101))
      await store.close()
    }
  }

  @Test func `commits fail while the disk is full, reads do not, and space is all it takes`()
    async throws
  {
    let disk = FaultyDisk()
    try await withTemporaryFile { path in
      var run = DiskRun(path: path, seed: 3)
      let store = try await run.open(on: disk)
      for _ in 0..<10 { #expect(await run.append(to: store) == nil) }
      disk.setCapacity(disk.usedBytes)
      var codes: Set<PersistenceError.Code> = []
      // Some still fit where the log is begun anew.
      for _ in 0..<2000 where codes.isEmpty {
        if let error = await run.append(to: store) {
          codes.insert(error.code)
          #expect(error.message.contains("free some space"))
        }
      }
      #expect(try await run.contents(of: store).normalized == run.acknowledged.normalized)
      #expect(codes == [.diskFull])
      disk.setCapacity(nil)
      for _ in 0..<10 { #expect(await run.append(to: store) == nil) }
      #expect(try await run.contents(of: store).normalized == run.acknowledged.normalized)
      let image = disk.afterCrash(.everything, seed: 3)
      await store.close()
      try await run.verify(image, "power failure after the disk was full")
    }
  }

  @Test func `a commit of unknown outcome is settled once the disk is well again`() async throws {
    let isBroken = Atomic<Bool>(false)
    let disk = FaultyDisk()
    disk.setFault { operation in
      operation.isOnLog && operation.kind != .read
        && isBroken.load(ordering: .sequentiallyConsistent)
        && operation.kind == .sync ? .failedSyncForgetting : nil
    }
    try await withTemporaryFile { path in
      var run = DiskRun(path: path, seed: 5)
      let store = try await run.open(on: disk)
      for _ in 0..<10 { #expect(await run.append(to: store) == nil) }
      isBroken.store(true, ordering: .sequentiallyConsistent)
      #expect(await run.append(to: store)?.code == .outcomeUnknown)
      // Both outcomes are still possible, also for the file as a power failure would leave it.
      let (images, unsettled) = (DiskLoss.allCases.map { disk.afterCrash($0, seed: 5) }, run)
      #expect(await run.append(to: store)?.code == .outcomeUnknown, "the disk is no better")
      #expect(try await run.contents(of: store).normalized == run.acknowledged.normalized)
      await #expect(throws: PersistenceError.self) { try await store.settle() }
      isBroken.store(false, ordering: .sequentiallyConsistent)
      #expect(try await store.settle() == false)
      #expect(await run.append(to: store) == nil)
      #expect(try await run.contents(of: store).normalized == run.acknowledged.normalized)
      await store.close()
      try await run.verify(disk, "settled")
      for image in images { try await unsettled.verify(image, "power failure before that") }
    }
  }
}
