// The directory that holds everything an instance keeps.

import Foundation

/// A problem to show to whoever typed the command.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The files of one instance.
struct DataDirectory {
  let path: String

  /// The store.
  var dataFile: String { path + "/data.sqlite" }

  /// The bytes of stored files.
  var files: String { path + "/storage" }

  private var adminKeyFile: String { path + "/admin-key" }
  private var urlFile: String { path + "/url" }
  private var sampleFile: String { path + "/sample" }

  init(path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  /// Makes the directory, for its owner only, if it is not there.
  ///
  /// - Throws: ``CommandError`` naming the directory.
  func create() throws {
    do {
      try FileManager.default.createDirectory(
        atPath: path,
        withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700]
      )
    } catch {
      throw CommandError(
        "The data directory \(path) cannot be created. Choose another one with --data."
      )
    }
    guard FileManager.default.isWritableFile(atPath: path) else {
      throw CommandError("The data directory \(path) is not writable. Choose another with --data.")
    }
  }

  /// A key of the admin of this instance, if one was kept.
  var adminKey: String? { text(of: adminKeyFile) }

  /// Keeps a key, readable by its owner only.
  ///
  /// - Throws: ``CommandError`` naming the file.
  func keepAdminKey(_ key: String) throws {
    try write(key, to: adminKeyFile, permissions: 0o600)
  }

  /// Where the server of this instance listens, or did last.
  var url: String? { text(of: urlFile) }

  /// Keeps where the server listens.
  ///
  /// - Throws: ``CommandError`` naming the file.
  func keepURL(_ url: String) throws {
    try write(url, to: urlFile, permissions: 0o644)
  }

  /// The name of the instance whose sample data was loaded.
  var sampleInstance: String? { text(of: sampleFile) }

  /// Remembers that the sample data of an instance was loaded.
  ///
  /// - Throws: ``CommandError`` naming the file.
  func keepSampleInstance(_ name: String) throws {
    try write(name, to: sampleFile, permissions: 0o644)
  }

  private func text(of file: String) -> String? {
    guard let data = FileManager.default.contents(atPath: file) else { return nil }
    let text = String(decoding: data, as: UTF8.self)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return text.isEmpty ? nil : text
  }

  /// Writes a file whole: never is there half of it, nor a moment with other permissions.
  private func write(_ text: String, to file: String, permissions: Int) throws {
    let temporary = file + ".new"
    try? FileManager.default.removeItem(atPath: temporary)
    let isCreated = FileManager.default.createFile(
      atPath: temporary,
      contents: Data((text + "\n").utf8),
      attributes: [.posixPermissions: permissions]
    )
    guard isCreated, rename(temporary, file) == 0 else {
      throw CommandError("\(file) cannot be written. Is the data directory writable?")
    }
  }
}
