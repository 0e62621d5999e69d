// House rules that a compiler does not check, read off the sources themselves.

import Foundation
import Testing

@Suite struct TidyTests {
  /// One Swift source of the repository: its path from the root and its lines.
  struct Source {
    var path: String
    var lines: [Substring]

    /// Lines with their one-based numbers, without those that only hold a comment.
    var code: [(number: Int, text: Substring)] {
      lines.enumerated().compactMap { index, line in
        let trimmed = line.drop { $0 == " " }
        return trimmed.hasPrefix("//") ? nil : (index + 1, line)
      }
    }
  }

  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static let sources: [Source] = ["Sources", "Tests", "convex"].flatMap { folder -> [Source] in
    let base = root.appending(path: folder)
    let files = FileManager.default.enumerator(atPath: base.path)
    return (files?.compactMap { $0 as? String } ?? [])
      .filter { $0.hasSuffix(".swift") && !$0.contains(".build") }
      .sorted()
      .compactMap { name in
        guard let text = try? String(contentsOf: base.appending(path: name), encoding: .utf8)
        else { return nil }
        return Source(
          path: folder + "/" + name,
          lines: text.split(separator: "\n", omittingEmptySubsequences: false)
        )
      }
  }

  @Test func `the sources are found at all`() {
    #expect(Self.sources.count > 50)
  }

  @Test func `the top level holds only what the project names`() throws {
    let allowed: Set = [
      "Package.swift", "Package.resolved", "Sources", "Tests", "README.md", "convex", "LICENSE",
    ]
    let entries = try FileManager.default.contentsOfDirectory(atPath: Self.root.path)
    let strangers = entries.filter { !$0.hasPrefix(".") && !allowed.contains($0) }
    #expect(strangers == [], "move these below Sources, Tests or convex")
  }

  @Test func `a target imports only the layers below it`() {
    let layers: [(folder: String, mayImport: Set<String>)] = [
      ("Sources/HullValues/", []),
      ("Sources/HullPersistence/", ["HullValues"]),
      ("Sources/HullDatabase/", ["HullValues", "HullPersistence"]),
      ("Sources/Hull/", ["HullValues"]),
      ("Sources/HullRuntime/", ["HullValues", "HullPersistence", "HullDatabase", "Hull"]),
    ]
    var findings: [String] = []
    for (folder, mayImport) in layers {
      for source in Self.sources where source.path.hasPrefix(folder) {
        for (number, text) in source.code {
          let words = text.split(separator: " ")
          guard let position = words.firstIndex(of: "import"), position + 1 < words.count
          else { continue }
          let module = String(words[position + 1])
          if module.hasPrefix("Hull"), !mayImport.contains(module) {
            findings.append("\(source.path):\(number) imports \(module)")
          }
        }
      }
    }
    #expect(findings == [])
  }

  @Test func `values know neither Foundation nor any platform library`() {
    expectNone(
      ["import Foundation", "import Glibc", "import Darwin", "import Dispatch"],
      under: "Sources/HullValues/"
    )
  }

  @Test func `SQLite is imported in one folder`() {
    let strangers = Self.sources.filter { source in
      source.path.hasPrefix("Sources/") && !source.path.hasPrefix("Sources/HullPersistence/SQLite/")
        && source.code.contains { $0.text.contains("import CSQLite") }
    }
    #expect(strangers.map(\.path) == [], "reach the file through Persistence")
  }

  @Test func `nothing below the server asks the system for time or randomness by itself`() {
    for folder in ["Sources/HullValues/", "Sources/HullDatabase/", "Sources/Hull/", "convex/"] {
      expectNone(
        ["Date()", "SystemRandomNumberGenerator", ".random(in: ", "UUID()", "clock_gettime"],
        under: folder,
        except: ["using: "],
        instead: "use the injected TimeSource and RandomSource, or ctx.now and ctx.random"
      )
    }
  }

  @Test func `libraries print nothing and leave nothing unfinished`() {
    let todo = "TO" + "DO"
    let fixme = "FIX" + "ME"
    var findings: [String] = []
    for source in Self.sources {
      for (index, line) in source.lines.enumerated()
      where line.contains(todo + ":") || line.contains("// " + todo) || line.contains(fixme) {
        findings.append("\(source.path):\(index + 1) leaves something unfinished")
      }
      guard source.path.hasPrefix("Sources/"), !source.path.hasPrefix("Sources/HullCLI/")
      else { continue }
      for (number, text) in source.code
      where text.contains(" print(") || text.hasPrefix("print(") {
        findings.append("\(source.path):\(number) prints; use the logger")
      }
    }
    #expect(findings == [])
  }

  @Test func `tests wait for events instead of sleeping`() {
    expectNone(
      ["Task.sleep(", "usleep(", "Thread.sleep("],
      under: "Tests/",
      except: ["\""],
      instead: "wait for the event"
    )
  }

  @Test func `an unchecked promise to the compiler has its reason beside it`() {
    let marks = ["@unchecked Sendable", "nonisolated(unsafe)", "Task.detached"]
    var findings: [String] = []
    for source in Self.sources where source.path.hasPrefix("Sources/") {
      for (number, text) in source.code where marks.contains(where: text.contains) {
        let before = source.lines[max(0, number - 12)..<(number - 1)]
        if !before.contains(where: { $0.contains("//") }) {
          findings.append("\(source.path):\(number) says why nowhere")
        }
      }
    }
    #expect(findings == [])
  }

  /// The rules' own words, and benchmarks, whose subject is time.
  private static func isExempt(_ path: String) -> Bool {
    path.hasPrefix("Tests/TidyTests/") || path.hasPrefix("Tests/Benchmarks/")
  }

  private func expectNone(
    _ patterns: [String],
    under folder: String,
    except exceptions: [String] = [],
    instead: String = "belongs elsewhere"
  ) {
    var findings: [String] = []
    for source in Self.sources
    where source.path.hasPrefix(folder) && !Self.isExempt(source.path) {
      for (number, text) in source.code {
        guard let pattern = patterns.first(where: text.contains),
          !exceptions.contains(where: text.contains)
        else { continue }
        findings.append("\(source.path):\(number) has \(pattern)")
      }
    }
    #expect(findings == [], "\(instead)")
  }
}
