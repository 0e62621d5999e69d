// Feeds one of the fuzz targets: with inputs of libFuzzer's if it was built with it, else with files.

import Foundation
import FuzzTargets

@main
struct HullFuzzer {
  /// The target, which `HULL_FUZZ_TARGET` names.
  private static let target: FuzzTarget = {
    let name = ProcessInfo.processInfo.environment["HULL_FUZZ_TARGET"] ?? ""
    if let target = FuzzTarget(rawValue: name) { return target }
    fail("HULL_FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue))")
  }()

  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst()
    if arguments.first == "--seeds", let folder = arguments.dropFirst().first {
      try writeSeeds(to: URL(filePath: folder))
      return
    }
    #if HULL_LIBFUZZER
      var count = CommandLine.argc
      var values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
      exit(runFuzzer(&count, &values) { fuzzOneInput($0, $1) })
    #else
      for file in arguments {
        check(Array(try Data(contentsOf: URL(filePath: file))))
        writeLine("\(file): nothing found")
      }
    #endif
  }

  /// Ends the process if something does not hold: that is how a fuzzer notices.
  fileprivate static func check(_ input: [UInt8]) {
    guard let finding = target.check(input).finding else { return }
    fail("Found in \(target.rawValue): not so: \(finding)\ninput: \(String(reflecting: input))")
  }

  private static func writeSeeds(to folder: URL) throws {
    let vectors = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "HullValuesTests/Vectors")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let seeds = try target.seeds(from: vectors)
    for (n, seed) in seeds.enumerated() {
      try Data(seed).write(to: folder.appending(path: "seed-\(n)"))
    }
    writeLine("\(seeds.count) seeds in \(folder.path)")
  }

  private static func writeLine(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }

  private static func fail(_ text: String) -> Never {
    writeLine(text)
    abort()
  }
}

#if HULL_LIBFUZZER
  /// What libFuzzer calls with each input.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    HullFuzzer.check(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  }

  /// libFuzzer's main loop, which it exports for programs with a `main` of their own.
  @_silgen_name("LLVMFuzzerRunDriver")
  private func runFuzzer(
    _ count: UnsafeMutablePointer<Int32>,
    _ values: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32
  ) -> Int32
#endif
