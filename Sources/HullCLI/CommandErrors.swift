// Errors as people read them: a sentence on standard error and a status, never a dump.

import ArgumentParser
import Foundation
import Hull
import HullDatabase
import HullPersistence
import HullRuntime
import HullServer

/// Runs a command; an error it throws is told on standard error, and ends the process with 1.
func reportingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
  do {
    return try await body()
  } catch let error as ExitCode {
    throw error
  } catch {
    writeToStandardError("Error: " + describe(error))
    throw ExitCode.failure
  }
}

/// What an error says to a person.
private func describe(_ error: any Error) -> String {
  switch error {
  case let error as CommandError: error.description
  case let error as PersistenceError: error.message
  case let error as DatabaseError: error.message
  case let error as BackendError: error.message
  case let error as ServerStartError: error.description
  case let error as HullError: error.message
  default: "\(error)"
  }
}

/// Writes a line to standard error.
func writeToStandardError(_ text: String) {
  FileHandle.standardError.write(Data((text + "\n").utf8))
}
