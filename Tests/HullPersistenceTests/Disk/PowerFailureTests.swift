import FaultyDisk
import HullPersistence
import HullValues
import TestRandomness
import Testing

/// What is left of a store when the power fails, at any point between two writes.
@Suite struct PowerFailureTests {
  @Test func `after a power failure at any single operation every acknowledged commit is there`()
    async throws
  {
    print("HULL_SEED=\(diskSeed)")
    var lastOperation = 0
    for number in 0... {
      let losses: [DiskLoss] =
        diskRounds > 1 ? DiskLoss.allCases : [.everything, [.tail, .anything][number % 2]]
      let isOver = try await runUntilCrash(
        at: number,
        seed: diskSeed,
        commits: 6 + diskRounds,
        losses: losses
      ).isOver
      lastOperation = number
      if isOver { break }
    }
    #expect(lastOperation > 50, "there was something to break")
  }

  @Test(arguments: [Durability.full, .normal])
  func `after a power failure during many commits every acknowledged one is there`(
    durability: Durability
  ) async throws {
    print("HULL_SEED=\(diskSeed)")
    var losses = 0
    for round in 0..<(40 * diskRounds) {
      // Without waiting for the disk there is something to lose sooner or later.
      if round >= 4 * diskRounds, durability == .full || losses > 0 { break }
      var random = SeededGenerator(seed: diskSeed &+ UInt64(round))
      let number = Int.random(in: 200..<3000, using: &random)
      let end = try await runUntilCrash(
        at: number,
        seed: random.next(),
        commits: 150,
        durability: durability
      )
      losses += end.losses
    }
    // With `normal` the newest commits may go, and do: this is what a failure would look like.
    #expect((losses > 0) == (durability == .normal), "HULL_SEED=\(diskSeed)")
  }

  /// Commits until the power fails before an operation, and looks at what may be left.
  ///
  /// - Returns: Whether everything was over before that, and how often something acknowledged was
  ///   lost.
  private func runUntilCrash(
    at number: Int,
    seed: UInt64,
    commits: Int,
    durability: Durability = .full,
    losses: [DiskLoss] = DiskLoss.allCases
  ) async throws -> (isOver: Bool, losses: Int) {
    let context = "\(durability), power failure at operation \(number), HULL_SEED=\(diskSeed)"
    let disk = FaultyDisk()
    disk.setFault { $0.number >= number ? .crash : nil }
    var lost = 0
    try await withTemporaryFile { path in
      var run = DiskRun(path: path, seed: seed, durability: durability)
      if let store = try? await run.open(on: disk) {
        for _ in 0..<commits {
          guard await run.append(to: store) != nil else { continue }
          #expect(disk.isCrashed, "an error while the disk is well, \(context)")
          break
        }
        await store.close()
      }
      for loss in losses {
        let isWhole = try await run.verify(
          disk.afterCrash(loss, seed: seed),
          mayMiss: durability == .normal,
          "\(loss), \(context)"
        )
        if !isWhole { lost += 1 }
      }
    }
    return (!disk.isCrashed, lost)
  }
}
